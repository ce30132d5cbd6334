/* SPDX-License-Identifier: MIT */
/* all_types.c: what no SQLite database can bring to the tool: every CIM type, arrays, embedded objects, intervals, odd
 * numbers, rows of derived classes, and a provider that does not come back. Usage: all_types FORMAT QUERY. Linked with the
 * tool's own printing. */
#include "../../../cli/errors.h"
#include "../../../cli/interrupt.h"
#include "../../../cli/print.h"
#include "../../../cli/query.h"

#include <wql/wql.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const wql_property_def part_properties[] = {{.name = "Label", .type = WQL_STRING}, {.name = "Weight", .type = WQL_UINT8}};

static const wql_property_def thing_properties[] = {
    {.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
    {.name = "Tiny", .type = WQL_SINT8},
    {.name = "Small", .type = WQL_SINT16},
    {.name = "Medium", .type = WQL_SINT32},
    {.name = "Large", .type = WQL_SINT64},
    {.name = "Huge", .type = WQL_UINT64},
    {.name = "Letter", .type = WQL_CHAR16},
    {.name = "Float", .type = WQL_REAL32},
    {.name = "Double", .type = WQL_REAL64},
    {.name = "Yes", .type = WQL_BOOLEAN},
    {.name = "When", .type = WQL_DATETIME},
    {.name = "Took", .type = WQL_DATETIME, .flags = WQL_INTERVAL},
    {.name = "Other", .type = WQL_REFERENCE, .class_name = "Thing"},
    {.name = "Numbers", .type = WQL_SINT16 | WQL_ARRAY},
    {.name = "Words", .type = WQL_STRING | WQL_ARRAY},
    {.name = "Reals", .type = WQL_REAL64 | WQL_ARRAY},
    {.name = "Times", .type = WQL_DATETIME | WQL_ARRAY},
    {.name = "Spans", .type = WQL_DATETIME | WQL_ARRAY, .flags = WQL_INTERVAL},
    {.name = "Bits", .type = WQL_BOOLEAN | WQL_ARRAY},
    {.name = "Core", .type = WQL_OBJECT, .class_name = "Part"},
};
static const wql_property_def wide_properties[] = {{.name = "Extra", .type = WQL_STRING}, {.name = "More", .type = WQL_UINT16}};

enum { THING_COUNT = sizeof thing_properties / sizeof *thing_properties };

static wql_status load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    wql_class_def defs[5] = {WQL_INIT(wql_class_def), WQL_INIT(wql_class_def), WQL_INIT(wql_class_def), WQL_INIT(wql_class_def),
                             WQL_INIT(wql_class_def)};
    (void)config;
    (void)user;
    (void)self;
    defs[0].name = "Thing";
    defs[0].properties = thing_properties;
    defs[0].property_count = THING_COUNT;
    defs[1].name = "WideThing";
    defs[1].superclass = "Thing";
    defs[1].properties = wide_properties;
    defs[1].property_count = 2;
    defs[2].name = "SameThing";
    defs[2].superclass = "Thing";
    defs[3].name = "Part";
    defs[3].properties = part_properties;
    defs[3].property_count = 2;
    defs[4].name = "Deaf";
    defs[4].properties = part_properties;
    defs[4].property_count = 2;
    return wql_mount_define(mount, defs, 5, err);
}

static wql_status open_scan(wql_scan *scan, wql_error *err) {
    (void)err;
    scan->state = NULL;
    return WQL_OK;
}

static wql_value when(int64_t us, int16_t offset, bool interval) {
    wql_datetime t = {us, offset, 0, interval, 0};
    return wql_time(t);
}

static wql_value asterisks(void) {
    wql_datetime t;
    if (wql_datetime_parse(wql_s("2024****120000.000000+000"), &t) < 0) abort();
    return wql_time(t);
}

static wql_value part(wql_scan *scan, const char *label) {
    wql_param properties[2] = {{"Label", wql_text(wql_s(label))}, {"Weight", wql_u64(7)}};
    return wql_scan_object(scan, "Part", properties, 2);
}

