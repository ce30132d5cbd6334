/* SPDX-License-Identifier: MIT */
/* filter.c: a condition over a batch. AND narrows the set of rows item by item; OR asks each item only about the rows that no
 * item before it has let through. What takes long and rules out little comes later: a few batches are measured, and the order
 * follows.
 */
#include "filter.h"

#include "../base/stop.h"
#include "../base/sync.h"

#include <string.h>

/* A side of a comparison of two: a property, an object below it, or a system property. */
typedef struct filter_side {
    uint8_t system; /* WQL__SYS_... or none */
    bool interval;  /* the column holds intervals, which values do not say */
    uint32_t slot, name_count;
    const wql_str *names;
    wql_value constant; /* of a system property that all rows have alike */
} filter_side;

typedef struct filter_pair {
    const wql__pair *pair;
    filter_side left, right;
} filter_pair;

struct wql__filter_node {
    uint8_t kind, at, system;
    bool value;           /* CONST */
    uint32_t slot;        /* TEST of a property, or of an object below it */
    const wql_str *names; /* TEST of a path */
    uint32_t name_count;
    union {
        const wql__test *test;
        const filter_pair *pair; /* TEST of two */
    };
    wql__tester *tester; /* TEST of a property */
    uint32_t level;      /* OR: its place in `levels` */
    uint32_t count;
    wql__filter_node **items;
    double rows, passed, ns; /* measured */
};

/* -- preparing --------------------------------------------------------------------------------------------------- */

typedef struct maker {
    wql__filter *filter;
    wql__arena *arena;
    wql_error *err;
} maker;

static wql_status no_memory(maker *m) { return wql__fail_memory(m->filter->mem, m->err); }

static wql_status make_node(maker *m, const wql__expr *expr, uint32_t depth, uint32_t ors, wql__filter_node **out);

static wql__filter_node *new_node(maker *m, uint8_t kind) {
    wql__filter_node *node = wql__arena_zero(m->arena, sizeof *node);
    if (node) node->kind = kind;
    return node;
}

static const wql_property_def *def_of(const maker *m, uint32_t property) { return &m->filter->cls->def.properties[property]; }

static filter_side make_side(const maker *m, uint8_t system, uint32_t property, const wql_str *names, uint32_t name_count) {
    const wql_class *cls = m->filter->cls;
    filter_side side = {.system = system, .names = names, .name_count = name_count};
    if (system != WQL__SYS_NONE) {
        side.constant = wql__system_constant(cls, system, cls->def.property_count);
        return side;
    }
    side.slot = m->filter->slots[property];
    side.interval = name_count == 0 && (def_of(m, property)->flags & WQL_INTERVAL) != 0;
    return side;
}

static wql_status make_pair(maker *m, wql__filter_node *node, const wql__expr *expr) {
    const wql__pair *other = expr->pair;
    filter_pair *pair = wql__arena_alloc(m->arena, sizeof *pair);
    if (!pair) return no_memory(m);
    pair->pair = other;
    pair->left = make_side(m, expr->system, expr->property, expr->names, expr->name_count);
    pair->right = make_side(m, other->system, other->property, other->names, other->name_count);
    node->pair = pair;
    return WQL_OK;
}

static wql_status make_test(maker *m, const wql__expr *expr, wql__filter_node **out) {
    wql__filter_node *node = new_node(m, WQL__EXPR_TEST);
    if (!node) return no_memory(m);
    *out = node;
    node->at = expr->at;
    node->system = expr->system;
    if (expr->at == WQL__AT_PAIR) return make_pair(m, node, expr);
    node->test = expr->test;
    node->names = expr->names;
    node->name_count = expr->name_count;
    if (expr->at == WQL__AT_SYSTEM) return WQL_OK;
    node->slot = m->filter->slots[expr->property];
    if (expr->at != WQL__AT_PROPERTY) return WQL_OK;
    node->tester = wql__arena_alloc(m->arena, sizeof *node->tester);
    if (!node->tester ||
        !wql__tester_init(node->tester, m->arena, m->filter->mem, m->filter->kernels, def_of(m, expr->property)->type,
                          (def_of(m, expr->property)->flags & WQL_INTERVAL) != 0, expr->test))
        return no_memory(m);
    return WQL_OK;
}

