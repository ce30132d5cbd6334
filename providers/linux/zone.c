/* SPDX-License-Identifier: MIT */
/* zone.c: the machine's time zone out of its TZif file (RFC 8536): the offset that is in force at an instant. The C library's own
 * functions follow the environment of the process, and one zone for all. Without a file it is UTC. */
#include "linux.h"

enum { HEAD = 44, DAY = 86400, OFFSET_MOST = 26 * 3600 };

static uint32_t big32(const char *at) {
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int64_t big64(const char *at) { return (int64_t)((uint64_t)big32(at) << 32 | big32(at + 4)); }

/* -- the calendar ---------------------------------------------------------------------------------------------------------- */

static bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

/* Days from 1970-01-01 to the first of a year. */
static int64_t year_start(int64_t year) {
    int64_t before = year - 1;
    return 365 * (year - 1970) + (before / 4 - before / 100 + before / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static int64_t year_of(int64_t seconds) {
    int64_t days = seconds / DAY - (seconds % DAY < 0), year = 1970 + days / 365;
    while (year_start(year) > days) year--;
    while (year_start(year + 1) <= days) year++;
    return year;
}

static int64_t month_start(int64_t year, int32_t month) {
    static const int16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    return year_start(year) + before[month - 1] + (month > 2 && is_leap(year));
}

static int64_t month_days(int64_t year, int32_t month) {
    return (month == 12 ? year_start(year + 1) : month_start(year, month + 1)) - month_start(year, month);
}

/* When a rule takes effect in a year, by the clock of the offset in force before it. */
static int64_t rule_at(const wql__linux_rule *rule, int64_t year) {
    int64_t day;
    if (rule->kind == 'M') {
        int64_t first = month_start(year, rule->month), weekday = (((first + 4) % 7) + 7) % 7; /* 1970-01-01 was a Thursday */
        day = first + (rule->day - weekday + 7) % 7 + 7 * (rule->week - 1);
        if (day >= first + month_days(year, rule->month)) day -= 7;
    } else if (rule->kind == 'J') {
        day = year_start(year) + rule->day - 1 + (is_leap(year) && rule->day >= 60);
    } else {
        day = year_start(year) + rule->day;
    }
    return day * DAY + rule->seconds;
}

/* -- the tail: a POSIX TZ text --------------------------------------------------------------------------------------------- */

static bool take_number(wql_str *t, int64_t most, int64_t *out) {
    int64_t number = 0;
    size_t digits = 0;
    while (t->len && *t->ptr >= '0' && *t->ptr <= '9') {
        number = number * 10 + (*t->ptr - '0');
        t->ptr++;
        t->len--;
        digits++;
        if (number > most) return false;
    }
    *out = number;
    return digits > 0;
}

static bool take_char(wql_str *t, char c) {
    if (!t->len || *t->ptr != c) return false;
    t->ptr++;
    t->len--;
    return true;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(wql_str *t, int64_t *seconds) {
    bool minus = take_char(t, '-');
    int64_t h, m = 0, s = 0;
    if (!minus) (void)take_char(t, '+');
    if (!take_number(t, 167, &h)) return false;
    if (take_char(t, ':') && !take_number(t, 59, &m)) return false;
    if (t->len && *t->ptr == ':' && take_char(t, ':') && !take_number(t, 59, &s)) return false;
    *seconds = h * 3600 + m * 60 + s;
    if (minus) *seconds = -*seconds;
    return true;
}

/* A name of letters, or anything in <>. */
static bool take_name(wql_str *t) {
    size_t len = 0;
    if (take_char(t, '<')) {
        wql_str name;
        return memchr(t->ptr, '>', t->len) && wql__linux_cut(t, '>', &name);
    }
    while (len < t->len && ((t->ptr[len] | 32) >= 'a' && (t->ptr[len] | 32) <= 'z')) len++;
    t->ptr += len;
    t->len -= len;
    return len >= 3;
}

static bool take_rule(wql_str *t, wql__linux_rule *rule) {
    int64_t month = 0, week = 0, day = 0, seconds = 2 * 3600;
    rule->kind = 0;
    if (take_char(t, 'M')) {
        rule->kind = 'M';
        if (!take_number(t, 12, &month) || month < 1 || !take_char(t, '.') || !take_number(t, 5, &week) || week < 1 ||
            !take_char(t, '.') || !take_number(t, 6, &day))
            return false;
    } else if (take_char(t, 'J')) {
        rule->kind = 'J';
        if (!take_number(t, 365, &day) || day < 1) return false;
    } else if (!take_number(t, 365, &day)) {
        return false;
    }
    if (take_char(t, '/') && !take_time(t, &seconds)) return false;
    rule->month = (int32_t)month;
    rule->week = (int32_t)week;
    rule->day = (int32_t)day;
    rule->seconds = seconds;
    return true;
}

static bool parse_tail(wql__linux_zone *zone, wql_str tail) {
    int64_t standard, shifted;
    if (!take_name(&tail) || !take_time(&tail, &standard)) return false;
    zone->offset = (int32_t)-standard;
    zone->has_tail = true;
    if (!tail.len) return true;
    shifted = standard - 3600;
    zone->has_tail = take_name(&tail) && (!tail.len || *tail.ptr == ',' || take_time(&tail, &shifted)) && take_char(&tail, ',') &&
                     take_rule(&tail, &zone->begin) && take_char(&tail, ',') && take_rule(&tail, &zone->end);
    zone->dst_offset = (int32_t)-shifted;
    zone->tail_dst = zone->has_tail;
    return zone->has_tail;
}

/* -- the file -------------------------------------------------------------------------------------------------------------- */

typedef struct block {
    uint32_t leap, std, utc, times, types, chars;
    const char *data;
    size_t size; /* of the data; 0: no block */
} block;

static bool read_head(wql_str file, size_t width, block *out) {
    if (file.len < HEAD || memcmp(file.ptr, "TZif", 4) != 0) return false;
    out->utc = big32(file.ptr + 20);
    out->std = big32(file.ptr + 24);
    out->leap = big32(file.ptr + 28);
    out->times = big32(file.ptr + 32);
    out->types = big32(file.ptr + 36);
    out->chars = big32(file.ptr + 40);
    if (out->times > 100000 || out->types > 256 || !out->types || out->chars > 100000 || out->leap > 1000 || out->std > 256 ||
        out->utc > 256)
        return false;
    out->size = out->times * (width + 1) + out->types * (size_t)6 + out->chars + out->leap * (width + 4) + out->std + out->utc;
    out->data = file.ptr + HEAD;
    return file.len - HEAD >= out->size;
}

static bool read_times(wql__linux_zone *zone, wql__linux_arena *arena, const block *b, size_t width) {
    const char *kinds = b->data + b->times * width, *types = kinds + b->times;
    int64_t *instants = wql__linux_take_array(arena, b->times + 1, sizeof *instants);
    int32_t *offsets = wql__linux_take_array(arena, b->times + 1, sizeof *offsets);
    bool *dst = wql__linux_take_array(arena, b->times + 1, sizeof *dst);
    if (!instants || !offsets || !dst) return false;
    for (uint32_t i = 0; i < b->times; i++) {
        unsigned char kind = (unsigned char)kinds[i];
        instants[i] = width == 8 ? big64(b->data + i * 8) : (int32_t)big32(b->data + i * 4);
        if (kind >= b->types || (i && instants[i] <= instants[i - 1])) return false;
        offsets[i] = (int32_t)big32(types + kind * 6);
        dst[i] = types[kind * 6 + 4] != 0;
        if (offsets[i] > OFFSET_MOST || offsets[i] < -OFFSET_MOST) return false;
    }
    zone->first_offset = (int32_t)big32(types);
    if (zone->first_offset > OFFSET_MOST || zone->first_offset < -OFFSET_MOST) return false;
    zone->instants = instants;
    zone->offsets = offsets;
    zone->dst = dst;
    zone->count = b->times;
    return true;
}

bool wql__linux_zone_parse(wql__linux_zone *zone, wql__linux_arena *arena, wql_str file) {
    block b;
    wql_str tail, line;
    memset(zone, 0, sizeof *zone);
    if (!read_head(file, 4, &b)) return false;
    if (file.ptr[4] < '2') return read_times(zone, arena, &b, 4);
    file.ptr += HEAD + b.size;
    file.len -= HEAD + b.size;
    if (!read_head(file, 8, &b) || !read_times(zone, arena, &b, 8)) {
        memset(zone, 0, sizeof *zone);
        return false;
    }
    tail = (wql_str){b.data + b.size, file.len - HEAD - b.size};
    if (take_char(&tail, '\n') && wql__linux_cut(&tail, '\n', &line) && line.len) (void)parse_tail(zone, line);
    return true;
}

void wql__linux_zone_load(wql__linux_mount *m) {
    wql_str file;
    if (wql__linux_read(m, &m->arena, m->roots[WQL__LINUX_ETC], "localtime", WQL__LINUX_SMALL, &file) != 0 ||
        !wql__linux_zone_parse(&m->zone, &m->arena, file))
        memset(&m->zone, 0, sizeof m->zone);
}

/* -- asking ---------------------------------------------------------------------------------------------------------------- */

static int32_t tail_offset(const wql__linux_zone *zone, int64_t seconds, bool *dst) {
    int64_t year, begin, end;
    bool on;
    *dst = false;
    if (!zone->tail_dst) return zone->offset;
    year = year_of(seconds + zone->offset);
    begin = rule_at(&zone->begin, year) - zone->offset;
    end = rule_at(&zone->end, year) - zone->dst_offset;
    on = begin < end ? seconds >= begin && seconds < end : !(seconds >= end && seconds < begin);
    *dst = on;
    return on ? zone->dst_offset : zone->offset;
}

int32_t wql__linux_offset(const wql__linux_zone *zone, int64_t seconds, bool *dst) {
    uint32_t low = 0, high = zone->count;
    bool unused;
    if (!dst) dst = &unused;
    *dst = false;
    if (zone->has_tail && (!zone->count || seconds >= zone->instants[zone->count - 1])) return tail_offset(zone, seconds, dst);
    if (!zone->count || seconds < zone->instants[0]) return zone->first_offset;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->instants[middle] <= seconds)
            low = middle;
        else
            high = middle;
    }
    *dst = zone->dst[low];
    return zone->offsets[low];
}

bool wql__linux_has_dst(const wql__linux_zone *zone) { return zone->tail_dst; }
