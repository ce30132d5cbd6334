/* SPDX-License-Identifier: MIT */
/* test_stop_work.c: how many instructions a run executes between a stop and its provider's close, at most. The stop flag lies on
 * a page of its own that cannot be read: each look at it traps. Just behind a chosen look the flag is set, which is the worst
 * moment, and from there on every instruction is counted, one by one, until the provider is closed. So the number does not depend
 * on the machine's load. Predicates of all kinds over texts of 200,000 bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_lab.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

/* A processor does about two instructions of such code in a nanosecond; half of one is a slow one. So this is 50 us at the worst.
 */
enum {
    INSTRUCTIONS_MAX = 25000,
    COPYING_MAX = 50000 /* of cells: an instruction copies 32 bytes */,
    VALUE = 200000,
    PATTERN = 10000,
    ROWS = 70,
    GIVE_UP = 100000
};

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CAN_STEP 1
#else
#define CAN_STEP 0
#endif

#if CAN_STEP

/* -- looking over the run's shoulder ----------------------------------------------------------------------------- */

enum { TRAP_FLAG = 0x100, PAGE = 4096 };

/* Signal handlers have no argument for it. */
static struct {
    _Atomic uint32_t *flag;
    long looks, target, count;
    bool passing, counting;
    greg_t last;
} watch;

static void protect(bool on) { (void)mprotect((void *)watch.flag, PAGE, on ? PROT_NONE : PROT_READ | PROT_WRITE); }

/* A look at the flag: it is let pass, and the next instruction traps. */
static void on_look(int number, siginfo_t *info, void *context) {
    ucontext_t *at = context;
    if (info->si_addr != (void *)watch.flag) {
        (void)signal(number, SIG_DFL);
        return;
    }
    watch.looks++;
    watch.passing = true;
    protect(false);
    at->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
}

static void on_step(int number, siginfo_t *info, void *context) {
    ucontext_t *at = context;
    (void)number, (void)info;
    if (watch.passing) {
        watch.passing = false;
        watch.counting = watch.looks == watch.target;
        if (watch.counting) {
            atomic_store(watch.flag, 1);
        } else {
            protect(true);
            at->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
        }
    } else if (watch.counting && watch.count < GIVE_UP) {
        watch.count +=
            at->uc_mcontext.gregs[REG_RIP] != watch.last; /* a copy of many bytes is one instruction, and traps often */
        watch.last = at->uc_mcontext.gregs[REG_RIP];
    } else {
        at->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
    }
}

static void on_close(rl_script *s, wql_scan *scan) {
    (void)s, (void)scan;
    watch.counting = false;
}

/* -- texts ------------------------------------------------------------------------------------------------------- */

/* `size` bytes of the unit, again and again, and an ending; for whole characters. */
static char *repeated(const char *unit, size_t size, const char *ending) {
    size_t len = strlen(unit), count = size / len;
    char *text = malloc(size + strlen(ending) + 1);
    if (!text) abort();
    for (size_t i = 0; i < count; i++) memcpy(text + i * len, unit, len);
    strcpy(text + count * len, ending);
    return text;
}

/* -- a provider that brings the same batch for ever -------------------------------------------------------------- */

enum { OFFSETS, VIEWS, CODES, CELLS, KNOWN, WAYS };

typedef struct world {
    const char *text;
    int way;
    uint32_t rows;
    uint32_t ids[ROWS];
    int32_t offsets[ROWS + 1], codes[ROWS];
    wql_view views[ROWS];
    const char *buffer;
    int64_t size;
} world;

static void fill(world *w) {
    size_t len = strlen(w->text);
    char *all = malloc(len * w->rows + 1);
    if (!all) abort();
    for (uint32_t r = 0; r < w->rows; r++) {
        memcpy(all + r * len, w->text, len);
        w->ids[r] = r;
        w->codes[r] = (int32_t)r;
        w->offsets[r + 1] = (int32_t)((r + 1) * len);
        w->views[r].len = (uint32_t)len;
        if (len <= 12) memcpy(w->views[r].as.inlined, w->text, len);
        if (len <= 12) continue;
        memcpy(w->views[r].as.ref.prefix, w->text, 4);
        w->views[r].as.ref.offset = (uint32_t)(r * len);
    }
    w->buffer = all;
    w->size = (int64_t)(len * w->rows);
}

