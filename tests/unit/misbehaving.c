/* SPDX-License-Identifier: MIT */
/* misbehaving.c: the provider for tests of what a provider must not do. */
#include "misbehaving.h"

#include <math.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

enum { ID, NAME, TAGS, REF };

static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "Name", .type = WQL_STRING},
                                              {.name = "Tags", .type = WQL_STRING | WQL_ARRAY},
                                              {.name = "Ref", .type = WQL_REFERENCE}};

static void say(wql_error *err, wql_status status, const char *message) {
    err->status = status;
    strcpy(err->message, message);
}

/* -- load -------------------------------------------------------------------------------------------------------- */

static wql_status bad_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    misbehaving *m = user;
    wql_class_def defs[2] = {{.struct_size = sizeof defs[0], .name = "Bad", .properties = properties, .property_count = 4},
                             {.struct_size = sizeof defs[0], .name = "Worse", .superclass = "Bad"}};
    wql_status status;
    (void)config;
    (void)self;
    if (m->what == LOAD_FAILS_SILENTLY) return WQL_E_FAILED;
    if (m->what == LOAD_FAILS) return say(err, WQL_E_NOT_AVAILABLE, "not in the mood"), WQL_E_NOT_AVAILABLE;
    if (m->what == LOAD_DEFINES_NONSENSE) defs[1].superclass = "Nobody";
    if (m->what == LOAD_DEFINES_TWICE) defs[1].name = "bad";
    status = wql_mount_define(mount, defs, 2, err);
    if (status < 0) return status;
    if (m->what == LOAD_ANSWERS_A_REMARK) return WQL_S_TIMEDOUT;
    atomic_fetch_add(&m->loads, 1);
    return WQL_OK;
}

static void bad_unload(void *self) { atomic_fetch_add(&((misbehaving *)self)->unloads, 1); }

/* -- plan -------------------------------------------------------------------------------------------------------- */

static wql_status bad_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    static uint8_t elsewhere[8];
    misbehaving *m = self;
    switch (m->what) {
    case PLAN_TAKES_NONSENSE:
        if (request->conjunct_count) answer->take[0] = 77;
        break;
    case PLAN_OFFERS_NO_PART: answer->parts = 0; break;
    case PLAN_ESTIMATES_NONSENSE: answer->rows = (double)NAN; break;
    case PLAN_MOVES_ITS_ANSWER: answer->take = elsewhere; break;
    case PLAN_ANSWERS_A_REMARK: return WQL_S_PARTIAL_RESULTS;
    case PLAN_FAILS: return say(err, WQL_E_ACCESS_DENIED, "no plans for you"), WQL_E_ACCESS_DENIED;
    case LIES_ABOUT_EXACTNESS:
    case COUNTS_BEYOND_COUNTING:
        for (uint32_t i = 0; i < request->conjunct_count; i++) answer->take[i] = WQL_EXACT;
        break;
    default: break;
    }
    return WQL_OK;
}

/* -- open and close ---------------------------------------------------------------------------------------------- */

static wql_status bad_open(wql_scan *scan, wql_error *err) {
    misbehaving *m = scan->self;
    wql_class_def late = {.struct_size = sizeof late, .name = "Tick", .properties = properties, .property_count = 1};
    switch (m->what) {
    case OPEN_ANSWERS_THE_END: return WQL_END;
    case OPEN_BRINGS_ROWS:
        wql_row_set(scan, ID, wql_u64(1));
        (void)wql_row_end(scan);
        break;
    case OPEN_PROMISES_MORE:
        if (scan->request->conjunct_count) scan->take[0] = WQL_EXACT;
        break;
    case OPEN_WAITS_WITHOUT_A_WAKER: return WQL_S_PENDING;
    case OPEN_FAILS: return say(err, WQL_E_ACCESS_DENIED, "closed today"), WQL_E_ACCESS_DENIED;
    case OPEN_DEFINES: return wql_mount_define((wql_mount *)(void *)wql_scan_waker(scan).engine, &late, 1, err);
    default: break;
    }
    atomic_fetch_add(&m->opens, 1);
    return WQL_OK;
}

