/* SPDX-License-Identifier: MIT */
/* api_value.c: public functions on values, datetimes and errors, and what is written as MOF. */
#include "../base/error.h"
#include "../base/fold.h"
#include "../base/utf8.h"
#include "../data/datetime.h"
#include "../data/params.h"
#include "../data/value.h"
#include "../query/mof_out.h"

#include <string.h>

size_t wql_value_format(const wql_value *value, char *buf, size_t size) {
    wql__out out = {buf, buf ? size : 0, 0};
    if (value) wql__value_print(&out, value);
    return wql__out_end(&out);
}

size_t wql_quote(const wql_value *value, char *buf, size_t size) {
    wql__out out = {buf, buf ? size : 0, 0};
    if (!value || !wql__quote(&out, value)) out.len = 0;
    return wql__out_end(&out);
}

size_t wql_quote_pattern(wql_str text, char *buf, size_t size) {
    wql__out out = {buf, buf ? size : 0, 0};
    if (text.ptr) wql__quote_pattern(&out, text);
    return wql__out_end(&out);
}

size_t wql_class_mof(const wql_class *cls, char *buf, size_t size) {
    wql__out out = {buf, buf ? size : 0, 0};
    if (cls) wql__mof_put_class(&out, cls);
    return wql__out_end(&out);
}

size_t wql_batch_mof(const wql_batch *batch, uint32_t row, char *buf, size_t size) {
    wql__out out = {buf, buf ? size : 0, 0};
    if (batch && row < batch->rows) wql__mof_put_row(&out, batch, row);
    return wql__out_end(&out);
}

/* Folding is of characters, so a text that is none is compared byte by byte. */
bool wql_text_equal(wql_str a, wql_str b) {
    if ((a.len && !a.ptr) || (b.len && !b.ptr)) return false;
    if (wql__utf8_check(a.ptr, a.len) == a.len && wql__utf8_check(b.ptr, b.len) == b.len) return wql__fold_equal(a, b);
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

wql_status wql_datetime_parse(wql_str text, wql_datetime *out) {
    if (!out || (text.len && !text.ptr)) return WQL_E_INVALID_PARAMETER;
    return wql__datetime_parse(text, out) ? WQL_OK : WQL_E_INVALID_PARAMETER;
}

size_t wql_datetime_format(const wql_datetime *time, char buf[26]) {
    if (!buf) return 0;
    buf[0] = '\0';
    return time ? wql__datetime_print(time, buf) : 0;
}

size_t wql_error_format(const wql_error *err, wql_str text, char *buf, size_t size) {
    if (!text.ptr) text.len = 0;
    return wql__error_text(err, text, buf, buf ? size : 0);
}