/* The largest and smallest of everything. */
static void extremes(wql_scan *scan, bool low) {
    wql_row_set(scan, 1, wql_i64(low ? INT8_MIN : INT8_MAX));
    wql_row_set(scan, 2, wql_i64(low ? INT16_MIN : INT16_MAX));
    wql_row_set(scan, 3, wql_i64(low ? INT32_MIN : INT32_MAX));
    wql_row_set(scan, 4, wql_i64(low ? INT64_MIN : INT64_MAX));
    wql_row_set(scan, 5, wql_u64(low ? 0 : UINT64_MAX));
    wql_row_set(scan, 6, wql_u64(low ? 0 : 0xffff));
    wql_row_set(scan, 7, wql_f64(low ? -0.1f : 16777216.0f));
    wql_row_set(scan, 8, wql_f64(low ? 5e-324 : 1.7976931348623157e308));
    wql_row_set(scan, 9, wql_bool(!low));
    wql_row_set(scan, 10, low ? when(-62135596800000000, 0, false) : when(1709209800250000, -330, false));
    wql_row_set(scan, 11, low ? when(0, 0, true) : when(93784000001, 0, true));
    wql_row_set(scan, 12, wql_text(wql_s("Thing.Id=1")));
}

static void odd_ones(wql_scan *scan) {
    wql_row_set(scan, 7, wql_f64((double)INFINITY));
    wql_row_set(scan, 8, wql_f64((double)NAN));
    wql_row_set(scan, 10, asterisks());
}

static void nested(wql_scan *scan) {
    wql_value numbers[3] = {wql_i64(-1), wql_null(), wql_i64(300)};
    wql_value words[4] = {wql_text(wql_s("plain")), wql_text(wql_s("a \"b\", \\c\n\x1b")), wql_null(), wql_text(wql_s(""))};
    wql_value reals[2] = {wql_f64(0.5), wql_f64((double)-INFINITY)};
    wql_value times[2] = {when(0, 0, false), when(1000000, 90, false)};
    wql_value spans[1] = {when(5000000, 0, true)};
    wql_value bits[2] = {wql_bool(true), wql_bool(false)};
    wql_row_set(scan, 13, wql_array(WQL_SINT16, numbers, 3));
    wql_row_set(scan, 14, wql_array(WQL_STRING, words, 4));
    wql_row_set(scan, 15, wql_array(WQL_REAL64, reals, 2));
    wql_row_set(scan, 16, wql_array(WQL_DATETIME, times, 2));
    wql_row_set(scan, 17, wql_array(WQL_DATETIME, spans, 1));
    wql_row_set(scan, 18, wql_array(WQL_BOOLEAN, bits, 2));
    wql_row_set(scan, 19, part(scan, "heart, \"soul\""));
}

static wql_status next(wql_scan *scan, wql_error *err) {
    uint32_t index = scan->request->class_index;
    (void)err;
    if (index == 3) return WQL_END;
    while (index == 4) pause(); /* a provider that never looks up again */
    for (uint32_t id = 1; id <= (index == 0 ? 5u : 1u); id++) {
        wql_row_set(scan, 0, wql_u64(index * 100 + id));
        if (id == 1 || id == 2) extremes(scan, id == 2);
        if (id == 3) odd_ones(scan);
        if (id == 4) nested(scan);
        if (index == 1) {
            wql_row_set(scan, THING_COUNT, wql_text(wql_s("extra")));
            wql_row_set(scan, THING_COUNT + 1, wql_u64(65535));
        }
        wql_row_end(scan);
    }
    return WQL_END;
}

int main(int argc, char **argv) {
    wql_provider provider = {.struct_size = sizeof provider, .name = "test", .load = load, .open = open_scan, .next = next};
    wql_error err = WQL_INIT(wql_error);
    cli_host host = {NULL, NULL, false, false};
    cli_options o = {.mode = CLI_RUN};
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    cli_interrupt in;
    cli_out out;
    int code;
    if (argc != 3) return CLI_USAGE;
    o.format = cli_format_named(argv[1]);
    o.query = argv[2];
    if (cli_interrupt_open(&in, 0) != 0) return CLI_FAILED;
    opt.workers = 2;
    opt.cancel_wait_ms = 500;
    if (wql_engine_open(&opt, &host.engine, &err) < 0 || wql_engine_mount(host.engine, "root/t", &provider, NULL, NULL, &err) < 0 ||
        wql_session_open(host.engine, "root/t", NULL, &host.session, &err) < 0) {
        cli_say_error(&err, wql_s(""));
        return CLI_FAILED;
    }
    cli_out_open(&out, 1, -1);
    code = cli_run_query(&host, &o, &in, &out);
    cli_out_flush(&out);
    cli_host_close(&host);
    if (host.stuck) _exit(code);
    cli_interrupt_close(&in);
    cli_out_free(&out);
    return code;
}
