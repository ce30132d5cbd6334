/* SPDX-License-Identifier: MIT */
/* values.c: random values of every type, edges and what lies beside them among them. */
#include "literal.h"

#include <float.h>
#include <math.h>

/* Numbers at the edges of types, and what lies beside them. */
wide edge_number(uint64_t *seed) {
    static const int shifts[] = {0, 7, 8, 15, 16, 31, 32, 52, 53, 62, 63, 64};
    wide number = (wide)1 << shifts[below(seed, 12)];
    if (chance(seed, 3)) number = below(seed, 12);
    if (chance(seed, 2)) number = -number;
    return number + (int)below(seed, 3) - 1;
}

static bool is_signed(uint32_t type) {
    return type == WQL_SINT8 || type == WQL_SINT16 || type == WQL_SINT32 || type == WQL_SINT64;
}

static int bits_of(uint32_t type) {
    switch (type) {
    case WQL_SINT8:
    case WQL_UINT8: return 8;
    case WQL_SINT16:
    case WQL_UINT16:
    case WQL_CHAR16: return 16;
    case WQL_SINT32:
    case WQL_UINT32: return 32;
    default: return 64;
    }
}

static void type_range(uint32_t type, bool small, wide *least, wide *most) {
    *least = is_signed(type) ? -((wide)1 << (bits_of(type) - 1)) : 0;
    *most = ((wide)1 << (is_signed(type) ? bits_of(type) - 1 : bits_of(type))) - 1;
    if (type == WQL_UINT64 && small) *most = ((wide)1 << 63) - 1;
}

static wql_value make_integer(uint64_t *seed, uint32_t type, bool small) {
    wide number = chance(seed, 3) ? edge_number(seed) : (wide)below(seed, 10) - 3, least, most;
    wql_value v;
    type_range(type, small, &least, &most);
    if (number < least) number = chance(seed, 2) ? least : -number;
    if (number > most) number = most;
    v = number < 0 ? wql_i64((int64_t)number) : wql_u64((uint64_t)number);
    if (is_signed(type)) v = wql_i64((int64_t)number);
    return v;
}

static double make_real(uint64_t *seed) {
    static const double edges[] = {0.0,
                                   -0.0,
                                   0.5,
                                   -0.5,
                                   1.5,
                                   3.5,
                                   0.1,
                                   1e-7,
                                   1e15,
                                   1e300,
                                   4294967296.0,
                                   5e-324,
                                   2.2250738585072014e-308,
                                   DBL_MAX,
                                   -DBL_MAX,
                                   (double)INFINITY,
                                   -(double)INFINITY};
    static const double large[] = {0x1p53, 0x1p53 + 2, 0x1p63, 0x1p64, -0x1p63, -0x1p53};
    switch (below(seed, 5)) {
    case 0: return edges[below(seed, sizeof edges / sizeof edges[0])];
    case 3: return large[below(seed, sizeof large / sizeof large[0])];
    case 1: return (double)((int)below(seed, 40) - 20) / 4;
    case 2: return (double)((int)below(seed, 10) - 3);
    default: return ldexp((double)(int64_t)draw(seed), (int)below(seed, 130) - 110);
    }
}

/* Characters that are worth a try; the odd ones are rare. */
uint32_t make_char(uint64_t *seed) {
    static const char ascii[] = "aAbBkKsSiI xyzZ019%_[]^-='\"\\!@`{";
    static const uint32_t odd[] = {0x212a, 0x17f,  0xdf, 0x1e9e, 0x130,   0x131,   0x3a3,   0x3c3,  0x3c2,  0xe4,  0xc4, 0xb5,
                                   0x3bc,  0x212b, 0xe5, 0x1c5,  0x1f600, 0x10400, 0x10428, 0xfb01, 0xfffd, 0x301, 0xa0};
    if (below(seed, 5)) return (uint32_t)ascii[below(seed, sizeof ascii - 1)];
    return odd[below(seed, sizeof odd / sizeof odd[0])];
}

