/* SPDX-License-Identifier: MIT */
/* mounts.c: the lines of /proc/PID/mountinfo: unescaped, and compared with each other. */
#include "mounts.h"

#include <stdlib.h>

static bool unescape(wql__linux_arena *arena, wql_str in, wql_str *out) {
    char *text = wql__linux_take_text(arena, in.ptr, in.len);
    if (!text) return false;
    *out = wql__linux_unescape(text, in.len);
    text[out->len] = 0;
    return true;
}

static bool number(wql_str text, uint32_t *out) {
    uint64_t value;
    if (!wql__linux_decimal(text, &value) || value > UINT32_MAX) return false;
    *out = (uint32_t)value;
    return true;
}

static bool device(wql_str text, wql__linux_mounted *m) {
    wql_str major;
    return wql__linux_cut(&text, ':', &major) && number(major, &m->major) && number(text, &m->minor);
}

/* Fields are separated by exactly one blank: a source may be empty. */
static bool split(wql_str line, wql_str fields[9]) {
    wql_str piece;
    for (int i = 0; i < 6; i++)
        if (!wql__linux_cut(&line, ' ', &fields[i]) || !fields[i].len) return false;
    do /* optional fields: "shared:1", ended by a dash */
        if (!wql__linux_cut(&line, ' ', &piece)) return false;
    while (!wql__linux_is(piece, "-"));
    if (!wql__linux_cut(&line, ' ', &fields[6]) || !fields[6].len || !wql__linux_cut(&line, ' ', &fields[7])) return false;
    fields[8] = line;
    return true;
}

/* 1: a mount, 0: no such line, -1: no memory. */
static int read_line(wql__linux_arena *arena, wql_str line, wql__linux_mounted *m) {
    wql_str fields[9];
    wql_str *const texts[] = {&m->root, &m->point, &m->options, &m->type, &m->source, &m->super_options};
    if (!split(line, fields) || !number(fields[0], &m->id) || !number(fields[1], &m->parent) || !device(fields[2], m)) return 0;
    if (*fields[4].ptr != '/') return 0;
    for (int i = 0; i < 6; i++)
        if (!unescape(arena, fields[3 + i], texts[i])) return -1;
    m->kind = wql__linux_fs_kind(m->type, m->source, m->major);
    return 1;
}

/* -- mounts over mounts ---------------------------------------------------------------------------------------------------- */

