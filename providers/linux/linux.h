/* SPDX-License-Identifier: MIT */
/* linux.h: the inside of the linux provider: what a class is made of, and what its rows are made with.
 *
 * A class lives in one file, as one constant descriptor (wql__linux_class): a table of properties, each with the sources that its
 * value needs, and three functions that open a scan, make a row and close. All else is the frame's: declaring the classes,
 * conditions, cancellation, memory, files. list.c names the descriptors. */
#ifndef WQL_LINUX_H
#define WQL_LINUX_H

#include <wql/provider.h>

#include <stdatomic.h>
#include <pthread.h>

/* -- memory (memory.c) ----------------------------------------------------------------------------------------------------- */

/* Memory that is freed, or reused, all at once. NULL from a `take` = no memory. A scan whose arenas were refused memory fails as
 * a whole, so what makes a row need not look at every text. */
typedef struct wql__linux_arena {
    wql_mount *mount;
    struct wql__linux_chunk *chunks;
    size_t ask;  /* how large the next chunk should be, if that is more than usual */
    bool failed; /* memory was refused since the last reset: what was made of this arena is not to be trusted */
} wql__linux_arena;

/* Zeroed, 16-byte aligned; `raw`: not zeroed. */
void *wql__linux_take(wql__linux_arena *arena, size_t size);
void *wql__linux_take_raw(wql__linux_arena *arena, size_t size);
void *wql__linux_take_array(wql__linux_arena *arena, size_t count, size_t size);
/* A copy with a NUL behind it. */
char *wql__linux_take_text(wql__linux_arena *arena, const char *text, size_t len);
/* Makes the block that was taken last larger, in place if it can be; else a copy, and the old one stays until the reset. */
void *wql__linux_take_more(wql__linux_arena *arena, void *block, size_t old_size, size_t new_size);
/* Forgets all blocks and keeps some memory for the next ones. */
void wql__linux_arena_reset(wql__linux_arena *arena);
void wql__linux_arena_free(wql__linux_arena *arena);

/* -- classes --------------------------------------------------------------------------------------------------------------- */

/* Where a property's value comes from. */
enum {
    WQL__LINUX_ROW = 0,    /* the class's `row` sets it */
    WQL__LINUX_FIXED,      /* the text `fixed` */
    WQL__LINUX_CLASS_NAME, /* the name of the row's class */
    WQL__LINUX_HOST_NAME,  /* CSName, SystemName */
    WQL__LINUX_OS_NAME,    /* Win32_OperatingSystem.Name */
    WQL__LINUX_NOTHING     /* Linux has no such thing: always NULL */
};

typedef struct wql__linux_property {
    const char *name;
    const char *units; /* qualifier Units, or NULL */
    const char *fixed;
    const char *reference; /* the class that a reference is of */
    uint32_t type;
    uint16_t flags;   /* WQL_KEY, WQL_INTERVAL */
    uint16_t from;    /* WQL__LINUX_ROW ... */
    uint32_t sources; /* bits of the class's own: what must be read for it. 0: known from the listing */
} wql__linux_property;

typedef struct wql__linux_scan wql__linux_scan;
typedef struct wql__linux_mount wql__linux_mount;

/* What `row` answers; a failure is a negative wql_status. */
enum {
    WQL__LINUX_MADE = 0, /* a row: all its cells are set */
    WQL__LINUX_SKIP,     /* none this time: it has vanished, or a condition fails. Its cells are forgotten */
    WQL__LINUX_END       /* none, and no more */
};

typedef struct wql__linux_class {
    const char *name, *superclass;
    const char *superset; /* the class that serves the rest of the properties in root/linux, or NULL */
    const wql__linux_property *properties;
    uint32_t property_count;                   /* of both */
    uint32_t documented;                       /* so many are `name`'s own, the rest is the superset's */
    uint32_t flags;                            /* WQL_ABSTRACT, WQL_SINGLETON */
    size_t state_size;                         /* of the scan's state, zeroed at open */
    const char *const *source_names;           /* by bit, NULL at the end; for explain */
    wql_status (*open)(wql__linux_scan *scan); /* NULL: nothing to do */
    int (*row)(wql__linux_scan *scan);         /* NULL: abstract */
    void (*close)(wql__linux_scan *scan);      /* after an open, also one that failed. NULL: nothing to do */
} wql__linux_class;

