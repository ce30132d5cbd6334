/* SPDX-License-Identifier: MIT */
/* host_rows.c: rows that a provider brings cell by cell. */
#include "inside.h"

#include "../data/value.h"

#include <string.h>

static const char *name_of(const wql__scan *scan, uint32_t property) { return scan->cls->def.properties[property].name; }

/* -- beginning and ending a batch -------------------------------------------------------------------------------- */

bool wql__rows_prepare(wql__scan *scan) {
    if (scan->rows.cells) return true;
    if (!wql__builder_init(&scan->rows, &scan->arena, scan->cls, scan->numbers, scan->slot_count)) return false;
    wql__scan_grown(scan);
    return true;
}

static bool begin(wql__scan *scan) {
    wql__run *run = scan->run;
    wql_batch *batch;
    if (scan->rows.batch) return true;
    batch = wql__run_take(run);
    if (!batch || !wql__rows_prepare(scan) || !wql__builder_begin(&scan->rows, batch, run->env->batch_rows)) {
        if (batch != scan->rows.batch) wql_batch_release(batch);
        (void)wql__scan_no_memory(scan);
        return false;
    }
    scan->look_at = scan->look_step = 1;
    scan->rows_since = scan->looked_at = run->env->now(run->env->now_user);
    return true;
}

wql_batch *wql__rows_end(wql__scan *scan) {
    wql_batch *batch = NULL;
    if (scan->rows.rows == 0 || !wql__objects_end(scan)) return NULL;
    batch = wql__builder_end(&scan->rows);
    if (!batch) (void)wql__scan_no_memory(scan);
    return batch;
}

void wql__rows_drop(wql__scan *scan) {
    wql_batch_release(scan->rows.batch);
    scan->rows.batch = NULL;
    scan->row_begun = false;
}

/* -- cells ------------------------------------------------------------------------------------------------------- */

/* Whether a row may be brought now. */
static bool may_bring(wql__scan *scan, const char *function) {
    if (!wql__scan_is_in(scan, WQL__PHASE_NEXT, WQL__PHASE_NEXT, function)) return false;
    if (scan->brought) {
        (void)wql__scan_fault(scan, "next of %s brought rows beside a batch", scan->cls->def.name);
        return false;
    }
    if (scan->rows.batch && scan->rows.rows == scan->rows.room) {
        (void)wql__scan_fault(scan, "next of %s went on after row_end had answered that its batch of %u rows is full",
                              scan->cls->def.name, scan->rows.room);
        return false;
    }
    return begin(scan);
}

void wql__report_cell(wql__scan *scan, const wql_class *cls, uint32_t property, const wql_value *value, int result) {
    const wql_property_def *def = &cls->def.properties[property];
    const char *name = cls->def.name;
    switch (result) {
    case WQL__CELL_NO_MEMORY: (void)wql__scan_no_memory(scan); break;
    case WQL__CELL_MISMATCH:
        (void)wql__scan_fault(scan, "%s.%s is %s, but was set to %s", name, def->name, wql__type_name(def->type),
                              wql__type_is_known(value->type) ? wql__type_name(value->type) : "a value of an unknown type");
        break;
    case WQL__CELL_NO_TEXT: (void)wql__scan_fault(scan, "%s.%s was set to a NULL pointer with a length", name, def->name); break;
    default:
        if (scan->broken < 0) break;
        wql__error_clear(scan->run->failure);
        scan->broken = wql__fail_limit(scan->run->failure, "bytes of a column in a batch", INT32_MAX);
        break;
    }
}

void wql__host_row_set(wql_scan *pub, uint32_t property, const wql_value *value) {
    wql__scan *scan = (wql__scan *)pub;
    wql__cell_counts counts = {0, 0, scan->run->env->stop};
    wql_value spelled;
    uint32_t slot, level = 0;
    int result;
    if (!may_bring(scan, "wql_row_set")) return;
    scan->row_begun = true;
    if (property >= scan->cls->def.property_count) {
        (void)wql__scan_fault(scan, "property %u of %s was set, which has %u", property, scan->cls->def.name,
                              scan->cls->def.property_count);
        return;
    }
    slot = scan->slots[property];
    if (slot == WQL__NO_ENTRY || !wql__objects_fit(scan, scan->cls, property, value, &level)) return;
    if (scan->cls->def.properties[property].type == WQL_REFERENCE) {
        if (!wql__reference_cell(scan, &scan->cls->def.properties[property], value, &spelled)) return;
        value = &spelled;
    }
    result = wql__builder_set(&scan->rows, slot, value, &counts);
    wql__run_add(&scan->run->env->stats->values_nulled, counts.nulled);
    wql__run_add(&scan->run->env->stats->utf8_repaired, counts.repaired);
    if (result != WQL__CELL_OK) wql__report_cell(scan, scan->cls, property, value, result);
}

/* -- rows -------------------------------------------------------------------------------------------------------- */

static bool has_keys(wql__scan *scan) {
    for (uint32_t i = 0; i < scan->cls->key_count; i++) {
        uint32_t slot = scan->slots[scan->cls->keys[i]];
        if (slot == WQL__NO_ENTRY || wql__cells_has(&scan->rows.cells[slot], scan->rows.rows)) continue;
        (void)wql__scan_fault(scan, "%s.%s is a key, but NULL in a row", scan->cls->def.name, name_of(scan, scan->cls->keys[i]));
        return false;
    }
    return true;
}

/* How many rows until the next look at the clock: so many that about 200 us pass, and one where rows come slowly. */
enum { LOOK_US = 200, LOOK_ROWS_MAX = 64 };

static bool is_in_time(wql__scan *scan) {
    const wql__run_env *env = scan->run->env;
    int64_t now, passed;
    if (scan->rows.rows < scan->look_at) return true;
    now = env->now(env->now_user);
    passed = now - scan->looked_at;
    scan->looked_at = now;
    if (passed * 2 <= LOOK_US)
        scan->look_step = scan->look_step < LOOK_ROWS_MAX ? scan->look_step * 2 : LOOK_ROWS_MAX;
    else if (passed > LOOK_US)
        scan->look_step = scan->look_step > 1 ? scan->look_step / 2 : 1;
    scan->look_at = scan->rows.rows + scan->look_step;
    if (now >= atomic_load_explicit(env->deadline_us, memory_order_relaxed)) return false;
    return now - scan->rows_since < (int64_t)env->batch_age_ms * 1000;
}

bool wql__host_row_end(wql_scan *pub) {
    wql__scan *scan = (wql__scan *)pub;
    if (!may_bring(scan, "wql_row_end") || !has_keys(scan)) return false;
    scan->rows.rows++;
    scan->row_begun = false;
    if (scan->rows.rows == scan->rows.room || wql__run_stopped(scan->run)) return false;
    if (scan->rows.text_bytes + (uint64_t)scan->rows.rows * scan->row_bytes >= scan->run->env->batch_bytes) return false;
    return is_in_time(scan);
}
