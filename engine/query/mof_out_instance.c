/* SPDX-License-Identifier: MIT */
/* mof_out_instance.c: a row as an instance of MOF. */
#include "mof_out.h"

/* Left out: system properties, and NULL where that is what the class gives anyway. */
static bool is_written(const wql_batch *batch, const wql_column *col, uint32_t row) {
    const wql_value *initial;
    if (col->property >= batch->cls->def.property_count) return false; /* WQL_NO_COLUMN too */
    initial = batch->cls->def.properties[col->property].initial;
    return !wql_column_is_null(col, row) || (initial && initial->type != WQL_NULL);
}

void wql__mof_put_body(wql__mof_printer *p, const wql_batch *batch, uint32_t row) {
    wql__mof_put(p, "{");
    p->indent += WQL__MOF_STEP;
    for (uint32_t i = 0; i < batch->width; i++) {
        const wql_column *col = &batch->columns[i];
        const wql_property_def *def;
        if (!is_written(batch, col, row)) continue;
        def = &batch->cls->def.properties[col->property];
        wql__mof_newline(p);
        wql__out_format(p->out, "%s = ", def->name);
        wql__mof_put_cell(p, col, row, (def->flags & WQL_INTERVAL) != 0);
        wql__mof_put(p, ";");
    }
    p->indent -= WQL__MOF_STEP;
    wql__mof_newline(p);
    wql__mof_put(p, "}");
}

void wql__mof_put_row(wql__out *out, const wql_batch *batch, uint32_t row) {
    wql__mof_printer p = {.out = out, .line = out->len};
    if (batch->definitions) {
        wql__mof_put_class(out, batch->definitions[row]);
        return;
    }
    wql__out_format(out, "instance of %s ", batch->cls->def.name);
    wql__mof_put_body(&p, batch, row);
    wql__mof_put(&p, ";\n");
}
