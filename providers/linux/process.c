/* SPDX-License-Identifier: MIT */
/* process.c: Win32_Process and Linux_Process: which processes there are, and a row for each. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* -- a row ----------------------------------------------------------------------------------------------------------------- */

/* A thread other than the first has a directory too, which is not in the listing: it has no signal for its parent. */
static bool is_thread(const wql__process *p) { return p->known && p->stat.exit_signal == -1; }

static int make_row(wql__linux_scan *s, wql__process_listing *l, uint64_t pid) {
    char *digits = wql__linux_take(&s->line, 24);
    wql__process p = {.s = s, .l = l, .digits = digits, .dir = -1, .stat_fd = -1};
    int error, made = WQL__LINUX_MADE;
    if (!digits) return wql__linux_no_memory(s->err);
    wql__linux_set_text(s, WQL__PROCESS_HANDLE, (wql_str){digits, wql__linux_digits(pid, digits)});
    wql__linux_set_u64(s, WQL__PROCESS_PROCESS_ID, pid);
    wql__linux_set_z(s, WQL__PROCESS_WINDOWS_VERSION, l->release);
    if (!s->sources && !l->named) return WQL__LINUX_MADE;
    if (!wql__linux_passes(s, 0)) return WQL__LINUX_SKIP;
    if (s->sources & ~(uint32_t)WQL__STAT) { /* stat alone is not worth a descriptor of the directory */
        error = wql__linux_open_at(s->mount, s->mount->roots[WQL__LINUX_PROC], digits, O_DIRECTORY, &p.dir);
        if (error == ENOENT || error == ESRCH || error == ENOTDIR) return WQL__LINUX_SKIP;
        if (error) {
            wql__linux_lost(s, UINT32_MAX);
            return WQL__LINUX_MADE;
        }
    }
    if ((l->named || wql__linux_reads(s, WQL__STAT)) && (!wql__process_read_stat(&p) || (l->named && is_thread(&p))))
        made = WQL__LINUX_SKIP;
    if (made == WQL__LINUX_MADE && s->sources) made = wql__process_read_sources(&p);
    if (p.stat_fd >= 0) (void)close(p.stat_fd);
    if (p.dir >= 0) (void)close(p.dir);
    return made;
}

/* -- the scan -------------------------------------------------------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* A number as the listing would spell it. */
static bool pid_of(const wql_value *value, uint32_t *out) {
    uint64_t number = value->type == WQL_STRING ? 0 : value->u64;
    if (value->type == WQL_STRING && (!value->str.len || *value->str.ptr == '0' || !wql__linux_decimal(value->str, &number)))
        return false;
    *out = (uint32_t)number;
    return number > 0 && number <= INT32_MAX;
}

/* The processes that a condition names, each once, in ascending order. */
static wql_status take_named(wql__linux_scan *s, wql__process_listing *l) {
    const wql_value *values, *other;
    uint32_t count, other_count, kept = 0;
    bool named = wql__linux_lookup(s, WQL__PROCESS_PROCESS_ID, &values, &count);
    if (wql__linux_lookup(s, WQL__PROCESS_HANDLE, &other, &other_count) && (!named || other_count < count)) {
        values = other;
        count = other_count;
        named = true;
    }
    if (!named) return WQL_OK;
    l->named = wql__linux_take_array(&s->arena, count, sizeof *l->named);
    if (!l->named) return wql__linux_no_memory(s->err);
    for (uint32_t i = 0; i < count; i++) l->named_count += pid_of(&values[i], &l->named[l->named_count]);
    qsort(l->named, l->named_count, sizeof *l->named, compare_numbers);
    for (uint32_t i = 0; i < l->named_count; i++)
        if (!kept || l->named[kept - 1] != l->named[i]) l->named[kept++] = l->named[i];
    l->named_count = kept;
    return WQL_OK;
}

static wql_status open_scan(wql__linux_scan *s) {
    wql__process_listing *l = s->state;
    wql_status status;
    int error;
    l->dir.fd = -1;
    if (wql__linux_needs(s, WQL__PROCESS_WINDOWS_VERSION)) l->release = wql__linux_kernel(s->mount, &s->arena, "osrelease");
    status = take_named(s, l);
    if (status < 0 || l->named) return status;
    error = wql__linux_dir_open(s->mount, &s->arena, s->mount->roots[WQL__LINUX_PROC], ".", &l->dir);
    if (error == ENOMEM) return wql__linux_no_memory(s->err);
    if (!error) return WQL_OK;
    return wql__linux_fail(s->err, error == EACCES ? WQL_E_ACCESS_DENIED : WQL_E_PROVIDER_FAILURE,
                           "cannot list the process file system at %s", s->mount->options.roots[WQL__LINUX_PROC]);
}

static int make_next(wql__linux_scan *s) {
    wql__process_listing *l = s->state;
    const char *name;
    uint64_t pid;
    int error;
    if (l->named) return l->next == l->named_count ? WQL__LINUX_END : make_row(s, l, l->named[l->next++]);
    error = wql__linux_dir_next(&l->dir, &name);
    if (error)
        return wql__linux_fail(s->err, WQL_E_PROVIDER_FAILURE, "the listing of %s broke off",
                               s->mount->options.roots[WQL__LINUX_PROC]);
    if (!name) return WQL__LINUX_END;
    if (*name < '1' || *name > '9' || !wql__linux_decimal(wql_s(name), &pid) || pid > INT32_MAX) return WQL__LINUX_SKIP;
    return make_row(s, l, pid);
}

static void close_scan(wql__linux_scan *s) { wql__linux_dir_close(&((wql__process_listing *)s->state)->dir); }

const wql__linux_class wql__linux_process = {
    .name = "Win32_Process",
    .superclass = "CIM_Process",
    .superset = "Linux_Process",
    .properties = wql__process_properties,
    .property_count = WQL__PROCESS_COUNT,
    .documented = WQL__PROCESS_DOCUMENTED,
    .state_size = sizeof(wql__process_listing),
    .source_names = wql__process_source_names,
    .open = open_scan,
    .row = make_next,
    .close = close_scan,
};
