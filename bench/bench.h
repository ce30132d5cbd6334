/* SPDX-License-Identifier: MIT */
/* bench.h: what the parts of the bench share.
 *
 *   data.c       the rows, from a seed, in every layout that is measured; variants.c: the same with NULLs, or with texts of the
 *                world
 *   queries.c    Q1 to Q15: as WQL and as SQL; answers.c: as plain code that says which rows are right
 *   sink.c       what is done with each value delivered, by whoever delivers it
 *   hand.c       loops written by hand, for one query each; hand_more.c: Q10 to Q15; simd_avx2.c, simd_avx512.c: with vectors
 *   shared.c     a loop by hand on two threads
 *   ours.c       the engine over the memory provider, and over provider.c, which copies, or gives no buffer ids
 *   sqlite.c     SQLite: its own table, and virtual_table.c: the same arrays as a virtual table
 *   contest.c    one query, everybody in turn: checked first, then timed
 *   sqlite_provider.c  the engine over SQLite against a bare loop over sqlite3_step
 *   ten_rows.c   queries whose rows cost nothing
 *   linux.c      the processes of this machine against bare loops over /proc
 *   calls.c      prepare, submit, first batch;  cancel.c: cancel;  waiting.c, outstanding.c: many calls at once
 *   measure.c    clock, medians, memory bandwidth
 *   report.c     tables;  json.c: build/bench.json
 *   bench.c      options, and what runs in which order; main.c: the program bench
 *   peers.c      the program peers: the same with a guest, DuckDB (duckdb.h lists its files); peers_report.c: its table */
#ifndef BENCH_H
#define BENCH_H

#include <wql/wql.h>

#include <sqlite3.h>

/* -- sink.c: answers --------------------------------------------------------------------------------------------- */

/* What came out of a query. Two answers are the same if all three numbers are. Sums: the order of the rows does not matter. */
typedef struct bench_answer {
    uint64_t rows;
    uint64_t sum;  /* of all values; of a text, its bytes and the square of its length */
    uint64_t deep; /* of the hashes of all rows; only if `thorough` */
    bool thorough; /* also fill deep: too slow to be timed */
} bench_answer;

void bench_take_ids(bench_answer *answer, const uint32_t *ids, uint32_t rows);
void bench_take_columns(bench_answer *answer, const wql_column *const *columns, uint32_t width, uint32_t rows);
uint64_t bench_text_sum(const char *text, size_t len);
/* Hashes of a row, cell by cell: start with 0. */
uint64_t bench_hash_number(uint64_t hash, uint64_t number);
uint64_t bench_hash_text(uint64_t hash, const char *text, size_t len);
uint64_t bench_bits_of(double number);

/* -- data.c ------------------------------------------------------------------------------------------------------ */

enum { BENCH_ID, BENCH_PARENT, BENCH_SIZE, BENCH_CPU, BENCH_FLAG, BENCH_NAME, BENCH_PATH, BENCH_CREATED, BENCH_WIDTH };
enum { BENCH_NAMES = 4000, BENCH_NAME_ROOM = 24, BENCH_PADDING = 64 };
/* What a query runs over: the rows; with NULLs in 10 % of `size` and of `name`; with 5 % of the paths not ASCII. */
enum { BENCH_ROWS, BENCH_NULLS, BENCH_WORLD, BENCH_VARIANTS };

/* All columns of all rows. Behind the bytes of texts are BENCH_PADDING more, which loops by hand may read. */
typedef struct bench_table {
    uint64_t rows;
    uint32_t *id, *parent;
    uint64_t *size;
    double *cpu;
    uint8_t *flag; /* bits */
    int64_t *created;
    int32_t *name_offsets, *path_offsets;
    char *name_bytes, *path_bytes;
    int32_t *name_codes; /* the same names as codes */
    int32_t *dictionary_offsets;
    char *dictionary_bytes;
    wql_view *name_views, *path_views; /* the same texts as views into the bytes above */
    wql_column dictionary;
    const char *view_buffers[2]; /* of names, of paths */
    int64_t view_sizes[2];
    const uint8_t *size_valid, *name_valid;       /* bits; NULL: all have a value */
    struct bench_table *variants[BENCH_VARIANTS]; /* these share the other arrays with this table, which is the first of them */
    uint64_t memory;                              /* bytes in all */
} bench_table;

