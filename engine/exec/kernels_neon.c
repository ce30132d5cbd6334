/* SPDX-License-Identifier: MIT */
/* kernels_neon.c: kernels for AArch64, where NEON is always there. Compilers make NEON code of the portable blocks by themselves;
 * what they do not see is how to look for two bytes in many places at once. */
#include "kernels.h"

#if defined(__aarch64__) && defined(__GNUC__)

#include <arm_neon.h>

typedef struct probes {
    uint8x16_t low[2], mask[2];
    uint32_t at[2];
} probes;

/* Four bits for each of 16 places: all of them, or none. */
static inline uint64_t probe_16(const probes *p, const uint8_t *at) {
    uint8x16_t a = vceqq_u8(vorrq_u8(vld1q_u8(at + p->at[0]), p->mask[0]), p->low[0]);
    uint8x16_t b = vceqq_u8(vorrq_u8(vld1q_u8(at + p->at[1]), p->mask[1]), p->low[1]);
    uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(vandq_u8(a, b)), 4);
    return vget_lane_u64(vreinterpret_u64_u8(narrow), 0);
}

/* One bit for each four. */
static uint64_t one_of_four(uint64_t places) {
    uint64_t bits = 0;
    for (places &= 0x1111111111111111u; places; places &= places - 1) bits |= (uint64_t)1 << (wql__first_bit(places) / 4);
    return bits;
}

/* Fewer than 16 places. */
static uint64_t probe_few(const wql__needle *n, const uint8_t *at, size_t count) {
    const uint32_t i = n->probe[0], j = n->probe[1];
    uint64_t bits = 0;
    for (size_t k = 0; k < count; k++)
        bits |= (uint64_t)((at[k + i] | n->mask[i]) == n->low[i] && (at[k + j] | n->mask[j]) == n->low[j]) << k;
    return bits;
}

static size_t hunt(const wql__needle *n, const uint8_t *bytes, size_t from, size_t limit, const _Atomic uint32_t *stop,
                   uint64_t *bits) {
    probes p;
    for (unsigned i = 0; i < 2; i++) {
        p.at[i] = n->probe[i];
        p.low[i] = vdupq_n_u8(n->low[n->probe[i]]);
        p.mask[i] = vdupq_n_u8(n->mask[n->probe[i]]);
    }
    while (limit - from >= 16) {
        size_t pause = limit - from < WQL__STOP_EACH ? limit : from + WQL__STOP_EACH;
        if (wql__stopped(stop)) return limit;
        for (; pause - from >= 16; from += 16) {
            uint64_t places = probe_16(&p, bytes + from);
            if (!places) continue;
            *bits = one_of_four(places);
            if (limit - from >= 64) { /* whoever asks takes a block for 64 places */
                for (unsigned i = 16; i < 64; i += 16) *bits |= one_of_four(probe_16(&p, bytes + from + i)) << i;
            } else {
                for (size_t i = 16; i < limit - from; i++) *bits |= probe_few(n, bytes + from + i, 1) << i;
            }
            return from;
        }
    }
    *bits = from < limit ? probe_few(n, bytes + from, limit - from) : 0;
    return *bits ? from : limit;
}

static bool is_ascii(const char *bytes, size_t len) {
    const uint8_t *v = (const uint8_t *)bytes;
    uint8_t rest = 0;
    size_t at = 0;
    for (; len - at >= 64; at += 64) {
        uint8x16_t any =
            vorrq_u8(vorrq_u8(vld1q_u8(v + at), vld1q_u8(v + at + 16)), vorrq_u8(vld1q_u8(v + at + 32), vld1q_u8(v + at + 48)));
        if (vmaxvq_u8(any) >= 0x80) return false;
    }
    for (; at < len; at++) rest |= v[at];
    return rest < 0x80;
}

bool wql__kernels_neon(wql__kernels *k) {
    k->level = WQL_KERNELS_NEON;
    k->hunt = hunt;
    k->is_ascii = is_ascii;
    return true;
}

#else

bool wql__kernels_neon(wql__kernels *k) {
    (void)k;
    return false;
}

#endif
