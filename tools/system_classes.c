/* SPDX-License-Identifier: MIT */
/* system_classes.c: reads the MOF of the system classes when the library is built, with the library's own compiler, and writes
 * them as tables of C: `system_classes FILE >TABLES`. What such a table has no need for so far (methods, values other than
 * numbers, booleans and texts, a property declared again) is an error. */
#include "../engine/query/mof.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *file_name;

static void fail(const char *what, const char *name) {
    fprintf(stderr, "%s: %s %s\n", file_name, what, name);
    exit(1);
}

static char *read_file(const char *path, size_t *size) {
    static char text[1 << 20];
    FILE *file = fopen(path, "rb");
    if (!file) fail("cannot be", "opened");
    *size = fread(text, 1, sizeof text - 1, file);
    if (ferror(file) || *size == sizeof text - 1) fail("cannot be", "read");
    fclose(file);
    return text;
}

/* -- writing ----------------------------------------------------------------------------------------------------- */

static void put_text(const char *text) {
    if (!text) {
        printf("NULL");
        return;
    }
    for (const char *at = text; *at; at++)
        if (*at < ' ' || *at == '"' || *at == '\\' || *at == '?') fail("cannot write a text of", text);
    printf("\"%s\"", text);
}

static void put_value(const wql_value *value, const char *name) {
    printf("{.type = %" PRIu32 ", ", value->type);
    if (value->type == WQL_BOOLEAN)
        printf(".b = %s}", value->b ? "true" : "false");
    else if (value->type == WQL_STRING) {
        printf(".str = {");
        put_text(value->str.ptr);
        printf(", %zu}}", value->str.len);
    } else if (value->type == WQL_SINT32)
        printf(".i64 = %" PRId64 "}", value->i64);
    else
        fail("cannot write a value of", name);
}

static void put_qualifiers(const char *label, const wql_qualifier *list, uint32_t count) {
    uint32_t own = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (list[i].flavor & WQL_FLAVOR_PROPAGATED) continue;
        if (own++ == 0) printf("static const wql_qualifier %s[] = {\n", label);
        printf("    {.name = ");
        put_text(list[i].name);
        printf(", .value = ");
        put_value(&list[i].value, list[i].name);
        printf(", .flavor = %" PRIu32 "},\n", list[i].flavor);
    }
    if (own) printf("};\n");
}

static uint32_t count_own(const wql_qualifier *list, uint32_t count) {
    uint32_t own = 0;
    for (uint32_t i = 0; i < count; i++) own += !(list[i].flavor & WQL_FLAVOR_PROPAGATED);
    return own;
}

static void refer(const char *member, const char *label, uint32_t count) {
    if (count) printf(", .%ss = %s, .%s_count = %" PRIu32, member, label, member, count);
}

static void put_properties(const char *name, const wql_property_def *list, uint32_t count) {
    char label[256];
    for (uint32_t i = 0; i < count; i++) {
        (void)snprintf(label, sizeof label, "remarks_%s_%s", name, list[i].name);
        put_qualifiers(label, list[i].qualifiers, list[i].qualifier_count);
        if (!list[i].initial) continue;
        printf("static const wql_value initial_%s_%s = ", name, list[i].name);
        put_value(list[i].initial, list[i].name);
        printf(";\n");
    }
    if (count) printf("static const wql_property_def properties_%s[] = {\n", name);
    for (uint32_t i = 0; i < count; i++) {
        printf("    {.name = \"%s\", .type = %" PRIu32 ", .flags = %" PRIu32 ", .class_name = ", list[i].name, list[i].type,
               list[i].flags);
        put_text(list[i].class_name);
        if (list[i].initial) printf(", .initial = &initial_%s_%s", name, list[i].name);
        (void)snprintf(label, sizeof label, "remarks_%s_%s", name, list[i].name);
        refer("qualifier", label, count_own(list[i].qualifiers, list[i].qualifier_count));
        printf("},\n");
    }
    if (count) printf("};\n");
}

static void put_parts(const wql_class *cls) {
    char label[256];
    const wql_class *super = cls->superclass;
    if (cls->def.method_count) fail("a method of", cls->def.name);
    if (super && memcmp(cls->def.properties, super->def.properties, super->def.property_count * sizeof *cls->def.properties) != 0)
        fail("a property declared again in", cls->def.name);
    (void)snprintf(label, sizeof label, "remarks_%s", cls->def.name);
    put_qualifiers(label, cls->def.qualifiers, cls->def.qualifier_count);
    put_properties(cls->def.name, cls->def.properties + cls->own_first, cls->def.property_count - cls->own_first);
}

static void put_class(const wql_class *cls) {
    char label[256];
    printf("    {.struct_size = sizeof(wql_class_def), .name = \"%s\", .superclass = ", cls->def.name);
    put_text(cls->def.superclass);
    printf(", .flags = %" PRIu32, cls->def.flags);
    (void)snprintf(label, sizeof label, "properties_%s", cls->def.name);
    if (cls->def.property_count > cls->own_first)
        printf(", .properties = %s, .property_count = %" PRIu32, label, cls->def.property_count - cls->own_first);
    (void)snprintf(label, sizeof label, "remarks_%s", cls->def.name);
    refer("qualifier", label, count_own(cls->def.qualifiers, cls->def.qualifier_count));
    printf("},\n");
}

static void put_all(const wql__mof_space *space) {
    printf("/* Generated from the system classes' MOF. Superclasses come first. */\n");
    for (uint32_t i = 0; i < space->good.count; i++) put_parts(space->good.classes[i]);
    printf("static const wql_class_def definitions[] = {\n");
    for (uint32_t i = 0; i < space->good.count; i++) put_class(space->good.classes[i]);
    printf("};\nenum { DEFINITIONS = %" PRIu32 " };\n", space->good.count);
}

/* -- reading ----------------------------------------------------------------------------------------------------- */

static void must_be_good(const wql__mof_set *set) {
    for (const wql__mof_remark *at = set->remarks; at; at = at->next)
        fprintf(stderr, "%s:%" PRIu32 ":%" PRIu32 ": %s\n", file_name, at->error.line, at->error.column, at->error.message);
    if (set->remarks || set->failed < 0) exit(1);
}

int main(int argc, char **argv) {
    static const wql__mof_limits limits = {64, 16, 1 << 20, 1 << 20, 100};
    static const uint32_t only = 0;
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__shelf *shelf = mem ? wql__shelf_make(mem) : NULL;
    wql__mof_space space = {.name = "root"};
    wql__mof_compiler compiler = {.shelf = shelf, .server = ".", .spaces = &space, .space_count = 1, .space_of = &only};
    wql__mof_set set;
    wql__arena arena;
    size_t size;
    char *text;
    if (argc != 2 || !shelf) return 2;
    file_name = argv[1];
    text = read_file(argv[1], &size);
    wql__arena_init(&arena, mem);
    wql__mof_set_init(&set, &arena, &shelf->arena, &limits, NULL);
    compiler.set = &set;
    wql__mof_add_text(&set, (wql_str){text, size});
    wql__mof_parse_all(&set);
    must_be_good(&set);
    wql__mof_make_classes(&compiler);
    must_be_good(&set);
    put_all(&space);
    wql__mof_drop_classes(&compiler);
    wql__mof_set_free(&set);
    wql__arena_free(&arena);
    wql__shelf_release(shelf);
    wql__mem_release(mem);
    return fflush(stdout) == 0 ? 0 : 1;
}
