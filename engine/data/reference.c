/* SPDX-License-Identifier: MIT */
/* reference.c: paths as values, typed by the class they name. */
#include "reference.h"

#include "../base/fold.h"
#include "rule.h"
#include <wql/provider.h>

/* Texts of references come from providers, and may be of any length: a longer one is no path, and is not looked at, so that nothing
 * here needs to be stopped. */
static const wql__path_limits limits = {WQL__REFERENCE_BYTES, WQL__REFERENCE_BYTES, WQL__REFERENCE_BYTES};

/* A key that is a reference is a path in a path. Each level doubles the backslashes of those in it, so texts of a sane length
 * have few; deeper ones stay as they are written. */
enum { NESTING_MOST = 8 };

typedef struct resolver {
    const wql__catalog *catalog;
    wql__arena *arena;
    wql_error *err;
} resolver;

static wql_status spell(const resolver *r, wql_str text, unsigned depth, wql_str *out);

/* -- values ------------------------------------------------------------------------------------------------------ */

/* The value of a test that a literal was made into. False: none of the type. */
static bool value_of(const wql__test *test, const wql__literal *literal, uint32_t type, wql_value *out) {
    *out = wql_null();
    out->type = type;
    switch (test->by) {
    case WQL__BY_SIGNED: out->i64 = test->as.i64; return true;
    case WQL__BY_UNSIGNED: out->u64 = test->as.u64; return true;
    case WQL__BY_BOOLEAN: out->b = test->as.b; return true;
    case WQL__BY_TEXT: out->str = test->text; return true;
    case WQL__BY_TIME: out->time = test->as.time; return true;
    case WQL__BY_CHAR: /* the test's is folded */
        if (literal->text.len == 0 || (unsigned char)literal->text.ptr[0] >= 0x80)
            out->u64 = test->as.u64;
        else
            out->u64 = (unsigned char)literal->text.ptr[0];
        return true;
    default: return false;
    }
}

/* A key's literal as a value of the key's type, by the rules of comparison (wql-language 3.3). */
static wql_status read_key(const resolver *r, const wql_property_def *def, const wql__literal *literal, unsigned depth,
                           wql_value *out) {
    static const wql__zone utc = {NULL, NULL};
    wql__literal own = *literal;
    wql__test test;
    const char *why;
    wql_status status = WQL_OK;
    if (def->type == WQL_REFERENCE && literal->kind == WQL__LIT_STRING) status = spell(r, literal->text, depth + 1, &own.text);
    if (status == WQL_OK) status = wql__test_make(r->arena, def->type, def->flags, WQL_EQ, false, &own, &utc, &test, &why);
    if (status == WQL_E_INVALID_QUERY) return WQL_END;
    if (status < 0) return wql__fail_memory(r->arena->mem, r->err);
    return value_of(&test, &own, def->type, out) ? WQL_OK : WQL_END;
}

/* -- instances --------------------------------------------------------------------------------------------------- */

/* Keys of the path and of the class are in the same order. */
static wql_status read_keys(const resolver *r, const wql__object_path *path, const wql_class *cls, unsigned depth,
                            wql__reference *out) {
    if (path->key_count != cls->key_count) return WQL_END;
    out->keys = wql__arena_alloc(r->arena, wql__array_size(cls->key_count, sizeof *out->keys));
    if (!out->keys) return wql__fail_memory(r->arena->mem, r->err);
    for (uint32_t i = 0; i < cls->key_count; i++) {
        const wql_property_def *def = &cls->def.properties[cls->keys[i]];
        const wql__path_key *key = &path->keys[i];
        wql_status status;
        if (key->name.len && !wql__fold_equal(key->name, wql_s(def->name))) return WQL_END;
        status = read_key(r, def, &key->value, depth, &out->keys[i]);
        if (status != WQL_OK) return status;
    }
    return WQL_OK;
}

static wql_status resolve(const resolver *r, const wql__object_path *path, unsigned depth, wql__reference *out) {
    bool singleton = path->kind == WQL__PATH_SINGLETON;
    if (path->kind == WQL__PATH_CLASS || depth > NESTING_MOST) return WQL_END;
    if (!wql__object_path_is_server(path, wql_s(r->catalog->server))) return WQL_END;
    if (!wql__object_path_is_namespace(path, wql_s(r->catalog->ns))) return WQL_END;
    out->entry = wql__catalog_find(r->catalog, path->class_name);
    out->keys = NULL;
    if (!out->entry || (singleton && !(out->entry->cls->def.flags & WQL_SINGLETON))) return WQL_END;
    return singleton ? WQL_OK : read_keys(r, path, out->entry->cls, depth, out);
}

wql_status wql__reference_of(const wql__object_path *path, const wql__catalog *catalog, wql__arena *arena, wql__reference *out,
                             wql_error *err) {
    resolver r = {catalog, arena, err};
    return resolve(&r, path, 0, out);
}

wql_status wql__reference_read(wql_str text, const wql__catalog *catalog, wql__arena *arena, wql__reference *out,
                               wql_error *err) {
    wql__object_path *path;
    wql_status status;
    if (text.len > WQL__REFERENCE_BYTES) return WQL_END;
    status = wql__object_path_parse(text, 0, text.len, &limits, arena, &path, NULL);
    if (status == WQL_E_OUT_OF_MEMORY) return wql__fail_memory(arena->mem, err);
    return status < 0 ? WQL_END : wql__reference_of(path, catalog, arena, out, err);
}

/* -- spelling ---------------------------------------------------------------------------------------------------- */

void wql__reference_print(const wql__reference *reference, wql__out *out) {
    const wql_class *cls = reference->entry->cls;
    wql__out_text(out, cls->name.ptr, cls->name.len);
    if (!reference->keys) wql__path_put_singleton(out);
    for (uint32_t i = 0; reference->keys && i < cls->key_count; i++)
        wql__path_put_key(out, i == 0, wql_s(cls->def.properties[cls->keys[i]].name), &reference->keys[i]);
}

static void print(const wql__reference *reference, const wql__object_path *path, wql__out *out) {
    if (reference)
        wql__reference_print(reference, out);
    else
        wql__object_path_print(path, out);
}

static wql_status spell(const resolver *r, wql_str text, unsigned depth, wql_str *out) {
    wql__object_path *path;
    wql__reference found, *reference = &found;
    wql__out size = {NULL, 0, 0}, made = {NULL, 0, 0};
    wql_status status;
    *out = text;
    if (text.len > WQL__REFERENCE_BYTES) return WQL_OK;
    status = wql__object_path_parse(text, 0, text.len, &limits, r->arena, &path, NULL);
    if (status == WQL_E_OUT_OF_MEMORY) return wql__fail_memory(r->arena->mem, r->err);
    if (status < 0) return WQL_OK;
    status = resolve(r, path, depth, &found);
    if (status < 0) return status;
    if (status != WQL_OK) reference = NULL;
    print(reference, path, &size);
    made.size = wql__out_end(&size) + 1;
    made.buf = wql__arena_alloc(r->arena, made.size);
    if (!made.buf) return wql__fail_memory(r->arena->mem, r->err);
    print(reference, path, &made);
    *out = (wql_str){made.buf, wql__out_end(&made)};
    return WQL_OK;
}

wql_status wql__reference_spell(wql_str text, const wql__catalog *catalog, wql__arena *arena, wql_str *out, wql_error *err) {
    resolver r = {catalog, arena, err};
    return spell(&r, text, 0, out);
}
