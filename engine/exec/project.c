/* SPDX-License-Identifier: MIT */
/* project.c: from rows that passed to batches that go out. Where all rows of a source pass, its own memory goes out, in slices if
 * it is too large; else rows are gathered until a batch is full. */
#include "inside.h"

#include "../data/value.h"

#include <string.h>

/* A forwarded batch of fewer rows costs its reader more than gathering costs us; and from this share of selected rows on, texts
 * are not copied but pointed to, with the source held. */
enum { FORWARD_MIN = 256, PIN_SHARE = 4 };
/* From this share of selected rows on, values are taken by bits: fewer are looked for by their numbers. */
enum { BITS_SHARE = 16 };

static wql_status no_memory(wql__run *run) {
    wql__error_clear(run->failure);
    return wql__fail_memory(run->mem, run->failure);
}

static uint32_t smaller(uint64_t a, uint64_t b) { return (uint32_t)(a < b ? a : b); }

/* Rows that the client still wants. */
static uint64_t rows_left(const wql__run *run) {
    return run->env->rows_max ? run->env->rows_max - run->given - run->gathering.rows : UINT64_MAX;
}

static const wql_column *source_column(const wql__run *run, const wql__out_column *col) {
    return col->kind == WQL__OUT_PARTS ? col->view : &run->input.source->columns[col->slot];
}

static bool is_source_kind(const wql__out_column *col) { return col->kind == WQL__OUT_SLOT || col->kind == WQL__OUT_PARTS; }

void wql__project_done(wql__run *run) {
    wql_batch *source = run->input.source;
    memset(&run->input, 0, sizeof run->input);
    wql__run_put(run, source);
}

static void use_input(wql__run *run, uint32_t rows) {
    run->input.at += rows;
    if (run->input.at < run->input.count) return;
    wql__project_done(run);
}

/* -- bytes ------------------------------------------------------------------------------------------------------- */

/* Lengths of views. Of many, some stand for all: reading them would be most of what forwarding a batch costs. */
enum { VIEWS_ALL = 64, VIEWS_SAMPLE = 32 };

static uint64_t view_bytes(const wql_column *col, uint32_t first, uint32_t count) {
    const wql_view *views = col->values;
    uint32_t step = count > VIEWS_ALL ? count / VIEWS_SAMPLE : 1, seen = 0;
    uint64_t bytes = 0;
    for (uint32_t row = first; row < first + count; row += step, seen++)
        if (!wql_column_is_null(col, row)) bytes += views[row].len;
    return seen ? bytes * count / seen : 0;
}

/* Bytes of texts and items in rows that follow each other. */
static uint64_t run_bytes(const wql_column *col, uint32_t first, uint32_t count) {
    uint64_t bytes = 0;
    switch (col->layout) {
    case WQL_OFFSETS: return (uint64_t)(col->offsets[first + count] - col->offsets[first]);
    case WQL_VIEWS: return view_bytes(col, first, count);
    case WQL_LIST: {
        uint32_t from = (uint32_t)col->offsets[first], items = (uint32_t)(col->offsets[first + count] - col->offsets[first]);
        bytes = (uint64_t)items * wql__type_size(col->child->type);
        if (items && (col->child->layout == WQL_OFFSETS || col->child->layout == WQL_VIEWS))
            bytes += run_bytes(col->child, from, items);
        return bytes;
    }
    default: return 0;
    }
}

static uint64_t row_bytes(const wql__run *run, const wql__scan *scan, uint32_t row) {
    const wql__outputs *outputs = &scan->outputs;
    uint64_t bytes = outputs->fixed_bytes;
    for (uint32_t i = 0; i < outputs->width + outputs->hidden; i++)
        if (is_source_kind(&outputs->columns[i])) bytes += run_bytes(source_column(run, &outputs->columns[i]), row, 1);
    return bytes;
}

static bool has_bytes(const wql_column *col) {
    return col->layout == WQL_OFFSETS || col->layout == WQL_VIEWS || col->layout == WQL_LIST;
}

