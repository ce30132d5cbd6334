/* SPDX-License-Identifier: MIT */
/* plan_lab.c: the laboratory's providers, classes and plans. */
#include "plan_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *lab_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    lab *l = user;
    (void)old_size;
    if (!new_size) {
        free(ptr);
        return NULL;
    }
    if (l->fail_at && (++l->allocations == l->fail_at || (l->fail_on && l->allocations > l->fail_at))) return NULL;
    return realloc(ptr, new_size);
}

static wql_status lab_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    static uint8_t elsewhere[64];
    lab *l = self;
    uint32_t call = l->calls++ % 16;
    l->class_index[call] = request->class_index;
    l->conjuncts[call] = request->conjunct_count;
    l->wanted[call] = request->wanted[0];
    if (answer->parts != 1 || answer->rows != -1 || answer->cost != -1 || request->parts != 1 || request->flags || request->limit)
        return WQL_E_FAILED;
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        if (answer->take[i] || request->conjuncts[i].taken) return WQL_E_FAILED;
        answer->take[i] = l->raw_take ? l->raw_take : l->take[request->conjuncts[i].op];
    }
    answer->rows = l->rows;
    answer->cost = l->cost;
    answer->parts = l->parts;
    if (l->move_take) answer->take = elsewhere;
    if (l->message) snprintf(err->message, sizeof err->message, "%s", l->message);
    return l->status;
}

static size_t tell(void *self, const wql_request *request, char *buf, size_t size) {
    (void)self;
    return (size_t)snprintf(buf, size, "class %u, %u conditions\nand %s", request->class_index, request->conjunct_count,
                            request->flags & WQL_WISH_COUNT ? "a count" : "rows");
}

static wql_status no_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)mount, (void)config, (void)user, (void)self, (void)err;
    return WQL_E_FAILED;
}
static wql_status no_step(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_E_FAILED;
}

#define PROVIDER(name_, flags_)                                                                                                  \
    .struct_size = sizeof(wql_provider), .flags = (flags_), .name = (name_), .load = no_load, .open = no_step, .next = no_step
const wql_provider plan_lab_provider = {PROVIDER("lab", WQL_CONCURRENT), .plan = lab_plan};
const wql_provider plan_lab_telling = {PROVIDER("lab", WQL_CONCURRENT), .plan = lab_plan, .explain = tell};
/* Serialised, may block. */
const wql_provider plan_lab_slow = {PROVIDER("slow", WQL_MAY_BLOCK)};
const wql_provider plan_lab_slow_plan = {PROVIDER("slow", WQL_MAY_BLOCK), .plan = lab_plan};

static wql__mount *new_mount(lab *l, const wql_provider *provider, char *name) {
    wql__mount *mount = wql__alloc_zero(l->mem, sizeof *mount);
    assert_non_null(mount);
    atomic_init(&mount->refs, 1);
    mount->mem = wql__mem_retain(l->mem);
    mount->provider = provider;
    mount->name = name;
    mount->ns = "root\\lab";
    mount->self = l;
    wql__mutex_init(&mount->lock);
    wql__cond_init(&mount->free_cond);
    return mount;
}

void plan_lab_define(lab *l, wql__mount *mount, const wql_class_def *const *defs, uint32_t count) {
    wql_error err = WQL_INIT(wql_error);
    wql__catalog *made = NULL;
    if (wql__catalog_make(l->mem, l->catalog, NULL, mount, defs, count, "root\\lab", "here", &made, &err) < 0)
        fail_msg("%s", err.message);
    wql__catalog_release(l->catalog);
    l->catalog = made;
}