#define WQL__LINUX_COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

/* All classes, superclasses before what derives from them; ends in NULL. (list.c) */
const wql__linux_class *const *wql__linux_classes(void);

/* -- the mount ------------------------------------------------------------------------------------------------------------- */

enum { WQL__LINUX_ROOT = 0, WQL__LINUX_PROC, WQL__LINUX_SYS, WQL__LINUX_ETC, WQL__LINUX_DMI, WQL__LINUX_RUN, WQL__LINUX_ROOTS };

typedef struct wql__linux_options {
    const char *roots[WQL__LINUX_ROOTS]; /* paths */
    bool given[WQL__LINUX_ROOTS];
    bool superset;       /* classes=linux: instances are Linux_X */
    bool kernel_version; /* version=kernel */
    uint32_t mount_ms;   /* how long a network mount may take to tell its sizes */
    uint32_t bus_ms;     /* how long the service manager may take to answer */
    const char *bus;     /* address of the bus that the service manager is on; NULL: the system's, if systemd runs here */
    uint32_t load_ms;    /* how long Win32_Processor.LoadPercentage looks if there was no look before; 0: NULL then */
} wql__linux_options;

/* A time zone: offsets from UTC by instant. (zone.c) */
typedef struct wql__linux_rule {
    int64_t seconds; /* of the day; may be negative or beyond a day */
    int32_t kind;    /* 'M', 'J' or 0 (day of the year from 0) */
    int32_t month, week, day;
} wql__linux_rule;

typedef struct wql__linux_zone {
    const int64_t *instants; /* seconds; ascending */
    const int32_t *offsets;  /* seconds, in force from instants[i] on */
    const bool *dst;
    uint32_t count;
    int32_t first_offset; /* before the first instant */
    bool has_tail, tail_dst;
    int32_t offset, dst_offset; /* of the tail: behind the last instant */
    wql__linux_rule begin, end; /* of daylight saving time */
} wql__linux_zone;

/* A class as this mount defined it. */
typedef struct wql__linux_defined {
    const wql__linux_class *cls; /* the descriptor; NULL: none of this provider's rows */
    const char *name;
    bool concrete;
    const char **names; /* of all properties, in the engine's order */
    uint32_t count;
    uint32_t *places; /* [cls->property_count] number of the descriptor's property; WQL_NO_COLUMN: not in this class */
    uint32_t *own;    /* [count] the other way round; WQL_NO_COLUMN: not in the descriptor */
} wql__linux_defined;

typedef struct wql__linux_ticks {
    uint64_t busy, total;
} wql__linux_ticks;

struct wql__linux_mount {
    wql_mount *mount;
    wql__linux_arena arena;
    wql__linux_options options;
    int roots[WQL__LINUX_ROOTS]; /* open directories; -1: not there */
    bool live;                   /* the process file system is this kernel's own */
    long ticks_per_second, page_size;
    bool boot_known;
    int64_t boot_us; /* since 1970; whole seconds */
    wql__linux_zone zone;
    wql__linux_defined *defined; /* by class_index */
    uint32_t defined_count;
    atomic_uint_fast64_t opens; /* files, directories and links that were opened: what tests count */
    struct wql__linux_asker *asker; /* space.h */
    /* network.h: wql__linux_dump_kernel; NULL: there is no kernel to ask, the tree is a recorded one. */
    int (*dump)(void *user, wql__linux_scan *s, uint32_t what, wql_str *messages);
    void *dump_user;
    pthread_mutex_t lock;       /* guards what follows */
    wql__linux_ticks *load;     /* the last look at /proc/stat, by cpu; NULL: none yet */
    uint32_t load_count, load_room;
    int64_t load_us; /* monotonic, when */
};