static uint64_t rows_bytes(const wql__run *run, const wql__scan *scan, const uint16_t *rows, uint32_t first, uint32_t count) {
    const wql__outputs *outputs = &scan->outputs;
    uint64_t bytes = (uint64_t)outputs->fixed_bytes * count;
    for (uint32_t i = 0; i < outputs->width + outputs->hidden; i++) {
        const wql_column *col = is_source_kind(&outputs->columns[i]) ? source_column(run, &outputs->columns[i]) : NULL;
        if (!col || !has_bytes(col)) continue;
        if (!rows)
            bytes += run_bytes(col, first, count);
        else if (col->layout == WQL_OFFSETS)
            for (uint32_t k = 0; k < count; k++) bytes += (uint64_t)(col->offsets[rows[k] + 1] - col->offsets[rows[k]]);
        else
            for (uint32_t k = 0; k < count; k++) bytes += run_bytes(col, rows[k], 1);
    }
    return bytes;
}

/* -- forwarding -------------------------------------------------------------------------------------------------- */

/* The column from row `at` on, a multiple of 64. */
static void slice(wql_column *col, uint32_t at) {
    const char *values = col->values;
    if (at == 0) return;
    if (col->validity) col->validity += at / 8;
    if (col->extra) col->extra = (const wql_time_extra *)col->extra + at;
    switch (col->layout) {
    case WQL_FIXED: col->values = values + (size_t)at * wql__type_size(col->type); break;
    case WQL_BITS: col->values = values + at / 8; break;
    case WQL_VIEWS: col->values = values + at * sizeof(wql_view); break;
    case WQL_CODES: col->values = values + at * sizeof(int32_t); break;
    case WQL_OBJECTS: col->values = values + at * sizeof(wql_ref); break;
    default: col->offsets += at; break;
    }
}

/* How many rows of the input can go out as they are; 0: they must be gathered. */
static uint32_t rows_to_forward(const wql__run *run, const wql__scan *scan) {
    const wql__run_env *env = run->env;
    uint32_t left = run->input.count - run->input.at, rows;
    uint64_t wanted = rows_left(run);
    if (run->input.rows || run->input.bits || run->gathering.batch || run->input.at % 64) return 0;
    if (run->gave && left < smaller(FORWARD_MIN, env->batch_rows)) return 0;
    rows = smaller(smaller(left, env->batch_rows_max), wanted);
    if (rows < left && rows < wanted) rows -= rows % 64;
    while (rows > 64 && rows_bytes(run, scan, NULL, run->input.at, rows) > env->batch_bytes) rows = (rows / 2 + 63) / 64 * 64;
    return rows;
}

static bool forward_columns(wql__run *run, wql__scan *scan, wql_batch *out) {
    const wql__outputs *outputs = &scan->outputs;
    if (!wql__batch_shape(out, scan->cls, outputs->width, outputs->hidden) || !wql__batch_hold(out, run->input.source))
        return false;
    for (uint32_t i = 0; i < outputs->width + outputs->hidden; i++) {
        const wql__out_column *col = &outputs->columns[i];
        if (!is_source_kind(col)) continue;
        out->columns[i] = *source_column(run, col);
        out->columns[i].name = col->name;
        slice(&out->columns[i], run->input.at);
    }
    return true;
}

/* Room for the classes that the rows of a schema query stand for. */
static bool begin_definitions(const wql__run *run, wql_batch *batch, uint32_t rows) {
    return !run->input.source->definitions || wql__batch_define(batch, rows);
}

static void add_definitions(const wql__run *run, wql_batch *batch, const uint16_t *list, uint32_t rows) {
    if (run->input.source->definitions) wql__batch_add_definitions(batch, run->input.source, list, run->input.at, rows);
}

