/* SPDX-License-Identifier: MIT */
/* definitions.c: the rows of a schema query: the classes of the namespace as they were when the query was planned, or with
 * WQL_PROTOTYPE the one class that the plan has made. */
#include "inside.h"

#include "../data/value.h"

#include <string.h>

static wql_status no_memory(wql__scan *scan) {
    wql__builder_drop(&scan->rows);
    wql__error_clear(scan->run->failure);
    return wql__fail_memory(scan->run->mem, scan->run->failure);
}

/* One cell: a system property of the class. A path is printed into scratch memory, since cells copy texts. */
static bool set_cell(wql__scan *scan, const wql_class *cls, uint32_t slot) {
    int system = wql__meta_property(scan->numbers[slot]);
    wql_value value = wql__definition_constant(cls, system);
    wql__cell_counts counts = {0, 0, scan->run->env->stop};
    if (!wql__system_is_constant(system)) {
        bool full = system == WQL__SYS_PATH;
        wql__out path = {NULL, 0, 0};
        wql__definition_path(cls, full, &path);
        path.size = wql__out_end(&path) + 1;
        path.buf = wql__arena_alloc(&scan->scratch, path.size);
        path.len = 0;
        if (!path.buf) return false;
        wql__definition_path(cls, full, &path);
        value = wql_text((wql_str){path.buf, wql__out_end(&path)});
    }
    return wql__builder_set(&scan->rows, slot, &value, &counts) == WQL__CELL_OK;
}

static bool add_row(wql__scan *scan, const wql_class *cls) {
    for (uint32_t slot = 0; slot < scan->slot_count; slot++)
        if (!set_cell(scan, cls, slot)) return false;
    wql__batch_add_definition(scan->rows.batch, cls);
    scan->rows.rows++;
    return true;
}

static uint32_t count_rows(const wql__plan *plan) {
    return plan->prototype ? 1 : plan->listed ? plan->listed_count : plan->catalog->count;
}

static const wql_class *class_of(const wql__plan *plan, uint32_t row) {
    if (plan->listed) return plan->listed[row];
    return plan->prototype ? plan->prototype : plan->catalog->entries[row].cls;
}

wql_status wql__definitions_next(wql__scan *scan) {
    const wql__plan *plan = scan->run->plan;
    const wql__run_env *env = scan->run->env;
    uint32_t all = count_rows(plan), left = all - scan->listed, rows = left < env->batch_rows ? left : env->batch_rows;
    wql_batch *batch;
    if ((env->flags & WQL_COUNT_ONLY) && scan->plan->conjunct_count == 0) {
        scan->counted_rows = left;
        scan->listed = all;
        wql__run_add(&env->stats->rows_scanned, left);
        return WQL_END;
    }
    if (rows == 0) return WQL_END;
    wql__arena_reset(&scan->scratch);
    batch = wql__rows_prepare(scan) ? wql__run_take(scan->run) : NULL;
    if (!batch || !wql__builder_begin(&scan->rows, batch, rows) || !wql__batch_define(batch, rows)) return no_memory(scan);
    for (uint32_t i = 0; i < rows; i++)
        if (!add_row(scan, class_of(plan, scan->listed + i))) return no_memory(scan);
    scan->source = wql__builder_end(&scan->rows);
    if (!scan->source) return no_memory(scan);
    scan->listed += rows;
    scan->rows_since = scan->run->now_us;
    wql__run_add(&env->stats->rows_scanned, rows);
    return scan->listed == all ? WQL_END : WQL_OK;
}
