/* SPDX-License-Identifier: MIT */
/* inside.h: a run from the inside, for the files of this room.
 *
 *   run.c        the run: its life, its limits, its time
 *   union.c      which scan goes on, and when rows go out
 *   scan.c       one scan: open, next, close, and what the provider answered
 *   fan.c        a scan's parts on several threads at once, their rows in the order of the parts
 *   definitions.c   the scan that no provider serves: the classes of the namespace
 *   host*.c      what a provider can call meanwhile: rows.c builds, emit.c takes columns, copy.c copies what passes of them,
 *                objects.c makes embedded objects
 *   check_columns.c, checked.c   nothing of a provider's is believed; what cannot change is looked at once
 *   filter.c     the rows that pass; tester.c and the kernels below it do the work
 *   project.c    the columns that come out, forwarded or gathered; outputs.c makes those that no provider has
 *
 * Batches, and room for sets of rows, are borrowed (data/spares.h) while there are rows in hand: a run that waits has none. */
#ifndef WQL_EXEC_INSIDE_H
#define WQL_EXEC_INSIDE_H

#include "../data/cells.h"
#include "filter.h"
#include "run.h"

typedef struct wql__scan wql__scan;

/* -- what was checked of immutable buffers
 * ------------------------------------------------------------------------------------------ */

/* Cells [from, to), by the addresses of their offsets, views or references, point well into `base`. */
typedef struct wql__fact {
    uint64_t id; /* the provider's buffer_id; 0: no fact */
    uint16_t type;
    uint8_t layout;
    bool fresh; /* found by this scan, not yet shared */
    const void *base;
    uint64_t base_size;
    uintptr_t from, to;
} wql__fact;

/* Whether [fact.from, fact.to) is known of the mount; if so `fact` becomes the whole of what is known there. */
bool wql__checked_find(wql__mount *mount, wql__fact *fact);
/* Remembers; forgetting is allowed, so memory may lack. */
void wql__checked_add(wql__mount *mount, const wql__fact *fact);

/* -- embedded objects
 * ------------------------------------------------------------------------------------------------------------------ */

/* Objects of one class that a provider makes, as rows of one batch. An object within another has a lower level, so that batches
 * that hold each other never go in a circle. */
typedef struct wql__maker {
    wql__builder rows;
    uint32_t level;
    struct wql__maker *next;
} wql__maker;

/* A finished batch of them. */
typedef struct wql__nested {
    wql_batch *batch;
    uint32_t level;
} wql__nested;

/* -- output
 * ---------------------------------------------------------------------------------------------------------------------------- */

enum { WQL__OUT_SLOT, WQL__OUT_PARTS, WQL__OUT_CONSTANT, WQL__OUT_PATH };

/* One column that comes out, visible or hidden. */
typedef struct wql__out_column {
    uint8_t kind;
    uint8_t system;
    const char *name;
    uint32_t property;
    uint32_t slot; /* SLOT, PARTS: the source's column. CONSTANT: the column of `constants` */
    const wql__part *parts;
    wql__cells *text;    /* PATH: under construction */
    wql__gather *gather; /* SLOT, PARTS: the same */
    wql_column *view;    /* PARTS: the source's column with its objects cut down */
} wql__out_column;

typedef struct wql__outputs {
    wql__out_column *columns;
    uint32_t width, hidden;
    const uint32_t *keys; /* slots of the class's keys; WQL__NO_ENTRY: not read */
    wql_batch *constants; /* holds the columns that are the same for all rows; NULL: none */
    bool has_parts, has_path, projected;
    bool has_bytes;       /* texts, lists or objects, which may lie in their source */
    uint32_t fixed_bytes; /* of a row, without texts and items */
} wql__outputs;

/* -- a scan
 * ---------------------------------------------------------------------------------------------------------------------------- */

typedef struct wql__fan wql__fan;

/* ADVANCING: a part is through, and its close is owed before the next one opens. */
enum { WQL__SCAN_NEW, WQL__SCAN_OPEN, WQL__SCAN_ADVANCING, WQL__SCAN_REOPENING, WQL__SCAN_DONE };
enum { WQL__PHASE_OUTSIDE, WQL__PHASE_OPEN, WQL__PHASE_NEXT, WQL__PHASE_CLOSE, WQL__PHASE_ENDED };