/* The tests as one set, if that is possible: *out stays NULL if not. */
static wql_status make_members(maker *m, const wql__test *const *tests, uint32_t count, uint32_t property, bool outside,
                               wql__filter_node **out) {
    wql__filter_node *node = new_node(m, WQL__EXPR_TEST);
    bool made = false;
    *out = NULL;
    if (!node) return no_memory(m);
    node->at = WQL__AT_PROPERTY;
    node->slot = m->filter->slots[property];
    node->tester = wql__arena_alloc(m->arena, sizeof *node->tester);
    if (!node->tester || !wql__tester_init_members(node->tester, m->arena, m->filter->mem, m->filter->kernels,
                                                   def_of(m, property)->type, tests, count, outside, m->filter->stop, &made))
        return no_memory(m);
    if (made) *out = node;
    return WQL_OK;
}

static bool is_test_of(const wql__expr *expr, uint32_t property, uint8_t op) {
    return expr->kind == WQL__EXPR_TEST && expr->at == WQL__AT_PROPERTY && expr->property == property && expr->test->op == op;
}

/* The tests `property op ...` among the items from `first` on, as one set. Those that went into it are marked in `taken`. */
static wql_status gather_members(maker *m, wql__expr *const *items, uint32_t first, uint32_t count, uint8_t op, bool *taken,
                                 wql__filter_node **out) {
    uint32_t property = items[first]->property, found = 0;
    const wql__test **tests = wql__arena_alloc(m->arena, wql__array_size(count, sizeof *tests));
    wql_status status;
    if (!tests) return no_memory(m);
    for (uint32_t i = first; i < count; i++) {
        if (is_test_of(items[i], property, op)) tests[found++] = items[i]->test;
        if (i % 256 == 0 && wql__stopped(m->filter->stop)) return WQL_OK; /* making the next node says it */
    }
    status = make_members(m, tests, found, property, op == WQL_NE, out);
    if (!*out) return status;
    for (uint32_t i = first; i < count; i++)
        if (is_test_of(items[i], property, op)) taken[i] = true;
    return status;
}

/* In an AND the other bound of a range is tested with this one. It is mostly the next condition, so it is not looked for far. */
enum { BOUND_REACH = 32 };
static void join_bound(maker *m, wql__filter_node *node, wql__expr *const *items, uint32_t first, uint32_t count, bool *taken) {
    uint32_t property = items[first]->property;
    if (items[first]->kind != WQL__EXPR_TEST || items[first]->at != WQL__AT_PROPERTY) return;
    for (uint32_t i = first + 1; i < count && i <= first + BOUND_REACH; i++) {
        if (taken[i] || items[i]->kind != WQL__EXPR_TEST || items[i]->at != WQL__AT_PROPERTY || items[i]->property != property)
            continue;
        taken[i] = wql__tester_join(node->tester, def_of(m, property)->type, items[i]->test);
        if (taken[i]) return;
    }
}

/* In an OR equalities, in an AND inequalities of one column become sets. */
static wql_status make_items(maker *m, wql__filter_node *node, wql__expr *const *items, uint32_t count, uint32_t depth,
                             uint32_t ors) {
    uint8_t op = node->kind == WQL__EXPR_OR ? WQL_EQ : WQL_NE;
    bool *taken = wql__arena_zero(m->arena, count);
    node->items = wql__arena_alloc(m->arena, wql__array_size(count, sizeof *node->items));
    if (!taken || !node->items) return no_memory(m);
    for (uint32_t i = 0; i < count; i++) {
        wql__filter_node *item = NULL;
        wql_status status = WQL_OK;
        if (taken[i]) continue;
        if (count >= 4 && items[i]->kind == WQL__EXPR_TEST && is_test_of(items[i], items[i]->property, op))
            status = gather_members(m, items, i, count, op, taken, &item);
        if (status >= 0 && !item) status = make_node(m, items[i], depth + 1, ors, &item);
        if (status < 0) return status;
        if (node->kind == WQL__EXPR_AND && item->tester && !item->tester->members) join_bound(m, item, items, i, count, taken);
        node->items[node->count++] = item;
    }
    m->filter->has_choice |= node->count > 1;
    return WQL_OK;
}