void bench_table_make(bench_table *table, uint64_t rows);
void bench_table_free(bench_table *table);
void bench_variants_make(bench_table *table);
void bench_variants_free(bench_table *table);
static inline bool bench_bit(const uint8_t *bits, uint64_t row) { return !bits || (bits[row / 8] >> (row % 8) & 1); }
/* So many names of the table, evenly out of all, in lower case. */
void bench_wanted_names(char names[][BENCH_NAME_ROOM], uint32_t count);
extern const wql_property_def bench_properties[BENCH_WIDTH];
/* The columns from row `first`, a multiple of 64, on; `layout` is that of the texts: WQL_OFFSETS, WQL_VIEWS, or WQL_CODES (of the
 * name; the path has none). */
void bench_table_columns(const bench_table *table, uint8_t layout, uint64_t first, wql_column columns[BENCH_WIDTH]);

/* -- queries.c --------------------------------------------------------------------------------------------------- */

enum {
    BENCH_Q1,
    BENCH_Q2,
    BENCH_Q3,
    BENCH_Q4,
    BENCH_Q5,
    BENCH_Q6,
    BENCH_Q7,
    BENCH_Q8,
    BENCH_Q9,
    BENCH_FIRST_QUERIES, /* those above are measured everywhere */
    BENCH_Q10 = BENCH_FIRST_QUERIES,
    BENCH_Q11,
    BENCH_Q12,
    BENCH_Q13,
    BENCH_Q14,
    BENCH_Q15,
    BENCH_QUERIES
};
enum { BENCH_FEW_NAMES = 8, BENCH_MANY_NAMES = 400, BENCH_QUERY_ROOM = 14000 };

enum { BENCH_SPELLINGS = 3 };

/* size is uniform from 0 on and below 1,000,000,000 */
#define BENCH_ONE_PERCENT 990000000
#define BENCH_HALF 500000000
#define BENCH_LOW 250000000
#define BENCH_HIGH 750000000
#define BENCH_PARENT_NOT 7

typedef struct bench_query {
    const char *name;                 /* "Q1" */
    const char *items;                /* of the SELECT */
    const char *where;                /* in WQL; "" = none. `#`: name = '...' OR name = '...', `names` of them */
    const char *sql[BENCH_SPELLINGS]; /* the same in SQL; more than one where nobody knows which is the fastest. `@`: the names */
    uint32_t names;
    int variant;            /* of the rows: BENCH_ROWS ... */
    const char *class_name; /* in WQL; NULL: Item, in each layout */
    bool compared;          /* with the query `beside`, in the same rounds */
    int beside;
    uint32_t flags;                /* of the call */
    double bytes;                  /* a row that must be read at the least; 0 = not worked out */
    double hand_share, simd_share; /* of the byte bound that these baselines must reach; 0 = no such rule */
} bench_query;

extern const bench_query bench_queries[BENCH_QUERIES];
/* Writes `where` with `#` and `@` replaced. */
void bench_condition(int query, const char *where, char *buf, size_t size);
/* By the plainest code there is. `exact`: upper and lower case are two things. The table is the variant that the query is over.
 */
void bench_right_answer(const bench_table *table, int query, bool exact, bench_answer *answer);
/* "SELECT id FROM Item WHERE ..." */
void bench_wql(int query, const char *class_name, char *buf, size_t size);

/* -- measure.c --------------------------------------------------------------------------------------------------- */

enum { BENCH_ROUNDS_MAX = 99 };

typedef struct bench_series {
    uint32_t count;
    double values[BENCH_ROUNDS_MAX];
} bench_series;

double bench_now(void);     /* seconds, monotonic */
double bench_cpu_now(void); /* seconds that this thread has run */
void bench_spin(double seconds);
void bench_series_add(bench_series *series, double value);
double bench_median(const bench_series *series); /* of none: -1 */
double bench_least(const bench_series *series);
double bench_percentile(double *values, size_t count, double share); /* sorts them */

/* A large piece of memory, in large pages if the system gives them. Ends the program if there is none. */
void *bench_allocate(size_t size);
void bench_deallocate(void *memory, size_t size);

enum { BENCH_PLAIN, BENCH_AVX2, BENCH_AVX512 };
typedef struct bench_machine {
    char cpu[96];
    int best_isa;  /* of the CPU */
    int isa;       /* the one that is used */
    bool cpu_time; /* queries are timed by the time of their thread, not by the clock */
    void *memory;  /* to measure the bandwidth with */
    size_t memory_size;
} bench_machine;
void bench_machine_open(bench_machine *machine, size_t memory_size);
void bench_machine_close(bench_machine *machine);
const char *bench_isa_name(int isa);
/* The clock that queries are timed with, in seconds. */
double bench_clock(const bench_machine *machine);
/* Nanoseconds to read one byte from memory, one thread, now. */
double bench_ns_per_byte(const bench_machine *machine);

