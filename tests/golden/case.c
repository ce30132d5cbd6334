/* SPDX-License-Identifier: MIT */
/* case.c: reads a case file: blocks of lines that begin with a keyword, what belongs to it indented below. The format is told in
 * README.md. */
#include "golden.h"

#include <stdarg.h>
#include <stdlib.h>

void complain(const reader *from, const char *format, ...) {
    va_list args;
    fprintf(stderr, "%s:%u: ", from->file->path, from->line + 1);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

/* -- lines and words --------------------------------------------------------------------------------------------- */

static void split_lines(case_file *file) {
    FILE *in = fopen(file->path, "rb");
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    if (!in) stop_with("golden: cannot open %s", file->path);
    while ((len = getline(&line, &room, in)) >= 0) {
        if (len > 0 && line[len - 1] == '\n') len--;
        if (memchr(line, '\0', (size_t)len)) stop_with("golden: %s contains a NUL", file->path);
        lines_add(&file->text, &file->memory, line, (size_t)len);
    }
    free(line);
    fclose(in);
}

static reader read_line(case_file *file, uint32_t line) {
    reader r = {file, line, file->text.at[line], NULL};
    r.end = r.at + strlen(r.at);
    return r;
}

void skip_blanks(reader *from) {
    while (from->at < from->end && *from->at == ' ') from->at++;
}

/* The next word, up to a blank; empty at the end. */
static wql_str next_word(reader *from) {
    wql_str word;
    skip_blanks(from);
    word.ptr = from->at;
    while (from->at < from->end && *from->at != ' ') from->at++;
    word.len = (size_t)(from->at - word.ptr);
    return word;
}

static bool is(wql_str word, const char *text) { return word.len == strlen(text) && !memcmp(word.ptr, text, word.len); }

static char *copy(case_file *file, wql_str text) { return pool_copy(&file->memory, text.ptr, text.len); }

static char *rest_of(reader *from) {
    skip_blanks(from);
    return pool_copy(&from->file->memory, from->at, (size_t)(from->end - from->at));
}

static bool is_comment(const char *line) { return line[0] == '#'; }
static bool is_blank(const char *line) { return line[strspn(line, " ")] == '\0'; }
static bool is_indented(const char *line) { return line[0] == ' ' && !is_blank(line); }

static uint64_t read_number(reader *from, wql_str word) {
    uint64_t number = 0;
    if (!word.len) complain(from, "a number is missing");
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] < '0' || word.ptr[i] > '9') complain(from, "'%.*s' is no number", WQL_FMT(word));
        number = number * 10 + (uint64_t)(word.ptr[i] - '0');
    }
    return number;
}

