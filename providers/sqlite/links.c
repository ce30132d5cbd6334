/* SPDX-License-Identifier: MIT */
/* links.c: foreign keys -> association classes.
 *
 * Each foreign key of a table that has a key, to a table that has one, is a class: named after the table and the columns of the
 * foreign key (Orders_CustomerId), with two references. `Dependent` is the row that has the foreign key, `Antecedent` the row that it
 * names. There is an instance for each pair of rows that are there: a NULL, or a value that no row has, links nothing.
 *
 * A scan joins the two tables. A condition on a reference becomes conditions on the key of its table, so both ends are found by
 * key: the other end by the foreign key, for which the antecedent has an index by law, and the dependent if its owner made one. */
#include "sqlite.h"

typedef struct reading {
    wql__sqlite_mount *m;
    wql__sqlite_connection *connection;
    wql__sqlite_table *child;
    uint32_t room;
    wql_error *err;
} reading;

static bool has_key(const wql__sqlite_table *table) {
    for (uint32_t i = 0; i < table->column_count; i++)
        if (table->columns[i].key) return true;
    return false;
}

static wql__sqlite_table *find_table(const wql__sqlite_mount *m, const char *name) {
    for (uint32_t i = 0; name && i < m->table_count; i++)
        if (m->tables[i].form == WQL__SQLITE_TABLE && wql__sqlite_is_same(m->tables[i].name, name)) return &m->tables[i];
    return NULL;
}

static const wql__sqlite_column *find_column(const wql__sqlite_table *table, const char *name) {
    for (uint32_t i = 0; name && i < table->column_count; i++)
        if (table->columns[i].name && wql__sqlite_is_same(table->columns[i].name, name)) return &table->columns[i];
    return NULL;
}

/* A foreign key that names no columns means the primary key. */
static const wql__sqlite_column *find_primary(const wql__sqlite_table *table, uint32_t place) {
    for (uint32_t i = 0; i < table->column_count; i++)
        if (table->columns[i].place == place) return &table->columns[i];
    return NULL;
}

/* -- reading --------------------------------------------------------------------------------------------------------------- */

/* False = no memory. */
static bool add_link(reading *r, wql__sqlite_table *parent) {
    wql__sqlite_mount *m = r->m;
    if (m->link_count == r->room) {
        uint32_t room = r->room ? 2 * r->room : 16;
        wql__sqlite_link *links = wql__sqlite_take_array(&m->arena, room, sizeof *links);
        if (!links) return false;
        if (m->link_count) memcpy(links, m->links, m->link_count * sizeof *links);
        m->links = links;
        r->room = room;
    }
    m->links[m->link_count].child = r->child;
    m->links[m->link_count].parent = parent;
    m->links[m->link_count].column_count = 0;
    m->link_count++;
    return true;
}

static bool add_pair(reading *r, const wql__sqlite_column *from, const wql__sqlite_column *to) {
    wql__sqlite_link *link = &r->m->links[r->m->link_count - 1];
    wql__sqlite_pair *pairs = wql__sqlite_take_array(&r->m->arena, link->column_count + 1u, sizeof *pairs);
    if (!pairs) return false;
    if (link->column_count) memcpy(pairs, link->pairs, link->column_count * sizeof *pairs);
    pairs[link->column_count++] = (wql__sqlite_pair){from, to};
    link->pairs = pairs;
    return true;
}

/* A row of PRAGMA foreign_key_list: number, place, table, from, to. Rows of one foreign key come together. *skip: the number of one
 * that is left out. */
static wql_status read_row(reading *r, sqlite3_stmt *stmt, int64_t *skip) {
    const wql__sqlite_api *api = &r->m->api;
    int64_t number = api->column_int64(stmt, 0), place = api->column_int64(stmt, 1);
    wql__sqlite_table *parent = find_table(r->m, (const char *)api->column_text(stmt, 2));
    const char *from_name = (const char *)api->column_text(stmt, 3), *to_name = (const char *)api->column_text(stmt, 4);
    const wql__sqlite_column *from = find_column(r->child, from_name), *to = NULL;
    if (number == *skip) return WQL_OK;
    if (parent) to = to_name ? find_column(parent, to_name) : find_primary(parent, (uint32_t)place + 1);
    if (!from || !to || !has_key(parent)) {
        wql__sqlite_log(r->m, WQL_LOG_INFO, "%s: a foreign key of table %s is no association: %s", r->m->shown, r->child->name,
                        !parent ? "the table it names is not there"
                        : !to   ? "the column it names is not there"
                                : "the table it names has no key");
        if (place > 0) r->m->link_count--;
        *skip = number;
        return WQL_OK;
    }
    if (place == 0 && !add_link(r, parent)) return wql__sqlite_no_memory(r->err);
    return add_pair(r, from, to) ? WQL_OK : wql__sqlite_no_memory(r->err);
}