/* -- hand.c, simd_*.c -------------------------------------------------------------------------------------------- */

/* NULL: there is none for that query and layout. */
typedef void (*bench_loop)(const bench_table *table, bench_answer *answer);
bench_loop bench_hand(int query, uint8_t layout);
/* The loop on two threads, half of the rows each. */
void bench_loop_shared(bench_loop loop, const bench_table *table, bench_answer *answer);
bench_loop bench_hand_more(int query, uint8_t layout); /* from Q10 on */
bench_loop bench_simd(int query, int isa);
bench_loop bench_simd_avx2(int query);
bench_loop bench_simd_avx512(int query);
uint64_t bench_read_plain(const void *memory, size_t size);
uint64_t bench_read_avx2(const void *memory, size_t size);
uint64_t bench_read_avx512(const void *memory, size_t size);

/* -- ours.c, provider.c ------------------------------------------------------------------------------------------ */

extern const wql_provider bench_provider; /* mounted with a bench_source */
enum { BENCH_COPIES, BENCH_NO_IDS, BENCH_ENDLESS };
typedef struct bench_source {
    const bench_table *table;
    _Atomic uint64_t closes;    /* scans closed so far */
    _Atomic uint64_t closed_ns; /* when the last one was, on the clock of bench_now */
} bench_source;

enum { BENCH_PUMPED, BENCH_PULLED, BENCH_PUSHED, BENCH_SHARED /* pushed, with two workers */ };

/* Three engines over one table: without a thread, with one worker, with two. Classes: Item, ItemDict, ItemViews, ItemFew and
 * ItemTen of the memory provider; ItemCopy, ItemNoId, ItemEndless of provider.c; ItemNulls and ItemWorld, of the variants;
 * ItemBase, which has no rows of its own, and its subclasses ItemPart1 to ItemPart4, which have the rows between them. */
typedef struct bench_ours {
    wql_engine *engine, *working, *pair;
    wql_session *session, *working_session, *pair_session;
    wql_pump *pump;
    bench_source source;
} bench_ours;
enum { BENCH_FEW = 10000, BENCH_TEN = 10 }; /* the rows of ItemFew and of ItemTen, which are the first of Item */
/* Mounts the table, and the source, into root/bench. */
void bench_mount(wql_engine *engine, const bench_table *table, bench_source *source);
void bench_ours_open(bench_ours *ours, const bench_table *table, int isa); /* isa: of the machine, as BENCH_PLAIN ... */
void bench_ours_close(bench_ours *ours);
/* Text to end. Ends the program if the query fails. */
void bench_ours_run(bench_ours *ours, int drive, const char *text, uint32_t flags, bench_answer *answer);
void bench_fail(const wql_error *err); /* both print and end the program */
void bench_stop(const char *why);

/* -- sqlite.c, virtual_table.c ----------------------------------------------------------------------------------- */

void bench_sqlite_configure(void); /* once, before anything else */
/* In memory: table Item with all rows, virtual table ItemArrays over the arrays. */
sqlite3 *bench_sqlite_open(const bench_table *table);
void bench_sqlite_create(sqlite3 *db, const bench_table *table, uint64_t rows);
void bench_sqlite_must(int result, sqlite3 *db);
void bench_virtual_table(sqlite3 *db, const bench_table *table);
/* Text to end. `counts`: the answer is one row that holds the number of rows. */
void bench_sqlite_run(sqlite3 *db, const char *sql, bool counts, bench_answer *answer);
void bench_sql(int query, int spelling, const char *table_name, char *buf, size_t size);

/* -- contest.c, report.c, json.c --------------------------------------------------------------------------------- */

/* One element of bench.json. A series without values is null there. */
typedef struct bench_result {
    char id[48];
    const char *unit; /* static */
    uint64_t n;
    bench_series ours, hand, simd, sqlite, futex, alone, beside;
    bench_series duckdb;                               /* the fastest of the next two, or the only one there is */
    bench_series duckdb_table, duckdb_arrays;          /* its own table, its table function over the arrays */
    bench_series duckdb_packed;                        /* its own table, compressed: texts that are often the same as codes */
    bench_series duckdb_exact;                         /* the fastest where case counts: another query, to compare with */
    bench_series duckdb_materialised, duckdb_streamed; /* of the first rows */
    bench_series bound;                                /* the byte bound */
    double hand_share, simd_share;                     /* what they must reach of the bound; 0 = no such rule */
    char note[120];                                    /* which variant of SQLite, and the like */
    char duckdb_note[160];                             /* which variant of DuckDB */
    bool checked;                                      /* rows and sum hold */
    uint64_t rows, sum;
} bench_result;