/* -- classes ----------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    uint32_t type;
} types[] = {
    {"sint8", WQL_SINT8},       {"uint8", WQL_UINT8},   {"sint16", WQL_SINT16},     {"uint16", WQL_UINT16},
    {"sint32", WQL_SINT32},     {"uint32", WQL_UINT32}, {"sint64", WQL_SINT64},     {"uint64", WQL_UINT64},
    {"real32", WQL_REAL32},     {"real64", WQL_REAL64}, {"boolean", WQL_BOOLEAN},   {"string", WQL_STRING},
    {"datetime", WQL_DATETIME}, {"char16", WQL_CHAR16}, {"reference", WQL_REFERENCE}, {"object", WQL_OBJECT},
};

static uint32_t read_type(reader *from, wql_str word) {
    uint32_t array = 0;
    if (word.len > 2 && !memcmp(word.ptr + word.len - 2, "[]", 2)) {
        array = WQL_ARRAY;
        word.len -= 2;
    }
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (is(word, types[i].name)) return types[i].type | array;
    complain(from, "'%.*s' is no type", WQL_FMT(word));
}

static void read_property(reader *from, wql_property_def *out) {
    wql_str word = next_word(from);
    out->name = copy(from->file, word);
    out->type = read_type(from, next_word(from));
    for (word = next_word(from); word.len; word = next_word(from)) {
        if (is(word, "key"))
            out->flags |= WQL_KEY;
        else if (is(word, "interval"))
            out->flags |= WQL_INTERVAL;
        else if (is(word, "of"))
            out->class_name = copy(from->file, next_word(from));
        else
            complain(from, "'%.*s' says nothing about a property", WQL_FMT(word));
    }
}

static void read_class(reader *from, data_class *out) {
    case_file *file = from->file;
    uint32_t end = from->line + 1;
    wql_str word = next_word(from);
    out->name = copy(file, word);
    for (word = next_word(from); word.len; word = next_word(from)) {
        if (is(word, ":"))
            out->superclass = copy(file, next_word(from));
        else if (is(word, "abstract"))
            out->flags |= WQL_ABSTRACT;
        else if (is(word, "singleton"))
            out->flags |= WQL_SINGLETON;
        else if (is(word, "association"))
            out->flags |= WQL_ASSOCIATION;
        else
            complain(from, "'%.*s' says nothing about a class", WQL_FMT(word));
    }
    while (end < file->text.count && (is_indented(file->text.at[end]) || is_comment(file->text.at[end]))) end++;
    out->properties = pool_get(&file->memory, (end - from->line) * sizeof *out->properties);
    for (uint32_t line = from->line + 1; line < end; line++) {
        reader r = read_line(file, line);
        if (!is_comment(file->text.at[line])) read_property(&r, &out->properties[out->property_count++]);
    }
}

const data_class *case_file_class(const case_file *file, const char *name, size_t len) {
    for (uint32_t i = 0; i < file->class_count; i++)
        if (is((wql_str){name, len}, file->classes[i].name)) return &file->classes[i];
    return NULL;
}

/* All properties, inherited ones first. */
static void flatten(case_file *file, data_class *c, uint32_t depth) {
    data_class *super = NULL;
    if (c->all) return;
    if (depth > 64) stop_with("golden: %s: the superclasses of %s never end", file->path, c->name);
    if (c->superclass) {
        super = (data_class *)(uintptr_t)case_file_class(file, c->superclass, strlen(c->superclass));
        if (!super) stop_with("golden: %s: the superclass of %s is missing", file->path, c->name);
        flatten(file, super, depth + 1);
    }
    c->all_count = c->property_count + (super ? super->all_count : 0);
    c->all = pool_get(&file->memory, (c->all_count + 1) * sizeof *c->all);
    if (super) memcpy(c->all, super->all, super->all_count * sizeof *c->all);
    memcpy(c->all + c->all_count - c->property_count, c->properties, c->property_count * sizeof *c->all);
}

static void read_classes(case_file *file) {
    file->classes = pool_get(&file->memory, (file->text.count + 1) * sizeof *file->classes);
    for (uint32_t line = 0; line < file->text.count; line++) {
        reader r = read_line(file, line);
        if (is(next_word(&r), "class") && !is_indented(file->text.at[line])) read_class(&r, &file->classes[file->class_count++]);
    }
    for (uint32_t i = 0; i < file->class_count; i++) flatten(file, &file->classes[i], 0);
}

/* -- rows -------------------------------------------------------------------------------------------------------- */

static void read_row(reader *from, data_class *c) {
    cell *row = pool_get(&from->file->memory, (c->all_count + 1) * sizeof *row);
    for (uint32_t i = 0; i < c->all_count; i++) {
        skip_blanks(from);
        row[i] = read_cell(from, &c->all[i]);
        skip_blanks(from);
        if (i + 1 < c->all_count) {
            if (from->at == from->end || *from->at != '|') complain(from, "'|' expected in front of %s", c->all[i + 1].name);
            from->at++;
        }
    }
    if (from->at != from->end) complain(from, "more cells than %s has properties", c->name);
    if (c->row_count == c->row_room) {
        cell **grown = pool_get(&from->file->memory, (c->row_room * 2 + 16) * sizeof *grown);
        if (c->row_count) memcpy(grown, c->rows, c->row_count * sizeof *grown);
        c->rows = grown;
        c->row_room = c->row_room * 2 + 16;
    }
    c->rows[c->row_count++] = row;
}

