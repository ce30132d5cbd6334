/* SPDX-License-Identifier: MIT */
/* error.c: filling a wql_error, and pieces of text into a buffer. */
#include "error.h"

#include "utf8.h"

#include <stdio.h>
#include <string.h>

/* -- texts into fixed places ------------------------------------------------------------------------------------- */

/* Length of a control character at `p`: C0, DEL, and C1 as two bytes; 0: none. */
static size_t control_length(const char *p, size_t left) {
    unsigned char c = (unsigned char)*p;
    if (c < 0x20 || c == 0x7f) return 1;
    return c == 0xc2 && left > 1 && (unsigned char)p[1] < 0xa0 ? 2 : 0;
}

/* Copies text with '?' for each ill-formed byte and control character, cut on a character, with a NUL. */
static void put_clean(char *to, size_t size, const char *from, size_t len) {
    size_t used = 0, good = wql__utf8_check(from, len);
    for (size_t i = 0; i < len;) {
        size_t n, control;
        if (i < good && (unsigned char)from[i] - 0x20u < 0x5f) { /* what most texts are made of */
            if (used + 1 >= size) break;
            to[used++] = from[i++];
            continue;
        }
        if (i == good) { /* an ill-formed byte; where does the next well-formed stretch end? */
            if (used + 1 >= size) break;
            to[used++] = '?';
            i++;
            good = i + wql__utf8_check(from + i, len - i);
            continue;
        }
        control = control_length(from + i, len - i);
        n = 1;
        while (!control && i + n < len && ((unsigned char)from[i + n] & 0xc0) == 0x80 && i + n < good) n++;
        if (used + (control ? 1 : n) >= size) break;
        if (control) to[used++] = '?';
        for (size_t k = 0; !control && k < n; k++) to[used++] = from[i + k];
        i += control ? control : n;
    }
    to[used] = '\0';
}

/* Bytes of member `at` with `size` bytes that the caller's struct has; less if it is an older, shorter one. */
static size_t covered(const wql_error *err, size_t at, size_t size) {
    if (err->struct_size <= at) return 0;
    return err->struct_size - at < size ? err->struct_size - at : size;
}

static void copy_text(wql_error *to, size_t at, const char *from, size_t size) {
    size_t room = covered(to, at, size);
    if (room) put_clean((char *)to + at, room, from, strnlen(from, size));
}

void wql__error_copy(wql_error *to, const wql_error *from) {
    const size_t first = sizeof to->struct_size, numbers = offsetof(wql_error, provider) - first;
    if (!to || to == from) return;
    memcpy((char *)to + first, (const char *)from + first, covered(to, first, numbers));
    copy_text(to, offsetof(wql_error, provider), from->provider, sizeof from->provider);
    copy_text(to, offsetof(wql_error, hint), from->hint, sizeof from->hint);
    copy_text(to, offsetof(wql_error, message), from->message, sizeof from->message);
}

void wql__error_read(const wql_error *from, wql_error *full) {
    const size_t first = sizeof full->struct_size;
    wql__error_clear(full);
    if (!from) return;
    memcpy((char *)full + first, (const char *)from + first, covered(from, first, sizeof *full - first));
    full->provider[sizeof full->provider - 1] = full->hint[sizeof full->hint - 1] = full->message[sizeof full->message - 1] = '\0';
}

/* The texts by their first byte: nobody reads behind a NUL, and this is done at each visit of a provider. */
void wql__error_clear(wql_error *err) {
    memset(err, 0, offsetof(wql_error, provider));
    err->provider[0] = err->hint[0] = err->message[0] = '\0';
    err->struct_size = (uint32_t)sizeof *err;
}

/* -- filling ----------------------------------------------------------------------------------------------------- */

wql_status wql__fail_list(wql_error *err, wql_status status, const char *format, va_list args) {
    wql_error full;
    char text[2 * sizeof full.message]; /* a cut at its end is never seen: cleaning does not lengthen */
    if (!err) return status;
    wql__error_clear(&full);
    full.status = status;
    if (vsnprintf(text, sizeof text, format, args) < 0) text[0] = '\0';
    put_clean(full.message, sizeof full.message, text, strlen(text));
    if (!full.message[0]) return wql__fail_bare(err, status);
    wql__error_copy(err, &full);
    return status;
}