wql_status wql__linux_read_options(wql__linux_mount *m, const char *config, wql_error *err);
wql_status wql__linux_define(wql__linux_mount *m, wql_error *err);
void wql__linux_zone_load(wql__linux_mount *m);
/* @param dst  [out] whether daylight saving time is in force; may be NULL. Returns the offset from UTC in seconds. */
int32_t wql__linux_offset(const wql__linux_zone *zone, int64_t seconds, bool *dst);
bool wql__linux_has_dst(const wql__linux_zone *zone);
/* Reads a TZif file's bytes, which must live as long as the arena. False: it is none. */
bool wql__linux_zone_parse(wql__linux_zone *zone, wql__linux_arena *arena, wql_str file);

/* -- errors (errors.c) ----------------------------------------------------------------------------------------------------- */

wql_status wql__linux_fail(wql_error *err, wql_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
wql_status wql__linux_no_memory(wql_error *err);

/* -- a scan (scan.c) ------------------------------------------------------------------------------------------------------- */

struct wql__linux_scan {
    wql_scan *scan;
    wql__linux_mount *mount;
    const wql__linux_defined *defined;
    const wql__linux_class *cls;
    wql_error *err;         /* for what fails; of the callback that runs */
    void *state;            /* the class's own */
    uint32_t sources;       /* what must be read: of the wanted properties, and of those with a condition */
    wql__linux_arena arena; /* lives until close */
    wql__linux_arena line;  /* of the row that is being made */
    wql_value *cells;       /* [property_count] by the descriptor's numbers */
    uint8_t *needed;        /* [property_count] */
    uint32_t *list;         /* those that are needed, `list_count` of them */
    uint32_t list_count;
    uint32_t tested;        /* conditions of the row that were looked at: a bit for each of the first 32 */
    bool failed;            /* and one of them does not hold */
    uint32_t lost;          /* sources of the row that could not be read */
    bool partial;           /* a source is known to be missing: the scan ends with WQL_S_PARTIAL_RESULTS */
    uint64_t rows, steps;
    const char *host_name, *os_name; /* if they are needed */
    const struct wql__linux_rows *within; /* its rows are made for an association's; NULL: it is the engine's */
};

wql_status wql__linux_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err);
size_t wql__linux_explain(void *self, const wql_request *request, char *buf, size_t size);
wql_status wql__linux_open(wql_scan *scan, wql_error *err);
wql_status wql__linux_next(wql_scan *scan, wql_error *err);
void wql__linux_close(wql_scan *scan);

/* Whether a property's value is needed; the number is the descriptor's. */
static inline bool wql__linux_needs(const wql__linux_scan *s, uint32_t property) { return s->needed[property] != 0; }
static inline bool wql__linux_reads(const wql__linux_scan *s, uint32_t sources) { return (s->sources & sources) != 0; }

/* Sets a cell of the row. A cell that is never set is NULL. Texts are views that must live until the row ends (the line arena's
 * do). Numbers out of the property's range become NULL, counted. */
void wql__linux_set(wql__linux_scan *s, uint32_t property, wql_value value);
void wql__linux_set_u64(wql__linux_scan *s, uint32_t property, uint64_t number);
void wql__linux_set_i64(wql__linux_scan *s, uint32_t property, int64_t number);
void wql__linux_set_bool(wql__linux_scan *s, uint32_t property, bool value);
void wql__linux_set_text(wql__linux_scan *s, uint32_t property, wql_str text);
void wql__linux_set_z(wql__linux_scan *s, uint32_t property, const char *text); /* NULL: NULL */
/* Microseconds since 1970, shown in the local offset of that instant. */
void wql__linux_set_time(wql__linux_scan *s, uint32_t property, int64_t us);
/* Sources that are there could not be read: values of theirs that are not set are NULL, and counted with the row. */
void wql__linux_lost(wql__linux_scan *s, uint32_t sources);

/* Whether the conditions on properties of these sources hold for the cells as set so far. Ask before reading what is dear; the
 * frame asks for the rest when the row is made. */
bool wql__linux_passes(wql__linux_scan *s, uint32_t sources_read);
/* Whether the call goes on; call it before each slow step. The frame asks once a row that reads sources. */
wql_status wql__linux_check(const wql__linux_scan *s);

/* The values that a key look-up names: if some condition says that the property equals one of a list, true, and the shortest such
 * list. Rows for other values need not be made; the condition itself is checked by the frame. NULLs do not occur. */
