/* SPDX-License-Identifier: MIT */
/* process_parent.c: Linux_ProcessParent: which process made which. A child is looked up by its own stat, and the children of a
 * process in the lists that the kernel keeps for each of its threads; only a kernel without these lists has all processes read.
 */
#include "linux.h"

#include <errno.h>

enum { PARENT, CHILD, COUNT };

static const wql__linux_property properties[COUNT] = {
    [PARENT] = {.name = "Parent", .reference = "Win32_Process", .type = WQL_REFERENCE, .flags = WQL_KEY, .sources = 1},
    [CHILD] = {.name = "Child", .reference = "Win32_Process", .type = WQL_REFERENCE, .flags = WQL_KEY},
};
static const char *const source_names[] = {"stat", NULL};

typedef struct family {
    uint64_t *pids; /* children that are looked at; NULL: all processes */
    uint32_t count, room, at;
    wql__linux_dir dir;
} family;

static bool add(wql__linux_scan *s, family *f, uint64_t pid) {
    if (f->count == f->room) {
        uint32_t room = f->room ? 2 * f->room : 16;
        uint64_t *pids = wql__linux_take_more(&s->arena, f->pids, f->room * sizeof *pids, room * sizeof *pids);
        if (!pids) return false;
        f->pids = pids;
        f->room = room;
    }
    f->pids[f->count++] = pid;
    return true;
}

static bool read_pid(const wql_value *key, uint64_t *pid) {
    return key->type == WQL_STRING && wql__linux_decimal(key->str, pid) && *pid > 0 && *pid <= INT32_MAX;
}

/* The children of one thread. False: the kernel keeps no such list, or there is no memory. */
static bool add_children(wql__linux_scan *s, family *f, wql_str thread) {
    int error, proc = s->mount->roots[WQL__LINUX_PROC];
    wql_str file, word;
    uint64_t pid;
    error = wql__linux_read(s->mount, &s->arena, proc, thread.ptr, WQL__LINUX_LARGE, &file);
    if (error) return error == ESRCH; /* the thread has ended, and left its children to others */
    while (wql__linux_word(&file, &word))
        if (wql__linux_decimal(wql__linux_trim(word), &pid) && !add(s, f, pid)) return false;
    return true;
}

/* The children of all threads of a process. False: as above. */
static bool add_family(wql__linux_scan *s, family *f, uint64_t pid) {
    wql_str tasks = wql__linux_text(&s->arena, "%llu/task", (unsigned long long)pid);
    wql__linux_dir dir;
    const char *name;
    bool known = true;
    if (!tasks.len) return false;
    if (wql__linux_dir_open(s->mount, &s->arena, s->mount->roots[WQL__LINUX_PROC], tasks.ptr, &dir)) return true; /* it is gone */
    while (known && wql__linux_dir_next(&dir, &name) == 0 && name)
        known = add_children(s, f, wql__linux_text(&s->arena, "%s/%s/children", tasks.ptr, name));
    wql__linux_dir_close(&dir);
    return known;
}

static wql_status list_all(wql__linux_scan *s, family *f) {
    f->pids = NULL;
    f->count = f->room = 0;
    if (wql__linux_dir_open(s->mount, &s->arena, s->mount->roots[WQL__LINUX_PROC], ".", &f->dir) == 0) return WQL_OK;
    return wql__linux_fail(s->err, WQL_E_PROVIDER_FAILURE, "cannot list the process file system at %s",
                           s->mount->options.roots[WQL__LINUX_PROC]);
}

static wql_status open_family(wql__linux_scan *s) {
    family *f = s->state;
    wql_value *keys;
    uint32_t count;
    uint64_t pid;
    bool child = wql__linux_lookup_keys(s, CHILD, &wql__linux_process, &keys, &count);
    f->dir.fd = -1;
    if (!child && !wql__linux_lookup_keys(s, PARENT, &wql__linux_process, &keys, &count)) return list_all(s, f);
    f->pids = wql__linux_take(&s->arena, sizeof *f->pids); /* not NULL: none, unless some are added */
    f->room = 1;
    for (uint32_t i = 0; i < count && f->pids; i++) {
        if (!read_pid(&keys[i], &pid)) continue;
        if (child ? !add(s, f, pid) : !add_family(s, f, pid)) return s->arena.failed ? WQL_OK : list_all(s, f);
    }
    return WQL_OK;
}

/* `PID (name) S PPID ...`, in which the name may be anything. */
static bool read_parent(wql__linux_scan *s, uint64_t pid, uint64_t *parent) {
    wql_str path = wql__linux_text(&s->line, "%llu/stat", (unsigned long long)pid), file, word;
    size_t behind;
    if (!path.len || wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_PROC], path.ptr, WQL__LINUX_SMALL, &file))
        return false;
    behind = file.len;
    while (behind && file.ptr[behind - 1] != ')') behind--;
    file = (wql_str){file.ptr + behind, file.len - behind};
    return wql__linux_word(&file, &word) && wql__linux_word(&file, &word) && wql__linux_decimal(word, parent) && *parent > 0;
}

static int next_pid(family *f, uint64_t *pid) {
    const char *name;
    if (f->dir.fd < 0) {
        if (f->at == f->count) return WQL__LINUX_END;
        *pid = f->pids[f->at++];
        return WQL__LINUX_MADE;
    }
    if (wql__linux_dir_next(&f->dir, &name) || !name) return WQL__LINUX_END;
    return *name >= '1' && *name <= '9' && wql__linux_decimal(wql_s(name), pid) ? WQL__LINUX_MADE : WQL__LINUX_SKIP;
}

static wql_value handle(wql__linux_scan *s, uint64_t pid) {
    return wql_text(wql__linux_text(&s->line, "%llu", (unsigned long long)pid));
}

static int make_pair(wql__linux_scan *s) {
    uint64_t pid, parent;
    int made = next_pid(s->state, &pid);
    if (made != WQL__LINUX_MADE) return made;
    wql__linux_set_reference(s, CHILD, &wql__linux_process, handle(s, pid));
    if (!wql__linux_passes(s, 0) || !read_parent(s, pid, &parent)) return WQL__LINUX_SKIP;
    wql__linux_set_reference(s, PARENT, &wql__linux_process, handle(s, parent));
    return WQL__LINUX_MADE;
}

static void close_family(wql__linux_scan *s) { wql__linux_dir_close(&((family *)s->state)->dir); }

const wql__linux_class wql__linux_process_parent = {
    .name = "Linux_ProcessParent",
    .properties = properties,
    .property_count = COUNT,
    .documented = COUNT,
    .flags = WQL_ASSOCIATION,
    .state_size = sizeof(family),
    .source_names = source_names,
    .open = open_family,
    .row = make_pair,
    .close = close_family,
};
