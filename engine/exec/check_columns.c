/* SPDX-License-Identifier: MIT */
/* check_columns.c: whether the columns that a provider brings are what they say: types, layouts, pointers, bounds, texts. After
 * this, whatever reads a column may trust it. */
#include "inside.h"

#include "../base/stop.h"
#include "../base/utf8.h"
#include "../data/value.h"

#include <stdio.h>
#include <string.h>

typedef struct check {
    wql__scan *scan;
    const wql_property_def *def;
    wql__fact *fact; /* what this scan knows of the column's buffers */
    uint64_t id;
    bool *ill;   /* NULL: ill-formed text is a breach */
    bool within; /* the items of a list, or the texts of a dictionary */
} check;

static wql_status bad(const check *c, const char *format, ...) WQL_PRINTF(2, 3);
static wql_status bad(const check *c, const char *format, ...) {
    char text[200];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return wql__scan_fault(c->scan, "column %s.%s%s %s", c->scan->cls->def.name, c->def->name, c->within ? ", inside," : "", text);
}

/* Many rows, items or texts of a dictionary, and long texts, are much work: it ends with the call. */
enum { LOOK_EVERY = 1024 };

static const _Atomic uint32_t *stop_of(const check *c) {
    return c->scan->run->env->stop;
}

static bool is_ended(const check *c, uint64_t done, uint64_t each) {
    return done % each == each - 1 && wql__stopped(stop_of(c));
}

static wql_status ended(const check *c) {
    return wql__scan_stopped(c->scan);
}

static bool is_aligned(const void *pointer, size_t to) {
    return ((uintptr_t)pointer & (to - 1)) == 0;
}

/* -- what cannot change is looked at once ------------------------------------------------------------------------ */

static bool same_buffers(const wql__fact *a, const wql__fact *b) {
    return a->id == b->id && a->type == b->type && a->layout == b->layout && a->base == b->base && a->base_size == b->base_size;
}

static void publish(wql__scan *scan, wql__fact *fact) {
    if (fact->id && fact->fresh) wql__checked_add(scan->mount, fact);
    fact->fresh = false;
}

void wql__check_publish(wql__scan *scan) {
    if (!scan->facts) return;
    for (uint32_t i = 0; i < scan->slot_count; i++) publish(scan, &scan->facts[i]);
}

static bool is_known(const check *c, const wql__fact *fact) {
    wql__fact shared = *fact;
    if (!fact->id || c->scan->run->env->check_exact) return false; /* checking providers: nothing is taken on trust */
    if (same_buffers(fact, c->fact)) {
        if (fact->from >= c->fact->from && fact->to <= c->fact->to) return true;
        if (fact->from == c->fact->to && c->fact->fresh) return false; /* the first who comes here: no need to ask */
    }
    if (!wql__checked_find(c->scan->mount, &shared)) return false;
    publish(c->scan, c->fact);
    *c->fact = shared;
    return true;
}

static void now_known(const check *c, const wql__fact *fact) {
    if (!fact->id) return;
    if (same_buffers(fact, c->fact) && fact->from <= c->fact->to && fact->to >= c->fact->from) {
        if (fact->from < c->fact->from) c->fact->from = fact->from;
        if (fact->to > c->fact->to) c->fact->to = fact->to;
    } else {
        publish(c->scan, c->fact);
        *c->fact = *fact;
    }
    c->fact->fresh = true;
}

static wql__fact fact_of(const check *c, const wql_column *col, const void *base, uint64_t base_size, const void *from,
                         const void *to) {
    wql__fact fact = {c->id, col->type, col->layout, true, base, base_size, (uintptr_t)from, (uintptr_t)to};
    return fact;
}

/* Whether cells that are checked in each batch begin where those of the batch before ended: then they are slices of a long column,
 * and what lies behind them comes next. */
static bool is_next_slice(const check *c, const void *from, const void *to) {
    bool is_next = c->fact->to == (uintptr_t)from;
    if (c->id || c->fact->id) return false;
    c->fact->to = (uintptr_t)to;
    return is_next;
}

/* -- texts ------------------------------------------------------------------------------------------------------- */

