/* SPDX-License-Identifier: MIT */
/* lex.c: opens, reads and lexes the files that standard input names, one a line: what a load of them is measured against. */
#include "../../grammar/mof_lexer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned char buffer[1 << 20];

/* Tokens of a file; -1: it cannot be read, or is larger than the buffer. */
static long lex(const char *name) {
    wql__mof_lexer lexer;
    ssize_t got;
    size_t length = 0;
    long tokens = 0;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    while ((got = read(fd, buffer + length, sizeof buffer - 1 - length)) > 0) length += (size_t)got;
    (void)close(fd);
    if (got < 0 || length == sizeof buffer - 1) return -1;
    buffer[length] = 0;
    lexer.start = lexer.at = lexer.token = buffer;
    lexer.end = buffer + length;
    while (wql__mof_lex(&lexer) != WQL__MOF_END) tokens++;
    return tokens;
}

int main(void) {
    char name[4096];
    long all = 0, files = 0;
    while (fgets(name, sizeof name, stdin)) {
        long tokens;
        name[strcspn(name, "\n")] = 0;
        tokens = lex(name);
        if (tokens < 0) {
            perror(name);
            return 1;
        }
        all += tokens;
        files++;
    }
    printf("%ld files, %ld tokens\n", files, all);
    return 0;
}
