/* SPDX-License-Identifier: MIT */
/* test_plugin.c: providers out of shared objects: loading them, what is said of those that are none, and when they are closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../plugins/lasting.h"
#include "ticks.h"

#include <wql/wql.h>

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char build[PATH_MAX]; /* the folder of the build, from where this program lies: BUILD/tests/unit/test_plugin */
static wql_error err;

static const char *plugin(const char *name) {
    static char path[PATH_MAX + 100];
    snprintf(path, sizeof path, "%s/%s.so", build, name);
    return path;
}

/* Whether a file is mapped into this process. (dlopen with RTLD_NOLOAD would open it, and wait for ever at a pipe.) */
static bool is_loaded(const char *path) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[PATH_MAX + 200];
    bool found = false;
    if (!maps) return false;
    while (fgets(line, sizeof line, maps))
        if (strstr(line, path)) found = true;
    fclose(maps);
    return found;
}

static int find_build(void **state) {
    ssize_t len = readlink("/proc/self/exe", build, sizeof build - 1);
    (void)state;
    if (len < 0) return -1;
    build[len] = '\0';
    for (int i = 0; i < 3; i++) *strrchr(build, '/') = '\0';
    return 0;
}

static wql_engine *open_engine(uint32_t workers) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_engine *engine;
    opt.workers = workers;
    assert_int_equal(wql_engine_open(&opt, &engine, NULL), WQL_OK);
    err = (wql_error)WQL_INIT(wql_error);
    return engine;
}

static void load(wql_engine *engine, const char *ns, const char *name, const char *config) {
    if (wql_engine_load(engine, ns, plugin(name), config, &err) != WQL_OK) fail_msg("%s", err.message);
}

static wql_call start(wql_engine *engine, const char *ns, const char *query) {
    wql_session *session;
    wql_call call;
    assert_int_equal(wql_session_open(engine, ns, NULL, &session, NULL), WQL_OK);
    if (wql_session_exec(session, wql_s(query), NULL, &call, &err) != WQL_OK) fail_msg("%s", err.message);
    wql_session_close(session);
    return call;
}

