/* SPDX-License-Identifier: MIT */
/* run_lab.c: the laboratory: see run_lab.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/data/cells.h"
#include "run_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- allocator, clock, wakes ------------------------------------------------------------------------------------- */

static void *lab_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    rl_lab *l = user;
    (void)old_size;
    if (!new_size) {
        free(ptr);
        return NULL;
    }
    l->allocations++;
    if (l->fail_at && (l->allocations == l->fail_at || (l->fail_on && l->allocations > l->fail_at))) return NULL;
    return realloc(ptr, new_size);
}

static int64_t lab_now(void *user) {
    rl_lab *l = user;
    l->now += l->tick;
    return l->now;
}

static void lab_turn(void *ctx) { ((rl_lab *)ctx)->turns++; }

static void lab_hub_wake(void *hub, uint64_t id) {
    ((rl_lab *)hub)->wakes++;
    ((rl_lab *)hub)->woken = id;
}

static void lab_log(void *user, int level, const char *line) {
    rl_lab *l = user;
    size_t used = strlen(l->log);
    (void)snprintf(l->log + used, sizeof l->log - used, "%d %s\n", level, line);
}

/* -- the rows of a good provider --------------------------------------------------------------------------------- */

static const char *const texts[] = {"alpha",
                                    "Bravo",
                                    "a text that is longer than twelve bytes",
                                    "",
                                    "KILO",
                                    "\xe2\x84\xaailo",
                                    "stra\xc3\x9f"
                                    "e",
                                    "Skill",
                                    "alphabet",
                                    "ALPHA"};
static const wql_value tag_items[] = {
    {.type = WQL_STRING, .str = {"red", 3}}, {.type = WQL_NULL}, {.type = WQL_STRING, .str = {"green light, long", 17}}};
static const wql_value num_items[] = {
    {.type = WQL_SINT64, .i64 = 1}, {.type = WQL_SINT64, .i64 = -2}, {.type = WQL_SINT64, .i64 = 3}};

wql_value rl_cell(uint32_t property, uint64_t i) {
    wql_value v = wql_null();
    const char *text = texts[i % 10];
    switch (property) {
    case RL_ID: return wql_u64(i);
    case RL_S: return i % 7 == 3 ? v : wql_text(wql_s(text));
    case RL_N: return i % 5 == 4 ? v : wql_i64((int64_t)(i % 100) - 50);
    case RL_B: return i % 11 == 10 ? v : wql_bool(i % 3 == 0);
    case RL_R: return i % 13 == 12 ? v : wql_f64((double)i / 8 - 3);
    case RL_F: return wql_f64((double)(i % 16) / 4);
    case RL_U8: return wql_u64(i % 256);
    case RL_D:
        if (i % 6 == 5) return v;
        return wql_time((wql_datetime){1600000000000000 + (int64_t)i * 1000000, i % 5 == 1 ? 60 : 0, 0, 0, 0});
    case RL_I: return wql_time((wql_datetime){(int64_t)i * 1000000, 0, 0, 1, 0});
    case RL_C: return wql_u64('A' + i % 50);
    case RL_TAGS: return i % 4 == 3 ? v : wql_array(WQL_STRING, tag_items, (uint32_t)(i % 4));
    case RL_REF: return wql_text(wql_s("Part.A=1"));
    case RL_NUMS: return i % 3 == 2 ? v : wql_array(WQL_SINT64, num_items, (uint32_t)(i % 3) + 1);
    case RL_X: return wql_text(wql_s(i % 2 ? "odd" : "even"));
    default: return v;
    }
}

/* Whether the row holds for all conditions that were taken. */
static bool row_holds(rl_script *s, wql_scan *scan, uint64_t i) {
    if (!s->holds || s->lies) return true;
    for (uint32_t c = 0; c < scan->request->conjunct_count; c++)
        if (scan->take[c] != WQL_NONE && !wql_scan_holds(scan, c, rl_cell(scan->request->conjuncts[c].property, i))) return false;
    return true;
}

static uint32_t property_count(const wql_scan *scan) { return scan->request->class_index == 0 ? RL_NUMS + 1 : RL_X + 1; }

