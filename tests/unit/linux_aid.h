/* SPDX-License-Identifier: MIT */
/* linux_aid.h: for tests of the linux provider: recorded trees, built in a directory of their own out of tests/linux/NAME.tree,
 * and an engine that serves one. A tree is text:
 *
 *   # a remark, before the first entry
 *   @file PATH          the lines that follow are its contents
 *   @bytes PATH         the same with \0 \n \\ \xHH undone, and without line ends
 *   @link PATH TARGET   a symbolic link
 *   @dir PATH */
#ifndef WQL_TESTS_LINUX_AID_H
#define WQL_TESTS_LINUX_AID_H

#include <wql/wql.h>

typedef struct linux_tree {
    char dir[64];
} linux_tree;

/* False: it failed, and stderr says why. linux_tree_remove in any case. `name` NULL: an empty tree. */
bool linux_tree_make(linux_tree *tree, const char *name);
bool linux_tree_write(const linux_tree *tree, const char *path, const void *bytes, size_t size);
bool linux_tree_text(const linux_tree *tree, const char *path, const char *text);
bool linux_tree_link(const linux_tree *tree, const char *path, const char *target);
void linux_tree_remove(linux_tree *tree);
/* "procfs=DIR/proc,sysfs=DIR/sys,etc=DIR/etc,run=DIR/run,root=DIR" + more; lives until the next call. */
const char *linux_tree_config(linux_tree *tree, const char *more);

typedef struct linux_lab {
    wql_provider provider; /* a copy whose load remembers the mount */
    void *mount;           /* the wql__linux_mount */
    wql_engine *engine;
    wql_session *session;
    wql_error err;
    wql_status status; /* how the last query ended, or the mount */
    uint64_t nulled, repaired, rows;
} linux_lab;

/* An engine without workers and a session in `ns`, with one mount of the provider there. @param config  NULL: this machine.
 * @param flags  of the engine. @param take  false: the provider's plan takes no condition. False: it failed, lab->err says why.
 */
bool linux_lab_open(linux_lab *lab, const char *ns, const char *config, uint32_t flags, bool take);
void linux_lab_close(linux_lab *lab);
/* How many files were opened since the mount. */
uint64_t linux_lab_opens(const linux_lab *lab);
/* The result as text: cells joined by `|`, rows by `;`, in the order in which they come. Freed by the caller; NULL: it failed. */
char *linux_lab_rows(linux_lab *lab, const char *query);
/* The same, the rows in the order of their texts: a recorded tree lists its directories in any order. */
char *linux_lab_sorted(linux_lab *lab, const char *query);
/* The query's only cell. Freed by the caller. */
char *linux_lab_cell(linux_lab *lab, const char *class_name, const char *property, const char *where);

#endif
