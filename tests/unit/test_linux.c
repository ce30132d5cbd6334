/* SPDX-License-Identifier: MIT */
/* test_linux.c: the linux provider over recorded trees: configuration, what is opened, conditions, what is odd or missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../providers/linux/process.h"
#include "linux_aid.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

typedef struct place {
    linux_tree tree;
    linux_lab lab;
} place;

static void begin(place *p, const char *name, const char *ns, const char *more, bool take) {
    assert_true(linux_tree_make(&p->tree, name));
    assert_true(linux_lab_open(&p->lab, ns, linux_tree_config(&p->tree, more), WQL_CHECK_PROVIDERS, take));
}

static void end(place *p) {
    linux_lab_close(&p->lab);
    linux_tree_remove(&p->tree);
}

static void assert_rows(linux_lab *lab, const char *query, const char *expected) {
    char *rows = linux_lab_sorted(lab, query);
    assert_non_null(rows);
    assert_string_equal(rows, expected);
    free(rows);
}

/* A process with this stat line, of which `%d` is the number. */
static void add_process(const linux_tree *tree, int pid) {
    char path[64], text[300];
    (void)snprintf(path, sizeof path, "proc/%d/stat", pid);
    (void)snprintf(text, sizeof text,
                   "%d (worker) S 1 %d %d 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 1 0 %d 4096 1 0 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0\n",
                   pid, pid, pid, pid);
    assert_true(linux_tree_text(tree, path, text));
}

/* -- configuration --------------------------------------------------------------------------------------------------------- */

static void assert_refused(const char *config, wql_status status, const char *words) {
    linux_lab lab;
    assert_false(linux_lab_open(&lab, "root/cimv2", config, 0, true));
    assert_int_equal(lab.status, status);
    if (!strstr(lab.err.message, words)) fail_msg("%s: %s", config, lab.err.message);
    linux_lab_close(&lab);
}

static void test_options(void **state) {
    static const char *const good[] = {NULL,    "", ",", " procfs=/proc ,, sysfs=/sys", "classes=win32,version=kernel,load=10000",
                                       "root=/"};
    (void)state;
    assert_refused("zebra=1", WQL_E_INVALID_PARAMETER, "there is no option 'zebra'; there are root, procfs,");
    assert_refused("Procfs=/proc", WQL_E_INVALID_PARAMETER, "no option 'Procfs'");
    assert_refused("procfs", WQL_E_INVALID_PARAMETER, "option 'procfs' has no value");
    assert_refused("procfs=", WQL_E_INVALID_PARAMETER, "absolute path");
    assert_refused("procfs=proc", WQL_E_INVALID_PARAMETER, "option procfs is 'proc'");
    assert_refused("classes=cim", WQL_E_INVALID_PARAMETER, "it takes win32 or linux");
    assert_refused("load=-1", WQL_E_INVALID_PARAMETER, "milliseconds");
    assert_refused("load=10001", WQL_E_INVALID_PARAMETER, "milliseconds");
    assert_refused("load=18446744073709551716", WQL_E_INVALID_PARAMETER, "milliseconds");
    assert_refused("sysfs=/nowhere/at/all", WQL_E_PROVIDER_LOAD_FAILURE,
                   "cannot open /nowhere/at/all: there is no such directory");
    assert_refused("etc=/etc/passwd", WQL_E_PROVIDER_LOAD_FAILURE, "it is no directory");
    assert_refused("=x", WQL_E_INVALID_PARAMETER, "there is no option ''");
    assert_refused("a\nb=1", WQL_E_INVALID_PARAMETER, "'a?b'");
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        linux_lab lab;
        if (!linux_lab_open(&lab, "root/cimv2", good[i], 0, true)) fail_msg("%s: %s", good[i], lab.err.message);
        linux_lab_close(&lab);
    }
}

/* -- namespaces ------------------------------------------------------------------------------------------------------------ */

