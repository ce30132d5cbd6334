/* SPDX-License-Identifier: MIT */
/* load.c: how busy the processors were since the last look at /proc/stat. The mount remembers that look; a first one, or one in
 * the same instant as the last, looks for a moment. */
#include "load.h"

#include <errno.h>
#include <poll.h>

enum { WAIT_MS = 10, CPUS_MOST = 65536 };

/* -- one look -------------------------------------------------------------------------------------------------------------- */

/* "cpu3 user nice system idle iowait irq softirq steal ...": what a guest used is in user already. */
static bool parse_line(wql_str line, uint64_t *number, wql__linux_ticks *ticks) {
    wql_str word;
    memset(ticks, 0, sizeof *ticks);
    if (!wql__linux_word(&line, &word) || !wql__linux_starts(word, "cpu")) return false;
    word = (wql_str){word.ptr + 3, word.len - 3};
    if (!wql__linux_decimal(word, number) || *number >= CPUS_MOST) return false;
    for (int i = 0; i < 8 && wql__linux_word(&line, &word); i++) {
        uint64_t count;
        if (!wql__linux_decimal(word, &count)) return false;
        ticks->total += count;
        if (i != 3 && i != 4) ticks->busy += count;
    }
    return true;
}

static int look(wql__linux_mount *m, wql__linux_arena *arena, wql__load *out) {
    wql_str file, line, rest;
    uint64_t number;
    wql__linux_ticks ticks;
    int error = wql__linux_read(m, arena, m->roots[WQL__LINUX_PROC], "stat", WQL__LINUX_LARGE, &file);
    out->count = 0;
    if (error) return error;
    for (rest = file; wql__linux_cut(&rest, '\n', &line);)
        if (parse_line(line, &number, &ticks) && number >= out->count) out->count = (uint32_t)number + 1;
    out->ticks = wql__linux_take_array(arena, out->count + 1, sizeof *out->ticks);
    if (!out->ticks) return ENOMEM;
    for (rest = file; wql__linux_cut(&rest, '\n', &line);)
        if (parse_line(line, &number, &ticks)) out->ticks[number] = ticks;
    return 0;
}

/* -- what the mount remembers ---------------------------------------------------------------------------------------------- */

static bool recall(wql__linux_mount *m, wql__linux_arena *arena, wql__load *out) {
    bool done = true;
    out->count = 0;
    (void)pthread_mutex_lock(&m->lock);
    if (m->load) {
        out->ticks = wql__linux_take_array(arena, m->load_count + 1, sizeof *out->ticks);
        done = out->ticks != NULL;
        if (done) memcpy(out->ticks, m->load, m->load_count * sizeof *m->load);
        if (done) out->count = m->load_count;
    }
    (void)pthread_mutex_unlock(&m->lock);
    return done;
}

static void remember(wql__linux_mount *m, const wql__load *now) {
    (void)pthread_mutex_lock(&m->lock);
    if (now->count > m->load_room) {
        wql__linux_ticks *more = wql_mount_allocate(m->mount, m->load, m->load_room * sizeof *more, now->count * sizeof *more);
        if (more) {
            m->load = more;
            m->load_room = now->count;
        }
    }
    m->load_count = now->count <= m->load_room ? now->count : 0;
    if (m->load_count) memcpy(m->load, now->ticks, m->load_count * sizeof *m->load);
    (void)pthread_mutex_unlock(&m->lock);
}

/* -- the difference -------------------------------------------------------------------------------------------------------- */

/* Whether some time has passed for every cpu that both know. */
static bool has_passed(const wql__load *before, const wql__load *now) {
    uint32_t both = before->count < now->count ? before->count : now->count;
    for (uint32_t i = 0; i < both; i++)
        if (now->ticks[i].total <= before->ticks[i].total && now->ticks[i].total) return false;
    return both > 0;
}

static wql_status wait(const wql__linux_scan *s) {
    int64_t until = wql__linux_steady() + (int64_t)s->mount->options.load_ms * 1000;
    for (;;) {
        int64_t left = (until - wql__linux_steady()) / 1000;
        wql_status status = wql__linux_check(s);
        if (status < 0) return status;
        if (left <= 0) return WQL_OK;
        (void)poll(NULL, 0, (int)(left < WAIT_MS ? left : WAIT_MS));
    }
}

wql_status wql__linux_load(wql__linux_scan *s, wql__load *before, wql__load *now, int *error) {
    wql__linux_mount *m = s->mount;
    wql_status status;
    *error = 0;
    if (!recall(m, &s->arena, before)) return wql__linux_no_memory(s->err);
    *error = look(m, &s->arena, now);
    if (*error == ENOMEM) return wql__linux_no_memory(s->err);
    if (*error) return WQL_OK;
    if (!has_passed(before, now) && m->options.load_ms) {
        *before = *now;
        status = wait(s);
        if (status < 0) return status;
        *error = look(m, &s->arena, now);
        if (*error == ENOMEM) return wql__linux_no_memory(s->err);
        if (*error) return WQL_OK;
    }
    remember(m, now);
    return WQL_OK;
}

bool wql__linux_load_add(const wql__load *before, const wql__load *now, uint32_t cpu, wql__linux_ticks *sum) {
    const wql__linux_ticks *from, *to;
    if (cpu >= before->count || cpu >= now->count) return false;
    from = &before->ticks[cpu];
    to = &now->ticks[cpu];
    if (!from->total || to->total <= from->total) return false;
    sum->total += to->total - from->total;
    /* iowait may run backwards, and idle with it, so busy is not taken for more than the whole */
    if (to->busy > from->busy)
        sum->busy += to->busy - from->busy < to->total - from->total ? to->busy - from->busy : to->total - from->total;
    return true;
}