/* Rows of the next step; they hold. Their Ids in `ids`. */
static uint32_t pick(rl_script *s, wql_scan *scan, uint64_t *at, uint64_t *ids, uint32_t most) {
    uint32_t count = 0;
    for (; *at < s->rows && count < most; (*at)++)
        if (row_holds(s, scan, *at * (s->stride ? s->stride : 1))) ids[count++] = *at * (s->stride ? s->stride : 1);
    return count;
}

static void bring_rows(rl_script *s, wql_scan *scan, uint64_t *at) {
    uint32_t brought = 0;
    bool room = true;
    for (; *at < s->rows && room && (!s->per_next || brought < s->per_next); (*at)++) {
        uint64_t i = *at * (s->stride ? s->stride : 1);
        if (!row_holds(s, scan, i)) continue;
        for (uint32_t p = 0; p < property_count(scan); p++)
            if (wql_scan_wants(scan, p) || p % 2) wql_row_set(scan, p, rl_cell(p, i));
        room = wql_row_end(scan);
        brought++;
    }
}

/* -- whole batches ----------------------------------------------------------------------------------------------- */

/* A batch in a provider's hands; freed by its release. */
typedef struct brought {
    rl_script *script;
    wql__mem *mem;
    wql_batch *batch;
    wql_view *views;
    int32_t *codes;
    const char *buffer;
    int64_t size;
} brought;

static void let_go(void *ctx) {
    brought *b = ctx;
    b->script->releases++;
    wql_batch_release(b->batch);
    wql__mem_release(b->mem);
    free(b->views);
    free(b->codes);
    free(b);
}

static void turn_into_views(brought *b, wql_column *col, uint32_t rows) {
    b->views = calloc(rows, sizeof *b->views);
    b->buffer = col->bytes;
    b->size = (int64_t)col->bytes_size;
    for (uint32_t r = 0; r < rows; r++) {
        wql_str text = wql_column_str(col, r);
        b->views[r].len = (uint32_t)text.len;
        if (text.len <= 12 && text.len) memcpy(b->views[r].as.inlined, text.ptr, text.len);
        if (text.len <= 12) continue;
        memcpy(b->views[r].as.ref.prefix, text.ptr, 4);
        b->views[r].as.ref.offset = (uint32_t)col->offsets[r];
    }
    col->layout = WQL_VIEWS;
    col->values = b->views;
    col->buffers = &b->buffer;
    col->buffer_sizes = &b->size;
    col->buffer_count = 1;
}

/* Each row's text is in the dictionary, backwards; one more of it is a NULL. */
static void turn_into_codes(brought *b, wql_column *col, wql_column *dictionary, uint32_t rows) {
    *dictionary = *col;
    b->codes = calloc(rows, sizeof *b->codes);
    for (uint32_t r = 0; r < rows; r++) b->codes[r] = (int32_t)r;
    memset(col, 0, sizeof *col);
    col->property = dictionary->property;
    col->type = WQL_STRING;
    col->layout = WQL_CODES;
    col->values = b->codes;
    col->child = dictionary;
    col->child_rows = rows;
}

static wql_batch *build(rl_script *s, wql_scan *scan, wql__mem *mem, const uint64_t *ids, uint32_t rows) {
    const char *name = scan->request->class_index == 0 ? "T" : "U";
    const wql_class *cls = wql__catalog_find(s->lab->catalog, wql_s(name))->cls;
    wql_batch *batch = wql__batch_new(mem);
    wql__arena arena;
    wql__builder builder;
    wql__cell_counts counts = {0, 0, NULL};
    wql__arena_init(&arena, mem);
    if (!batch || !wql__builder_init(&builder, &arena, cls, NULL, cls->def.property_count) ||
        !wql__builder_begin(&builder, batch, rows))
        abort();
    for (uint32_t r = 0; r < rows; r++, builder.rows++)
        for (uint32_t p = 0; p < cls->def.property_count; p++) {
            wql_value v = rl_cell(p, ids[r]);
            if (wql__builder_set(&builder, p, &v, &counts) != WQL__CELL_OK) abort();
        }
    if (!wql__builder_end(&builder)) abort();
    wql__arena_free(&arena);
    return batch;
}

