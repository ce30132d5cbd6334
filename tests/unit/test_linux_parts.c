/* SPDX-License-Identifier: MIT */
/* test_linux_parts.c: what disks, links and services are read with, each alone: messages of rtnetlink, leases, resolvers, kinds
 * of file systems, questions that hang. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../providers/linux/mounts.h"
#include "../../providers/linux/names.h"
#include "../../providers/linux/network.h"
#include "../../providers/linux/space.h"
#include "../../providers/linux/udev.h"
#include "linux_record.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* An arena needs a mount. */
typedef struct fixture {
    linux_tree tree;
    linux_lab lab;
    wql__linux_arena arena;
} fixture;

static int begin(void **state) {
    fixture *p = calloc(1, sizeof *p);
    *state = p;
    if (!linux_tree_make(&p->tree, NULL) || !linux_lab_open(&p->lab, "root/linux", linux_tree_config(&p->tree, NULL), 0, true))
        return -1;
    p->arena.mount = ((wql__linux_mount *)p->lab.mount)->mount;
    return 0;
}

static int end(void **state) {
    fixture *p = *state;
    wql__linux_arena_free(&p->arena);
    linux_lab_close(&p->lab);
    linux_tree_remove(&p->tree);
    free(p);
    return 0;
}

static void assert_text(wql_str text, const char *expected) {
    if (!wql__linux_is(text, expected)) fail_msg("\"%.*s\" is not \"%s\"", WQL_FMT(text), expected);
}

/* -- file systems ---------------------------------------------------------------------------------------------------------- */

