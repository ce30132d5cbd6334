/* SPDX-License-Identifier: MIT */
/* fuzz_query.h: what fuzz_query.c makes of its bytes: words, classes, rows, values of parameters. */
#ifndef WQL_TESTS_FUZZ_QUERY_H
#define WQL_TESTS_FUZZ_QUERY_H

#include "replay.h"

#include <wql/wql.h>

#include <math.h>
#include <string.h>

/* -- bytes ------------------------------------------------------------------------------------------------------- */

/* Bytes of the input; behind its end others that follow from them, so that a short input makes many rows. */
typedef struct source {
    const uint8_t *at, *end;
    uint64_t seed;
} source;

static inline void source_open(source *s, const uint8_t *data, size_t size) {
    s->at = data;
    s->end = data + size;
    s->seed = size;
    for (size_t i = 0; i < size; i++) s->seed = (s->seed ^ data[i]) * 0x100000001b3u;
}

static inline uint32_t draw(source *s) {
    if (s->at < s->end) return *s->at++;
    s->seed = s->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(s->seed >> 56);
}

/* -- words ------------------------------------------------------------------------------------------------------- */

static const char *const words[128] = {"SELECT",
                                       "FROM",
                                       "WHERE",
                                       "AND",
                                       "OR",
                                       "NOT",
                                       "(",
                                       ")",
                                       "=",
                                       "<>",
                                       "<",
                                       "<=",
                                       ">",
                                       ">=",
                                       "LIKE",
                                       "IS NULL",
                                       "IS NOT NULL",
                                       "NULL",
                                       "TRUE",
                                       "FALSE",
                                       "BETWEEN",
                                       "IN",
                                       "ISA",
                                       "*",
                                       ",",
                                       "K",
                                       "P1",
                                       "P2",
                                       "P3",
                                       "P4",
                                       "P5",
                                       "P6",
                                       "P7",
                                       "Q1",
                                       "Q2",
                                       "Q3",
                                       "T",
                                       "U",
                                       "A",
                                       "Left",
                                       "Right",
                                       "__CLASS",
                                       "__PATH",
                                       "__RELPATH",
                                       "__THIS",
                                       "__SUPERCLASS",
                                       "__DYNASTY",
                                       "__DERIVATION",
                                       "meta_class",
                                       "ASSOCIATORS OF",
                                       "REFERENCES OF",
                                       "{T.K=1}",
                                       "{T.K=2}",
                                       "{U.K=3}",
                                       "{T}",
                                       "{A.Left=\"T.K=1\",Right=\"T.K=2\"}",
                                       "ResultClass =",
                                       "AssocClass =",
                                       "Role =",
                                       "ResultRole =",
                                       "KeysOnly",
                                       "ClassDefsOnly",
                                       "SchemaOnly",
                                       "RequiredQualifier =",
                                       "RequiredAssocQualifier =",
                                       "0",
                                       "1",
                                       "2",
                                       "-1",
                                       "127",
                                       "128",
                                       "-129",
                                       "255",
                                       "256",
                                       "32767",
                                       "65535",
                                       "2147483647",
                                       "-2147483648",
                                       "4294967295",
                                       "9223372036854775807",
                                       "-9223372036854775808",
                                       "18446744073709551615",
                                       "1.5",
                                       "-0.0",
                                       "1e300",
                                       "0x10",
                                       "0.1",
                                       "''",
                                       "'a'",
                                       "'A'",
                                       "'k'",
                                       "'K'",
                                       "'\xe2\x84\xaa'",
                                       "'text 7'",
                                       "'%a%'",
                                       "'a%'",
                                       "'%text%'",
                                       "'_'",
                                       "'[a-c]%'",
                                       "'[^a]%'",
                                       "'%e_t%[0-9]'",
                                       "'%'",
                                       "'12'",
                                       "'1.5'",
                                       "'TRUE'",
                                       "'20200101120000.000000+000'",
                                       "'20200101000000.000000-300'",
                                       "'00000001000000.000000:000'",
                                       "'2020-01-01'",
                                       "'Jan 1, 2020 12:00'",
                                       "'T.K=1'",
                                       "'T.K=2'",
                                       "?",
                                       "@a",
                                       "@b",
                                       "SELECT * FROM T WHERE",
                                       "SELECT K FROM T WHERE",
                                       "SELECT * FROM U WHERE",
                                       "SELECT P1, K, P1 FROM T WHERE",
                                       "DISTINCT",
                                       "COUNT(*)",
                                       "ORDER BY",
                                       "WITHIN 1",
                                       "GROUP WITHIN 1",
                                       "__InstanceCreationEvent",
                                       "TargetInstance.P1",
                                       "T.P1",
                                       "UPPER(P1)"};