static void bad_close(wql_scan *scan) {
    misbehaving *m = scan->self;
    atomic_fetch_add(&m->closes, 1);
    if (m->what == USES_A_SCAN_THAT_ENDED) atomic_store(&m->ended, scan);
}

/* -- next: rows -------------------------------------------------------------------------------------------------- */

static void set_row(wql_scan *scan, uint32_t id) {
    wql_row_set(scan, ID, wql_u64(id));
    wql_row_set(scan, NAME, wql_text(wql_s("a name")));
}

static wql_status three_rows(wql_scan *scan) {
    for (uint32_t id = 1; id <= 3; id++) {
        set_row(scan, id);
        (void)wql_row_end(scan);
    }
    return WQL_END;
}

static wql_status bad_rows(misbehaving *m, wql_scan *scan, wql_error *err) {
    static const uint32_t ids[] = {1, 2, 3};
    const wql_column column = {.property = ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids};
    switch (m->what) {
    case CELL_OF_ANOTHER_TYPE: wql_row_set(scan, ID, wql_text(wql_s("one"))); break;
    case CELL_OF_NO_PROPERTY: wql_row_set(scan, 1000, wql_u64(1)); break;
    case CELL_OF_NOTHING: wql_row_set(scan, NAME, wql_text((wql_str){NULL, 5})); break;
    case ROW_WITHOUT_ITS_KEY: wql_row_set(scan, NAME, wql_text(wql_s("nobody"))); break;
    case ROW_WITHOUT_ITS_END: set_row(scan, 1); return WQL_END;
    case ROWS_BESIDE_A_BATCH: (void)wql_scan_emit(scan, 3, &column, 1, NULL, NULL, err); break;
    default: break;
    }
    if (m->what == ROWS_BEYOND_THE_BATCH)
        for (uint32_t id = 1; id < 10000; id++) {
            set_row(scan, id);
            (void)wql_row_end(scan);
        }
    else if (m->what == ROWS_BESIDE_A_BATCH)
        (void)three_rows(scan);
    else
        (void)wql_row_end(scan);
    return WQL_END;
}

/* The second of two references is not spelled as the engine spells it. */
static wql_status misspell(wql_scan *scan, wql_error *err) {
    static const uint32_t ids[] = {1, 2};
    static const int32_t offsets[] = {0, 8, 18};
    const wql_column columns[] = {{.property = ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids},
                                  {.property = REF,
                                   .type = WQL_REFERENCE,
                                   .layout = WQL_OFFSETS,
                                   .offsets = offsets,
                                   .bytes = "Bad.Id=1bad.ID='2'",
                                   .bytes_size = 18}};
    wql_status status = wql_scan_emit(scan, 2, columns, 2, NULL, NULL, err);
    return status < 0 ? status : WQL_END;
}

/* -- next: columns ----------------------------------------------------------------------------------------------- */

/* Three rows as columns, which each misbehaviour damages in its way. */
typedef struct stock {
    uint32_t ids[3];
    int64_t wide[3];
    int32_t offsets[4], codes[3];
    uint8_t bits;
    wql_column columns[3], dictionary;
} stock;

static void let_go(void *ctx) { atomic_fetch_add(&((misbehaving *)ctx)->released, 1); }

static void fill_stock(stock *s, const misbehaving *m) {
    *s = (stock){.ids = {1, 2, 3}, .wide = {1, 2, 3}, .offsets = {0, 3, 6, 9}, .codes = {0, 1, 2}, .bits = 5};
    s->columns[0] = (wql_column){.property = ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = s->ids};
    s->columns[1] = (wql_column){
        .property = NAME, .type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = s->offsets, .bytes = m->texts, .bytes_size = 9};
    s->dictionary = s->columns[1];
}

static void make_codes(stock *s) {
    s->columns[1] = (wql_column){
        .property = NAME, .type = WQL_STRING, .layout = WQL_CODES, .values = s->codes, .child = &s->dictionary, .child_rows = 3};
}