static wql_status forward(wql__run *run, wql__scan *scan, uint32_t rows, wql_batch **out) {
    wql_batch *batch = wql__run_take(run);
    if (!batch) return no_memory(run);
    if (!forward_columns(run, scan, batch) || !begin_definitions(run, batch, rows)) goto failed;
    wql__outputs_begin(scan, batch, rows);
    if (!wql__outputs_paths(scan, run->input.source, NULL, run->input.at, rows)) goto failed;
    if (!wql__outputs_constants(scan, batch, rows)) goto failed;
    add_definitions(run, batch, NULL, rows);
    batch->rows = rows;
    batch->projected = scan->outputs.projected;
    use_input(run, rows);
    *out = batch;
    return WQL_OK;
failed:
    wql_batch_release(batch);
    return no_memory(run);
}

/* -- gathering --------------------------------------------------------------------------------------------------- */

/* Rows of one source are not parted where that can be helped: a batch that is not quite full takes all of the next ones. */
static uint32_t rows_to_gather(const wql__run *run) {
    uint64_t rows = (uint64_t)run->env->batch_rows + run->input.count - 1;
    return smaller(smaller(rows, run->env->batch_rows_max), rows_left(run));
}

static bool begin(wql__run *run, wql__scan *scan) {
    wql__gathering *g = &run->gathering;
    wql__outputs *outputs = &scan->outputs;
    uint32_t room;
    if (g->batch) return true;
    room = rows_to_gather(run);
    g->batch = wql__run_take(run);
    if (!g->batch || !wql__batch_shape(g->batch, scan->cls, outputs->width, outputs->hidden)) return false;
    if (!begin_definitions(run, g->batch, room)) return false;
    g->rows = 0;
    g->room = room;
    g->bytes = 0;
    g->since = run->input.since;
    wql__outputs_begin(scan, g->batch, room);
    for (uint32_t i = 0; i < outputs->width + outputs->hidden; i++) {
        wql__out_column *col = &outputs->columns[i];
        if (!is_source_kind(col)) continue;
        col->gather = wql__gather_new(g->batch, i, source_column(run, col), room);
        if (!col->gather) return false;
    }
    return true;
}

/* How many of the next rows fit into the batch: all, or up to the one with which its bytes are too many, which starts the next.
 * None: they go whole into the next one, since this one has enough and nobody wished for a certain number. */
static uint32_t rows_that_fit(const wql__run *run, const wql__scan *scan, uint32_t rows) {
    const wql__gathering *g = &run->gathering;
    const uint16_t *list = run->input.rows ? run->input.rows + run->input.at : NULL;
    uint64_t bytes = g->bytes, limit = run->env->batch_bytes;
    uint32_t fit = 0;
    if (rows > g->room - g->rows) {
        if (run->env->batch_rows < run->env->batch_rows_max && g->rows >= run->env->batch_rows / 2) return 0;
        rows = g->room - g->rows;
    }
    if (bytes + rows_bytes(run, scan, list, run->input.at, rows) <= limit) return rows;
    for (; fit < rows; fit++) {
        bytes += row_bytes(run, scan, list ? list[fit] : run->input.at + fit);
        if (bytes > limit && (fit || g->rows)) break;
    }
    return fit;
}

/* Takes the next rows out of the input's bits. */
static void split_bits(wql__input *input, uint32_t rows, uint64_t *taken) {
    uint32_t left = rows;
    for (uint32_t w = 0; w < wql__bit_words(input->source->rows); w++) {
        uint64_t word = input->bits[w];
        uint32_t count = wql__count_bits(word);
        if (count > left) {
            uint64_t rest = word;
            for (uint32_t i = 0; i < left; i++) rest &= rest - 1;
            word ^= rest;
            count = left;
        }
        taken[w] = word;
        input->bits[w] ^= word;
        left -= count;
    }
}