/* Returns the line behind the block. */
static uint32_t read_rows(reader *from) {
    case_file *file = from->file;
    wql_str name = next_word(from);
    data_class *c = (data_class *)(uintptr_t)case_file_class(file, name.ptr, name.len);
    uint32_t line = from->line + 1;
    if (!c) complain(from, "there is no class %.*s", WQL_FMT(name));
    for (; line < file->text.count && (is_indented(file->text.at[line]) || is_comment(file->text.at[line])); line++) {
        reader r = read_line(file, line);
        if (!is_comment(file->text.at[line])) read_row(&r, c);
    }
    return line;
}

/* -- a query ----------------------------------------------------------------------------------------------------- */

static uint32_t hex_digits(reader *from, size_t most) {
    uint32_t value = 0;
    for (size_t i = 0; i < most && from->at < from->end; i++, from->at++) {
        char c = *from->at;
        if (c >= '0' && c <= '9')
            value = value * 16 + (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            value = value * 16 + (uint32_t)((c | 0x20) - 'a') + 10;
        else
            break;
    }
    return value;
}

/* \n \r \t \\ \" \' \0, \xHH a byte, \u{HEX} a character, \{N times TEXT} TEXT that often. */
static void read_escape(reader *from, writer *to) {
    char c = from->at < from->end ? *from->at++ : '\0';
    switch (c) {
    case 'n': put(to, "\n", 1); break;
    case 'r': put(to, "\r", 1); break;
    case 't': put(to, "\t", 1); break;
    case '0': put(to, "\0", 1); break;
    case '\\':
    case '\'':
    case '"': put(to, &c, 1); break;
    case 'x':
        c = (char)hex_digits(from, 2);
        put(to, &c, 1);
        break;
    case 'u':
        if (from->at == from->end || *from->at++ != '{') complain(from, "'{' expected behind \\u");
        put_code_point(to, hex_digits(from, 6));
        if (from->at == from->end || *from->at++ != '}') complain(from, "'}' expected");
        break;
    case '{': {
        uint64_t times = read_number(from, next_word(from));
        const char *text, *end;
        if (!is(next_word(from), "times") || from->at == from->end) complain(from, "\\{N times TEXT} expected");
        text = ++from->at;
        end = memchr(text, '}', (size_t)(from->end - text));
        if (!end) complain(from, "'}' expected");
        while (times--) put(to, text, (size_t)(end - text));
        from->at = end + 1;
        break;
    }
    default: complain(from, "'\\%c' is no escape", c);
    }
}

static wql_str read_escaped(reader *from) {
    writer to = {&from->file->memory, NULL, 0, 0};
    put(&to, "", 0);
    skip_blanks(from);
    while (from->at < from->end) {
        char c = *from->at++;
        if (c == '\\')
            read_escape(from, &to);
        else
            put(&to, &c, 1);
    }
    return (wql_str){to.at, to.len};
}

char *read_quoted(reader *from, size_t *len) {
    writer to = {&from->file->memory, NULL, 0, 0};
    put(&to, "", 0);
    if (from->at == from->end || *from->at++ != '"') complain(from, "a text in double quotes expected");
    while (from->at < from->end && *from->at != '"') {
        char c = *from->at++;
        if (c == '\\')
            read_escape(from, &to);
        else
            put(&to, &c, 1);
    }
    if (from->at == from->end) complain(from, "the text is not closed");
    from->at++;
    *len = to.len;
    return to.at;
}

static void add_query(reader *from, query_case *c, wql_str query) {
    if (c->query_count == QUERIES_MAX) complain(from, "too many queries in one case");
    c->queries[c->query_count++] = query;
}

/* -- options ----------------------------------------------------------------------------------------------------- */

static const char *const takes[] = {"nothing", "superset", "exact", "mixed"};

int take_number(const char *name) {
    for (int i = 0; i < 4; i++)
        if (!strcmp(takes[i], name)) return i;
    return TAKE_ANY;
}

const char *take_name(int take) { return takes[take]; }

static int read_take(reader *from, wql_str word) {
    int take = take_number(copy(from->file, word));
    if (take == TAKE_ANY) complain(from, "nothing, superset, exact or mixed expected");
    return take;
}

static wql_status read_status(reader *from, wql_str word) {
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x40001, 0x400ff}, {0x80041001, 0x80041100}, {0x80042001, 0x80042002}};
    for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++)
        for (uint32_t i = ranges[r].first; i <= ranges[r].last; i++)
            if (is(word, wql_status_name((wql_status)i))) return (wql_status)i;
    complain(from, "'%.*s' is no status", WQL_FMT(word));
}