/* Damages; gives how many rows and columns are brought. */
static uint64_t damage(stock *s, misbehaving *m, uint32_t *count) {
    *count = 2;
    switch (m->what) {
    case COLUMN_OF_ANOTHER_TYPE:
        s->columns[0].type = WQL_SINT64;
        s->columns[0].values = s->wide;
        break;
    case COLUMN_OF_ANOTHER_LAYOUT: s->columns[0].layout = WQL_OFFSETS; break;
    case COLUMN_TWICE: s->columns[1] = s->columns[0]; break;
    case COLUMN_OF_NO_PROPERTY: s->columns[1].property = 99; break;
    case TEXT_ILL_FORMED: m->texts[4] = (char)0xff; break;
    case TEXT_OFFSETS_GO_DOWN: s->offsets[1] = 8; break;
    case TEXT_OFFSETS_GO_BEYOND: s->offsets[3] = 1 << 30; break;
    case TEXT_CODES_GO_BEYOND:
        make_codes(s);
        s->codes[2] = 1 << 20;
        break;
    case KEY_NULL_IN_A_COLUMN: s->columns[0].validity = &s->bits; break;
    case KEY_MISSING:
        s->columns[0] = s->columns[1];
        *count = 1;
        break;
    case BATCH_TOO_LONG: return 2049;
    case BATCH_OF_BILLIONS: return UINT64_MAX;
    case BATCH_OF_NO_ROWS: return 0;
    default: break;
    }
    return 3;
}

static wql_status emit(misbehaving *m, wql_scan *scan, uint64_t rows, const wql_column *columns, uint32_t count, wql_error *err) {
    wql_status status = wql_scan_emit(scan, rows, columns, count, let_go, m, err);
    if (status == WQL_OK) atomic_fetch_add(&m->emitted, 1);
    return status;
}

static wql_status bad_columns(misbehaving *m, wql_scan *scan, wql_error *err) {
    stock s;
    uint32_t count;
    uint64_t rows;
    wql_status status;
    memcpy(m->texts, "onetwothr", 9);
    fill_stock(&s, m);
    rows = damage(&s, m, &count);
    status = emit(m, scan, rows, m->what == COLUMNS_WITHOUT_AN_ARRAY ? NULL : s.columns, count, err);
    if (m->what == BATCHES_TWO) { /* the first one lies on the stack: copied */
        static const uint32_t ids[] = {4, 5, 6};
        wql_column more = s.columns[0];
        more.values = ids;
        (void)wql_scan_emit(scan, 3, &more, 1, NULL, NULL, err);
    }
    (void)status; /* a provider that does not listen either */
    return WQL_END;
}

static wql_status count_beyond(misbehaving *m, wql_scan *scan, wql_error *err) {
    if (!(scan->request->flags & WQL_WISH_COUNT)) return three_rows(scan);
    (void)emit(m, scan, UINT64_MAX - 5, NULL, 0, err);
    return WQL_OK; /* and again */
}

/* Buffers that are said never to change, and do: in place, so that nothing but looking again finds it. */
static wql_status change_buffers(misbehaving *m, wql_scan *scan, wql_error *err) {
    static const uint32_t ids[] = {1, 2, 3};
    static const int32_t offsets[] = {0, 3, 6, 9};
    const wql_column columns[] = {{.property = ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids},
                                  {.property = NAME,
                                   .type = WQL_STRING,
                                   .layout = WQL_OFFSETS,
                                   .offsets = offsets,
                                   .bytes = m->texts,
                                   .bytes_size = 9,
                                   .buffer_id = 7}};
    memcpy(m->texts, "onetwothr", 9);
    if (atomic_load(&m->opens) % 2 == 0) m->texts[4] = (char)0xff;
    (void)emit(m, scan, 3, columns, 2, err);
    return WQL_END;
}

/* -- next: answers and time -------------------------------------------------------------------------------------- */