static wql_status ill_formed(const check *c, uint64_t row) {
    if (!c->ill) return bad(c, "has ill-formed UTF-8 in row %llu", (unsigned long long)row);
    *c->ill = true;
    return WQL_OK;
}

/* A piece of bytes or offsets that is looked at before the next one is hinted at. */
enum { PIECE = 1024 };

/* No, after a stop. `ahead`: what is behind these bytes comes next. */
static bool is_ascii(const check *c, const char *bytes, size_t len, bool ahead) {
    wql__ascii_kernel kernel = c->scan->run->env->kernels->is_ascii;
    for (size_t at = 0; at < len; at += PIECE) {
        size_t size = len - at < PIECE ? len - at : PIECE;
        if (at && at % WQL__STOP_EACH == 0 && wql__stopped(stop_of(c))) return false;
        if (!kernel(bytes + at, size)) return false;
        if (ahead) wql__hint(bytes + at, len, size);
    }
    return true;
}

/* Whether every text of a run is well-formed, seen from far: the run is, and no text begins in the middle of a character. No, after
 * a stop. */
static bool is_clean_run(const check *c, const wql_column *col, uint64_t first, uint64_t count, bool ahead) {
    const int32_t *offsets = col->offsets + first;
    const char *bytes = col->bytes;
    size_t from = (size_t)offsets[0], len = (size_t)offsets[count] - from;
    if (len == 0 || is_ascii(c, bytes + from, len, ahead)) return true;
    if (wql__utf8_check_until(bytes + from, len, stop_of(c)) != len) return false;
    for (uint64_t i = 0; i < count; i++) {
        if ((size_t)offsets[i] < from + len && ((uint8_t)bytes[offsets[i]] & 0xc0u) == 0x80u) return false;
        if (is_ended(c, i, LOOK_EVERY)) return false;
    }
    return true;
}

/* The first offset, if there is one, that is less than the one before it; else count. */
static uint64_t find_descent(const check *c, const int32_t *offsets, uint64_t count, bool ahead) {
    wql__ascends_kernel ascends = c->scan->run->env->kernels->ascends;
    for (uint64_t i = 0; i < count; i += LOOK_EVERY) {
        uint64_t piece = count - i < LOOK_EVERY ? count - i : LOOK_EVERY;
        if (i && wql__stopped(stop_of(c))) break;
        if (ahead) wql__hint(offsets + i, (size_t)count * sizeof *offsets, (size_t)piece * sizeof *offsets);
        if (ascends(offsets + i + 1, (size_t)piece)) continue;
        while (offsets[i + 1] >= offsets[i]) i++;
        return i;
    }
    return count;
}

/* Text by text, where the run as a whole is not clean. *whole: nothing ill-formed is below a NULL. */
static wql_status check_each_text(const check *c, const wql_column *col, uint64_t first, uint64_t count, bool *whole) {
    const int32_t *offsets = col->offsets + first;
    for (uint64_t i = 0; i < count; i++) {
        size_t len = (size_t)(offsets[i + 1] - offsets[i]);
        bool null = wql_column_is_null(col, (uint32_t)(first + i)), good; /* anything may be below it */
        good = len == 0 || wql__utf8_check_until(col->bytes + offsets[i], len, stop_of(c)) == len;
        if ((len >= WQL__STOP_LONG || i % 64 == 63) && wql__stopped(stop_of(c))) return ended(c);
        if (good) continue;
        if (!null && ill_formed(c, first + i) < 0) return c->scan->broken;
        *whole = *whole && !null;
    }
    return WQL_OK;
}

static wql_status check_offset_texts(const check *c, const wql_column *col, uint64_t first, uint64_t count) {
    const int32_t *offsets = col->offsets + first;
    bool whole = true; /* nothing ill-formed below a NULL, which another column of these buffers may show */
    bool ahead;
    uint64_t descent;
    wql__fact fact;
    if (!col->offsets || !is_aligned(col->offsets, 4)) return bad(c, "has no offsets");
    fact = fact_of(c, col, col->bytes, col->bytes_size, offsets, offsets + count);
    if (is_known(c, &fact)) return WQL_OK;
    ahead = is_next_slice(c, offsets, offsets + count);
    if (offsets[0] < 0) return bad(c, "has a negative offset");
    descent = find_descent(c, offsets, count, ahead);
    if (descent < count) return bad(c, "has offsets that go down at row %llu", (unsigned long long)(first + descent));
    if (wql__stopped(stop_of(c))) return ended(c);
    if ((uint64_t)offsets[count] > col->bytes_size)
        return bad(c, "has an offset of %d, but %llu bytes", offsets[count], (unsigned long long)col->bytes_size);
    if (!col->bytes && offsets[count] > 0) return bad(c, "has no bytes");
    if (!is_clean_run(c, col, first, count, ahead) && check_each_text(c, col, first, count, &whole) < 0) return c->scan->broken;
    if (whole && (!c->ill || !*c->ill)) now_known(c, &fact);
    return WQL_OK;
}

