/* SPDX-License-Identifier: MIT */
/* mof_symbols.c: the names of a set, each kept once. That two names are equal without regard to case is found out once for each
 * spelling; from then on it is a comparison of two pointers. */
#include "../engine/base/fold.h"
#include "mof_set.h"

#include <string.h>

enum { FIRST_SLOTS = 256 };

static uint32_t hash_bytes(const char *text, uint32_t length) {
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash ^ (hash >> 15);
}

/* Puts a symbol into a table that has room. */
static void put(wql__mof_symbol **slots, uint32_t mask, wql__mof_symbol *symbol, uint32_t hash) {
    uint32_t i = hash & mask;
    while (slots[i]) i = (i + 1) & mask;
    slots[i] = symbol;
}

static uint32_t fold_hash(const char *text, uint32_t length) {
    return (uint32_t)wql__fold_hash((wql_str){text, length}, 0x6d6f66);
}

/* A table of twice the size; at most half of the slots are used, so that a search ends soon. */
static bool grow(wql__mof_set *set, wql__mof_symbol ***slots, uint32_t *mask, uint32_t count, bool folded) {
    uint32_t size = *slots ? (*mask + 1) * 2 : FIRST_SLOTS;
    wql__mof_symbol **bigger;
    if (*slots && count < (*mask + 1) / 2) return true;
    bigger = wql__mof_alloc(set, wql__array_size(size, sizeof *bigger));
    if (!bigger) return false;
    for (uint32_t i = 0; *slots && i <= *mask; i++) {
        wql__mof_symbol *symbol = (*slots)[i];
        if (symbol) put(bigger, size - 1, symbol, folded ? symbol->fold_hash : symbol->hash);
    }
    *slots = bigger;
    *mask = size - 1;
    return true;
}

/* The first spelling of the name, which may be this one. */
static bool fold(wql__mof_set *set, wql__mof_symbol *symbol) {
    wql__mof_symbols *symbols = &set->symbols;
    uint32_t hash = fold_hash(symbol->text, symbol->length), i;
    if (!grow(set, &symbols->folded, &symbols->folded_mask, symbols->folded_count, true)) return false;
    for (i = hash & symbols->folded_mask; symbols->folded[i]; i = (i + 1) & symbols->folded_mask) {
        wql__mof_symbol *there = symbols->folded[i];
        if (there->fold_hash != hash) continue;
        if (!wql__fold_equal((wql_str){there->text, there->length}, (wql_str){symbol->text, symbol->length})) continue;
        symbol->folded = there;
        return true;
    }
    symbol->fold_hash = hash;
    symbols->folded[i] = symbol->folded = symbol;
    symbols->folded_count++;
    return true;
}

wql__mof_symbol *wql__mof_intern(wql__mof_set *set, const char *text, uint32_t length) {
    wql__mof_symbols *symbols = &set->symbols;
    uint32_t hash = hash_bytes(text, length);
    wql__mof_symbol *symbol;
    if (!grow(set, &symbols->exact, &symbols->exact_mask, symbols->exact_count, false)) return NULL;
    for (uint32_t i = hash & symbols->exact_mask; symbols->exact[i]; i = (i + 1) & symbols->exact_mask) {
        symbol = symbols->exact[i];
        if (symbol->hash == hash && symbol->length == length && memcmp(symbol->text, text, length) == 0) return symbol;
    }
    symbol = wql__mof_alloc(set, sizeof *symbol);
    if (!symbol) return NULL;
    symbol->text = wql__mof_shelve(set, text, length);
    symbol->length = length;
    symbol->hash = hash;
    if (!symbol->text || !fold(set, symbol)) return NULL;
    put(symbols->exact, symbols->exact_mask, symbol, hash);
    symbols->exact_count++;
    return symbol;
}
