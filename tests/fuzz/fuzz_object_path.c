/* SPDX-License-Identifier: MIT */
/* fuzz_object_path.c: any bytes as an object path. What is read must be spelled so that reading it again gives an equal path and
 * the same spelling; what is refused must have a place inside the text and a message.
 *
 * With clang -fsanitize=fuzzer -DWQL_FUZZER it is a fuzzer; without, a program that replays the files given as arguments. */
#include "../../engine/data/object_path.h"
#include "replay.h"

#include <string.h>

static void check_refusal(wql_status status, const wql_error *err, size_t size) {
    MUST(status == WQL_E_INVALID_OBJECT_PATH || status == WQL_E_INVALID_PARAMETER || status == WQL_E_QUOTA_VIOLATION);
    MUST(err->status == status);
    MUST(err->message[0] != '\0');
    MUST((uint64_t)err->offset + err->length <= size);
    MUST(err->line > 0 && err->column > 0);
}

static char *spell(const wql__object_path *path, size_t *len) {
    wql__out out = {NULL, 0, 0};
    wql__object_path_print(path, &out);
    *len = wql__out_end(&out);
    out = (wql__out){malloc(*len + 1), *len + 1, 0};
    MUST(out.buf != NULL);
    wql__object_path_print(path, &out);
    MUST(wql__out_end(&out) == *len);
    return out.buf;
}

static void check_path(const wql__object_path *path, wql__arena *arena) {
    static const wql__path_limits wide = {1000000, 500, 1024};
    size_t len, again_len;
    char *text = spell(path, &len), *again_text;
    wql__object_path *again;
    for (uint32_t i = 1; i < path->key_count; i++) MUST(path->keys[i].name.len > 0);
    MUST(wql__object_path_parse((wql_str){text, len}, 0, len, &wide, arena, &again, NULL) == WQL_OK);
    MUST(wql__object_path_compare(path, again) == 0 && wql__object_path_compare(again, path) == 0);
    MUST(wql__object_path_hash(path) == wql__object_path_hash(again));
    again_text = spell(again, &again_len);
    MUST(again_len == len && memcmp(text, again_text, len) == 0);
    free(text);
    free(again_text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const wql__path_limits limits = {100000, 500, 1024};
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    char *text = malloc(size > 0 ? size : 1); /* exactly as long as the text: reading beyond it is found */
    wql__arena arena;
    wql__object_path *path;
    wql_error err = WQL_INIT(wql_error);
    wql_status status;
    MUST(mem != NULL && text != NULL);
    if (size > 0) memcpy(text, data, size);
    wql__arena_init(&arena, mem);
    status = wql__object_path_parse((wql_str){text, size}, 0, size, &limits, &arena, &path, &err);
    MUST((status == WQL_OK) == (path != NULL));
    if (status == WQL_OK)
        check_path(path, &arena);
    else
        check_refusal(status, &err, size);
    wql__arena_free(&arena);
    wql__mem_release(mem);
    free(text);
    return 0;
}
