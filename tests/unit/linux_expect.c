/* SPDX-License-Identifier: MIT */
/* linux_expect.c: comparing rows with what is expected of them. */
#include "linux_expect.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXPECTED_MOST = 200, LINE = 1024 };

typedef struct section {
    char head[LINE]; /* class and condition */
    char *lines[EXPECTED_MOST];
    bool met[EXPECTED_MOST];
    uint32_t count, wrong;
} section;

static void clear(section *x) {
    uint32_t wrong = x->wrong;
    for (uint32_t i = 0; i < x->count; i++) free(x->lines[i]);
    memset(x, 0, sizeof *x);
    x->wrong = wrong;
}

static void show(const wql_batch *batch, const char *name, char *out) {
    wql_value value;
    char text[LINE];
    size_t to = 0;
    if (wql_batch_value(batch, 0, name, &value) < 0)
        (void)snprintf(text, sizeof text, "no such column");
    else
        (void)wql_value_format(&value, text, sizeof text);
    for (size_t i = 0; text[i] && to + 3 < LINE; i++) {
        if (text[i] == '\n') out[to++] = '\\';
        out[to++] = text[i] == '\n' ? 'n' : text[i];
    }
    out[to] = 0;
}

static void compare(section *x, const wql_batch *batch) {
    for (uint32_t i = 0; i < wql_batch_width(batch); i++) {
        const char *name = wql_batch_column(batch, i)->name;
        size_t len = strlen(name);
        char got[LINE];
        uint32_t at = 0;
        show(batch, name, got);
        while (at < x->count && (strncmp(x->lines[at], name, len) != 0 || x->lines[at][len] != '=')) at++;
        if (at < x->count) x->met[at] = true;
        if (at < x->count &&
            (strcmp(x->lines[at] + len + 1, got) == 0 || (strcmp(x->lines[at] + len + 1, "?") == 0 && strcmp(got, "NULL") != 0)))
            continue;
        x->wrong++;
        fprintf(stderr, "[%s]\n%s=%s\n", x->head, name, got);
    }
    for (uint32_t i = 0; i < x->count; i++)
        if (!x->met[i]) {
            x->wrong++;
            fprintf(stderr, "[%s] %s: no such property\n", x->head, x->lines[i]);
        }
}

static void check(linux_lab *lab, section *x) {
    char query[LINE + 40], *condition = strchr(x->head, ' ');
    wql_batch *batch = NULL;
    wql_call call;
    if (!x->head[0]) return;
    (void)snprintf(query, sizeof query, "SELECT * FROM %.*s%s%s", condition ? (int)(condition - x->head) : (int)strlen(x->head),
                   x->head, condition ? " WHERE" : "", condition ? condition : "");
    lab->status = wql_session_exec(lab->session, wql_s(query), NULL, &call, &lab->err);
    if (lab->status < 0 || wql_call_next(call, WQL_FOREVER, &batch, &lab->err) != WQL_OK || wql_batch_rows(batch) != 1) {
        x->wrong++;
        fprintf(stderr, "%s: not one row: %s\n", query, lab->err.message);
    } else {
        compare(x, batch);
    }
    wql_batch_release(batch);
    if (lab->status >= 0) (void)wql_call_close(call);
}

uint32_t linux_expect(linux_lab *lab, const char *name) {
    char path[200], line[LINE];
    section x = {.count = 0, .wrong = 0};
    FILE *file;
    (void)snprintf(path, sizeof path, "tests/linux/%s.expect", name);
    file = fopen(path, "r");
    if (!file) return 1;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] == '[') {
            check(lab, &x);
            clear(&x);
            line[strlen(line) - 1] = 0;
            (void)snprintf(x.head, sizeof x.head, "%s", line + 1);
        } else if (line[0] && line[0] != '#' && x.count < EXPECTED_MOST) {
            x.lines[x.count++] = strdup(line);
        }
    }
    check(lab, &x);
    clear(&x);
    (void)fclose(file);
    return x.wrong;
}