static void test_classes(void **state) {
    place p;
    (void)state;
    begin(&p, "bare", "root/cimv2", NULL, true);
    assert_rows(&p.lab, "SELECT __CLASS, Handle FROM CIM_Process WHERE Handle = '1'", "Win32_Process|1;");
    assert_rows(&p.lab, "SELECT __RELPATH FROM Win32_Process WHERE ProcessId = 2", "Win32_Process.Handle=\"2\";");
    assert_rows(&p.lab, "SELECT Handle, __RELPATH FROM Win32_Process WHERE ProcessId = 2", "2|Win32_Process.Handle=\"2\";");
    assert_rows(&p.lab, "SELECT __RELPATH FROM Win32_OperatingSystem", "Win32_OperatingSystem=@;");
    assert_null(linux_lab_rows(&p.lab, "SELECT * FROM Linux_Process"));
    assert_int_equal(p.lab.status, WQL_E_INVALID_CLASS);
    assert_null(linux_lab_rows(&p.lab, "SELECT Uid FROM Win32_Process"));
    assert_int_equal(p.lab.status, WQL_E_INVALID_QUERY);
    end(&p);
    begin(&p, "bare", "root/linux", "classes=linux", true);
    assert_rows(&p.lab, "SELECT __CLASS, Handle FROM Win32_Process WHERE Handle = '1'", "Linux_Process|1;");
    assert_rows(&p.lab, "SELECT __CLASS, Uid FROM Linux_Process WHERE ProcessId = 400", "Linux_Process|1000;");
    assert_rows(&p.lab, "SELECT __CLASS, DeviceID FROM CIM_LogicalDevice",
                "Linux_Mount|/;Linux_Mount|/boot;Linux_Mount|/proc;Win32_Processor|CPU0;Win32_Processor|CPU1;");
    assert_rows(&p.lab, "SELECT __CLASS, __RELPATH FROM CIM_OperatingSystem", "Linux_OperatingSystem|Linux_OperatingSystem=@;");
    end(&p);
}

/* -- what is opened -------------------------------------------------------------------------------------------------------- */

static uint64_t opens_of(linux_lab *lab, const char *query, uint64_t rows) {
    uint64_t before = linux_lab_opens(lab);
    char *text = linux_lab_rows(lab, query);
    assert_non_null(text);
    free(text);
    assert_int_equal(lab->rows, rows);
    return linux_lab_opens(lab) - before;
}

/* The listing is one; the numbers come out of it. */
static void test_listing_opens_no_process(void **state) {
    place p;
    (void)state;
    begin(&p, NULL, "root/cimv2", NULL, true);
    for (int pid = 1; pid <= 300; pid++) add_process(&p.tree, pid);
    assert_int_equal(opens_of(&p.lab, "SELECT ProcessId FROM Win32_Process", 300), 1);
    assert_int_equal(
        opens_of(&p.lab, "SELECT Handle, ProcessId, CSCreationClassName FROM Win32_Process WHERE ProcessId > 100", 200), 1);
    assert_int_equal(opens_of(&p.lab, "SELECT Handle FROM Win32_Process WHERE Handle LIKE '29%'", 11), 1);
    assert_int_equal(opens_of(&p.lab, "SELECT ProcessId, Name FROM Win32_Process WHERE ProcessId > 297", 3), 1 + 3);
    assert_int_equal(opens_of(&p.lab, "SELECT Name, ExecutablePath FROM Win32_Process WHERE ProcessId > 297", 3), 1 + 3 * 3);
    end(&p);
}