static int compare(wql_str a, wql_str b) {
    int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* By the mount they lie in, then by place. */
static int by_place(const void *a, const void *b) {
    const wql__linux_mounted *x = *(const wql__linux_mounted *const *)a, *y = *(const wql__linux_mounted *const *)b;
    if (x->parent != y->parent) return x->parent < y->parent ? -1 : 1;
    return compare(x->point, y->point);
}

static int by_id(const void *a, const void *b) {
    const wql__linux_mounted *x = *(const wql__linux_mounted *const *)a, *y = *(const wql__linux_mounted *const *)b;
    return (x->id > y->id) - (x->id < y->id);
}

/* By place, what is seen last. */
static int by_point(const void *a, const void *b) {
    const wql__linux_mounted *x = *(const wql__linux_mounted *const *)a, *y = *(const wql__linux_mounted *const *)b;
    int order = compare(x->point, y->point);
    if (order) return order;
    if (x->hidden != y->hidden) return x->hidden ? -1 : 1;
    return (x > y) - (x < y);
}

static int by_device(const void *a, const void *b) {
    const wql__linux_mounted *x = *(const wql__linux_mounted *const *)a, *y = *(const wql__linux_mounted *const *)b;
    int order;
    if (x->hidden != y->hidden) return x->hidden ? 1 : -1;
    if (x->major != y->major) return x->major < y->major ? -1 : 1;
    if (x->minor != y->minor) return x->minor < y->minor ? -1 : 1;
    order = compare(x->root, y->root);
    return order ? order : (x > y) - (x < y);
}

typedef int order(const void *, const void *);

static wql__linux_mounted *find(wql__linux_mounted **sorted, uint32_t count, const wql__linux_mounted *key, order *compare_by) {
    wql__linux_mounted **at = bsearch(&key, sorted, count, sizeof *sorted, compare_by);
    return at ? *at : NULL;
}

/* Whether something is mounted in `parent` on the first `len` bytes of a path. */
static bool covers(wql__linux_mounted **places, uint32_t count, uint32_t parent, const char *path, size_t len) {
    wql__linux_mounted key = {.parent = parent, .point = {path, len}};
    return find(places, count, &key, by_place) != NULL;
}

/* Something lies on `m` itself: what is mounted on top of it is what one sees there. */
static bool is_topped(wql__linux_mounted **places, uint32_t count, const wql__linux_mounted *m) {
    return m->parent != m->id && covers(places, count, m->id, m->point.ptr, m->point.len);
}

/* Path look-up leaves the mount that `m` lies in before it comes to `m`. */
static bool is_buried(wql__linux_mounted **places, uint32_t count, const wql__linux_mounted *m) {
    for (size_t len = m->point.len; len-- > 1;)
        if (m->point.ptr[len] == '/' && covers(places, count, m->parent, m->point.ptr, len)) return true;
    return false;
}

/* Whether a mount that `m` lies in cannot be seen where `m` is. */
static bool lies_in_hidden(wql__linux_mounted **ids, uint32_t count, const wql__linux_mounted *m) {
    for (uint32_t steps = 0; m->parent != m->id && steps < count; steps++) {
        wql__linux_mounted key = {.id = m->parent};
        const wql__linux_mounted *above = find(ids, count, &key, by_id);
        if (!above) return false;
        if (above->cover & WQL__LINUX_BURIED) return true;
        if (above->cover & WQL__LINUX_TOPPED && compare(above->point, m->point) != 0) return true;
        m = above;
    }
    return false;
}

static void find_hidden(wql__linux_mounts *mounts, wql__linux_mounted **sorted) {
    uint32_t count = mounts->count;
    qsort(sorted, count, sizeof *sorted, by_place);
    for (uint32_t i = 0; i < count; i++) {
        wql__linux_mounted *m = &mounts->items[i];
        if (is_topped(sorted, count, m)) m->cover |= WQL__LINUX_TOPPED;
        if (is_buried(sorted, count, m)) m->cover |= WQL__LINUX_BURIED;
    }
    qsort(sorted, count, sizeof *sorted, by_id);
    for (uint32_t i = 0; i < count; i++)
        mounts->items[i].hidden = mounts->items[i].cover || lies_in_hidden(sorted, count, &mounts->items[i]);
    /* A place is a key. Should a list that is not whole leave two mounts in one, the later is seen. */
    qsort(sorted, count, sizeof *sorted, by_point);
    for (uint32_t i = 1; i < count; i++)
        if (!sorted[i]->hidden && compare(sorted[i - 1]->point, sorted[i]->point) == 0) sorted[i - 1]->hidden = true;
}

static bool has_subvolumes(const wql__linux_mounted *m) {
    return wql__linux_is(m->type, "btrfs") || wql__linux_is(m->type, "bcachefs") || wql__linux_starts(m->type, "cgroup");
}

static void find_binds(wql__linux_mounts *mounts, wql__linux_mounted **sorted) {
    qsort(sorted, mounts->count, sizeof *sorted, by_device);
    for (uint32_t i = 1; i < mounts->count; i++) {
        const wql__linux_mounted *a = sorted[i - 1], *b = sorted[i];
        sorted[i]->repeats = !b->hidden && a->major == b->major && a->minor == b->minor && compare(a->root, b->root) == 0;
    }
    for (uint32_t i = 0; i < mounts->count; i++) {
        wql__linux_mounted *m = &mounts->items[i];
        m->is_bind = m->repeats || (!wql__linux_is(m->root, "/") && !has_subvolumes(m));
    }
}

/* -- all ------------------------------------------------------------------------------------------------------------------- */

static uint32_t count_lines(wql_str text) {
    uint32_t count = 0;
    wql_str line;
    while (wql__linux_cut(&text, '\n', &line)) count++;
    return count;
}

wql_status wql__linux_read_mounts(wql__linux_arena *arena, wql_str mountinfo, wql__linux_mounts *out) {
    uint32_t lines = count_lines(mountinfo);
    wql__linux_mounted **sorted = wql__linux_take_array(arena, lines + 1u, sizeof *sorted);
    wql_str line;
    *out = (wql__linux_mounts){.items = wql__linux_take_array(arena, lines + 1u, sizeof *out->items)};
    if (!sorted || !out->items) return WQL_E_OUT_OF_MEMORY;
    while (wql__linux_cut(&mountinfo, '\n', &line)) {
        int got = read_line(arena, line, &out->items[out->count]);
        if (got < 0) return WQL_E_OUT_OF_MEMORY;
        if (got)
            out->count++;
        else
            out->malformed++;
    }
    for (uint32_t i = 0; i < out->count; i++) sorted[i] = &out->items[i];
    find_hidden(out, sorted);
    find_binds(out, sorted);
    return WQL_OK;
}
