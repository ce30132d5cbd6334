/* SPDX-License-Identifier: MIT */
/* no_entry.c: a shared object that is no plug-in. */
__attribute__((visibility("default"))) int wql_test_answer(void);
int wql_test_answer(void) { return 42; }