static void test_kinds(void **state) {
    static const struct {
        const char *type, *source;
        uint32_t major;
        uint8_t kind;
    } cases[] = {
        {"ext4", "/dev/sda1", 8, WQL__LINUX_FS_LOCAL},
        {"btrfs", "/dev/sda1", 0, WQL__LINUX_FS_LOCAL},
        {"zfs", "tank/home", 0, WQL__LINUX_FS_LOCAL},
        {"fuseblk", "/dev/sdb1", 8, WQL__LINUX_FS_LOCAL},
        {"newfs", "/dev/sdc", 0, WQL__LINUX_FS_LOCAL},
        {"newfs", "x", 259, WQL__LINUX_FS_LOCAL},
        {"newfs", "x", 0, WQL__LINUX_FS_PSEUDO},
        {"proc", "/dev/odd", 0, WQL__LINUX_FS_PSEUDO},
        {"nfs4", "s:/e", 0, WQL__LINUX_FS_NETWORK},
        {"fuse.sshfs", "h:", 0, WQL__LINUX_FS_NETWORK},
        {"fuse.portal", "portal", 0, WQL__LINUX_FS_PSEUDO},
        {"fuse", "x", 0, WQL__LINUX_FS_PSEUDO},
        {"tmpfs", "tmpfs", 0, WQL__LINUX_FS_MEMORY},
        {"overlay", "overlay", 0, WQL__LINUX_FS_OVERLAY},
        {"iso9660", "/dev/sr0", 11, WQL__LINUX_FS_OPTICAL},
        {"nfsd", "nfsd", 0, WQL__LINUX_FS_PSEUDO},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (wql__linux_fs_kind(wql_s(cases[i].type), wql_s(cases[i].source), cases[i].major) != cases[i].kind)
            fail_msg("%s on %s", cases[i].type, cases[i].source);
    assert_true(wql__linux_has_option(wql_s("rw,compress=zstd:3,ro"), "ro"));
    assert_true(wql__linux_has_option(wql_s("rw,compress=zstd:3"), "compress"));
    assert_false(wql__linux_has_option(wql_s("errors=remount-ro,nocompress"), "compress"));
    assert_false(wql__linux_has_option(wql_s(""), "ro"));
}

static void test_udev_escapes(void **state) {
    fixture *p = *state;
    wql_str out;
    assert_true(wql__linux_udev_decode(&p->arena, wql_s("a\\x20b\\x2fc\\x"), &out));
    assert_text(out, "a b/c\\x");
    assert_true(wql__linux_udev_value(wql_s("S:x\nE:AB=1\nE:A=2=3\nE:A=4"), "A", &out));
    assert_text(out, "2=3");
    assert_false(wql__linux_udev_value(wql_s("E:AB"), "AB", &out));
}

/* -- messages -------------------------------------------------------------------------------------------------------------- */

static const char kernel[] = "link 2 eth0 flags=0x1043 type=1 mtu=1500 mac=02:00:00:00:00:01 kind=veth oper=6 carrier=1 nsid=3 "
                             "counters=1,2,3,4,5,6,7,8\n"
                             "addr 2 192.0.2.5/24 flags=0x80 scope=0\naddr 2 2001:db8::5/64 flags=0x80 scope=0\n"
                             "route 2 metric=5 via=192.0.2.1\nroute 0 metric=7 hops=2,192.0.2.1;3,192.0.2.2\n"
                             "route 2 family=6 metric=9 table=1000\n";

/* A message that is cut anywhere leaves out what is not whole, and never reads beyond. The copy ends where memory does. */
static void test_cut_messages(void **state) {
    static const uint32_t tables[] = {WQL__LINUX_LINKS, WQL__LINUX_ADDRESSES, WQL__LINUX_ROUTES};
    fixture *p = *state;
    char whole[4096];
    for (size_t t = 0; t < 3; t++) {
        size_t len = linux_record_messages(kernel, tables[t], 1, whole, sizeof whole);
        for (size_t cut = 0; cut <= len; cut++) {
            wql__linux_network n = {0};
            char *copy = malloc(cut ? cut : 1);
            memcpy(copy, whole, cut);
            assert_int_equal(wql__linux_read_network(&p->arena, tables[t], (wql_str){copy, cut}, &n), WQL_OK);
            if (cut < len) assert_true(n.link_count + n.address_count + n.route_count < 4);
            free(copy);
            wql__linux_arena_reset(&p->arena);
        }
    }
}

/* Lengths inside that say anything at all. */
static void test_wrong_lengths(void **state) {
    static const uint32_t tables[] = {WQL__LINUX_LINKS, WQL__LINUX_ADDRESSES, WQL__LINUX_ROUTES};
    fixture *p = *state;
    char whole[4096];
    for (size_t t = 0; t < 3; t++) {
        size_t len = linux_record_messages(kernel, tables[t], 1, whole, sizeof whole);
        for (size_t at = 0; at + 2 <= len; at += 2)
            for (uint32_t value = 0; value < 6; value++) {
                static const uint16_t lengths[] = {0, 1, 3, 5, 0x7fff, 0xffff};
                wql__linux_network n = {0};
                char *copy = malloc(len);
                memcpy(copy, whole, len);
                memcpy(copy + at, &lengths[value], 2);
                assert_int_equal(wql__linux_read_network(&p->arena, tables[t], (wql_str){copy, len}, &n), WQL_OK);
                free(copy);
                wql__linux_arena_reset(&p->arena);
            }
    }
}

static void test_tables(void **state) {
    fixture *p = *state;
    wql__linux_network n = {0};
    char bytes[4096];
    size_t len = linux_record_messages(kernel, WQL__LINUX_LINKS, 1, bytes, sizeof bytes);
    assert_int_equal(wql__linux_read_network(&p->arena, WQL__LINUX_LINKS, (wql_str){bytes, len}, &n), WQL_OK);
    assert_int_equal(n.link_count, 1);
    assert_text(n.links[0].name, "eth0");
    assert_text(n.links[0].kind, "veth");
    assert_int_equal(n.links[0].namespace_id, 3);
    assert_int_equal(n.links[0].tx_dropped, 8);
    len = linux_record_messages(kernel, WQL__LINUX_ROUTES, 1, bytes, sizeof bytes);
    assert_int_equal(wql__linux_read_network(&p->arena, WQL__LINUX_ROUTES, (wql_str){bytes, len}, &n), WQL_OK);
    assert_int_equal(n.route_count, 3); /* two of them are the hops of one */
    assert_int_equal(n.routes[1].link, 2);
    assert_int_equal(n.routes[2].link, 3);
    assert_int_equal(n.routes[2].metric, 7);
    assert_text(wql__linux_address_text(&p->arena, n.routes[2].gateway_family, n.routes[2].gateway), "192.0.2.2");
    assert_text(wql__linux_mask_text(&p->arena, 0), "0.0.0.0");
    assert_text(wql__linux_mask_text(&p->arena, 23), "255.255.254.0");
    assert_text(wql__linux_mask_text(&p->arena, 32), "255.255.255.255");
}

static size_t put_header(char *out, uint16_t type, uint16_t flags, uint32_t sequence, int32_t code) {
    struct nlmsghdr head = {
        .nlmsg_len = sizeof head + sizeof code, .nlmsg_type = type, .nlmsg_flags = flags, .nlmsg_seq = sequence};
    memcpy(out, &head, sizeof head);
    memcpy(out + sizeof head, &code, sizeof code);
    return sizeof head + sizeof code;
}

static void test_datagrams(void **state) {
    char bytes[4096];
    size_t len = linux_record_messages(kernel, WQL__LINUX_ADDRESSES, 7, bytes, sizeof bytes), more;
    wql_str keep;
    int error = 0;
    (void)state;
    assert_int_equal(wql__linux_look_at((wql_str){bytes, len}, 7, &keep, &error), WQL__LINUX_DUMP_MORE);
    assert_int_equal(keep.len, len);
    more = len + put_header(bytes + len, NLMSG_DONE, NLM_F_MULTI, 7, 0);
    assert_int_equal(wql__linux_look_at((wql_str){bytes, more}, 7, &keep, &error), WQL__LINUX_DUMP_DONE);
    assert_int_equal(keep.len, len);
    more = len + put_header(bytes + len, NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, 7, 0);
    assert_int_equal(wql__linux_look_at((wql_str){bytes, more}, 7, &keep, &error), WQL__LINUX_DUMP_AGAIN);
    more = len + put_header(bytes + len, NLMSG_ERROR, 0, 7, -EPERM);
    assert_int_equal(wql__linux_look_at((wql_str){bytes, more}, 7, &keep, &error), WQL__LINUX_DUMP_BROKEN);
    assert_int_equal(error, EPERM);
    more = put_header(bytes, NLMSG_DONE, 0, 6, 0); /* the end of an older question */
    more += linux_record_messages(kernel, WQL__LINUX_ADDRESSES, 7, bytes + more, sizeof bytes - more);
    assert_int_equal(wql__linux_look_at((wql_str){bytes, more}, 7, &keep, &error), WQL__LINUX_DUMP_MORE);
    assert_int_equal(keep.len, len);
    assert_int_equal(wql__linux_look_at((wql_str){bytes, more - 8}, 7, &keep, &error), WQL__LINUX_DUMP_BROKEN);
}

/* -- leases and name servers ----------------------------------------------------------------------------------------------- */

static void test_leases(void **state) {
    static const char *const broken[] = {"",
                                         "lease",
                                         "lease {",
                                         "lease { interface \"e\"; expire 2 2024/13/01 00:00:00;",
                                         "}}}",
                                         "lease { interface \"e; }",
                                         "# lease { interface \"e\"; }"};
    wql__linux_lease l;
    (void)state;
    assert_true(wql__linux_lease_systemd(wql_s("ADDRESS=192.0.2.9\nLIFETIME=4294967295\n"), 5000000, &l));
    assert_int_equal(l.server.len, 0);
    assert_false(l.has_expires); /* for ever */
    assert_false(wql__linux_lease_systemd(wql_s("SERVER_ADDRESS=192.0.2.1\n"), 0, &l));
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        assert_false(wql__linux_lease_dhclient(wql_s(broken[i]), "e", &l));
    assert_true(wql__linux_lease_dhclient(wql_s("lease { interface \"e\"; expire 4 2024/02/29 12:00:01; }"), "e", &l));
    assert_int_equal(l.expires_us, INT64_C(1709208001000000));
    assert_false(l.has_obtained);
    assert_true(wql__linux_lease_dhclient(wql_s("lease { interface \"e\"; expire never; }"), "e", &l));
    assert_false(l.has_expires);
    assert_true(wql__linux_lease_dhclient(
        wql_s("lease{interface \"e\";option x \"}\\\";\";option dhcp-lease-time 60;expire epoch 100;#}\n}"), "e", &l));
    assert_int_equal(l.expires_us, 100000000);
    assert_int_equal(l.obtained_us, 40000000);
}

static void test_resolvers(void **state) {
    fixture *p = *state;
    wql__linux_resolver r = {0};
    assert_true(wql__linux_read_resolv(
        &p->arena, wql_s("# x\nnameserver 192.0.2.1 # first\n\tnameserver\t2001:db8::1%eth0\nsearch a b\nsearch . c\nnameserver"),
        &r));
    assert_int_equal(r.servers.count, 2);
    assert_text(r.servers.items[1], "2001:db8::1%eth0");
    assert_int_equal(r.domains.count, 1);
    assert_text(r.domains.items[0], "c");
    memset(&r, 0, sizeof r);
    assert_true(
        wql__linux_read_link_dns(&p->arena, wql_s("DNS=1.1.1.1:53#one [2001:db8::2]:53 fe80::1%2\nDOMAINS=~. x ~y\n"), &r));
    assert_int_equal(r.servers.count, 3);
    assert_text(r.servers.items[0], "1.1.1.1");
    assert_text(r.servers.items[1], "2001:db8::2");
    assert_text(r.servers.items[2], "fe80::1");
    assert_int_equal(r.domains.count, 1);
}

/* -- questions ------------------------------------------------------------------------------------------------------------- */

/* A mount that answers when it is told to. Static: its threads may be a moment behind the test. */
typedef struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open;
    uint32_t came;
} gate;

