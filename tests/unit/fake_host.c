/* SPDX-License-Identifier: MIT */
/* fake_host.c: a small engine for tests of providers. */
#include "fake_host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct fake_held {
    struct fake_held *next;
    void (*release)(void *ctx);
    void *ctx;
} fake_held;

static void *must(void *p) {
    if (!p) abort();
    return p;
}
static char *text_copy(const char *text) { return text ? strdup(text) : NULL; }

static fake_host *host_of(const wql_mount *mount) { return (fake_host *)(uintptr_t)mount; }
static fake_scan *scan_of(const wql_scan *scan) { return (fake_scan *)(uintptr_t)scan; }

WQL_PRINTF(2, 3) static void breach(fake_host *h, const char *format, ...) {
    va_list args;
    (void)pthread_mutex_lock(&h->lock);
    va_start(args, format);
    if (!h->breaches++) (void)vsnprintf(h->breach, sizeof h->breach, format, args);
    va_end(args);
    (void)pthread_mutex_unlock(&h->lock);
}

/* -- the mount's part of the table ----------------------------------------------------------------------------------------- */

static char *mapping_of(const wql_qualifier *qualifiers, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const wql_value *v = &qualifiers[i].value;
        if (strcmp(qualifiers[i].name, "MappingStrings") != 0 || v->type != (WQL_STRING | WQL_ARRAY) || v->count != 1) continue;
        return must(strndup(v->items[0].str.ptr, v->items[0].str.len));
    }
    return NULL;
}

static wql_status define(wql_mount *mount, const wql_class_def *defs, uint32_t count, wql_error *err) {
    fake_host *h = host_of(mount);
    (void)err;
    h->classes = must(realloc(h->classes, (h->class_count + count) * sizeof *h->classes));
    for (uint32_t i = 0; i < count; i++) {
        fake_class *cls = &h->classes[h->class_count++];
        cls->name = text_copy(defs[i].name);
        cls->mapping = mapping_of(defs[i].qualifiers, defs[i].qualifier_count);
        cls->property_count = defs[i].property_count;
        cls->properties = must(calloc(cls->property_count + 1, sizeof *cls->properties));
        for (uint32_t k = 0; k < cls->property_count; k++) {
            const wql_property_def *p = &defs[i].properties[k];
            cls->properties[k].name = text_copy(p->name);
            cls->properties[k].mapping = mapping_of(p->qualifiers, p->qualifier_count);
            cls->properties[k].type = p->type;
            cls->properties[k].flags = p->flags;
        }
    }
    return WQL_OK;
}

static wql_status fire(wql_mount *mount, const char *event_class, const wql_param *props, uint32_t count) {
    (void)mount, (void)event_class, (void)props, (void)count;
    return WQL_E_NOT_SUPPORTED;
}

/* Each piece begins with its size, so that a wrong old_size is seen. */
static void *allocate(wql_mount *mount, void *ptr, size_t old_size, size_t new_size) {
    fake_host *h = host_of(mount);
    size_t *head = ptr ? (size_t *)ptr - 2 : NULL;
    bool refuse;
    if (head && head[0] != old_size) breach(h, "allocate: %zu bytes were said to be %zu", head[0], old_size);
    if (!head && old_size) breach(h, "allocate: NULL of %zu bytes", old_size);
    (void)pthread_mutex_lock(&h->lock);
    refuse = new_size && h->fail_at && (++h->allocations == h->fail_at || (h->fail_on && h->allocations > h->fail_at));
    if (refuse) h->failed = true;
    else h->bytes += new_size - (head ? head[0] : 0);
    (void)pthread_mutex_unlock(&h->lock);
    if (refuse) return NULL;
    if (!new_size) {
        free(head);
        return NULL;
    }
    head = must(realloc(head, new_size + 2 * sizeof *head));
    head[0] = new_size;
    return head + 2;
}

static void add_log(fake_host *h, const char *line) {
    size_t used;
    (void)pthread_mutex_lock(&h->lock);
    used = strlen(h->log);
    (void)snprintf(h->log + used, sizeof h->log - used, "%s\n", line);
    (void)pthread_mutex_unlock(&h->lock);
}

static void mount_log(wql_mount *mount, int level, const char *line) {
    (void)level;
    add_log(host_of(mount), line);
}

/* -- values as text -------------------------------------------------------------------------------------------------------- */