static wql_status make_node(maker *m, const wql__expr *expr, uint32_t depth, uint32_t ors, wql__filter_node **out) {
    if (wql__stopped(m->filter->stop)) return wql__fail(m->err, WQL_E_CALL_CANCELLED, "the call was cancelled");
    if (depth > WQL__EXPR_DEPTH_MAX) return wql__fail_limit(m->err, "depth of a condition", WQL__EXPR_DEPTH_MAX);
    if (expr->kind == WQL__EXPR_TEST) return make_test(m, expr, out);
    *out = new_node(m, expr->kind);
    if (!*out) return no_memory(m);
    (*out)->value = expr->value;
    if (expr->kind == WQL__EXPR_CONST) return WQL_OK;
    if (expr->kind == WQL__EXPR_OR) {
        (*out)->level = ors++;
        if (ors > m->filter->level_count) m->filter->level_count = ors;
    }
    return make_items(m, *out, expr->items, expr->count, depth, ors);
}

/* The conditions as one AND; cheap ones first, else in their order. */
static wql_status make_root(maker *m, const wql__expr *const *exprs, uint32_t count) {
    wql__expr **items = wql__arena_alloc(m->arena, wql__array_size(count, sizeof *items));
    if (!items) return no_memory(m);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        for (; at > 0 && items[at - 1]->cost > exprs[i]->cost; at--) items[at] = items[at - 1];
        items[at] = (wql__expr *)(uintptr_t)exprs[i]; /* read only */
    }
    m->filter->root = new_node(m, WQL__EXPR_AND);
    return m->filter->root ? make_items(m, m->filter->root, items, count, 0, 0) : no_memory(m);
}

wql_status wql__filter_init(wql__filter *f, wql__arena *arena, wql__mem *mem, const wql_class *cls, const uint32_t *slots,
                            const wql__expr *const *exprs, uint32_t count, const _Atomic uint32_t *stop, wql__spares *spares,
                            const wql__kernels *kernels, wql_error *err) {
    maker m = {f, arena, err};
    wql_status status;
    memset(f, 0, sizeof *f);
    f->mem = mem;
    f->cls = cls;
    f->slots = slots;
    f->stop = stop;
    f->spares = spares;
    f->kernels = kernels;
    if (count == 0) return WQL_OK;
    status = make_root(&m, exprs, count);
    if (status < 0) return status;
    f->keys = wql__arena_zero(arena, wql__array_size(cls->key_count, sizeof *f->keys));
    f->levels = wql__arena_zero(arena, wql__array_size(f->level_count, sizeof *f->levels));
    return f->keys && f->levels ? WQL_OK : no_memory(&m);
}

static void free_node(wql__filter_node *node) {
    if (!node) return;
    if (node->tester) wql__tester_free(node->tester);
    for (uint32_t i = 0; i < node->count; i++) free_node(node->items[i]);
}

void wql__filter_free(wql__filter *f) {
    if (!f->mem) return;
    free_node(f->root);
    f->root = NULL;
    wql__page_free(&f->page, f->mem);
    wql__page_free(&f->other_page, f->mem);
}

/* -- paths ------------------------------------------------------------------------------------------------------- */

bool wql__page_path(wql__page *page, wql__mem *mem, const wql_class *cls, const wql_column *const *keys, uint32_t row, bool full,
                    wql_str *out, bool *there) {
    for (;;) {
        wql__out text = {page->text, page->size, 0};
        size_t len, size;
        char *bigger;
        *there = wql__path_print(cls, keys, row, full, &text);
        if (!*there) return true;
        len = wql__out_end(&text);
        if (len < page->size) {
            *out = (wql_str){page->text, len};
            return true;
        }
        size = len < 256 ? 512 : len * 2;
        bigger = wql__realloc(mem, page->text, page->size, size);
        if (!bigger) return false;
        page->text = bigger;
        page->size = size;
    }
}

void wql__page_free(wql__page *page, wql__mem *mem) {
    wql__free(mem, page->text, page->size);
    page->text = NULL;
    page->size = 0;
}

