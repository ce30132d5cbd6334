/* SPDX-License-Identifier: MIT */
/* leases.c: DHCP leases as their clients write them down. */
#include "names.h"

enum { DAY_S = 86400 };
static const int64_t second_us = 1000000;

bool wql__linux_lease_systemd(wql_str file, int64_t written_us, wql__linux_lease *out) {
    wql_str address;
    uint64_t lifetime;
    memset(out, 0, sizeof *out);
    if (!wql__linux_field(file, "ADDRESS", '=', &address) || !address.len) return false;
    if (!wql__linux_field(file, "SERVER_ADDRESS", '=', &out->server)) out->server = (wql_str){NULL, 0};
    out->has_obtained = true;
    out->obtained_us = written_us;
    /* UINT32_MAX seconds: for ever. */
    if (wql__linux_field_number(file, "LIFETIME", '=', &lifetime) && lifetime < UINT32_MAX) {
        out->has_expires = true;
        out->expires_us = written_us + (int64_t)lifetime * second_us;
    }
    return true;
}

/* -- dhclient: statements that end in `;`, in blocks "lease { ... }" -------------------------------------------------------- */

/* The next statement, or `{` or `}` alone. A `;` inside quotes is text; comments run to the end of the line. */
static bool cut_statement(wql_str *rest, wql_str *out) {
    bool quoted = false;
    for (;;) {
        *rest = wql__linux_trim(*rest);
        if (!rest->len) return false;
        if (*rest->ptr != '#') break;
        if (!wql__linux_cut(rest, '\n', out)) return false;
    }
    for (size_t i = 0; i < rest->len; i++) {
        char c = rest->ptr[i];
        if (c == '"') quoted = !quoted;
        if (quoted && c == '\\') i++;
        if (quoted || (c != ';' && c != '{' && c != '}')) continue;
        *out = c == '}' ? (wql_str){rest->ptr + i, 1} : wql__linux_trim((wql_str){rest->ptr, i});
        if (c == '{' && !out->len) *out = (wql_str){rest->ptr + i, 1};
        rest->ptr += i + 1;
        rest->len -= i + 1;
        return true;
    }
    return false; /* cut short */
}

static wql_str unquoted(wql_str text) {
    text = wql__linux_trim(text);
    if (text.len >= 2 && *text.ptr == '"' && text.ptr[text.len - 1] == '"') return (wql_str){text.ptr + 1, text.len - 2};
    return text;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar. */
static int64_t days_to(int64_t year, int64_t month, int64_t day) {
    static const int16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int64_t past = year - 1;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int64_t days = past * 365 + past / 4 - past / 100 + past / 400 - 719162;
    return days + before[month - 1] + (leap && month > 2) + day - 1;
}

static bool three(wql_str text, char separator, uint64_t out[3]) {
    wql_str a, b;
    return wql__linux_cut(&text, separator, &a) && wql__linux_cut(&text, separator, &b) && wql__linux_decimal(a, &out[0]) &&
           wql__linux_decimal(b, &out[1]) && wql__linux_decimal(text, &out[2]);
}

/* False: never, or not to be read. */
static bool read_time(wql_str text, int64_t *us) {
    wql_str first, second, third;
    uint64_t date[3], clock[3], number;
    if (!wql__linux_word(&text, &first) || !wql__linux_word(&text, &second)) return false;
    if (wql__linux_is(first, "epoch")) {
        if (!wql__linux_decimal(second, &number) || number > (uint64_t)INT64_MAX / 2000000) return false;
        *us = (int64_t)number * second_us;
        return true;
    }
    if (!wql__linux_word(&text, &third) || !three(second, '/', date) || !three(third, ':', clock)) return false;
    if (date[0] < 1970 || date[0] > 9999 || date[1] < 1 || date[1] > 12 || date[2] < 1 || date[2] > 31) return false;
    if (clock[0] > 23 || clock[1] > 59 || clock[2] > 60) return false;
    *us = (days_to((int64_t)date[0], (int64_t)date[1], (int64_t)date[2]) * DAY_S +
           (int64_t)(clock[0] * 3600 + clock[1] * 60 + clock[2])) *
          second_us;
    return true;
}

/* What one block says. */
typedef struct block {
    wql_str interface;
    wql__linux_lease lease;
    bool has_length;
    uint64_t length_s;
} block;

static void read_option(wql_str rest, block *b) {
    wql_str name;
    if (!wql__linux_word(&rest, &name)) return;
    rest = wql__linux_trim(rest);
    if (wql__linux_is(name, "dhcp-server-identifier")) b->lease.server = rest;
    if (wql__linux_is(name, "dhcp-lease-time"))
        b->has_length = wql__linux_decimal(rest, &b->length_s) && b->length_s < UINT32_MAX;
}

static void read_statement(wql_str statement, block *b) {
    wql_str name;
    if (!wql__linux_word(&statement, &name)) return;
    if (wql__linux_is(name, "interface")) b->interface = unquoted(statement);
    if (wql__linux_is(name, "option")) read_option(statement, b);
    if (wql__linux_is(name, "expire")) b->lease.has_expires = read_time(statement, &b->lease.expires_us);
}

/* It does not say since when, but until when and how long. */
static void finish(block *b) {
    if (!b->lease.has_expires || !b->has_length) return;
    b->lease.has_obtained = true;
    b->lease.obtained_us = b->lease.expires_us - (int64_t)b->length_s * second_us;
}

bool wql__linux_lease_dhclient(wql_str file, const char *interface, wql__linux_lease *out) {
    wql_str statement;
    block b = {0};
    bool inside = false, found = false;
    while (cut_statement(&file, &statement)) {
        if (wql__linux_is(statement, "lease")) {
            b = (block){0};
            inside = true;
        } else if (wql__linux_is(statement, "}")) {
            if (inside && wql__linux_is(b.interface, interface)) {
                finish(&b);
                *out = b.lease;
                found = true;
            }
            inside = false;
        } else if (inside) {
            read_statement(statement, &b);
        }
    }
    return found;
}