void wql__project_choose(wql__run *run, wql__scan *scan, wql__rows *passed) {
    const wql__outputs *outputs = &scan->outputs;
    bool some = false, all = !outputs->has_path && !run->input.source->definitions;
    if (!passed->sparse && passed->count >= passed->rows / BITS_SHARE)
        for (uint32_t i = 0; i < outputs->width + outputs->hidden; i++) {
            bool takes = is_source_kind(&outputs->columns[i]) && wql__gather_takes_bits(source_column(run, &outputs->columns[i]));
            some |= takes;
            all &= takes || !is_source_kind(&outputs->columns[i]);
        }
    if (some) run->input.bits = passed->bits;
    if (some && all) return;
    wql__rows_list(passed, run->env->kernels);
    run->input.rows = passed->list;
}

static bool gather_columns(wql__run *run, wql__scan *scan, uint32_t rows) {
    wql__gathering *g = &run->gathering;
    wql__outputs *outputs = &scan->outputs;
    uint64_t taken[WQL__WORDS];
    wql__chosen chosen = {taken, run->input.source->rows, rows, run->env->kernels->picks};
    const uint16_t *list = run->input.rows ? run->input.rows + run->input.at : NULL;
    bool pin = outputs->has_bytes && run->input.count >= run->input.source->rows / PIN_SHARE;
    if (pin && !wql__batch_hold(g->batch, run->input.source)) return false;
    if (run->input.bits) split_bits(&run->input, rows, taken);
    for (uint32_t i = 0; i < outputs->width + outputs->hidden; i++) {
        wql__out_column *col = &outputs->columns[i];
        const wql_column *source = is_source_kind(col) ? source_column(run, col) : NULL;
        if (!source) continue;
        if (!(run->input.bits && wql__gather_takes_bits(source)
                  ? wql__gather_bits(col->gather, source, &chosen)
                  : wql__gather_rows(col->gather, source, list, run->input.at, rows, pin)))
            return false;
    }
    if (!wql__outputs_paths(scan, run->input.source, list, run->input.at, rows)) return false;
    add_definitions(run, g->batch, list, rows);
    return true;
}

static wql_status gather(wql__run *run, wql__scan *scan, wql_batch **out) {
    wql__gathering *g = &run->gathering;
    const uint16_t *list;
    uint32_t rows, fit;
    if (!begin(run, scan)) return no_memory(run);
    rows = run->input.count - run->input.at;
    fit = rows_that_fit(run, scan, rows);
    if (fit) {
        list = run->input.rows ? run->input.rows + run->input.at : NULL;
        g->bytes += rows_bytes(run, scan, list, run->input.at, fit);
        if (!gather_columns(run, scan, fit)) return no_memory(run);
        g->rows += fit;
        use_input(run, fit);
    }
    if (fit < rows || g->rows >= run->env->batch_rows || g->rows == g->room || g->bytes >= run->env->batch_bytes ||
        (!run->gave && !run->input.source))
        return wql__project_flush(run, scan, out);
    return WQL_OK;
}

wql_status wql__project_flush(wql__run *run, wql__scan *scan, wql_batch **out) {
    wql__gathering *g = &run->gathering;
    wql__outputs *outputs = &scan->outputs;
    for (uint32_t i = 0; i < outputs->width + outputs->hidden; i++) {
        wql__out_column *col = &outputs->columns[i];
        if (!is_source_kind(col)) continue;
        wql__gather_end(col->gather);
        g->batch->columns[i].name = col->name;
        g->batch->columns[i].property = col->property;
    }
    if (!wql__outputs_constants(scan, g->batch, g->rows)) return no_memory(run);
    g->batch->rows = g->rows;
    g->batch->projected = outputs->projected;
    *out = g->batch;
    memset(g, 0, sizeof *g);
    return WQL_OK;
}

void wql__project_drop(wql__run *run) {
    wql_batch_release(run->gathering.batch);
    memset(&run->gathering, 0, sizeof run->gathering);
    wql__project_done(run);
}

wql_status wql__project(wql__run *run, wql__scan *scan, wql_batch **out) {
    uint32_t rows = rows_to_forward(run, scan);
    return rows ? forward(run, scan, rows, out) : gather(run, scan, out);
}
