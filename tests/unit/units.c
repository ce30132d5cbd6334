/* SPDX-License-Identifier: MIT */
/* units.c: the one program of all unit tests. It runs those of the file whose name it was called by (test_like ...): each build
 * links it once, and a test is still a process of its own. */
#include <stdio.h>
#include <string.h>

#define UNIT(name) int name##_main(void);
#include "units.h"
#undef UNIT

static const struct {
    const char *name;
    int (*run)(void);
} units[] = {
#define UNIT(name) {#name, name##_main},
#include "units.h"
#undef UNIT
};

int main(int argc, char **argv) {
    const char *slash = strrchr(argv[0], '/');
    const char *name = argc > 1 ? argv[1] : slash ? slash + 1 : argv[0];
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(units[i].name, name) == 0) return units[i].run();
    }
    fprintf(stderr, "%s: there are no unit tests '%s'\n", argv[0], name);
    return 2;
}