static void find_keys(wql__filter *f) {
    for (uint32_t i = 0; i < f->cls->key_count; i++) {
        uint32_t slot = f->slots[f->cls->keys[i]];
        f->keys[i] = slot == WQL__NO_ENTRY ? NULL : &f->batch->columns[slot];
    }
}

/* The path of the row; NULL if it has none. */
static wql_value read_row_path(wql__filter *f, wql__page *page, uint8_t system, uint32_t row) {
    wql_str path;
    bool there;
    if (wql__page_path(page, f->mem, f->cls, f->keys, row, system == WQL__SYS_PATH, &path, &there))
        return there ? wql_text(path) : wql_null();
    f->no_memory = true;
    return wql_null();
}

static int system_outcome(wql__filter *f, const wql__filter_node *node, uint32_t row) {
    wql_value value = read_row_path(f, &f->page, node->system, row);
    return value.type == WQL_NULL ? wql__test_null(node->test) : wql__test_value(node->test, &value, f->stop);
}

/* One part of an object; NULL if it is not there. */
static wql_value read_part(wql__filter *f, const wql_batch *object, uint32_t row, wql_str name) {
    uint32_t number = wql__class_property(object->cls, name);
    const wql_column *col = number == WQL_NO_COLUMN ? NULL : wql__batch_property(object, number);
    wql_value value = wql_null();
    if (col) {
        value = wql_column_value(col, row);
        if (value.type == WQL_DATETIME && (object->cls->def.properties[number].flags & WQL_INTERVAL)) value.time.interval = 1;
        return value;
    }
    switch (wql__batch_value(object, row, name, &value)) { /* a system property, perhaps */
    case WQL_OK: return value;
    case WQL_E_OUT_OF_MEMORY:
    case WQL_E_QUOTA_VIOLATION: f->no_memory = true; break;
    default: break;
    }
    return wql_null();
}

/* The value of a column, or below it; NULL if it is not there. */
static wql_value read_path(wql__filter *f, uint32_t slot, const wql_str *names, uint32_t count, uint32_t row) {
    wql_value value = wql_column_value(&f->batch->columns[slot], row);
    for (uint32_t i = 0; i < count; i++) {
        if (value.type != WQL_OBJECT) return wql_null();
        value = read_part(f, value.object, value.count, names[i]);
    }
    return value;
}

static wql_value read_side(wql__filter *f, const filter_side *side, wql__page *page, uint32_t row) {
    wql_value value;
    if (side->system != WQL__SYS_NONE)
        return wql__system_is_constant(side->system) ? side->constant : read_row_path(f, page, side->system, row);
    value = read_path(f, side->slot, side->names, side->name_count, row);
    if (side->interval && value.type == WQL_DATETIME) value.time.interval = 1;
    return value;
}

static int pair_outcome(wql__filter *f, const wql__filter_node *node, uint32_t row) {
    const wql__pair *pair = node->pair->pair;
    wql_value left = read_side(f, &node->pair->left, &f->page, row);
    wql_value right = read_side(f, &node->pair->right, &f->other_page, row);
    return wql__test_pair(pair->op, pair->negated, &left, &right, f->stop);
}

static int path_outcome(wql__filter *f, const wql__filter_node *node, uint32_t row) {
    wql_value value = read_path(f, node->slot, node->names, node->name_count, row);
    return value.type == WQL_NULL ? wql__test_null(node->test) : wql__test_value(node->test, &value, f->stop);
}

static void narrow_rows(wql__filter *f, const wql__filter_node *node, wql__rows *set) {
    uint32_t kept = 0;
    wql__rows_list(set, f->kernels);
    for (uint32_t i = 0; i < set->count && !f->no_memory; i++) {
        uint32_t row = set->list[i];
        int outcome;
        if (wql__stopped(f->stop)) break;
        outcome = node->at == WQL__AT_SYSTEM ? system_outcome(f, node, row)
                  : node->at == WQL__AT_PAIR ? pair_outcome(f, node, row)
                                             : path_outcome(f, node, row);
        set->list[kept] = (uint16_t)row;
        kept += outcome == WQL__TRUE;
    }
    set->count = kept;
}

/* -- running ----------------------------------------------------------------------------------------------------- */

static void narrow(wql__filter *f, wql__filter_node *node, wql__rows *set);