/* Whether a view points well into its buffer, at a well-formed text. */
static bool is_sound_view(const check *c, const wql_column *col, const wql_view *view) {
    const char *text = view->as.inlined;
    if (view->len > 12) {
        uint32_t buffer = view->as.ref.buffer;
        if (buffer >= col->buffer_count || !col->buffers[buffer] || col->buffer_sizes[buffer] < 0 ||
            (uint64_t)view->as.ref.offset + view->len > (uint64_t)col->buffer_sizes[buffer])
            return false;
        text = col->buffers[buffer] + view->as.ref.offset;
        if (memcmp(text, view->as.ref.prefix, 4) != 0) return false;
    }
    return view->len == 0 || wql__utf8_check_until(text, view->len, stop_of(c)) == view->len;
}

/* What is wrong with it. */
static wql_status check_view(const check *c, const wql_column *col, const wql_view *view, uint64_t row) {
    const char *text = view->as.inlined;
    if (view->len > 12) {
        uint32_t buffer = view->as.ref.buffer;
        if (buffer >= col->buffer_count || !col->buffers[buffer])
            return bad(c, "names buffer %u of %u in row %llu", buffer, col->buffer_count, (unsigned long long)row);
        if (col->buffer_sizes[buffer] < 0 || (uint64_t)view->as.ref.offset + view->len > (uint64_t)col->buffer_sizes[buffer])
            return bad(c, "goes beyond its buffer in row %llu", (unsigned long long)row);
        text = col->buffers[buffer] + view->as.ref.offset;
        if (memcmp(text, view->as.ref.prefix, 4) != 0)
            return bad(c, "has another prefix than the text in row %llu", (unsigned long long)row);
    }
    return view->len && wql__utf8_check(text, view->len) != view->len ? ill_formed(c, row) : WQL_OK;
}

static wql_status check_view_texts(const check *c, const wql_column *col, uint64_t first, uint64_t count) {
    const wql_view *views = (const wql_view *)col->values + first;
    bool whole = true; /* as above: what is below a NULL may be shown by another column of these buffers */
    wql__fact fact;
    if (!col->values || !is_aligned(col->values, 4)) return bad(c, "has no views");
    if (col->buffer_count && (!col->buffers || !col->buffer_sizes)) return bad(c, "has no buffers");
    fact = fact_of(c, col, col->buffers, col->buffer_count, views, views + count);
    if (is_known(c, &fact)) return WQL_OK;
    for (uint64_t i = 0; i < count; i++) {
        bool sound = is_sound_view(c, col, &views[i]);
        if ((views[i].len >= WQL__STOP_LONG || i % 64 == 63) && wql__stopped(stop_of(c))) return ended(c);
        if (sound) continue;
        if (wql_column_is_null(col, (uint32_t)(first + i)))
            whole = false;
        else if (check_view(c, col, &views[i], first + i) < 0)
            return c->scan->broken;
    }
    if (whole && (!c->ill || !*c->ill)) now_known(c, &fact);
    return WQL_OK;
}

/* A code is in range if neither it nor what is left to the last one is negative: no comparison, and 64 at a time. */
static bool codes_in_range(const int32_t *codes, uint64_t count, uint32_t last) {
    uint32_t outside = 0;
    uint64_t i = 0;
    for (; count - i >= 64; i += 64)
        for (unsigned k = 0; k < 64; k++) outside |= (uint32_t)codes[i + k] | (last - (uint32_t)codes[i + k]);
    for (; i < count; i++) outside |= (uint32_t)codes[i] | (last - (uint32_t)codes[i]);
    return outside >> 31 == 0;
}