static void define_all(lab *l) {
    static const wql_qualifier mass = {.name = "mappingstrings", .value = {.type = WQL_STRING, .str = {"Mass", 4}}};
    static const wql_value old_names[] = {{.type = WQL_STRING, .str = {"Ancient", 7}}, {.type = WQL_STRING, .str = {"Gone", 4}}};
    static const wql_qualifier old = {.name = "MappingStrings",
                                      .value = {.type = WQL_STRING | WQL_ARRAY, .count = 2, .items = old_names}};
    static const wql_property_def base[] = {
        [ID] = {.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
        [S] = {.name = "S", .type = WQL_STRING},
        [N] = {.name = "N", .type = WQL_SINT32},
        [B] = {.name = "B", .type = WQL_BOOLEAN},
        [R] = {.name = "R", .type = WQL_REAL64},
        [F] = {.name = "F", .type = WQL_REAL32},
        [U] = {.name = "U", .type = WQL_UINT64},
        [D] = {.name = "D", .type = WQL_DATETIME},
        [I] = {.name = "I", .type = WQL_DATETIME, .flags = WQL_INTERVAL},
        [TAGS] = {.name = "Tags", .type = WQL_STRING | WQL_ARRAY},
        [E] = {.name = "E", .type = WQL_OBJECT},
        [REF] = {.name = "Ref", .type = WQL_REFERENCE},
        [C] = {.name = "C", .type = WQL_CHAR16},
        [SMALL] = {.name = "Small", .type = WQL_UINT8},
        [WEIGHT] = {.name = "Weight_g", .type = WQL_REAL64, .qualifiers = &mass, .qualifier_count = 1},
        [ES] = {.name = "Es", .type = WQL_OBJECT | WQL_ARRAY}};
    static const wql_property_def more[] = {{.name = "X", .type = WQL_STRING}};
    static const wql_property_def part[] = {{.name = "Part", .type = WQL_STRING, .flags = WQL_KEY}};
    static const wql_property_def one[] = {{.name = "A", .type = WQL_SINT32}};
    enum { SIZE = sizeof(wql_class_def) };
    static const wql_class_def defs[] = {
        {.struct_size = SIZE, .name = "T_Base", .properties = base, .property_count = T_BASE_COUNT},
        {.struct_size = SIZE, .name = "T_Derived", .superclass = "T_Base", .properties = more, .property_count = 1},
        {.struct_size = SIZE, .name = "T_Abstract", .superclass = "T_Base", .flags = WQL_ABSTRACT},
        {.struct_size = SIZE, .name = "T_Deep", .superclass = "T_Abstract", .properties = part, .property_count = 1},
        {.struct_size = SIZE,
         .name = "Keyless",
         .properties = one,
         .property_count = 1,
         .qualifiers = &old,
         .qualifier_count = 1},
        {.struct_size = SIZE, .name = "Only", .properties = one, .property_count = 1, .flags = WQL_SINGLETON}};
    static const wql_class_def lonely[] = {{.struct_size = SIZE, .name = "T_Orphan", .superclass = "T_Base"},
                                           {.struct_size = SIZE, .name = "Lonely", .properties = one, .property_count = 1}};
    static const wql_class_def slow = {.struct_size = SIZE, .name = "Slow", .properties = one, .property_count = 1};
    const wql_class_def *list[6];
    for (uint32_t i = 0; i < 6; i++) list[i] = &defs[i];
    plan_lab_define(l, l->mount, list, 6);
    for (uint32_t i = 0; i < 2; i++) list[i] = &lonely[i];
    plan_lab_define(l, NULL, list, 2);
    list[0] = &slow;
    plan_lab_define(l, l->slow, list, 1);
}

int plan_lab_begin(void **state) {
    static char lab_name[] = "lab", slow_name[] = "slow";
    lab *l = calloc(1, sizeof *l);
    if (!l) return -1;
    l->mem = wql__mem_open(lab_alloc, l, 0);
    l->mount = new_mount(l, &plan_lab_provider, lab_name);
    l->slow = new_mount(l, &plan_lab_slow, slow_name);
    l->rows = l->cost = -1;
    l->parts = 1;
    define_all(l);
    *state = l;
    return 0;
}

int plan_lab_end(void **state) {
    lab *l = *state;
    uint64_t used, peak;
    wql__catalog_release(l->catalog);
    wql__mount_release(l->mount);
    wql__mount_release(l->slow);
    wql__mem_usage(l->mem, &used, &peak);
    wql__mem_release(l->mem);
    free(l);
    return used > 4096; /* all but what the allocator keeps of itself */
}

const wql__parse_limits plan_lab_limits = {16384, 128, 2000, 1024, 4096, 8192, 4096, 1024};

wql_status plan_lab_make(lab *l, const char *text, uint32_t flags, wql__turn *turn, wql__plan **out, wql_error *err) {
    const wql__zone zone = {NULL, NULL};
    wql__arena arena;
    wql__query_tree *tree = NULL;
    char *copy = malloc(strlen(text));
    wql_status status;
    assert_non_null(copy);
    memcpy(copy, text, strlen(text));
    wql__arena_init(&arena, l->mem);
    *out = NULL;
    status = wql__parse((wql_str){copy, strlen(text)}, 0, &plan_lab_limits, &arena, &tree, err);
    if (status >= 0) status = wql__plan_make(tree, l->mem, l->catalog, flags, &zone, turn, out, err);
    wql__arena_free(&arena);
    free(copy);
    return status;
}

wql__plan *plan_lab_of(lab *l, const char *text, uint32_t flags) {
    wql_error err = WQL_INIT(wql_error);
    wql__plan *plan;
    wql_status status = plan_lab_make(l, text, flags, NULL, &plan, &err);
    if (status != WQL_OK) fail_msg("%s: %08x %s", text, (unsigned)status, err.message);
    return plan;
}

void plan_lab_explain(const wql__plan *plan, char *buf, size_t size) {
    wql__out out = {buf, size, 0};
    wql__plan_explain(plan, &out);
    assert_true(wql__out_end(&out) < size);
}

const wql__plan_scan *plan_lab_scan(const wql__plan *plan, const char *name) {
    for (uint32_t i = 0; i < plan->scan_count; i++)
        if (!strcmp(plan->scans[i].entry->cls->def.name, name)) return &plan->scans[i];
    return NULL;
}