static bool is_utf8(const char *text, size_t len) {
    const unsigned char *p = (const unsigned char *)text, *end = p + len;
    while (p < end) {
        uint32_t c = *p, least;
        int tails = c < 0x80 ? 0 : c < 0xc0 ? -1 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : c < 0xf8 ? 3 : -1;
        if (tails < 0 || end - p <= tails) return false;
        if (tails) c &= 0x3fu >> tails;
        for (int i = 1; i <= tails; i++) {
            if ((p[i] & 0xc0) != 0x80) return false;
            c = c << 6 | (p[i] & 0x3fu);
        }
        least = tails == 1 ? 0x80 : tails == 2 ? 0x800 : tails == 3 ? 0x10000 : 0;
        if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return false;
        p += tails + 1;
    }
    return true;
}

static char *print(const char *format, ...) WQL_PRINTF(1, 2);
static char *print(const char *format, ...) {
    char buf[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(buf, sizeof buf, format, args);
    va_end(args);
    return must(strdup(buf));
}

/* A NUL within a text is shown as `\0`. */
static char *print_text(wql_str s) {
    char *out = must(malloc(s.len * 2 + 1)), *to = out;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i]) {
            *to++ = s.ptr[i];
        } else {
            *to++ = '\\';
            *to++ = '0';
        }
    }
    *to = 0;
    return out;
}

static char *print_value(const wql_value *v) {
    switch (v->type) {
    case WQL_NULL: return print("NULL");
    case WQL_BOOLEAN: return print("%s", v->b ? "TRUE" : "FALSE");
    case WQL_SINT8:
    case WQL_SINT16:
    case WQL_SINT32:
    case WQL_SINT64: return print("%lld", (long long)v->i64);
    case WQL_UINT8:
    case WQL_UINT16:
    case WQL_UINT32:
    case WQL_UINT64:
    case WQL_CHAR16: return print("%llu", (unsigned long long)v->u64);
    case WQL_REAL32:
    case WQL_REAL64: return print("%.17g", v->f64);
    case WQL_DATETIME: return print("%lld@%d", (long long)v->time.us, (int)v->time.offset_min);
    case WQL_STRING:
    case WQL_REFERENCE: return print_text(v->str);
    default: return print("?");
    }
}

static char *print_list(const wql_column *c, uint32_t row) {
    uint32_t first, count = wql_column_items(c, row, &first);
    size_t size = 3 + (size_t)count * 24, used = 1;
    char *out = must(malloc(size));
    out[0] = '{';
    for (uint32_t i = 0; i < count; i++) {
        wql_value v = wql_column_value(c->child, first + i);
        char *item = print_value(&v);
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? "," : "", item);
        free(item);
    }
    (void)snprintf(out + used, size - used, "}");
    return out;
}

static char *print_cell(const wql_column *c, uint32_t row) {
    wql_value v;
    if (wql_column_is_null(c, row)) return print("NULL");
    if (c->type & WQL_ARRAY) return print_list(c, row);
    v = wql_column_value(c, row);
    return print_value(&v);
}

/* -- rows ------------------------------------------------------------------------------------------------------------------ */

static char **add_row(fake_scan *s) {
    size_t need = (size_t)(s->row_count + 1) * s->width;
    if (need > s->cell_room) {
        s->cell_room = need * 2 + 64;
        s->cells = must(realloc(s->cells, s->cell_room * sizeof *s->cells));
    }
    return s->cells + (size_t)s->row_count++ * s->width;
}

static bool wants(const fake_scan *s, uint32_t property) { return (s->wanted[property >> 6] >> (property & 63u)) & 1u; }

static void check_offsets(fake_scan *s, const wql_column *c, uint64_t rows, uint64_t size) {
    for (uint64_t i = 0; i < rows; i++)
        if (c->offsets[i] < 0 || c->offsets[i] > c->offsets[i + 1])
            breach(s->host, "emit: offsets of property %u fall", c->property);
    if ((uint64_t)c->offsets[rows] > size) breach(s->host, "emit: offsets of property %u leave the bytes", c->property);
}