static wql_status bring_cells(const world *w, wql_scan *scan) {
    bool room = true;
    for (uint32_t r = 0; room && r < w->rows; r++) {
        wql_param q = {.name = "Q", .value = wql_text(wql_s(w->text))};
        wql_row_set(scan, RL_ID, wql_u64(r));
        if (wql_scan_wants(scan, RL_S)) wql_row_set(scan, RL_S, wql_text(wql_s(w->text)));
        if (wql_scan_wants(scan, RL_REF)) wql_row_set(scan, RL_REF, wql_text(wql_s(w->text)));
        if (wql_scan_wants(scan, RL_TAGS)) wql_row_set(scan, RL_TAGS, wql_array(WQL_STRING, &q.value, 1));
        if (wql_scan_wants(scan, RL_E)) wql_row_set(scan, RL_E, wql_scan_object(scan, "Part", &q, 1));
        if (wql_scan_wants(scan, RL_D)) wql_row_set(scan, RL_D, wql_time((wql_datetime){.us = 1, .wild = 1}));
        room = wql_row_end(scan);
    }
    return WQL_OK;
}

static wql_status bring(rl_script *s, wql_scan *scan, wql_error *err) {
    const world *w = s->note;
    wql_column text = {.property = RL_S,
                       .type = WQL_STRING,
                       .layout = WQL_OFFSETS,
                       .offsets = w->offsets,
                       .bytes = w->buffer,
                       .bytes_size = (uint64_t)w->size};
    wql_column columns[2] = {{.property = RL_ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = w->ids}, text};
    if (w->way == CELLS) return bring_cells(w, scan);
    if (w->way == VIEWS)
        columns[1] = (wql_column){.property = RL_S,
                                  .type = WQL_STRING,
                                  .layout = WQL_VIEWS,
                                  .values = w->views,
                                  .buffers = &w->buffer,
                                  .buffer_sizes = &w->size,
                                  .buffer_count = 1};
    if (w->way == CODES)
        columns[1] = (wql_column){
            .property = RL_S, .type = WQL_STRING, .layout = WQL_CODES, .values = w->codes, .child = &text, .child_rows = w->rows};
    if (w->way == KNOWN) columns[1].buffer_id = 9; /* checked once, so that the condition is what takes the time */
    return wql_scan_emit(scan, w->rows, columns, 2, NULL, NULL, err);
}

/* -- one run ----------------------------------------------------------------------------------------------------- */

static void install(int number, void (*handler)(int, siginfo_t *, void *), struct sigaction *before) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
    assert_int_equal(sigaction(number, &action, before), 0);
}

/* Instructions from the stop behind look `target` to the close; -1: there were not so many looks. */
static long count_work(rl_lab *l, const char *query, long target) {
    struct sigaction segv, trap;
    wql_batch *batch;
    wql_status status = WQL_OK;
    rl_open(l, query, 0);
    watch.looks = watch.count = 0;
    watch.target = target;
    watch.passing = watch.counting = false;
    atomic_store(watch.flag, 0);
    install(SIGSEGV, on_look, &segv);
    install(SIGTRAP, on_step, &trap);
    protect(true);
    while (watch.looks <= target && status >= 0 && status != WQL_END) {
        status = wql__run_next(l->run, 0, &batch);
        wql_batch_release(batch);
    }
    assert_int_equal(wql__run_close(l->run), WQL_OK);
    protect(false);
    (void)sigaction(SIGSEGV, &segv, NULL);
    (void)sigaction(SIGTRAP, &trap, NULL);
    l->run = NULL;
    wql__plan_release(l->plan);
    wql__spares_close(l->env.spares);
    l->env.spares = NULL;
    l->plan = NULL;
    if (watch.looks < target) return -1;
    assert_int_equal(status, WQL_E_CALL_CANCELLED);
    return watch.count;
}