static wql_status check_code_range(const check *c, const wql_column *col, uint64_t first, uint64_t count) {
    const int32_t *codes = (const int32_t *)col->values + first;
    if (col->child_rows && codes_in_range(codes, count, (uint32_t)col->child_rows - 1)) return WQL_OK;
    for (uint64_t i = 0; i < count; i++)
        if ((uint64_t)(uint32_t)codes[i] >= col->child_rows && !wql_column_is_null(col, (uint32_t)(first + i)))
            return bad(c, "has code %d in row %llu, but a dictionary of %llu texts", codes[i], (unsigned long long)(first + i),
                       (unsigned long long)col->child_rows);
    return WQL_OK;
}

/* Yes, after a stop. */
static bool has_null(const check *c, const wql_column *col, uint64_t rows) {
    if (!col->validity) return false;
    for (uint64_t i = 0; i < rows; i++)
        if (wql_column_is_null(col, (uint32_t)i) || is_ended(c, i, LOOK_EVERY)) return true;
    return false;
}

static wql_status check_codes(const check *c, const wql_column *col, uint64_t first, uint64_t count) {
    const wql_column *texts = col->child;
    check inside = *c;
    inside.within = true;
    if (!col->values || !is_aligned(col->values, 4)) return bad(c, "has no codes");
    if (!texts) return bad(c, "has codes, but no dictionary");
    if (texts->type != col->type || texts->flags || (texts->layout != WQL_OFFSETS && texts->layout != WQL_VIEWS))
        return bad(c, "has a dictionary of another type or layout");
    if (col->child_rows > INT32_MAX) return bad(c, "has a dictionary of more than 2^31 - 1 texts");
    if (c->within && has_null(c, texts, col->child_rows))
        return wql__stopped(stop_of(c)) ? ended(c) : bad(c, "has a dictionary with a NULL");
    if (col->child_rows) {
        wql_status status = texts->layout == WQL_OFFSETS ? check_offset_texts(&inside, texts, 0, col->child_rows)
                                                         : check_view_texts(&inside, texts, 0, col->child_rows);
        if (status < 0) return status;
    }
    return check_code_range(c, col, first, count);
}

/* -- objects and lists ------------------------------------------------------------------------------------------- */

static wql_status check_object_classes(const check *c, const wql_column *col) {
    if (!c->def->class_name) return WQL_OK;
    for (uint32_t i = 0; i < col->object_count; i++)
        if (col->objects[i] && col->objects[i]->cls && !wql__class_isa(col->objects[i]->cls, wql_s(c->def->class_name)))
            return bad(c, "holds an object of class %s, which is no %s", col->objects[i]->cls->def.name, c->def->class_name);
    return WQL_OK;
}

static wql_status check_objects(const check *c, const wql_column *col, uint64_t first, uint64_t count) {
    const wql_ref *refs = (const wql_ref *)col->values + first;
    if (!col->values || !is_aligned(col->values, 4)) return bad(c, "has no references");
    if (col->object_count && !col->objects) return bad(c, "has no objects");
    for (uint64_t i = 0; i < count; i++) {
        if (is_ended(c, i, LOOK_EVERY)) return ended(c);
        if (wql_column_is_null(col, (uint32_t)(first + i))) continue;
        if (refs[i].batch >= col->object_count || !col->objects[refs[i].batch] ||
            refs[i].row >= wql_batch_rows(col->objects[refs[i].batch]))
            return bad(c, "refers to an object that is not there in row %llu", (unsigned long long)(first + i));
    }
    return check_object_classes(c, col);
}

static wql_status check_cells(const check *c, const wql_column *col, uint32_t type, uint64_t first, uint64_t count);

