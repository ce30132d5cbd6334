/* SPDX-License-Identifier: MIT */
/* host_objects.c: embedded objects that a provider makes for its rows. Those of one class are rows of one batch, which the batch
 * with the rows holds. */
#include "inside.h"

#include "../data/value.h"

#include <string.h>

enum { OBJECT_ROWS = 1024 };

/* -- batches of objects ------------------------------------------------------------------------------------------ */

static bool keep_nested(wql__scan *scan, wql_batch *batch, uint32_t level) {
    if (scan->nested_count == scan->nested_room) {
        uint32_t room = scan->nested_room ? scan->nested_room * 2 : 8;
        wql__nested *bigger = wql__arena_alloc(&scan->arena, wql__array_size(room, sizeof *bigger));
        if (!bigger) return false;
        if (scan->nested_count) memcpy(bigger, scan->nested, scan->nested_count * sizeof *bigger);
        scan->nested = bigger;
        scan->nested_room = room;
    }
    scan->nested[scan->nested_count++] = (wql__nested){batch, level};
    return true;
}

static bool end_maker(wql__scan *scan, wql__maker *maker) {
    wql_batch *batch;
    if (!maker->rows.batch) return true;
    batch = wql__builder_end(&maker->rows);
    if (batch && keep_nested(scan, batch, maker->level)) return true;
    wql_batch_release(batch);
    (void)wql__scan_no_memory(scan);
    return false;
}

bool wql__objects_end(wql__scan *scan) {
    for (wql__maker *maker = scan->makers; maker; maker = maker->next)
        if (!end_maker(scan, maker)) return false;
    return true;
}

void wql__objects_drop(wql__scan *scan) {
    for (wql__maker *maker = scan->makers; maker; maker = maker->next) {
        wql_batch_release(maker->rows.batch);
        maker->rows.batch = NULL;
    }
    for (uint32_t i = 0; i < scan->nested_count; i++) wql_batch_release(scan->nested[i].batch);
    scan->nested_count = 0;
}

static bool find_object(const wql__scan *scan, const wql_value *value, uint32_t *level) {
    for (const wql__maker *maker = scan->makers; maker && value->object; maker = maker->next)
        if (maker->rows.batch == value->object) {
            *level = maker->level;
            return value->count < maker->rows.rows;
        }
    for (uint32_t i = 0; i < scan->nested_count; i++)
        if (scan->nested[i].batch == value->object) {
            *level = scan->nested[i].level;
            return value->count < value->object->rows;
        }
    return false;
}

static bool object_fits(wql__scan *scan, const wql_class *cls, uint32_t property, const wql_value *value, uint32_t *level) {
    const wql_property_def *def = &cls->def.properties[property];
    uint32_t its_level = 0;
    if (!find_object(scan, value, &its_level)) {
        (void)wql__scan_fault(scan, "%s.%s was set to an object that wql_scan_object did not make in this next", cls->def.name,
                              def->name);
        return false;
    }
    if (def->class_name && !wql__class_isa(value->object->cls, wql_s(def->class_name))) {
        (void)wql__scan_fault(scan, "%s.%s was set to an object of class %s, which is no %s", cls->def.name, def->name,
                              value->object->cls->def.name, def->class_name);
        return false;
    }
    if (its_level >= *level) *level = its_level + 1;
    return true;
}

bool wql__objects_fit(wql__scan *scan, const wql_class *cls, uint32_t property, const wql_value *value, uint32_t *level) {
    if (value->type == WQL_OBJECT) return object_fits(scan, cls, property, value, level);
    if (value->type != (WQL_OBJECT | WQL_ARRAY) || !value->items) return true;
    for (uint32_t i = 0; i < value->count; i++)
        if (value->items[i].type == WQL_OBJECT && !object_fits(scan, cls, property, &value->items[i], level)) return false;
    return true;
}

/* -- making one -------------------------------------------------------------------------------------------------- */

static wql__maker *maker_of(wql__scan *scan, const wql_class *cls, uint32_t level) {
    wql__maker *maker = scan->makers;
    while (maker && (maker->rows.cls != cls || maker->level != level)) maker = maker->next;
    if (maker) return maker;
    maker = wql__arena_zero(&scan->arena, sizeof *maker);
    if (!maker || !wql__builder_init(&maker->rows, &scan->arena, cls, NULL, cls->def.property_count)) return NULL;
    maker->level = level;
    maker->next = scan->makers;
    scan->makers = maker;
    return maker;
}

/* A maker with room for one more. NULL: scan->broken. */
static wql__maker *ready_maker(wql__scan *scan, const wql_class *cls, uint32_t level) {
    wql__maker *maker = maker_of(scan, cls, level);
    wql_batch *batch;
    if (maker && maker->rows.batch && maker->rows.rows == maker->rows.room && !end_maker(scan, maker)) return NULL;
    if (maker && maker->rows.batch) return maker;
    batch = maker ? wql__run_take(scan->run) : NULL;
    if (batch && wql__builder_begin(&maker->rows, batch, OBJECT_ROWS)) return maker;
    (void)wql__scan_no_memory(scan);
    return NULL;
}

/* Which property each parameter sets: by name, or by place. False: one is not there. */
static bool find_properties(const wql_class *cls, const wql_param *properties, uint32_t count, uint32_t *numbers) {
    for (uint32_t i = 0; i < count; i++) {
        numbers[i] = properties[i].name ? wql__class_property(cls, wql_s(properties[i].name)) : i;
        if (numbers[i] >= cls->def.property_count) return false; /* WQL_NO_COLUMN too */
    }
    return true;
}

static bool set_properties(wql__scan *scan, wql__maker *maker, const wql_param *properties, uint32_t count,
                           const uint32_t *numbers) {
    wql__cell_counts counts = {0, 0, scan->run->env->stop};
    int result = WQL__CELL_OK;
    for (uint32_t i = 0; i < count && result == WQL__CELL_OK; i++) {
        result = wql__builder_set(&maker->rows, numbers[i], &properties[i].value, &counts);
        if (result != WQL__CELL_OK) wql__report_cell(scan, maker->rows.cls, numbers[i], &properties[i].value, result);
    }
    wql__run_add(&scan->run->env->stats->values_nulled, counts.nulled);
    wql__run_add(&scan->run->env->stats->utf8_repaired, counts.repaired);
    return result == WQL__CELL_OK;
}

wql_value wql__host_object(wql_scan *pub, const char *class_name, const wql_param *properties, uint32_t count) {
    wql__scan *scan = (wql__scan *)pub;
    const wql__class_entry *entry;
    wql__maker *maker;
    uint32_t *numbers, level = 0;
    wql_value value = wql_null();
    if (!wql__scan_is_in(scan, WQL__PHASE_NEXT, WQL__PHASE_NEXT, "wql_scan_object")) return value;
    if (!class_name || (count && !properties)) return value;
    entry = wql__catalog_find(scan->run->plan->catalog, wql_s(class_name));
    numbers = wql__arena_alloc(&scan->scratch, wql__array_size(count, sizeof *numbers));
    if (!entry || !numbers || !find_properties(entry->cls, properties, count, numbers)) return value;
    for (uint32_t i = 0; i < count; i++)
        if (!wql__objects_fit(scan, entry->cls, numbers[i], &properties[i].value, &level)) return value;
    maker = ready_maker(scan, entry->cls, level);
    if (!maker || !set_properties(scan, maker, properties, count, numbers)) return value;
    value.type = WQL_OBJECT;
    value.object = maker->rows.batch;
    value.count = maker->rows.rows++;
    return value;
}