static void check_column(fake_scan *s, const wql_column *c, uint64_t rows) {
    const fake_class *cls = &s->host->classes[s->request.class_index];
    if (c->property >= cls->property_count) {
        breach(s->host, "emit: property %u of %u", c->property, cls->property_count);
        return;
    }
    if (c->type != cls->properties[c->property].type) breach(s->host, "emit: property %u has type %u", c->property, c->type);
    if (c->type == WQL_BOOLEAN && c->layout != WQL_BITS) breach(s->host, "emit: booleans as no bits");
    if (c->layout == WQL_OFFSETS) check_offsets(s, c, rows, c->bytes_size);
    if (c->layout == WQL_LIST) check_offsets(s, c, rows, c->child_rows);
    for (uint32_t r = 0; r < rows; r++) {
        wql_str text;
        if ((cls->properties[c->property].flags & WQL_KEY) && wql_column_is_null(c, r)) breach(s->host, "emit: a key is NULL");
        if (c->type != WQL_STRING && c->type != WQL_REFERENCE) continue;
        text = wql_column_str(c, r);
        if (!is_utf8(text.ptr ? text.ptr : "", text.len)) breach(s->host, "emit: ill-formed text in property %u", c->property);
    }
}

static void keep_rows(fake_scan *s, uint64_t rows, const wql_column *columns, uint32_t count) {
    const wql_column *by_place[64] = {NULL};
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < s->width; k++) {
            if (s->columns[k] != columns[i].property) continue;
            if (by_place[k]) breach(s->host, "emit: property %u comes twice", columns[i].property);
            by_place[k] = &columns[i];
        }
    }
    for (uint32_t r = 0; r < rows; r++) {
        char **cells = add_row(s);
        for (uint32_t k = 0; k < s->width; k++) cells[k] = by_place[k] ? print_cell(by_place[k], r) : print("NULL");
    }
}

static wql_status take_batch(fake_scan *s, uint64_t rows, const wql_column *columns, uint32_t count) {
    if (!s->open) breach(s->host, "emit: the scan is not open");
    if (s->emitted) breach(s->host, "emit: a second batch in one next");
    if (!rows || (rows > WQL_BATCH_ROWS_MAX && !(s->request.flags & WQL_WISH_COUNT && !count))) breach(s->host, "emit: %llu rows",
                                                                                                      (unsigned long long)rows);
    s->emitted = true;
    s->batches++;
    for (uint32_t i = 0; i < count; i++) check_column(s, &columns[i], rows);
    if (s->quiet || (s->request.flags & WQL_WISH_COUNT && !count)) s->row_count += rows;
    else keep_rows(s, rows, columns, count);
    return WQL_OK;
}

static wql_status emit(wql_scan *scan, uint64_t rows, const wql_column *columns, uint32_t count, void (*release)(void *ctx),
                       void *ctx, wql_error *err) {
    fake_scan *s = scan_of(scan);
    fake_host *h = s->host;
    wql_status status = take_batch(s, rows, columns, count);
    (void)err;
    if (status != WQL_OK || !release) return status;
    if (h->hold) {
        fake_held *held = must(malloc(sizeof *held));
        held->release = release;
        held->ctx = ctx;
        (void)pthread_mutex_lock(&h->lock);
        held->next = h->held;
        h->held = held;
        (void)pthread_mutex_unlock(&h->lock);
    } else {
        release(ctx);
    }
    return WQL_OK;
}

static wql_status copy(wql_scan *scan, uint32_t rows, const wql_column *columns, uint32_t count, wql_error *err) {
    (void)err;
    return take_batch(scan_of(scan), rows, columns, count);
}

static void row_set(wql_scan *scan, uint32_t property, const wql_value *value) {
    fake_scan *s = scan_of(scan);
    for (uint32_t k = 0; k < s->width; k++) {
        if (s->columns[k] != property) continue;
        free(s->row[k]);
        s->row[k] = print_value(value);
    }
}

static bool row_end(wql_scan *scan) {
    fake_scan *s = scan_of(scan);
    char **cells = add_row(s);
    for (uint32_t k = 0; k < s->width; k++) {
        cells[k] = s->row[k] ? s->row[k] : print("NULL");
        s->row[k] = NULL;
    }
    return ++s->rows_in_batch < 1024;
}

/* -- the scan's part of the table ------------------------------------------------------------------------------------------ */

static wql_status check(const wql_scan *scan, uint64_t *left_ms) {
    fake_scan *s = scan_of(scan);
    uint64_t left = atomic_load(&s->left_ms);
    (void)atomic_fetch_add(&s->checks, 1);
    if (left_ms) *left_ms = left;
    if (atomic_load(&s->ended)) return (wql_status)atomic_load(&s->ended);
    return left ? WQL_OK : WQL_E_TIMED_OUT;
}