/* Tracing takes long: usually each shape is tried over one layout, and stopped at two places; WQL_ALL_SHAPES=1 tries all. */
static bool tries_all(void) { return getenv("WQL_ALL_SHAPES") != NULL; }

static long most_work(rl_lab *l, world *w, const char *query) {
    static const long few[] = {2, 9}, many[] = {1, 2, 3, 4, 6, 9, 17, 80, 400};
    const long *targets = tries_all() ? many : few;
    size_t count_of = tries_all() ? sizeof many / sizeof *many : sizeof few / sizeof *few;
    long most = 0;
    l->scripts[0].on_next = bring;
    l->scripts[0].on_close = on_close;
    l->scripts[0].note = w;
    l->raised = true;
    l->env.stop = watch.flag;
    l->env.pattern_chars = 1 << 20;
    for (size_t i = 0; i < count_of; i++) {
        long count = count_work(l, query, targets[i]);
        if (count > most) most = count;
    }
    return most;
}

static void open_watch(void) {
    void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(page != MAP_FAILED);
    memset(&watch, 0, sizeof watch);
    watch.flag = page;
}

static int failures, tried;

/* The condition over every layout; `unit` is what the values are made of. */
static void expect_prompt(rl_lab *l, const char *name, const char *unit, size_t size, const char *condition) {
    static const char *const ways[] = {"offsets", "views", "codes", "cells", "known"};
    char *text = repeated(unit, size, ""), *query = malloc(strlen(condition) + 64);
    if (!query) abort();
    strcpy(query, "SELECT Id FROM T WHERE ");
    strcat(query, condition);
    tried++;
    for (int way = 0; way < WAYS; way++) {
        bool has_column = !strstr(condition, "E.Q") && !strstr(condition, "Ref ") && strncmp(condition, "D ", 2) != 0;
        world w = {.text = text, .way = way, .rows = way == CELLS ? 3 : ROWS};
        long most;
        if (has_column ? way != tried % WAYS && !tries_all() : way != CELLS) continue;
        fill(&w);
        most = most_work(l, &w, query);
        if (getenv("WQL_SHOW")) printf("# %-28s %-8s %6ld\n", name, ways[way], most);
        if (most > (way == CELLS ? COPYING_MAX : INSTRUCTIONS_MAX)) {
            print_error("%s, %s: %ld instructions from the stop to the close\n", name, ways[way], most);
            failures++;
        }
        free((void *)(uintptr_t)w.buffer);
    }
    free(query);
    free(text);
}

/* -- the shapes -------------------------------------------------------------------------------------------------- */

#define PART (PATTERN / 2)

static void like(rl_lab *l, const char *name, const char *unit, const char *start, const char *pattern_unit, const char *ending) {
    char *middle = repeated(pattern_unit, PATTERN, ending), *condition = malloc(strlen(middle) + strlen(start) + 64);
    if (!condition) abort();
    strcpy(condition, "S LIKE '");
    strcat(condition, start);
    strcat(condition, middle);
    strcat(condition, "'");
    expect_prompt(l, name, unit, VALUE, condition);
    free(middle);
    free(condition);
}

static void test_like_on_long_values_stops_soon(void **state) {
    rl_lab *l = *state;
    open_watch();
    failures = 0;
    like(l, "contains", "ab", "%", "ab", "q%");
    like(l, "contains, nearly", "abababababababababababab", "%b", "ab", "ba%");
    like(l, "prefix", "ab", "", "ab", "q%");
    like(l, "suffix", "ab", "%q", "ab", "");
    like(l, "exact", "ab", "", "ab", "_");
    like(l, "underscores", "ab", "%", "_", "q%");
    like(l, "characters and underscores", "ab", "%", "a_", "q%");
    like(l, "sets", "ab", "%", "[a-c]", "q%");
    like(l, "sets at the start", "ab", "", "[a-c]", "q%");
    like(l, "many segments", "ab", "", "%a", "q");
    like(l, "segments that are not there", "ab", "", "%aab", "q");
    like(l, "segments with underscores", "ab", "", "%a_b", "q");
    like(l, "beyond ASCII", "\xc3\xa4\xc3\xb6", "%", "\xc3\xa4\xc3\xb6", "q%");
    like(l, "beyond ASCII, sets", "\xc3\xa4\xc3\xb6", "%", "[\xc3\xa4-\xc3\xb6]_", "q%");
    like(l, "beyond ASCII, segments", "\xc3\xa4\xc3\xb6", "", "%\xc3\xb6", "q");
    like(l, "ASCII pattern, other text", "\xc3\xa4s", "%", "sk", "q%");
    assert_int_equal(failures, 0);
}