static wql_status bring_batch(rl_script *s, wql_scan *scan, uint64_t *at, wql_error *err) {
    uint64_t ids[2048];
    wql_column columns[32], dictionary;
    wql_status status;
    brought *b;
    uint32_t rows = pick(s, scan, at, ids, s->per_next ? s->per_next : 1024), count;
    if (!rows) return WQL_OK;
    b = calloc(1, sizeof *b);
    b->script = s;
    b->mem = wql__mem_open(NULL, NULL, 0); /* its own, so that the run's allocations can be counted */
    b->batch = build(s, scan, b->mem, ids, rows);
    count = b->batch->width;
    memcpy(columns, b->batch->columns, count * sizeof *columns);
    if (s->way == RL_EMIT_VIEWS) turn_into_views(b, &columns[RL_S], rows);
    if (s->way == RL_EMIT_CODES) {
        dictionary = columns[RL_S];
        b->batch->columns[RL_S] = dictionary; /* what a column points to must stay */
        turn_into_codes(b, &columns[RL_S], &b->batch->columns[RL_S], rows);
    }
    for (uint32_t i = 0; i < count; i++) columns[i].buffer_id = s->buffer_id && s->way == RL_EMIT ? s->buffer_id + i : 0;
    s->emits++;
    if (s->way == RL_COPY) {
        status = wql_scan_copy(scan, rows, columns, count, err);
        let_go(b);
    } else {
        status = wql_scan_emit(scan, rows, columns, count, let_go, b, err);
        if (status < 0) let_go(b);
    }
    return status;
}

/* -- the provider ------------------------------------------------------------------------------------------------ */

static wql_status script_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    rl_script *s = self;
    (void)err;
    for (uint32_t i = 0; i < request->conjunct_count; i++) answer->take[i] = s->take[request->conjuncts[i].op];
    return WQL_OK;
}

static wql_status script_open(wql_scan *scan, wql_error *err) {
    rl_script *s = scan->self;
    wql_status status;
    s->opens++;
    s->limit = scan->request->limit;
    s->flags = scan->request->flags;
    s->wanted = scan->request->wanted[0];
    for (uint32_t i = 0; s->lowers && i < scan->request->conjunct_count; i++)
        scan->take[i] = s->lower[scan->request->conjuncts[i].op];
    status = s->on_open ? s->on_open(s, scan, err) : WQL_OK;
    if (status != WQL_OK) return status;
    if (!scan->state) {
        s->at[s->scans % 64] = 0;
        scan->state = &s->at[s->scans++ % 64];
    }
    s->opened++;
    return WQL_OK;
}

static wql_status script_next(wql_scan *scan, wql_error *err) {
    rl_script *s = scan->self;
    uint64_t *at = scan->state;
    wql_status status = WQL_OK;
    s->nexts++;
    if (s->on_next) return s->on_next(s, scan, err);
    if (scan->request->flags & WQL_WISH_COUNT && s->way != RL_ROWS) {
        uint64_t count = 0;
        for (; *at < s->rows; (*at)++) count += row_holds(s, scan, *at);
        status = wql_scan_emit(scan, count, NULL, 0, NULL, NULL, err);
    } else if (s->way == RL_ROWS) {
        bring_rows(s, scan, at);
    } else {
        status = bring_batch(s, scan, at, err);
    }
    if (status < 0) return status;
    return *at < s->rows ? WQL_OK : s->end ? s->end : WQL_END;
}

static void script_close(wql_scan *scan) {
    rl_script *s = scan->self;
    s->closes++;
    if (s->on_close) s->on_close(s, scan);
}

static void script_interrupt(wql_scan *scan) { ((rl_script *)scan->self)->interrupts++; }

static wql_status script_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)mount, (void)config, (void)user, (void)self, (void)err;
    return WQL_E_NOT_SUPPORTED;
}

