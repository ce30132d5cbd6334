/* SPDX-License-Identifier: MIT */
/* test_linux_associations.c: the associations of this machine's classes, both ways, on the machine that runs the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wql/wql.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static wql_error err = {.struct_size = sizeof(wql_error)};

typedef struct lab {
    wql_engine *engine;
    wql_session *session;
} lab;

static void open_lab(lab *l, const char *config) {
    assert_int_equal(wql_engine_open(NULL, &l->engine, &err), WQL_OK);
    assert_int_equal(wql_engine_mount(l->engine, "root/cimv2", wql_linux_provider(), config, NULL, &err), WQL_OK);
    assert_int_equal(wql_session_open(l->engine, "root/cimv2", NULL, &l->session, &err), WQL_OK);
}

static void close_lab(lab *l) {
    wql_session_close(l->session);
    assert_int_equal(wql_engine_close(l->engine), WQL_OK);
}

/* Rows of a query, and how many of them have that path. `scanned`, if not NULL: rows that providers brought. */
static uint64_t ask(lab *l, const char *query, const char *path, uint64_t *found, uint64_t *scanned) {
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    uint64_t rows = 0;
    wql_call call;
    wql_batch *batch;
    wql_status status;
    *found = 0;
    assert_int_equal(wql_session_exec(l->session, wql_s(query), NULL, &call, &err), WQL_OK);
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        for (uint32_t i = 0; i < wql_batch_rows(batch); i++) {
            wql_value value;
            assert_int_equal(wql_batch_value(batch, i, "__RELPATH", &value), WQL_OK);
            *found += value.str.len == strlen(path) && !memcmp(value.str.ptr, path, value.str.len);
        }
        rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    if (status != WQL_END) fail_msg("%s: %s", query, err.message);
    assert_int_equal(wql_call_get_stats(call, &stats), WQL_OK);
    if (scanned) *scanned = stats.rows_scanned;
    wql_call_close(call);
    return rows;
}

/* A child of this process is found from its parent, and the parent from it, by key: no other row is made. */
static void a_process_and_its_children(void **state) {
    static const char *const configs[] = {NULL, "classes=linux"};
    static const char *const classes[] = {"Win32_Process", "Linux_Process"};
    char query[200], path[100];
    pid_t child = fork();
    (void)state;
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* it goes with a test that fails, and holds no pipe of it */
        (void)close(STDOUT_FILENO);
        (void)close(STDERR_FILENO);
        pause();
        _exit(0);
    }
    assert_true(child > 0);
    for (int i = 0; i < 2; i++) {
        uint64_t found, scanned, rows;
        lab l;
        open_lab(&l, configs[i]);
        (void)snprintf(query, sizeof query, "ASSOCIATORS OF {Win32_Process.Handle=%d} WHERE Role = Parent", (int)getpid());
        (void)snprintf(path, sizeof path, "%s.Handle=\"%d\"", classes[i], (int)child);
        rows = ask(&l, query, path, &found, &scanned);
        assert_int_equal(found, 1);
        assert_true(scanned <= 2 * rows + 1); /* the process, its references, what they name */
        (void)snprintf(query, sizeof query, "ASSOCIATORS OF {Win32_Process.Handle=\"%d\"} WHERE ResultRole = Parent", (int)child);
        (void)snprintf(path, sizeof path, "%s.Handle=\"%d\"", classes[i], (int)getpid());
        assert_int_equal(ask(&l, query, path, &found, &scanned), 1);
        assert_int_equal(found, 1);
        assert_int_equal(scanned, 3);
        (void)snprintf(query, sizeof query, "REFERENCES OF {Win32_Process.Handle=\"%d\"} WHERE Role = Child", (int)child);
        (void)snprintf(path, sizeof path, "Linux_ProcessParent.Child=\"%s.Handle=\\\"%d\\\"\",Parent=\"%s.Handle=\\\"%d\\\"\"",
                       classes[i], (int)child, classes[i], (int)getpid());
        assert_int_equal(ask(&l, query, path, &found, NULL), 1);
        assert_int_equal(found, 1);
        close_lab(&l);
    }
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
}

static void all_pairs_are_those_that_are_found_by_key(void **state) {
    uint64_t found, pairs, adapters;
    lab l;
    (void)state;
    open_lab(&l, NULL);
    adapters = ask(&l, "SELECT DeviceID FROM Win32_NetworkAdapter", "", &found, NULL);
    pairs = ask(&l, "SELECT * FROM Win32_NetworkAdapterSetting", "", &found, NULL);
    assert_int_equal(pairs, adapters);
    if (ask(&l, "SELECT * FROM Win32_NetworkAdapter WHERE DeviceID = '1'", "", &found, NULL) == 1) {
        assert_int_equal(ask(&l, "ASSOCIATORS OF {Win32_NetworkAdapter.DeviceID=1} WHERE ResultRole = Setting",
                             "Win32_NetworkAdapterConfiguration.Index=1", &found, NULL),
                         1);
        assert_int_equal(found, 1);
        assert_int_equal(ask(&l, "ASSOCIATORS OF {Win32_NetworkAdapterConfiguration=1} WHERE ResultRole = Element",
                             "Win32_NetworkAdapter.DeviceID=\"1\"", &found, NULL),
                         1);
        assert_int_equal(found, 1);
    } else {
        print_message("# skipped: there is no link of number 1\n");
    }
    close_lab(&l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_and_its_children),
        cmocka_unit_test(all_pairs_are_those_that_are_found_by_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