static int wait_for_gate(void *user, const wql__linux_place *place, wql__linux_space *out) {
    gate *g = user;
    (void)pthread_mutex_lock(&g->lock);
    g->came++;
    (void)pthread_cond_broadcast(&g->changed);
    while (!g->open) (void)pthread_cond_wait(&g->changed, &g->lock);
    (void)pthread_mutex_unlock(&g->lock);
    if (place->mount_id == 99) return ETIMEDOUT; /* the server's own, of a soft mount */
    out->blocks = place->mount_id;
    return 0;
}

static void set_gate(gate *g, bool open) {
    (void)pthread_mutex_lock(&g->lock);
    g->open = open;
    (void)pthread_cond_broadcast(&g->changed);
    (void)pthread_mutex_unlock(&g->lock);
}

static void wait_until_asked(gate *g, uint32_t times) {
    (void)pthread_mutex_lock(&g->lock);
    while (g->came < times) (void)pthread_cond_wait(&g->changed, &g->lock);
    (void)pthread_mutex_unlock(&g->lock);
}

static bool never(void *user) {
    (void)user;
    return false;
}

static void test_questions(void **state) {
    static gate g = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0};
    wql__linux_place place = {.path = "/x", .mount_id = 5}, other = {.path = "/x", .mount_id = 99};
    wql__linux_question *a, *b;
    wql__linux_space space = {0};
    wql__linux_asker *asker = wql__linux_asker_open(wait_for_gate, &g);
    (void)state;
    assert_non_null(asker);
    assert_int_equal(wql__linux_ask(asker, &place, &a), 0);
    assert_int_equal(wql__linux_ask(asker, &place, &b), 0);
    assert_ptr_equal(a, b); /* who comes later waits for the same answer */
    wait_until_asked(&g, 1);
    assert_int_equal(wql__linux_await(asker, a, 60000, never, NULL, &space), ECANCELED);
    assert_int_equal(wql__linux_await(asker, b, 1, NULL, NULL, &space), ETIMEDOUT);
    assert_int_equal(wql__linux_asker_pending(asker), 1);
    assert_int_equal(wql__linux_ask(asker, &other, &b), 0); /* another mount in the same place */
    assert_int_equal(wql__linux_ask(asker, &place, &a), 0);
    set_gate(&g, true);
    assert_int_equal(wql__linux_await(asker, a, 60000, NULL, NULL, &space), 0);
    assert_int_equal(space.blocks, 5);
    assert_int_equal(wql__linux_await(asker, b, 60000, NULL, NULL, &space), ETIMEDOUT); /* at once: it is the answer */
    assert_int_equal(wql__linux_asker_pending(asker), 0);
    wql__linux_asker_close(asker);
}

