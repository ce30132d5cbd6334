/* SPDX-License-Identifier: MIT */
/* names.c: resolv.conf and the name servers of a link; leases are in leases.c. */
#include "names.h"

bool wql__linux_add_text(wql__linux_arena *arena, wql__linux_texts *list, wql_str text) {
    if (list->count == list->room) {
        uint32_t room = list->room ? list->room * 2 : 4;
        wql_str *items = list->items ? wql__linux_take_more(arena, list->items, list->count * sizeof *items, room * sizeof *items)
                                     : wql__linux_take_array(arena, room, sizeof *items);
        if (!items) return false;
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = text;
    return true;
}

/* A domain that only says which names a link is asked for is no suffix, and neither is the root. */
static bool add_domains(wql__linux_arena *arena, wql__linux_texts *list, wql_str words) {
    wql_str word;
    while (wql__linux_word(&words, &word))
        if (*word.ptr != '~' && !wql__linux_is(word, ".") && !wql__linux_add_text(arena, list, word)) return false;
    return true;
}

static wql_str without_comment(wql_str line) {
    line = wql__linux_trim(line);
    return line.len && (*line.ptr == '#' || *line.ptr == ';') ? (wql_str){line.ptr, 0} : line;
}

bool wql__linux_read_resolv(wql__linux_arena *arena, wql_str file, wql__linux_resolver *out) {
    wql_str line, key, word;
    while (wql__linux_cut(&file, '\n', &line)) {
        line = without_comment(line);
        if (!wql__linux_word(&line, &key)) continue;
        if (wql__linux_is(key, "nameserver")) {
            if (wql__linux_word(&line, &word) && !wql__linux_add_text(arena, &out->servers, word)) return false;
        } else if (wql__linux_is(key, "search") || wql__linux_is(key, "domain")) {
            out->domains.count = 0;
            if (!add_domains(arena, &out->domains, line)) return false;
        }
    }
    return true;
}

/* "[2001:db8::1]:53%eth0#name" -> "2001:db8::1"; "1.1.1.1:53#name" -> "1.1.1.1". */
static wql_str bare_server(wql_str text) {
    const char *end;
    size_t colons = 0;
    if (text.len && *text.ptr == '[') {
        end = memchr(text.ptr, ']', text.len);
        if (end) return (wql_str){text.ptr + 1, (size_t)(end - text.ptr) - 1};
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '#' || text.ptr[i] == '%') text.len = i;
        if (i < text.len && text.ptr[i] == ':') colons++;
    }
    end = colons == 1 ? memchr(text.ptr, ':', text.len) : NULL;
    if (end) text.len = (size_t)(end - text.ptr);
    return text;
}

static bool add_servers(wql__linux_arena *arena, wql__linux_texts *list, wql_str words) {
    wql_str word;
    while (wql__linux_word(&words, &word)) {
        word = bare_server(word);
        if (word.len && !wql__linux_add_text(arena, list, word)) return false;
    }
    return true;
}

bool wql__linux_read_link_dns(wql__linux_arena *arena, wql_str file, wql__linux_resolver *out) {
    wql_str value;
    if (wql__linux_field(file, "DNS", '=', &value) && !add_servers(arena, &out->servers, value)) return false;
    if (wql__linux_field(file, "SERVERS", '=', &value) && !add_servers(arena, &out->servers, value)) return false;
    return !wql__linux_field(file, "DOMAINS", '=', &value) || add_domains(arena, &out->domains, value);
}
