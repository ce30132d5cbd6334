/* SPDX-License-Identifier: MIT */
/* query.c: a request -> SQL, answers and estimates. */
#include "sqlite.h"

/* -- planning -------------------------------------------------------------------------------------------------------------- */

/* What part of the rows a condition leaves, by the usual guesses. */
static double selectivity(const wql__sqlite_table *table, const wql_conjunct *c) {
    const wql__sqlite_column *column = &table->columns[c->property];
    double rows = table->rows > 1 ? table->rows : 1, values = c->count ? c->count : 1;
    switch (c->op) {
    case WQL_EQ:
        if (column->sure || (!column->name && column->key)) return values / rows;
        return values * (column->kind == WQL__SQLITE_BOOL ? 0.5 : column->key || column->indexed ? 0.01 : 0.1);
    case WQL_NE:
    case WQL_NOT_NULL: return 0.9;
    case WQL_IS_NULL:
    case WQL_LIKE: return 0.1;
    default: return 0.33;
    }
}

/* Whether SQLite can go to the rows directly. */
static bool is_search(const wql__sqlite_table *table, const wql_conjunct *c) {
    const wql__sqlite_column *column = &table->columns[c->property];
    if (c->op == WQL_NE || c->op == WQL_IS_NULL || c->op == WQL_NOT_NULL) return false;
    if (column->kind == WQL__SQLITE_TEXT)
        return c->op == WQL_EQ && column->indexed && column->affine && !wql__sqlite_is_small(table);
    return column->sure || !column->name || column->indexed;
}

void wql__sqlite_plan(const wql__sqlite_mount *m, const wql_request *request, wql_answer *answer) {
    const wql__sqlite_table *table = &m->tables[request->class_index];
    wql__sqlite_sql sql = {.dry = true};
    double left = 1;
    bool search = false;
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        const wql_conjunct *c = &request->conjuncts[i];
        double part;
        answer->take[i] = wql__sqlite_condition(&sql, table, c);
        if (answer->take[i] == WQL_NONE) continue;
        part = selectivity(table, c);
        left *= part < 1 ? part : 1;
        search |= is_search(table, c);
    }
    answer->parts = 1;
    if (table->rows < 0) return;
    answer->rows = table->rows * left;
    answer->cost = search ? answer->rows : table->rows;
}

/* -- the statement --------------------------------------------------------------------------------------------------------- */

/* A key that may turn out to be NULL is asked for: rows may be left out, so the end of a limit is not SQLite's to find. */
static bool may_leave_out(const wql__sqlite_table *table, const wql_request *request) {
    for (uint32_t i = 0; i < table->column_count; i++)
        if (table->columns[i].key && !table->columns[i].sure && wql_request_wants(request, i)) return true;
    return false;
}

static void put_columns(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql_request *request) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (!wql_request_wants(request, i)) continue;
        if (count++) wql__sqlite_put(sql, ", ");
        wql__sqlite_put_column(sql, table, &table->columns[i]);
    }
}

/* Where a view is put together of several SELECTs, the types of a column's values depend on whether SQLite moves a condition into
 * them: the rows that a condition leaves would not be those that fulfil it. LIMIT keeps it out. Outside, a comparison converts
 * values by the affinity of one of the SELECTs, and those that come are then not those that were compared; a plus takes the
 * affinity away. So it is for any view whose text may have changed since it was mounted. */
bool wql__sqlite_is_shielded(const wql__sqlite_table *table) {
    if (table->form != WQL__SQLITE_VIEW) return false;
    return table->compound || atomic_load_explicit(&table->version, memory_order_relaxed) != table->mounted;
}

static bool is_needed(const wql_request *request, const uint8_t *take, uint32_t property) {
    if (wql_request_wants(request, property)) return true;
    for (uint32_t i = 0; i < request->conjunct_count; i++)
        if (take[i] != WQL_NONE && request->conjuncts[i].property == property) return true;
    return false;
}

