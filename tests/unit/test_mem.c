/* SPDX-License-Identifier: MIT */
/* test_mem.c: the counted allocator and arenas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/base/mem.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A hook that checks what it is told, counts, and can be made to fail. */
typedef struct hook {
    uint64_t live, peak;
    unsigned calls, fail_at; /* the call with that number fails; 0: none */
    unsigned bad;            /* sizes that do not agree with what was handed out */
} hook;

static void *hook_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    hook *h = user;
    size_t *block = ptr ? (size_t *)(void *)((char *)ptr - 16) : NULL;
    if ((block ? *block : 0) != old_size) h->bad++;
    if (!new_size) {
        if (!block) h->bad++;
        h->live -= old_size;
        free(block);
        return NULL;
    }
    if (++h->calls == h->fail_at) return NULL;
    block = realloc(block, new_size + 16);
    if (!block) return NULL;
    *block = new_size;
    h->live = h->live - old_size + new_size;
    if (h->live > h->peak) h->peak = h->live;
    return (char *)block + 16;
}

static void check_usage(const wql__mem *mem, const hook *h) {
    uint64_t used, peak;
    wql__mem_usage(mem, &used, &peak);
    assert_int_equal(used, h->live);
    assert_int_equal(peak, h->peak);
    assert_int_equal(h->bad, 0);
}

static void counts_what_is_used(void **state) {
    hook h = {0, 0, 0, 0, 0};
    wql__mem *mem = wql__mem_open(hook_alloc, &h, 0);
    char *a, *b;
    (void)state;
    assert_non_null(mem);
    check_usage(mem, &h);
    a = wql__alloc(mem, 100);
    b = wql__alloc_zero(mem, 50);
    assert_non_null(a);
    assert_non_null(b);
    for (int i = 0; i < 50; i++) assert_int_equal(b[i], 0);
    check_usage(mem, &h);
    memset(a, 'x', 100);
    a = wql__realloc(mem, a, 100, 1000);
    assert_non_null(a);
    for (int i = 0; i < 100; i++) assert_int_equal(a[i], 'x');
    check_usage(mem, &h);
    a = wql__realloc(mem, a, 1000, 10);
    check_usage(mem, &h);
    wql__free(mem, a, 10);
    wql__free(mem, b, 50);
    wql__free(mem, NULL, 7);
    check_usage(mem, &h);
    assert_ptr_equal(wql__mem_retain(mem), mem);
    wql__mem_release(mem);
    check_usage(mem, &h);
    wql__mem_release(mem);
    wql__mem_release(NULL);
    assert_int_equal(h.live, 0);
    assert_int_equal(h.bad, 0);
}

static void works_with_the_c_library(void **state) {
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    char *a;
    (void)state;
    assert_non_null(mem);
    a = wql__alloc(mem, 0); /* not asked for, but harmless */
    assert_non_null(a);
    a = wql__realloc(mem, a, 0, 5000);
    assert_non_null(a);
    wql__free(mem, a, 5000);
    wql__mem_release(mem);
}

static void the_limit_holds(void **state) {
    hook h = {0, 0, 0, 0, 0};
    wql__mem *mem = wql__mem_open(hook_alloc, &h, 4096);
    wql_error err = WQL_INIT(wql_error);
    uint64_t used, peak;
    size_t room;
    char *a;
    (void)state;
    assert_non_null(mem);
    wql__mem_usage(mem, &used, NULL);
    room = (size_t)(4096 - used);
    a = wql__alloc(mem, room); /* exactly up to it */
    assert_non_null(a);
    assert_null(wql__alloc(mem, 1));
    assert_int_equal(wql__fail_memory(mem, &err), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "memory_max"));
    assert_non_null(strstr(err.message, "4096"));
    assert_null(wql__realloc(mem, a, room, 4096));
    wql__mem_usage(mem, &used, &peak);
    assert_int_equal(used, 4096);
    assert_int_equal(peak, 4096);
    a = wql__realloc(mem, a, room, 1); /* shrinking is never refused */
    assert_non_null(a);
    wql__free(mem, a, 1);
    wql__mem_release(mem);
    assert_int_equal(h.live, 0);
    assert_null(wql__mem_open(hook_alloc, &h, 1));
}