typedef struct bench_results {
    bench_result *list;
    uint32_t count, room;
    bool with_guest; /* the fields of DuckDB are written */
} bench_results;
bench_result *bench_results_add(bench_results *results, const char *id, const char *unit, uint64_t n);
/* Whether a baseline is fast enough to be compared with; `share` receives what it reaches of the bound, 0 if that is not known.
 */
bool bench_qualifies(const bench_result *result, const bench_series *baseline, double must, double *share);

typedef struct bench_guest bench_guest;

typedef struct bench_run {
    const bench_table *table, *peers_table; /* that of the peers may be a variant */
    bench_machine *machine;
    bench_ours ours;
    sqlite3 *db;
    const bench_guest *guest; /* NULL: none */
    void *guest_state;
    uint32_t rounds;
    bool check_only;       /* compare answers, measure nothing */
    const char *only;      /* a query, or NULL */
    const char *directory; /* for files */
    bench_results results;
    bool judges; /* bounds on time are tests */
    uint32_t passed, failed;
} bench_run;
/* Says "ok" or "not ok" and counts. */
bool bench_check(bench_run *run, bool right, const char *format, ...) WQL_PRINTF(3, 4);
/* "Q1", ".copy", 1000000: "Q1.copy.1m" */
void bench_id(char id[48], const char *name, const char *suffix, uint64_t rows);

/* An engine of others as the contest sees it: ways to run a query, of which the fastest counts. */
typedef struct bench_peer {
    const char *name;
    uint32_t each; /* takes part in each so-many-th round */
    bool exact;    /* to it upper and lower case are two things, so another answer is right */
    bool apart;    /* not what the engine is compared with first, but shown */
    size_t series; /* where in a bench_result its times go */
    /* Writes the text of one way; false: there is none of that number, nor of a greater one. */
    bool (*way)(int query, uint32_t number, char *text, size_t size);
    void (*execute)(bench_run *run, int query, uint32_t number, const char *text, bench_answer *answer);
} bench_peer;

extern const bench_peer bench_sqlite_peer;

/* A further engine, brought along by another program than the bench. All run on the calling thread. */
struct bench_guest {
    const bench_peer *peers;
    uint32_t peer_count;
    void (*open)(bench_run *run); /* peers_table is there */
    void (*close)(bench_run *run);
    double (*prepare)(bench_run *run, const char *text, uint32_t times); /* seconds for one, there and back */
    double (*first)(bench_run *run, const char *text, bool streaming);   /* seconds to the first rows */
    double (*interrupt)(bench_run *run, const char *text, double after); /* seconds to the end of the query; negative: too late */
    /* A query more that is open, with its first rows delivered; and its end. */
    void *(*hold)(bench_run *run, const char *text);
    void (*let_go)(bench_run *run, void *held);
};

void bench_contest(bench_run *run, int query);
void bench_sqlite_provider(bench_run *run);
/* `last`: also what does not depend on the number of rows. */
void bench_calls(bench_run *run, bool last);
/* The text of the preparations, of 40, 300 or 10000 bytes: it means the same in WQL and in SQL. */
enum { BENCH_TEXT_ROOM = 12000 };
void bench_prepare_text(char text[BENCH_TEXT_ROOM], size_t size);
void bench_cancels(bench_run *run);
void bench_cancel_long(bench_run *run); /* cancel_long.c */
void bench_waiting(bench_run *run);
void bench_outstanding(bench_run *run);
void bench_ten_rows(bench_run *run);
void bench_linux(bench_run *run);
int bench_processes(const char *count); /* the program that is started for it: makes processes that wait */

void bench_peers_report(const bench_results *results, uint32_t first);
void bench_report(const bench_results *results, uint32_t first, const bench_machine *machine);
bool bench_json_write(const bench_results *results, const bench_machine *machine, const char *path);
bool bench_json_check(const bench_results *results, const char *path);

/* The program; `guest` may be NULL. Returns its exit status. */
int bench_main(int argc, char **argv, const bench_guest *guest, void *guest_state);

#endif