/* A text of our own: ASCII without control characters. */
static void put_known(wql_error *to, size_t at, size_t size, const char *text) {
    size_t room = covered(to, at, size), len;
    if (!room) return;
    len = strnlen(text, room - 1);
    memcpy((char *)to + at, text, len);
    ((char *)to)[at + len] = '\0';
}

wql_status wql__fail_bare(wql_error *err, wql_status status) {
    const size_t first = sizeof err->struct_size, numbers = offsetof(wql_error, provider) - first;
    if (!err) return status;
    memset((char *)err + first, 0, covered(err, first, numbers));
    if (covered(err, first, sizeof status) == sizeof status) err->status = status;
    put_known(err, offsetof(wql_error, provider), sizeof err->provider, "");
    put_known(err, offsetof(wql_error, hint), sizeof err->hint, "");
    put_known(err, offsetof(wql_error, message), sizeof err->message, wql_status_text(status));
    return status;
}

wql_status wql__fail(wql_error *err, wql_status status, const char *format, ...) {
    va_list args;
    va_start(args, format);
    wql__fail_list(err, status, format, args);
    va_end(args);
    return status;
}

/* Line and column of a byte, both from 1. CR LF, CR and LF end a line; the text may be ill-formed. */
static void find_place(wql_str text, size_t offset, uint32_t *line, uint32_t *column) {
    *line = *column = 1;
    for (size_t i = 0; i < offset; i++) {
        char c = text.ptr[i];
        if (c == '\n' || (c == '\r' && !(i + 1 < text.len && text.ptr[i + 1] == '\n'))) {
            ++*line;
            *column = 1;
        } else if (((unsigned char)c & 0xc0) != 0x80) {
            ++*column;
        }
    }
}

wql_status wql__fail_at(wql_error *err, wql_status status, wql_str text, size_t offset, size_t length, const char *format, ...) {
    wql_error full;
    va_list args;
    if (!err) return status;
    wql__error_clear(&full);
    va_start(args, format);
    wql__fail_list(&full, status, format, args);
    va_end(args);
    if (offset > text.len) offset = text.len;
    if (length > text.len - offset) length = text.len - offset;
    full.offset = offset < UINT32_MAX ? (uint32_t)offset : UINT32_MAX;
    full.length = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
    find_place(text, offset, &full.line, &full.column);
    wql__error_copy(err, &full);
    return status;
}

wql_status wql__fail_limit(wql_error *err, const char *limit, uint64_t value) {
    return wql__fail(err, WQL_E_QUOTA_VIOLATION, "the limit %s (%llu) was reached", limit, (unsigned long long)value);
}

/* Half a name is no hint. */
void wql__error_hint(wql_error *err, wql_str hint) {
    size_t room;
    if (!err || !hint.len) return;
    room = covered(err, offsetof(wql_error, hint), sizeof err->hint);
    if (room > hint.len) put_clean((char *)err + offsetof(wql_error, hint), room, hint.ptr, hint.len);
}

void wql__error_provider(wql_error *err, const char *provider) {
    size_t room;
    if (!err || !provider || !*provider) return;
    room = covered(err, offsetof(wql_error, provider), sizeof err->provider);
    if (room) put_clean((char *)err + offsetof(wql_error, provider), room, provider, strlen(provider));
}

/* -- appending --------------------------------------------------------------------------------------------------- */

void wql__out_text(wql__out *out, const char *text, size_t len) {
    if (out->len < out->size && len) memcpy(out->buf + out->len, text, len < out->size - out->len ? len : out->size - out->len);
    out->len = len < SIZE_MAX - out->len ? out->len + len : SIZE_MAX;
}

void wql__out_z(wql__out *out, const char *text) { wql__out_text(out, text, strlen(text)); }

void wql__out_format(wql__out *out, const char *format, ...) {
    size_t room = out->len < out->size ? out->size - out->len : 0;
    char none[1];
    va_list args;
    int len;
    va_start(args, format);
    len = vsnprintf(room ? out->buf + out->len : none, room ? room : sizeof none, format, args);
    va_end(args);
    if (len > 0) out->len = (size_t)len < SIZE_MAX - out->len ? out->len + (size_t)len : SIZE_MAX;
}

