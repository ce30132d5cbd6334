/* SPDX-License-Identifier: MIT */
/* link_query.c: a request for a foreign key's class -> SQL: the two tables joined, `t` the dependent's and `p` the antecedent's. */
#include "sqlite.h"

static bool is_known(const wql_conjunct *c) { return c->op == WQL_EQ && c->property <= WQL__SQLITE_DEPENDENT; }

/* The condition is checked again by the engine, so that nothing here need be exact. */
void wql__sqlite_plan_link(const wql__sqlite_mount *m, const wql_request *request, wql_answer *answer) {
    const wql__sqlite_link *link = wql__sqlite_find_link(m, request->class_index);
    double rows = link->child->rows, parents = link->parent->rows > 1 ? link->parent->rows : 1;
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        const wql_conjunct *c = &request->conjuncts[i];
        double part = c->count * (c->property == WQL__SQLITE_DEPENDENT ? 1 / (rows > 1 ? rows : 1) : 1 / parents);
        if (!is_known(c)) continue;
        answer->take[i] = WQL_SUPERSET;
        rows *= part < 1 ? part : 1;
    }
    answer->parts = 1;
    if (link->child->rows >= 0) answer->rows = answer->cost = rows;
}

uint32_t wql__sqlite_key_count(const wql__sqlite_table *table) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->column_count; i++) count += table->columns[i].key;
    return count;
}

static void put_keys(wql__sqlite_sql *sql, const wql__sqlite_table *table, const char *alias, bool first) {
    sql->alias = alias;
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (!table->columns[i].key) continue;
        if (!first) wql__sqlite_put(sql, ", ");
        wql__sqlite_put_column(sql, table, &table->columns[i]);
        first = false;
    }
}

/* The antecedent's column stands first: its collation counts, as it does for the foreign key. */
static void put_join(wql__sqlite_sql *sql, const wql__sqlite_link *link) {
    wql__sqlite_put(sql, " FROM main.");
    wql__sqlite_put_name(sql, link->child->name);
    wql__sqlite_put(sql, " AS t JOIN main.");
    wql__sqlite_put_name(sql, link->parent->name);
    wql__sqlite_put(sql, " AS p");
    for (uint32_t i = 0; i < link->column_count; i++) {
        wql__sqlite_put(sql, i ? " AND " : " ON ");
        sql->alias = "p";
        wql__sqlite_put_column(sql, link->parent, link->pairs[i].to);
        wql__sqlite_put(sql, " = ");
        sql->alias = "t";
        wql__sqlite_put_column(sql, link->child, link->pairs[i].from);
    }
}

/* One object's key; what cannot be said in SQL is left out. False: nothing was said. */
static bool put_object(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql_value *keys) {
    bool any = false;
    uint32_t number = 0;
    for (uint32_t i = 0; i < table->column_count; i++) {
        wql__sqlite_mark mark = wql__sqlite_mark_sql(sql);
        wql_conjunct c = {.property = i, .op = WQL_EQ, .count = 1};
        if (!table->columns[i].key) continue;
        c.values = &keys[number++];
        if (any) wql__sqlite_put(sql, " AND ");
        if (wql__sqlite_condition(sql, table, &c) == WQL_NONE) wql__sqlite_cut_sql(sql, mark);
        else any = true;
    }
    return any;
}

/* The host's texts live until open returns, and SQLite looks at them until the last row. */
static bool keep_texts(wql__sqlite_sql *sql, wql_value *keys, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        char *kept;
        if ((keys[i].type != WQL_STRING && keys[i].type != WQL_REFERENCE) || !keys[i].str.len) continue;
        kept = wql__sqlite_take_array(sql->arena, keys[i].str.len, 1);
        if (!kept) return false;
        memcpy(kept, keys[i].str.ptr, keys[i].str.len);
        keys[i].str.ptr = kept;
    }
    return true;
}

/* A reference is one of these. False: it says nothing that SQL could. */
static bool put_references(wql__sqlite_sql *sql, const wql__sqlite_table *table, wql_scan *scan, const wql_conjunct *c) {
    uint32_t count = wql__sqlite_key_count(table), named = 0;
    wql_value *keys = wql__sqlite_take_array(sql->arena, (size_t)c->count * count, sizeof *keys);
    if (!keys) {
        sql->failed = true;
        return false;
    }
    wql__sqlite_put(sql, "(");
    for (uint32_t i = 0; i < c->count; i++) {
        wql_value *own = keys + (size_t)i * count;
        if (!wql_scan_keys(scan, c->values[i], table->class_name, own, count)) continue;
        if (!keep_texts(sql, own, count)) {
            sql->failed = true;
            return false;
        }
        if (named++) wql__sqlite_put(sql, " OR ");
        if (!put_object(sql, table, own)) return false;
    }
    wql__sqlite_put(sql, named ? ")" : "0)"); /* of another class: no reference here is equal */
    return true;
}

/* For a person, or before the values are known. */
static bool put_open(wql__sqlite_sql *sql, const wql__sqlite_table *table) {
    bool first = true;
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (!table->columns[i].key) continue;
        if (!first) wql__sqlite_put(sql, " AND ");
        wql__sqlite_put_column(sql, table, &table->columns[i]);
        wql__sqlite_put(sql, " = ?");
        first = false;
    }
    return true;
}

void wql__sqlite_build_link(wql__sqlite_sql *sql, const wql__sqlite_mount *m, const wql_request *request, wql_scan *scan) {
    const wql__sqlite_link *link = wql__sqlite_find_link(m, request->class_index);
    const char *before = " WHERE ";
    wql__sqlite_put(sql, "SELECT ");
    put_keys(sql, link->parent, "p", true);
    put_keys(sql, link->child, "t", false);
    put_join(sql, link);
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        const wql_conjunct *c = &request->conjuncts[i];
        const wql__sqlite_table *table = c->property == WQL__SQLITE_DEPENDENT ? link->child : link->parent;
        wql__sqlite_mark mark = wql__sqlite_mark_sql(sql);
        if (!is_known(c) || !c->count) continue;
        sql->alias = c->property == WQL__SQLITE_DEPENDENT ? "t" : "p";
        wql__sqlite_put(sql, before);
        if (scan ? put_references(sql, table, scan, c) : put_open(sql, table)) before = " AND ";
        else wql__sqlite_cut_sql(sql, mark);
    }
    sql->alias = NULL;
}
