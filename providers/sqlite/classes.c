/* SPDX-License-Identifier: MIT */
/* classes.c: tables -> class definitions. */
#include "sqlite.h"

/* Names that a query can say as they are go first: they keep their looks. */
static bool name_columns(wql__sqlite_table *table, wql__sqlite_arena *arena, wql__sqlite_arena *scratch) {
    wql__sqlite_names names;
    if (!wql__sqlite_names_init(&names, scratch, table->column_count)) return false;
    for (int pass = 0; pass < 3; pass++) {
        for (uint32_t i = 0; i < table->column_count; i++) {
            wql__sqlite_column *column = &table->columns[i];
            const char *name = column->name ? column->name : "rowid";
            int turn = !column->name ? 2 : wql__sqlite_name_is_plain(name) ? 0 : 1;
            if (turn != pass) continue;
            column->property = wql__sqlite_name_give(&names, arena, name);
            if (!column->property) return false;
            column->renamed = strcmp(column->property, name) != 0;
        }
    }
    return true;
}

static bool name_tables(wql__sqlite_mount *m, wql__sqlite_arena *scratch) {
    wql__sqlite_names names;
    if (!wql__sqlite_names_init(&names, scratch, m->table_count + m->link_count)) return false;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < m->table_count; i++) {
            wql__sqlite_table *table = &m->tables[i];
            if (wql__sqlite_name_is_plain(table->name) != (pass == 0)) continue;
            table->class_name = wql__sqlite_name_give(&names, &m->arena, table->name);
            if (!table->class_name) return false;
            table->renamed = strcmp(table->class_name, table->name) != 0;
        }
    }
    return wql__sqlite_name_links(m, &names, scratch);
}

/* MappingStrings {"the database's name"}. NULL = no memory. */
static const wql_qualifier *mapping(wql__sqlite_arena *arena, const char *name) {
    wql_qualifier *qualifier = wql__sqlite_take(arena, sizeof *qualifier);
    wql_value *item = wql__sqlite_take(arena, sizeof *item);
    size_t len = strlen(name), size = wql__sqlite_repair_text(NULL, name, len);
    char *text = wql__sqlite_take(arena, size + 1);
    if (!qualifier || !item || !text) return NULL;
    (void)wql__sqlite_repair_text(text, name, len);
    *item = wql_text((wql_str){text, size});
    qualifier->name = "MappingStrings";
    qualifier->value = wql_array(WQL_STRING, item, 1);
    return qualifier;
}

static bool define_column(wql__sqlite_arena *arena, const wql__sqlite_column *column, wql_property_def *out) {
    out->name = column->property;
    out->type = wql__sqlite_cim_type(column->kind);
    out->flags = column->key ? WQL_KEY : 0;
    if (!column->renamed) return true;
    out->qualifiers = mapping(arena, column->name ? column->name : "rowid");
    out->qualifier_count = 1;
    return out->qualifiers != NULL;
}

static bool define_table(wql__sqlite_arena *arena, const wql__sqlite_table *table, wql_class_def *out) {
    wql_property_def *properties = wql__sqlite_take_array(arena, table->column_count, sizeof *properties);
    if (!properties) return false;
    for (uint32_t i = 0; i < table->column_count; i++)
        if (!define_column(arena, &table->columns[i], &properties[i])) return false;
    out->struct_size = (uint32_t)sizeof *out;
    out->name = table->class_name;
    out->properties = properties;
    out->property_count = table->column_count;
    if (!table->renamed) return true;
    out->qualifiers = mapping(arena, table->name);
    out->qualifier_count = 1;
    return out->qualifiers != NULL;
}

wql_status wql__sqlite_define(wql__sqlite_mount *m, wql__sqlite_arena *scratch, wql_error *err) {
    uint32_t count = m->table_count + m->link_count;
    wql_class_def *defs = wql__sqlite_take_array(scratch, count, sizeof *defs);
    bool made = defs != NULL;
    for (uint32_t i = 0; i < m->table_count && made; i++) made = name_columns(&m->tables[i], &m->arena, scratch);
    made = made && name_tables(m, scratch); /* those of links are made of columns' names too */
    for (uint32_t i = 0; i < m->table_count && made; i++) made = define_table(scratch, &m->tables[i], &defs[i]);
    for (uint32_t i = 0; i < m->link_count && made; i++)
        made = wql__sqlite_define_link(&m->links[i], scratch, &defs[m->table_count + i]);
    if (!made) return wql__sqlite_no_memory(err);
    if (count) return wql_mount_define(m->mount, defs, count, err);
    wql__sqlite_log(m, WQL_LOG_INFO, "%s has no tables", m->shown);
    return WQL_OK;
}

void wql__sqlite_put_column(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql__sqlite_column *column) {
    wql__sqlite_put(sql, sql->alias ? sql->alias : "t");
    wql__sqlite_put(sql, ".");
    if (column->name) wql__sqlite_put_name(sql, column->name);
    else wql__sqlite_put(sql, table->rowid);
}