static void read_option(reader *from, query_case *c, wql_str word) {
    const char *equals = memchr(word.ptr, '=', word.len);
    wql_str name = {word.ptr, equals ? (size_t)(equals - word.ptr) : word.len};
    wql_str value = {equals ? equals + 1 : "", equals ? word.len - name.len - 1 : 0};
    if (is(name, "ensure_locatable"))
        c->flags |= WQL_ENSURE_LOCATABLE;
    else if (is(name, "direct_read"))
        c->flags |= WQL_DIRECT_READ;
    else if (is(name, "count_only"))
        c->flags |= WQL_COUNT_ONLY;
    else if (is(name, "keys_only"))
        c->flags |= WQL_KEYS_ONLY;
    else if (is(name, "ordered"))
        c->ordered = true;
    else if (is(name, "rows_max"))
        c->rows_max = read_number(from, value);
    else if (is(name, "batch_rows"))
        c->batch_rows = (uint32_t)read_number(from, value);
    else if (is(name, "takes"))
        c->takes = read_take(from, value);
    else if (is(name, "ends"))
        c->ends = read_status(from, value);
    else
        complain(from, "'%.*s' is no option", WQL_FMT(name));
}

/* -- a case ------------------------------------------------------------------------------------------------------ */

/* The indented lines below, without their indentation. Returns the line behind them. */
static uint32_t read_block(case_file *file, uint32_t line, lines *out) {
    for (line++; line < file->text.count && is_indented(file->text.at[line]); line++) {
        const char *text = file->text.at[line] + 1;
        lines_add(out, &file->memory, text + (*text == ' '), strlen(text + (*text == ' ')));
    }
    return line;
}

/* A line of what is asked. False: it is none. */
static bool read_question(reader *from, query_case *c, wql_str keyword) {
    case_file *file = from->file;
    if (is(keyword, "query")) {
        if (from->at < from->end) from->at++;
        add_query(from, c, (wql_str){from->at, (size_t)(from->end - from->at)});
    } else if (is(keyword, "path")) {
        if (from->at < from->end) from->at++;
        if (c->query_count && !c->are_paths) complain(from, "a case has queries or paths, not both");
        c->are_paths = true;
        add_query(from, c, (wql_str){from->at, (size_t)(from->end - from->at)});
    } else if (is(keyword, "escaped")) {
        add_query(from, c, read_escaped(from));
    } else if (is(keyword, "options")) {
        for (wql_str word = next_word(from); word.len; word = next_word(from)) read_option(from, c, word);
    } else if (is(keyword, "show")) {
        for (wql_str word = next_word(from); word.len; word = next_word(from))
            lines_add(&c->show, &file->memory, word.ptr, word.len);
    } else {
        return false;
    }
    return true;
}