static uint32_t count_rows(wql_engine *engine, const char *ns, const char *query) {
    wql_call call = start(engine, ns, query);
    wql_batch *batch;
    uint32_t rows = 0;
    wql_status status;
    for (; (status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK; wql_batch_release(batch))
        rows += wql_batch_rows(batch);
    if (status != WQL_END) fail_msg("%s", err.message);
    wql_call_close(call);
    return rows;
}

/* The options that name a record. */
static const char *options_of(record *r, const char *what) {
    static char text[64];
    memset(r, 0, sizeof *r);
    snprintf(text, sizeof text, "%llx%s", (unsigned long long)(uintptr_t)r, what);
    return text;
}

/* -- the example ------------------------------------------------------------------------------------------------- */

static void the_example_serves_rows(void **state) {
    wql_engine *engine = open_engine(0);
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    (void)state;
    assert_int_equal(setenv("WQL_TEST_ONE", "1", 1), 0);
    assert_int_equal(setenv("WQL_TEST_TWO", "2=2", 1), 0);
    load(engine, "root/env", "examples/plugin_env", NULL);
    assert_true(is_loaded(plugin("examples/plugin_env")));
    load(engine, "root/few", "examples/plugin_env", "WQL_TEST_"); /* the same file, in another namespace */
    assert_int_equal(count_rows(engine, "root/few", "SELECT * FROM Env_Variable"), 2);
    assert_int_equal(count_rows(engine, "root/env", "SELECT * FROM Env_Variable WHERE Name LIKE 'WQL[_]TEST[_]%'"), 2);
    assert_int_equal(count_rows(engine, "root/few", "SELECT Name FROM Env_Variable WHERE Value = '2=2'"), 1);
    wql_engine_get_stats(engine, &stats);
    assert_int_equal(stats.providers, 2);
    assert_int_equal(wql_engine_unmount(engine, "root/env", "env", &err), WQL_OK);
    assert_int_equal(count_rows(engine, "root/few", "SELECT * FROM Env_Variable"), 2); /* one of two is still there */
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    assert_false(is_loaded(plugin("examples/plugin_env")));
}

static void twice_in_one_namespace(void **state) {
    wql_engine *engine = open_engine(0);
    (void)state;
    load(engine, "root/env", "examples/plugin_env", NULL);
    assert_int_equal(wql_engine_load(engine, "root/env", plugin("examples/plugin_env"), NULL, &err), WQL_E_ALREADY_EXISTS);
    assert_non_null(strstr(err.message, "plugin_env.so: "));
    assert_non_null(strstr(err.message, "Env_Variable"));
    assert_true(count_rows(engine, "root/env", "SELECT * FROM Env_Variable") > 0);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    assert_false(is_loaded(plugin("examples/plugin_env")));
}

/* A name without a slash is a file of the current folder; libc.so.6 would be found in the folders of libraries. */
static void a_name_without_a_slash(void **state) {
    wql_engine *engine = open_engine(0);
    char before[PATH_MAX];
    (void)state;
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(wql_engine_load(engine, "root/a", "libc.so.6", NULL, &err), WQL_E_PROVIDER_LOAD_FAILURE);
    assert_string_equal(err.message, "plug-in libc.so.6: there is no such file");
    {
        char folder[PATH_MAX + 20];
        snprintf(folder, sizeof folder, "%s/examples", build);
        assert_int_equal(chdir(folder), 0);
    }
    assert_int_equal(wql_engine_load(engine, "root/a", "plugin_env.so", NULL, &err), WQL_OK);
    assert_int_equal(chdir(before), 0);
    assert_true(count_rows(engine, "root/a", "SELECT * FROM Env_Variable") > 0);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
}

/* -- what is no plug-in ------------------------------------------------------------------------------------------ */

static void expect_refused(wql_engine *engine, const char *path, const char *config, wql_status code, const char *words) {
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    wql_status status;
    err = (wql_error)WQL_INIT(wql_error);
    status = wql_engine_load(engine, "root/bad", path, config, &err);
    if (status != code || err.status != code) fail_msg("%s: 0x%08x %s", path, (unsigned)status, err.message);
    if (!strstr(err.message, words)) fail_msg("\"%s\" is not in: %s", words, err.message);
    if (!strstr(err.message, path)) fail_msg("%s is not named in: %s", path, err.message);
    wql_engine_get_stats(engine, &stats);
    assert_int_equal(stats.providers, 0);
    assert_false(is_loaded(path));
    assert_int_equal(wql_engine_load(engine, "root/bad", path, config, NULL), code); /* again, and nobody listens */
}

static void what_is_no_plugin(void **state) {
    static const struct {
        const char *name, *words;
    } table[] = {{"tests/plugins/no_entry", "exports no wql_provider_main"},
                 {"tests/plugins/no_provider", "no provider for this libwql (version 1"},
                 {"tests/plugins/no_table", "needs a name, load or mof, open and next"},
                 {"tests/plugins/short_table", "struct_size is 16, which is too small"},
                 {"tests/plugins/newer", "needs a newer libwql"},
                 {"tests/plugins/undefined", "undefined symbol: wql_test_nowhere"},
                 {"nowhere", "there is no such file"}};
    wql_engine *engine = open_engine(0);
    char folder[PATH_MAX + 20], file[PATH_MAX + 100];
    FILE *text;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        expect_refused(engine, plugin(table[i].name), NULL, WQL_E_PROVIDER_LOAD_FAILURE, table[i].words);
    snprintf(folder, sizeof folder, "%s/tests/plugins", build);
    expect_refused(engine, folder, NULL, WQL_E_PROVIDER_LOAD_FAILURE, "it is a directory");
    snprintf(file, sizeof file, "%s/lasting.so/x", folder);
    expect_refused(engine, file, NULL, WQL_E_PROVIDER_LOAD_FAILURE, "there is no such file");
    expect_refused(engine, "/dev/null", NULL, WQL_E_PROVIDER_LOAD_FAILURE, "no ordinary file");
    snprintf(file, sizeof file, "%s/text.%ld.so", folder, (long)getpid());
    text = fopen(file, "w");
    assert_non_null(text);
    fputs("this is no shared object, whatever its name says\n", text);
    fclose(text);
    expect_refused(engine, file, NULL, WQL_E_PROVIDER_LOAD_FAILURE, "it cannot be loaded: ");
    if (geteuid() != 0) {
        assert_int_equal(chmod(file, 0), 0);
        expect_refused(engine, file, NULL, WQL_E_ACCESS_DENIED, "may not be read");
    }
    assert_int_equal(unlink(file), 0);
    assert_int_equal(mkfifo(file, 0600), 0); /* opening it would wait for ever */
    expect_refused(engine, file, NULL, WQL_E_PROVIDER_LOAD_FAILURE, "no ordinary file");
    assert_int_equal(unlink(file), 0);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
}

/* A copy that was broken off, at many places: said, and not a SIGBUS in the loader. */
static void a_file_that_was_cut(void **state) {
    static char whole[256 * 1024];
    wql_engine *engine = open_engine(0);
    char file[PATH_MAX + 100];
    size_t size, refused = 0;
    FILE *from = fopen(plugin("examples/plugin_env"), "rb");
    (void)state;
    assert_non_null(from);
    size = fread(whole, 1, sizeof whole, from);
    fclose(from);
    snprintf(file, sizeof file, "%s/tests/plugins/cut.%ld.so", build, (long)getpid());
    for (size_t len = 0; len < size; len += len < 1024 ? 61 : 997) {
        FILE *to = fopen(file, "wb");
        wql_status status;
        assert_non_null(to);
        assert_int_equal(fwrite(whole, 1, len, to), len);
        fclose(to);
        err = (wql_error)WQL_INIT(wql_error);
        status = wql_engine_load(engine, "root/cut", file, NULL, &err);
        if (status == WQL_OK) break; /* what is behind is for debuggers and never loaded */
        assert_int_equal(status, WQL_E_PROVIDER_LOAD_FAILURE);
        assert_non_null(strstr(err.message, "it cannot be loaded: "));
        refused++;
        assert_int_equal(unlink(file), 0);
    }
    (void)unlink(file);
    assert_true(refused > 15);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
}

static void misuse(void **state) {
    wql_engine *engine = open_engine(0);
    (void)state;
    assert_int_equal(wql_engine_load(NULL, "root/a", "x.so", NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_load(engine, NULL, "x.so", NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_load(engine, "root/a", NULL, NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_load(engine, "root/a", "", NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_load(engine, "root//a", plugin("examples/plugin_env"), NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(err.status, WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
}

static void a_load_that_refuses(void **state) {
    wql_engine *engine = open_engine(0);
    const char *path = plugin("tests/plugins/lasting");
    record r;
    (void)state;
    expect_refused(engine, path, options_of(&r, " refuse"), WQL_E_PROVIDER_LOAD_FAILURE, "not today");
    assert_string_equal(err.provider, "lasting");
    assert_int_equal(r.loads, 2);
    assert_int_equal(r.closed, 2); /* each time the object was taken out again */
    expect_refused(engine, path, options_of(&r, " silent"), WQL_E_ACCESS_DENIED, "provider lasting could not be loaded");
    expect_refused(engine, path, options_of(&r, " name"), WQL_E_INVALID_CLASS, "no name");
    assert_int_equal(r.unloads, 0);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
}

/* -- how long it stays ------------------------------------------------------------------------------------------- */

static wql_batch *first_batch(wql_call call) {
    wql_batch *batch;
    if (wql_call_next(call, WQL_FOREVER, &batch, &err) != WQL_OK) fail_msg("%s", err.message);
    return batch;
}

static void check_text(const wql_batch *batch) {
    wql_str text = wql_column_str(wql_batch_column(batch, 1), 7);
    assert_int_equal(text.len, 20);
    assert_memory_equal(text.ptr, "a text in the object", 20);
}

static void *release_there(void *batch) {
    wql_batch_release(batch);
    return NULL;
}

/* Its batches are memory of the object; the last of them, on whatever thread, lets it go, behind its own release callback. */
static void a_batch_keeps_it_behind_the_engine(void **state) {
    wql_engine *engine = open_engine(0);
    wql_batch *batch, *gathered;
    wql_class *cls;
    pthread_t thread;
    wql_call call;
    record r;
    (void)state;
    load(engine, "root/l", "tests/plugins/lasting", options_of(&r, ""));
    call = start(engine, "root/l", "SELECT * FROM Lasting");
    batch = first_batch(call);
    cls = wql_class_retain(wql_batch_class(batch));
    wql_call_close(call);
    call = start(engine, "root/l", "SELECT * FROM Lasting WHERE Id <> 3");
    gathered = first_batch(call);
    wql_call_close(call);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    assert_int_equal(r.closes, 2);
    assert_int_equal(r.unloads + r.closed, 0);
    check_text(batch);
    wql_batch_release(batch);
    assert_int_equal(r.unloads + r.closed, 0);
    check_text(gathered);
    assert_int_equal(pthread_create(&thread, NULL, release_there, gathered), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(r.releases, r.emitted);
    assert_int_equal(r.unloads, 1);
    assert_int_equal(r.closed, 1);
    assert_string_equal(wql_class_describe(cls)->name, "Lasting"); /* a copy */
    wql_class_release(cls);
}

static void an_unmount_waits_for_its_batches(void **state) {
    wql_engine *engine = open_engine(0);
    wql_batch *batch;
    wql_call call;
    record r;
    (void)state;
    load(engine, "root/l", "tests/plugins/lasting", options_of(&r, ""));
    call = start(engine, "root/l", "SELECT * FROM Lasting");
    batch = first_batch(call);
    wql_call_close(call);
    assert_int_equal(wql_engine_unmount(engine, "root/l", "lasting", &err), WQL_OK);
    assert_int_equal(r.unloads + r.closed, 0);
    load(engine, "root/l", "tests/plugins/lasting", options_of(&r, "")); /* a second one beside the first */
    check_text(batch);
    wql_batch_release(batch);
    assert_int_equal(r.closed, 0); /* the second mount has it */
    assert_int_equal(wql_engine_unmount(engine, "root/l", "lasting", &err), WQL_OK);
    assert_int_equal(r.closed, 1);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
}

/* A call that has ended while its provider has not come back: the object stays until it does. */
static void a_provider_that_is_still_inside(void **state) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_session *session;
    wql_engine *engine;
    wql_call call;
    record r;
    (void)state;
    opt.workers = 1;
    opt.cancel_wait_ms = 1;
    err = (wql_error)WQL_INIT(wql_error);
    assert_int_equal(wql_engine_open(&opt, &engine, NULL), WQL_OK);
    load(engine, "root/l", "tests/plugins/lasting", options_of(&r, " hold"));
    assert_int_equal(wql_session_open(engine, "root/l", NULL, &session, NULL), WQL_OK);
    how.flags = WQL_RUN_AHEAD;
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM Lasting"), &how, &call, &err), WQL_OK);
    assert_true(wait_until(&r.held, true));
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    wql_call_close(call);
    assert_int_equal(wql_engine_unmount(engine, "root/l", "lasting", &err), WQL_S_TIMEDOUT);
    assert_int_equal(wql_engine_close(engine), WQL_S_TIMEDOUT);
    assert_int_equal(r.unloads + r.closed, 0);
    atomic_store(&r.let_go, true);
    while (wql_engine_close(engine) == WQL_S_TIMEDOUT) {} /* each waits a millisecond for the worker */
    assert_int_equal(r.closes, 1);
    assert_int_equal(r.unloads, 1);
    assert_int_equal(r.closed, 1);
}

/* -- loading on many threads, unloading beside them -------------------------------------------------------------- */

enum { THREADS = 4, ROUNDS = 25 };

typedef struct crew {
    wql_engine *engine;
    const char *path;
    int number, wrong;
} crew;

static void *load_and_unload(void *user) {
    crew *c = user;
    char ns[32];
    snprintf(ns, sizeof ns, "root/n%d", c->number);
    for (int i = 0; i < ROUNDS; i++) {
        wql_session *session;
        wql_call call;
        wql_batch *batch = NULL;
        if (wql_engine_load(c->engine, ns, c->path, "PATH", NULL) != WQL_OK) c->wrong++;
        if (wql_session_open(c->engine, ns, NULL, &session, NULL) != WQL_OK) {
            c->wrong++;
            continue;
        }
        if (wql_session_exec(session, wql_s("SELECT * FROM Env_Variable"), NULL, &call, NULL) != WQL_OK ||
            wql_call_next(call, WQL_FOREVER, &batch, NULL) != WQL_OK)
            c->wrong++;
        wql_call_close(call);
        wql_session_close(session);
        if (wql_engine_unmount(c->engine, ns, "env", NULL) != WQL_OK) c->wrong++;
        wql_batch_release(batch);
    }
    return NULL;
}

static void on_many_threads(void **state) {
    wql_engine *engine = open_engine(0);
    const char *path = plugin("examples/plugin_env"); /* one text for all threads */
    pthread_t threads[THREADS];
    crew crews[THREADS];
    (void)state;
    assert_int_equal(setenv("PATH", "x", 0), 0);
    for (int i = 0; i < THREADS; i++) {
        crews[i] = (crew){engine, path, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, load_and_unload, &crews[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(crews[i].wrong, 0);
    }
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    assert_false(is_loaded(plugin("examples/plugin_env")));
}

/* -- no memory --------------------------------------------------------------------------------------------------- */

typedef struct failing {
    long calls, fail_at;
    int64_t bytes;
} failing;

static void *fail_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    failing *f = user;
    void *made;
    if (new_size == 0) {
        f->bytes -= (int64_t)old_size;
        free(ptr);
        return NULL;
    }
    if (++f->calls == f->fail_at) return NULL;
    made = realloc(ptr, new_size);
    if (made) f->bytes += (int64_t)new_size - (int64_t)old_size;
    return made;
}

static void no_memory(void **state) {
    wql_status status = WQL_E_OUT_OF_MEMORY;
    char before[PATH_MAX], folder[PATH_MAX + 20];
    (void)state;
    assert_non_null(getcwd(before, sizeof before));
    snprintf(folder, sizeof folder, "%s/examples", build);
    assert_int_equal(chdir(folder), 0);
    for (long at = 1; status != WQL_OK; at++) {
        failing f = {0, 0, 0};
        wql_engine_options opt = WQL_INIT(wql_engine_options);
        wql_engine *engine;
        opt.alloc = fail_alloc;
        opt.alloc_user = &f;
        assert_int_equal(wql_engine_open(&opt, &engine, NULL), WQL_OK);
        f.fail_at = f.calls + at;
        status = wql_engine_load(engine, "root/env", "plugin_env.so", "PATH", &err);
        if (status != WQL_OK && status != WQL_E_OUT_OF_MEMORY) fail_msg("allocation %ld: %s", at, err.message);
        if (status == WQL_E_OUT_OF_MEMORY) assert_false(is_loaded(plugin("examples/plugin_env")));
        f.fail_at = 0;
        if (status != WQL_OK) assert_int_equal(wql_engine_load(engine, "root/env", "plugin_env.so", "PATH", &err), WQL_OK);
        assert_int_equal(wql_engine_close(engine), WQL_OK);
        assert_int_equal(f.bytes, 0);
    }
    assert_int_equal(chdir(before), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_serves_rows),
        cmocka_unit_test(twice_in_one_namespace),
        cmocka_unit_test(a_name_without_a_slash),
        cmocka_unit_test(what_is_no_plugin),
        cmocka_unit_test(a_file_that_was_cut),
        cmocka_unit_test(misuse),
        cmocka_unit_test(a_load_that_refuses),
        cmocka_unit_test(a_batch_keeps_it_behind_the_engine),
        cmocka_unit_test(an_unmount_waits_for_its_batches),
        cmocka_unit_test(a_provider_that_is_still_inside),
        cmocka_unit_test(on_many_threads),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, find_build, NULL);
}
