/* SPDX-License-Identifier: MIT */
/* task_memory.cc: memory that one side takes and the other gives back: the C library's. */
#include <objbase.h>

#include <stdlib.h>

LPVOID CoTaskMemAlloc(SIZE_T size) { return malloc(size ? size : 1); }

/* A size of 0 gives the memory back, as COM has it. */
LPVOID CoTaskMemRealloc(LPVOID memory, SIZE_T size) {
    if (memory && !size) {
        free(memory);
        return nullptr;
    }
    return realloc(memory, size ? size : 1);
}

void CoTaskMemFree(LPVOID memory) { free(memory); }
