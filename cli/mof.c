/* SPDX-License-Identifier: MIT */
/* mof.c: --mof, and .mount mof: classes and instances from MOF files. */
#include "mof.h"

#include "errors.h"

#include <wql/mof.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* -- names ------------------------------------------------------------------------------------------------------- */

/* Files by their real names, and the folder in which all of them are. */
typedef struct file_set {
    char **paths;       /* owned; absolute */
    const char **names; /* from the folder on */
    uint32_t count;
    char root[PATH_MAX];
} file_set;

static void free_set(file_set *set) {
    for (uint32_t i = 0; set->paths && i < set->count; i++) free(set->paths[i]);
    free(set->paths);
    free(set->names);
}

static int open_set(file_set *set, const char *const *files, uint32_t count) {
    memset(set, 0, sizeof *set);
    set->paths = calloc(count, sizeof *set->paths);
    set->names = calloc(count, sizeof *set->names);
    if (!set->paths || !set->names) {
        cli_say("out of memory");
        return CLI_FAILED;
    }
    for (; set->count < count; set->count++) {
        int why;
        set->paths[set->count] = realpath(files[set->count], NULL);
        why = errno;
        if (set->paths[set->count]) continue;
        if (why == ENOENT)
            cli_say("no MOF file '%s'", files[set->count]);
        else
            cli_say("MOF file '%s': %s", files[set->count], strerror(why));
        return why == EACCES ? CLI_DENIED : CLI_FAILED;
    }
    return CLI_OK;
}

/* The longest folder that all paths begin with. */
static void find_root(file_set *set) {
    size_t length = strlen(set->paths[0]);
    for (uint32_t i = 0; i < set->count; i++) {
        size_t same = 0;
        while (same < length && set->paths[0][same] == set->paths[i][same]) same++;
        length = same;
    }
    while (length > 0 && set->paths[0][length - 1] != '/') length--;
    for (uint32_t i = 0; i < set->count; i++) set->names[i] = set->paths[i] + length;
    if (length > 1) length--; /* the slash, but of the root of all */
    memcpy(set->root, set->paths[0], length);
    set->root[length] = 0;
}

/* -- loading ----------------------------------------------------------------------------------------------------- */

typedef struct listener {
    bool quiet;
    uint32_t said;
} listener;

/* An error with its file in front of line and column. */
static void on_diagnostic(void *user, const wql_mof_diagnostic *d) {
    listener *to = user;
    if (d->is_warning && to->quiet) return;
    if (d->file[0] || d->is_warning) cli_say("%s%s%s:", d->is_warning ? "warning: " : "", d->is_warning ? "in " : "", d->file);
    cli_say_error(d->error, d->text);
    to->said++;
}

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Hundredths, without a locale. */
static void say_loaded(wql_engine *engine, const wql_mof_report *report, int64_t us, uint64_t before) {
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    unsigned long long ms = (unsigned long long)(us / 1000), kept = 0;
    if (wql_engine_get_stats(engine, &stats) >= 0 && stats.memory > before) kept = (stats.memory - before) / 1024;
    cli_say("%u classes, %u instances and %u qualifiers from %u files of %llu KiB in %llu.%03llu s; they take %llu KiB",
            report->classes, report->instances, report->qualifiers, report->files, (unsigned long long)report->bytes / 1024,
            ms / 1000, ms % 1000, kept);
}

static int refuse(const wql_mof_report *report, const wql_error *err, const listener *told, wql_status status) {
    if (report->errors > 1) cli_say("%u errors; nothing was loaded", report->errors);
    if (told->said == 0 || report->errors == 0) cli_say_error(err, wql_s(""));
    if (status == WQL_E_ALREADY_EXISTS) cli_say("classes of the same names have room in a namespace of their own: --namespace");
    if (status == WQL_E_INVALID_NAMESPACE && report->errors == 0) return CLI_USAGE;
    return status == WQL_E_ACCESS_DENIED ? CLI_DENIED : CLI_FAILED;
}

int cli_mof_load(wql_engine *engine, const char *const *files, uint32_t count, const char *name_space, bool quiet, bool tell) {
    wql_mof_options options = WQL_INIT(wql_mof_options);
    wql_mof_report report = WQL_INIT(wql_mof_report);
    wql_engine_stats before = WQL_INIT(wql_engine_stats);
    wql_error err = WQL_INIT(wql_error);
    listener to = {quiet, 0};
    int64_t start = now_us();
    file_set set;
    wql_status status;
    int code = open_set(&set, files, count);
    if (code == CLI_OK) {
        find_root(&set);
        options.files = set.names;
        options.file_count = count;
        options.root = set.root;
        options.diagnose = on_diagnostic;
        options.diagnose_user = &to;
        (void)wql_engine_get_stats(engine, &before);
        status = wql_engine_mof_load(engine, name_space, &options, &report, &err);
        if (status < 0)
            code = refuse(&report, &err, &to, status);
        else if (tell)
            say_loaded(engine, &report, now_us() - start, before.memory);
    }
    free_set(&set);
    return code;
}

int cli_mof_mount(wql_engine *engine, const char *spelled, const char *name_space) {
    return cli_mof_load(engine, &spelled, 1, name_space, false, true);
}
