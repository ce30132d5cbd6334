/* SPDX-License-Identifier: MIT */
/* static_lab.h: a namespace with classes and a store of static instances, for tests. */
#ifndef WQL_TESTS_STATIC_LAB_H
#define WQL_TESTS_STATIC_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/data/instance.h"
#include "../../engine/data/static_store.h"
#include "../../engine/deliver/engine.h"

typedef struct static_lab {
    wql_engine *engine;
    wql_session *session;
    wql__static_store *store;
    wql_provider table; /* the store's provider with a load that defines the classes */
    const wql_class_def *defs;
    uint32_t def_count;
    wql__static_load *load; /* that is open */
    wql__catalog *catalog;  /* of it */
    wql_error err;
} static_lab;

/* In root/t. The first failure; then close it all the same. */
wql_status static_open_lab(static_lab *lab, const wql_engine_options *options, const wql_class_def *defs, uint32_t count);
void static_close_lab(static_lab *lab);

wql_status static_begin(static_lab *lab);
/* An instance with these properties, the others at their defaults. */
wql_status static_add(static_lab *lab, const char *class_name, const wql_param *properties, uint32_t count);
/* An embedded object. */
wql_status static_object(static_lab *lab, const char *class_name, const wql_param *properties, uint32_t count, wql_value *out);
/* Shows what was added, and ends the load. */
wql_status static_show(static_lab *lab);
void static_drop(static_lab *lab);

#define STATIC_ADD(lab, name, ...)                                                                                               \
    static_add(lab, name, (const wql_param[]){__VA_ARGS__}, sizeof((const wql_param[]){__VA_ARGS__}) / sizeof(wql_param))

/* All rows of a query as text: the properties of a row with a comma between them, rows with a semicolon. How it ended. */
wql_status static_ask(static_lab *lab, const char *query, char *text, size_t size);

static inline wql_param text_of(const char *name, const char *text) { return (wql_param){name, wql_text(wql_s(text))}; }
static inline wql_param number_of(const char *name, int64_t number) { return (wql_param){name, wql_i64(number)}; }
static inline wql_param null_of(const char *name) { return (wql_param){name, wql_null()}; }

#endif
