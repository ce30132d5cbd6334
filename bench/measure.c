/* SPDX-License-Identifier: MIT */
/* measure.c: the clock, medians, the machine, and how fast it reads memory. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

double bench_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_cpu_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void bench_spin(double seconds) {
    double end = bench_now() + seconds;
    while (bench_now() < end) continue;
}

/* -- series ------------------------------------------------------------------------------------------------------ */

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_percentile(double *values, size_t count, double share) {
    qsort(values, count, sizeof *values, by_value);
    return count ? values[(size_t)((double)(count - 1) * share)] : -1;
}

void bench_series_add(bench_series *s, double value) {
    if (s->count < BENCH_ROUNDS_MAX) s->values[s->count++] = value;
}

double bench_median(const bench_series *s) {
    double sorted[BENCH_ROUNDS_MAX];
    if (!s->count) return -1;
    memcpy(sorted, s->values, s->count * sizeof *sorted);
    qsort(sorted, s->count, sizeof *sorted, by_value);
    return s->count % 2 ? sorted[s->count / 2] : (sorted[s->count / 2 - 1] + sorted[s->count / 2]) / 2;
}

double bench_least(const bench_series *s) {
    double least = s->count ? s->values[0] : -1;
    for (uint32_t i = 1; i < s->count; i++)
        if (s->values[i] < least) least = s->values[i];
    return least;
}

/* -- memory ------------------------------------------------------------------------------------------------------ */

/* Large pieces start at a large page: what is measured is the code, not the system's tables of pages. Zeroed. */
void *bench_allocate(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        fprintf(stderr, "bench: no memory for %zu bytes\n", size);
        exit(1);
    }
    (void)madvise(memory, size, MADV_HUGEPAGE);
    return memory;
}

void bench_deallocate(void *memory, size_t size) {
    if (memory) (void)munmap(memory, size);
}

/* -- the machine ------------------------------------------------------------------------------------------------- */

const char *bench_isa_name(int isa) { return isa == BENCH_AVX512 ? "avx512" : isa == BENCH_AVX2 ? "avx2" : "none"; }

static int find_isa(void) {
#ifdef __x86_64__
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("popcnt"))
        return BENCH_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt")) return BENCH_AVX2;
#endif
    return BENCH_PLAIN;
}

static void find_name(char *name, size_t size) {
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];
    snprintf(name, size, "unknown");
    while (file && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon) continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(name, size, "%.90s", colon[1] == ' ' ? colon + 2 : colon + 1);
        break;
    }
    if (file) fclose(file);
}

void bench_machine_open(bench_machine *machine, size_t memory_size) {
    memset(machine, 0, sizeof *machine);
    find_name(machine->cpu, sizeof machine->cpu);
    machine->isa = machine->best_isa = find_isa();
    machine->memory_size = memory_size;
    machine->memory = bench_allocate(memory_size);
    memset(machine->memory, 1, memory_size);
}

void bench_machine_close(bench_machine *machine) { bench_deallocate(machine->memory, machine->memory_size); }

double bench_clock(const bench_machine *machine) { return machine->cpu_time ? bench_cpu_now() : bench_now(); }

double bench_ns_per_byte(const bench_machine *machine) {
    double start = bench_clock(machine);
    uint64_t sum = machine->isa == BENCH_AVX512 ? bench_read_avx512(machine->memory, machine->memory_size)
                   : machine->isa == BENCH_AVX2 ? bench_read_avx2(machine->memory, machine->memory_size)
                                                : bench_read_plain(machine->memory, machine->memory_size);
    double took = bench_clock(machine) - start;
    if (!sum) exit(1); /* the memory holds ones: without this the reading would be left out */
    return took * 1e9 / (double)machine->memory_size;
}