/* A look-up costs the same whether there are 20 processes or 2,000. */
static void test_lookup_cost(void **state) {
    static const char *const queries[] = {
        "SELECT Name, ParentProcessId FROM Win32_Process WHERE ProcessId = 17",
        "SELECT ProcessId FROM Win32_Process WHERE Handle = '17'",
        "SELECT Name FROM Win32_Process WHERE ProcessId = 3 OR ProcessId = 17 OR ProcessId = 3 OR ProcessId = 999999",
        "SELECT Name FROM Win32_Process WHERE (Handle = '5' OR Handle = '17') AND (ProcessId = 17 OR ProcessId = 18 OR ProcessId "
        "= 19)"};
    static const uint64_t rows[] = {1, 1, 2, 1};
    enum { QUERIES = 4 };
    uint64_t few[QUERIES], many[QUERIES];
    place p;
    (void)state;
    begin(&p, NULL, "root/cimv2", NULL, true);
    for (int pid = 1; pid <= 20; pid++) add_process(&p.tree, pid);
    for (int i = 0; i < QUERIES; i++) few[i] = opens_of(&p.lab, queries[i], rows[i]);
    for (int pid = 21; pid <= 2000; pid++) add_process(&p.tree, pid);
    for (int i = 0; i < QUERIES; i++) many[i] = opens_of(&p.lab, queries[i], rows[i]);
    for (int i = 0; i < QUERIES; i++) {
        assert_int_equal(few[i], many[i]);
        assert_in_range(many[i], 1, 3);
    }
    assert_int_equal(opens_of(&p.lab, "SELECT Name FROM Win32_Process WHERE Handle = 'abc' OR Handle = '0017'", 0), 0);
    end(&p);
}

/* -- conditions ------------------------------------------------------------------------------------------------------------ */

/* The rows are the same whether the provider takes the conditions or the engine does. */
static void test_pushdown_identity(void **state) {
    static const char *const conditions[] = {
        "ProcessId = 1",
        "ProcessId = 403",
        "Handle = '402' OR Handle = '2' OR Handle = '02'",
        "Handle = '2' OR ProcessId = 400",
        "ProcessId = 2 AND Name = 'kthreadd'",
        "Handle = '2' AND ProcessId = 1",
        "NOT ProcessId = 2",
        "Name LIKE 'A%'",
        "Name = 'SYSTEMD'",
        "Name LIKE '%name%' AND ThreadCount > 1",
        "CommandLine IS NULL",
        "CommandLine IS NOT NULL AND HandleCount IS NULL",
        "HandleCount >= 0",
        "CreationDate > '20231115000000.000000+000'",
        "CreationDate <= '20231115231320.000000+060'",
        "WorkingSetSize IS NULL",
        "PageFaults = 1",
        "SessionId = 3",
        "SessionId <> 3",
        "Uid = 0 AND UserName = 'ROOT'",
        "ExeDeleted = TRUE",
        "TerminationDate IS NULL AND Status = 'ok'",
        "OtherOperationCount = 1",
        "CSName LIKE '%example%'",
        "ProcessId = 1 AND (Nice = 0 OR Nice = 5)",
        "Handle = '4\xef\xbc\x90\x30'",
        "ProcessId > 1 AND ProcessId < 402 AND __CLASS = 'Linux_Process'",
    };
    place taking, leaving;
    uint32_t total = 0;
    (void)state;
    begin(&taking, "bare", "root/linux", "classes=linux", true);
    begin(&leaving, "bare", "root/linux", "classes=linux", false);
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        char query[300], *a, *b;
        (void)snprintf(query, sizeof query,
                       "SELECT Handle, Name, CommandLine, WorkingSetSize, UserName FROM Linux_Process WHERE %s", conditions[i]);
        a = linux_lab_sorted(&taking.lab, query);
        b = linux_lab_sorted(&leaving.lab, query);
        assert_non_null(a);
        assert_non_null(b);
        if (strcmp(a, b) != 0) fail_msg("%s\ntaken: %s\nleft:  %s", conditions[i], a, b);
        total += (uint32_t)taking.lab.rows;
        free(a);
        free(b);
    }
    assert_true(total > 40);
    end(&taking);
    end(&leaving);
}

/* -- what is odd or missing ------------------------------------------------------------------------------------------------ */

static void test_vanished(void **state) {
    place p;
    (void)state;
    begin(&p, "bare", "root/cimv2", NULL, true);
    assert_rows(&p.lab, "SELECT ProcessId FROM Win32_Process WHERE ProcessId >= 402", "402;403;");
    assert_rows(&p.lab, "SELECT ProcessId, Name FROM Win32_Process WHERE ProcessId >= 402", "402|a-very-long-name-indeed;");
    assert_rows(&p.lab, "SELECT ProcessId FROM Win32_Process WHERE ProcessId = 403", "");
    assert_rows(&p.lab, "SELECT ProcessId, CommandLine FROM Win32_Process WHERE ProcessId >= 403", "");
    assert_int_equal(p.lab.nulled, 0);
    end(&p);
}

