/* SPDX-License-Identifier: MIT */
/* scan.c: one scan of any class: which sources are needed, rows that are made cell by cell and brought whole, conditions.
 *
 * A row is made in an array of cells first. So one that turns out to have vanished leaves no trace, and every condition can be
 * looked at by the engine's own rule (wql_scan_holds), which makes all of them exact. */
#include "linux.h"

#include <stdio.h>

enum { CHECK_ROWS = 64 };

static const wql__linux_defined *class_of(const wql__linux_mount *m, const wql_request *request) {
    if (request->class_index >= m->defined_count || !m->defined[request->class_index].concrete) return NULL;
    return &m->defined[request->class_index];
}

static uint32_t sources_of(const wql__linux_defined *d, uint32_t number) {
    uint32_t own = number < d->count ? d->own[number] : WQL_NO_COLUMN;
    return own == WQL_NO_COLUMN ? 0 : d->cls->properties[own].sources;
}

/* -- plan, explain --------------------------------------------------------------------------------------------------------- */

static bool is_lookup(const wql_conjunct *c, const wql__linux_defined *d) {
    return c->op == WQL_EQ && c->count && sources_of(d, c->property) == 0;
}

wql_status wql__linux_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    const wql__linux_defined *d = class_of(self, request);
    if (!d) return wql__linux_fail(err, WQL_E_INVALID_CLASS, "the class has no instances of its own");
    memset(answer->take, WQL_EXACT, request->conjunct_count);
    if (d->cls->flags & WQL_SINGLETON) answer->rows = 1;
    for (uint32_t i = 0; i < request->conjunct_count; i++)
        if (is_lookup(&request->conjuncts[i], d)) answer->rows = request->conjuncts[i].count;
    return WQL_OK;
}

static uint32_t needed_sources(const wql__linux_defined *d, const wql_request *request) {
    uint32_t sources = 0;
    for (uint32_t i = 0; i < d->count; i++)
        if (wql_request_wants(request, i)) sources |= sources_of(d, i);
    for (uint32_t i = 0; i < request->conjunct_count; i++) sources |= sources_of(d, request->conjuncts[i].property);
    return sources;
}

size_t wql__linux_explain(void *self, const wql_request *request, char *buf, size_t size) {
    const wql__linux_defined *d = class_of(self, request);
    uint32_t sources = d ? needed_sources(d, request) : 0;
    char text[400] = "reads";
    size_t len = strlen(text);
    int all;
    for (uint32_t i = 0; d && d->cls->source_names && d->cls->source_names[i]; i++) {
        size_t more = strlen(d->cls->source_names[i]);
        if (!(sources >> i & 1u) || len + more + 3 > sizeof text) continue;
        len += (size_t)snprintf(text + len, sizeof text - len, "%s %s", len > 5 ? "," : "", d->cls->source_names[i]);
    }
    all = snprintf(buf, size, "%s", len > 5 ? text : "reads no file of an instance");
    return all > 0 ? (size_t)all : 0;
}

/* -- open, close ----------------------------------------------------------------------------------------------------------- */

static wql_status find_needs(wql__linux_scan *s) {
    const wql_request *request = s->scan->request;
    const wql__linux_class *cls = s->cls;
    for (uint32_t i = 0; i < cls->property_count; i++)
        s->needed[i] = s->defined->places[i] != WQL_NO_COLUMN && wql_scan_wants(s->scan, s->defined->places[i]);
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        uint32_t own = s->defined->own[request->conjuncts[i].property];
        if (own != WQL_NO_COLUMN) s->needed[own] = 1;
    }
    for (uint32_t i = 0; i < cls->property_count; i++) {
        if (!s->needed[i]) continue;
        s->list[s->list_count++] = i;
        s->sources |= cls->properties[i].sources;
        if (cls->properties[i].from == WQL__LINUX_HOST_NAME && !s->host_name)
            s->host_name = wql__linux_host_name(s->mount, &s->arena);
        if (cls->properties[i].from == WQL__LINUX_OS_NAME && !s->os_name) s->os_name = wql__linux_os_name(s->mount, &s->arena);
    }
    return WQL_OK;
}

static void free_scan(wql__linux_scan *s) {
    wql_mount *mount = s->mount->mount;
    wql__linux_arena_free(&s->line);
    wql__linux_arena_free(&s->arena);
    (void)wql_mount_allocate(mount, s, sizeof *s, 0);
}

