/* SPDX-License-Identifier: MIT */
/* mof_files.c: the files of a set: opened by the reader, decoded, read once each however often they are included. */
#include "../engine/base/utf8.h"
#include "mof_set.h"

#include <string.h>

/* -- decoding ---------------------------------------------------------------------------------------------------- */

static wql_status no_room(uint32_t most, wql_error *err) { return wql__fail_limit(err, "file_bytes_max", most); }

static uint32_t unit_at(const unsigned char *at, bool is_big) {
    return is_big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

/* Two bytes a unit, either way round. A unit takes up to three bytes of UTF-8. Places are those of what was decoded so far. */
static wql_status decode_utf16(const unsigned char *at, size_t size, bool is_big, uint32_t most, wql__arena *arena, wql_str *out,
                               wql_error *err) {
    size_t length = 0, i;
    char *to;
    if (size / 2 > most) return no_room(most, err);
    to = wql__arena_alloc(arena, size / 2 * 3 + 1);
    if (!to) return wql__fail_memory(arena->mem, err);
    for (i = 0; i + 1 < size; i += 2) {
        uint32_t unit = unit_at(at + i, is_big);
        if (unit >= 0xd800 && unit < 0xe000) {
            uint32_t low = i + 3 < size ? unit_at(at + i + 2, is_big) : 0;
            if (unit >= 0xdc00 || low < 0xdc00 || low >= 0xe000)
                return wql__fail_at(err, WQL_E_INVALID_PARAMETER, (wql_str){to, length}, length, 0,
                                    "the text is not well-formed UTF-16: half of a pair at byte %zu", i + 2);
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            i += 2;
        }
        length += wql__utf8_put(unit, to + length);
    }
    if (i < size)
        return wql__fail_at(err, WQL_E_INVALID_PARAMETER, (wql_str){to, length}, length, 0,
                            "the text is UTF-16, but ends within a unit, at byte %zu", size + 2);
    if (length > most) return no_room(most, err);
    to[length] = 0;
    *out = (wql_str){to, length};
    return WQL_OK;
}

static wql_status decode_utf8(wql_str bytes, uint32_t most, wql__arena *arena, wql_str *out, wql_error *err) {
    size_t good;
    char *copy;
    if (bytes.len >= 3 && memcmp(bytes.ptr, "\xef\xbb\xbf", 3) == 0) bytes = (wql_str){bytes.ptr + 3, bytes.len - 3};
    if (bytes.len > most) return no_room(most, err);
    good = wql__utf8_check(bytes.ptr, bytes.len);
    if (good < bytes.len)
        return wql__fail_at(err, WQL_E_INVALID_PARAMETER, bytes, good, 1,
                            "the text is not well-formed UTF-8: byte 0x%02x at offset %zu",
                            (unsigned)(unsigned char)bytes.ptr[good], good);
    copy = wql__arena_text(arena, bytes.ptr ? bytes.ptr : "", bytes.len);
    if (!copy) return wql__fail_memory(arena->mem, err);
    *out = (wql_str){copy, bytes.len};
    return WQL_OK;
}

wql_status wql__mof_decode(wql_str bytes, uint32_t most, wql__arena *arena, wql_str *out, wql_error *err) {
    const unsigned char *at = (const unsigned char *)bytes.ptr;
    if (!bytes.ptr && bytes.len) return wql__fail(err, WQL_E_INVALID_PARAMETER, "the text has a length, but no bytes");
    if (bytes.len >= 2 && at[0] == 0xff && at[1] == 0xfe)
        return decode_utf16(at + 2, bytes.len - 2, false, most, arena, out, err);
    if (bytes.len >= 2 && at[0] == 0xfe && at[1] == 0xff) return decode_utf16(at + 2, bytes.len - 2, true, most, arena, out, err);
    return decode_utf8(bytes, most, arena, out, err);
}

/* -- files ------------------------------------------------------------------------------------------------------- */

static const wql__mof_place nowhere = {0, 0};

/* A further entry of a list, which grows in the arena. */
static void *grow(wql__mof_set *set, void *list, uint32_t count, uint32_t *room, size_t size) {
    uint32_t more = *room ? *room * 2 : 16;
    void *bigger;
    if (count < *room) return list;
    bigger = wql__mof_alloc(set, wql__array_size(more, size));
    if (!bigger) return NULL;
    if (count) memcpy(bigger, list, count * size);
    *room = more;
    return bigger;
}

/* A file without its text yet. */
static wql__mof_file *add(wql__mof_set *set, const char *name, uint32_t parent, uint32_t ns) {
    wql__mof_symbol *symbol = wql__mof_intern(set, name, (uint32_t)strlen(name));
    wql__mof_file *file, *list = grow(set, set->files, set->file_count, &set->file_room, sizeof *file);
    if (!list || !symbol) return NULL;
    set->files = list;
    file = &list[set->file_count++];
    file->text = (wql_str){"", 0};
    file->name = symbol;
    file->parent = parent;
    file->ns = ns;
    file->same_name = symbol->files ? symbol->files - 1 : WQL__MOF_NO_FILE;
    symbol->files = set->file_count;
    return file;
}

static void decode(wql__mof_set *set, wql__mof_file *file, wql_str bytes) {
    wql_error err = WQL_INIT(wql_error);
    uint64_t refusals = wql__mem_refusals(set->arena->mem);
    wql_status status = wql__mof_decode(bytes, set->limits.file_bytes, set->arena, &file->text, &err);
    set->bytes += bytes.len;
    if (status == WQL_E_OUT_OF_MEMORY || wql__mem_refusals(set->arena->mem) != refusals) {
        set->failed = status;
    } else if (status < 0) {
        wql__mof_error(set, (uint32_t)(file - set->files), nowhere, status, "%s", err.message);
        if (set->newest) { /* the place was found in the bytes, which are no text */
            set->newest->error.line = err.line ? err.line : 1;
            set->newest->error.column = err.column ? err.column : 1;
        }
    }
}

void wql__mof_add_text(wql__mof_set *set, wql_str text) {
    wql__mof_file *file = add(set, "", WQL__MOF_NO_FILE, 0);
    if (file) decode(set, file, text);
}

/* Says what the reader answered; `what` was wanted. */
static void refuse(wql__mof_set *set, uint32_t from, wql__mof_place place, const char *what, wql_status status,
                   const wql_error *said) {
    if (status == WQL_E_OUT_OF_MEMORY)
        set->failed = status;
    else if (said->message[0] && said->status == status)
        wql__mof_error(set, from, place, status, "%s", said->message);
    else
        wql__mof_error(set, from, place, status < 0 ? status : WQL_E_FAILED, "the file \"%s\" cannot be read: %s", what,
                       wql_status_text(status));
}

/* Whether a file that is open is to be read: it was not read before, and does not include itself. */
static bool is_new(wql__mof_set *set, uint32_t from, wql__mof_place place, const char *name, uint32_t ns) {
    wql__mof_symbol *symbol = wql__mof_intern(set, name, (uint32_t)strlen(name));
    if (!symbol) return false;
    for (uint32_t at = from; at != WQL__MOF_NO_FILE; at = set->files[at].parent) {
        if (set->files[at].name != symbol) continue;
        wql__mof_error(set, from, place, WQL_E_CIRCULAR_REFERENCE, "the file %s includes itself", name);
        return false;
    }
    for (uint32_t at = symbol->files; at; at = set->files[at - 1].same_name + 1)
        if (set->files[at - 1].ns == ns) return false;
    return true;
}

static void open_file(wql__mof_set *set, uint32_t from, wql__mof_place place, const char *name, uint32_t ns) {
    wql_mof_file opened = WQL_INIT(wql_mof_file);
    wql_error said = WQL_INIT(wql_error);
    wql_status status;
    if (!set->reader) {
        wql__mof_error(set, from, place, WQL_E_NOT_SUPPORTED,
                       "this text comes without a reader of files, so it cannot include \"%s\"", name);
        return;
    }
    if (set->file_count >= set->limits.files) {
        wql__mof_limit(set, from, place, "files_max", set->limits.files);
        return;
    }
    status =
        set->reader->open(set->reader->user, from == WQL__MOF_NO_FILE ? NULL : set->files[from].name->text, name, &opened, &said);
    if (status != WQL_OK) {
        refuse(set, from, place, name, status, &said);
        return;
    }
    if (!opened.name) opened.name = name;
    if (is_new(set, from, place, opened.name, ns)) {
        wql__mof_file *file = add(set, opened.name, from, ns);
        if (file) decode(set, file, opened.text);
    }
    if (set->reader->close) set->reader->close(set->reader->user, &opened);
}

void wql__mof_add_file(wql__mof_set *set, const char *name) { open_file(set, WQL__MOF_NO_FILE, nowhere, name, 0); }

void wql__mof_include(wql__mof_set *set, uint32_t file, wql__mof_place place, const char *name, uint32_t ns) {
    open_file(set, file, place, name, ns);
}

void wql__mof_parse_all(wql__mof_set *set) {
    for (uint32_t i = 0; i < set->file_count && set->failed == WQL_OK; i++) wql__mof_parse(set, i);
}

uint32_t wql__mof_namespace(wql__mof_set *set, uint32_t file, wql__mof_place place, wql_str name) {
    wql__mof_named *list;
    const char *copy;
    for (uint32_t i = 1; i < set->namespace_count; i++)
        if (strlen(set->namespaces[i].name) == name.len && memcmp(set->namespaces[i].name, name.ptr, name.len) == 0) return i;
    list = grow(set, set->namespaces, set->namespaces ? set->namespace_count : 0, &set->namespace_room, sizeof *list);
    copy = wql__arena_text(set->arena, name.ptr, name.len);
    if (!list || !copy) {
        wql__mof_no_memory(set);
        return 0;
    }
    set->namespaces = list;
    list[set->namespace_count] = (wql__mof_named){copy, file, place};
    return set->namespace_count++;
}