struct wql__scan {
    wql_scan pub; /* first: the provider's pointer is this one */
    wql__run *run;
    const wql__plan_scan *plan;
    wql__mount *mount;              /* NULL: the catalog's classes are listed */
    uint32_t listed;                /* of them, so many came */
    uint32_t part, part_end, parts; /* the part that it is at, the one behind its last, of how many */
    bool is_lane;                   /* of a fan: it is told its next part when it is through with one */
    wql__fan *fan;                  /* others work on the parts from part_end on; NULL: nobody does */
    bool fanned;                    /* it is through with its own: what comes now comes from the fan */
    bool undivided;                 /* there was no memory for a fan */
    const wql_class *cls;
    wql__arena arena;   /* of what lives from open to close */
    wql__arena scratch; /* of the provider; until open or next returns */
    wql__turn turn;
    uint8_t state;
    _Atomic uint8_t phase; /* what the provider is inside of */
    bool prepared;         /* what follows `arena` is made */
    bool counted;          /* in the mount's number of scans */
    bool wide;             /* everything is asked for, and no limit: the provider promised less at open than at plan */
    bool partial;
    bool done;      /* has brought its last row */
    bool blocked;   /* did not get on since run_next was entered */
    bool reachable; /* between the call of open and the call of close; guarded by run->lock, as `interrupting` */
    uint32_t interrupting;
    wql_request request;
    uint8_t *take;
    uint8_t *made_take; /* what it was when the filters and outputs were made */
    bool made;          /* they are: the next part can use them */
    uint32_t *slots;    /* [property] the source's column, or WQL__NO_ENTRY: not wanted */
    uint32_t *numbers;  /* [slot] the property */
    uint32_t slot_count;
    wql__fact *facts;         /* [slot]; NULL: no columns came yet */
    const wql_column **given; /* [slot] while a batch is taken: the provider's column */
    uint8_t *plain;           /* [slot] bytes of a value, if the property's columns have values of one size; else 0 */

    wql_status broken; /* a breach of the contract, or no memory, within a callback; run->failure says more */
    wql_status after;  /* what comes behind the rows in hand: WQL_OK, WQL_END, WQL_S_PARTIAL_RESULTS, WQL_S_PENDING, a failure */
    _Atomic bool waker_taken;        /* by open or a next: what it takes to answer WQL_S_PENDING */
    uint64_t refusals;               /* of memory by the limit, when the callback began */
    bool brought;                    /* this next brought a batch */
    wql_batch *source;               /* the batch it brought */
    uint64_t counted_rows;           /* rows it only counted */
    uint64_t dropped_rows;           /* rows it lent that did not pass */
    bool is_filtered;                /* the rows of `source` have passed */
    uint64_t untold_ns, untold_rows; /* for the mount's statistics */
    wql__builder rows;
    bool row_begun;
    uint32_t look_at, look_step; /* the row at which row_end looks at the clock next */
    int64_t rows_since, looked_at;
    uint32_t row_bytes;
    wql__maker *makers;
    wql__nested *nested; /* finished batches of objects of this next */
    uint32_t nested_count, nested_room;
    wql__test **holds; /* [conjunct] made for wql_scan_holds where the plan has no test */

    wql__filter filter; /* what the provider did not take as exact */
    wql__filter *exact; /* WQL_CHECK_PROVIDERS: what it did, one for each conjunct that is */
    uint32_t exact_count;
    wql__outputs outputs;
};

void wql__scan_init(wql__scan *scan, wql__run *run, const wql__plan_scan *plan);
/* The part is through: the next wql__scan_pull opens part `part`. */
void wql__scan_advance(wql__scan *scan, uint32_t part);
/* One step towards rows: opens, or asks for more. Sets `after`, and source or counted_rows; failures are in run->failure. */
void wql__scan_pull(wql__scan *scan);
/* Ends a scan. WQL_OK, or WQL_S_PENDING: a serialised provider is busy; call again. */
wql_status wql__scan_close(wql__scan *scan);
/* The scan's arena has grown: the plan remembers how far. */
void wql__scan_grown(wql__scan *scan);
void wql__scan_interrupt(wql__scan *scan);
/* In place of a provider's next: the next classes of the plan's catalog, as rows of META_CLASS, in the order of their names.
 * Gives what `next` would answer; WQL_E_OUT_OF_MEMORY: run->failure says it. */
wql_status wql__definitions_next(wql__scan *scan);
/* Tells the mount's statistics what came since: lanes do it now and then, as the mount is everybody's. */
void wql__scan_tell(wql__scan *scan);
/* The run has ended: the mount counts the scan no longer. */
void wql__scan_uncount(wql__scan *scan);