/* A provider whose allocation memory_max refused can only answer WQL_E_OUT_OF_MEMORY: the engine knows better. */
static void a_limit_that_a_provider_met_is_named(void **state) {
    hook h = {0, 0, 0, 0, 0};
    wql__mem *mem = wql__mem_open(hook_alloc, &h, 4096);
    wql_error err = WQL_INIT(wql_error);
    uint64_t before = wql__mem_refusals(mem);
    (void)state;
    assert_int_equal(wql__mem_blame(mem, WQL_E_OUT_OF_MEMORY, before, &err), WQL_OK); /* not for want of the engine's memory */
    assert_null(wql__alloc(mem, 5000));
    assert_int_equal(wql__mem_blame(mem, WQL_E_FAILED, before, &err), WQL_OK);
    assert_int_equal(err.status, WQL_OK);
    assert_int_equal(wql__mem_blame(mem, WQL_E_OUT_OF_MEMORY, before, &err), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "memory_max"));
    assert_int_equal(wql__mem_blame(mem, WQL_E_OUT_OF_MEMORY, wql__mem_refusals(mem), NULL), WQL_OK);
    wql__mem_release(mem);
}

static void tells_refusals_apart(void **state) {
    hook h = {0, 0, 0, 0, 0};
    wql__mem *mem = wql__mem_open(hook_alloc, &h, 1 << 20);
    (void)state;
    assert_null(wql__alloc(mem, 2 << 20));
    assert_int_equal(wql__fail_memory(mem, NULL), WQL_E_QUOTA_VIOLATION);
    h.fail_at = h.calls + 1;
    assert_null(wql__alloc(mem, 64));
    assert_int_equal(wql__fail_memory(mem, NULL), WQL_E_OUT_OF_MEMORY);
    check_usage(mem, &h);
    assert_null(wql__alloc(mem, 2 << 20));
    assert_int_equal(wql__fail_memory(mem, NULL), WQL_E_QUOTA_VIOLATION);
    assert_null(wql__alloc(mem, SIZE_MAX)); /* a size that did not fit */
    assert_int_equal(wql__fail_memory(mem, NULL), WQL_E_OUT_OF_MEMORY);
    wql__mem_release(mem);
}

static void sizes_of_arrays(void **state) {
    (void)state;
    assert_int_equal(wql__array_size(0, 8), 0);
    assert_int_equal(wql__array_size(8, 0), 0);
    assert_int_equal(wql__array_size(3, 8), 24);
    assert_true(wql__array_size(SIZE_MAX / 8, 8) == SIZE_MAX / 8 * 8);
    assert_true(wql__array_size(SIZE_MAX / 8 + 1, 8) == SIZE_MAX);
    assert_true(wql__array_size(SIZE_MAX, SIZE_MAX) == SIZE_MAX);
}

enum { THREADS = 4, ROUNDS = 20000, LIMIT = 64 * 1024 };

static void *grab_and_give(void *arg) {
    wql__mem *mem = arg;
    uint64_t used, peak;
    uintptr_t over = 0;
    for (int i = 0; i < ROUNDS; i++) {
        size_t size = (size_t)(i * 37 % 20000 + 1);
        void *ptr = wql__alloc(mem, size);
        wql__mem_usage(mem, &used, &peak);
        over += used > LIMIT || peak > LIMIT;
        wql__free(mem, ptr, size);
    }
    return (void *)over;
}

static void the_limit_holds_for_all_threads_together(void **state) {
    wql__mem *mem = wql__mem_open(NULL, NULL, LIMIT);
    pthread_t threads[THREADS];
    uint64_t before, after;
    (void)state;
    wql__mem_usage(mem, &before, NULL);
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, grab_and_give, mem), 0);
    for (int i = 0; i < THREADS; i++) {
        void *over;
        assert_int_equal(pthread_join(threads[i], &over), 0);
        assert_null(over);
    }
    wql__mem_usage(mem, &after, NULL);
    assert_int_equal(before, after);
    wql__mem_release(mem);
}

