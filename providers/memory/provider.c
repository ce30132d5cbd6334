/* SPDX-License-Identifier: MIT */
/* provider.c: the memory provider's table: load, plan, explain, unload. */
#include "memory.h"

#include <stdio.h>

enum { TABLES_MAX = 65536 }; /* in one mount: a list without an end is found out */

/* -- reading the caller's list ----------------------------------------------------------------------------------- */

/* One element as this version knows it: fields beyond its struct_size count as zero. */
static wql_status read_table(const wql_table *from, uint32_t index, wql_table *out, wql_error *err) {
    size_t size = from->struct_size < sizeof *out ? from->struct_size : sizeof *out;
    memset(out, 0, sizeof *out);
    if (size < offsetof(wql_table, next))
        return wql__memory_fail(err, WQL_E_INVALID_PARAMETER,
                                "table %u has a struct_size of %u, which is too small for a wql_table", (unsigned)index,
                                (unsigned)from->struct_size);
    memcpy(out, from, size);
    if (!wql__memory_tail_ok(from, sizeof *out) || out->zero)
        return wql__memory_fail(err, WQL_E_UNSUPPORTED_PARAMETER, "table %u has a field set that this version does not know",
                                (unsigned)index);
    if (!out->def) return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "table %u has no class definition", (unsigned)index);
    return WQL_OK;
}

static wql_status count_tables(const wql_table *first, uint32_t *count, wql_error *err) {
    *count = 0;
    for (const wql_table *at = first; at;) {
        wql_table table;
        wql_status st;
        if (*count == TABLES_MAX)
            return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "the list of tables has no end within %d", (int)TABLES_MAX);
        st = read_table(at, *count, &table, err);
        if (st < 0) return st;
        ++*count;
        at = table.next;
    }
    return WQL_OK;
}

/* The definitions side by side, as wql_mount_define takes them. */
static wql_status read_def(const wql_class_def *from, uint32_t index, wql_class_def *out, wql_error *err) {
    size_t size = from->struct_size < sizeof *out ? from->struct_size : sizeof *out;
    memset(out, 0, sizeof *out);
    if (size < sizeof from->struct_size)
        return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "the class definition of table %u has no struct_size",
                                (unsigned)index);
    memcpy(out, from, size);
    out->struct_size = sizeof *out; /* of an array, all have the same */
    if (!wql__memory_tail_ok(from, sizeof *out))
        return wql__memory_fail(err, WQL_E_UNSUPPORTED_PARAMETER,
                                "the class definition of table %u has a field set that this version does not know",
                                (unsigned)index);
    if (!out->name) return wql__memory_fail(err, WQL_E_INVALID_CLASS, "the class of table %u has no name", (unsigned)index);
    return WQL_OK;
}

/* -- one table --------------------------------------------------------------------------------------------------- */

/* Large batches cost least by the row; the first is smaller, since somebody waits for it. */
enum { FIRST_ROWS = 1024 };

static wql_status check_table(const wql_table *from, const char *name, wql_error *err) {
    if (from->batch_rows > WQL_BATCH_ROWS_MAX)
        return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "table %s has batches of %u rows; 1 to %d are possible", name,
                                (unsigned)from->batch_rows, (int)WQL_BATCH_ROWS_MAX);
    for (uint32_t op = 0; op < 16; op++)
        if (from->take[op] > WQL_EXACT || from->open_take[op] > WQL_EXACT)
            return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "table %s has an answer for operator %u that is none", name,
                                    (unsigned)op);
    if (from->memory && (from->rows || from->column_count))
        return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "table %s has both a wql_memory and rows or columns of its own",
                                name);
    return wql__memory_check_columns(name, from->columns, from->column_count, from->rows, err);
}

