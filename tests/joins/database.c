/* SPDX-License-Identifier: MIT */
/* database.c: random databases with foreign keys: to keys of one column and of two, to other columns that are unique, to the
 * table itself, NULL, half NULL, and to rows that are not there. */
#include "joins.h"

#include <stdio.h>
#include <stdlib.h>

static void run(sqlite3 *db, const char *sql) {
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why)) stop_with("joins: %s: %s", why ? why : "?", sql);
}

/* -- tables ------------------------------------------------------------------------------------------------------ */

static bool has_two(const database *d, const foreign_key *f) { return !f->unique && d->tables[f->to].key == BY_BOTH; }

static void draw_table(database *d, uint64_t *seed, uint32_t number) {
    joined_table *t = &d->tables[number];
    t->key = (int)below(seed, 3);
    t->rows = below(seed, chance(seed, 4) ? ROWS_MAX + 1 : FEW_ROWS + 1);
    t->key_count = below(seed, KEYS_MAX + 1);
    for (uint32_t i = 0; i < t->key_count; i++) {
        t->keys[i].to = below(seed, d->count);
        t->keys[i].unique = chance(seed, 4);
    }
}

/* In F0, G0: the columns of the first foreign key; G only if there are two. */
static void create(database *d, uint64_t *seed, uint32_t number) {
    static const char *const keys[] = {"K INTEGER PRIMARY KEY", "K TEXT PRIMARY KEY", "K INTEGER, L TEXT"};
    joined_table *t = &d->tables[number];
    sqlite3_str *sql = sqlite3_str_new(NULL), *rest = sqlite3_str_new(NULL);
    char *text, *tail;
    sqlite3_str_appendf(sql, "CREATE TABLE T%u(%s, N INTEGER, U INTEGER UNIQUE", number, keys[t->key]);
    if (t->key == BY_BOTH) sqlite3_str_appendall(rest, ", PRIMARY KEY(K, L)");
    for (uint32_t i = 0; i < t->key_count; i++) {
        foreign_key *f = &t->keys[i];
        const char *to = f->unique ? "(U)" : chance(seed, 2) ? "" : has_two(d, f) ? "(K, L)" : "(K)";
        bool two = has_two(d, f);
        sqlite3_str_appendf(sql, ", F%u%s", i, two ? " INTEGER" : d->tables[f->to].key == BY_TEXT && !f->unique ? " TEXT" : "");
        if (two) sqlite3_str_appendf(sql, ", G%u TEXT", i);
        sqlite3_str_appendf(rest, ", FOREIGN KEY(F%u", i);
        if (two) sqlite3_str_appendf(rest, ", G%u", i);
        sqlite3_str_appendf(rest, ") REFERENCES T%u%s", f->to, to);
        snprintf(f->class_name, sizeof f->class_name, "T%u_F%u", number, i);
        if (two) snprintf(f->class_name + strlen(f->class_name), 4, "_G%c", (char)('0' + i));
    }
    tail = sqlite3_str_finish(rest);
    sqlite3_str_appendf(sql, "%s)%s", tail ? tail : "", t->key != BY_NUMBER && chance(seed, 2) ? " WITHOUT ROWID" : "");
    text = sqlite3_str_finish(sql);
    run(d->db, text);
    sqlite3_free(text);
    sqlite3_free(tail);
    for (uint32_t i = 0; i < t->key_count; i++) {
        if (chance(seed, 2)) continue;
        text = sqlite3_mprintf("CREATE INDEX I%u%u ON T%u(F%u)", number, i, number, i);
        run(d->db, text);
        sqlite3_free(text);
    }
}

/* -- rows -------------------------------------------------------------------------------------------------------- */

/* Key and unique column of row n: a number that is not n, and a text whose characters want to be quoted. */
static uint32_t number_of(uint32_t row) { return row * 3 + 1; }
static void put_key_text(char *out, size_t size, uint32_t row) { snprintf(out, size, row % 3 ? "k\"%u" : "a\\%u,b='", row); }

static void put_value(sqlite3_str *sql, const database *d, const foreign_key *f, uint32_t row, bool half) {
    int key = d->tables[f->to].key;
    char text[32];
    put_key_text(text, sizeof text, row);
    if (f->unique)
        sqlite3_str_appendf(sql, ", %u", row + 100);
    else if (key == BY_TEXT)
        sqlite3_str_appendf(sql, ", %Q", text);
    else
        sqlite3_str_appendf(sql, ", %u", number_of(row) % (key == BY_BOTH ? 4 : 1000));
    if (has_two(d, f)) sqlite3_str_appendf(sql, ", %Q", half ? NULL : text);
}

