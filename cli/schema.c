/* SPDX-License-Identifier: MIT */
/* schema.c: the classes of a namespace, and what a class looks like. */
#include "schema.h"

#include "feed.h"
#include "shown.h"
#include "text.h"

#include <stdlib.h>

wql_status cli_schema_each(cli_host *host, cli_interrupt *in, uint32_t timeout_ms, void (*take)(void *user, const wql_class *cls),
                           void *user, wql_error *err) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_batch *batch;
    cli_feed feed;
    wql_status status;
    how.timeout_ms = timeout_ms;
    status = cli_feed_open(&feed, host->session, wql_s("SELECT * FROM meta_class"), &how, err);
    if (status < 0) return status;
    if (in) cli_interrupt_watch(in, feed.call);
    while ((status = cli_feed_next(&feed, WQL_FOREVER, &batch, err)) == WQL_OK) {
        uint32_t rows = wql_batch_rows(batch);
        for (uint32_t r = 0; r < rows; r++) {
            const wql_class *cls = wql_batch_definition(batch, r);
            if (cls) take(user, cls);
        }
        wql_batch_release(batch);
    }
    if (in) cli_interrupt_unwatch(in);
    cli_feed_close(&feed);
    return status;
}

static const char *type_name(uint32_t type) {
    switch (type & ~(unsigned)WQL_ARRAY) {
    case WQL_SINT8: return "sint8";
    case WQL_SINT16: return "sint16";
    case WQL_SINT32: return "sint32";
    case WQL_SINT64: return "sint64";
    case WQL_UINT8: return "uint8";
    case WQL_UINT16: return "uint16";
    case WQL_UINT32: return "uint32";
    case WQL_UINT64: return "uint64";
    case WQL_REAL32: return "real32";
    case WQL_REAL64: return "real64";
    case WQL_STRING: return "string";
    case WQL_BOOLEAN: return "boolean";
    case WQL_DATETIME: return "datetime";
    case WQL_CHAR16: return "char16";
    default: return "object";
    }
}

static void put_type(cli_out *out, const wql_property_def *p) {
    uint32_t type = p->type & ~(unsigned)WQL_ARRAY;
    const char *of = p->class_name ? p->class_name : "object";
    if (type == WQL_REFERENCE || type == WQL_OBJECT)
        cli_put_shown(out, wql_s(of));
    else
        cli_out_z(out, type_name(type));
    if (type == WQL_REFERENCE) cli_out_z(out, " ref");
}

static void put_value(cli_out *out, const wql_value *value) {
    size_t len = wql_value_format(value, NULL, 0);
    char *text = malloc(len + 1);
    if (text == NULL) {
        cli_out_fault(out, "out of memory");
        return;
    }
    wql_value_format(value, text, len + 1);
    if (value->type == WQL_STRING)
        cli_json_string(out, (wql_str){text, len});
    else
        cli_put_shown(out, (wql_str){text, len});
    free(text);
}

typedef struct remarks {
    cli_out *out;
    bool open;
} remarks;

static void remark(remarks *r, const char *word) {
    cli_out_z(r->out, r->open ? ", " : "[");
    cli_put_shown(r->out, wql_s(word));
    r->open = true;
}

static void qualify(remarks *r, const wql_qualifier *qualifiers, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const wql_value *value = &qualifiers[i].value;
        remark(r, qualifiers[i].name);
        if (value->type == WQL_NULL || (value->type == WQL_BOOLEAN && value->b)) continue;
        cli_out_char(r->out, '(');
        put_value(r->out, value);
        cli_out_char(r->out, ')');
    }
}

static bool names(const wql_qualifier *qualifiers, uint32_t count, const char *word) {
    for (uint32_t i = 0; i < count; i++) {
        const char *a = qualifiers[i].name, *b = word;
        while (*a && ((*a ^ *b) & ~0x20) == 0) a++, b++;
        if (*a == *b) return true;
    }
    return false;
}

/* Flags and qualifiers in brackets; a flag that a qualifier says too is said once. */
static void put_remarks(cli_out *out, const wql_property_def *p, const char *after) {
    remarks r = {out, false};
    static const struct {
        uint32_t flag;
        const char *word;
    } flags[] = {{WQL_KEY, "key"}, {WQL_INTERVAL, "interval"}, {WQL_IN, "in"}, {WQL_OUT, "out"}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if ((p->flags & flags[i].flag) && !names(p->qualifiers, p->qualifier_count, flags[i].word)) remark(&r, flags[i].word);
    }
    qualify(&r, p->qualifiers, p->qualifier_count);
    if (r.open) cli_out_z(out, after);
}

static void put_declared(cli_out *out, const wql_property_def *p) {
    put_type(out, p);
    cli_out_char(out, ' ');
    cli_put_shown(out, wql_s(p->name));
    if (p->type & WQL_ARRAY) cli_out_z(out, "[]");
    if (p->initial) {
        cli_out_z(out, " = ");
        put_value(out, p->initial);
    }
}

static void put_method(cli_out *out, const wql_method_def *m) {
    remarks r = {out, false};
    cli_out_z(out, "    ");
    qualify(&r, m->qualifiers, m->qualifier_count);
    if (r.open) cli_out_z(out, "] ");
    cli_put_shown(out, wql_s(m->name));
    cli_out_char(out, '(');
    for (uint32_t i = 0; i < m->param_count; i++) {
        if (i > 0) cli_out_z(out, ", ");
        put_remarks(out, m->params + i, "] ");
        put_declared(out, m->params + i);
    }
    cli_out_z(out, ");\n");
}

static void put_class_remarks(cli_out *out, const wql_class_def *def) {
    remarks r = {out, false};
    static const struct {
        uint32_t flag;
        const char *word;
    } flags[] = {{WQL_ABSTRACT, "abstract"}, {WQL_ASSOCIATION, "association"}, {WQL_SINGLETON, "singleton"}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if ((def->flags & flags[i].flag) && !names(def->qualifiers, def->qualifier_count, flags[i].word)) {
            remark(&r, flags[i].word);
        }
    }
    qualify(&r, def->qualifiers, def->qualifier_count);
    if (r.open) cli_out_z(out, "]\n");
}

void cli_schema_print(cli_out *out, const wql_class *cls) {
    const wql_class_def *def = wql_class_describe(cls);
    put_class_remarks(out, def);
    cli_out_z(out, "class ");
    cli_put_shown(out, wql_s(def->name));
    if (def->superclass) {
        cli_out_z(out, " : ");
        cli_put_shown(out, wql_s(def->superclass));
    }
    cli_out_z(out, "\n{\n");
    for (uint32_t i = 0; i < def->property_count; i++) {
        const wql_property_def *p = def->properties + i;
        cli_out_z(out, "    ");
        put_remarks(out, p, "] ");
        put_declared(out, p);
        cli_out_char(out, ';');
        if (p->origin && strcmp(p->origin, def->name) != 0) {
            cli_out_z(out, " // of ");
            cli_put_shown(out, wql_s(p->origin));
        }
        cli_out_char(out, '\n');
    }
    for (uint32_t i = 0; i < def->method_count; i++) put_method(out, def->methods + i);
    cli_out_z(out, "};\n");
}