/* Whether columns are those of the class, as far as it is known. */
wql_status wql__memory_check_class(const wql__memory_table *table, const wql_column *columns, uint32_t count, wql_error *err) {
    for (uint32_t i = 0; table->known && i < count; i++) {
        uint32_t p = columns[i].property;
        char has[32], wants[32];
        if (p >= table->property_count)
            return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "column %u is for property %u, but class %s has %u (from 0)",
                                    (unsigned)i, (unsigned)p, table->name, (unsigned)table->property_count);
        if (columns[i].type != table->properties[p].type)
            return wql__memory_fail(err, WQL_E_TYPE_MISMATCH, "property %u of class %s is %s, but its column is %s", (unsigned)p,
                                    table->name, wql__memory_type_name(table->properties[p].type, wants),
                                    wql__memory_type_name(columns[i].type, has));
    }
    return WQL_OK;
}

static void free_table(wql_mount *mount, wql__memory_table *table) {
    wql__memory_release(table->memory);
    wql__memory_shape_free(mount, table);
    if (table->columns) wql_mount_allocate(mount, table->columns, table->column_count * sizeof *table->columns, 0);
    if (table->name) wql_mount_allocate(mount, table->name, table->name_size, 0);
}

static bool copy_name(wql_mount *mount, const char *name, wql__memory_table *table) {
    size_t size = strlen(name) + 1;
    table->name = wql_mount_allocate(mount, NULL, 0, size);
    if (!table->name) return false;
    table->name_size = size;
    memcpy(table->name, name, size);
    return true;
}

static bool copy_columns(wql_mount *mount, const wql_table *from, wql__memory_table *table) {
    if (!from->column_count) return true;
    table->columns = wql_mount_allocate(mount, NULL, 0, from->column_count * sizeof *table->columns);
    if (!table->columns) return false;
    table->column_count = from->column_count;
    memcpy(table->columns, from->columns, from->column_count * sizeof *table->columns);
    for (uint32_t i = 0; i < table->column_count; i++)
        if (!table->columns[i].buffer_id) table->columns[i].buffer_id = wql__memory_buffer_id(table, i);
    return true;
}

static wql_status load_table(wql_mount *mount, const wql_table *from, const wql_class_def *defs, uint32_t count,
                             wql__memory_table *table, wql_error *err) {
    wql_status st = check_table(from, defs[table->index].name, err);
    if (st < 0) return st;
    table->rows = from->rows;
    table->batch_rows = from->batch_rows ? from->batch_rows : WQL_BATCH_ROWS_MAX;
    table->first_rows = from->batch_rows ? from->batch_rows : FIRST_ROWS;
    table->parts = from->parts;
    memcpy(table->take, from->take, sizeof table->take);
    for (uint32_t op = 0; op < 16; op++)
        table->open_take[op] = from->lower && from->open_take[op] < from->take[op] ? from->open_take[op] : from->take[op];
    if (!copy_name(mount, defs[table->index].name, table) || !copy_columns(mount, from, table) ||
        !wql__memory_shape(mount, defs, count, table))
        return wql__memory_fail(err, WQL_E_OUT_OF_MEMORY, "no memory for table %s", defs[table->index].name);
    if (from->memory) {
        wql__memory_retain(from->memory);
        table->memory = from->memory;
    }
    return wql__memory_check_class(table, table->columns, table->column_count, err);
}

/* -- callbacks --------------------------------------------------------------------------------------------------- */

static size_t mount_size(uint32_t tables) { return sizeof(wql__memory_mount) + tables * sizeof(wql__memory_table); }

static void memory_unload(void *self) {
    wql__memory_mount *m = self;
    for (uint32_t i = 0; i < m->table_count; i++) free_table(m->mount, &m->tables[i]);
    wql_mount_allocate(m->mount, m, mount_size(m->table_count), 0);
}

