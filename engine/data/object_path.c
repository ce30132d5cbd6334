/* SPDX-License-Identifier: MIT */
/* object_path.c: the canonical spelling of object paths, and comparing them. Reading is in object_path_read.c. */
#include "object_path.h"

#include "../base/fold.h"
#include "datetime.h"
#include "value.h"

/* -- spelling ---------------------------------------------------------------------------------------------------- */

static void put_quoted(wql__out *out, wql_str text) {
    size_t done = 0;
    wql__out_text(out, "\"", 1);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '"' && text.ptr[i] != '\\') continue;
        wql__out_text(out, text.ptr + done, i - done);
        wql__out_text(out, "\\", 1);
        done = i;
    }
    if (done < text.len) wql__out_text(out, text.ptr + done, text.len - done);
    wql__out_text(out, "\"", 1);
}

static void put_value(wql__out *out, const wql_value *value) {
    char time[26];
    switch (value->type) {
    case WQL_STRING:
    case WQL_REFERENCE: put_quoted(out, value->str); break;
    case WQL_DATETIME: put_quoted(out, (wql_str){time, wql__datetime_print(&value->time, time)}); break;
    case WQL_CHAR16: wql__out_format(out, "%u", (unsigned)value->u64); break;
    default: wql__value_print(out, value); break; /* integers and booleans */
    }
}

static void put_namespace(wql__out *out, wql_str ns) {
    for (size_t i = 0; i < ns.len; i++) wql__out_text(out, ns.ptr[i] == '/' ? "\\" : ns.ptr + i, 1);
}

void wql__path_put_prefix(wql__out *out, wql_str server, wql_str ns) {
    if (server.len) {
        wql__out_z(out, "\\\\");
        wql__out_text(out, server.ptr, server.len);
        wql__out_z(out, "\\");
    }
    if (!ns.len) return;
    put_namespace(out, ns);
    wql__out_z(out, ":");
}

void wql__path_put_key(wql__out *out, bool first, wql_str name, const wql_value *value) {
    if (name.len) wql__out_z(out, first ? "." : ",");
    wql__out_text(out, name.ptr, name.len);
    wql__out_z(out, "=");
    put_value(out, value);
}

void wql__path_put_singleton(wql__out *out) { wql__out_z(out, "=@"); }

/* -- paths that were read ---------------------------------------------------------------------------------------- */

static wql_value value_of(const wql__literal *literal) {
    switch (literal->kind) {
    case WQL__LIT_INT:
        if (literal->negative) return wql_i64((int64_t)(0 - literal->magnitude));
        return wql_u64(literal->magnitude);
    case WQL__LIT_TRUE: return wql_bool(true);
    case WQL__LIT_FALSE: return wql_bool(false);
    default: return wql_text(literal->text);
    }
}

void wql__object_path_print(const wql__object_path *path, wql__out *out) {
    wql__path_put_prefix(out, path->server, path->ns);
    wql__out_text(out, path->class_name.ptr, path->class_name.len);
    if (path->kind == WQL__PATH_SINGLETON) wql__path_put_singleton(out);
    for (uint32_t i = 0; i < path->key_count; i++) {
        wql_value value = value_of(&path->keys[i].value);
        wql__path_put_key(out, i == 0, path->keys[i].name, &value);
    }
}

/* -- comparing --------------------------------------------------------------------------------------------------- */

/* Namespaces are names with separators, which count as one character. */
static int compare_namespaces(wql_str a, wql_str b) {
    for (;;) {
        size_t i = 0, j = 0;
        int order;
        while (i < a.len && a.ptr[i] != '/' && a.ptr[i] != '\\') i++;
        while (j < b.len && b.ptr[j] != '/' && b.ptr[j] != '\\') j++;
        order = wql__fold_compare((wql_str){a.ptr, i}, (wql_str){b.ptr, j});
        if (order) return order;
        if (i == a.len || j == b.len) return (i < a.len) - (j < b.len);
        a.ptr += i + 1;
        a.len -= i + 1;
        b.ptr += j + 1;
        b.len -= j + 1;
    }
}

bool wql__names_this_server(wql_str name, wql_str server) {
    static const char *const always[] = {".", "localhost", "127.0.0.1"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (wql__fold_equal(name, wql_s(always[i]))) return true;
    return wql__fold_equal(name, server);
}

bool wql__object_path_is_server(const wql__object_path *path, wql_str server) {
    return !path->server.len || wql__names_this_server(path->server, server);
}

bool wql__object_path_is_namespace(const wql__object_path *path, wql_str ns) {
    return !path->ns.len || compare_namespaces(path->ns, ns) == 0;
}

static int compare_integers(const wql__literal *a, const wql__literal *b) {
    int order = (a->magnitude > b->magnitude) - (a->magnitude < b->magnitude);
    if (a->negative != b->negative) return a->negative ? -1 : 1;
    return a->negative ? -order : order;
}

static int compare_values(const wql__literal *a, const wql__literal *b) {
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    if (a->kind == WQL__LIT_INT) return compare_integers(a, b);
    return a->kind == WQL__LIT_STRING ? wql__fold_compare(a->text, b->text) : 0;
}

int wql__object_path_compare(const wql__object_path *a, const wql__object_path *b) {
    int order = wql__fold_compare(a->server, b->server);
    if (!order) order = compare_namespaces(a->ns, b->ns);
    if (!order) order = wql__fold_compare(a->class_name, b->class_name);
    if (!order) order = (a->kind > b->kind) - (a->kind < b->kind);
    if (!order) order = (a->key_count > b->key_count) - (a->key_count < b->key_count);
    for (uint32_t i = 0; i < a->key_count && !order; i++) {
        order = wql__fold_compare(a->keys[i].name, b->keys[i].name);
        if (!order) order = compare_values(&a->keys[i].value, &b->keys[i].value);
    }
    return order;
}

static uint64_t mix(uint64_t hash, uint64_t number) { return (hash ^ number) * UINT64_C(0x9e3779b97f4a7c15) ^ hash >> 29; }

static uint64_t hash_namespace(wql_str ns, uint64_t hash) {
    for (size_t from = 0, i = 0; i <= ns.len; i++) {
        if (i < ns.len && ns.ptr[i] != '/' && ns.ptr[i] != '\\') continue;
        hash = wql__fold_hash((wql_str){ns.ptr + from, i - from}, hash);
        from = i + 1;
    }
    return hash;
}

uint64_t wql__object_path_hash(const wql__object_path *path) {
    uint64_t hash = wql__fold_hash(path->server, path->kind);
    if (path->ns.len) hash = hash_namespace(path->ns, hash);
    hash = wql__fold_hash(path->class_name, hash);
    for (uint32_t i = 0; i < path->key_count; i++) {
        const wql__literal *value = &path->keys[i].value;
        hash = mix(wql__fold_hash(path->keys[i].name, hash), value->kind);
        if (value->kind == WQL__LIT_INT) hash = mix(hash, value->negative ? 0 - value->magnitude : value->magnitude);
        if (value->kind == WQL__LIT_STRING) hash = wql__fold_hash(value->text, hash);
    }
    return hash;
}
