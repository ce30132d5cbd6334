/* SPDX-License-Identifier: MIT */
/* test_map.c: names without regard to case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/base/map.h"

#include <stdio.h>

static void finds_what_was_added(void **state) {
    enum { NAMES = 3000 };
    static char names[NAMES][16];
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__arena arena;
    wql__map map;
    (void)state;
    wql__arena_init(&arena, mem);
    for (uint32_t count = 1; count <= NAMES; count = count * 3 + 1) {
        assert_true(wql__map_init(&map, &arena, count));
        for (uint32_t i = 0; i < count; i++) {
            (void)snprintf(names[i], sizeof names[i], "Name_%u", i);
            assert_int_equal(wql__map_find(&map, wql_s(names[i])), WQL__NO_ENTRY);
            assert_int_equal(wql__map_add(&map, wql_s(names[i]), i * 7), i * 7);
        }
        for (uint32_t i = 0; i < count; i++) {
            char other[16];
            (void)snprintf(other, sizeof other, "nAME_%u", i);
            assert_int_equal(wql__map_find(&map, wql_s(other)), i * 7);
            assert_int_equal(wql__map_add(&map, wql_s(other), 99), i * 7); /* was there */
        }
        assert_int_equal(map.count, count);
        assert_int_equal(wql__map_find(&map, wql_s("Name_")), WQL__NO_ENTRY);
        assert_int_equal(wql__map_find(&map, wql_s("")), WQL__NO_ENTRY);
    }
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

static void an_empty_map_has_nothing(void **state) {
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__arena arena;
    wql__map map;
    (void)state;
    wql__arena_init(&arena, mem);
    assert_true(wql__map_init(&map, &arena, 0));
    assert_int_equal(wql__map_find(&map, wql_s("a")), WQL__NO_ENTRY);
    assert_int_equal(wql__map_add(&map, wql_s("a"), 1), WQL__NO_ENTRY);
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

static void more_than_there_is_room_for_is_refused(void **state) {
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__arena arena;
    wql__map map;
    uint32_t added = 0;
    (void)state;
    wql__arena_init(&arena, mem);
    assert_true(wql__map_init(&map, &arena, 2));
    for (uint32_t i = 0; i < 6; i++) added += wql__map_add(&map, wql_s(names[i]), i) == i;
    assert_true(added >= 2 && added < 6);
    assert_int_equal(wql__map_find(&map, wql_s("zz")), WQL__NO_ENTRY); /* ends */
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

static void names_fold_as_everywhere(void **state) {
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__arena arena;
    wql__map map;
    (void)state;
    wql__arena_init(&arena, mem);
    assert_true(wql__map_init(&map, &arena, 4));
    assert_int_equal(wql__map_add(&map, wql_s("task"), 5), 5);
    assert_int_equal(wql__map_find(&map, wql_s("TA\xc5\xbf\xe2\x84\xaa")), 5);
    assert_int_equal(wql__map_add(&map, wql_s("\xc3\x89t\xc3\xa9"), 6), 6);
    assert_int_equal(wql__map_find(&map, wql_s("\xc3\xa9T\xc3\x89")), 6);
    assert_int_equal(wql__map_add(&map, (wql_str){"a\0b", 3}, 7), 7);
    assert_int_equal(wql__map_find(&map, (wql_str){"A\0B", 3}), 7);
    assert_int_equal(wql__map_find(&map, wql_s("a")), WQL__NO_ENTRY);
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

static void no_memory_is_said(void **state) {
    wql__mem *mem = wql__mem_open(NULL, NULL, 300);
    wql__arena arena;
    wql__map map;
    (void)state;
    assert_non_null(mem);
    wql__arena_init(&arena, mem);
    assert_false(wql__map_init(&map, &arena, 1000));
    assert_int_equal(wql__map_find(&map, wql_s("a")), WQL__NO_ENTRY);
    assert_false(wql__map_init(&map, &arena, UINT32_MAX));
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_added),
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(more_than_there_is_room_for_is_refused),
        cmocka_unit_test(names_fold_as_everywhere),
        cmocka_unit_test(no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
