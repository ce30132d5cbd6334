/* SPDX-License-Identifier: MIT */
/* 20_arrow.c: a result in the Arrow C data interface, as whoever knows Arrow reads it: a stream with one schema, arrays whose
 * buffers are the provider's own, released when the reader likes. No Arrow library is needed for either side. */
#include <wql/arrow.h>
#include <wql/wql.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* -- a consumer: it knows Arrow, and nothing of this library ------------------------------------------------------ */

static int print_schema(struct ArrowArrayStream *stream) {
    struct ArrowSchema schema;
    if (stream->get_schema(stream, &schema)) return 1;
    for (int64_t i = 0; i < schema.n_children; i++)
        printf("%s: %s%s\n", schema.children[i]->name, schema.children[i]->format,
               schema.children[i]->flags & ARROW_FLAG_NULLABLE ? "" : ", never NULL");
    schema.release(&schema);
    return 0;
}

static bool has_value(const struct ArrowArray *column, int64_t row) {
    const uint8_t *bitmap = column->buffers[0];
    row += column->offset;
    return !bitmap || (bitmap[row / 8] >> (row % 8) & 1);
}

/* Column 0 is i64-like microseconds, column 1 a float64: "tsu:UTC" and "g". */
static void add_up(const struct ArrowArray *batch, int64_t *rows, double *sum) {
    const struct ArrowArray *level = batch->children[1];
    const double *values = level->buffers[1];
    *rows += batch->length;
    for (int64_t row = 0; row < batch->length; row++)
        if (has_value(level, row)) *sum += values[level->offset + row];
}

static int consume(struct ArrowArrayStream *stream) {
    struct ArrowArray batch, first = {.release = NULL};
    int64_t rows = 0;
    double sum = 0;
    int error = print_schema(stream);
    while (!error && (error = stream->get_next(stream, &batch)) == 0 && batch.release) {
        add_up(&batch, &rows, &sum);
        if (!first.release) { /* one column is kept: moved out of its batch, which goes */
            first = *batch.children[0];
            batch.children[0]->release = NULL;
        }
        batch.release(&batch);
    }
    if (error) fprintf(stderr, "error %d: %s\n", error, stream->get_last_error(stream));
    stream->release(stream); /* closes the call; what was kept stays */
    if (first.release) {
        printf("%" PRId64 " rows, levels together %.1f, the first at %" PRId64 " us\n", rows, sum,
               ((const int64_t *)first.buffers[1])[first.offset]);
        first.release(&first);
    }
    return error;
}

/* -- a producer: any query ---------------------------------------------------------------------------------------- */

enum { ROWS = 5000 };

typedef struct series {
    int64_t time[ROWS];
    double level[ROWS];
    uint8_t known[ROWS / 8];
} series;

static const wql_property_def properties[] = {{.name = "Time", .type = WQL_DATETIME, .flags = WQL_KEY},
                                              {.name = "Level", .type = WQL_REAL64}};
static const wql_class_def sample = {
    .struct_size = sizeof sample, .name = "Sample", .properties = properties, .property_count = 2};

static void fill(series *s) {
    for (int i = 0; i < ROWS; i++) {
        s->time[i] = INT64_C(1700000000000000) + i * INT64_C(1000000);
        s->level[i] = i % 10;
        if (i % 10 != 9) s->known[i / 8] = (uint8_t)(s->known[i / 8] | 1u << i % 8);
    }
}

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

static int to_arrow(wql_session *session, const char *text, struct ArrowArrayStream *out) {
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    if (wql_session_exec(session, wql_s(text), NULL, &call, &err) < 0) return fail(&err);
    if (wql_call_export(call, out, &err) < 0) { /* on success the stream owns the call */
        wql_call_close(call);
        return fail(&err);
    }
    return 0;
}

int main(void) {
    series *data = calloc(1, sizeof *data);
    wql_column columns[2] = {{.property = 0, .type = WQL_DATETIME, .layout = WQL_FIXED},
                             {.property = 1, .type = WQL_REAL64, .layout = WQL_FIXED}};
    wql_table table = {.struct_size = sizeof table, .column_count = 2, .def = &sample, .rows = ROWS, .columns = columns};
    wql_error err = WQL_INIT(wql_error);
    struct ArrowArrayStream stream;
    wql_engine *engine;
    wql_session *session;
    int failed;
    if (!data) return 1;
    fill(data);
    columns[0].values = data->time;
    columns[1].values = data->level;
    columns[1].validity = data->known;
    if (wql_engine_open(NULL, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/lab", wql_memory_provider(), NULL, &table, &err) < 0 ||
        wql_session_open(engine, "root/lab", NULL, &session, &err) < 0)
        return fail(&err);
    failed = to_arrow(session, "SELECT Time, Level FROM Sample WHERE Level < 5 OR Level IS NULL", &stream) || consume(&stream);
    wql_session_close(session);
    failed = wql_engine_close(engine) < 0 || failed;
    free(data);
    return failed;
}