static void put_table(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql_request *request, const uint8_t *take) {
    uint32_t count = 0, conditions = 0;
    for (uint32_t i = 0; i < request->conjunct_count; i++) conditions += take[i] != WQL_NONE;
    wql__sqlite_put(sql, " FROM ");
    if (!conditions || !wql__sqlite_is_shielded(table)) {
        wql__sqlite_put(sql, "main.");
        wql__sqlite_put_name(sql, table->name);
        wql__sqlite_put(sql, " AS t");
        return;
    }
    wql__sqlite_put(sql, "(SELECT ");
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (!is_needed(request, take, i)) continue;
        if (count++) wql__sqlite_put(sql, ", ");
        wql__sqlite_put_column(sql, table, &table->columns[i]);
    }
    wql__sqlite_put(sql, " FROM main.");
    wql__sqlite_put_name(sql, table->name);
    wql__sqlite_put(sql, " AS t LIMIT -1) AS t");
}

/* A condition whose value comes later, for a person. */
static uint8_t put_open_condition(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql_conjunct *c) {
    wql__sqlite_put_column(sql, table, &table->columns[c->property]);
    wql__sqlite_put(sql, c->count > 1 ? " IN (" : c->op == WQL_LIKE ? " LIKE " : wql__sqlite_operator(c->op));
    for (uint32_t i = 0; i < c->count; i++) wql__sqlite_put(sql, i ? ", ?" : "?");
    if (c->count > 1) wql__sqlite_put(sql, ")");
    return (uint8_t)c->taken;
}

/* *exact: what comes fulfils every condition. */
static void put_where(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql_request *request, uint8_t *take,
                      bool *exact) {
    const char *before = " WHERE ";
    *exact = true;
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        const wql_conjunct *c = &request->conjuncts[i];
        wql__sqlite_mark mark = wql__sqlite_mark_sql(sql);
        uint8_t can = WQL_NONE;
        if (take[i] != WQL_NONE) {
            wql__sqlite_put(sql, before);
            can = sql->shown && c->count && !c->values ? put_open_condition(sql, table, c) : wql__sqlite_condition(sql, table, c);
        }
        if (can == WQL_NONE) wql__sqlite_cut_sql(sql, mark);
        else before = " AND ";
        if (can < take[i]) take[i] = can;
        if (take[i] != WQL_EXACT) *exact = false;
    }
}

/* SELECT, and what is selected. */
static void put_select(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql_request *request, bool counting,
                       bool limited) {
    bool any = false;
    if (counting) {
        wql__sqlite_put(sql, limited ? "SELECT count(*) FROM (SELECT 1" : "SELECT count(*)");
        return;
    }
    wql__sqlite_put(sql, "SELECT ");
    for (uint32_t i = 0; i < table->column_count && !any; i++) any = wql_request_wants(request, i);
    if (any) put_columns(sql, table, request);
    else wql__sqlite_put(sql, "1");
}

static void put_statement(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql_request *request, uint8_t *take,
                          wql__sqlite_built *built) {
    bool limited = request->limit && !may_leave_out(table, request);
    put_select(sql, table, request, built->counting, limited);
    put_table(sql, table, request, take);
    put_where(sql, table, request, take, &built->exact);
    if (!limited || !built->exact) return;
    wql__sqlite_put(sql, " LIMIT ");
    wql__sqlite_put_i64(sql, request->limit < (uint64_t)INT64_MAX ? (int64_t)request->limit : INT64_MAX);
    if (built->counting) wql__sqlite_put(sql, ")");
}

void wql__sqlite_build(wql__sqlite_sql *sql, const wql__sqlite_mount *m, const wql_request *request, uint8_t *take,
                       wql__sqlite_built *built) {
    const wql__sqlite_table *table = &m->tables[request->class_index];
    wql__sqlite_mark start = wql__sqlite_mark_sql(sql);
    built->counting = (request->flags & WQL_WISH_COUNT) != 0;
    put_statement(sql, table, request, take, built);
    if (!built->counting || built->exact) return;
    wql__sqlite_cut_sql(sql, start); /* the values do not allow a count */
    built->counting = false;
    put_statement(sql, table, request, take, built);
}
