/* SPDX-License-Identifier: MIT */
/* units.c: names, states and lists of units. Nothing here speaks to anyone. */
#include "units.h"

#include <stdlib.h>

static const char suffix[] = ".service";
static const size_t suffix_len = sizeof suffix - 1;

/* -- words ----------------------------------------------------------------------------------------------------------------- */

typedef struct word {
    const char *ours, *theirs;
} word;

static const char *translate(const word *words, size_t count, wql_str text, const char *otherwise) {
    for (size_t i = 0; i < count; i++)
        if (wql__linux_is(text, words[i].ours)) return words[i].theirs;
    return otherwise;
}
#define TRANSLATE(words, text, otherwise) translate(words, sizeof(words) / sizeof(words)[0], text, otherwise)

const char *wql__linux_unit_state(wql_str active) {
    static const word words[] = {
        {"active", "Running"},           {"reloading", "Running"},         {"refreshing", "Running"},
        {"activating", "Start Pending"}, {"deactivating", "Stop Pending"}, {"inactive", "Stopped"},
        {"failed", "Stopped"},
    };
    return TRANSLATE(words, active, "Unknown");
}

/* systemd's "disabled" only means that nothing starts it by itself; Windows' means that nothing can, which is "masked". */
const char *wql__linux_unit_start_mode(wql_str file_state) {
    static const word words[] = {
        {"enabled", "Auto"},    {"enabled-runtime", "Auto"},  {"generated", "Auto"},  {"alias", "Auto"},
        {"disabled", "Manual"}, {"static", "Manual"},         {"indirect", "Manual"}, {"transient", "Manual"},
        {"linked", "Manual"},   {"linked-runtime", "Manual"}, {"masked", "Disabled"}, {"masked-runtime", "Disabled"},
    };
    return TRANSLATE(words, file_state, NULL);
}

const char *wql__linux_unit_type(wql_str type) {
    static const word words[] = {
        {"simple", "Own Process"}, {"exec", "Own Process"},    {"notify", "Own Process"}, {"notify-reload", "Own Process"},
        {"dbus", "Own Process"},   {"oneshot", "Own Process"}, {"idle", "Own Process"},   {"forking", "Share Process"},
    };
    return TRANSLATE(words, type, NULL);
}

/* -- names ----------------------------------------------------------------------------------------------------------------- */

wql_str wql__linux_unit_short(wql_str name) {
    if (name.len > suffix_len && memcmp(name.ptr + name.len - suffix_len, suffix, suffix_len) == 0) name.len -= suffix_len;
    return name;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Text is equal without regard to case here, unit names are not. Letters beyond ASCII may equal one of ASCII (the Kelvin sign is
 * a k), so each byte of them stands for anything. A backslash does not mean the same in all versions of fnmatch's flags. */
wql_str wql__linux_unit_pattern(wql__linux_arena *arena, wql_str name) {
    char *out = wql__linux_take(arena, name.len * 4 + suffix_len + 1);
    size_t len = 0;
    if (!out) return (wql_str){"", 0};
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (is_letter(c)) {
            out[len++] = '[';
            out[len++] = (char)(c & ~0x20);
            out[len++] = (char)(c | 0x20);
            out[len++] = ']';
        } else {
            out[len++] = (unsigned char)c >= 0x80 ? '*' : c == '\\' || c == '*' || c == '?' || c == '[' || !c ? '?' : c;
        }
    }
    memcpy(out + len, suffix, suffix_len);
    return (wql_str){out, len + suffix_len};
}

/* Letters and digits stay, other bytes are written as `_` and two hexadecimal digits; so is a digit in front. */
wql_str wql__linux_unit_path(wql__linux_arena *arena, wql_str name) {
    static const char head[] = "/org/freedesktop/systemd1/unit/", digits[] = "0123456789abcdef";
    char *out = wql__linux_take(arena, sizeof head + name.len * 3 + 1);
    size_t len = sizeof head - 1;
    if (!out) return (wql_str){"", 0};
    memcpy(out, head, len);
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (is_letter(c) || (i && is_digit(c))) {
            out[len++] = c;
        } else {
            out[len++] = '_';
            out[len++] = digits[(unsigned char)c >> 4];
            out[len++] = digits[(unsigned char)c & 15];
        }
    }
    return (wql_str){out, len};
}

/* -- command lines --------------------------------------------------------------------------------------------------------- */