static wql__linux_scan *new_scan(wql_scan *scan, wql__linux_mount *m, const wql__linux_defined *d) {
    wql__linux_scan *s = wql_mount_allocate(m->mount, NULL, 0, sizeof *s);
    if (!s) return NULL;
    memset(s, 0, sizeof *s);
    s->scan = scan;
    s->mount = m;
    s->defined = d;
    s->cls = d->cls;
    s->arena.mount = s->line.mount = m->mount;
    s->cells = wql__linux_take_array(&s->arena, d->cls->property_count, sizeof *s->cells);
    s->needed = wql__linux_take_array(&s->arena, d->cls->property_count, sizeof *s->needed);
    s->list = wql__linux_take_array(&s->arena, d->cls->property_count, sizeof *s->list);
    s->state = wql__linux_take(&s->arena, d->cls->state_size);
    if (s->cells && s->needed && s->list && s->state) return s;
    free_scan(s);
    return NULL;
}

wql_status wql__linux_open(wql_scan *scan, wql_error *err) {
    wql__linux_mount *m = scan->self;
    const wql__linux_defined *d = class_of(m, scan->request);
    wql__linux_scan *s;
    wql_status status;
    if (!d) return wql__linux_fail(err, WQL_E_INVALID_CLASS, "the class has no instances of its own");
    s = new_scan(scan, m, d);
    if (!s) return wql__linux_no_memory(err);
    s->err = err;
    status = find_needs(s);
    if (status >= 0 && d->cls->open) status = d->cls->open(s);
    if (status >= 0 && s->arena.failed) status = wql__linux_no_memory(err);
    s->err = NULL;
    scan->state = s;
    if (status < 0) wql__linux_close(scan);
    return status;
}

void wql__linux_close(wql_scan *scan) {
    wql__linux_scan *s = scan->state;
    if (s->cls->close) s->cls->close(s);
    free_scan(s);
    scan->state = NULL;
}

/* -- cells ----------------------------------------------------------------------------------------------------------------- */

/* Whether an integer fits the property's type; what does not is NULL for a condition as it is in the row. */
static bool fits(uint32_t type, const wql_value *v) {
    static const int8_t bits[] = {[WQL_SINT16] = 15, [WQL_SINT32] = 31, [WQL_SINT8] = 7,   [WQL_UINT8] = 8,
                                  [WQL_UINT16] = 16, [WQL_UINT32] = 32, [WQL_SINT64] = 63, [WQL_UINT64] = 64};
    bool is_signed = type == WQL_SINT8 || type == WQL_SINT16 || type == WQL_SINT32 || type == WQL_SINT64;
    if (type >= sizeof bits || !bits[type]) return true;
    if (v->type == WQL_SINT64 && v->i64 < 0) return is_signed && (bits[type] == 63 || v->i64 >= -((int64_t)1 << bits[type]));
    return bits[type] == 64 || (v->type == WQL_SINT64 ? (uint64_t)v->i64 : v->u64) >> bits[type] == 0;
}

void wql__linux_set(wql__linux_scan *s, uint32_t property, wql_value value) {
    if (!s->needed[property]) return;
    if ((value.type == WQL_SINT64 || value.type == WQL_UINT64) && !fits(s->cls->properties[property].type, &value)) {
        wql_scan_count(s->scan, 1, 0);
        value = wql_null();
    }
    s->cells[property] = value;
}

void wql__linux_set_u64(wql__linux_scan *s, uint32_t property, uint64_t number) { wql__linux_set(s, property, wql_u64(number)); }
void wql__linux_set_i64(wql__linux_scan *s, uint32_t property, int64_t number) { wql__linux_set(s, property, wql_i64(number)); }
void wql__linux_set_bool(wql__linux_scan *s, uint32_t property, bool value) { wql__linux_set(s, property, wql_bool(value)); }
void wql__linux_set_text(wql__linux_scan *s, uint32_t property, wql_str text) { wql__linux_set(s, property, wql_text(text)); }
void wql__linux_set_z(wql__linux_scan *s, uint32_t property, const char *text) {
    wql__linux_set(s, property, text ? wql_text(wql_s(text)) : wql_null());
}

void wql__linux_set_time(wql__linux_scan *s, uint32_t property, int64_t us) {
    wql_datetime time = {.us = us};
    int64_t seconds = us / 1000000 - (us % 1000000 < 0);
    if (!s->needed[property]) return;
    time.offset_min = (int16_t)(wql__linux_offset(&s->mount->zone, seconds, NULL) / 60);
    s->cells[property] = wql_time(time);
}

void wql__linux_lost(wql__linux_scan *s, uint32_t sources) { s->lost |= sources; }