size_t wql__out_end(wql__out *out) {
    size_t end;
    if (!out->size) return out->len;
    end = out->len < out->size ? out->len : wql__utf8_cut(out->buf, out->size - 1, out->size - 1);
    out->buf[end] = '\0';
    return out->len;
}

/* -- an error for a person --------------------------------------------------------------------------------------- */

enum { WINDOW = 100, BEFORE = 60 }; /* characters shown of a long line, and at most how many of them before the place */

/* The part of a text that is shown, in bytes, and the place in it. */
typedef struct view {
    size_t from, to;     /* shown */
    size_t place, until; /* the caret span: from <= place <= until <= to */
    bool cut_left, cut_right;
} view;

static size_t step_back(wql_str text, size_t at, size_t least) {
    do at--;
    while (at > least && ((unsigned char)text.ptr[at] & 0xc0) == 0x80);
    return at;
}

static size_t step_on(wql_str text, size_t at, size_t most) {
    do at++;
    while (at < most && ((unsigned char)text.ptr[at] & 0xc0) == 0x80);
    return at;
}

static bool ends_line(char c) { return c == '\n' || c == '\r'; }

static view find_view(wql_str text, size_t offset, size_t length) {
    view v = {offset, offset, offset, offset, false, false};
    size_t line_from, line_to, shown = 0;
    if (offset > 0 && offset < text.len && text.ptr[offset] == '\n' && text.ptr[offset - 1] == '\r') v.from = v.place = --offset;
    line_from = line_to = offset;
    while (line_from > 0 && !ends_line(text.ptr[line_from - 1])) line_from--;
    while (line_to < text.len && !ends_line(text.ptr[line_to])) line_to++;
    for (; v.from > line_from && shown < BEFORE; shown++) v.from = step_back(text, v.from, line_from);
    for (v.to = offset; v.to < line_to && shown < WINDOW; shown++) v.to = step_on(text, v.to, line_to);
    for (; v.from > line_from && shown < WINDOW; shown++) v.from = step_back(text, v.from, line_from);
    v.cut_left = v.from > line_from;
    v.cut_right = v.to < line_to;
    v.until = length < v.to - offset ? offset + length : v.to;
    return v;
}

/* One line of a query, fit to be shown: tabs as blanks, control characters and ill-formed bytes as '?'. */
static void print_line(wql__out *out, wql_str text, size_t from, size_t to) {
    char clean[8];
    for (size_t i = from, next; i < to; i = next) {
        next = step_on(text, i, to);
        if (text.ptr[i] == '\t') {
            wql__out_z(out, " ");
        } else if (wql__utf8_check(text.ptr + i, next - i) < next - i) {
            wql__out_z(out, "?");
        } else {
            put_clean(clean, sizeof clean, text.ptr + i, next - i);
            wql__out_z(out, clean);
        }
    }
}

static void print_view(wql__out *out, wql_str text, const view *v) {
    wql__out_z(out, v->cut_left ? "  ..." : "  ");
    print_line(out, text, v->from, v->to);
    wql__out_z(out, v->cut_right ? "...\n  " : "\n  ");
    if (v->cut_left) wql__out_z(out, "   ");
    for (size_t i = v->from; i < v->place; i = step_on(text, i, v->place)) wql__out_z(out, " ");
    wql__out_z(out, "^");
    for (size_t i = v->place; i < v->until; i = step_on(text, i, v->until))
        if (i > v->place) wql__out_z(out, "~");
    wql__out_z(out, "\n");
}

size_t wql__error_text(const wql_error *err, wql_str text, char *buf, size_t size) {
    wql__out out = {buf, size, 0};
    wql_error full;
    wql__error_read(err, &full);
    if (full.line) wql__out_format(&out, "%u:%u: ", full.line, full.column);
    wql__out_z(&out, full.message[0] ? full.message : wql_status_text(full.status));
    wql__out_z(&out, "\n");
    if (full.line && text.len && full.offset <= text.len) {
        view v = find_view(text, full.offset, full.length);
        print_view(&out, text, &v);
    }
    return wql__out_end(&out);
}
