/* SPDX-License-Identifier: MIT */
/* sim.c: runs many schedules, counts how many were distinct, and says which seed fails.
 *
 *   sim [--schedules N] [--seed S] [--mutant X] [--seconds T]
 *
 * Ends with "N passed, N failed"; with a mutant, a failure is what is looked for. */
#include "scenario.h"
#include "sim.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

char wql__mutant;

/* -- distinct schedules: a set of their hashes ---------------------------------------------------------------------- */

typedef struct set {
    uint64_t *places;
    size_t room, count;
} set;

static void set_add(set *s, uint64_t hash) {
    if (!hash) hash = 1;
    if (s->count * 2 >= s->room) {
        set bigger = {calloc(s->room ? s->room * 2 : 1 << 16, sizeof *s->places), s->room ? s->room * 2 : 1 << 16, 0};
        if (!bigger.places) abort();
        for (size_t i = 0; i < s->room; i++)
            if (s->places[i]) set_add(&bigger, s->places[i]);
        free(s->places);
        *s = bigger;
    }
    for (size_t at = hash & (s->room - 1);; at = (at + 1) & (s->room - 1)) {
        if (s->places[at] == hash) return;
        if (s->places[at]) continue;
        s->places[at] = hash;
        s->count++;
        return;
    }
}

static volatile uint64_t running_seed;

/* A crash is a failure with a seed, too. On a stack of its own: the fiber's may be what is broken. */
static void on_crash(int number) {
    char line[64];
    int length = snprintf(line, sizeof line, "not ok seed %llu: signal %d\n", (unsigned long long)running_seed, number);
    if (write(STDOUT_FILENO, line, (size_t)length) < 0) _exit(2);
    _exit(1);
}

static void catch_crashes(void) {
    static char stack[64 * 1024];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
    (void)sigaltstack(&alternate, NULL);
    (void)sigaction(SIGSEGV, &action, NULL);
    (void)sigaction(SIGBUS, &action, NULL);
    (void)sigaction(SIGABRT, &action, NULL);
}

static sim_result run_one(uint64_t seed) {
    sim_result result;
    const char *wrong;
    running_seed = seed;
    sim_memory_begin();
    result = sim_run(seed, scenario_main, NULL);
    if (result.failed) return result;
    wrong = sim_memory_end();
    if (!wrong && sim_bytes() != 0) {
        snprintf(result.why, sizeof result.why, "%lld bytes were not given back", (long long)sim_bytes());
        result.failed = true;
    } else if (wrong) {
        snprintf(result.why, sizeof result.why, "%s", wrong);
        result.failed = true;
    }
    return result;
}

typedef struct options {
    uint64_t schedules, seed;
    long seconds;
} options;

static options read_options(int argc, char **argv) {
    options o = {100000, 1, 0};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--schedules") == 0)
            o.schedules = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            o.seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seconds") == 0)
            o.seconds = strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--mutant") == 0)
            wql__mutant = argv[i + 1][0];
    }
    return o;
}

/* `schedules` that are distinct, from `seed` on. */
int main(int argc, char **argv) {
    options o = read_options(argc, argv);
    time_t end = o.seconds ? time(NULL) + o.seconds : 0;
    set schedules = {NULL, 0, 0};
    uint64_t choices = 0, seed = o.seed;
    int failed = 0;
    catch_crashes();
    for (; schedules.count < o.schedules && failed < 5 && (!end || time(NULL) < end); seed++) {
        sim_result result = run_one(seed);
        set_add(&schedules, result.schedule);
        choices += result.choices;
        if (!result.failed) continue;
        failed++;
        printf("not ok seed %llu: %s\n", (unsigned long long)seed, result.why);
        if (wql__mutant) break;
    }
    printf("%s %zu distinct schedules of %llu runs, %.0f choices each on average\n", failed ? "#" : "ok", schedules.count,
           (unsigned long long)(seed - o.seed), schedules.count ? (double)choices / (double)(seed - o.seed) : 0.0);
    printf("%d passed, %d failed\n", !failed, failed);
    free(schedules.places);
    return failed != 0;
}
