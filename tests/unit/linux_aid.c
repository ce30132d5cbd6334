/* SPDX-License-Identifier: MIT */
/* linux_aid.c: recorded trees and an engine for tests of the linux provider. */
#include "linux_aid.h"

#include "../../providers/linux/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 512 };

/* -- trees ----------------------------------------------------------------------------------------------------------------- */

static bool complain(const char *what, const char *path) {
    fprintf(stderr, "%s %s: %s\n", what, path, strerror(errno));
    return false;
}

/* Makes the directories above a path. */
static bool make_parents(char *path) {
    for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = 0;
        if (mkdir(path, 0755) != 0 && errno != EEXIST) return complain("mkdir", path);
        *at = '/';
    }
    return true;
}

static bool place(const linux_tree *tree, const char *path, char out[PATH_ROOM]) {
    int len = snprintf(out, PATH_ROOM, "%s/%s", tree->dir, path);
    return len > 0 && len < PATH_ROOM && make_parents(out);
}

bool linux_tree_write(const linux_tree *tree, const char *path, const void *bytes, size_t size) {
    char full[PATH_ROOM];
    int fd;
    bool done;
    if (!place(tree, path, full)) return false;
    fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return complain("open", full);
    done = write(fd, bytes, size) == (ssize_t)size;
    (void)close(fd);
    return done ? true : complain("write", full);
}

bool linux_tree_text(const linux_tree *tree, const char *path, const char *text) {
    return linux_tree_write(tree, path, text, strlen(text));
}

bool linux_tree_link(const linux_tree *tree, const char *path, const char *target) {
    char full[PATH_ROOM];
    if (!place(tree, path, full)) return false;
    return symlink(target, full) == 0 || complain("symlink", full);
}

static bool make_dir(const linux_tree *tree, const char *path) {
    char full[PATH_ROOM];
    if (!place(tree, path, full)) return false;
    return mkdir(full, 0755) == 0 || errno == EEXIST || complain("mkdir", full);
}

static int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0; }

/* Undoes escapes and leaves out line ends, in place. */
static size_t undo(char *text, size_t len) {
    size_t to = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '\n') continue;
        if (c == '\\' && i + 1 < len) {
            c = text[++i];
            if (c == '0')
                c = 0;
            else if (c == 'n')
                c = '\n';
            else if (c == 'x' && i + 2 < len) {
                c = (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
                i += 2;
            }
        }
        text[to++] = c;
    }
    return to;
}

static char *read_whole(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t room = 1 << 20;
    if (!file) {
        complain("open", path);
        return NULL;
    }
    text = malloc(room + 1);
    if (text) {
        *size = fread(text, 1, room, file);
        text[*size] = 0;
    }
    (void)fclose(file);
    return text;
}

/* One entry: its head without the `@`, its body as bytes. */
static bool make_entry(const linux_tree *tree, char *head, char *body, size_t size) {
    char *kind = strtok(head, " "), *path = strtok(NULL, " "), *target = strtok(NULL, "");
    if (!kind || !path) return false;
    if (strcmp(kind, "dir") == 0) return make_dir(tree, path);
    if (strcmp(kind, "link") == 0) return target && linux_tree_link(tree, path, target);
    if (strcmp(kind, "bytes") == 0) return linux_tree_write(tree, path, body, undo(body, size));
    if (strcmp(kind, "file") == 0) return linux_tree_write(tree, path, body, size);
    fprintf(stderr, "%s: no kind of entry\n", kind);
    return false;
}

static bool make_entries(const linux_tree *tree, char *text) {
    char *at = strstr(text, "\n@");
    while (at) {
        char *head = at + 2, *line_end = strchr(head, '\n'), *next;
        char *body = line_end ? line_end + 1 : head + strlen(head);
        next = line_end ? strstr(line_end, "\n@") : NULL;
        if (line_end) *line_end = 0;
        if (!make_entry(tree, head, body, next ? (size_t)(next + 1 > body ? next + 1 - body : 0) : strlen(body))) return false;
        at = next;
    }
    return true;
}