static bool holds(wql_scan *scan, uint32_t conjunct, const wql_value *value) {
    fake_scan *s = scan_of(scan);
    if (s->host->holds && conjunct < s->request.conjunct_count) return s->host->holds(&s->conjuncts[conjunct], value);
    breach(s->host, "holds: no such condition, or the test gave no rule");
    return false;
}

static wql_value object(wql_scan *scan, const char *class_name, const wql_param *properties, uint32_t count) {
    (void)scan, (void)class_name, (void)properties, (void)count;
    return wql_null();
}

static const wql_principal *principal(const wql_scan *scan) {
    (void)scan;
    return NULL;
}

static void free_scratch(fake_scan *s) {
    while (s->scratch_count) free(s->scratch[--s->scratch_count]);
}

static void *scratch(wql_scan *scan, size_t size) {
    fake_scan *s = scan_of(scan);
    if (s->scratch_count == sizeof s->scratch / sizeof s->scratch[0]) return NULL;
    return s->scratch[s->scratch_count++] = must(malloc(size + 1));
}

static void count_values(wql_scan *scan, uint32_t nulled, uint32_t repaired) {
    scan_of(scan)->nulled += nulled;
    scan_of(scan)->repaired += repaired;
}

static void scan_log(wql_scan *scan, int level, const char *line) {
    (void)level;
    add_log(scan_of(scan)->host, line);
}

static wql_waker waker(wql_scan *scan) {
    fake_scan *s = scan_of(scan);
    wql_waker w = {&s->host->table, s->host, s->id};
    return w;
}

static void wake(wql_waker w) {
    fake_host *h = w.engine;
    (void)pthread_mutex_lock(&h->lock);
    h->wakes++;
    h->last_wake = w.id;
    (void)pthread_mutex_unlock(&h->lock);
}

/* -- for tests ------------------------------------------------------------------------------------------------------------- */

fake_host *fake_open(const wql_provider *provider) {
    fake_host *h = must(calloc(1, sizeof *h));
    h->provider = provider;
    h->mount.host = &h->table;
    (void)pthread_mutex_init(&h->lock, NULL);
    h->table = (wql_host){.struct_size = (uint32_t)sizeof h->table,
                          .abi = WQL_ABI,
                          .define = define,
                          .fire = fire,
                          .allocate = allocate,
                          .mount_log = mount_log,
                          .row_set = row_set,
                          .row_end = row_end,
                          .emit = emit,
                          .copy = copy,
                          .check = check,
                          .holds = holds,
                          .object = object,
                          .principal = principal,
                          .scratch = scratch,
                          .count = count_values,
                          .log = scan_log,
                          .waker = waker,
                          .wake = wake};
    return h;
}

wql_status fake_load(fake_host *h, const char *config, void *user, wql_error *err) {
    wql_status status;
    h->self = user;
    status = h->provider->load(&h->mount, config, user, &h->self, err);
    h->loaded = status == WQL_OK;
    return status;
}

void fake_release(fake_host *h) {
    while (h->held) {
        fake_held *held = h->held;
        h->held = held->next;
        held->release(held->ctx);
        free(held);
    }
}

void fake_unload(fake_host *h) {
    fake_release(h);
    if (h->loaded && h->provider->unload) h->provider->unload(h->self);
    h->loaded = false;
    for (uint32_t i = 0; i < h->class_count; i++) {
        for (uint32_t k = 0; k < h->classes[i].property_count; k++) {
            free(h->classes[i].properties[k].name);
            free(h->classes[i].properties[k].mapping);
        }
        free(h->classes[i].properties);
        free(h->classes[i].name);
        free(h->classes[i].mapping);
    }
    free(h->classes);
    h->classes = NULL;
    h->class_count = 0;
}

uint32_t fake_close(fake_host *h) {
    uint32_t breaches;
    fake_unload(h);
    if (h->bytes) breach(h, "unload: %zu bytes were not given back", h->bytes);
    breaches = h->breaches;
    if (breaches) (void)fprintf(stderr, "%u breaches of the provider contract, the first: %s\n", breaches, h->breach);
    (void)pthread_mutex_destroy(&h->lock);
    free(h);
    return breaches;
}

uint32_t fake_find_class(const fake_host *h, const char *name) {
    for (uint32_t i = 0; i < h->class_count; i++)
        if (strcmp(h->classes[i].name, name) == 0) return i;
    return UINT32_MAX;
}

