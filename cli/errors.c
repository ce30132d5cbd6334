/* SPDX-License-Identifier: MIT */
/* errors.c: what the tool says on standard error, and with which number it ends. */
#include "errors.h"

#include "utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHORT = 1024, START = 5 /* of "wql: " */ };

/* Where standard error cannot be written there is nobody to tell. */
static void to_stderr(const char *bytes, size_t len) {
    while (len > 0) {
        ssize_t written = write(STDERR_FILENO, bytes, len);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        bytes += written;
        len -= (size_t)written;
    }
}

/* Makes text harmless to a terminal, in place: it never grows. */
static size_t tame(char *text, size_t len) {
    size_t from = 0, to = 0;
    while (from < len) {
        size_t used;
        uint32_t c = cli_utf8_next(text + from, len - from, &used);
        if (c == CLI_ILL_FORMED || cli_steers_terminal(c)) {
            text[to++] = '?';
        } else {
            memmove(text + to, text + from, used);
            to += used;
        }
        from += used;
    }
    return to;
}

void cli_say(const char *format, ...) {
    char small[SHORT] = "wql: ";
    char *line = small;
    size_t room = sizeof small - START, all;
    va_list args, again;
    int len;
    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(small + START, room, format, args);
    va_end(args);
    if (len >= 0 && (size_t)len >= room && (line = malloc((size_t)len + START + 1)) != NULL) {
        room = (size_t)len + 1;
        memcpy(line, small, START);
        len = vsnprintf(line + START, room, format, again);
    }
    va_end(again);
    if (line == NULL) line = small; /* cut: better than silence */
    all = len < 0 ? 0 : (size_t)len < room ? (size_t)len : room - 1;
    all = START + tame(line + START, all);
    line[all] = '\n'; /* where the NUL was */
    to_stderr(line, all + 1);
    if (line != small) free(line);
}

/* The library's own picture of an error with a place: line, column, message, query line, caret. */
static bool say_placed(const wql_error *err, wql_str query) {
    size_t len = wql_error_format(err, query, NULL, 0);
    char *text = malloc(len + START + 2);
    if (text == NULL) return false;
    memcpy(text, "wql: ", START);
    wql_error_format(err, query, text + START, len + 1);
    len += START;
    if (text[len - 1] != '\n') text[len++] = '\n';
    to_stderr(text, len);
    free(text);
    return true;
}

void cli_say_error(const wql_error *err, wql_str query) {
    const char *message = err->message[0] ? err->message : wql_status_text(err->status);
    if (err->line == 0 || !say_placed(err, query)) {
        bool tells = err->provider[0] == '\0' || strstr(message, err->provider) != NULL;
        cli_say("%s%s%s%s", message, tells ? "" : " (provider ", tells ? "" : err->provider, tells ? "" : ")");
    }
    if (err->hint[0]) cli_say("did you mean %s?", err->hint);
}

/* Codes with which only a query can be answered, whoever finds the fault. */
static bool is_querys_own(wql_status status) {
    switch (status) {
    case WQL_E_INVALID_QUERY:
    case WQL_E_INVALID_QUERY_TYPE:
    case WQL_E_INVALID_CLASS:
    case WQL_E_INVALID_OBJECT_PATH:
    case WQL_E_NOT_FOUND:
    case WQL_E_INVALID_NAMESPACE: /* of a path */
    case WQL_E_UNPARSABLE_QUERY:
    case WQL_E_NOT_EVENT_CLASS:
    case WQL_E_MISSING_GROUP_WITHIN:
    case WQL_E_MISSING_AGGREGATION_LIST:
    case WQL_E_PROPERTY_NOT_AN_OBJECT:
    case WQL_E_AGGREGATING_BY_OBJECT:
    case WQL_E_REGISTRATION_TOO_BROAD:
    case WQL_E_REGISTRATION_TOO_PRECISE:
        return true;
    default:
        return false;
    }
}

/* Codes that mean the query where no provider is named, and that provider otherwise. */
static bool may_be_querys(wql_status status) {
    return status == WQL_E_INVALID_PARAMETER || status == WQL_E_NOT_SUPPORTED || status == WQL_E_TYPE_MISMATCH ||
           status == WQL_E_VALUE_OUT_OF_RANGE;
}

int cli_exit_code(wql_status status, const wql_error *err, bool text_is_at_fault) {
    if (status == WQL_S_PARTIAL_RESULTS || status == WQL_S_SOURCE_NOT_AVAILABLE || status == WQL_S_ACCESS_DENIED) return CLI_FAILED;
    if (status >= 0) return CLI_OK;
    if (status == WQL_E_TIMED_OUT || status == WQL_E_PROVIDER_TIMED_OUT) return CLI_TIMED_OUT;
    if (status == WQL_E_ACCESS_DENIED) return CLI_DENIED;
    if (text_is_at_fault || is_querys_own(status)) return CLI_QUERY;
    if (may_be_querys(status) && err->provider[0] == '\0') return CLI_QUERY;
    return CLI_FAILED;
}
