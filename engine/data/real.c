/* SPDX-License-Identifier: MIT */
/* real.c: floating-point numbers as decimal text and back, exactly and without the locale.
 *
 * Both ways go through a decimal of many digits that can be multiplied and divided by powers of two without loss. Numbers of few
 * digits, which are nearly all, take a short cut that is exact too. */
#include "value.h"

#include <string.h>

/* -- long decimals ----------------------------------------------------------------------------------------------- */

enum { DIGITS = 800, SHIFT_MOST = 59 }; /* no double, and no middle between two, has more than 768 digits; 2^59 * 10 fits 64 bits */

/* 0.d1 d2 d3 ... * 10^point. */
typedef struct decimal {
    int count, point;
    bool more; /* digits beyond DIGITS, not all 0, were dropped */
    uint8_t digit[DIGITS];
} decimal;

static void trim(decimal *d) {
    while (d->count > 0 && d->digit[d->count - 1] == 0) d->count--;
    if (d->count == 0) d->point = 0;
}

static void set_integer(decimal *d, uint64_t n) {
    uint8_t reversed[20];
    int count = 0;
    for (; n; n /= 10) reversed[count++] = (uint8_t)(n % 10);
    d->count = d->point = count;
    d->more = false;
    for (int i = 0; i < count; i++) d->digit[i] = reversed[count - 1 - i];
    trim(d);
}

/* Times 2^bits. */
static void shift_up(decimal *d, int bits) {
    uint8_t front[20];
    uint64_t carry = 0;
    int extra = 0, kept;
    for (int i = d->count - 1; i >= 0; i--) {
        carry += (uint64_t)d->digit[i] << bits;
        d->digit[i] = (uint8_t)(carry % 10);
        carry /= 10;
    }
    for (; carry; carry /= 10) front[extra++] = (uint8_t)(carry % 10);
    kept = d->count < DIGITS - extra ? d->count : DIGITS - extra;
    for (int i = kept; i < d->count; i++) d->more |= d->digit[i] != 0;
    memmove(d->digit + extra, d->digit, (size_t)kept);
    for (int i = 0; i < extra; i++) d->digit[i] = front[extra - 1 - i];
    d->count = kept + extra;
    d->point += extra;
    trim(d);
}

/* Divided by 2^bits. */
static void shift_down(decimal *d, int bits) {
    const uint64_t mask = ((uint64_t)1 << bits) - 1;
    uint64_t n = 0;
    int from = 0, to = 0;
    for (; n >> bits == 0; from++) { /* up to the first digit of the quotient */
        if (from >= d->count && n == 0) {
            d->count = d->point = 0;
            return;
        }
        n = n * 10 + (from < d->count ? d->digit[from] : 0);
    }
    d->point -= from - 1;
    while (from < d->count || n) {
        uint8_t digit = (uint8_t)(n >> bits);
        n &= mask;
        if (to < DIGITS) d->digit[to++] = digit;
        else d->more |= digit != 0;
        n = n * 10 + (from < d->count ? d->digit[from] : 0);
        if (from < d->count) from++;
        else if (n == 0) break;
    }
    d->count = to;
    trim(d);
}

static void shift(decimal *d, int bits) {
    while (bits != 0) {
        int step = bits > SHIFT_MOST ? SHIFT_MOST : bits < -SHIFT_MOST ? -SHIFT_MOST : bits;
        if (step > 0) shift_up(d, step);
        else shift_down(d, -step);
        bits -= step;
    }
}

/* -- text to number ---------------------------------------------------------------------------------------------- */

/* The nearest integer, ties to even; the decimal is below 2^63. */
static uint64_t round_decimal(const decimal *d) {
    uint64_t n = 0;
    uint8_t next;
    for (int i = 0; i < d->point; i++) n = n * 10 + (i < d->count ? d->digit[i] : 0);
    if (d->point < 0 || d->point >= d->count) return n;
    next = d->digit[d->point];
    if (next != 5) return n + (next > 5);
    if (d->point + 1 < d->count || d->more) return n + 1;
    return n + (n & 1);
}

/* How far to shift so that a decimal comes nearer to [0.5, 1) and not beyond: 10^(point - 1) is at least 2^this. */
static int step_for(int point) {
    int bits = point * 3; /* log2(10) is a bit more */
    return bits < 1 ? 1 : bits < SHIFT_MOST ? bits : SHIFT_MOST;
}

static double nearest_double(decimal *d) {
    const int digits = 53, exponent_least = -1021, exponent_most = 1024; /* of 0.1 bbb * 2^exponent */
    int exponent = 0;
    uint64_t bits;
    double value;
    if (d->count == 0 || d->point < -330) return 0.0;
    if (d->point > 310) return __builtin_inf();
    while (d->point > 0) {
        int step = step_for(d->point - 1);
        shift_down(d, step);
        exponent += step;
    }
    while (d->point < 0 || d->digit[0] < 5) {
        int step = d->point < 0 ? step_for(-d->point) : 1;
        shift_up(d, step);
        exponent -= step;
    }
    if (exponent < exponent_least) {
        shift(d, exponent - exponent_least);
        exponent = exponent_least;
    }
    shift_up(d, digits);
    bits = round_decimal(d);
    if (bits == (uint64_t)1 << digits) {
        bits /= 2;
        exponent++;
    }
    if (exponent > exponent_most) return __builtin_inf();
    if (bits >> (digits - 1)) bits = (bits & (((uint64_t)1 << (digits - 1)) - 1)) | (uint64_t)(exponent + 1022) << (digits - 1);
    memcpy(&value, &bits, sizeof value);
    return value;
}