/* What is expected, beginning at `line`. Returns the line behind it; `line`: the keyword is none. */
static uint32_t read_answer(reader *from, query_case *c, wql_str keyword) {
    case_file *file = from->file;
    uint32_t line = from->line;
    if (is(keyword, "rows")) {
        c->has_rows = true;
        return read_block(file, line, &c->rows);
    }
    if (is(keyword, "columns")) {
        c->has_columns = true;
        return read_block(file, line, &c->columns);
    }
    if (is(keyword, "error")) {
        char *text = rest_of(from);
        lines_add(&c->error, &file->memory, text, strlen(text));
        return read_block(file, line, &c->error);
    }
    if (is(keyword, "plan")) {
        expected_plan *plan = &c->plans[c->plan_count];
        if (c->plan_count++ == PLANS_MAX) complain(from, "too many plans in one case");
        plan->take = read_take(from, next_word(from));
        return read_block(file, line, &plan->text);
    }
    if (is(keyword, "count")) {
        c->has_count = true;
        c->count = read_number(from, next_word(from));
        return line + 1;
    }
    if (is(keyword, "status")) {
        c->status = copy(file, next_word(from));
        return line + 1;
    }
    return line;
}

/* Returns the line behind the case. */
static uint32_t read_case(reader *from, query_case *c) {
    case_file *file = from->file;
    uint32_t line = from->line + 1, asked = line;
    c->line = from->line;
    c->title = rest_of(from);
    c->takes = TAKE_ANY;
    while (line < file->text.count) {
        reader r = read_line(file, line);
        wql_str keyword;
        uint32_t next;
        if (is_blank(file->text.at[line]) || is_comment(file->text.at[line])) {
            line++;
            continue;
        }
        keyword = next_word(&r);
        if (is_indented(file->text.at[line])) complain(&r, "an indented line without a keyword in front of it");
        if (is(keyword, "case") || is(keyword, "class")) break;
        if (is(keyword, "rows") && memchr(r.at, ' ', (size_t)(r.end - r.at)) && !is_blank(r.at)) break; /* rows of a class */
        if (read_question(&r, c, keyword)) {
            if (c->expected_end) complain(&r, "what is asked stands in front of what is expected");
            asked = ++line;
            continue;
        }
        next = read_answer(&r, c, keyword);
        if (next == line) complain(&r, "'%.*s' is no keyword of a case", WQL_FMT(keyword));
        if (!c->expected_end)
            c->expected_first = line;
        else if (line != c->expected_end)
            complain(&r, "nothing stands between the parts of what is expected");
        c->expected_end = line = next;
    }
    if (!c->expected_end) c->expected_first = c->expected_end = asked;
    if (!c->query_count) complain(from, "the case asks nothing");
    return line;
}

static void read_cases(case_file *file) {
    uint32_t line = 0;
    file->cases = pool_get(&file->memory, (file->text.count + 1) * sizeof *file->cases);
    while (line < file->text.count) {
        reader r = read_line(file, line);
        wql_str keyword;
        if (is_blank(file->text.at[line]) || is_comment(file->text.at[line])) {
            line++;
            continue;
        }
        if (is_indented(file->text.at[line])) complain(&r, "an indented line without a keyword in front of it");
        keyword = next_word(&r);
        if (is(keyword, "class")) {
            for (line++; line < file->text.count && is_indented(file->text.at[line]);) line++;
        } else if (is(keyword, "rows")) {
            line = read_rows(&r);
        } else if (is(keyword, "case")) {
            line = read_case(&r, &file->cases[file->case_count++]);
        } else {
            complain(&r, "'%.*s' is no keyword", WQL_FMT(keyword));
        }
    }
}

void case_file_read(case_file *file, const char *path) {
    memset(file, 0, sizeof *file);
    file->path = path;
    split_lines(file);
    read_classes(file);
    read_cases(file);
}

void case_file_free(case_file *file) { pool_free(&file->memory); }
