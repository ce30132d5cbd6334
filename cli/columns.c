/* SPDX-License-Identifier: MIT */
/* columns.c: the columns of csv, tsv, table and markdown. */
#include "columns.h"

#include "errors.h"
#include "select.h"

#include <stdlib.h>
#include <string.h>

void cli_columns_open(cli_columns *c, wql_session *session, wql_str query, bool quiet) {
    memset(c, 0, sizeof *c);
    c->session = session;
    c->query = query;
    c->quiet = quiet;
}

void cli_columns_free(cli_columns *c) {
    for (uint32_t i = 0; c->names && i < c->count; i++) free(c->names[i]);
    for (uint32_t i = 0; i < c->seen_count; i++) wql_class_release(c->seen[i]);
    free(c->names);
    free(c->to_the_right);
    free(c->at);
    free(c->seen);
    memset(c, 0, sizeof *c);
}

static bool is_number(uint32_t type) {
    switch (type) {
    case WQL_SINT8:
    case WQL_SINT16:
    case WQL_SINT32:
    case WQL_SINT64:
    case WQL_UINT8:
    case WQL_UINT16:
    case WQL_UINT32:
    case WQL_UINT64:
    case WQL_REAL32:
    case WQL_REAL64: return true;
    default: return false;
    }
}

static bool make_room(cli_columns *c, uint32_t count) {
    size_t size = count ? count : 1;
    c->names = calloc(size, sizeof *c->names);
    c->to_the_right = calloc(size, sizeof *c->to_the_right);
    c->at = calloc(size, sizeof *c->at);
    c->count = count;
    return c->names && c->to_the_right && c->at;
}

static bool set_column(cli_columns *c, uint32_t i, wql_str name, uint32_t type) {
    c->to_the_right[i] = is_number(type);
    c->names[i] = malloc(name.len + 1);
    if (c->names[i] == NULL) return false;
    if (name.len) memcpy(c->names[i], name.ptr, name.len);
    c->names[i][name.len] = '\0';
    return true;
}

/* The class as `*` stands for it. */
static bool from_class(cli_columns *c, const wql_class *cls) {
    const wql_class_def *def = wql_class_describe(cls);
    if (!make_room(c, def->property_count)) return false;
    for (uint32_t i = 0; i < c->count; i++) {
        if (!set_column(c, i, wql_s(def->properties[i].name), def->properties[i].type)) return false;
    }
    return true;
}

static bool from_batch(cli_columns *c, const wql_batch *batch) {
    if (!make_room(c, wql_batch_width(batch))) return false;
    for (uint32_t i = 0; i < c->count; i++) {
        const wql_column *col = wql_batch_column(batch, i);
        if (!set_column(c, i, wql_s(col->name), col->type)) return false;
    }
    return true;
}

static char lower(char ch) { return ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch; }

static bool same_name(wql_str a, const char *b) {
    for (size_t i = 0; i < a.len; i++) {
        if (b[i] == '\0' || lower(a.ptr[i]) != lower(b[i])) return false;
    }
    return b[a.len] == '\0';
}

static bool listed_before(const cli_select *s, uint32_t i) {
    for (uint32_t k = 0; k < i; k++) {
        if (s->names[k].len != s->names[i].len) continue;
        for (size_t at = 0;; at++) {
            if (at == s->names[i].len) return true;
            if (lower(s->names[k].ptr[at]) != lower(s->names[i].ptr[at])) break;
        }
    }
    return false;
}

/* The SELECT list, each name spelled as the class spells it; a name that is repeated counts once. */
static bool from_list(cli_columns *c, const cli_select *s, const wql_class *cls) {
    const wql_class_def *def = wql_class_describe(cls);
    uint32_t n = 0;
    if (!make_room(c, s->count)) return false;
    for (uint32_t i = 0; i < s->count; i++) {
        wql_str name = s->names[i];
        uint32_t type = WQL_STRING;
        if (listed_before(s, i)) continue;
        for (uint32_t p = 0; p < def->property_count; p++) {
            if (!same_name(name, def->properties[p].name)) continue;
            name = wql_s(def->properties[p].name);
            type = def->properties[p].type;
            break;
        }
        if (!set_column(c, n++, name, type)) return false;
    }
    c->count = n;
    return true;
}