/* -- arenas ---------------------------------------------------------------------------------------------------------
 */

static void arenas_align_and_keep(void **state) {
    hook h = {0, 0, 0, 0, 0};
    wql__mem *mem = wql__mem_open(hook_alloc, &h, 0);
    wql__arena arena;
    char *pieces[300];
    (void)state;
    wql__arena_init(&arena, mem);
    for (size_t i = 0; i < 300; i++) {
        size_t size = i * i % 700;
        pieces[i] = i % 3 ? wql__arena_alloc(&arena, size) : wql__arena_buffer(&arena, size);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % (i % 3 ? 16 : 64), 0);
        memset(pieces[i], (int)(i & 0xff), size);
    }
    for (size_t i = 0; i < 300; i++)
        for (size_t k = 0; k < i * i % 700; k++) assert_int_equal((unsigned char)pieces[i][k], i & 0xff);
    wql__arena_free(&arena);
    wql__arena_free(&arena);
    wql__mem_release(mem);
    assert_int_equal(h.live, 0);
    assert_int_equal(h.bad, 0);
}

/* An arena that begins in memory of its owner asks the heap for nothing until that is full, and gives it back when it is freed.
 */
static void arenas_begin_in_their_owners_memory(void **state) {
    hook h = {0, 0, 0, 0, 0};
    wql__mem *mem = wql__mem_open(hook_alloc, &h, 0);
    _Alignas(16) char first[256];
    wql__arena arena;
    uint64_t before, used;
    (void)state;
    wql__mem_usage(mem, &before, NULL);
    wql__arena_init_in(&arena, mem, first, sizeof first);
    for (int turn = 0; turn < 2; turn++) {
        assert_ptr_equal(wql__arena_alloc(&arena, 100), first);
        assert_ptr_equal(wql__arena_alloc(&arena, 144), first + 112);
        wql__mem_usage(mem, &used, NULL);
        assert_int_equal(used, before);
        wql__arena_reset(&arena);
    }
    (void)wql__arena_alloc(&arena, 200);
    assert_non_null(wql__arena_alloc(&arena, 5000)); /* a block of its own; the first goes on being filled */
    assert_ptr_equal(wql__arena_alloc(&arena, 16), first + 208);
    assert_non_null(wql__arena_alloc(&arena, 100)); /* no room in it any more */
    wql__mem_usage(mem, &used, NULL);
    assert_true(used >= before + 5000);
    wql__arena_free(&arena);
    memset(first, 1, sizeof first);                /* nobody hides it any more */
    assert_non_null(wql__arena_alloc(&arena, 10)); /* of the heap */
    wql__arena_free(&arena);
    wql__mem_usage(mem, &used, NULL);
    assert_int_equal(used, before);
    wql__mem_release(mem);
    assert_int_equal(h.live, 0);
    assert_int_equal(h.bad, 0);
}

