/* SPDX-License-Identifier: MIT */
/* fake_host.h: a small engine for tests of providers. It loads a provider, opens scans, turns what comes into texts, and notes
 * every breach of the contract: tests look at `breaches` in the end. Callbacks never assert, since cmocka leaves an assert by
 * longjmp. */
#ifndef WQL_TESTS_FAKE_HOST_H
#define WQL_TESTS_FAKE_HOST_H

#include <wql/provider.h>

#include <pthread.h>
#include <stdatomic.h>

/* A class as it was defined. */
typedef struct fake_class {
    char *name, *mapping; /* mapping: the first string of MappingStrings, or NULL */
    uint32_t property_count;
    struct fake_property {
        char *name, *mapping;
        uint32_t type, flags;
    } *properties;
} fake_class;

typedef struct fake_host {
    wql_mount mount; /* first: mounts are told apart by their address */
    wql_host table;
    const wql_provider *provider;
    void *self;
    bool loaded;
    fake_class *classes;
    uint32_t class_count;
    bool (*holds)(const wql_conjunct *conjunct, const wql_value *value); /* for wql_scan_holds */

    pthread_mutex_t lock; /* guards what follows */
    size_t bytes, allocations;
    size_t fail_at;       /* the allocation that fails, counted from 1; 0: none. `fail_on`: and all behind it */
    bool fail_on;
    bool failed;          /* one was refused */
    bool hold;            /* batches are released by fake_release only */
    struct fake_held *held;
    uint32_t breaches;
    char breach[200];     /* the first */
    char log[4096];       /* lines */
    uint32_t wakes;
    uint64_t last_wake;
} fake_host;

/* A scan, and what came of it. */
typedef struct fake_scan {
    wql_scan scan; /* first */
    fake_host *host;
    wql_request request;
    uint64_t wanted[64];
    uint8_t take[64];
    wql_conjunct conjuncts[64];
    bool open, emitted;
    atomic_int ended;         /* a status that wql_scan_check answers, or 0 */
    _Atomic uint64_t left_ms; /* until the deadline, as wql_scan_check tells; UINT64_MAX */
    _Atomic uint64_t checks;  /* how often it was asked */
    uint64_t id;              /* of its wakers */
    uint64_t row_count;       /* with or without columns */
    uint32_t nulled, repaired, batches, width;
    char **cells;             /* row_count x width texts, in the order of the wanted properties */
    size_t cell_room;
    uint32_t columns[64];     /* the wanted properties */
    wql_status status;        /* how it ended */
    wql_error error;
    bool quiet;               /* rows are counted and not kept */
    char *row[64];            /* being built by wql_row_set */
    uint32_t rows_in_batch;
    void *scratch[16];
    uint32_t scratch_count;
} fake_scan;

fake_host *fake_open(const wql_provider *provider);
/* Frees all of it; memory that the provider kept is a breach. Returns the number of breaches, which are printed. */
uint32_t fake_close(fake_host *host);
wql_status fake_load(fake_host *host, const char *config, void *user, wql_error *err);
void fake_unload(fake_host *host);
/* Releases the batches that were held. */
void fake_release(fake_host *host);

/* Class and property by name; UINT32_MAX: there is none. */
uint32_t fake_find_class(const fake_host *host, const char *name);
uint32_t fake_find_property(const fake_host *host, uint32_t class_index, const char *name);

/* Prepares a scan of all properties of a class, without conditions. */
void fake_scan_init(fake_scan *scan, fake_host *host, uint32_t class_index);
void fake_scan_free(fake_scan *scan);
void fake_want_none(fake_scan *scan);
void fake_want(fake_scan *scan, uint32_t property);
/* Adds a condition: `values` are not copied. */
void fake_where(fake_scan *scan, uint32_t property, uint16_t op, const wql_value *values, uint32_t count);

/* The provider's plan. */
wql_status fake_plan(fake_scan *scan, wql_answer *answer);
/* Its answers are what is taken. */
void fake_take_plan(fake_scan *scan);
/* One call of the provider's each. */
wql_status fake_scan_open(fake_scan *scan);
wql_status fake_scan_next(fake_scan *scan);
void fake_scan_close(fake_scan *scan);
/* Open, next to the end, close. Returns the last status. */
wql_status fake_run(fake_scan *scan);
/* A cell that came, as text: NULL, TRUE, 12, 1.5, the text, microseconds with the offset in minutes as 12@60, {1,2}. */
const char *fake_cell(const fake_scan *scan, uint64_t row, uint32_t column);

#endif
