/* SPDX-License-Identifier: MIT */
/* test_linux_live.c: the linux provider on this machine: what must hold on every machine, other tools' word where they are
 * installed, processes that come and go, time zones against the C library, and a call that ends while the provider waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linux_aid.h"
#include "../../providers/linux/linux.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int begin(void **state) {
    linux_lab *lab = malloc(sizeof *lab);
    if (!lab || !linux_lab_open(lab, "root/linux", "classes=linux", WQL_CHECK_PROVIDERS, true)) return -1;
    *state = lab;
    return 0;
}

static int end(void **state) {
    linux_lab_close(*state);
    free(*state);
    return 0;
}

static uint64_t number_of(linux_lab *lab, const char *class_name, const char *property, const char *where) {
    char *cell = linux_lab_cell(lab, class_name, property, where);
    uint64_t number;
    assert_non_null(cell);
    number = strtoull(cell, NULL, 10);
    free(cell);
    return number;
}

/* -- invariants ------------------------------------------------------------------------------------------------------------ */

static uint64_t count_processes(void) {
    DIR *dir = opendir("/proc");
    const struct dirent *entry;
    uint64_t count = 0;
    assert_non_null(dir);
    while ((entry = readdir(dir))) count += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
    (void)closedir(dir);
    return count;
}

/* The count lies between those before and after, give or take what came and went meanwhile. */
static void test_count(void **state) {
    linux_lab *lab = *state;
    uint64_t before, after, churn = 64;
    char *rows;
    before = count_processes();
    rows = linux_lab_rows(lab, "SELECT ProcessId FROM Win32_Process");
    after = count_processes();
    assert_non_null(rows);
    free(rows);
    assert_in_range(lab->rows, (before < after ? before : after) - (before > churn ? churn : 0),
                    (before > after ? before : after) + churn);
}

static void test_self(void **state) {
    linux_lab *lab = *state;
    char where[64], query[300], self[40], *one, *all;
    (void)snprintf(self, sizeof self, "%d", (int)getpid());
    (void)snprintf(where, sizeof where, "ProcessId = %s", self);
    assert_int_equal(number_of(lab, "Win32_Process", "ParentProcessId", where), getppid());
    assert_int_equal(number_of(lab, "Linux_Process", "EUid", where), geteuid());
    assert_int_equal(number_of(lab, "Linux_Process", "IsKernelThread", where), 0);
    (void)snprintf(query, sizeof query,
                   "SELECT Handle, Name, ParentProcessId, CreationDate, CommandLine, ExecutablePath, PidNamespace, "
                   "Cgroup FROM Linux_Process WHERE %s",
                   where);
    one = linux_lab_rows(lab, query);
    (void)snprintf(query, sizeof query,
                   "SELECT Handle, Name, ParentProcessId, CreationDate, CommandLine, ExecutablePath, PidNamespace, "
                   "Cgroup FROM Linux_Process WHERE NOT ProcessId < %s AND NOT ProcessId > %s",
                   self, self);
    all = linux_lab_rows(lab, query); /* no look-up: every process is listed */
    assert_non_null(one);
    assert_non_null(all);
    assert_string_equal(one, all);
    assert_non_null(strstr(one, "test_linux_live"));
    free(one);
    free(all);
}

