/* SPDX-License-Identifier: MIT */
/* replay.h: what every fuzzed program has beside its LLVMFuzzerTestOneInput: a check that ends it, and a main that replays files.
 */
#ifndef WQL_TESTS_FUZZ_REPLAY_H
#define WQL_TESTS_FUZZ_REPLAY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                                                          \
    do {                                                                                                                         \
        if (!(condition)) {                                                                                                      \
            fprintf(stderr, "%s: line %d: %s\n", __FILE__, __LINE__, #condition);                                                \
            abort();                                                                                                             \
        }                                                                                                                        \
    } while (0)

#ifndef WQL_FUZZER /* libFuzzer brings its own main */
/* 1: the file cannot be read. */
static int replay(const char *name) {
    FILE *file = fopen(name, "rb");
    uint8_t *data = NULL;
    size_t size = 0, got;
    if (file == NULL) {
        perror(name);
        return 1;
    }
    do {
        uint8_t *more = realloc(data, size + 65536);
        if (more == NULL) abort();
        data = more;
        got = fread(data + size, 1, 65536, file);
        size += got;
    } while (got > 0);
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

int main(int argc, char **argv) {
    int failed = 0;
    for (int i = 1; i < argc; i++) failed += replay(argv[i]);
    printf("%s: %d files replayed\n", argv[0], argc - 1 - failed);
    return failed > 0;
}
#endif

#endif
