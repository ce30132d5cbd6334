/* SPDX-License-Identifier: MIT */
/* space.h: how large and how full a file system is, with an end to the patience.
 *
 * A file system whose server is gone can hold statvfs(2) for ever, and no signal or cancel gets such a thread back. So what may
 * hang is asked on a thread of its own, and whoever wants to know waits for at most so long:
 *
 * - One question for each path at a time: who asks while one is on its way waits for that one. A mount that hangs therefore costs
 *   one thread, however often it is asked for, and the wait ends at the time limit counted from when the question was put: later
 *   queries do not wait again.
 * - The question is memory of its own (malloc, not the engine's), counted by its thread and by those who wait. A thread that
 * comes back after everything was unloaded finds its question there, sees that nobody waits, and frees it.
 * - Its code must be there too. Before the first such thread starts, the shared object that this code lies in is pinned in the
 *   process (RTLD_NODELETE): after that dlclose of the library no longer unmaps it. A program that never looks at a network
 *   mount is not affected, nor is one that links the archive. */
#ifndef WQL_LINUX_SPACE_H
#define WQL_LINUX_SPACE_H

#include <wql/provider.h>

enum {
    WQL__LINUX_QUESTIONS_MAX = 64, /* threads that may hang at a time; beyond it sizes are not known (EAGAIN) */
    WQL__LINUX_PATIENCE_MS = 1000  /* the default */
};

typedef struct wql__linux_space {
    uint64_t block_size; /* f_frsize: what the counts are in */
    uint64_t blocks, free, available;
    uint64_t inodes, inodes_free;
    uint32_t name_max;
    bool read_only;
} wql__linux_space;

/* What is asked. `device` and `mount_id` are mountinfo's: the path must lead to that file system, else ESTALE. */
typedef struct wql__linux_place {
    const char *path;
    uint64_t device; /* makedev */
    uint32_t mount_id;
    bool any_mount; /* the mount id is that of another namespace: only the device is compared */
} wql__linux_place;

/* Answers 0 or an errno. Called on any thread; `user` must outlive the process's interest in it (tests: static). */
typedef int wql__linux_measure(void *user, const wql__linux_place *place, wql__linux_space *out);
/* The real one. */
int wql__linux_measure_mount(void *user, const wql__linux_place *place, wql__linux_space *out);

typedef struct wql__linux_asker wql__linux_asker;
typedef struct wql__linux_question wql__linux_question;

/* NULL: no memory. */
wql__linux_asker *wql__linux_asker_open(wql__linux_measure *measure, void *user);
/* Does not wait for threads that hang. Nobody may be waiting. Accepts NULL. */
void wql__linux_asker_close(wql__linux_asker *asker);
/* Asks at once, on this thread: for what does not hang. Returns the measure's answer. */
int wql__linux_measure_now(const wql__linux_asker *asker, const wql__linux_place *place, wql__linux_space *out);
/* Threads that are on their way. */
uint32_t wql__linux_asker_pending(wql__linux_asker *asker);

/* Asks on a thread of its own, or joins those who asked already. Returns 0; EAGAIN (no thread, too many hang); ENOMEM.
 * @param out  [out] give it to wql__linux_await or wql__linux_forget */
int wql__linux_ask(wql__linux_asker *asker, const wql__linux_place *place, wql__linux_question **out);
/* Waits for the answer until `patience_ms` after the question was put, and takes leave of it. Returns the measure's answer;
 * ETIMEDOUT; ECANCELED: `go_on` (asked every few milliseconds; NULL: for ever) was false. */
int wql__linux_await(wql__linux_asker *asker, wql__linux_question *question, uint32_t patience_ms, bool (*go_on)(void *user),
                     void *user, wql__linux_space *out);
void wql__linux_forget(wql__linux_asker *asker, wql__linux_question *question);

#endif