static inline size_t put_words(const uint8_t *data, size_t size, char *out, size_t room) {
    size_t len = 0;
    for (size_t i = 0; i < size && len < room; i++) {
        if (data[i] < 0x80) {
            out[len++] = (char)data[i];
        } else {
            const char *word = words[data[i] - 0x80];
            size_t word_len = strlen(word);
            memcpy(out + len, word, word_len);
            len += word_len;
            out[len++] = ' ';
        }
    }
    return len;
}

/* -- values ------------------------------------------------------------------------------------------------------ */

static const char *const texts[] = {"",
                                    "a",
                                    "A",
                                    "b",
                                    "K",
                                    "k",
                                    "\xe2\x84\xaa",
                                    "s",
                                    "\xc5\xbf",
                                    "\xc3\x9f",
                                    "text 7",
                                    "TEXT 7",
                                    "twelve bytes",
                                    "thirteen byte",
                                    "a text of more than twelve bytes, for a view",
                                    "12",
                                    "1.5",
                                    "TRUE",
                                    "%",
                                    "[a]",
                                    "\\",
                                    "'",
                                    "\xf0\x9f\x98\x80",
                                    "explorer.exe"};

static inline uint64_t draw_bits(source *s) {
    static const uint64_t edges[] = {0,     1,     2,     3,     127,        128,        255,        256,
                                     32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff};
    uint32_t pick = draw(s);
    uint64_t bits = edges[pick & 15];
    return pick & 16 ? ~bits : pick & 32 ? bits + 1 : bits; /* ~0 is -1 or the greatest, ~0x7f is -128 */
}

static inline double draw_real(source *s) {
    static const double edges[] = {0.0,    -0.0,   1.5,     -1.5,   0.1, 1e300, 5e-324, 4294967296.0,
                                   0x1p53, 0x1p63, -0x1p63, 0x1p64, 1,   2,     127,    -128};
    uint32_t pick = draw(s);
    if (pick >= 0xf0) return pick & 1 ? (double)INFINITY : pick & 2 ? -(double)INFINITY : (double)NAN;
    return edges[pick & 15];
}

static inline wql_value draw_time(source *s, bool interval) {
    static const int16_t offsets[] = {0, 60, -300, 0};
    wql_datetime t = {INT64_C(1577836800000000), 0, 0, 0, 0};
    uint32_t pick = draw(s);
    if (interval) t = (wql_datetime){0, 0, 0, 1, 0};
    t.us += (int64_t)(pick & 3) * INT64_C(43200000000) + (pick >> 2 & 3);
    if (!interval) t.offset_min = offsets[pick >> 4 & 3];
    if (!interval && pick >= 0xe0) t.wild = (uint8_t)draw(s);
    return wql_time(t);
}

static inline int64_t narrowed(uint32_t type, uint64_t bits) {
    switch (type) {
    case WQL_SINT8: return (int8_t)bits;
    case WQL_SINT16: return (int16_t)bits;
    case WQL_SINT32: return (int32_t)bits;
    case WQL_UINT8: return (uint8_t)bits;
    case WQL_UINT16:
    case WQL_CHAR16: return (uint16_t)bits;
    case WQL_UINT32: return (uint32_t)bits;
    default: return (int64_t)bits;
    }
}