/* WorkingSetSize at most VirtualSize, keys once each, and two runs give the same start of the same process. */
static void test_all_processes(void **state) {
    linux_lab *lab = *state;
    char *rows = linux_lab_rows(lab, "SELECT ProcessId FROM Win32_Process WHERE WorkingSetSize > 0 AND VirtualSize = 0"), *first,
         *second;
    unsigned long last = 0;
    assert_non_null(rows);
    assert_string_equal(rows, "");
    free(rows);
    first = linux_lab_rows(lab, "SELECT ProcessId, CreationDate, WorkingSetSize, VirtualSize FROM Win32_Process");
    assert_non_null(first);
    for (char *row = strtok(first, ";"); row; row = strtok(NULL, ";")) {
        char *at = row;
        unsigned long pid = strtoul(at, &at, 10);
        unsigned long long resident, size;
        assert_true(pid > last); /* the listing ascends: no key comes twice */
        last = pid;
        assert_non_null(at = strchr(at + 1, '|'));
        resident = strtoull(at + 1, &at, 10);
        size = strtoull(at + 1, &at, 10);
        if (resident > size) fail_msg("process %lu: %llu of %llu bytes", pid, resident, size);
    }
    free(first);
    first = linux_lab_rows(lab, "SELECT CreationDate, Name FROM Win32_Process WHERE ProcessId = 1");
    second = linux_lab_rows(lab, "SELECT CreationDate, Name FROM Win32_Process WHERE ProcessId = 1");
    assert_string_equal(first, second);
    free(first);
    free(second);
}

static void test_every_class(void **state) {
    static const char *const classes[] = {"Linux_Process", "Linux_OperatingSystem", "Win32_ComputerSystem",
                                          "CIM_ManagedSystemElement"};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        char query[80], *rows;
        (void)snprintf(query, sizeof query, "SELECT * FROM %s", classes[i]);
        rows = linux_lab_rows(*state, query);
        assert_non_null(rows);
        assert_true(((linux_lab *)*state)->rows > 0);
        free(rows);
    }
}

static void test_totals(void **state) {
    linux_lab *lab = *state;
    assert_int_equal(number_of(lab, "Win32_ComputerSystem", "TotalPhysicalMemory", NULL) / 1024,
                     number_of(lab, "Win32_OperatingSystem", "TotalVisibleMemorySize", NULL));
    assert_int_equal(number_of(lab, "Win32_ComputerSystem", "NumberOfLogicalProcessors", NULL), sysconf(_SC_NPROCESSORS_ONLN));
    assert_int_equal(number_of(lab, "Win32_OperatingSystem", "OSType", NULL), 36);
}

/* -- another tool's word --------------------------------------------------------------------------------------------------- */

/* ps about a child that stays as it is while both look. */
static void test_against_ps(void **state) {
    linux_lab *lab = *state;
    char command[200], line[400] = "", where[40];
    unsigned long ppid, nice_value, threads;
    char *cell;
    pid_t child;
    FILE *ps;
    if (system("command -v ps >/dev/null 2>&1") != 0) {
        printf("skipped: ps is not installed\n");
        skip();
    }
    child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)prctl(PR_SET_NAME, "a ) (b");
        (void)!nice(7);
        for (;;) (void)pause();
    }
    assert_true(child > 0);
    (void)snprintf(where, sizeof where, "ProcessId = %d", (int)child);
    do { /* until it has named itself */
        cell = linux_lab_cell(lab, "Linux_Process", "Nice", where);
        assert_non_null(cell);
        nice_value = strtoul(cell, NULL, 10);
        free(cell);
    } while (nice_value != 7);
    (void)snprintf(command, sizeof command, "ps -o ppid= -o nice= -o nlwp= -o comm= -p %d", (int)child);
    ps = popen(command, "r");
    assert_non_null(ps);
    assert_non_null(fgets(line, sizeof line, ps));
    (void)pclose(ps);
    cell = line;
    ppid = strtoul(cell, &cell, 10);
    nice_value = strtoul(cell, &cell, 10);
    threads = strtoul(cell, &cell, 10);
    cell[strcspn(cell, "\n")] = 0;
    assert_int_equal(number_of(lab, "Win32_Process", "ParentProcessId", where), ppid);
    assert_int_equal(number_of(lab, "Linux_Process", "Nice", where), nice_value);
    assert_int_equal(number_of(lab, "Win32_Process", "ThreadCount", where), threads);
    {
        char *name = linux_lab_cell(lab, "Win32_Process", "Name", where);
        assert_non_null(name);
        assert_string_equal(name, cell + strspn(cell, " "));
        assert_string_equal(name, "a ) (b");
        free(name);
    }
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
}