static wql_status read_table(reading *r, wql__sqlite_arena *scratch) {
    wql__sqlite_sql sql = {.arena = scratch};
    wql__sqlite_step step = {0};
    sqlite3_stmt *stmt = NULL;
    int64_t skip = -1;
    wql_status status = WQL_OK;
    int code;
    wql__sqlite_put(&sql, "PRAGMA main.foreign_key_list(");
    wql__sqlite_put_name(&sql, r->child->name);
    wql__sqlite_put(&sql, ")");
    if (sql.failed) return wql__sqlite_no_memory(r->err);
    code = wql__sqlite_prepare(r->m, r->connection, &step, sql.text, sql.len, false, &stmt);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = r->m->api.step(stmt);
        if (code != SQLITE_ROW) break;
        status = read_row(r, stmt, &skip);
        if (status < 0) break;
    }
    if (stmt) (void)r->m->api.finalize(stmt);
    if (status < 0 || code == SQLITE_DONE) return status;
    return wql__sqlite_fail_code(&r->m->api, r->connection->db, code, r->err, "cannot read the foreign keys of table %s of %s",
                                 r->child->name, r->m->shown);
}

wql_status wql__sqlite_read_links(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_arena *scratch,
                                  wql_error *err) {
    reading r = {.m = m, .connection = connection, .err = err};
    wql_status status = WQL_OK;
    for (uint32_t i = 0; i < m->table_count && status >= 0; i++) {
        r.child = &m->tables[i];
        if (r.child->form == WQL__SQLITE_TABLE && has_key(r.child)) status = read_table(&r, scratch);
    }
    return status;
}

/* -- classes --------------------------------------------------------------------------------------------------------------- */

/* The child's class and the foreign key's columns. */
static const char *print_name(const wql__sqlite_link *link, wql__sqlite_arena *scratch) {
    wql__sqlite_sql text = {.arena = scratch};
    wql__sqlite_put(&text, link->child->class_name);
    for (uint32_t i = 0; i < link->column_count; i++) {
        wql__sqlite_put(&text, "_");
        wql__sqlite_put(&text, link->pairs[i].from->property);
    }
    return text.failed ? NULL : text.text;
}

bool wql__sqlite_name_links(wql__sqlite_mount *m, wql__sqlite_names *names, wql__sqlite_arena *scratch) {
    for (uint32_t i = 0; i < m->link_count; i++) {
        const char *name = print_name(&m->links[i], scratch);
        m->links[i].class_name = name ? wql__sqlite_name_give(names, &m->arena, name) : NULL;
        if (!m->links[i].class_name) return false;
    }
    return true;
}

static void put_columns(wql__sqlite_sql *text, const wql__sqlite_link *link, bool from) {
    wql__sqlite_put(text, from ? link->child->class_name : link->parent->class_name);
    for (uint32_t i = 0; i < link->column_count; i++) {
        wql__sqlite_put(text, i ? ", " : "(");
        wql__sqlite_put(text, from ? link->pairs[i].from->property : link->pairs[i].to->property);
    }
    wql__sqlite_put(text, ")");
}

/* Description "Orders(CustomerId) REFERENCES Customers(Id)", in the names that queries use. NULL = no memory. */
static const wql_qualifier *describe(const wql__sqlite_link *link, wql__sqlite_arena *arena) {
    wql_qualifier *qualifier = wql__sqlite_take(arena, sizeof *qualifier);
    wql__sqlite_sql text = {.arena = arena};
    put_columns(&text, link, true);
    wql__sqlite_put(&text, " REFERENCES ");
    put_columns(&text, link, false);
    if (!qualifier || text.failed) return NULL;
    qualifier->name = "Description";
    qualifier->value = wql_text((wql_str){text.text, text.len});
    return qualifier;
}

bool wql__sqlite_define_link(const wql__sqlite_link *link, wql__sqlite_arena *arena, wql_class_def *out) {
    wql_property_def *properties = wql__sqlite_take_array(arena, 2, sizeof *properties);
    if (!properties) return false;
    properties[WQL__SQLITE_ANTECEDENT].name = "Antecedent";
    properties[WQL__SQLITE_ANTECEDENT].class_name = link->parent->class_name;
    properties[WQL__SQLITE_DEPENDENT].name = "Dependent";
    properties[WQL__SQLITE_DEPENDENT].class_name = link->child->class_name;
    for (int i = 0; i < 2; i++) {
        properties[i].type = WQL_REFERENCE;
        properties[i].flags = WQL_KEY;
    }
    out->struct_size = (uint32_t)sizeof *out;
    out->flags = WQL_ASSOCIATION;
    out->name = link->class_name;
    out->properties = properties;
    out->property_count = 2;
    out->qualifiers = describe(link, arena);
    out->qualifier_count = 1;
    return out->qualifiers != NULL;
}