static wql_status load_all(wql__memory_mount *m, const wql_table *first, wql_class_def *defs, wql_error *err) {
    wql_table table;
    wql_status st = WQL_OK;
    uint32_t i = 0;
    for (const wql_table *at = first; st >= 0 && i < m->table_count; at = table.next, i++) {
        st = read_table(at, i, &table, err);
        if (st >= 0) st = read_def(table.def, i, &defs[i], err);
    }
    i = 0;
    for (const wql_table *at = first; st >= 0 && i < m->table_count; at = table.next, i++) {
        st = read_table(at, i, &table, err);
        m->tables[i].index = i;
        if (st >= 0) st = load_table(m->mount, &table, defs, m->table_count, &m->tables[i], err);
    }
    return st < 0 ? st : wql_mount_define(m->mount, defs, m->table_count, err);
}

static wql_status memory_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    wql__memory_mount *m;
    wql_class_def *defs;
    uint32_t count;
    wql_status st;
    if (!user)
        return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "the memory provider needs a wql_table as `user` of the mount");
    if (config && *config)
        return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "the memory provider takes no configuration text");
    st = count_tables(user, &count, err);
    if (st < 0) return st;
    m = wql_mount_allocate(mount, NULL, 0, mount_size(count));
    if (!m) return wql__memory_fail(err, WQL_E_OUT_OF_MEMORY, "no memory for %u tables", (unsigned)count);
    memset(m, 0, mount_size(count));
    m->mount = mount;
    m->table_count = count;
    defs = wql_mount_allocate(mount, NULL, 0, count * sizeof *defs);
    st = defs ? load_all(m, user, defs, err)
              : wql__memory_fail(err, WQL_E_OUT_OF_MEMORY, "no memory for %u tables", (unsigned)count);
    if (defs) wql_mount_allocate(mount, defs, count * sizeof *defs, 0);
    if (st < 0)
        memory_unload(m);
    else
        *self = m;
    return st;
}

static uint64_t table_rows(const wql__memory_table *table) {
    return table->memory ? wql__memory_row_count(table->memory) : table->rows;
}

/* So many rows are worth an opening of their own. */
enum { PART_ROWS = 64 * 1024, PARTS_MOST = 1024 };

static uint32_t parts_of(const wql__memory_table *table) {
    uint64_t parts = table->rows / PART_ROWS;
    if (table->parts) return table->parts;
    return parts < 1 ? 1 : parts > PARTS_MOST ? PARTS_MOST : (uint32_t)parts;
}

static wql_status memory_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    const wql__memory_mount *m = self;
    const wql__memory_table *table = &m->tables[request->class_index];
    uint64_t rows = table_rows(table);
    (void)err;
    for (uint32_t i = 0; i < request->conjunct_count; i++)
        answer->take[i] = wql__memory_take(table, &request->conjuncts[i], table->take);
    if (request->limit && rows > request->limit) rows = request->limit;
    answer->rows = (double)rows;
    answer->cost = (double)rows;
    /* parts are opened one after the other, and each sees the rows of its moment: only what cannot change is cut */
    answer->parts = table->memory ? 1 : parts_of(table);
    return WQL_OK;
}

static size_t memory_explain(void *self, const wql_request *request, char *buf, size_t size) {
    const wql__memory_mount *m = self;
    const wql__memory_table *table = &m->tables[request->class_index];
    unsigned long long rows = table_rows(table);
    int len = snprintf(buf, size, "%llu row%s in memory%s, batches of %u", rows, rows == 1 ? "" : "s",
                       table->memory ? ", which may change" : "", (unsigned)table->batch_rows);
    return len < 0 ? 0 : (size_t)len;
}

const wql_provider *wql_memory_provider(void) {
    static const wql_provider provider = {
        .struct_size = sizeof provider,
        .flags = WQL_CONCURRENT,
        .name = "memory",
        .load = memory_load,
        .unload = memory_unload,
        .plan = memory_plan,
        .explain = memory_explain,
        .open = wql__memory_scan_open,
        .next = wql__memory_scan_next,
        .close = wql__memory_scan_close,
    };
    return &provider;
}
