/* SPDX-License-Identifier: MIT */
/* test_linux_services.c: services: names, words and lists without a bus, and a service manager on a private one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../providers/linux/units.h"
#include "linux_aid.h"
#include "linux_manager.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* -- without a bus --------------------------------------------------------------------------------------------------------- */

typedef struct place {
    linux_tree tree;
    linux_lab lab;
    wql__linux_arena arena;
} place;

static void begin(place *p, const char *more) {
    assert_true(linux_tree_make(&p->tree, NULL));
    assert_true(linux_lab_open(&p->lab, "root/linux", linux_tree_config(&p->tree, more), WQL_CHECK_PROVIDERS, true));
    p->arena = (wql__linux_arena){.mount = ((wql__linux_mount *)p->lab.mount)->mount};
}

static void end(place *p) {
    wql__linux_arena_free(&p->arena);
    linux_lab_close(&p->lab);
    linux_tree_remove(&p->tree);
}

static void assert_text(wql_str text, const char *expected) {
    if (!wql__linux_is(text, expected)) fail_msg("\"%.*s\" is not \"%s\"", WQL_FMT(text), expected);
}

static void test_words(void **state) {
    static const char *const states[][2] = {
        {"active", "Running"},   {"reloading", "Running"}, {"activating", "Start Pending"}, {"deactivating", "Stop Pending"},
        {"inactive", "Stopped"}, {"failed", "Stopped"},    {"maintenance", "Unknown"},      {"", "Unknown"}};
    static const char *const modes[][2] = {
        {"enabled", "Auto"},    {"enabled-runtime", "Auto"},   {"generated", "Auto"},  {"alias", "Auto"},
        {"disabled", "Manual"}, {"static", "Manual"},          {"indirect", "Manual"}, {"transient", "Manual"},
        {"masked", "Disabled"}, {"masked-runtime", "Disabled"}};
    static const char *const types[][2] = {{"simple", "Own Process"}, {"exec", "Own Process"},    {"notify", "Own Process"},
                                           {"dbus", "Own Process"},   {"oneshot", "Own Process"}, {"forking", "Share Process"}};
    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        assert_string_equal(wql__linux_unit_state(wql_s(states[i][0])), states[i][1]);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        assert_string_equal(wql__linux_unit_start_mode(wql_s(modes[i][0])), modes[i][1]);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        assert_string_equal(wql__linux_unit_type(wql_s(types[i][0])), types[i][1]);
    assert_null(wql__linux_unit_start_mode(wql_s("bad")));
    assert_null(wql__linux_unit_type(wql_s("new-in-systemd-999")));
}

static void test_names(void **state) {
    place p;
    (void)state;
    begin(&p, NULL);
    assert_text(wql__linux_unit_short(wql_s("getty@tty1.service")), "getty@tty1");
    assert_text(wql__linux_unit_short(wql_s(".service")), ".service");
    assert_text(wql__linux_unit_short(wql_s("a.socket")), "a.socket");
    assert_text(wql__linux_unit_pattern(&p.arena, wql_s("Ss1-x")), "[Ss][Ss]1-[Xx].service");
    assert_text(wql__linux_unit_pattern(&p.arena, wql_s("*[?\\")), "????.service");
    assert_text(wql__linux_unit_pattern(&p.arena, wql_s("\xe2\x84\xaa")), "***.service"); /* the Kelvin sign equals k */
    assert_text(wql__linux_unit_path(&p.arena, wql_s("a-1@b.service")), "/org/freedesktop/systemd1/unit/a_2d1_40b_2eservice");
    assert_text(wql__linux_unit_path(&p.arena, wql_s("1a.service")), "/org/freedesktop/systemd1/unit/_31a_2eservice");
    end(&p);
}

static void test_command_lines(void **state) {
    wql_str line = {NULL, 0};
    place p;
    (void)state;
    begin(&p, NULL);
    assert_true(wql__linux_add_argument(&p.arena, &line, wql_s("/bin/x")));
    assert_true(wql__linux_add_argument(&p.arena, &line, wql_s("two words")));
    assert_true(wql__linux_add_argument(&p.arena, &line, wql_s("")));
    assert_true(wql__linux_add_argument(&p.arena, &line, wql_s("q\"\\")));
    assert_text(line, "/bin/x \"two words\" \"\" \"q\\\"\\\\\"");
    end(&p);
}

/* -- with one -------------------------------------------------------------------------------------------------------------- */