/* -- processes that come and go -------------------------------------------------------------------------------------------- */

/* A child makes processes that end at once, as fast as it can, while all of them are asked for. */
static void test_churn(void **state) {
    linux_lab *lab = *state;
    struct timespec from, now;
    uint32_t runs = 0;
    pid_t maker = fork();
    if (maker == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            pid_t pid = fork();
            if (pid == 0) _exit(0);
            if (pid > 0) (void)waitpid(pid, NULL, 0);
        }
    }
    assert_true(maker > 0);
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    do {
        char *rows =
            linux_lab_rows(lab, runs % 4 ? "SELECT Handle, Name, CommandLine, HandleCount, ExecutablePath, Pss FROM Linux_Process"
                                         : "SELECT * FROM Linux_Process");
        if (!rows) {
            (void)kill(maker, SIGKILL);
            fail_msg("run %u: %s", runs, lab->err.message);
        }
        free(rows);
        runs++;
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
    } while (runs < 20 || (now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000 < 500);
    (void)kill(maker, SIGKILL);
    (void)waitpid(maker, NULL, 0);
}

/* A thread of this process can be opened by its number and is no process. */
static void *hold(void *at) {
    (void)pthread_barrier_wait(at);
    (void)pthread_barrier_wait(at);
    return NULL;
}

static void test_thread_is_no_process(void **state) {
    pthread_barrier_t barrier;
    pthread_t thread;
    DIR *dir;
    const struct dirent *entry;
    char *rows, query[100];
    unsigned long found = 0;
    (void)pthread_barrier_init(&barrier, NULL, 2);
    assert_int_equal(pthread_create(&thread, NULL, hold, &barrier), 0);
    (void)pthread_barrier_wait(&barrier);
    dir = opendir("/proc/self/task");
    assert_non_null(dir);
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.' && strtoul(entry->d_name, NULL, 10) != (unsigned long)getpid())
            found = strtoul(entry->d_name, NULL, 10);
    (void)closedir(dir);
    (void)snprintf(query, sizeof query, "SELECT ProcessId FROM Win32_Process WHERE ProcessId = %lu", found);
    rows = linux_lab_rows(*state, query);
    (void)pthread_barrier_wait(&barrier);
    (void)pthread_join(thread, NULL);
    (void)pthread_barrier_destroy(&barrier);
    assert_true(found > 0);
    assert_non_null(rows);
    assert_string_equal(rows, "");
    free(rows);
}

/* -- time ------------------------------------------------------------------------------------------------------------------ */

/* Every zone below against the C library, twice a day for a while around each of many instants up to the year 2100. */
static void test_zones(void **state) {
    static const char *const zones[] = {"Europe/Berlin", "America/New_York",  "Australia/Lord_Howe", "Asia/Kathmandu",
                                        "Europe/Dublin", "America/Sao_Paulo", "Africa/Casablanca",   "Pacific/Apia",
                                        "Etc/UTC",       "America/Nuuk",      "Antarctica/Troll",    "Asia/Tehran"};
    linux_lab *lab = *state;
    wql__linux_mount *m = lab->mount;
    uint32_t seen = 0;
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        wql__linux_arena arena = {.mount = m->mount};
        wql__linux_zone zone;
        char path[100];
        wql_str file;
        (void)snprintf(path, sizeof path, "usr/share/zoneinfo/%s", zones[i]);
        if (wql__linux_read(m, &arena, m->roots[WQL__LINUX_ROOT], path, WQL__LINUX_SMALL, &file) != 0) {
            wql__linux_arena_free(&arena);
            continue;
        }
        assert_true(wql__linux_zone_parse(&zone, &arena, file));
        (void)setenv("TZ", zones[i], 1);
        tzset();
        for (int64_t at = -1000000000; at < INT64_C(4102444800); at += 43211 * (at % 7 ? 1 : 3)) {
            time_t moment = (time_t)at;
            struct tm parts;
            bool dst;
            int32_t offset = wql__linux_offset(&zone, at, &dst);
            if (!localtime_r(&moment, &parts)) fail();
            if (offset != parts.tm_gmtoff || dst != (parts.tm_isdst > 0))
                fail_msg("%s at %lld: %d, not %ld", zones[i], (long long)at, offset, parts.tm_gmtoff);
        }
        seen++;
        wql__linux_arena_free(&arena);
    }
    (void)unsetenv("TZ");
    tzset();
    if (!seen) {
        printf("skipped: there are no time zones\n");
        skip();
    }
}