static void insert(database *d, uint64_t *seed, uint32_t number, uint32_t row) {
    const joined_table *t = &d->tables[number];
    sqlite3_str *sql = sqlite3_str_new(NULL);
    char text[32], *made;
    put_key_text(text, sizeof text, row);
    sqlite3_str_appendf(sql, "INSERT INTO T%u VALUES(", number);
    if (t->key == BY_NUMBER) sqlite3_str_appendf(sql, "%u", number_of(row));
    if (t->key == BY_TEXT) sqlite3_str_appendf(sql, "%Q", text);
    if (t->key == BY_BOTH) sqlite3_str_appendf(sql, "%u, %Q", number_of(row) % 4, text);
    sqlite3_str_appendf(sql, ", %u", row);
    if (chance(seed, 4))
        sqlite3_str_appendall(sql, ", NULL");
    else
        sqlite3_str_appendf(sql, ", %u", row + 100);
    for (uint32_t i = 0; i < t->key_count; i++) {
        const foreign_key *f = &t->keys[i];
        uint32_t rows = d->tables[f->to].rows;
        if (chance(seed, 4))
            sqlite3_str_appendall(sql, has_two(d, f) ? ", NULL, NULL" : ", NULL");
        else
            put_value(sql, d, f, chance(seed, 6) || !rows ? LOST_ROW : below(seed, chance(seed, 2) ? rows : 1), chance(seed, 6));
    }
    sqlite3_str_appendall(sql, ")");
    made = sqlite3_str_finish(sql);
    run(d->db, made);
    sqlite3_free(made);
}

/* -- links ------------------------------------------------------------------------------------------------------- */

static void join(database *d, uint32_t number, uint32_t which) {
    foreign_key *f = &d->tables[number].keys[which];
    char *sql = sqlite3_mprintf(f->unique        ? "SELECT c.N, p.N FROM T%u c, T%u p WHERE c.F%u = p.U"
                                : !has_two(d, f) ? "SELECT c.N, p.N FROM T%u c, T%u p WHERE c.F%u = p.K"
                                                 : "SELECT c.N, p.N FROM T%u c, T%u p WHERE c.F%u = p.K AND c.G%u = p.L",
                                number, f->to, which, which);
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(d->db, sql, -1, &statement, NULL)) stop_with("joins: %s: %s", sqlite3_errmsg(d->db), sql);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        f->links[f->count].child = (uint32_t)sqlite3_column_int64(statement, 0);
        f->links[f->count++].parent = (uint32_t)sqlite3_column_int64(statement, 1);
    }
    sqlite3_finalize(statement);
    sqlite3_free(sql);
}

/* -- the whole --------------------------------------------------------------------------------------------------- */

void database_open(database *d, uint64_t *seed) {
    memset(d, 0, sizeof *d);
    d->count = 1 + below(seed, TABLES_MAX);
    if (sqlite3_open(":memory:", &d->db)) stop_with("joins: no SQLite");
    for (uint32_t i = 0; i < d->count; i++) draw_table(d, seed, i);
    for (uint32_t i = 0; i < d->count; i++) create(d, seed, i);
    for (uint32_t i = 0; i < d->count; i++)
        for (uint32_t row = 0; row < d->tables[i].rows; row++) insert(d, seed, i, row);
    for (uint32_t i = 0; i < d->count; i++)
        for (uint32_t k = 0; k < d->tables[i].key_count; k++) join(d, i, k);
}

void database_close(database *d) {
    if (sqlite3_close(d->db)) stop_with("joins: the database did not close");
}

static int print_row(void *user, int count, char **values, char **names) {
    (void)user, (void)names;
    for (int i = 0; i < count; i++) printf("%s%s", i ? "|" : "    ", values[i] ? values[i] : "NULL");
    printf("\n");
    return 0;
}

void database_print(const database *d) {
    (void)sqlite3_exec(d->db, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL", print_row, NULL, NULL);
    for (uint32_t i = 0; i < d->count; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT 'T%u:', * FROM T%u", i, i);
        (void)sqlite3_exec(d->db, sql, print_row, NULL, NULL);
    }
}

/* As WQL quotes it in a path. */
static void put_quoted(char *out, size_t size, const char *text) {
    size_t len = strlen(out);
    out[len++] = '"';
    for (; *text && len + 3 < size; text++) {
        if (*text == '"' || *text == '\\') out[len++] = '\\';
        out[len++] = *text;
    }
    out[len++] = '"';
    out[len] = '\0';
}

void put_path(char *out, size_t size, const database *d, uint32_t table, uint32_t row) {
    int key = d->tables[table].key;
    char text[32];
    put_key_text(text, sizeof text, row);
    if (key == BY_TEXT)
        snprintf(out, size, "T%u.K=", table);
    else if (key == BY_NUMBER)
        snprintf(out, size, "T%u.K=%u", table, number_of(row));
    else
        snprintf(out, size, "T%u.K=%u,L=", table, number_of(row) % 4);
    if (key != BY_NUMBER) put_quoted(out, size, text);
}
