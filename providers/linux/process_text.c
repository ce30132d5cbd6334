/* SPDX-License-Identifier: MIT */
/* process_text.c: taking the files of a process apart. */
#include "process.h"

enum { FIELDS = 42, COMM_MOST = 15 };

/* -- stat ------------------------------------------------------------------------------------------------------------------ */

/* Fields are numbered as the manual does, from 1. The name, field 2, may hold anything, parentheses and newlines too: what
 * follows it begins behind the last parenthesis. Numbers without a sign go up to 2^64 - 1 and keep their bits. */
bool wql__process_parse_stat(wql_str text, wql__process_stat *out) {
    const char *open = memchr(text.ptr, '(', text.len), *close = memrchr(text.ptr, ')', text.len);
    const char *at = close ? close + 1 : NULL, *end = text.ptr + text.len;
    int64_t fields[FIELDS] = {0};
    if (!open || !close || close < open || end - at < 4 || *at != ' ') return false;
    memset(out, 0, sizeof *out);
    out->comm = (wql_str){open + 1, (size_t)(close - open - 1)};
    out->state = (wql_str){at + 1, 1};
    at += 2;
    for (int field = 4; field < FIELDS; field++) {
        uint64_t number = 0;
        bool minus = false;
        while (at < end && *at == ' ') at++;
        if (at < end && *at == '-') {
            minus = true;
            at++;
        }
        if (at == end || *at < '0' || *at > '9') return field > 24; /* old kernels have fewer fields */
        for (; at < end && *at >= '0' && *at <= '9'; at++) number = number * 10 + (uint64_t)(*at - '0');
        fields[field] = (int64_t)(minus ? 0 - number : number);
        if (field == 24 || field == 41) {
            out->parent = fields[4];
            out->group = fields[5];
            out->session = fields[6];
            out->tty = fields[7];
            out->flags = (uint64_t)fields[9];
            out->minor_faults = (uint64_t)fields[10];
            out->major_faults = (uint64_t)fields[12];
            out->user_ticks = (uint64_t)fields[14];
            out->kernel_ticks = (uint64_t)fields[15];
            out->nice = fields[19];
            out->threads = (uint64_t)fields[20];
            out->start = (uint64_t)fields[22];
            out->virtual_size = (uint64_t)fields[23];
            out->resident = fields[24];
            out->exit_signal = fields[38];
            out->rt_priority = (uint64_t)fields[40];
            out->policy = (uint64_t)fields[41];
        }
    }
    return true;
}

/* -- status ---------------------------------------------------------------------------------------------------------------- */

static void take_number(wql__process_status *out, uint32_t number, wql_str *rest) {
    wql_str word;
    if (!wql__linux_word(rest, &word)) return;
    if (number == WQL__CAPABILITIES ? wql__linux_hex(word, &out->numbers[number])
                                    : wql__linux_decimal(word, &out->numbers[number]))
        out->has |= (uint32_t)1 << number;
}

void wql__process_parse_status(wql_str text, wql__process_status *out) {
    static const struct {
        const char *name;
        uint32_t first, second; /* second: the number behind it */
    } lines[] = {
        {"VmPeak:", WQL__PEAK_VIRTUAL, 0},
        {"VmHWM:", WQL__PEAK_RESIDENT, 0},
        {"RssAnon:", WQL__ANONYMOUS, 0},
        {"VmSwap:", WQL__SWAP, 0},
        {"voluntary_ctxt_switches:", WQL__VOLUNTARY, 0},
        {"nonvoluntary_ctxt_switches:", WQL__INVOLUNTARY, 0},
        {"Uid:", WQL__UID, WQL__EUID},
        {"Gid:", WQL__GID, WQL__EGID},
        {"CapEff:", WQL__CAPABILITIES, 0},
    };
    wql_str line;
    memset(out, 0, sizeof *out);
    while (wql__linux_cut(&text, '\n', &line)) {
        for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
            size_t len;
            wql_str rest;
            if (!line.len || *line.ptr != *lines[i].name || !wql__linux_starts(line, lines[i].name)) continue;
            len = strlen(lines[i].name);
            rest = (wql_str){line.ptr + len, line.len - len};
            take_number(out, lines[i].first, &rest);
            if (lines[i].second) take_number(out, lines[i].second, &rest);
            break;
        }
    }
}