/* So many threads may hang, and no more. Closing does not wait for them; they come back to what is still there. */
static void test_questions_are_bounded(void **state) {
    static gate g = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0};
    wql__linux_asker *asker = wql__linux_asker_open(wait_for_gate, &g);
    wql__linux_place place = {.path = "/x"};
    wql__linux_question *q;
    (void)state;
    for (uint32_t i = 0; i < WQL__LINUX_QUESTIONS_MAX; i++) {
        place.mount_id = i + 1;
        assert_int_equal(wql__linux_ask(asker, &place, &q), 0);
        wql__linux_forget(asker, q);
    }
    place.mount_id = 1000;
    assert_int_equal(wql__linux_ask(asker, &place, &q), EAGAIN);
    place.mount_id = 1;
    assert_int_equal(wql__linux_ask(asker, &place, &q), 0); /* one of those that are on their way */
    wql__linux_forget(asker, q);
    wql__linux_asker_close(asker);
    wait_until_asked(&g, WQL__LINUX_QUESTIONS_MAX);
    set_gate(&g, true);
}

/* Many threads, few mounts: each gets the answer of its own. */
static void *ask_often(void *user) {
    wql__linux_asker *asker = user;
    uintptr_t wrong = 0;
    for (uint32_t i = 0; i < 200; i++) {
        wql__linux_place place = {.path = "/y", .mount_id = i % 5 + 1};
        wql__linux_space space = {0};
        wql__linux_question *q;
        if (wql__linux_ask(asker, &place, &q)) {
            wrong++;
            continue;
        }
        if (i % 7 == 0)
            wql__linux_forget(asker, q);
        else if (wql__linux_await(asker, q, 60000, NULL, NULL, &space) || space.blocks != place.mount_id)
            wrong++;
    }
    return (void *)wrong;
}