static void arenas_clear_and_copy(void **state) {
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__arena arena;
    char *text;
    (void)state;
    wql__arena_init(&arena, mem);
    for (int round = 0; round < 3; round++) {
        char *zero = wql__arena_zero(&arena, 333);
        for (int i = 0; i < 333; i++) assert_int_equal(zero[i], 0);
        memset(zero, 0xff, 333);
        text = wql__arena_text(&arena, "a\0b", 3);
        assert_memory_equal(text, "a\0b", 4);
        assert_string_equal(wql__arena_text(&arena, NULL, 0), "");
        wql__arena_reset(&arena);
    }
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

/* One use of an arena, larger than its first chunks. */
static void fill(wql__arena *arena) {
    for (int i = 0; i < 400; i++) assert_non_null(wql__arena_alloc(arena, (size_t)(i % 50) * 20));
    assert_non_null(wql__arena_alloc(arena, 200000));
    for (int i = 0; i < 400; i++) assert_non_null(wql__arena_buffer(arena, 100));
}

static void reuse_makes_no_call(void **state) {
    hook h = {0, 0, 0, 0, 0};
    wql__mem *mem = wql__mem_open(hook_alloc, &h, 0);
    wql__arena arena;
    unsigned calls;
    (void)state;
    wql__arena_init(&arena, mem);
    wql__arena_reset(&arena);
    for (int round = 0; round < 4; round++) {
        fill(&arena);
        wql__arena_reset(&arena);
    }
    calls = h.calls;
    for (int round = 0; round < 10; round++) {
        fill(&arena);
        wql__arena_reset(&arena);
    }
    assert_int_equal(h.calls, calls);
    wql__arena_free(&arena);
    wql__mem_release(mem);
    assert_int_equal(h.live, 0);
}

static void large_pieces_do_not_end_a_chunk(void **state) {
    hook h = {0, 0, 0, 0, 0};
    wql__mem *mem = wql__mem_open(hook_alloc, &h, 0);
    wql__arena arena;
    char *a, *b;
    (void)state;
    wql__arena_init(&arena, mem);
    a = wql__arena_alloc(&arena, 16);
    assert_non_null(wql__arena_alloc(&arena, 100000));
    b = wql__arena_alloc(&arena, 16);
    assert_ptr_equal(b, a + 16);
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

static void arenas_survive_every_failure(void **state) {
    (void)state;
    for (unsigned fail_at = 2; fail_at < 40; fail_at++) {
        hook h = {0, 0, 0, fail_at, 0};
        wql__mem *mem = wql__mem_open(hook_alloc, &h, 0);
        wql__arena arena;
        unsigned refused = 0;
        wql__arena_init(&arena, mem);
        for (int i = 0; i < 60; i++) {
            char *piece = wql__arena_alloc(&arena, (size_t)i * 300);
            if (piece) memset(piece, 1, (size_t)i * 300);
            refused += piece == NULL;
            if (i == 30) wql__arena_reset(&arena);
        }
        assert_true(refused <= 1);
        wql__arena_free(&arena);
        wql__mem_release(mem);
        assert_int_equal(h.live, 0);
        assert_int_equal(h.bad, 0);
    }
}

static void arenas_pass_on_sizes_that_do_not_fit(void **state) {
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__arena arena;
    (void)state;
    wql__arena_init(&arena, mem);
    assert_null(wql__arena_alloc(&arena, SIZE_MAX));
    assert_null(wql__arena_alloc(&arena, SIZE_MAX - 20));
    assert_null(wql__arena_zero(&arena, PTRDIFF_MAX));
    assert_null(wql__arena_buffer(&arena, (size_t)PTRDIFF_MAX + 1));
    assert_null(wql__arena_text(&arena, "x", SIZE_MAX));
    assert_non_null(wql__arena_alloc(&arena, 8));
    assert_null(wql__arena_buffer(&arena, SIZE_MAX));
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

static void short_memory_is_used_up(void **state) {
    wql__mem *mem = wql__mem_open(NULL, NULL, 8192);
    wql__arena arena;
    size_t got = 0;
    (void)state;
    wql__arena_init(&arena, mem);
    while (wql__arena_alloc(&arena, 64)) got += 64;
    assert_true(got > 7000); /* though the next chunk of full size did not fit */
    assert_int_equal(wql__fail_memory(mem, NULL), WQL_E_QUOTA_VIOLATION);
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_is_used),
        cmocka_unit_test(works_with_the_c_library),
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(a_limit_that_a_provider_met_is_named),
        cmocka_unit_test(tells_refusals_apart),
        cmocka_unit_test(sizes_of_arrays),
        cmocka_unit_test(the_limit_holds_for_all_threads_together),
        cmocka_unit_test(arenas_align_and_keep),
        cmocka_unit_test(arenas_begin_in_their_owners_memory),
        cmocka_unit_test(arenas_clear_and_copy),
        cmocka_unit_test(reuse_makes_no_call),
        cmocka_unit_test(large_pieces_do_not_end_a_chunk),
        cmocka_unit_test(arenas_survive_every_failure),
        cmocka_unit_test(arenas_pass_on_sizes_that_do_not_fit),
        cmocka_unit_test(short_memory_is_used_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