static void new_mount(rl_lab *l, uint32_t number, char *name, uint32_t flags) {
    rl_script *s = &l->scripts[number];
    wql__mount *mount = wql__alloc_zero(l->mem, sizeof *mount);
    assert_non_null(mount);
    s->lab = l;
    s->rows = 10;
    s->table = (wql_provider){.struct_size = sizeof s->table,
                              .flags = flags,
                              .name = name,
                              .load = script_load,
                              .plan = script_plan,
                              .open = script_open,
                              .next = script_next,
                              .close = script_close,
                              .interrupt = script_interrupt};
    atomic_init(&mount->refs, 1);
    mount->mem = wql__mem_retain(l->mem);
    mount->provider = &s->table;
    mount->name = name;
    mount->ns = "root\\lab";
    mount->self = s;
    mount->hub = l;
    mount->hub_wake = lab_hub_wake;
    mount->log = lab_log;
    mount->log_user = l;
    mount->host.struct_size = sizeof mount->host;
    wql__host_fill_scan(&mount->host);
    mount->handle.host = &mount->host;
    wql__mutex_init(&mount->lock);
    wql__cond_init(&mount->free_cond);
    l->mounts[number] = mount;
}

static void define(rl_lab *l, wql__mount *mount, const wql_class_def *const *defs, uint32_t count) {
    wql_error err = WQL_INIT(wql_error);
    wql__catalog *made = NULL;
    if (wql__catalog_make(l->mem, l->catalog, NULL, mount, defs, count, "root\\lab", "here", &made, &err) < 0)
        fail_msg("%s", err.message);
    wql__catalog_release(l->catalog);
    l->catalog = made;
}

static void define_all(rl_lab *l) {
    static const wql_property_def t[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                         {.name = "S", .type = WQL_STRING},
                                         {.name = "N", .type = WQL_SINT32},
                                         {.name = "B", .type = WQL_BOOLEAN},
                                         {.name = "R", .type = WQL_REAL64},
                                         {.name = "F", .type = WQL_REAL32},
                                         {.name = "U8", .type = WQL_UINT8},
                                         {.name = "D", .type = WQL_DATETIME},
                                         {.name = "I", .type = WQL_DATETIME, .flags = WQL_INTERVAL},
                                         {.name = "C", .type = WQL_CHAR16},
                                         {.name = "Tags", .type = WQL_STRING | WQL_ARRAY},
                                         {.name = "E", .type = WQL_OBJECT, .class_name = "Part"},
                                         {.name = "Es", .type = WQL_OBJECT | WQL_ARRAY},
                                         {.name = "Ref", .type = WQL_REFERENCE},
                                         {.name = "Nums", .type = WQL_SINT64 | WQL_ARRAY}};
    static const wql_property_def x[] = {{.name = "X", .type = WQL_STRING}};
    static const wql_property_def part[] = {{.name = "A", .type = WQL_SINT32},
                                            {.name = "Q", .type = WQL_STRING},
                                            {.name = "P", .type = WQL_OBJECT},
                                            {.name = "L", .type = WQL_DATETIME, .flags = WQL_INTERVAL}};
    enum { SIZE = sizeof(wql_class_def) };
    static const wql_class_def defs[] = {
        {.struct_size = SIZE, .name = "T", .properties = t, .property_count = sizeof t / sizeof *t},
        {.struct_size = SIZE, .name = "U", .superclass = "T", .properties = x, .property_count = 1},
        {.struct_size = SIZE, .name = "Part", .properties = part, .property_count = 4},
        {.struct_size = SIZE, .name = "SubPart", .superclass = "Part", .properties = x, .property_count = 1},
        {.struct_size = SIZE, .name = "W", .superclass = "T"},
        {.struct_size = SIZE, .name = "Z", .superclass = "T"}};
    const wql_class_def *list[4] = {&defs[0], &defs[1], &defs[2], &defs[3]};
    define(l, l->mounts[0], list, 4);
    list[0] = &defs[4];
    define(l, l->mounts[1], list, 1);
    list[0] = &defs[5];
    define(l, l->mounts[2], list, 1);
}

