/* SPDX-License-Identifier: MIT */
/* types.c: declared types -> kinds of columns. SQLite takes any text for a type, so it is looked for what the text contains; the
 * first that matches counts. */
#include "sqlite.h"

typedef struct rule {
    const char *word;
    uint8_t kind;
} rule;

static const rule rules[] = {
    {"BOOL", WQL__SQLITE_BOOL}, {"INT", WQL__SQLITE_INT},   {"CHAR", WQL__SQLITE_TEXT}, {"CLOB", WQL__SQLITE_TEXT},
    {"TEXT", WQL__SQLITE_TEXT}, {"BLOB", WQL__SQLITE_BLOB}, {"REAL", WQL__SQLITE_REAL}, {"FLOA", WQL__SQLITE_REAL},
    {"DOUB", WQL__SQLITE_REAL}, {"DEC", WQL__SQLITE_REAL},  {"NUM", WQL__SQLITE_REAL},  {"DATE", WQL__SQLITE_TIME},
    {"TIME", WQL__SQLITE_TIME},
};

static char to_upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 32) : c; }

static bool contains(const char *text, const char *word) {
    for (; *text; text++) {
        size_t i = 0;
        while (word[i] && to_upper(text[i]) == word[i]) i++;
        if (!word[i]) return true;
    }
    return false;
}

static uint8_t kind_of(const char *declared) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (!contains(declared, rules[i].word)) continue;
        return rules[i].kind == WQL__SQLITE_INT && contains(declared, "UNSIGNED") ? WQL__SQLITE_UINT : rules[i].kind;
    }
    return WQL__SQLITE_TEXT;
}

/* Whether SQLite gives the column its affinity TEXT or REAL, by its own order of the words. */
static bool has_affinity(const char *declared, uint8_t kind) {
    bool text = contains(declared, "CHAR") || contains(declared, "CLOB") || contains(declared, "TEXT");
    if (contains(declared, "INT")) return false;
    if (kind == WQL__SQLITE_TEXT) return text;
    return kind == WQL__SQLITE_REAL && !text && !contains(declared, "BLOB") &&
           (contains(declared, "REAL") || contains(declared, "FLOA") || contains(declared, "DOUB"));
}

/* What views and virtual tables bring has passed no column: a declared type says what to expect there, and nothing is certain. */
void wql__sqlite_type_column(const wql__sqlite_table *table, wql__sqlite_column *column) {
    bool stored = table->form == WQL__SQLITE_TABLE;
    column->kind = kind_of(column->declared);
    column->affine = stored && has_affinity(column->declared, column->kind);
    column->exact = stored && table->strict &&
                    (column->kind == WQL__SQLITE_INT || column->kind == WQL__SQLITE_BLOB || column->affine);
}

uint32_t wql__sqlite_cim_type(uint8_t kind) {
    switch (kind) {
    case WQL__SQLITE_BOOL: return WQL_BOOLEAN;
    case WQL__SQLITE_INT: return WQL_SINT64;
    case WQL__SQLITE_UINT: return WQL_UINT64;
    case WQL__SQLITE_BLOB: return WQL_UINT8 | WQL_ARRAY;
    case WQL__SQLITE_REAL: return WQL_REAL64;
    case WQL__SQLITE_TIME: return WQL_DATETIME;
    default: return WQL_STRING;
    }
}