static wql_status check_list(const check *c, const wql_column *col, uint64_t first, uint64_t count) {
    const int32_t *offsets = col->offsets + first;
    check inside = *c;
    uint64_t descent;
    inside.within = true;
    if (!col->offsets || !is_aligned(col->offsets, 4)) return bad(c, "has no offsets");
    if (!col->child) return bad(c, "is a list, but has no items");
    if (col->child_rows > INT32_MAX) return bad(c, "has more than 2^31 - 1 items");
    if (offsets[0] < 0) return bad(c, "has a negative offset");
    descent = find_descent(c, offsets, count, false);
    if (descent < count) return bad(c, "has offsets that go down at row %llu", (unsigned long long)(first + descent));
    if (wql__stopped(stop_of(c))) return ended(c);
    if ((uint64_t)offsets[count] > col->child_rows)
        return bad(c, "has an offset of %d, but %llu items", offsets[count], (unsigned long long)col->child_rows);
    return check_cells(&inside, col->child, col->type & ~(uint32_t)WQL_ARRAY, (uint64_t)offsets[0],
                       (uint64_t)(offsets[count] - offsets[0]));
}

/* -- columns ----------------------------------------------------------------------------------------------------- */

static wql_status check_fixed(const check *c, const wql_column *col) {
    uint32_t size = wql__type_size(col->type);
    if (!col->values) return bad(c, "has no values");
    if (!is_aligned(col->values, size)) return bad(c, "has values that are not aligned to %u bytes", size);
    if (col->extra && (col->type != WQL_DATETIME || !is_aligned(col->extra, 2)))
        return bad(c, "has extra that does not belong there");
    return WQL_OK;
}

static bool layout_fits(uint32_t type, uint8_t layout) {
    if (type & WQL_ARRAY) return layout == WQL_LIST;
    if (type == WQL_BOOLEAN) return layout == WQL_BITS;
    if (type == WQL_OBJECT) return layout == WQL_OBJECTS;
    if (wql__type_is_text(type)) return layout == WQL_OFFSETS || layout == WQL_VIEWS || layout == WQL_CODES;
    return layout == WQL_FIXED;
}

/* Cells [first, first + count) of a column that is to have this type. */
static wql_status check_cells(const check *c, const wql_column *col, uint32_t type, uint64_t first, uint64_t count) {
    if (col->type != type)
        return bad(c, "is %s, but brought as %s", wql__type_name(type),
                   wql__type_is_known(col->type) ? wql__type_name(col->type) : "an unknown type");
    if (!layout_fits(type, col->layout)) return bad(c, "of type %s has layout %u", wql__type_name(type), col->layout);
    if (col->flags) return bad(c, "has flags, which must be 0");
    if (count == 0) return WQL_OK;
    switch (col->layout) {
    case WQL_FIXED: return check_fixed(c, col);
    case WQL_BITS: return col->values ? WQL_OK : bad(c, "has no values");
    case WQL_OFFSETS: return check_offset_texts(c, col, first, count);
    case WQL_VIEWS: return check_view_texts(c, col, first, count);
    case WQL_CODES: return check_codes(c, col, first, count);
    case WQL_LIST: return check_list(c, col, first, count);
    default: return check_objects(c, col, first, count);
    }
}

/* A row whose text is a NULL of the dictionary. */
static bool is_null_text(const wql_column *col, uint32_t row) {
    if (col->layout != WQL_CODES || !col->child->validity || wql_column_is_null(col, row)) return false;
    return wql_column_is_null(col->child, (uint32_t)((const int32_t *)col->values)[row]);
}

static wql_status check_key(const check *c, const wql_column *col, uint32_t rows) {
    for (uint32_t row = 0; row < rows; row++) {
        if (wql_column_is_null(col, row) || is_null_text(col, row)) return bad(c, "is a key, but NULL in row %u", row);
    }
    return WQL_OK;
}

/* References are compared as text, so one that is spelled in another way is found by nobody. Looked at with WQL_CHECK_PROVIDERS. */
static wql_status check_spelling(const check *c, const wql_column *col, uint32_t rows) {
    for (uint32_t row = 0; row < rows; row++) {
        wql_value value = wql_column_value(col, row), spelled;
        if (is_ended(c, row, LOOK_EVERY)) return ended(c);
        if (value.type == WQL_NULL || is_null_text(col, row)) continue;
        if (!wql__reference_cell(c->scan, c->def, &value, &spelled)) return c->scan->broken;
        if (spelled.str.len == value.str.len && memcmp(spelled.str.ptr, value.str.ptr, value.str.len) == 0) continue;
        return wql__scan_fault(c->scan, "column %s.%s has %.*s in row %u, which is to be spelled %.*s", c->scan->cls->def.name,
                               c->def->name, WQL_FMT(value.str), row, WQL_FMT(spelled.str));
    }
    return WQL_OK;
}