bool wql__linux_lookup(const wql__linux_scan *s, uint32_t property, const wql_value **values, uint32_t *count);

/* -- associations (references.c) ------------------------------------------------------------------------------------------- */

/* Sets a reference to the row of a class that has this key. */
void wql__linux_set_reference(wql__linux_scan *s, uint32_t property, const wql__linux_class *cls, wql_value key);
/* As wql__linux_lookup, for a reference: the keys of the rows of `cls` that its values name. Called in open; texts live in the
 * scan's arena. */
bool wql__linux_lookup_keys(wql__linux_scan *s, uint32_t property, const wql__linux_class *cls, wql_value **keys,
                            uint32_t *count);

void wql__linux_set_singleton(wql__linux_scan *s, uint32_t property, const wql__linux_class *cls);

/* The rows of another class, while one of an association is made: their keys, and one more property, by the way in which that class
 * is scanned itself (rows.c). Their texts live until the next one. */
typedef struct wql__linux_rows {
    wql__linux_scan scan; /* the other class's */
    uint32_t key, other;  /* numbers of its properties: the key, and the one that is needed too */
    bool listed, is_open; /* listed: only rows that have one of these keys */
    const wql_value *keys;
    uint32_t key_count;
} wql__linux_rows;

/* Only rows with one of the keys, or (NULL) all of them. `other` is the name of a property; NULL: only keys are needed. */
wql_status wql__linux_rows_open(wql__linux_rows *rows, wql__linux_scan *s, const wql__linux_class *cls, const wql_value *keys,
                                uint32_t count, const char *other);
/* WQL__LINUX_MADE: cells of `rows->scan`; WQL__LINUX_SKIP; WQL__LINUX_END; or a failure. */
int wql__linux_rows_next(wql__linux_rows *rows, wql__linux_scan *s);
/* Harmless if it is not open. */
void wql__linux_rows_close(wql__linux_rows *rows);

/* -- files (files.c) ------------------------------------------------------------------------------------------------------- */

/* All return 0 or an errno; paths are relative to `dir`, an open directory, or -1: ENOENT. */

/* Reads a whole file, at most `limit` bytes of it (EFBIG beyond). A NUL stands behind the text. */
int wql__linux_read(wql__linux_mount *m, wql__linux_arena *arena, int dir, const char *path, size_t limit, wql_str *out);
/* The same of a file that holds one line: without blanks at both ends. */
int wql__linux_read_line(wql__linux_mount *m, wql__linux_arena *arena, int dir, const char *path, wql_str *out);
int wql__linux_read_number(wql__linux_mount *m, wql__linux_arena *arena, int dir, const char *path, uint64_t *out);
int wql__linux_read_link(wql__linux_mount *m, wql__linux_arena *arena, int dir, const char *path, wql_str *out);
/* Opens a file (flags 0) or a directory (O_DIRECTORY). */
int wql__linux_open_at(wql__linux_mount *m, int dir, const char *path, int flags, int *fd);
bool wql__linux_exists(wql__linux_mount *m, int dir, const char *path);
/* Reads an open file from its beginning. */
int wql__linux_read_fd(wql__linux_arena *arena, int fd, size_t limit, wql_str *out);
/* The same of a text that is one line. */
int wql__linux_read_line_fd(wql__linux_arena *arena, int fd, size_t limit, wql_str *out);

/* A listing, in the order of the file system; `.` and `..` are left out. */
typedef struct wql__linux_dir {
    int fd;
    char *buffer;
    size_t used, at;
} wql__linux_dir;

int wql__linux_dir_open(wql__linux_mount *m, wql__linux_arena *arena, int dir, const char *path, wql__linux_dir *out);
/* *name NULL: the end. The name lives until the next call. */
int wql__linux_dir_next(wql__linux_dir *dir, const char **name);
void wql__linux_dir_close(wql__linux_dir *dir);

enum { WQL__LINUX_SMALL = 64 << 10, WQL__LINUX_LARGE = 16 << 20 }; /* limits for wql__linux_read */

/* -- text (text.c) --------------------------------------------------------------------------------------------------------- */