static linux_manager manager;
static const char *reason; /* why there is none */

static int begin_manager(void **state) {
    (void)state;
    reason = linux_manager_begin(&manager);
    if (reason) printf("skipped: services over a bus: %s\n", reason);
    return 0;
}

static int end_manager(void **state) {
    (void)state;
    linux_manager_end(&manager);
    return 0;
}

static void begin_on_bus(place *p, const char *more) {
    char config[300];
    if (reason) skip();
    (void)snprintf(config, sizeof config, "classes=linux,bus=%s%s", manager.address, more);
    begin(p, config);
}

static void assert_rows(place *p, const char *query, const char *expected) {
    char *rows = linux_lab_rows(&p->lab, query);
    if (!rows) fail_msg("%s: %s", query, p->lab.err.message);
    assert_string_equal(rows, expected);
    free(rows);
}

static void test_list(void **state) {
    place p;
    (void)state;
    begin_on_bus(&p, "");
    assert_true(linux_tree_text(&p.tree, "lib/systemd/system/idle.service", "[Unit]\nDescription = Does nothing\n[Service]\n"));
    assert_rows(&p, "SELECT Name, State, Started, StartMode, Status FROM Win32_Service",
                "a\\x2db|Unknown|FALSE|Manual|OK;backup|Stopped|FALSE|Manual|Error;blocked|Stopped|FALSE|Disabled|OK;"
                "getty@tty1|Start Pending|FALSE|Auto|OK;idle|Stopped|FALSE|Manual|OK;run-u7|Stop Pending|FALSE|Manual|OK;"
                "ssh|Running|TRUE|Auto|OK;");
    assert_int_equal(p.lab.status, WQL_END);
    assert_int_equal(manager.details, 0);
    assert_rows(&p, "SELECT DisplayName, LoadState, SubState FROM Linux_Service WHERE Name = 'idle' OR Name = 'SSH'",
                "Does nothing|NULL|NULL;OpenBSD Secure Shell server|loaded|running;");
    assert_string_equal(manager.patterns, "[Ii][Dd][Ll][Ee].service [Ss][Ss][Hh].service");
    assert_rows(&p, "SELECT UnitFileState, ActiveState FROM Linux_Service WHERE Name = 'a\\\\x2db'", "indirect|maintenance;");
    assert_rows(&p, "SELECT Name FROM Win32_Service WHERE Name = '*'", "");
    assert_int_equal(manager.details, 0);
    end(&p);
}

static void test_details(void **state) {
    uint32_t before;
    place p;
    (void)state;
    begin_on_bus(&p, "");
    before = manager.details;
    assert_rows(&p,
                "SELECT PathName, ProcessId, StartName, ServiceType, ExitCode, ServiceSpecificExitCode, AcceptStop, AcceptPause, "
                "DelayedAutoStart FROM Win32_Service WHERE Name = 'ssh'",
                "/usr/sbin/sshd -D \"two words\"; /bin/true|812|root|Own Process|0|0|TRUE|FALSE|FALSE;");
    assert_int_equal(manager.details - before, 1);
    assert_rows(&p,
                "SELECT NRestarts, MemoryCurrent, TasksCurrent, CPUUsageNSec, Slice, Result, FragmentPath, UnitFilePreset, "
                "ActiveEnterTimestamp, TriggeredBy FROM Linux_Service WHERE Name = 'ssh'",
                "2|4096|NULL|NULL|system.slice|success|/lib/systemd/system/ssh.service|NULL|20231114221320.500000+000|NULL;");
    assert_rows(&p,
                "SELECT StartName, ServiceType, ExitCode, DelayedAutoStart, TriggeredBy FROM Linux_Service WHERE Name = 'backup'",
                "backup (dynamic)|Share Process|1077|TRUE|{backup.timer};");
    /* The manager refuses to tell: NULL, and counted. */
    assert_rows(&p, "SELECT Name, PathName, ProcessId FROM Win32_Service WHERE Name LIKE 'getty%'", "getty@tty1|NULL|NULL;");
    assert_int_equal(p.lab.nulled, 2);
    /* A condition on what the list tells spares the call for all others. */
    before = manager.details;
    assert_rows(&p, "SELECT ProcessId FROM Win32_Service WHERE State = 'Running'", "812;");
    assert_int_equal(manager.details - before, 1);
    end(&p);
}