static void test_unreadable_is_null_and_counted(void **state) {
    char path[200];
    place p;
    (void)state;
    begin(&p, NULL, "root/cimv2", NULL, true);
    add_process(&p.tree, 5);
    assert_true(linux_tree_text(&p.tree, "proc/5/io/wall", ""));
    add_process(&p.tree, 6);
    (void)snprintf(path, sizeof path, "%s/proc/6/io", p.tree.dir);
    assert_int_equal(mkfifo(path, 0600), 0); /* a pipe that nobody writes to */
    add_process(&p.tree, 7);
    assert_true(linux_tree_text(&p.tree, "proc/8/stat", "no stat at all"));
    assert_rows(&p.lab, "SELECT ProcessId, ReadTransferCount, WriteTransferCount FROM Win32_Process",
                "5|NULL|NULL;6|NULL|NULL;7|NULL|NULL;8|NULL|NULL;");
    assert_int_equal(p.lab.nulled, 4); /* process 7 and 8 have no such file: that is NULL, but no failure to read */
    assert_rows(&p.lab, "SELECT Name, ThreadCount FROM Win32_Process WHERE ProcessId > 6", "NULL|NULL;worker|1;");
    assert_int_equal(p.lab.nulled, 2);
    end(&p);
}

static void test_long_command_line(void **state) {
    enum { SIZE = 100 << 10 };
    char *cmdline = malloc(SIZE), *cell;
    place p;
    (void)state;
    assert_non_null(cmdline);
    for (int i = 0; i < SIZE; i++) cmdline[i] = (char)(i % 1000 == 999 ? 0 : 'a' + i % 26);
    begin(&p, NULL, "root/cimv2", NULL, true);
    for (int pid = 1; pid <= 40; pid++) {
        char path[40];
        add_process(&p.tree, pid);
        (void)snprintf(path, sizeof path, "proc/%d/cmdline", pid);
        assert_true(linux_tree_write(&p.tree, path, cmdline, SIZE));
    }
    cell = linux_lab_cell(&p.lab, "Win32_Process", "CommandLine", "ProcessId = 1");
    assert_non_null(cell);
    assert_int_equal(strlen(cell), SIZE);
    for (int i = 0; i < SIZE; i++) assert_int_equal(cell[i], cmdline[i] ? cmdline[i] : ' ');
    free(cell);
    cell = linux_lab_rows(&p.lab, "SELECT CommandLine FROM Win32_Process");
    assert_non_null(cell);
    assert_int_equal(strlen(cell), 40 * (SIZE + 1));
    free(cell);
    free(cmdline);
    end(&p);
}

static void test_repaired_name(void **state) {
    place p;
    (void)state;
    begin(&p, "bare", "root/cimv2", NULL, true);
    assert_rows(&p.lab, "SELECT Name FROM Win32_Process WHERE Name = 'bad\xef\xbf\xbd\xef\xbf\xbdname'",
                "bad\xef\xbf\xbd\xef\xbf\xbdname;");
    assert_int_equal(p.lab.repaired, 1);
    end(&p);
}

/* A directory of a thread is not in the listing, but can be opened by its number. */
static void test_thread_is_no_process(void **state) {
    place p;
    (void)state;
    begin(&p, NULL, "root/cimv2", NULL, true);
    assert_true(
        linux_tree_text(&p.tree, "proc/9/stat",
                        "9 (thread) S 1 8 8 0 -1 64 1 0 0 0 5 6 0 0 20 0 2 0 9 4096 1 0 1 1 0 0 0 0 0 0 0 0 0 0 -1 0 0 0\n"));
    assert_rows(&p.lab, "SELECT ProcessId FROM Win32_Process WHERE ProcessId = 9", "");
    end(&p);
}