static bool needs_quotes(wql_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == ' ' || text.ptr[i] == '\t' || text.ptr[i] == '\n' || text.ptr[i] == '"') return true;
    return !text.len;
}

bool wql__linux_add_argument(wql__linux_arena *arena, wql_str *line, wql_str argument) {
    size_t len = line->len;
    char *out = wql__linux_take(arena, line->len + argument.len * 2 + 4);
    if (!out) return false;
    if (len) memcpy(out, line->ptr, len);
    if (len) out[len++] = ' ';
    if (!needs_quotes(argument)) {
        memcpy(out + len, argument.ptr, argument.len);
        len += argument.len;
    } else {
        out[len++] = '"';
        for (size_t i = 0; i < argument.len; i++) {
            if (argument.ptr[i] == '"' || argument.ptr[i] == '\\') out[len++] = '\\';
            out[len++] = argument.ptr[i];
        }
        out[len++] = '"';
    }
    *line = (wql_str){out, len};
    return true;
}

/* -- lists ----------------------------------------------------------------------------------------------------------------- */

wql__linux_unit *wql__linux_add_unit(wql__linux_arena *arena, wql__linux_units *list) {
    if (list->count == list->room) {
        uint32_t room = list->room ? list->room * 2 : 64;
        wql__linux_unit *items = list->items
                                     ? wql__linux_take_more(arena, list->items, list->count * sizeof *items, room * sizeof *items)
                                     : wql__linux_take_array(arena, room, sizeof *items);
        if (!items) return NULL;
        list->items = items;
        list->room = room;
    }
    return memset(&list->items[list->count++], 0, sizeof *list->items);
}

static int compare(wql_str a, wql_str b) {
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.ptr, b.ptr, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_name(const void *a, const void *b) {
    return compare(((const wql__linux_unit *)a)->name, ((const wql__linux_unit *)b)->name);
}

static const wql__linux_unit *find(const wql__linux_units *list, wql_str name) {
    wql__linux_unit key = {.name = name};
    return list->count ? bsearch(&key, list->items, list->count, sizeof key, by_name) : NULL;
}

/* "getty@tty1.service" -> "getty@.service". Empty: no instance, or no memory. */
static wql_str template_of(wql__linux_arena *arena, wql_str name) {
    const char *at = memchr(name.ptr, '@', name.len);
    if (!at || (size_t)(at - name.ptr) + 1 + suffix_len >= name.len) return (wql_str){"", 0};
    return wql__linux_text(arena, "%.*s@%s", (int)(at - name.ptr), name.ptr, suffix);
}

static bool is_template(wql_str name) {
    wql_str shorter = wql__linux_unit_short(name);
    return shorter.len && shorter.ptr[shorter.len - 1] == '@';
}

/* A unit that others name, and that nobody has written. */
static bool is_missing(const wql__linux_unit *u) {
    return wql__linux_is(u->load, "not-found") && wql__linux_is(u->active, "inactive");
}

wql_status wql__linux_join_units(wql__linux_arena *arena, const wql__linux_units *loaded, const wql__linux_units *files,
                                 wql__linux_units *out) {
    *out = (wql__linux_units){0};
    if (loaded->count) qsort(loaded->items, loaded->count, sizeof *loaded->items, by_name);
    if (files->count) qsort(files->items, files->count, sizeof *files->items, by_name);
    for (uint32_t i = 0; i < loaded->count; i++) {
        const wql__linux_unit *u = &loaded->items[i], *file = find(files, u->name);
        wql__linux_unit *to;
        wql_str template_name = template_of(arena, u->name);
        if (is_missing(u)) continue;
        if (!file && template_name.len) file = find(files, template_name);
        to = wql__linux_add_unit(arena, out);
        if (!to) return WQL_E_OUT_OF_MEMORY;
        *to = *u;
        if (file) {
            to->file_state = file->file_state;
            to->file_path = file->file_path;
        }
    }
    for (uint32_t i = 0; i < files->count; i++) {
        const wql__linux_unit *file = &files->items[i];
        wql__linux_unit *to;
        if ((i && compare(files->items[i - 1].name, file->name) == 0) || is_template(file->name)) continue;
        if (wql__linux_is(file->file_state, "alias") || find(loaded, file->name)) continue;
        to = wql__linux_add_unit(arena, out);
        if (!to) return WQL_E_OUT_OF_MEMORY;
        *to = *file;
    }
    if (out->count) qsort(out->items, out->count, sizeof *out->items, by_name);
    return WQL_OK;
}
