/* SPDX-License-Identifier: MIT */
/* error_object.c: an error as an object, for those who take nothing else. */
#include "error_object.h"

#include "../data/instance.h"
#include "../data/system_classes.h"

#include <string.h>

/* Behind which name stands what, in the order of system.mof. */
enum { STATUS_CODE, DESCRIPTION, OPERATION, PARAMETER_INFO, PROVIDER_NAME, PROPERTIES };

/* What WMI says where no provider has a part in it. */
static const char no_provider[] = "Windows Management";

/* -- what a program reads ---------------------------------------------------------------------------------------- */

static void begin_part(wql__out *out, const char *name) { wql__out_format(out, "%s%s=", out->len ? ";" : "", name); }

static void put_number(wql__out *out, const char *name, uint32_t number) {
    begin_part(out, name);
    wql__out_format(out, "%u", (unsigned)number);
}

/* A limit is told in one form (wql__fail_limit): its name and value stand in the message. */
static void put_limit(wql__out *out, const char *message) {
    static const char before[] = "the limit ";
    const char *name = strstr(message, before), *value, *end;
    size_t name_length, value_length;
    if (!name) return;
    name += sizeof before - 1;
    name_length = strcspn(name, " ");
    if (!name_length || strncmp(name + name_length, " (", 2) != 0) return;
    value = name + name_length + 2;
    value_length = strspn(value, "0123456789");
    end = value + value_length;
    if (!value_length || strncmp(end, ") was reached", 13) != 0) return;
    begin_part(out, "limit");
    wql__out_text(out, name, name_length);
    begin_part(out, "value");
    wql__out_text(out, value, value_length);
}

/* The hint is last, since it may hold any character. */
void wql__error_parameters(const wql_error *error, wql__out *out) {
    if (error->line) {
        put_number(out, "offset", error->offset);
        put_number(out, "length", error->length);
        put_number(out, "line", error->line);
        put_number(out, "column", error->column);
    }
    if (error->status == WQL_E_QUOTA_VIOLATION) put_limit(out, error->message);
    if (error->hint[0]) {
        begin_part(out, "hint");
        wql__out_z(out, error->hint);
    }
}

/* -- the object -------------------------------------------------------------------------------------------------- */

static wql_status make_object(wql__mem *mem, const wql_class *cls, const wql_value *values, wql_batch **out) {
    wql_value object;
    wql_status status = wql__instance_object(mem, cls, values, &object, NULL);
    if (status >= 0) *out = (wql_batch *)(uintptr_t)object.object; /* it was made just now, and is ours */
    return status;
}

wql_status wql__error_object(wql__mem *mem, const char *server, const wql_error *error, const char *operation, wql_batch **out) {
    wql_value values[PROPERTIES];
    char text[2 * sizeof *error];
    wql__out parameters = {text, sizeof text, 0};
    wql_class *cls;
    wql_status status =
        wql__system_class_make(mem, wql__system_class_number(wql_s("__ExtendedStatus")), "root", server, &cls, NULL);
    if (status < 0) return status;
    wql__error_parameters(error, &parameters);
    (void)wql__out_end(&parameters);
    values[STATUS_CODE] = wql_u64((uint32_t)error->status);
    values[STATUS_CODE].type = WQL_UINT32;
    values[DESCRIPTION] = wql_text(wql_s(error->message[0] ? error->message : wql_status_text(error->status)));
    values[OPERATION] = operation ? wql_text(wql_s(operation)) : wql_null();
    values[PARAMETER_INFO] = text[0] ? wql_text(wql_s(text)) : wql_null();
    values[PROVIDER_NAME] = wql_text(wql_s(error->provider[0] ? error->provider : no_provider));
    status = make_object(mem, cls, values, out);
    wql_class_release(cls);
    return status;
}