/* A file that is cut short, or lies about its counts, is no zone, and is not read beyond its end. */
static void test_broken_zones(void **state) {
    linux_lab *lab = *state;
    wql__linux_mount *m = lab->mount;
    wql__linux_arena arena = {.mount = m->mount}, kept = {.mount = m->mount};
    wql__linux_zone zone;
    wql_str file;
    if (wql__linux_read(m, &kept, m->roots[WQL__LINUX_ROOT], "usr/share/zoneinfo/Europe/Berlin", WQL__LINUX_SMALL, &file) != 0) {
        printf("skipped: there are no time zones\n");
        skip();
    }
    for (size_t len = 0; len < file.len; len++) {
        char *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, file.ptr, len);
        if (wql__linux_zone_parse(&zone, &arena, (wql_str){copy, len})) (void)wql__linux_offset(&zone, INT64_C(4000000000), NULL);
        for (int flip = 1; flip < 256 && len > 60 && len < 1200; flip *= 3) {
            copy[len - 30] = (char)(copy[len - 30] ^ flip);
            if (wql__linux_zone_parse(&zone, &arena, (wql_str){copy, len})) (void)wql__linux_offset(&zone, 0, NULL);
        }
        free(copy);
        wql__linux_arena_reset(&arena);
    }
    wql__linux_arena_free(&arena);
    wql__linux_arena_free(&kept);
}

/* -- load ------------------------------------------------------------------------------------------------------------------ */

static void test_load(void **state) {
    char *first = linux_lab_cell(*state, "Win32_Processor", "LoadPercentage", "DeviceID = 'CPU0'");
    assert_non_null(first);
    assert_true(strtoul(first, NULL, 10) <= 100);
    assert_string_not_equal(first, "NULL");
    free(first);
    assert_true(number_of(*state, "Win32_Processor", "LoadPercentage", "DeviceID = 'CPU0'") <= 100);
}

/* The first look takes ten seconds; the call's deadline ends it long before. */
static void test_deadline_while_waiting(void **state) {
    wql_call_options how = WQL_INIT(wql_call_options);
    struct timespec from, now;
    wql_batch *batch;
    wql_call call;
    linux_lab lab;
    (void)state;
    how.timeout_ms = 50;
    assert_true(linux_lab_open(&lab, "root/cimv2", "load=10000", 0, true));
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    assert_int_equal(wql_session_exec(lab.session, wql_s("SELECT LoadPercentage FROM Win32_Processor"), &how, &call, &lab.err),
                     WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &lab.err), WQL_E_TIMED_OUT);
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    assert_true(now.tv_sec - from.tv_sec < 5);
    (void)wql_call_close(call);
    linux_lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_count, begin, end),
        cmocka_unit_test_setup_teardown(test_self, begin, end),
        cmocka_unit_test_setup_teardown(test_all_processes, begin, end),
        cmocka_unit_test_setup_teardown(test_every_class, begin, end),
        cmocka_unit_test_setup_teardown(test_totals, begin, end),
        cmocka_unit_test_setup_teardown(test_against_ps, begin, end),
        cmocka_unit_test_setup_teardown(test_churn, begin, end),
        cmocka_unit_test_setup_teardown(test_thread_is_no_process, begin, end),
        cmocka_unit_test_setup_teardown(test_zones, begin, end),
        cmocka_unit_test_setup_teardown(test_broken_zones, begin, end),
        cmocka_unit_test_setup_teardown(test_load, begin, end),
        cmocka_unit_test(test_deadline_while_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