static inline wql_value draw_value(source *s, uint32_t type, bool interval) {
    uint64_t bits;
    switch (type) {
    case WQL_REAL32: return wql_f64((double)(float)draw_real(s));
    case WQL_REAL64: return wql_f64(draw_real(s));
    case WQL_BOOLEAN: return wql_bool(draw(s) & 1);
    case WQL_STRING: return wql_text(wql_s(texts[draw(s) % (sizeof texts / sizeof texts[0])]));
    case WQL_DATETIME: return draw_time(s, interval);
    case WQL_REFERENCE: return wql_text(wql_s(draw(s) & 1 ? "T.K=1" : "U.K=3"));
    default:
        bits = draw_bits(s);
        if (draw(s) >= 8) bits = (uint64_t)narrowed(type, bits); /* now and then one that does not fit */
        return type == WQL_SINT8 || type == WQL_SINT16 || type == WQL_SINT32 || type == WQL_SINT64 ? wql_i64((int64_t)bits)
                                                                                                   : wql_u64(bits);
    }
}

/* Values for parameters: some without a name, and @a, @b. */
typedef struct values {
    wql_param params[8];
    uint32_t count;
} values;

static inline void draw_values(source *s, values *out) {
    static const uint32_t types[] = {WQL_SINT64, WQL_UINT64, WQL_REAL64,   WQL_BOOLEAN,
                                     WQL_STRING, WQL_STRING, WQL_DATETIME, WQL_NULL};
    uint32_t bits = draw(s), unnamed = bits & 3;
    out->count = 0;
    if (bits < 0x80) return;
    for (uint32_t i = 0; i < unnamed + (bits >> 2 & 3); i++) {
        uint32_t type = types[draw(s) & 7];
        wql_value v = type == WQL_NULL ? wql_null() : draw_value(s, type, false);
        if (i >= unnamed + 2) break;
        if (type == WQL_REAL64 && !isfinite(v.f64)) v.f64 = 1;
        out->params[out->count++] = (wql_param){i < unnamed ? NULL : i == unnamed ? "a" : "b", v};
    }
}

/* -- classes and rows -------------------------------------------------------------------------------------------- */

/* T, U which derives from it, and A which links instances of T. */
enum { TABLES = 3, PROPERTIES_MAX = 12, CELLS_MAX = 40 * PROPERTIES_MAX };

typedef struct tables {
    wql_property_def own[TABLES][PROPERTIES_MAX];
    wql_class_def defs[TABLES];
    wql_memory *memory[TABLES];
    uint32_t batch_rows;
    uint32_t takes; /* bits that say how a mixed provider answers */
} tables;

static inline void draw_properties(source *s, tables *t) {
    static const char *const names[] = {"K", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "Q1", "Q2", "Q3"};
    static const uint32_t types[] = {WQL_STRING,   WQL_SINT8,  WQL_UINT8,     WQL_SINT16, WQL_UINT16, WQL_SINT32,
                                     WQL_UINT32,   WQL_SINT64, WQL_UINT64,    WQL_REAL32, WQL_REAL64, WQL_BOOLEAN,
                                     WQL_DATETIME, WQL_CHAR16, WQL_REFERENCE, WQL_STRING};
    uint32_t base = 1 + draw(s) % 8, more = draw(s) % 4, bits = draw(s);
    for (uint32_t i = 0; i < base + more; i++) {
        wql_property_def *p = i < base ? &t->own[0][i] : &t->own[1][i - base];
        uint32_t pick = draw(s);
        *p = (wql_property_def){.name = i < base ? names[i] : names[8 + i - base], .type = types[pick & 15]};
        if (i == 0) p->type = WQL_UINT32;
        if (i == 0 && bits & 3) p->flags = WQL_KEY;
        if (p->type == WQL_DATETIME && pick & 16) p->flags = WQL_INTERVAL;
    }
    t->own[2][0] = (wql_property_def){.name = "Left", .type = WQL_REFERENCE, .flags = WQL_KEY, .class_name = "T"};
    t->own[2][1] =
        (wql_property_def){.name = "Right", .type = WQL_REFERENCE, .flags = WQL_KEY, .class_name = bits & 4 ? "T" : NULL};
    t->defs[0] = (wql_class_def){.struct_size = sizeof t->defs[0], .name = "T", .properties = t->own[0], .property_count = base};
    t->defs[1] = (wql_class_def){.struct_size = sizeof t->defs[1], .name = "U", .superclass = "T", .properties = t->own[1]};
    t->defs[1].property_count = more;
    t->defs[2] =
        (wql_class_def){.struct_size = sizeof t->defs[2], .flags = WQL_ASSOCIATION, .name = "A", .properties = t->own[2]};
    t->defs[2].property_count = 2;
}

