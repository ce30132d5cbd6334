/* SPDX-License-Identifier: MIT */
/* points.c: the program: every fault point, once and for ever; then SQLite's own failures. */
#include "points.h"

#define WQL_FAULTS
#include "../../engine/base/fault.h"

#include <dirent.h>

/* -- the points --------------------------------------------------------------------------------------------------- */

static const char *const names[] = {
#define NAME(name, what) #name,
    WQL__FAULT_POINTS(NAME)
#undef NAME
};
static const char *const meanings[] = {
#define MEANING(name, what) what,
    WQL__FAULT_POINTS(MEANING)
#undef MEANING
};

/* Its first passage fails, or all do. */
static _Atomic int due = -1;
static _Atomic bool for_ever;
static _Atomic uint64_t passages[WQL__FAULTS];

bool wql__fault_due(int point) {
    uint64_t before = atomic_fetch_add(&passages[point], 1);
    return atomic_load(&due) == point && (before == 0 || atomic_load(&for_ever));
}

static void calm(void) { atomic_store(&due, -1); }

/* -- what is left over --------------------------------------------------------------------------------------------- */

static int count_entries(const char *path) {
    DIR *dir = opendir(path);
    int count = 0;
    if (!dir) return -1;
    while (readdir(dir)) count++;
    (void)closedir(dir);
    return count;
}

static void try_point(int point, bool ever) {
    int threads, descriptors;
    char where[100];
    (void)snprintf(where, sizeof where, "%s, %s", names[point], ever ? "for ever" : "once");
    for (int i = 0; i < WQL__FAULTS; i++) atomic_store(&passages[i], 0);
    threads = count_entries("/proc/self/task");
    descriptors = count_entries("/proc/self/fd");
    atomic_store(&for_ever, ever);
    atomic_store(&due, point);
    live_a_day(where, calm);
    calm();
    if (!atomic_load(&passages[point])) report_bad(where, "the point is never passed", 0);
    if (count_entries("/proc/self/task") != threads) report_bad(where, "threads are left over", count_entries("/proc/self/task"));
    if (count_entries("/proc/self/fd") != descriptors) report_bad(where, "descriptors are left open", 0);
}

/* -- reports ------------------------------------------------------------------------------------------------------- */

static unsigned long long passed, failures;

void report_ok(const char *what, unsigned long long runs) {
    passed++;
    printf("ok %s: %llu runs\n", what, runs);
}

void report_bad(const char *where, const char *what, long long value) {
    if (failures++ < 30) printf("not ok %s: %s (%lld)\n", where, what, value);
}

unsigned long long report_failures(void) { return failures; }

int main(void) {
    live_a_day("no fault", calm); /* what is made once in a process is made here */
    for (int point = 0; point < WQL__FAULTS; point++) {
        unsigned long long before = failures;
        char what[200];
        for (int i = 0; i < 2; i++) try_point(point, i != 0);
        (void)snprintf(what, sizeof what, "%s: %s", names[point], meanings[point]);
        if (failures == before) report_ok(what, 2);
    }
    sweep_sqlite_io();
    sweep_sqlite_codes();
    printf("%llu passed, %llu failed\n", passed, failures);
    return failures != 0;
}