/* The provider broke its contract: counts it, says so once, ends the scan. Returns WQL_E_PROVIDER_FAILURE. */
wql_status wql__scan_fault(wql__scan *scan, const char *format, ...) WQL_PRINTF(2, 3);
/* The call has ended within a callback: what came is not looked at. Returns WQL_E_CALL_CANCELLED, or how it was broken before. */
wql_status wql__scan_stopped(wql__scan *scan);
/* Memory lacked within a callback. */
wql_status wql__scan_no_memory(wql__scan *scan);
/* Whether a host function that needs one of two phases may be used now; a breach is recorded. */
bool wql__scan_is_in(wql__scan *scan, uint8_t phase, uint8_t or_phase, const char *function);
/* The batch that next brought by rows; NULL: none, or scan->broken. */
wql_batch *wql__rows_end(wql__scan *scan);
void wql__rows_drop(wql__scan *scan);
/* Makes scan->rows, with the first row: a scan that waits for it need not have it. False = no memory. */
bool wql__rows_prepare(wql__scan *scan);
/* Writes the objects that were made; later ones go into new batches. False: scan->broken. */
bool wql__objects_end(wql__scan *scan);
/* Whether the objects in a value were made in this next, and are of the class that the property declares; if not, that is a
 * breach. `level` is raised above theirs. */
bool wql__objects_fit(wql__scan *scan, const wql_class *cls, uint32_t property, const wql_value *value, uint32_t *level);
void wql__objects_drop(wql__scan *scan);
/* Says why a cell could not be set. */
void wql__report_cell(wql__scan *scan, const wql_class *cls, uint32_t property, const wql_value *value, int result);

/* Checks the columns of a batch. scan->given gets those that are wanted. `ill`, if not NULL, is set for columns with ill-formed
 * texts, which are a breach otherwise. WQL_OK, or scan->broken. */
wql_status wql__check_columns(wql__scan *scan, uint32_t rows, const wql_column *columns, uint32_t count, bool *ill);
void wql__check_publish(wql__scan *scan);

/* A batch whose columns point to what the provider lends until its callback returns (those of `ill` with ill-formed texts):
 * leaves rows that pass, in memory of the batch; perhaps none. False = no memory; else WQL_OK, or scan->broken. */
bool wql__copy_lent(wql__scan *scan, wql_batch *batch, const bool *ill);

/* The entries of the host table that bring rows. */
void wql__host_row_set(wql_scan *scan, uint32_t property, const wql_value *value);
bool wql__host_row_end(wql_scan *scan);
wql_status wql__host_emit(wql_scan *scan, uint64_t rows, const wql_column *columns, uint32_t count, void (*release)(void *ctx),
                          void *ctx, wql_error *err);
wql_status wql__host_copy(wql_scan *scan, uint32_t rows, const wql_column *columns, uint32_t count, wql_error *err);
wql_value wql__host_path(wql_scan *pub, const char *class_name, const wql_value *keys, uint32_t count);
bool wql__host_keys(wql_scan *pub, const wql_value *path, const char *class_name, wql_value *keys, uint32_t count);
/* A cell as it is stored: a text for a reference in its one spelling, which lives until the next one. False: scan->broken. */
void wql__speller_free(wql__run *run);
bool wql__reference_cell(wql__scan *scan, const wql_property_def *def, const wql_value *value, wql_value *spelled);
wql_value wql__host_object(wql_scan *scan, const char *class_name, const wql_param *properties, uint32_t count);

/* Prepares the columns that come out of an opened scan. False = no memory. */
bool wql__outputs_init(wql__scan *scan);
void wql__outputs_free(wql__scan *scan);
/* The columns that no provider has, for `rows` rows of a batch under construction. */
bool wql__outputs_constants(wql__scan *scan, wql_batch *out, uint32_t rows);
/* Starts the columns of paths in a new batch, and appends the paths of chosen rows (NULL: count rows from first). */
void wql__outputs_begin(wql__scan *scan, wql_batch *out, uint32_t room);
bool wql__outputs_paths(wql__scan *scan, const wql_batch *source, const uint16_t *rows, uint32_t first, uint32_t count);
/* Cuts the objects of a source down to the parts that were chosen: the `view` of those columns. */
bool wql__outputs_parts(wql__scan *scan, wql_batch *source);

/* -- the run
 * ---------------------------------------------------------------------------------------------------------------------------- */

/* Rows that passed, on their way out. */
typedef struct wql__input {
    wql_batch *source;    /* NULL: none */
    const uint16_t *rows; /* which, as a list; NULL: no column needs it, or all */
    uint64_t *bits;       /* which of them are not through, as bits; NULL: as the list says, or all */
    uint32_t count, at;   /* how many, and how many of them are through */
    int64_t since;        /* when the oldest of them came */
} wql__input;

/* The batch that is being gathered. */
typedef struct wql__gathering {
    wql_batch *batch; /* NULL: none */
    uint32_t rows, room;
    uint64_t bytes;
    int64_t since; /* when its oldest row came */
} wql__gathering;

enum { WQL__RUN_POOL = 4 };

/* What runs with references need. */
enum { WQL__PATHS_KEPT = 4 };
typedef struct wql__speller {
    wql__arena arena;                   /* of one reference */
    const char *paths[WQL__PATHS_KEPT]; /* that wql_scan_path made last, in this visit of a provider: they are spelled well */
    uint32_t path_count;
} wql__speller;