static void compare(rl_lab *l, const char *name, const char *unit, const char *format, const char *ending) {
    char *text = repeated(unit, VALUE, ending), *condition = malloc(5 * strlen(text) + 200);
    if (!condition) abort();
    (void)sprintf(condition, format, text, text, text, text, text);
    expect_prompt(l, name, unit, VALUE, condition);
    free(text);
    free(condition);
}

static void test_comparisons_of_long_values_stop_soon(void **state) {
    rl_lab *l = *state;
    open_watch();
    failures = 0;
    compare(l, "equal", "ab", "S = '%s'", "q");
    compare(l, "unequal", "aB", "S <> '%s'", "");
    compare(l, "order", "ab", "S < '%s'", "");
    compare(l, "equal, beyond ASCII", "\xc3\x84", "S = '%s'", "q");
    compare(l, "order, beyond ASCII", "\xc3\x84", "S > '%s'", "");
    compare(l, "a set", "ab", "S = '%sx' OR S = '%sy' OR S = '%sz' OR S = '%sv' OR S = '%sw'", "q");
    compare(l, "not in a set", "\xc3\x84", "NOT (S = '%sx' OR S = '%sy' OR S = '%sz' OR S = '%sv' OR S = '%sw')", "");
    compare(l, "a reference", "ab", "Ref = '%s'", "q");
    compare(l, "within an object", "\xc3\x84", "E.Q < '%s'", "q");
    compare(l, "within an object, LIKE", "ab", "E.Q LIKE '%%_%s'", "q");
    assert_int_equal(failures, 0);
}

/* Much of what is quick. */
static void test_many_rows_and_conditions_stop_soon(void **state) {
    rl_lab *l = *state;
    char *many = malloc(300000);
    size_t used;
    if (!many) abort();
    open_watch();
    failures = 0;
    used = (size_t)sprintf(many, "Id >= 1");
    for (unsigned i = 0; i < 3000; i++) used += (size_t)sprintf(many + used, " AND (Id > %u OR N = %u)", i % 3, i);
    expect_prompt(l, "thousands of conditions", "ab", 10, many);
    used = (size_t)sprintf(many, "Id = 1");
    for (unsigned i = 0; i < 3000; i++) used += (size_t)sprintf(many + used, " OR Id = %u", 1000 + i * 100000);
    expect_prompt(l, "a set of thousands", "ab", 10, many);
    expect_prompt(l, "texts just not long", "ab", 254, "S LIKE '%a_a' OR S > 'abababab' OR S = 'x' OR S <> 'y'");
    expect_prompt(l, "dates with asterisks", "ab", 10, "D = '20200101000000.000000+000' OR D <> '20200101000000.000000+000'");
    expect_prompt(l, "no condition that looks at it", "\xc3\x84", VALUE, "S IS NULL");
    expect_prompt(l, "a path", "ab", 250, "__PATH LIKE '%x_'");
    free(many);
    assert_int_equal(failures, 0);
}

#else

static void test_like_on_long_values_stops_soon(void **state) {
    (void)state;
    printf("skipped: counting instructions, which needs x86-64 and no sanitizer\n");
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_like_on_long_values_stops_soon, rl_setup, rl_teardown),
#if CAN_STEP
        cmocka_unit_test_setup_teardown(test_comparisons_of_long_values_stop_soon, rl_setup, rl_teardown),
        cmocka_unit_test_setup_teardown(test_many_rows_and_conditions_stop_soon, rl_setup, rl_teardown),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