uint32_t fake_find_property(const fake_host *h, uint32_t class_index, const char *name) {
    for (uint32_t i = 0; class_index < h->class_count && i < h->classes[class_index].property_count; i++)
        if (strcmp(h->classes[class_index].properties[i].name, name) == 0) return i;
    return UINT32_MAX;
}

void fake_want_none(fake_scan *s) {
    memset(s->wanted, 0, sizeof s->wanted);
    s->width = 0;
}

void fake_want(fake_scan *s, uint32_t property) {
    if (wants(s, property)) return;
    s->wanted[property >> 6] |= (uint64_t)1 << (property & 63u);
    s->columns[s->width++] = property;
}

void fake_scan_init(fake_scan *s, fake_host *h, uint32_t class_index) {
    memset(s, 0, sizeof *s);
    s->host = h;
    s->scan.host = &h->table;
    s->scan.self = h->self;
    s->scan.request = &s->request;
    s->scan.take = s->take;
    s->request.struct_size = (uint32_t)sizeof s->request;
    s->request.class_index = class_index;
    s->request.parts = 1;
    s->request.conjuncts = s->conjuncts;
    s->request.wanted = s->wanted;
    s->error.struct_size = (uint32_t)sizeof s->error;
    atomic_init(&s->ended, 0);
    atomic_init(&s->left_ms, UINT64_MAX);
    atomic_init(&s->checks, 0);
    for (uint32_t i = 0; class_index < h->class_count && i < h->classes[class_index].property_count && i < 64; i++) fake_want(s, i);
}

void fake_scan_free(fake_scan *s) {
    if (s->open) fake_scan_close(s);
    if (!s->quiet && !(s->request.flags & WQL_WISH_COUNT))
        for (uint64_t i = 0; i < s->row_count * s->width; i++) free(s->cells[i]);
    for (uint32_t k = 0; k < 64; k++) free(s->row[k]);
    free(s->cells);
    free_scratch(s);
    memset(s, 0, sizeof *s);
}

void fake_where(fake_scan *s, uint32_t property, uint16_t op, const wql_value *values, uint32_t count) {
    wql_conjunct *c = &s->conjuncts[s->request.conjunct_count++];
    c->property = property;
    c->op = op;
    c->count = count;
    c->values = values;
}

wql_status fake_plan(fake_scan *s, wql_answer *answer) {
    memset(answer, 0, sizeof *answer);
    memset(s->take, WQL_NONE, sizeof s->take);
    answer->struct_size = (uint32_t)sizeof *answer;
    answer->parts = 1;
    answer->take = s->take;
    answer->rows = answer->cost = -1;
    return s->host->provider->plan ? s->host->provider->plan(s->host->self, &s->request, answer, &s->error) : WQL_OK;
}

void fake_take_plan(fake_scan *s) {
    wql_answer answer;
    if (fake_plan(s, &answer) != WQL_OK) breach(s->host, "plan failed: %s", s->error.message);
    for (uint32_t i = 0; i < s->request.conjunct_count; i++) s->conjuncts[i].taken = s->take[i];
}

wql_status fake_scan_open(fake_scan *s) {
    uint8_t before[64];
    memcpy(before, s->take, sizeof before);
    s->status = s->host->provider->open(&s->scan, &s->error);
    free_scratch(s);
    s->open = s->status == WQL_OK;
    for (uint32_t i = 0; i < s->request.conjunct_count; i++)
        if (s->take[i] > before[i]) breach(s->host, "open raised the answer to condition %u", i);
    return s->status;
}

wql_status fake_scan_next(fake_scan *s) {
    s->emitted = false;
    s->rows_in_batch = 0;
    s->status = s->host->provider->next(&s->scan, &s->error);
    free_scratch(s);
    return s->status;
}

void fake_scan_close(fake_scan *s) {
    if (s->open && s->host->provider->close) s->host->provider->close(&s->scan);
    s->open = false;
}

wql_status fake_run(fake_scan *s) {
    wql_status status = fake_scan_open(s);
    if (status != WQL_OK) return status;
    do status = fake_scan_next(s);
    while (status == WQL_OK);
    fake_scan_close(s);
    return status;
}

const char *fake_cell(const fake_scan *s, uint64_t row, uint32_t column) {
    return row < s->row_count && column < s->width ? s->cells[row * s->width + column] : "(no such cell)";
}