static wql_status use_ended_scan(misbehaving *m, wql_scan *scan) {
    wql_scan *ended = atomic_exchange(&m->ended, NULL);
    if (ended) wql_row_set(ended, ID, wql_u64(1));
    return three_rows(scan);
}

static void *bring_late(void *scan) {
    wql_row_set(scan, ID, wql_u64(1));
    return NULL;
}

/* Bad waits, so that the engine goes on with Worse: from then on no next of Bad runs, and a thread of the provider's own brings a
 * row of it nevertheless. */
static wql_status bring_from_a_thread(misbehaving *m, wql_scan *scan) {
    wql_scan *waiting = atomic_load(&m->ended);
    pthread_t thread;
    if (scan->request->class_index == 0) {
        if (waiting) return three_rows(scan);
        atomic_store(&m->ended, scan);
        return (void)wql_scan_waker(scan), WQL_S_PENDING;
    }
    if (!waiting || pthread_create(&thread, NULL, bring_late, waiting) != 0) return WQL_E_FAILED;
    (void)pthread_join(thread, NULL);
    return three_rows(scan);
}

static wql_status hold_thread(misbehaving *m) {
    struct timespec moment = {0, 1000000};
    atomic_store(&m->held, true);
    while (!atomic_load(&m->let_go)) (void)nanosleep(&moment, NULL);
    return WQL_END;
}

static wql_status fail_badly(wql_error *err) {
    memset(err->message, 'x', sizeof err->message); /* no end */
    memset(err->hint, 'y', sizeof err->hint);
    err->message[3] = (char)0xff;
    err->message[5] = '\n';
    err->status = WQL_OK; /* and another status than next answers */
    return WQL_E_NOT_AVAILABLE;
}

static wql_status bad_next(wql_scan *scan, wql_error *err) {
    misbehaving *m = scan->self;
    int what = m->what;
    if (what >= CELL_OF_ANOTHER_TYPE && what <= ROWS_BESIDE_A_BATCH) return bad_rows(m, scan, err);
    if (what >= COLUMN_OF_ANOTHER_TYPE && what <= BATCHES_TWO) return bad_columns(m, scan, err);
    switch (what) {
    case COUNTS_BEYOND_COUNTING: return count_beyond(m, scan, err);
    case NEXT_ANSWERS_NONSENSE: return (wql_status)0x00041234;
    case NEXT_WAITS_WITHOUT_A_WAKER: return WQL_S_PENDING;
    case NEXT_FAILS_WITH_BAD_WORDS: return fail_badly(err);
    case NEXT_FAILS_BEHIND_ROWS:
        (void)three_rows(scan);
        say(err, WQL_E_FAILED, "the disk came off");
        return WQL_E_FAILED;
    case NEXT_FAILS_SILENTLY: return WQL_E_NOT_AVAILABLE;
    case NEXT_LOSES_ROWS: return (void)three_rows(scan), WQL_S_PARTIAL_RESULTS;
    case USES_A_SCAN_THAT_ENDED: return use_ended_scan(m, scan);
    case USES_A_SCAN_FROM_ITS_OWN_THREAD: return bring_from_a_thread(m, scan);
    case NEVER_ENDS: return WQL_OK;
    case NEVER_WAKES: return (void)wql_scan_waker(scan), WQL_S_PENDING;
    case HOLDS_ITS_THREAD: return hold_thread(m);
    case CHANGES_WHAT_CANNOT_CHANGE: return change_buffers(m, scan, err);
    case SPELLS_A_REFERENCE_ITS_OWN_WAY: return misspell(scan, err);
    default: return three_rows(scan);
    }
}

const wql_provider *misbehaving_provider(misbehaving *m, uint32_t flags) {
    m->table = (wql_provider){.struct_size = sizeof m->table,
                              .flags = flags,
                              .name = "bad",
                              .load = bad_load,
                              .unload = bad_unload,
                              .plan = bad_plan,
                              .open = bad_open,
                              .next = bad_next,
                              .close = bad_close};
    return &m->table;
}