/* -- the command line ------------------------------------------------------------------------------------------------------ */

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool needs_quotes(wql_str argument) {
    for (size_t i = 0; i < argument.len; i++)
        if (is_blank(argument.ptr[i]) || argument.ptr[i] == '"') return true;
    return !argument.len;
}

/* A process that shows a title of its own ("sshd: anna@pts/0") where its arguments were: one text, a colon before its first
 * blank, and NULs up to where the arguments ended. */
static bool is_title(wql_str cmdline) {
    wql_str text = cmdline;
    while (text.len && !text.ptr[text.len - 1]) text.len--;
    if (!text.len || memchr(text.ptr, 0, text.len)) return false;
    for (size_t i = 1; i < text.len; i++)
        if (is_blank(text.ptr[i])) return text.ptr[i - 1] == ':';
    return false;
}

/* As Windows programs take a line apart again: backslashes are doubled only where a quote follows. */
static char *put_argument(char *to, wql_str argument) {
    size_t slashes = 0;
    if (!needs_quotes(argument)) {
        memcpy(to, argument.ptr, argument.len);
        return to + argument.len;
    }
    *to++ = '"';
    for (size_t i = 0; i < argument.len; i++) {
        char c = argument.ptr[i];
        if (c == '"')
            for (slashes++; slashes; slashes--) *to++ = '\\';
        slashes = c == '\\' ? slashes + 1 : 0;
        *to++ = c;
    }
    for (; slashes; slashes--) *to++ = '\\';
    *to++ = '"';
    return to;
}

wql_str wql__process_command_line(wql__linux_arena *arena, wql_str cmdline) {
    wql_str rest = cmdline, argument;
    char *text, *to;
    if (is_title(cmdline)) {
        while (cmdline.len && !cmdline.ptr[cmdline.len - 1]) cmdline.len--;
        return cmdline;
    }
    to = text = wql__linux_take_array(arena, cmdline.len + 1, 4);
    if (!text) return (wql_str){NULL, 0};
    while (wql__linux_cut(&rest, '\0', &argument)) {
        if (to > text) *to++ = ' ';
        to = put_argument(to, argument);
    }
    return (wql_str){text, (size_t)(to - text)};
}

wql_str wql__process_name(wql_str comm, wql_str cmdline) {
    wql_str first, base;
    const char *slash;
    if (comm.len != COMM_MOST || !wql__linux_cut(&cmdline, '\0', &first)) return comm;
    slash = memrchr(first.ptr, '/', first.len);
    base = slash ? (wql_str){slash + 1, first.len - (size_t)(slash + 1 - first.ptr)} : first;
    return base.len > comm.len && memcmp(base.ptr, comm.ptr, comm.len) == 0 ? base : comm;
}

/* -- cgroup ---------------------------------------------------------------------------------------------------------------- */

/* Lines "number:controllers:path": the unified hierarchy has number 0 and no controllers, the older one of systemd a name. */
bool wql__process_cgroup(wql_str file, wql_str *path) {
    wql_str line;
    bool found = false;
    while (wql__linux_cut(&file, '\n', &line)) {
        wql_str number, controllers;
        bool named;
        if (!wql__linux_cut(&line, ':', &number) || !wql__linux_cut(&line, ':', &controllers)) continue;
        named = wql__linux_is(controllers, "name=systemd");
        if (!named && !wql__linux_is(number, "0")) continue;
        if (!found || named) *path = line;
        found = true;
        if (named) break;
    }
    return found;
}

static bool ends(wql_str text, const char *z) {
    size_t len = strlen(z);
    return text.len > len && memcmp(text.ptr + text.len - len, z, len) == 0;
}

/* The first part that is no slice: what lies below belongs to it. */
bool wql__process_unit(wql_str path, wql_str *unit) {
    static const char *const suffixes[] = {".service", ".scope", ".socket", ".mount", ".swap"};
    while (wql__linux_cut(&path, '/', unit)) {
        if (!unit->len || ends(*unit, ".slice")) continue;
        for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
            if (ends(*unit, suffixes[i])) return true;
        return false;
    }
    return false;
}

uint64_t wql__process_session(wql_str path) {
    wql_str part;
    uint64_t number;
    while (wql__linux_cut(&path, '/', &part)) {
        if (!wql__linux_starts(part, "session-") || !ends(part, ".scope")) continue;
        part = (wql_str){part.ptr + 8, part.len - 8 - 6};
        if (wql__linux_decimal(part, &number) && number <= UINT32_MAX) return number;
    }
    return 0;
}
