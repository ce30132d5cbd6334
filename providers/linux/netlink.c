/* SPDX-License-Identifier: MIT */
/* netlink.c: asking the kernel for a table of its network: one dump, started again if the table changed meanwhile. */
#include "network.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DATAGRAM = 64 << 10, TRIES = 8, SLICE_MS = 20, SILENCE_MS = 2000 };

typedef struct question {
    struct nlmsghdr header;
    struct rtgenmsg family;
} question;

static int send_question(int fd, uint16_t type, uint32_t sequence) {
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    question q = {.header = {.nlmsg_len = NLMSG_LENGTH(sizeof q.family),
                             .nlmsg_type = type,
                             .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                             .nlmsg_seq = sequence},
                  .family = {.rtgen_family = AF_UNSPEC}};
    ssize_t sent = sendto(fd, &q, q.header.nlmsg_len, 0, (const struct sockaddr *)(const void *)&kernel, sizeof kernel);
    return sent < 0 ? errno : 0;
}

/* One datagram of the kernel's. The kernel answers at once; the wait is bounded all the same, and ends with the call. */
static int receive(int fd, wql__linux_scan *s, char *buffer, wql_str *out) {
    for (int waited = 0; waited < SILENCE_MS; waited += SLICE_MS) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        struct sockaddr_nl from = {0};
        socklen_t from_len = sizeof from;
        ssize_t got;
        if (wql__linux_check(s) < 0) return ECANCELED;
        if (poll(&p, 1, SLICE_MS) <= 0) continue;
        got = recvfrom(fd, buffer, DATAGRAM, MSG_TRUNC | MSG_DONTWAIT, (struct sockaddr *)(void *)&from, &from_len);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0) return errno;
        if (got > DATAGRAM) return EMSGSIZE;
        if (from.nl_pid != 0) continue; /* not the kernel */
        *out = (wql_str){buffer, (size_t)got};
        return 0;
    }
    return ETIMEDOUT;
}

typedef struct answer {
    char *text;
    size_t len, room;
} answer;

static int append(wql__linux_arena *arena, answer *a, wql_str piece) {
    if (a->room - a->len < piece.len) {
        size_t room = (a->room + piece.len) * 2;
        char *text = a->text ? wql__linux_take_more(arena, a->text, a->room, room) : wql__linux_take(arena, room);
        if (!text) return ENOMEM;
        a->text = text;
        a->room = room;
    }
    if (piece.len) memcpy(a->text + a->len, piece.ptr, piece.len);
    a->len += piece.len;
    return 0;
}

static int dump_on(int fd, wql__linux_scan *s, uint16_t type, uint32_t sequence, char *buffer, answer *a, bool *again) {
    int error = send_question(fd, type, sequence), what = WQL__LINUX_DUMP_MORE;
    while (!error && what == WQL__LINUX_DUMP_MORE) {
        wql_str datagram, keep;
        error = receive(fd, s, buffer, &datagram);
        if (error) break;
        what = wql__linux_look_at(datagram, sequence, &keep, &error);
        if (what == WQL__LINUX_DUMP_BROKEN) return error ? error : EPROTO;
        if (!error) error = append(&s->arena, a, keep);
    }
    *again = what == WQL__LINUX_DUMP_AGAIN;
    return error;
}

static uint16_t request_of(uint32_t what) {
    return what == WQL__LINUX_LINKS ? RTM_GETLINK : what == WQL__LINUX_ADDRESSES ? RTM_GETADDR : RTM_GETROUTE;
}

/* A socket for each try: what is still to come of an interrupted dump is lost with its socket. */
int wql__linux_dump_kernel(void *user, wql__linux_scan *s, uint32_t what, wql_str *messages) {
    char *buffer = wql__linux_take(&s->arena, DATAGRAM);
    answer a = {0};
    (void)user;
    if (!buffer) return ENOMEM;
    for (uint32_t i = 1; i <= TRIES; i++) {
        bool again = false;
        int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), error;
        if (fd < 0) return errno;
        a.len = 0;
        error = dump_on(fd, s, request_of(what), i, buffer, &a, &again);
        (void)close(fd);
        if (error) return error;
        if (!again) {
            *messages = (wql_str){a.text, a.len};
            return 0;
        }
    }
    return EAGAIN;
}