int rl_setup(void **state) {
    static char names[3][8] = {"lab", "other", "slow"};
    rl_lab *l = calloc(1, sizeof *l);
    if (!l) return -1;
    l->mem = wql__mem_open(lab_alloc, l, 0);
    new_mount(l, 0, names[0], WQL_CONCURRENT);
    new_mount(l, 1, names[1], WQL_CONCURRENT);
    new_mount(l, 2, names[2], WQL_MAY_BLOCK);
    l->scripts[1].rows = l->scripts[2].rows = 0;
    define_all(l);
    l->deadline = WQL__TIME_FOREVER;
    l->now = 1000000;
    l->err = (wql_error)WQL_INIT(wql_error);
    l->env = (wql__run_env){.mem = l->mem,
                            .stop = &l->stop,
                            .deadline_us = &l->deadline,
                            .now = lab_now,
                            .now_user = l,
                            .wake_id = 77,
                            .turn = {.wake = lab_turn, .ctx = l},
                            .batch_rows = 1024,
                            .batch_rows_max = 1024,
                            .batch_bytes = 256 * 1024,
                            .batch_age_ms = 20,
                            .stats = &l->stats,
                            .failure = &l->err};
    *state = l;
    return 0;
}

int rl_teardown(void **state) {
    rl_lab *l = *state;
    uint64_t used, peak;
    int bad = 0;
    wql__spares_close(l->env.spares);
    wql__catalog_release(l->catalog);
    for (int i = 0; i < 3; i++) {
        if (atomic_load(&l->mounts[i]->scans)) bad = -1;
        wql__mount_release(l->mounts[i]);
    }
    wql__mem_usage(l->mem, &used, &peak);
    wql__mem_release(l->mem);
    free(l);
    return used > 4096 ? -1 : bad;
}

/* -- running ----------------------------------------------------------------------------------------------------- */

wql_status rl_plan(rl_lab *l, const char *text, uint32_t flags) {
    static const wql__parse_limits usual = {16384, 128, 2000, 1024, 4096, 8192, 4096, 1024},
                                   most = {1 << 24, 128, 1 << 20, 1024, 1 << 20, 1 << 22, 1 << 20, 1 << 20};
    const wql__parse_limits limits = l->raised ? most : usual;
    const wql__zone zone = {NULL, NULL};
    wql__arena arena;
    wql__query_tree *tree = NULL;
    wql_status status;
    uint64_t peak;
    wql__mem_usage(l->mem, &l->base, &peak);
    wql__arena_init(&arena, l->mem);
    status = wql__parse(wql_s(text), 0, &limits, &arena, &tree, &l->err);
    if (status >= 0) status = wql__plan_make(tree, l->mem, l->catalog, flags & WQL__PLAN_FLAGS, &zone, NULL, &l->plan, &l->err);
    wql__arena_free(&arena);
    (void)wql__kernels_init(&l->kernels, WQL_KERNELS_AUTO);
    l->env.kernels = &l->kernels;
    if (status >= 0) l->env.spares = wql__spares_open(l->mem, wql__run_block_bytes()); /* its own for each run: none are warm */
    return status;
}

void rl_open(rl_lab *l, const char *text, uint32_t flags) {
    wql_status status = rl_plan(l, text, flags);
    if (status != WQL_OK) fail_msg("%s: %s", text, l->err.message);
    l->env.flags = flags;
    memset(&l->stats, 0, sizeof l->stats);
    if (wql__run_open(l->plan, &l->env, &l->run, &l->err) != WQL_OK) fail_msg("%s: %s", text, l->err.message);
}

wql_status rl_next(rl_lab *l, wql_batch **out) { return wql__run_next(l->run, WQL__TIME_FOREVER, out); }

void rl_close(rl_lab *l) {
    uint64_t used, peak;
    assert_int_equal(wql__run_close(l->run), WQL_OK);
    wql__plan_release(l->plan);
    wql__spares_close(l->env.spares);
    l->env.spares = NULL;
    l->run = NULL;
    l->plan = NULL;
    wql__mem_usage(l->mem, &used, &peak);
    /* What is known of immutable buffers stays with the mount. */
    if (!l->mounts[0]->checked && !l->mounts[1]->checked) assert_int_equal(used, l->base);
    for (int i = 0; i < 3; i++) assert_int_equal(l->scripts[i].opened, l->scripts[i].closes);
}