/* Cuts the next piece up to `separator` off `rest`, which is left behind it. False: nothing is left. */
bool wql__linux_cut(wql_str *rest, char separator, wql_str *piece);
/* The same with runs of blanks (space, tab) between pieces. */
bool wql__linux_word(wql_str *rest, wql_str *word);
wql_str wql__linux_trim(wql_str text);
/* The whole text as a number. False: it is none, or too large. */
bool wql__linux_decimal(wql_str text, uint64_t *out);
bool wql__linux_signed(wql_str text, int64_t *out);
bool wql__linux_hex(wql_str text, uint64_t *out);
bool wql__linux_is(wql_str text, const char *z);
bool wql__linux_starts(wql_str text, const char *z);
/* The value of the first line `name` + `separator` + value: trimmed; blanks may stand before the separator. False: no such line.
 */
bool wql__linux_field(wql_str file, const char *name, char separator, wql_str *value);
/* The number at the beginning of such a value ("12 kB"). */
bool wql__linux_field_number(wql_str file, const char *name, char separator, uint64_t *value);
/* Whether a blank-separated list has the word. */
bool wql__linux_has_word(wql_str list, const char *word);
/* Formatted text of the arena; empty if there is no memory. */
wql_str wql__linux_text(wql__linux_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Decimal digits of a number, and a NUL. Returns how many. */
size_t wql__linux_digits(uint64_t number, char out[24]);

/* -- what several classes ask about the machine (machine.c) ---------------------------------------------------------------- */

/* Microseconds, of the clock since 1970 and of one that never jumps. */
int64_t wql__linux_now(void);
int64_t wql__linux_steady(void);
void wql__linux_find_boot(wql__linux_mount *m);
/* Texts live in the arena; NULL: not known. */
const char *wql__linux_host_name(wql__linux_mount *m, wql__linux_arena *arena);
const char *wql__linux_os_name(wql__linux_mount *m, wql__linux_arena *arena);
const char *wql__linux_kernel(wql__linux_mount *m, wql__linux_arena *arena,
                              const char *what); /* "osrelease", "version", "arch" */
/* A value of os-release, without quotes. False: not there. */
bool wql__linux_os_release(wql_str file, wql__linux_arena *arena, const char *name, wql_str *out);
/* What the system calls itself, else its kernel's release. False: neither is known. */
bool wql__linux_caption(wql__linux_mount *m, wql__linux_arena *arena, wql_str os_release, wql_str *out);
int wql__linux_read_os_release(wql__linux_mount *m, wql__linux_arena *arena, wql_str *out);
/* The source of the mount at `path`, or NULL. */
const char *wql__linux_mount_source(wql__linux_mount *m, wql__linux_arena *arena, const char *path);
/* Undoes \040 and the like, in place. */
wql_str wql__linux_unescape(char *text, size_t len);
/* A text of the firmware's tables below /sys/class/dmi/id. */
int wql__linux_dmi(wql__linux_mount *m, wql__linux_arena *arena, const char *name, wql_str *out);

/* -- superclasses (cim.c), and the descriptors, one a file ----------------------------------------------------------------- */

extern const wql__linux_class wql__linux_managed_system_element, wql__linux_logical_element, wql__linux_cim_process,
    wql__linux_cim_operating_system, wql__linux_cim_service, wql__linux_base_service, wql__linux_logical_device,
    wql__linux_cim_processor, wql__linux_cim_network_adapter, wql__linux_storage_extent, wql__linux_cim_logical_disk,
    wql__linux_cim_system, wql__linux_cim_computer_system, wql__linux_unitary_computer_system, wql__linux_cim_setting;

extern const wql__linux_class wql__linux_logical_disk, wql__linux_network_adapter, wql__linux_network_configuration,
    wql__linux_service;

extern const wql__linux_class wql__linux_process_parent, wql__linux_network_setting, wql__linux_service_process,
    wql__linux_system_services, wql__linux_system_processes, wql__linux_system_devices, wql__linux_system_operating_system;

extern const wql__linux_class wql__linux_process, wql__linux_operating_system, wql__linux_computer_system, wql__linux_processor;

#endif
