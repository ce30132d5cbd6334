/* SPDX-License-Identifier: MIT */
/* linux.c: the processes of this machine by the Linux provider, against loops that do no more than the kernel asks for: listing
 * /proc, and opening, reading and closing each `stat` in it. There are two thousand processes more while this is measured: copies
 * of this program that wait for the end of a pipe. */
#include "bench.h"

#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 2000, PROCESSES_CHECKED = 50, TRIES = 50 };

static const char ids_text[] = "SELECT ProcessId FROM Win32_Process";
static const char stat_text[] =
    "SELECT ProcessId, Name, Caption, Description, ParentProcessId, CreationDate, ExecutionState, Priority, "
    "ThreadCount, UserModeTime, KernelModeTime, VirtualSize, WorkingSetSize, PageFaults FROM Win32_Process";

/* -- processes that wait ----------------------------------------------------------------------------------------- */

static void wait_for_end(void) {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) continue;
}

int bench_processes(const char *count) {
    uint32_t wanted = (uint32_t)strtoul(count, NULL, 10), made = 0;
    for (; made < wanted; made++) {
        pid_t pid = fork();
        if (pid < 0) break;
        if (pid > 0) continue;
        wait_for_end();
        _exit(0);
    }
    if (write(STDOUT_FILENO, &made, sizeof made) != sizeof made) return 1;
    wait_for_end();
    while (wait(NULL) > 0) continue;
    return 0;
}

typedef struct crowd {
    pid_t pid;      /* of the process that made them */
    int end;        /* closed, they end */
    uint32_t count; /* of them */
} crowd;

/* One end of each pipe is the new process's standard input and output; no other descriptor is inherited. */
static bool start(crowd *c, uint32_t wanted) {
    extern char **environ;
    char number[16], *arguments[] = {(char[]){"bench"}, (char[]){"--processes"}, number, NULL};
    int down[2], up[2];
    posix_spawn_file_actions_t actions;
    bool started;
    snprintf(number, sizeof number, "%u", (unsigned)wanted);
    if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) bench_stop("there are no pipes");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, down[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, up[1], STDOUT_FILENO);
    started = posix_spawn(&c->pid, "/proc/self/exe", &actions, NULL, arguments, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(down[0]);
    close(up[1]);
    c->count = 0;
    c->end = down[1];
    if (started && read(up[0], &c->count, sizeof c->count) != sizeof c->count) c->count = 0;
    close(up[0]);
    if (!started) close(c->end);
    return started;
}

static void end(crowd *c) {
    close(c->end);
    while (waitpid(c->pid, NULL, 0) != c->pid) continue;
}

/* -- loops by hand ----------------------------------------------------------------------------------------------- */

/* Opens, reads and closes `stat` of a process. False: it has gone. */
static bool read_stat(int proc, const char *name, char *buf, size_t size) {
    char path[64];
    int fd;
    ssize_t got;
    snprintf(path, sizeof path, "%.20s/stat", name);
    fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    got = read(fd, buf, size);
    close(fd);
    return got > 0;
}

static void list(bool stats, bench_answer *answer) {
    char buf[4096];
    DIR *proc = opendir("/proc");
    const struct dirent *entry;
    if (!proc) bench_stop("/proc is not there");
    while ((entry = readdir(proc)) != NULL) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
        if (stats && !read_stat(dirfd(proc), entry->d_name, buf, sizeof buf)) continue;
        answer->rows++;
        answer->sum += strtoul(entry->d_name, NULL, 10);
    }
    closedir(proc);
}

/* -- the provider ------------------------------------------------------------------------------------------------ */

static void query(wql_session *session, const char *text, bench_answer *answer) {
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    wql_batch *batch;
    wql_status status;
    if (wql_session_exec(session, wql_s(text), NULL, &call, &err) < 0) bench_fail(&err);
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        const wql_column *ids = wql_batch_column(batch, 0);
        for (uint32_t row = 0; row < wql_batch_rows(batch); row++) answer->sum += ((const uint32_t *)ids->values)[row];
        answer->rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    if (status != WQL_END) bench_fail(&err);
    wql_call_close(call);
}

/* The same processes as a listing before and behind it. Others come and go meanwhile, so it may take some tries. */
static bool is_right(wql_session *session, const char *text, bench_answer *right) {
    for (uint32_t i = 0; i < TRIES; i++) {
        bench_answer before = {0}, ours = {0}, behind = {0};
        list(false, &before);
        query(session, text, &ours);
        list(false, &behind);
        *right = ours;
        if (before.sum == ours.sum && before.rows == ours.rows && ours.sum == behind.sum && ours.rows == behind.rows) return true;
    }
    return false;
}

static void measure(bench_run *run, wql_session *session, const char *id, const char *text, bool stats, const crowd *c) {
    bench_result *result = bench_results_add(&run->results, id, "ns/row", c->count);
    bench_answer right = {0};
    snprintf(result->note, sizeof result->note, "%s",
             stats ? "hand: listing, and open, read, close of each stat" : "hand: listing /proc");
    if (!bench_check(run, is_right(session, text, &right), "%s: %s: %llu processes", id, text, (unsigned long long)right.rows))
        return;
    for (uint32_t r = 0; r < run->rounds; r++) {
        bench_answer hand = {0}, ours = {0};
        double t0 = bench_clock(run->machine), t1, t2;
        list(stats, &hand);
        t1 = bench_clock(run->machine);
        query(session, text, &ours);
        t2 = bench_clock(run->machine);
        bench_series_add(&result->hand, (t1 - t0) * 1e9 / (double)hand.rows);
        bench_series_add(&result->ours, (t2 - t1) * 1e9 / (double)ours.rows);
    }
    result->checked = true;
    result->rows = right.rows;
    result->sum = right.sum;
}

void bench_linux(bench_run *run) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine;
    wql_session *session;
    crowd c;
    if (run->only && strcmp(run->only, "linux") != 0) return;
    if (!start(&c, run->check_only ? PROCESSES_CHECKED : PROCESSES)) bench_stop("no process can be started");
    if (wql_engine_open(NULL, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/cimv2", wql_linux_provider(), NULL, NULL, &err) < 0 ||
        wql_session_open(engine, "root/cimv2", NULL, &session, &err) < 0)
        bench_fail(&err);
    measure(run, session, "linux.ids", ids_text, false, &c);
    measure(run, session, "linux.stat", stat_text, true, &c);
    wql_session_close(session);
    if (wql_engine_close(engine) != WQL_OK) bench_stop("an engine does not close");
    end(&c);
}
