/* SPDX-License-Identifier: MIT */
/* memory_model.h: a table with a column of every type in every layout, and every cell of it once more as text: what the tests of
 * the memory provider over arrays compare with. Included after cmocka.h. */
#ifndef WQL_TESTS_MEMORY_MODEL_H
#define WQL_TESTS_MEMORY_MODEL_H

#include "memory_host.h"

/* -- a table with every type and layout -------------------------------------------------------------------------- */

enum { ID, SMALL, BIG, U16, REAL, SINGLE, FLAG, NAME, VIEW, CODE, BORN, SPAN, LIST, CHAR, TEXTS, ABSENT, PROPS, ROWS_MAX = 5000 };

static const wql_property_def props[PROPS] = {
    {.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
    {.name = "Small", .type = WQL_SINT8},
    {.name = "Big", .type = WQL_SINT64},
    {.name = "U16", .type = WQL_UINT16},
    {.name = "Real", .type = WQL_REAL64},
    {.name = "Single", .type = WQL_REAL32},
    {.name = "Flag", .type = WQL_BOOLEAN},
    {.name = "Name", .type = WQL_STRING},
    {.name = "View", .type = WQL_STRING},
    {.name = "Code", .type = WQL_STRING},
    {.name = "Born", .type = WQL_DATETIME},
    {.name = "Span", .type = WQL_DATETIME, .flags = WQL_INTERVAL},
    {.name = "List", .type = WQL_SINT32 | WQL_ARRAY},
    {.name = "Char", .type = WQL_CHAR16},
    {.name = "Texts", .type = WQL_STRING | WQL_ARRAY},
    {.name = "Absent", .type = WQL_STRING},
};

static const wql_class_def everything = {
    .struct_size = sizeof everything, .name = "Everything", .properties = props, .property_count = PROPS};

typedef struct model {
    uint64_t rows;
    uint32_t id[ROWS_MAX];
    int8_t small[ROWS_MAX];
    int64_t big[ROWS_MAX], born[ROWS_MAX], span[ROWS_MAX];
    uint16_t u16[ROWS_MAX], character[ROWS_MAX];
    double real[ROWS_MAX];
    float single[ROWS_MAX];
    uint8_t flag[ROWS_MAX / 8 + 1], valid[PROPS][ROWS_MAX / 8 + 1];
    int32_t name[ROWS_MAX + 1], code[ROWS_MAX], list[ROWS_MAX + 1], texts[ROWS_MAX + 1], text_ends[ROWS_MAX * 3 + 1];
    int32_t items[ROWS_MAX * 3], words[5];
    char name_bytes[ROWS_MAX * 24], text_bytes[ROWS_MAX * 24];
    wql_view view[ROWS_MAX];
    char view_bytes[2][ROWS_MAX * 32];
    const char *view_buffers[2];
    int64_t view_sizes[2];
    wql_time_extra extra[ROWS_MAX];
    wql_column dictionary, item_column, text_column;
    wql_column columns[PROPS - 1];
    char cells[ROWS_MAX][PROPS][80];
} model;

static uint64_t seed;
static inline uint32_t pick(uint32_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

/* Marks one cell NULL now and then; what lies below stays readable. */
static inline bool maybe_null(model *m, uint32_t p, uint64_t r) {
    bool valid = pick(5) != 0;
    if (valid)
        m->valid[p][r / 8] |= (uint8_t)(1u << (r % 8));
    else
        strcpy(m->cells[r][p], "-");
    return !valid;
}

static inline void make_numbers(model *m, uint64_t r) {
    m->id[r] = (uint32_t)r;
    m->small[r] = (int8_t)pick(256);
    m->big[r] = (int64_t)(((uint64_t)pick(UINT32_MAX) << 32) | pick(100));
    m->u16[r] = (uint16_t)pick(65536);
    m->character[r] = (uint16_t)pick(65536);
    m->real[r] = pick(1000) / 8.0 - 50;
    m->single[r] = (float)pick(1000) / 4.0f;
    m->born[r] = (int64_t)pick(1000000) * 1000003;
    m->extra[r].offset_min = (int16_t)(pick(120) - 60);
    m->extra[r].wild = (uint8_t)(pick(10) ? 0 : 64);
    m->span[r] = (int64_t)pick(1000);
    snprintf(m->cells[r][ID], 80, "%u", (unsigned)r);
    snprintf(m->cells[r][U16], 80, "%u", (unsigned)m->u16[r]);
    if (!maybe_null(m, SMALL, r)) snprintf(m->cells[r][SMALL], 80, "%d", m->small[r]);
    if (!maybe_null(m, BIG, r)) snprintf(m->cells[r][BIG], 80, "%" PRId64, m->big[r]);
    if (!maybe_null(m, REAL, r)) snprintf(m->cells[r][REAL], 80, "%.17g", m->real[r]);
    snprintf(m->cells[r][SINGLE], 80, "%.17g", (double)m->single[r]);
    if (!maybe_null(m, CHAR, r)) snprintf(m->cells[r][CHAR], 80, "%u", (unsigned)m->character[r]);
    if (!maybe_null(m, BORN, r))
        snprintf(m->cells[r][BORN], 80, "%" PRId64 "/%d/%u", m->born[r], m->extra[r].offset_min, m->extra[r].wild);
    if (!maybe_null(m, SPAN, r)) snprintf(m->cells[r][SPAN], 80, "%" PRId64 "/0/0", m->span[r]);
    if (pick(2)) m->flag[r / 8] |= (uint8_t)(1u << (r % 8));
    if (!maybe_null(m, FLAG, r)) strcpy(m->cells[r][FLAG], (m->flag[r / 8] >> (r % 8)) & 1 ? "T" : "F");
}

static const char *const words[] = {"ash", "beech", "", "\xc3\xa9rable", "oak"};

static inline void make_texts(model *m, uint64_t r) {
    char text[64];
    uint32_t buffer = pick(2), at;
    int len = snprintf(text, sizeof text, "%s%u", words[pick(5)], pick(300));
    m->name[r + 1] = m->name[r];
    if (!maybe_null(m, NAME, r)) {
        memcpy(m->name_bytes + m->name[r], text, (size_t)len);
        m->name[r + 1] += len;
        snprintf(m->cells[r][NAME], 80, "'%s'", text);
    }
    len = snprintf(text, sizeof text, "view %u%s", pick(300), pick(2) ? "" : " with more bytes");
    m->view[r].len = (uint32_t)len;
    if (len <= 12) {
        memcpy(m->view[r].as.inlined, text, (size_t)len);
    } else {
        at = (uint32_t)m->view_sizes[buffer];
        memcpy(m->view_bytes[buffer] + at, text, (size_t)len);
        memcpy(m->view[r].as.ref.prefix, text, 4);
        m->view[r].as.ref.buffer = buffer;
        m->view[r].as.ref.offset = at;
        m->view_sizes[buffer] += len;
    }
    if (!maybe_null(m, VIEW, r)) snprintf(m->cells[r][VIEW], 80, "'%s'", text);
    m->code[r] = (int32_t)pick(4);
    if (!maybe_null(m, CODE, r)) snprintf(m->cells[r][CODE], 80, "'%s'", words[m->code[r]]);
}

static inline void make_lists(model *m, uint64_t r) {
    uint32_t count = pick(4);
    char number[80] = "{", text[80] = "{";
    m->list[r + 1] = m->list[r];
    m->texts[r + 1] = m->texts[r];
    for (uint32_t i = 0; i < count; i++) {
        int32_t item = (int32_t)pick(2000) - 1000, end = m->text_ends[m->texts[r + 1]];
        const char *word = words[pick(5)];
        m->items[m->list[r + 1]++] = item;
        memcpy(m->text_bytes + end, word, strlen(word));
        m->text_ends[++m->texts[r + 1]] = end + (int32_t)strlen(word);
        snprintf(number + strlen(number), sizeof number - strlen(number), "%s%d", i ? "," : "", item);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s'%s'", i ? "," : "", word);
    }
    if (!maybe_null(m, LIST, r)) snprintf(m->cells[r][LIST], 80, "%.70s}", number);
    snprintf(m->cells[r][TEXTS], 80, "%.70s}", text);
    strcpy(m->cells[r][ABSENT], "-");
}

static inline void set_column(model *m, uint32_t p, uint8_t layout, const void *values, bool nulls) {
    wql_column *c = &m->columns[p];
    c->property = p;
    c->type = (uint16_t)props[p].type;
    c->layout = layout;
    c->values = values;
    if (nulls) c->validity = m->valid[p];
}

static inline void set_columns(model *m) {
    set_column(m, ID, WQL_FIXED, m->id, false);
    set_column(m, SMALL, WQL_FIXED, m->small, true);
    set_column(m, BIG, WQL_FIXED, m->big, true);
    set_column(m, U16, WQL_FIXED, m->u16, false);
    set_column(m, REAL, WQL_FIXED, m->real, true);
    set_column(m, SINGLE, WQL_FIXED, m->single, false);
    set_column(m, FLAG, WQL_BITS, m->flag, true);
    set_column(m, NAME, WQL_OFFSETS, NULL, true);
    m->columns[NAME].offsets = m->name;
    m->columns[NAME].bytes = m->name_bytes;
    m->columns[NAME].bytes_size = (uint64_t)m->name[m->rows];
    set_column(m, VIEW, WQL_VIEWS, m->view, true);
    m->view_buffers[0] = m->view_bytes[0];
    m->view_buffers[1] = m->view_bytes[1];
    m->columns[VIEW].buffers = m->view_buffers;
    m->columns[VIEW].buffer_sizes = m->view_sizes;
    m->columns[VIEW].buffer_count = 2;
    set_column(m, CODE, WQL_CODES, m->code, true);
    m->words[1] = 3, m->words[2] = 8, m->words[3] = 8, m->words[4] = 15;
    m->dictionary = (wql_column){
        .type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = m->words, .bytes = "ashbeech\xc3\xa9rable", .bytes_size = 15};
    m->columns[CODE].child = &m->dictionary;
    m->columns[CODE].child_rows = 4;
    set_column(m, BORN, WQL_FIXED, m->born, true);
    m->columns[BORN].extra = m->extra;
    set_column(m, SPAN, WQL_FIXED, m->span, true);
    set_column(m, LIST, WQL_LIST, NULL, true);
    m->item_column = (wql_column){.type = WQL_SINT32, .layout = WQL_FIXED, .values = m->items};
    m->columns[LIST].offsets = m->list;
    m->columns[LIST].child = &m->item_column;
    m->columns[LIST].child_rows = (uint64_t)m->list[m->rows];
    set_column(m, CHAR, WQL_FIXED, m->character, true);
    set_column(m, TEXTS, WQL_LIST, NULL, false);
    m->text_column = (wql_column){.type = WQL_STRING,
                                  .layout = WQL_OFFSETS,
                                  .offsets = m->text_ends,
                                  .bytes = m->text_bytes,
                                  .bytes_size = (uint64_t)m->text_ends[m->texts[m->rows]]};
    m->columns[TEXTS].offsets = m->texts;
    m->columns[TEXTS].child = &m->text_column;
    m->columns[TEXTS].child_rows = (uint64_t)m->texts[m->rows];
}

static inline model *make_model(uint64_t rows) {
    model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->rows = rows;
    for (uint64_t r = 0; r < rows; r++) {
        make_numbers(m, r);
        make_texts(m, r);
        make_lists(m, r);
    }
    set_columns(m);
    return m;
}

static inline wql_table table_of(const model *m) {
    wql_table t = WQL_INIT(wql_table);
    t.def = &everything;
    t.rows = m->rows;
    t.columns = m->columns;
    t.column_count = PROPS - 1;
    return t;
}

static inline void model_line(const model *m, uint64_t row, uint64_t wanted, char *line, size_t size) {
    size_t len = 0;
    line[0] = 0;
    for (uint32_t p = 0; p < PROPS; p++)
        if (!wanted || (wanted >> p) & 1) len += (size_t)snprintf(line + len, size - len, "%s%s", len ? "|" : "", m->cells[row][p]);
}

/* Rows first..end of the model that `expected` marks (NULL: all) are the lines, in order. */
static inline void assert_rows(const lines *got, const model *m, uint64_t first, uint64_t end, const bool *expected,
                               uint64_t wanted) {
    size_t at = 0;
    char line[4096];
    for (uint64_t r = first; r < end; r++) {
        if (expected && !expected[r]) continue;
        if (at == got->count) fail_msg("row %llu is missing at the end", (unsigned long long)r);
        model_line(m, r, wanted, line, sizeof line);
        assert_string_equal(got->line[at++], line);
    }
    assert_int_equal(at, got->count);
}

/* -- tables to read ---------------------------------------------------------------------------------------------- */

static const uint32_t batch_sizes[] = {1, 2, 3, 7, 8, 63, 64, 65, 100, 1000, 1024, 2047, 2048, 0};
static const uint64_t row_counts[] = {0, 1, 7, 8, 9, 63, 64, 65, 1023, 1024, 1025, 2100};
enum { BATCH_SIZES = sizeof batch_sizes / sizeof *batch_sizes, ROW_COUNTS = sizeof row_counts / sizeof *row_counts };

/* One table of each size, for the tests that only read it. */
static model *shared[ROW_COUNTS];

static inline int make_shared(void **state) {
    (void)state;
    for (size_t n = 0; n < ROW_COUNTS; n++) shared[n] = make_model(row_counts[n]);
    return 0;
}

static inline int free_shared(void **state) {
    (void)state;
    for (size_t n = 0; n < ROW_COUNTS; n++) free(shared[n]);
    return 0;
}

/* -- tables to change: a function that spoils one ---------------------------------------------------------------- */

#define CHANGE(NAME, CODE)                                                                                                         \
    static void NAME(wql_table *t, wql_column *c) {                                                                                \
        (void)t;                                                                                                                   \
        (void)c;                                                                                                                   \
        CODE                                                                                                                       \
    }

#endif