/* The class that a query names, or NULL. Release it. */
static wql_class *queried_class(cli_columns *c, const cli_select *s) {
    char name[1024];
    wql_class *cls = NULL;
    if (s->from.len >= sizeof name) return NULL;
    memcpy(name, s->from.ptr, s->from.len);
    name[s->from.len] = '\0';
    return wql_session_class(c->session, name, &cls, NULL) == WQL_OK ? cls : NULL;
}

/* Settles the columns, with the first batch or (NULL) without any. False: no memory. */
static bool settle(cli_columns *c, const wql_batch *batch) {
    cli_select s;
    bool readable = cli_select_read(&s, c->query), good = true;
    wql_class *cls = readable ? queried_class(c, &s) : NULL;
    c->star = !readable || s.star; /* what has no list, and is no SELECT, shows the first class that comes */
    if (cls && s.star) good = from_class(c, cls);
    else if (batch) good = from_batch(c, batch);
    else if (cls) good = from_list(c, &s, cls);
    c->known = good && c->names != NULL;
    wql_class_release(cls);
    if (readable) free(s.names);
    return good;
}

/* Says once for each class what these formats cannot show of it. */
static bool mention(cli_columns *c, const wql_batch *batch) {
    const wql_class *cls = wql_batch_class(batch);
    const wql_class_def *def = wql_class_describe(cls);
    uint32_t width = wql_batch_width(batch), more = 0;
    wql_class **grown;
    cli_out list;
    for (uint32_t i = 0; i < c->seen_count; i++) {
        if (c->seen[i] == cls) return true;
    }
    grown = realloc(c->seen, ((size_t)c->seen_count + 1) * sizeof *grown);
    if (grown == NULL) return false;
    c->seen = grown;
    c->seen[c->seen_count++] = wql_class_retain(cls);
    if (!c->star || c->quiet) return true;
    cli_out_open(&list, -1, -1);
    for (uint32_t i = 0; i < width; i++) {
        const char *name = wql_batch_column(batch, i)->name;
        bool shown = false;
        for (uint32_t k = 0; k < c->count && !shown; k++) shown = c->at[k] == i;
        if (shown) continue;
        if (more++ > 0) cli_out_z(&list, ", ");
        cli_out_z(&list, name);
    }
    cli_out_char(&list, '\0');
    if (more > 0 && cli_out_good(&list)) {
        cli_say("%s has %u more column%s than are shown: %s", def ? def->name : "a derived class", more, more == 1 ? "" : "s",
                list.buf);
    }
    cli_out_free(&list);
    return true;
}

bool cli_columns_batch(cli_columns *c, const wql_batch *batch) {
    const wql_class *cls = wql_batch_class(batch);
    if (!c->known && !settle(c, batch)) return false;
    if (c->shape == cls && cls != NULL) return true;
    for (uint32_t i = 0; i < c->count; i++) {
        /* A SELECT list is the same in every batch, and two of its names may look alike. */
        if (c->star) c->at[i] = wql_batch_find(batch, c->names[i]);
        else c->at[i] = i < wql_batch_width(batch) ? i : WQL_NO_COLUMN;
    }
    c->shape = cls;
    return mention(c, batch);
}

void cli_columns_empty(cli_columns *c) {
    if (!c->known) settle(c, NULL);
}

cli_kind cli_columns_cell(const cli_columns *c, const wql_batch *batch, uint32_t index, uint32_t row, cli_cell *cell,
                          wql_str *text) {
    const wql_column *col = c->at[index] == WQL_NO_COLUMN ? NULL : wql_batch_column(batch, c->at[index]);
    *cell = (cli_cell){col, row, col && cli_is_interval(batch, col)};
    if (col == NULL || wql_column_is_null(col, row)) return CLI_NULL_CELL;
    if ((col->type & WQL_ARRAY) || col->type == WQL_OBJECT) return CLI_NESTED_CELL;
    if (col->type != WQL_STRING && col->type != WQL_REFERENCE) return CLI_SCALAR_CELL;
    *text = wql_column_str(col, row);
    return CLI_TEXT_CELL;
}