static void test_no_machine_at_all(void **state) {
    static const char *const classes[] = {"Win32_OperatingSystem", "Win32_ComputerSystem"};
    place p;
    (void)state;
    begin(&p, NULL, "root/cimv2", NULL, true);
    for (size_t i = 0; i < 2; i++) {
        char query[80], *rows;
        (void)snprintf(query, sizeof query, "SELECT * FROM %s", classes[i]);
        rows = linux_lab_rows(&p.lab, query);
        assert_non_null(rows);
        assert_int_equal(p.lab.rows, 1);
        free(rows);
    }
    assert_rows(&p.lab, "SELECT Name, TotalPhysicalMemory, NumberOfProcessors, Manufacturer FROM Win32_ComputerSystem",
                "localhost|NULL|NULL|NULL;");
    assert_rows(&p.lab, "SELECT * FROM Win32_Processor", "");
    assert_rows(&p.lab, "SELECT * FROM Win32_Process", "");
    end(&p);
}

/* -- memory ---------------------------------------------------------------------------------------------------------------- */

typedef struct purse {
    uint64_t count, fail_at;
    bool on; /* the failing one and all behind it */
    size_t held;
} purse;

static void *pay(void *user, void *ptr, size_t old_size, size_t new_size) {
    purse *p = user;
    void *out;
    if (!new_size) {
        free(ptr);
        p->held -= old_size;
        return NULL;
    }
    p->count++;
    if (p->fail_at && (p->count == p->fail_at || (p->on && p->count > p->fail_at))) return NULL;
    out = realloc(ptr, new_size);
    if (out) p->held += new_size - old_size;
    return out;
}

/* Mounts and asks with one allocation failing. Returns the number of rows, or a failure. */
static int64_t ask_poor(purse *p, const char *config, const char *query) {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine = NULL;
    wql_session *session = NULL;
    wql_batch *batch;
    wql_call call;
    wql_status status;
    int64_t bytes = 0;
    options.alloc = pay;
    options.alloc_user = p;
    status = wql_engine_open(&options, &engine, &err);
    if (status < 0) return status;
    status = wql_engine_mount(engine, "root/linux", wql_linux_provider(), config, NULL, &err);
    if (status >= 0) status = wql_session_open(engine, "root/linux", NULL, &session, &err);
    if (status >= 0) status = wql_session_exec(session, wql_s(query), NULL, &call, &err);
    if (status >= 0) {
        while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
            for (uint32_t i = 0; i < wql_batch_width(batch); i++)
                for (uint32_t row = 0; row < wql_batch_rows(batch); row++)
                    bytes += 1 + !wql_column_is_null(wql_batch_column(batch, i), row);
            wql_batch_release(batch);
        }
        (void)wql_call_close(call);
    }
    wql_session_close(session);
    (void)wql_engine_close(engine);
    return status < 0 ? status : bytes;
}

/* Each allocation in turn: the answer is whole or it is WQL_E_OUT_OF_MEMORY, never one with holes; and nothing is kept. Returns
 * how often it was that. */
static uint32_t refuse_each(const char *config, const char *query) {
    purse p = {0};
    int64_t whole = ask_poor(&p, config, query);
    uint64_t count = p.count;
    uint32_t refused = 0;
    assert_true(whole > 0);
    assert_int_equal(p.held, 0);
    for (uint64_t at = 1; at <= count; at++) {
        int64_t got;
        p = (purse){.fail_at = at, .on = at % 2};
        got = ask_poor(&p, config, query);
        assert_int_equal(p.held, 0);
        if (got != whole && got != WQL_E_OUT_OF_MEMORY)
            fail_msg("%s, allocation %d of %d: %lld, not %lld", query, (int)at, (int)count, (long long)got, (long long)whole);
        refused += got == WQL_E_OUT_OF_MEMORY;
    }
    return refused;
}