static void set_fixed(wql__linux_scan *s) {
    for (uint32_t k = 0; k < s->list_count; k++) {
        uint32_t i = s->list[k];
        const wql__linux_property *p = &s->cls->properties[i];
        switch (p->from) {
        case WQL__LINUX_FIXED: wql__linux_set_z(s, i, p->fixed); break;
        case WQL__LINUX_CLASS_NAME: wql__linux_set_z(s, i, s->defined->name); break;
        case WQL__LINUX_HOST_NAME: wql__linux_set_z(s, i, s->host_name); break;
        case WQL__LINUX_OS_NAME: wql__linux_set_z(s, i, s->os_name); break;
        default: break;
        }
    }
}

/* -- conditions ------------------------------------------------------------------------------------------------------------ */

bool wql__linux_lookup(const wql__linux_scan *s, uint32_t property, const wql_value **values, uint32_t *count) {
    const wql_request *request = s->scan->request;
    bool found = false;
    if (s->within) {
        *values = s->within->keys;
        *count = s->within->key_count;
        return s->within->listed && property == s->within->key;
    }
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        const wql_conjunct *c = &request->conjuncts[i];
        if (s->defined->own[c->property] != property || c->op != WQL_EQ || !c->count || !c->values) continue;
        if (s->scan->take[i] == WQL_NONE || (found && c->count >= *count)) continue;
        *values = c->values;
        *count = c->count;
        found = true;
    }
    return found;
}

static bool test(wql__linux_scan *s, uint32_t sources_read) {
    const wql_request *request = s->scan->request;
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        uint32_t own = s->defined->own[request->conjuncts[i].property];
        wql_value value = own == WQL_NO_COLUMN ? wql_null() : s->cells[own];
        if (s->scan->take[i] == WQL_NONE || (i < 32 && s->tested >> i & 1u)) continue;
        if (own != WQL_NO_COLUMN && (s->cls->properties[own].sources & ~sources_read)) continue;
        if (i < 32) s->tested |= (uint32_t)1 << i;
        if (!wql_scan_holds(s->scan, i, value)) return false;
    }
    return true;
}

/* Once a condition has failed the row is lost, whatever the class answers. */
bool wql__linux_passes(wql__linux_scan *s, uint32_t sources_read) {
    if (s->within) return true; /* the conditions are those of the association */
    if (s->scan->request->conjunct_count && !s->failed) s->failed = !test(s, sources_read);
    return !s->failed;
}

/* -- rows ------------------------------------------------------------------------------------------------------------------ */

wql_status wql__linux_check(const wql__linux_scan *s) { return wql_scan_check(s->scan, NULL); }

static void bring(wql__linux_scan *s) {
    uint32_t nulled = 0;
    for (uint32_t k = 0; k < s->list_count; k++) {
        uint32_t i = s->list[k];
        if (s->cells[i].type == WQL_NULL)
            nulled += (s->cls->properties[i].sources & s->lost) != 0;
        else if (wql_scan_wants(s->scan, s->defined->places[i]))
            wql_row_set(s->scan, s->defined->places[i], s->cells[i]);
    }
    if (nulled) wql_scan_count(s->scan, nulled, 0);
}

/* Makes at most one row. */
static int make(wql__linux_scan *s) {
    int made;
    wql__linux_arena_reset(&s->line);
    for (uint32_t k = 0; k < s->list_count; k++) s->cells[s->list[k]] = wql_null(); /* no other is ever set */
    s->tested = s->lost = 0;
    s->failed = false;
    set_fixed(s);
    made = s->cls->row(s);
    if (made >= 0 && (s->line.failed || s->arena.failed)) return wql__linux_no_memory(s->err);
    if (made == WQL__LINUX_MADE && !wql__linux_passes(s, UINT32_MAX)) return WQL__LINUX_SKIP;
    return made;
}

static wql_status end(const wql__linux_scan *s) { return s->partial ? WQL_S_PARTIAL_RESULTS : WQL_END; }

wql_status wql__linux_next(wql_scan *scan, wql_error *err) {
    wql__linux_scan *s = scan->state;
    uint64_t limit = scan->request->limit;
    s->err = err;
    for (;;) {
        int made;
        if (s->sources || s->steps++ % CHECK_ROWS == 0) {
            wql_status status = wql__linux_check(s);
            if (status < 0) return status;
        }
        if (limit && s->rows >= limit) return end(s);
        made = make(s);
        if (made < 0) return (wql_status)made;
        if (made == WQL__LINUX_END) return end(s);
        if (made == WQL__LINUX_SKIP) continue;
        bring(s);
        s->rows++;
        if (!wql_row_end(scan)) return WQL_OK;
    }
}