/* Most columns are numbers without more, of which this is all that can be wrong. */
static bool is_plain(const wql__scan *scan, uint32_t slot, const wql_column *col) {
    uint32_t size = scan->plain[slot];
    return size && col->layout == WQL_FIXED && col->values && is_aligned(col->values, size) &&
           col->type == scan->cls->def.properties[col->property].type && !col->flags && !col->extra && !col->validity;
}

static wql_status check_column(wql__scan *scan, uint32_t slot, const wql_column *col, uint32_t rows, bool *ill) {
    check c = {scan, &scan->cls->def.properties[col->property], &scan->facts[slot], col->buffer_id, ill, false};
    wql_status status = check_cells(&c, col, c.def->type, 0, rows);
    if (status >= 0 && (c.def->flags & WQL_KEY) && (col->validity || col->layout == WQL_CODES)) status = check_key(&c, col, rows);
    if (status >= 0 && c.def->type == WQL_REFERENCE && scan->run->env->check_exact && !(ill && *ill))
        status = check_spelling(&c, col, rows);
    return status;
}

/* Keys are never NULL, so one that is wanted must be there. */
static wql_status check_missing(wql__scan *scan) {
    for (uint32_t slot = 0; slot < scan->slot_count; slot++) {
        const wql_property_def *def = &scan->cls->def.properties[scan->numbers[slot]];
        if (!scan->given[slot] && (def->flags & WQL_KEY))
            return wql__scan_fault(scan, "a batch of %s came without its key %s", scan->cls->def.name, def->name);
    }
    return WQL_OK;
}

/* With the first batch: a scan that waits for its first rows need not have it. False = no memory. */
static bool prepare(wql__scan *scan) {
    if (scan->facts && scan->given && scan->plain) return true;
    if (!scan->facts) scan->facts = wql__arena_zero(&scan->arena, wql__array_size(scan->slot_count, sizeof *scan->facts));
    if (!scan->given) scan->given = wql__arena_zero(&scan->arena, wql__array_size(scan->slot_count, sizeof *scan->given));
    if (!scan->plain) scan->plain = wql__arena_alloc(&scan->arena, scan->slot_count);
    wql__scan_grown(scan);
    if (!scan->facts || !scan->given || !scan->plain) return false;
    for (uint32_t slot = 0; slot < scan->slot_count; slot++) {
        uint32_t type = scan->cls->def.properties[scan->numbers[slot]].type;
        scan->plain[slot] = layout_fits(type, WQL_FIXED) ? (uint8_t)wql__type_size(type) : 0;
    }
    return true;
}

wql_status wql__check_columns(wql__scan *scan, uint32_t rows, const wql_column *columns, uint32_t count, bool *ill) {
    const char *name = scan->cls->def.name;
    if (!prepare(scan)) return wql__scan_no_memory(scan);
    memset(scan->given, 0, scan->slot_count * sizeof *scan->given);
    if (count && !columns) return wql__scan_fault(scan, "%u columns of %s, but no array", count, name);
    if (rows == 0 || rows > WQL_BATCH_ROWS_MAX)
        return wql__scan_fault(scan, "a batch of %s has %u rows; 1 to %u may come at once", name, rows,
                               (unsigned)WQL_BATCH_ROWS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot;
        wql_status status;
        if (columns[i].property >= scan->cls->def.property_count)
            return wql__scan_fault(scan, "a column is for property %u of %s, which has %u", columns[i].property, name,
                                   scan->cls->def.property_count);
        slot = scan->slots[columns[i].property];
        if (slot == WQL__NO_ENTRY) continue;
        if (scan->given[slot])
            return wql__scan_fault(scan, "a batch brings %s.%s twice", name, scan->cls->def.properties[columns[i].property].name);
        scan->given[slot] = &columns[i];
        if (is_plain(scan, slot, &columns[i])) continue;
        status = check_column(scan, slot, &columns[i], rows, ill ? &ill[slot] : NULL);
        if (status < 0) return status;
    }
    return check_missing(scan);
}