static void narrow_item(wql__filter *f, wql__filter_node *node, wql__rows *set) {
    uint32_t before = set->count;
    int64_t start = f->timing && before ? wql__now_ns() : 0;
    narrow(f, node, set);
    if (!f->timing || !before) return;
    node->rows += before;
    node->passed += set->count;
    node->ns += (double)(wql__now_ns() - start);
}

static void narrow_or(wql__filter *f, wql__filter_node *node, wql__rows *set) {
    wql__rows_room *level = f->levels[node->level];
    memset(level->found, 0, sizeof level->found);
    for (uint32_t i = 0; i < node->count && set->count; i++) {
        wql__rows_copy(&level->rows, set);
        narrow_item(f, node->items[i], &level->rows);
        if (level->rows.count) wql__rows_move(set, &level->rows, level->found);
    }
    wql__rows_take(set, level->found, f->kernels);
}

/* Of many conditions each may be quick: the flag is looked at every 8. */
static bool is_ended(wql__filter *f) { return (++f->asked & 7u) == 0 && wql__stopped(f->stop); }

static void narrow(wql__filter *f, wql__filter_node *node, wql__rows *set) {
    if (!set->count) return;
    if (is_ended(f)) {
        wql__rows_clear(set);
        return;
    }
    switch (node->kind) {
    case WQL__EXPR_CONST:
        if (!node->value) wql__rows_clear(set);
        break;
    case WQL__EXPR_AND:
        for (uint32_t i = 0; i < node->count && set->count; i++) narrow_item(f, node->items[i], set);
        break;
    case WQL__EXPR_OR: narrow_or(f, node, set); break;
    default:
        if (node->at == WQL__AT_PROPERTY)
            wql__tester_narrow(node->tester, &f->batch->columns[node->slot], set, f->stop);
        else
            narrow_rows(f, node, set);
        break;
    }
}

/* -- learning ---------------------------------------------------------------------------------------------------- */

enum { MEASURED_EACH = 16, ORDERED_EACH = 64 };

/* Time a row, divided by the share of rows that the item settles: in an AND those it rules out, in an OR those it lets through.
 * What was never asked comes last, where it was. */
static double rank_of(const wql__filter_node *item, bool in_and) {
    double settled = in_and ? item->rows - item->passed : item->passed;
    if (item->rows <= 0) return 1e300;
    return settled < 0.5 ? 1e299 : item->ns / settled;
}

static void order_items(wql__filter_node *node) {
    for (uint32_t i = 0; i < node->count; i++) order_items(node->items[i]);
    for (uint32_t i = 1; i < node->count; i++) {
        wql__filter_node *item = node->items[i];
        double rank = rank_of(item, node->kind == WQL__EXPR_AND);
        uint32_t at = i;
        for (; at > 0 && rank_of(node->items[at - 1], node->kind == WQL__EXPR_AND) > rank; at--)
            node->items[at] = node->items[at - 1];
        node->items[at] = item;
    }
    for (uint32_t i = 0; i < node->count; i++) { /* what is new counts more */
        node->items[i]->rows /= 2;
        node->items[i]->passed /= 2;
        node->items[i]->ns /= 2;
    }
}

static void give_levels_back(wql__filter *f) {
    for (uint32_t i = 0; i < f->level_count; i++) {
        wql__spares_return(f->spares, f->levels[i]);
        f->levels[i] = NULL;
    }
}

static bool borrow_levels(wql__filter *f) {
    for (uint32_t i = 0; i < f->level_count; i++)
        if ((f->levels[i] = wql__rows_borrow(f->spares)) == NULL) return false;
    return true;
}

wql_status wql__filter_run(wql__filter *f, const wql_batch *batch, wql__rows *set, wql_error *err) {
    if (!f->root) return WQL_OK;
    f->batch = batch;
    f->asked = 0;
    f->timing = f->has_choice && f->batches++ % MEASURED_EACH == 0;
    find_keys(f);
    if (borrow_levels(f))
        narrow(f, f->root, set);
    else
        f->no_memory = true;
    give_levels_back(f);
    f->batch = NULL;
    if (f->has_choice && f->batches % ORDERED_EACH == 0) order_items(f->root);
    return f->no_memory ? wql__fail_memory(f->mem, err) : WQL_OK;
}