static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
enum { TENS = sizeof tens / sizeof tens[0] };

/* Both factors are exact, so the one operation rounds once. */
static bool quick_double(const decimal *d, double *out) {
    int scale = d->point - d->count;
    double n = 0;
    if (d->count > 15 || d->more || scale >= TENS || scale <= -TENS) return false;
    for (int i = 0; i < d->count; i++) n = n * 10 + d->digit[i];
    *out = scale < 0 ? n / tens[-scale] : n * tens[scale];
    return true;
}

static bool exact_integer(const decimal *d, uint64_t *out) {
    uint64_t n = 0;
    if (d->point < d->count || d->point > 20 || d->more) return false;
    for (int i = 0; i < d->point; i++) {
        uint8_t digit = i < d->count ? d->digit[i] : 0;
        if (n > (UINT64_MAX - digit) / 10) return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Appends a digit; leading zeros only move the point. */
static void take_digit(decimal *d, uint8_t digit, bool fraction) {
    if (d->count == 0 && digit == 0) {
        if (fraction && d->point > INT_MIN / 4) d->point--;
        return;
    }
    if (!fraction && d->point < INT_MAX / 4) d->point++;
    if (d->count < DIGITS) d->digit[d->count++] = digit;
    else d->more |= digit != 0;
}

static bool read_exponent(const char **at, const char *end, int *exponent) {
    bool negative = false;
    int n = 0;
    if (*at < end && (**at == '+' || **at == '-')) negative = *(*at)++ == '-';
    if (*at >= end || !is_digit(**at)) return false;
    for (; *at < end && is_digit(**at); ++*at)
        if (n < INT_MAX / 20) n = n * 10 + (**at - '0');
    *exponent = negative ? -n : n;
    return true;
}

/* Up to 15 digits and nothing else, which most numbers are: below 2^53, so the double is exact too. */
static bool read_digits(wql_str text, wql__number *out) {
    uint64_t magnitude = 0;
    if (!text.len || text.len > 15) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.ptr[i])) return false;
        magnitude = magnitude * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    out->magnitude = magnitude;
    out->real = (double)magnitude;
    out->whole = out->fits = true;
    return true;
}

bool wql__number_parse(wql_str text, wql__number *out) {
    const char *at = text.ptr, *end = text.len ? text.ptr + text.len : text.ptr;
    decimal d;
    bool seen = false;
    int exponent = 0;
    d.count = d.point = 0;
    d.more = false;
    memset(out, 0, sizeof *out);
    if (read_digits(text, out)) return true;
    if (at < end && (*at == '+' || *at == '-')) out->negative = *at++ == '-';
    for (; at < end && is_digit(*at); at++, seen = true) take_digit(&d, (uint8_t)(*at - '0'), false);
    if (at < end && *at == '.')
        for (at++; at < end && is_digit(*at); at++, seen = true) take_digit(&d, (uint8_t)(*at - '0'), true);
    if (!seen) return false;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (!read_exponent(&at, end, &exponent)) return false;
    }
    if (at != end) return false;
    if (d.count) d.point += exponent; /* both are below half of the range */
    trim(&d);
    out->whole = d.point >= d.count && !d.more;
    out->fits = exact_integer(&d, &out->magnitude);
    if (!quick_double(&d, &out->real)) out->real = nearest_double(&d);
    if (out->negative) out->real = -out->real;
    return true;
}

/* -- number to text ---------------------------------------------------------------------------------------------- */

enum { SHORT = 17 }; /* so many digits always do */

typedef struct short_decimal {
    int count, point; /* as in decimal */
    uint8_t digit[SHORT];
} short_decimal;

static uint8_t digit_at(const decimal *d, int i) { return i < d->count ? d->digit[i] : 0; }