struct wql__run {
    wql__mem *mem;
    size_t size; /* of this block, whose rest the arena begins with */
    wql__plan *plan;
    wql__run_env *env;
    wql__arena arena;
    wql__scan *scans;
    uint32_t scan_count, unfinished, current, blocked;
    wql__rows_room *passed;         /* borrowed; NULL: not needed since it was given back */
    wql_batch *pool[WQL__RUN_POOL]; /* borrowed, empty: what is used from batch to batch asks nobody */
    uint32_t pool_count;
    wql__input input;
    wql__gathering gathering;
    uint64_t given; /* rows given out, or counted */
    bool gave;      /* a batch was given out */
    bool partial;
    bool is_over;
    wql_status over; /* how, and in `failure` why */
    int64_t now_us;
    wql__mutex lock;
    wql__cond idle;
    wql__run *parent;             /* of a lane; NULL: it is a call's */
    wql__speller *speller;        /* NULL: not needed yet */
    struct wql__links_run *links; /* of an association query, in place of scans; NULL: another one */
    _Atomic(wql__fan *) fans;     /* the youngest first; they live as long as the run */
    _Atomic(wql__mount *) late;   /* whose provider used a scan when it must not; kept by the plan. NULL: none did */
    wql__page page;               /* for paths that come out */
    wql_error *failure;           /* the environment's */
};

static inline bool wql__run_stopped(const wql__run *run) { return wql__flag_is_up(run->env->stop); }
/* Says that it was. */
wql_status wql__run_cancelled(wql__run *run);
static inline void wql__run_add(_Atomic uint64_t *counter, uint64_t more) {
    if (more) (void)atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

/* A run of one scan more, for a lane of `parent`, whose plan and values it uses. NULL = no memory. */
wql__run *wql__run_lane(wql__run *parent, wql__run_env *env, const wql__plan_scan *plan);
/* Whether the call still goes on, now: WQL_OK, or a failure. */
wql_status wql__run_check(wql__run *run);
/* Rows that the client only wants counted; no more than it asked for. */
void wql__run_count(wql__run *run, uint64_t rows);

/* -- association queries: links.c */

typedef struct wql__links_run wql__links_run;
/* For a run whose plan has links. False = no memory. */
bool wql__links_open(wql__run *run);
/* As wql__union_step; WQL_END: the last row was given out. */
wql_status wql__links_step(wql__run *run, int64_t until_us, wql_batch **out);
wql_status wql__links_rest(wql__run *run, wql_batch **out);
/* Closes the runs of its steps: WQL_OK, or WQL_S_PENDING: call again. */
wql_status wql__links_close(wql__run *run);
/* Does something to the runs of its steps, from any thread while the whole is not closed. */
void wql__links_visit(wql__run *run, void (*what)(wql__run *step));

/* -- parts on several threads: fan.c */

/* One step of a scan that is through with its own parts: as wql__union_step. WQL_END: all parts are. WQL_S_PENDING: others are at
 * work, a wake will come. */
wql_status wql__fan_step(wql__scan *scan, wql_batch **out);
/* A wake may have come: parts that had to wait are asked again. */
void wql__fan_retry(wql__scan *scan);
/* Frees the fans of a run. Nobody works on them. */
void wql__fans_free(wql__run *run);
/* The next scan of a lane from (*fan, *lane) on, which begin as (run->fans, 0); NULL: no more. */
wql__scan *wql__fans_scan(wql__fan **fan, uint32_t *lane);

/* One step: a batch for *out, or nothing yet. WQL_OK, WQL_END, WQL_S_PARTIAL_RESULTS, WQL_S_PENDING, or a failure (run->failure).
 */
wql_status wql__union_step(wql__run *run, wql_batch **out);

/* The same without asking a provider, for a run that has rows in hand. */
wql_status wql__union_rest(wql__run *run, wql_batch **out);

/* Scans that could not get on are asked again: time has passed, and a wake may have come. */
void wql__union_retry(wql__run *run);

/* Takes rows out of the input, until a batch is full or the input is empty. WQL_OK or a failure. */
wql_status wql__project(wql__run *run, wql__scan *scan, wql_batch **out);
/* Some of the input's rows passed: brings them into the form, or the forms, that the columns which come out need. */
void wql__project_choose(wql__run *run, wql__scan *scan, wql__rows *passed);
/* The rows gathered so far as a batch. */
wql_status wql__project_flush(wql__run *run, wql__scan *scan, wql_batch **out);
void wql__project_drop(wql__run *run);

/* An empty batch with one reference. NULL = no memory. */
wql_batch *wql__run_take(wql__run *run);

/* The input is through, or dropped: lets go of it and of what was borrowed for it. */
void wql__project_done(wql__run *run);

#endif
