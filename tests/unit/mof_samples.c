/* SPDX-License-Identifier: MIT */
/* mof_samples.c: classes with one of everything. */
#include "mof_samples.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define TEXT(z)                                                                                                                  \
    {                                                                                                                            \
        .type = WQL_STRING, .str = { z, sizeof(z) - 1 }                                                                          \
    }
static const wql_value yes = {.type = WQL_BOOLEAN, .b = true}, no = {.type = WQL_BOOLEAN}, nothing;
static const wql_value size = {.type = WQL_UINT32, .u64 = 4294967295u}, tenth = {.type = WQL_REAL64, .f64 = 0.1};
static const wql_value one_third = {.type = WQL_REAL32, .f64 = 1.0f / 3.0f}, letter = {.type = WQL_CHAR16, .u64 = '\''};
static const wql_value day = {.type = WQL_DATETIME, .time = {.us = INT64_C(1700000000123456), .offset_min = -90}};
static const wql_value hour = {.type = WQL_DATETIME, .time = {.us = INT64_C(3600000000), .interval = 1}};
static const wql_value path = {.type = WQL_REFERENCE, .str = {"Base.Name=\"x\"", 13}};
static const wql_value word_items[] = {TEXT("one"), {.type = WQL_NULL}, TEXT("t\"w\\o")};
static const wql_value words = {.type = WQL_STRING | WQL_ARRAY, .count = 3, .items = word_items};
static const wql_value none_of_them = {.type = WQL_STRING | WQL_ARRAY, .count = 0, .items = word_items};
static const wql_value least = {.type = WQL_SINT64, .i64 = INT64_MIN};
static const wql_value about =
    TEXT("What it is, in more words than one line should have, so that it is written in pieces that stand "
         "below each other.\nAnd a second line, behind a line end.");

static const wql_qualifier key_remarks[] = {
    {.name = "Description", .value = about, .flavor = WQL_FLAVOR_TO_SUBCLASS},
    {.name = "MaxLen", .value = {.type = WQL_SINT32, .i64 = 64}, .flavor = WQL_FLAVOR_TO_SUBCLASS},
    {.name = "Own", .value = yes, .flavor = WQL_FLAVOR_TO_INSTANCE | WQL_FLAVOR_AMENDED}};
static const wql_qualifier class_remarks[] = {
    {.name = "Version", .value = TEXT("2.0")},
    {.name = "Values",
     .value = {.type = WQL_STRING | WQL_ARRAY, .count = 2, .items = (const wql_value[]){TEXT("a"), TEXT("b")}},
     .flavor = WQL_FLAVOR_NOT_OVERRIDABLE},
    {.name = "Nothing", .value = {.type = WQL_NULL}},
    {.name = "Never", .value = no},
    {.name = "Limit", .value = tenth}};
static const wql_property_def base_properties[] = {
    {.name = "Name", .type = WQL_STRING, .flags = WQL_KEY, .qualifiers = key_remarks, .qualifier_count = 3}};
static const wql_property_def params[] = {
    {.name = "ReturnValue", .type = WQL_UINT32, .flags = WQL_OUT},
    {.name = "Force", .type = WQL_BOOLEAN, .flags = WQL_IN, .initial = &no},
    {.name = "Found", .type = WQL_REFERENCE | WQL_ARRAY, .flags = WQL_IN | WQL_OUT, .class_name = "Base"}};
static const wql_method_def methods[] = {
    {.name = "Stop", .params = params, .param_count = 3, .qualifiers = key_remarks + 2, .qualifier_count = 1}, {.name = "Go"}};
static const wql_property_def thing_properties[] = {
    {.name = "Size", .type = WQL_UINT32, .initial = &size},
    {.name = "Tags", .type = WQL_STRING | WQL_ARRAY, .initial = &words},
    {.name = "Empty", .type = WQL_STRING | WQL_ARRAY, .initial = &none_of_them},
    {.name = "Inner", .type = WQL_OBJECT, .class_name = "Base"},
    {.name = "Any", .type = WQL_OBJECT | WQL_ARRAY},
    {.name = "Owner", .type = WQL_REFERENCE, .class_name = "Base", .initial = &path},
    {.name = "Anyone", .type = WQL_REFERENCE},
    {.name = "When", .type = WQL_DATETIME, .initial = &day},
    {.name = "Span", .type = WQL_DATETIME, .flags = WQL_INTERVAL, .initial = &hour},
    {.name = "Tenth", .type = WQL_REAL64, .initial = &tenth},
    {.name = "Third", .type = WQL_REAL32, .initial = &one_third},
    {.name = "Letter", .type = WQL_CHAR16, .initial = &letter},
    {.name = "Least", .type = WQL_SINT64, .initial = &least},
    {.name = "Old", .type = WQL_BOOLEAN, .initial = &yes},
    {.name = "None", .type = WQL_SINT8, .initial = &nothing}};
static const wql_property_def same_again[] = {
    {.name = "Name", .type = WQL_STRING, .qualifiers = key_remarks + 1, .qualifier_count = 1},
    {.name = "Size", .type = WQL_UINT32, .initial = &size}};

#define DEF(n, s, p, f)                                                                                                          \
    .struct_size = sizeof(wql_class_def), .name = n, .superclass = s, .properties = p, .property_count = COUNT(p), .flags = f
const wql_class_def mof_samples[MOF_SAMPLES] = {
    {DEF("Base", NULL, base_properties, WQL_ABSTRACT), .qualifiers = class_remarks, .qualifier_count = 5},
    {DEF("Thing", "Base", thing_properties, 0), .methods = methods, .method_count = 2},
    {DEF("Again", "Thing", same_again, 0)},
    {.struct_size = sizeof(wql_class_def), .name = "Plain", .flags = WQL_SINGLETON | WQL_ASSOCIATION}};