static void append(char **text, const char *more) {
    size_t used = *text ? strlen(*text) : 0;
    char *bigger = realloc(*text, used + strlen(more) + 1);
    if (!bigger) abort();
    strcpy(bigger + used, more);
    *text = bigger;
}

static void print_row(const wql_batch *batch, uint32_t row, FILE *out);

static void print_value(const wql_value *value, FILE *out) {
    char buf[300];
    if (value->type == WQL_OBJECT) {
        print_row(value->object, value->count, out);
    } else if (value->type & WQL_ARRAY) {
        (void)fputc('{', out);
        for (uint32_t i = 0; i < value->count; i++) {
            if (i) (void)fputs(", ", out);
            print_value(&value->items[i], out);
        }
        (void)fputc('}', out);
    } else {
        (void)wql_value_format(value, buf, sizeof buf);
        (void)fputs(buf, out);
    }
}

static void print_row(const wql_batch *batch, uint32_t row, FILE *out) {
    (void)fprintf(out, "%s(", batch->cls->def.name);
    for (uint32_t i = 0; i < wql_batch_width(batch); i++) {
        wql_value value;
        if (i) (void)fputs(" | ", out);
        if (wql_batch_value(batch, row, wql_batch_column(batch, i)->name, &value) < 0)
            (void)fputc('?', out);
        else
            print_value(&value, out);
    }
    (void)fputc(')', out);
}

void rl_print(const wql_batch *batch, char **text) {
    char *rows = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&rows, &size);
    if (!out) abort();
    for (uint32_t row = 0; row < wql_batch_rows(batch); row++) {
        print_row(batch, row, out);
        (void)fputc('\n', out);
    }
    (void)fclose(out);
    append(text, rows);
    free(rows);
}

/* Reading arrays and paths takes memory of the batch's, which is not what a test counts or lets fail. */
static void print_uncounted(rl_lab *l, const wql_batch *batch, char **text) {
    long allocations = l->allocations, fail_at = l->fail_at;
    l->fail_at = 0;
    rl_print(batch, text);
    l->fail_at = fail_at;
    l->allocations = allocations;
}

wql_status rl_all(rl_lab *l, char **text, uint32_t *batches) {
    append(text, "");
    if (batches) *batches = 0;
    for (;;) {
        wql_batch *batch;
        wql_status status = rl_next(l, &batch);
        if (status != WQL_OK) return status;
        if (!batch) continue;
        print_uncounted(l, batch, text);
        if (batches) ++*batches;
        wql_batch_release(batch);
    }
}

char *rl_query(rl_lab *l, const char *text, uint32_t flags) {
    char *rows = NULL;
    wql_status status;
    rl_open(l, text, flags);
    status = rl_all(l, &rows, NULL);
    if (status != WQL_END) fail_msg("%s: 0x%08x %s", text, (unsigned)status, l->err.message);
    rl_close(l);
    return rows;
}

void rl_expect(rl_lab *l, const char *text, const char *expected) {
    char *rows = rl_query(l, text, 0);
    assert_string_equal(rows, expected);
    free(rows);
}

void rl_expect_fault(rl_lab *l, const char *query, const char *message) {
    char *rows = NULL;
    wql_status status;
    uint64_t faults = l->mounts[0]->faults;
    l->err = (wql_error)WQL_INIT(wql_error);
    rl_open(l, query, 0);
    status = rl_all(l, &rows, NULL);
    if (status != WQL_E_PROVIDER_FAILURE) fail_msg("\"%s\" came through: 0x%08x %s", message, (unsigned)status, l->err.message);
    if (!strstr(l->err.message, message)) fail_msg("\"%s\" is not in: %s", message, l->err.message);
    if (l->mounts[0]->faults == faults) fail_msg("\"%s\" was not counted", message);
    rl_close(l);
    free(rows);
}

wql_status rl_sizes(rl_lab *l, char *buf, size_t size) {
    size_t used = 0;
    *buf = 0;
    for (;;) {
        wql_batch *batch;
        wql_status status = rl_next(l, &batch);
        if (status != WQL_OK) return status;
        assert_non_null(batch);
        used += (size_t)snprintf(buf + used, size - used, "%u ", batch->rows);
        wql_batch_release(batch);
    }
}
