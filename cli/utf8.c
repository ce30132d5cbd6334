/* SPDX-License-Identifier: MIT */
/* utf8.c: characters, as far as showing them to a person needs it. */
#include "utf8.h"

typedef struct range {
    uint32_t first, last;
} range;

/* Marks that are drawn over the character before them, and characters without a shape: the blocks that matter. */
static const range zero_width[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a},   {0x064b, 0x065f},   {0x06d6, 0x06dc},
    {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},   {0x200b, 0x200d},   {0x20d0, 0x20ff},
    {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef},
};

/* East Asian wide characters and pictures. */
static const range double_width[] = {
    {0x1100, 0x115f}, {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},
    {0xa960, 0xa97f}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff01, 0xff60},   {0xffe0, 0xffe6},
    {0x1b000, 0x1b2ff}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

static bool within(const range *ranges, size_t count, uint32_t c) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (c < ranges[mid].first) high = mid;
        else if (c > ranges[mid].last) low = mid + 1;
        else return true;
    }
    return false;
}

unsigned cli_char_width(uint32_t c) {
    if (c < 0x300) return 1;
    if (within(zero_width, sizeof zero_width / sizeof *zero_width, c)) return 0;
    return within(double_width, sizeof double_width / sizeof *double_width, c) ? 2 : 1;
}

bool cli_steers_terminal(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

/* Bytes after the first, by the first; 0: no character starts so. */
static unsigned tail_of(unsigned char first) {
    if (first >= 0xc2 && first <= 0xdf) return 1;
    if (first >= 0xe0 && first <= 0xef) return 2;
    if (first >= 0xf0 && first <= 0xf4) return 3;
    return 0;
}

uint32_t cli_utf8_next(const char *text, size_t len, size_t *used) {
    static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)text[0];
    unsigned tail = tail_of(first);
    uint32_t c;
    *used = 1;
    if (first < 0x80) return first;
    if (tail == 0) return CLI_ILL_FORMED;
    c = first & (0x3fu >> tail);
    for (unsigned i = 1; i <= tail; i++) {
        unsigned char next = i < len ? (unsigned char)text[i] : 0;
        if ((next & 0xc0) != 0x80) return CLI_ILL_FORMED;
        c = c << 6 | (next & 0x3fu);
    }
    if (c < smallest[tail] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return CLI_ILL_FORMED;
    *used = tail + 1;
    return c;
}
