/* SPDX-License-Identifier: MIT */
/* samples.c: a plug-in with one value of every kind that a rule of docs/semantics.md speaks of; the examples there are run over
 * it. It takes no condition over, so that what comes out is the engine's own rule. A cell is the value as it stands here; an
 * object is made of a part. */
#include <wql/provider.h>

#define N                                                                                                                        \
    { .type = WQL_NULL }
#define I(n)                                                                                                                     \
    { .type = WQL_SINT64, .i64 = (n) }
#define U(n)                                                                                                                     \
    { .type = WQL_UINT64, .u64 = (n) }
#define R(n)                                                                                                                     \
    { .type = WQL_REAL64, .f64 = (n) }
#define B(n)                                                                                                                     \
    { .type = WQL_BOOLEAN, .b = (n) }
#define T(text)                                                                                                                  \
    {                                                                                                                            \
        .type = WQL_STRING, .str = {(text), sizeof(text) - 1 }                                                                   \
    }
#define WRITTEN(second, offset, fields)                                                                                          \
    {                                                                                                                            \
        .type = WQL_DATETIME, .time = {(second)*INT64_C(1000000), (offset), (fields), 0, 0 }                                     \
    }
#define D(second, offset) WRITTEN(second, offset, 0)
#define SPAN(second)                                                                                                             \
    {                                                                                                                            \
        .type = WQL_DATETIME, .time = {(second)*INT64_C(1000000), 0, 0, 1, 0 }                                                   \
    }
#define A(items_)                                                                                                                \
    { .type = WQL_STRING | WQL_ARRAY, .count = sizeof(items_) / sizeof *(items_), .items = (items_) }
#define NONE                                                                                                                     \
    { .type = WQL_STRING | WQL_ARRAY }
#define O(part)                                                                                                                  \
    { .type = WQL_OBJECT, .count = (part) }
#define LENGTH(array) (sizeof(array) / sizeof *(array))

enum { WIDTH_MOST = 9, YEAR_2020 = 1577836800, HOUR = 3600, DAY = 24 * HOUR };
enum { NAN_CELL = 1 };

/* What objects are made of. */
static const struct {
    const char *class_name;
    bool filled;
    int32_t size;
} parts[] = {{"Bolt", true, 5}, {"Wheel", true, 5}, {"Part", false, 0}};

static const wql_value both[] = {T("x"), T("y")}, last[] = {T("z")};

static const wql_property_def sample[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                          {.name = "S", .type = WQL_STRING},
                                          {.name = "N", .type = WQL_SINT32},
                                          {.name = "B", .type = WQL_BOOLEAN},
                                          {.name = "R", .type = WQL_REAL64},
                                          {.name = "D", .type = WQL_DATETIME},
                                          {.name = "Tags", .type = WQL_STRING | WQL_ARRAY},
                                          {.name = "E", .type = WQL_OBJECT}};
static const wql_property_def more[] = {{.name = "X", .type = WQL_STRING}};
static const wql_property_def size_of_part[] = {{.name = "Size", .type = WQL_SINT32}};
static const wql_value samples[][WIDTH_MOST] = {{I(1), T("Alpha"), I(1), B(true), R(1.5), D(YEAR_2020, 0), A(both), O(0)},
                                                {I(2), T("beta"), N, N, N, D(YEAR_2020, 60), N, N},
                                                {I(4), T(""), I(0), B(false), R(0.0), D(YEAR_2020 + DAY, 0), A(last), O(2)}};
static const wql_value specials[][WIDTH_MOST] = {{I(3), N, I(-3), B(false), R(-0.5), N, NONE, O(1), T("of 3")}};

static const wql_property_def number[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                          {.name = "Small", .type = WQL_UINT8},
                                          {.name = "Signed", .type = WQL_SINT64},
                                          {.name = "Big", .type = WQL_UINT64},
                                          {.name = "Short", .type = WQL_REAL32},
                                          {.name = "Long", .type = WQL_REAL64}};
static const wql_value numbers[][WIDTH_MOST] = {
    {I(1), I(255), I(9007199254740993), U(18446744073709551615u), R(0.1f), R(9007199254740992.0)},
    {I(2), I(10), I(-1), U(9), R(0.5f), R(-0.0)},
    {I(3), I(9), I(10), U(10), R(0.25f), {.type = WQL_REAL64, .count = NAN_CELL}}};

static const wql_property_def word[] = {
    {.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY}, {.name = "S", .type = WQL_STRING}, {.name = "C", .type = WQL_CHAR16}};