static void test_memory_refused(void **state) {
    static const struct {
        const char *tree, *query;
    } cases[] = {{"bare", "SELECT * FROM Linux_Process"},
                 {"bare", "SELECT * FROM Linux_OperatingSystem"},
                 {"bare", "SELECT * FROM Win32_ComputerSystem"},
                 {"bare", "SELECT * FROM Win32_Processor"},
                 {"bare", "SELECT Name FROM Win32_Process WHERE ProcessId = 1 OR ProcessId = 2"},
                 {"laptop", "SELECT * FROM Linux_Mount"},
                 {"laptop", "SELECT * FROM Linux_NetworkAdapter"},
                 {"laptop", "SELECT * FROM Win32_NetworkAdapterConfiguration"},
                 {"laptop", "SELECT * FROM Linux_Service"}};
    uint32_t refused = 0;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        linux_tree tree;
        char path[200];
        assert_true(linux_tree_make(&tree, cases[i].tree));
        assert_true(linux_tree_text(&tree, "etc/init.d/daemon", "#!/bin/sh\nPIDFILE=/run/daemon.pid\n"));
        (void)snprintf(path, sizeof path, "%s/etc/init.d/daemon", tree.dir);
        assert_int_equal(chmod(path, 0755), 0);
        assert_true(linux_tree_text(&tree, "sys/class/net/eth9/ifindex", "9\n"));
        refused += refuse_each(linux_tree_config(&tree, "classes=linux,load=0"), cases[i].query);
        linux_tree_remove(&tree);
    }
    assert_true(refused > 100);
}

/* -- parsers --------------------------------------------------------------------------------------------------------------- */

static void assert_name(const char *comm, const char *cmdline, size_t size, const char *expected) {
    wql_str name = wql__process_name(wql_s(comm), (wql_str){cmdline, size});
    assert_int_equal(name.len, strlen(expected));
    assert_memory_equal(name.ptr, expected, name.len);
}

static void test_names(void **state) {
    (void)state;
    assert_name("short", "/bin/other", 10, "short");
    assert_name("gnome-session-b", "/usr/lib/gnome-session-binary\0-x", 32, "gnome-session-binary");
    assert_name("gnome-session-b", "python3\0gnome-session-binary", 28, "gnome-session-b");
    assert_name("exactly15bytes_", "exactly15bytes_", 15, "exactly15bytes_");
    assert_name("gnome-session-b", "", 0, "gnome-session-b");
    assert_name("gnome-session-b", "/", 1, "gnome-session-b");
}

static void test_stat_lines(void **state) {
    static const char *const bad[] = {"",      "1",      "1 (a",    "1 a) S 1",      ")(",
                                      "1 (a)", "1 (a) ", "1 (a) S", "1 (a) S x 2 3", "1 (a) S 1 2 3"};
    wql__process_stat stat;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_false(wql__process_parse_stat(wql_s(bad[i]), &stat));
    assert_true(
        wql__process_parse_stat(wql_s("3 () ) Z 18446744073709551615 -2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 -7\n"), &stat));
    assert_int_equal(stat.comm.len, 2);
    assert_int_equal(*stat.state.ptr, 'Z');
    assert_int_equal(stat.parent, -1);
    assert_int_equal(stat.group, -2);
    assert_int_equal(stat.resident, -7);
}

static void test_titles(void **state) {
    static const char title[] = "sshd: anna@pts/0\0\0\0\0", plain[] = "/opt/my app/run\0";
    linux_lab lab;
    wql__linux_arena arena;
    wql_str line;
    (void)state;
    assert_true(linux_lab_open(&lab, "root/cimv2", NULL, 0, true));
    arena = (wql__linux_arena){.mount = ((wql__linux_mount *)lab.mount)->mount};
    line = wql__process_command_line(&arena, (wql_str){title, sizeof title - 1});
    assert_true(wql__linux_is(line, "sshd: anna@pts/0"));
    line = wql__process_command_line(&arena, (wql_str){plain, sizeof plain - 1});
    assert_true(wql__linux_is(line, "\"/opt/my app/run\""));
    wql__linux_arena_free(&arena);
    linux_lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_listing_opens_no_process),
        cmocka_unit_test(test_lookup_cost),
        cmocka_unit_test(test_pushdown_identity),
        cmocka_unit_test(test_vanished),
        cmocka_unit_test(test_unreadable_is_null_and_counted),
        cmocka_unit_test(test_long_command_line),
        cmocka_unit_test(test_repaired_name),
        cmocka_unit_test(test_thread_is_no_process),
        cmocka_unit_test(test_no_machine_at_all),
        cmocka_unit_test(test_memory_refused),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_stat_lines),
        cmocka_unit_test(test_titles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