static int compare_short(const short_decimal *a, const decimal *b) {
    if (a->point != b->point) return a->point < b->point ? -1 : 1;
    for (int i = 0; i < a->count || i < b->count; i++) {
        uint8_t x = i < a->count ? a->digit[i] : 0, y = digit_at(b, i);
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

static short_decimal cut_down(const decimal *d, int count) {
    short_decimal s;
    s.count = count;
    s.point = d->point;
    for (int i = 0; i < count; i++) s.digit[i] = digit_at(d, i);
    return s;
}

static short_decimal next_up(short_decimal s) {
    int i = s.count;
    while (i > 0 && s.digit[i - 1] == 9) s.digit[--i] = 0;
    if (i > 0) {
        s.digit[i - 1]++;
    } else {
        s.digit[0] = 1;
        s.point++;
    }
    return s;
}

/* How many digits two numbers begin with together: what is shorter does not lie between them. At least 1. */
static int common_digits(const decimal *a, const decimal *b) {
    int count = 0;
    while (a->point == b->point && count < SHORT - 1 && digit_at(a, count) == digit_at(b, count)) count++;
    return count ? count : 1;
}

/* The shortest decimal between the middles to both neighbours, and the nearest of those. */
static short_decimal shortest(uint64_t mantissa, int exponent, bool narrow_below) {
    const bool even = (mantissa & 1) == 0; /* then the middles themselves read back to it */
    decimal exact, low, high;
    short_decimal down, up;
    set_integer(&exact, mantissa);
    shift(&exact, exponent);
    set_integer(&low, narrow_below ? mantissa * 4 - 1 : mantissa * 2 - 1);
    shift(&low, narrow_below ? exponent - 2 : exponent - 1);
    set_integer(&high, mantissa * 2 + 1);
    shift(&high, exponent - 1);
    for (int count = common_digits(&low, &high);; count++) {
        bool down_fits, up_fits;
        int order;
        down = cut_down(&exact, count);
        up = next_up(down);
        order = compare_short(&down, &low);
        down_fits = order > 0 || (order == 0 && even);
        order = compare_short(&up, &high);
        up_fits = order < 0 || (order == 0 && even);
        if (down_fits && up_fits) return digit_at(&exact, count) >= 5 ? up : down;
        if (down_fits) return down;
        if (up_fits) return up;
        if (count == SHORT) return down; /* not reached: 17 digits tell any two doubles apart */
    }
}

/* A number that is some integer below 10^15, divided by a small power of ten: it reads back by one exact division. */
static bool quick_short(double value, short_decimal *out) {
    for (int scale = 0; scale <= 6; scale++) {
        double scaled = value * tens[scale];
        uint64_t n;
        decimal d;
        if (!(scaled < 1e15)) return false;
        n = (uint64_t)scaled;
        if ((double)n != scaled || (double)n / tens[scale] != value) continue;
        set_integer(&d, n);
        *out = cut_down(&d, d.count);
        out->point -= scale;
        return true;
    }
    return false;
}

static short_decimal digits_of(double value, bool single) {
    short_decimal s;
    if (single) {
        float narrow = (float)value;
        uint32_t bits;
        int exponent;
        memcpy(&bits, &narrow, sizeof bits);
        exponent = (int)(bits >> 23 & 0xff);
        bits &= 0x7fffff;
        if (exponent) return shortest(bits | 0x800000, exponent - 150, bits == 0 && exponent > 1);
        return shortest(bits, -149, false);
    }
    if (!quick_short(value, &s)) {
        uint64_t bits;
        int exponent;
        memcpy(&bits, &value, sizeof bits);
        exponent = (int)(bits >> 52 & 0x7ff);
        bits &= 0xfffffffffffff;
        if (exponent) return shortest(bits | (uint64_t)1 << 52, exponent - 1075, bits == 0 && exponent > 1);
        return shortest(bits, -1074, false);
    }
    return s;
}

static size_t put_exponent(int exponent, char *out) {
    char reversed[4];
    size_t used = 0;
    int n = 0;
    out[used++] = 'e';
    if (exponent < 0) out[used++] = '-';
    if (exponent < 0) exponent = -exponent;
    do reversed[n++] = (char)('0' + exponent % 10);
    while ((exponent /= 10) > 0);
    while (n > 0) out[used++] = reversed[--n];
    return used;
}

/* Plain from 0.00001 up to 10^15, with an exponent outside: an integer without one is the exact number. */
static size_t put_digits(const short_decimal *s, char *out) {
    size_t used = 0;
    int count = s->count, point = s->point;
    while (count > 1 && s->digit[count - 1] == 0) count--;
    if (point < -4 || point > 15) {
        out[used++] = (char)('0' + s->digit[0]);
        if (count > 1) out[used++] = '.';
        for (int i = 1; i < count; i++) out[used++] = (char)('0' + s->digit[i]);
        return used + put_exponent(point - 1, out + used);
    }
    if (point <= 0) {
        out[used++] = '0';
        out[used++] = '.';
        for (int i = point; i < 0; i++) out[used++] = '0';
    }
    for (int i = 0; i < count || i < point; i++) {
        if (i == point && i > 0) out[used++] = '.';
        out[used++] = (char)('0' + (i < count ? s->digit[i] : 0));
    }
    return used;
}

static size_t put_word(const char *word, char buf[32]) {
    size_t len = strlen(word);
    memcpy(buf, word, len + 1);
    return len;
}

size_t wql__real_print(double value, bool single, char buf[32]) {
    size_t used = 0;
    short_decimal s;
    if (single) value = (double)(float)value;
    if (value != value) return put_word("NaN", buf);
    if (value - value != 0) return put_word(value > 0 ? "Infinity" : "-Infinity", buf);
    if (__builtin_signbit(value)) {
        buf[used++] = '-';
        value = -value;
    }
    if (value == 0) {
        buf[used++] = '0';
    } else {
        s = digits_of(value, single);
        used += put_digits(&s, buf + used);
    }
    buf[used] = '\0';
    return used;
}