/* `first`: the number in the key of the first row. */
static inline void fill_table(source *s, wql_memory *memory, const wql_property_def *const *properties, uint32_t width,
                              uint32_t rows, uint32_t first) {
    wql_value cells[CELLS_MAX];
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t i = 0; i < width; i++) {
            wql_value *cell = &cells[r * width + i];
            *cell = draw(s) < 40 ? wql_null() : draw_value(s, properties[i]->type, properties[i]->flags & WQL_INTERVAL);
            if (i == 0) *cell = wql_u64(first + r);
        }
    MUST(wql_memory_append(memory, cells, width, rows, NULL) == WQL_OK);
}

static inline void fill_links(source *s, wql_memory *memory) {
    static const char *const paths[] = {"T.K=1", "T.K=2", "U.K=3", "T.K=99", "T.K=0", "nonsense", "U.K=1", "T.K=3"};
    uint32_t rows = draw(s) % 12;
    for (uint32_t r = 0; r < rows; r++) {
        wql_value cells[2] = {wql_text(wql_s(paths[draw(s) & 7])), wql_text(wql_s(paths[draw(s) & 7]))};
        MUST(wql_memory_append(memory, cells, 2, 1, NULL) == WQL_OK);
    }
}

static inline void draw_tables(source *s, tables *t) {
    const wql_property_def *flat[2 * PROPERTIES_MAX];
    uint32_t width = 0, rows, again;
    memset(t, 0, sizeof *t);
    draw_properties(s, t);
    for (uint32_t table = 0; table < 2; table++)
        for (uint32_t i = 0; i < t->defs[table].property_count; i++) flat[width++] = &t->own[table][i];
    for (uint32_t i = 0; i < TABLES; i++) MUST(wql_memory_open(NULL, NULL, &t->memory[i]) == WQL_OK);
    t->takes = draw(s) << 8 | draw(s);
    t->batch_rows = draw(s) & 1 ? 1 + draw(s) : 0;
    rows = draw(s) % 40;
    again = draw(s) >= 0xf0 ? 1 + draw(s) % 64 : 1; /* now and then more than a batch */
    for (uint32_t i = 0; i < again && rows; i++) fill_table(s, t->memory[0], flat, t->defs[0].property_count, rows, i * rows);
    rows = draw(s) % 8;
    if (rows) fill_table(s, t->memory[1], flat, width, rows, 3);
    fill_links(s, t->memory[2]);
}

static inline void drop_tables(tables *t) {
    for (uint32_t i = 0; i < TABLES; i++) wql_memory_close(t->memory[i]);
}

/* `take`: what the provider answers; `mixed`: one thing for one operator and another for the next, and less when a scan opens. */
static inline void mount_tables(wql_engine *engine, const tables *t, uint8_t take, bool mixed) {
    wql_table list[TABLES];
    wql_error err = WQL_INIT(wql_error);
    for (uint32_t i = 0; i < TABLES; i++) {
        list[i] = (wql_table){.struct_size = sizeof list[i], .def = &t->defs[i], .memory = t->memory[i]};
        list[i].batch_rows = t->batch_rows;
        list[i].lower = mixed && t->takes & 1;
        for (uint32_t op = 0; op < 16; op++) {
            list[i].take[op] = mixed ? (uint8_t)((t->takes >> op % 8) % 3) : take;
            list[i].open_take[op] = (uint8_t)((t->takes >> (op + 3) % 8) % 3);
        }
        if (i) list[i - 1].next = &list[i];
    }
    if (wql_engine_mount(engine, "root/fuzz", wql_memory_provider(), NULL, list, &err) != WQL_OK) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
}

#endif
