/* SPDX-License-Identifier: MIT */
/* test_linux_tables.c: every property of every row of a recorded tree, against tests/linux/NAME.expect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linux_expect.h"

#include <unistd.h>

static void check_machine(const char *name, const char *ns, const char *more) {
    linux_tree tree;
    linux_lab lab;
    uint32_t wrong;
    if (sysconf(_SC_PAGESIZE) != 4096 || sysconf(_SC_CLK_TCK) != 100) skip(); /* the values are those of such a machine */
    assert_true(linux_tree_make(&tree, name));
    assert_true(linux_lab_open(&lab, ns, linux_tree_config(&tree, more), WQL_CHECK_PROVIDERS, true));
    wrong = linux_expect(&lab, name);
    linux_lab_close(&lab);
    linux_tree_remove(&tree);
    assert_int_equal(wrong, 0);
}

static void test_bare_metal(void **state) {
    (void)state;
    check_machine("bare", "root/linux", "classes=linux,load=0");
}

static void test_virtual_machine(void **state) {
    (void)state;
    check_machine("vm", "root/cimv2", "load=0");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bare_metal), cmocka_unit_test(test_virtual_machine)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