void put_in_other_case(writer *to, uint64_t *seed, wql_str s) {
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool odd = ((c | 0x20) == 'k' || (c | 0x20) == 's') && chance(seed, 4);
        if (odd) {
            put_code_point(to, (c | 0x20) == 'k' ? 0x212a : 0x17f);
            continue;
        }
        if (((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) && chance(seed, 3)) c = (char)(c ^ 0x20);
        put(to, &c, 1);
    }
}

static wql_value make_string(pool *from, uint64_t *seed) {
    static const char *const words[] = {"",     "a",    "A",   "alpha",        "Alpha",        "beta",         "kelvin",
                                        "size", "NULL", "12",  "explorer.exe", "x' OR 1=1",    "C:\\temp\\x",  "100%",
                                        "a_b",  "[x]",  " a ", "TRUE",         "twelve bytes", "thirteen byte"};
    writer made = {from, NULL, 0, 0};
    uint32_t count;
    put(&made, "", 0);
    if (chance(seed, 3)) {
        const char *word = words[below(seed, sizeof words / sizeof words[0])];
        if (chance(seed, 2))
            put_z(&made, word);
        else
            put_in_other_case(&made, seed, wql_s(word));
    } else {
        count = chance(seed, 20) ? 60 + below(seed, 80) : below(seed, 7);
        while (count--) put_code_point(&made, make_char(seed));
    }
    return wql_text((wql_str){made.at, made.len});
}

static wql_value make_time(uint64_t *seed) {
    static const int16_t offsets[] = {0, 0, 0, 60, -300, 330, -720, 840};
    wql_datetime t = {0, 0, 0, 0, 0};
    t.us = (int64_t)below(seed, 4) * INT64_C(86400000000) + INT64_C(1577836800000000);
    t.offset_min = offsets[below(seed, 8)];
    switch (below(seed, 5)) {
    case 0: t.us += (int64_t)below(seed, 3) - 1; break;
    case 1: t.us += (int64_t)below(seed, 86400) * 1000000; break;
    case 2: t.us = (int64_t)(draw(seed) % UINT64_C(8000000000000000)) - INT64_C(4000000000000000); break;
    case 3:
        if (chance(seed, 4)) {
            t.us = chance(seed, 2) ? INT64_C(-62135596800000000) : INT64_C(253402300799999999);
            t.offset_min = 0;
        }
        break;
    default: break;
    }
    return wql_time(t);
}

static wql_value make_interval(uint64_t *seed) {
    static const int64_t edges[] = {
        0, 1, 999999, 1000000, INT64_C(86399999999), INT64_C(86400000000), INT64_C(8639999999999999999)};
    wql_datetime t = {0, 0, 0, 1, 0};
    t.us = chance(seed, 2) ? edges[below(seed, 7)] : (int64_t)below(seed, 5) * INT64_C(43200000001);
    return wql_time(t);
}

static wql_value make_reference(pool *from, uint64_t *seed) {
    static const char *const paths[] = {"M0.Id=1", "M0.Id=2", "M1.Id=1", "nonsense"};
    (void)from;
    return wql_text(wql_s(paths[below(seed, 4)]));
}

wql_value make_value(pool *from, uint64_t *seed, uint32_t type, bool small) {
    switch (type) {
    case WQL_REAL32: return wql_f64((double)(float)make_real(seed));
    case INTERVAL: return make_interval(seed);
    case WQL_REFERENCE: return make_reference(from, seed);
    case WQL_CHAR16: return chance(seed, 3) ? make_integer(seed, type, small) : wql_u64(make_char(seed) & 0xffff);
    case WQL_REAL64: return wql_f64(make_real(seed));
    case WQL_BOOLEAN: return wql_bool(chance(seed, 2));
    case WQL_STRING: return make_string(from, seed);
    case WQL_DATETIME: return make_time(seed);
    default: return make_integer(seed, type, small);
    }
}

/* A value of some row, or another one. */
wql_value near_value(pool *from, uint64_t *seed, const table *t, uint32_t p) {
    wql_value v = wql_null();
    if (t->rows && !chance(seed, 3)) v = t->cells[(size_t)below(seed, t->rows) * t->shape.count + p];
    return v.type == WQL_NULL ? make_value(from, seed, t->shape.types[p], t->shape.small) : v;
}