static const wql_value words[][WIDTH_MOST] = {
    {I(1), T("9600"), U('a')},    {I(2), T("10000"), U('B')},   {I(3), T("stra\303\237e"), U(0xe9)},
    {I(4), T("STRASSE"), U('_')}, {I(5), T("\303\205rhus"), N}, {I(6), T("\342\204\252elvin"), N},
    {I(7), T("a_b"), N},          {I(8), T("a%b"), N},          {I(9), T("a[b"), N},
    {I(10), T("a]b"), N},         {I(11), T("a-b"), N},         {I(12), T("a\\b"), N},
    {I(13), T("a^b"), N},         {I(14), T("a!b"), N},         {I(15), T("a\360\237\246\212b"), N},
    {I(16), T("ab"), N}};

static const wql_property_def moment[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                          {.name = "At", .type = WQL_DATETIME},
                                          {.name = "Lasts", .type = WQL_DATETIME, .flags = WQL_INTERVAL}};
static const wql_value moments[][WIDTH_MOST] = {{I(1), D(YEAR_2020, 0), SPAN(HOUR)},
                                                {I(2), D(YEAR_2020, 60), SPAN(DAY + HOUR)},
                                                {I(3), WRITTEN(YEAR_2020, 0, 128), SPAN(DAY)},
                                                {I(4), D(YEAR_2020 + 12 * HOUR, -300), N}};

static const wql_property_def link[] = {{.name = "From", .type = WQL_REFERENCE, .flags = WQL_KEY, .class_name = "Sample"},
                                        {.name = "To", .type = WQL_REFERENCE, .flags = WQL_KEY, .class_name = "Word"}};
static const wql_value links[][WIDTH_MOST] = {
    {T("sample=1"), T("Word.Id=1")}, {T("Sample.ID=0x1"), T("//./root/other:Word.Id=2")}, {T("Sample.Id=3"), T("Gone.Key='a'")}};

/* A class, and its rows. */
#define CLASS(name_, superclass_, flags_, own, rows_)                                                                            \
    {                                                                                                                            \
        {.struct_size = sizeof(wql_class_def),                                                                                   \
         .name = (name_),                                                                                                        \
         .superclass = (superclass_),                                                                                            \
         .flags = (flags_),                                                                                                      \
         .properties = (own),                                                                                                    \
         .property_count = LENGTH(own)},                                                                                         \
            (rows_), LENGTH(rows_)                                                                                               \
    }
static const struct {
    wql_class_def def;
    const wql_value (*rows)[WIDTH_MOST];
    uint32_t row_count;
} tables[] = {CLASS("Sample", NULL, 0, sample, samples),
              CLASS("Special", "Sample", 0, more, specials),
              {{.struct_size = sizeof(wql_class_def), .name = "Part", .properties = size_of_part, .property_count = 1}, NULL, 0},
              {{.struct_size = sizeof(wql_class_def), .name = "Bolt", .superclass = "Part"}, NULL, 0},
              {{.struct_size = sizeof(wql_class_def), .name = "Wheel", .properties = size_of_part, .property_count = 1}, NULL, 0},
              CLASS("Number", NULL, 0, number, numbers),
              CLASS("Word", NULL, 0, word, words),
              CLASS("Moment", NULL, 0, moment, moments),
              CLASS("Link", NULL, WQL_ASSOCIATION, link, links)};

static wql_status samples_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    wql_class_def defs[LENGTH(tables)];
    (void)config, (void)user, (void)self;
    for (size_t i = 0; i < LENGTH(tables); i++) defs[i] = tables[i].def;
    return wql_mount_define(mount, defs, LENGTH(tables), err);
}

static wql_status samples_open(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_OK;
}

/* Row `count` of a batch stands for the object until the row has taken it. */
static wql_value make_object(wql_scan *scan, uint32_t part) {
    wql_param size = {"Size", wql_i64(parts[part].size)};
    return wql_scan_object(scan, parts[part].class_name, &size, parts[part].filled);
}

static wql_value cell_of(wql_scan *scan, const wql_value *cell) {
    const double zero = 0;
    if (cell->type == WQL_OBJECT) return make_object(scan, cell->count);
    return cell->type == WQL_REAL64 && cell->count == NAN_CELL ? wql_f64(zero / zero) : *cell;
}

/* So few rows fit any batch. Cells that a class has no property for are NULL. */
static wql_status samples_next(wql_scan *scan, wql_error *err) {
    uint32_t table = scan->request->class_index;
    (void)err;
    for (uint32_t row = 0; row < tables[table].row_count; row++) {
        for (uint32_t p = 0; p < WIDTH_MOST; p++) {
            const wql_value *cell = &tables[table].rows[row][p];
            if (cell->type != WQL_NULL) wql_row_set(scan, p, cell_of(scan, cell));
        }
        (void)wql_row_end(scan);
    }
    return WQL_END;
}

static const wql_provider provider = {.struct_size = sizeof provider,
                                      .flags = WQL_CONCURRENT,
                                      .name = "samples",
                                      .load = samples_load,
                                      .open = samples_open,
                                      .next = samples_next};

const wql_provider *wql_provider_main(uint32_t abi) { return abi >= 1 ? &provider : NULL; }