/* A manager that has stopped answering costs its time limit, and no query; the call's deadline ends the wait too. */
static void test_silent_manager(void **state) {
    wql_call_options options = WQL_INIT(wql_call_options);
    wql_batch *batch = NULL;
    wql_call call;
    place p;
    (void)state;
    begin_on_bus(&p, ",bus_timeout=100");
    atomic_store(&manager.silent, true);
    assert_rows(&p, "SELECT Name FROM Win32_Service", "");
    assert_int_equal(p.lab.status, WQL_S_PARTIAL_RESULTS);
    end(&p);
    begin_on_bus(&p, ",bus_timeout=600000");
    options.timeout_ms = 100;
    assert_int_equal(wql_session_exec(p.lab.session, wql_s("SELECT Name FROM Win32_Service"), &options, &call, &p.lab.err),
                     WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &p.lab.err), WQL_E_TIMED_OUT);
    (void)wql_call_close(call);
    atomic_store(&manager.silent, false);
    assert_rows(&p, "SELECT Name FROM Win32_Service WHERE Name = 'ssh'", "ssh;");
    end(&p);
}

/* The main process of a service, from either end: one unit is asked for, that of the process's control group. */
static void test_main_process(void **state) {
    static const struct {
        const char *pid, *cgroup;
    } processes[] = {{"812", "0::/system.slice/ssh.service\n"},
                     {"813", "0::/system.slice/ssh.service/worker\n"},
                     {"814", "0::/user.slice/user-7.slice/session-2.scope\n"},
                     {"815", "0::/system.slice/gone.service\n"}};
    char path[40], text[200];
    uint32_t before;
    place p;
    (void)state;
    begin_on_bus(&p, "");
    for (size_t i = 0; i < sizeof processes / sizeof processes[0]; i++) {
        (void)snprintf(path, sizeof path, "proc/%s/cgroup", processes[i].pid);
        assert_true(linux_tree_text(&p.tree, path, processes[i].cgroup));
        (void)snprintf(path, sizeof path, "proc/%s/stat", processes[i].pid);
        (void)snprintf(text, sizeof text,
                       "%s (sshd) S 1 1 1 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 1 0 5 4096 1 0 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0\n",
                       processes[i].pid);
        assert_true(linux_tree_text(&p.tree, path, text));
    }
    before = manager.details;
    assert_rows(&p, "REFERENCES OF {Win32_Service.Name='ssh'} WHERE Role = Service",
                "Linux_Service.Name=\"ssh\"|Linux_Process.Handle=\"812\";");
    assert_rows(&p, "ASSOCIATORS OF {Win32_Process=812} WHERE AssocClass = Linux_ServiceProcess KeysOnly", "ssh;");
    assert_int_equal(manager.details - before, 2);
    assert_rows(&p, "ASSOCIATORS OF {Win32_Process=813} WHERE ResultClass = Win32_Service KeysOnly", "");
    assert_int_equal(manager.details - before, 3);
    assert_rows(&p, "ASSOCIATORS OF {Win32_Process=814} WHERE ResultClass = Win32_Service KeysOnly", "");
    assert_rows(&p, "ASSOCIATORS OF {Win32_Process=815} WHERE ResultClass = Win32_Service KeysOnly", "");
    assert_int_equal(manager.details - before, 3);
    assert_rows(&p, "SELECT Process FROM Linux_ServiceProcess", "Linux_Process.Handle=\"812\";");
    /* The machine's services: one is asked for by its name. */
    assert_rows(&p, "SELECT PartComponent FROM Win32_SystemServices WHERE PartComponent = 'Linux_Service.Name=\"ssh\"'",
                "Linux_Service.Name=\"ssh\";");
    assert_string_equal(manager.patterns, "[Ss][Ss][Hh].service");
    end(&p);
}

static void test_no_bus_there(void **state) {
    place p;
    (void)state;
    begin(&p, "bus=unix:path=/nowhere/at/all");
    assert_rows(&p, "SELECT Name FROM Win32_Service", "");
    assert_int_equal(p.lab.status, WQL_S_PARTIAL_RESULTS);
    end(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),        cmocka_unit_test(test_names),        cmocka_unit_test(test_command_lines),
        cmocka_unit_test(test_list),         cmocka_unit_test(test_details),      cmocka_unit_test(test_silent_manager),
        cmocka_unit_test(test_main_process), cmocka_unit_test(test_no_bus_there),
    };
    return cmocka_run_group_tests(tests, begin_manager, end_manager);
}