bool linux_tree_make(linux_tree *tree, const char *name) {
    char path[PATH_ROOM], *text;
    size_t size;
    bool made;
    static const char *const roots[] = {"proc", "sys", "etc", "run"};
    (void)snprintf(tree->dir, sizeof tree->dir, "/tmp/wql-linux-XXXXXX");
    if (!mkdtemp(tree->dir)) {
        tree->dir[0] = 0;
        return complain("mkdtemp", "/tmp");
    }
    for (size_t i = 0; i < 4; i++)
        if (!make_dir(tree, roots[i])) return false;
    if (!name) return true;
    (void)snprintf(path, sizeof path, "tests/linux/%s.tree", name);
    text = read_whole(path, &size);
    made = text && make_entries(tree, text);
    free(text);
    return made;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where) {
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

void linux_tree_remove(linux_tree *tree) {
    if (tree->dir[0]) (void)nftw(tree->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    tree->dir[0] = 0;
}

const char *linux_tree_config(linux_tree *tree, const char *more) {
    static char config[600];
    (void)snprintf(config, sizeof config, "root=%s,procfs=%s/proc,sysfs=%s/sys,etc=%s/etc,run=%s/run%s%s", tree->dir, tree->dir,
                   tree->dir, tree->dir, tree->dir, more ? "," : "", more ? more : "");
    return config;
}

/* -- the engine ------------------------------------------------------------------------------------------------------------ */

/* `user` is the lab, which keeps what the provider's own load makes. */
static wql_status load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    linux_lab *lab = user;
    wql_status status = wql_linux_provider()->load(mount, config, NULL, self, err);
    lab->mount = status < 0 ? NULL : *self;
    return status;
}

bool linux_lab_open(linux_lab *lab, const char *ns, const char *config, uint32_t flags, bool take) {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    memset(lab, 0, sizeof *lab);
    lab->err = (wql_error)WQL_INIT(wql_error);
    lab->provider = *wql_linux_provider();
    lab->provider.load = load;
    if (!take) lab->provider.plan = NULL;
    options.flags = flags;
    lab->status = wql_engine_open(&options, &lab->engine, &lab->err);
    if (lab->status >= 0) lab->status = wql_engine_mount(lab->engine, ns, &lab->provider, config, lab, &lab->err);
    if (lab->status >= 0) lab->status = wql_session_open(lab->engine, ns, NULL, &lab->session, &lab->err);
    return lab->status >= 0;
}

void linux_lab_close(linux_lab *lab) {
    wql_session_close(lab->session);
    (void)wql_engine_close(lab->engine);
    lab->engine = NULL;
    lab->session = NULL;
}

uint64_t linux_lab_opens(const linux_lab *lab) { return atomic_load(&((wql__linux_mount *)lab->mount)->opens); }

/* -- results --------------------------------------------------------------------------------------------------------------- */

static bool append(FILE *out, const wql_batch *batch) {
    for (uint32_t row = 0; row < wql_batch_rows(batch); row++) {
        for (uint32_t i = 0; i < wql_batch_width(batch); i++) {
            wql_value value;
            size_t size;
            char *text;
            if (wql_batch_value(batch, row, wql_batch_column(batch, i)->name, &value) < 0) return false;
            size = wql_value_format(&value, NULL, 0);
            text = malloc(size + 1);
            if (!text) return false;
            (void)wql_value_format(&value, text, size + 1);
            if (i) fputc('|', out);
            (void)fwrite(text, 1, size, out);
            free(text);
        }
        fputc(';', out);
    }
    return true;
}

char *linux_lab_rows(linux_lab *lab, const char *query) {
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_batch *batch;
    wql_call call;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    bool kept = out != NULL;
    if (!kept) return NULL;
    lab->rows = 0;
    lab->status = wql_session_exec(lab->session, wql_s(query), NULL, &call, &lab->err);
    if (lab->status >= 0) {
        while ((lab->status = wql_call_next(call, WQL_FOREVER, &batch, &lab->err)) == WQL_OK) {
            kept = kept && append(out, batch);
            lab->rows += wql_batch_rows(batch);
            wql_batch_release(batch);
        }
        (void)wql_call_get_stats(call, &stats);
        (void)wql_call_close(call);
    }
    lab->nulled = stats.values_nulled;
    lab->repaired = stats.utf8_repaired;
    (void)fclose(out);
    if (lab->status >= 0 && kept) return text;
    fprintf(stderr, "%s: %s\n", query, lab->err.message);
    free(text);
    return NULL;
}

static int compare_texts(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

char *linux_lab_sorted(linux_lab *lab, const char *query) {
    char *text = linux_lab_rows(lab, query), **rows, *out, *to;
    size_t count = 0;
    if (!text) return NULL;
    rows = calloc(lab->rows + strlen(text) + 1, sizeof *rows);
    out = to = malloc(strlen(text) + 2);
    if (rows && out) {
        for (char *row = strtok(text, ";"); row; row = strtok(NULL, ";")) rows[count++] = row;
        qsort(rows, count, sizeof *rows, compare_texts);
        for (size_t i = 0; i < count; i++) to += sprintf(to, "%s;", rows[i]);
        *to = 0;
    }
    free(rows);
    free(text);
    return out;
}

char *linux_lab_cell(linux_lab *lab, const char *class_name, const char *property, const char *where) {
    char query[400], *text;
    (void)snprintf(query, sizeof query, "SELECT %s FROM %s %s%s", property, class_name, where ? "WHERE " : "",
                   where ? where : "");
    text = linux_lab_rows(lab, query);
    if (text && *text) text[strlen(text) - 1] = 0;
    return text;
}
