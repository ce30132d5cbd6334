/* SPDX-License-Identifier: MIT */
/* fuzz_mof.c: any bytes as MOF. What is loaded must be all there; what is refused must leave nothing behind, and each remark must
 * have a place inside the text and a message.
 *
 * With clang -fsanitize=fuzzer -DWQL_FUZZER it is a fuzzer; without, a program that replays the files given as arguments. */
#include "replay.h"
#include <wql/wql.h>

#include <string.h>

static wql_status no_file(void *user, const char *from, const char *name, wql_mof_file *out, wql_error *err) {
    (void)err;
    MUST(from != NULL && name[0] != '\0');
    if (strcmp(name, "again") != 0) return WQL_E_NOT_FOUND;
    out->name = name;
    out->text = *(const wql_str *)user; /* what includes itself */
    return WQL_OK;
}

static void check_remark(void *user, const wql_mof_diagnostic *d) {
    MUST((uint64_t)d->error->offset + d->error->length <= d->text.len || d->text.len == 0);
    MUST(d->error->message[0] != '\0' && d->error->status < 0);
    MUST(d->error->line > 0 && d->error->column > 0);
    ++*(uint32_t *)user;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    wql_engine_options how = WQL_INIT(wql_engine_options);
    wql_mof_options options = WQL_INIT(wql_mof_options);
    wql_mof_report report = WQL_INIT(wql_mof_report);
    wql_engine_stats before = WQL_INIT(wql_engine_stats), after = WQL_INIT(wql_engine_stats);
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine;
    wql_session *session;
    wql_status status;
    uint32_t told = 0;
    char *text = malloc(size > 0 ? size : 1); /* exactly as long as the text: reading beyond it is found */
    wql_str whole = {text, size};
    wql_mof_reader reader = {.struct_size = sizeof reader, .user = &whole, .open = no_file};
    MUST(text != NULL && wql_engine_open(&how, &engine, &err) == WQL_OK);
    if (size > 0) memcpy(text, data, size);
    options.text = whole;
    options.reader = &reader;
    options.diagnose = check_remark;
    options.diagnose_user = &told;
    (void)wql_engine_get_stats(engine, &before);
    status = wql_engine_mof_load(engine, "root/f", &options, &report, &err);
    (void)wql_engine_get_stats(engine, &after);
    MUST((status < 0) == (report.errors > 0));
    MUST(told == report.errors + report.warnings || told == 100);
    if (status < 0) {
        MUST(err.status == status && before.memory == after.memory);
        MUST(wql_session_open(engine, "root/f", NULL, &session, &err) == WQL_E_INVALID_NAMESPACE);
    } else {
        MUST(wql_session_open(engine, "root/f", NULL, &session, &err) == WQL_OK);
        wql_session_close(session);
    }
    MUST(wql_engine_close(engine) == WQL_OK);
    free(text);
    return 0;
}