static void test_questions_of_many_threads(void **state) {
    static gate g = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, true, 0};
    wql__linux_asker *asker = wql__linux_asker_open(wait_for_gate, &g);
    pthread_t threads[4];
    (void)state;
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, ask_often, asker), 0);
    for (int i = 0; i < 4; i++) {
        void *wrong;
        (void)pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    wql__linux_asker_close(asker);
}

/* A directory that is no mount, and one that is not there. */
static void test_measure(void **state) {
    wql__linux_place place = {.path = "/", .device = 1, .mount_id = 4000000000u};
    wql__linux_space space;
    (void)state;
    assert_int_equal(wql__linux_measure_mount(NULL, &place, &space), ESTALE);
    place.path = "/nowhere/at/all";
    assert_int_equal(wql__linux_measure_mount(NULL, &place, &space), ENOENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test_setup_teardown(test_udev_escapes, begin, end),
        cmocka_unit_test_setup_teardown(test_cut_messages, begin, end),
        cmocka_unit_test_setup_teardown(test_wrong_lengths, begin, end),
        cmocka_unit_test_setup_teardown(test_tables, begin, end),
        cmocka_unit_test(test_datagrams),
        cmocka_unit_test(test_leases),
        cmocka_unit_test_setup_teardown(test_resolvers, begin, end),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_questions_are_bounded),
        cmocka_unit_test(test_questions_of_many_threads),
        cmocka_unit_test(test_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
