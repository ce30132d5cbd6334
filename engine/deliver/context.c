/* SPDX-License-Identifier: MIT */
/* context.c: the named values of a call. */
#include "context.h"

#include "../base/fold.h"
#include "../base/utf8.h"
#include "../data/value.h"

#include <string.h>

void wql__context_free(wql__context *context) {
    wql__arena arena;
    if (!context) return;
    arena = context->arena; /* it lies in what it frees */
    wql__arena_free(&arena);
}

static wql_status check_name(const wql__context *context, const char *name, wql_error *err) {
    if (!name || !*name || wql__utf8_check(name, strlen(name)) != strlen(name))
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "a context value's name is missing, empty, or no well-formed UTF-8");
    for (uint32_t i = 0; i < context->count; i++)
        if (wql__fold_equal(wql_s(context->values[i].name), wql_s(name)))
            return wql__fail(err, WQL_E_INVALID_PARAMETER, "the context has the name %s twice", name);
    return WQL_OK;
}

static wql_status add_value(wql__context *context, const wql_param *given, wql_error *err) {
    wql_param *value = &context->values[context->count];
    wql_status status = check_name(context, given->name, err);
    if (status < 0) return status;
    value->name = wql__arena_text(&context->arena, given->name, strlen(given->name));
    status = value->name ? wql__value_copy(&context->arena, &given->value, &value->value) : WQL_E_OUT_OF_MEMORY;
    if (status == WQL_E_OUT_OF_MEMORY) return wql__fail_memory(context->arena.mem, err);
    if (status < 0)
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "context value %s is of a kind that cannot travel, or an ill-formed text",
                         given->name);
    context->count++;
    return WQL_OK;
}

wql_status wql__context_make(wql__mem *mem, const wql_param *values, uint32_t count, wql__context **out, wql_error *err) {
    wql__arena arena;
    wql__context *context;
    wql_status status = WQL_OK;
    *out = NULL;
    if (!count) return WQL_OK;
    if (!values) return wql__fail(err, WQL_E_INVALID_PARAMETER, "%u context values, but no array", count);
    wql__arena_init(&arena, mem);
    context = wql__arena_zero(&arena, sizeof *context);
    if (context) context->values = wql__arena_zero(&arena, wql__array_size(count, sizeof *context->values));
    if (!context || !context->values) {
        wql__arena_free(&arena);
        return wql__fail_memory(mem, err);
    }
    context->arena = arena;
    for (uint32_t i = 0; i < count && status >= 0; i++) status = add_value(context, &values[i], err);
    if (status < 0) {
        wql__context_free(context);
        return status;
    }
    *out = context;
    return WQL_OK;
}
