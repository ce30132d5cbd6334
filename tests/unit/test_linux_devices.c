/* SPDX-License-Identifier: MIT */
/* test_linux_devices.c: disks, network links and services of recorded machines: every property, mounts that hang, what is opened,
 * what is odd or missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../providers/linux/linux.h"
#include "linux_expect.h"
#include "linux_record.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct place {
    linux_tree tree;
    linux_lab lab;
    linux_record *record;
} place;

/* Records are never freed: a thread that was told to go on may be a moment behind. */
static linux_record *new_record(const char *text) {
    static linux_record records[40];
    static uint32_t used;
    assert_true(used < sizeof records / sizeof records[0]);
    linux_record_begin(&records[used], text);
    return &records[used++];
}

static char *read_text(const linux_tree *tree, const char *path) {
    char full[200], *text = calloc(1, 1 << 16);
    FILE *file;
    (void)snprintf(full, sizeof full, "%s/%s", tree->dir, path);
    file = fopen(full, "r");
    if (file) {
        (void)!fread(text, 1, (1 << 16) - 1, file);
        (void)fclose(file);
    }
    return text;
}

/* @param kernel  NULL: the tree's own */
static void begin(place *p, const char *name, const char *ns, const char *more, const char *kernel) {
    char *text;
    assert_true(linux_tree_make(&p->tree, name));
    assert_true(linux_lab_open(&p->lab, ns, linux_tree_config(&p->tree, more), WQL_CHECK_PROVIDERS, true));
    text = kernel ? strdup(kernel) : read_text(&p->tree, "kernel");
    p->record = new_record(text);
    free(text);
    linux_record_install(p->record, &p->lab);
}

static void end(place *p) {
    linux_lab_close(&p->lab);
    linux_record_end(p->record);
    linux_tree_remove(&p->tree);
}

static void set_time(const linux_tree *tree, const char *path, time_t seconds) {
    const struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
    char full[200];
    (void)snprintf(full, sizeof full, "%s/%s", tree->dir, path);
    assert_int_equal(utimensat(AT_FDCWD, full, times, 0), 0);
}

static void add_script(const linux_tree *tree, const char *name, const char *text) {
    char path[100];
    (void)snprintf(path, sizeof path, "etc/init.d/%s", name);
    assert_true(linux_tree_text(tree, path, text));
    (void)snprintf(path, sizeof path, "%s/etc/init.d/%s", tree->dir, name);
    assert_int_equal(chmod(path, 0755), 0);
}

static void assert_rows(place *p, const char *query, const char *expected) {
    char *rows = linux_lab_rows(&p->lab, query);
    if (!rows) fail_msg("%s: %s", query, p->lab.err.message);
    assert_string_equal(rows, expected);
    free(rows);
}

/* -- every property -------------------------------------------------------------------------------------------------------- */

static void test_laptop(void **state) {
    place p;
    uint32_t wrong;
    (void)state;
    begin(&p, "laptop", "root/linux", "classes=linux,mount_timeout=500", NULL);
    set_time(&p.tree, "run/systemd/netif/leases/3", 1700000000);
    wrong = linux_expect(&p.lab, "laptop");
    end(&p);
    assert_int_equal(wrong, 0);
}

static void test_server(void **state) {
    place p;
    uint32_t wrong;
    (void)state;
    begin(&p, "server", "root/cimv2", NULL, NULL);
    add_script(&p.tree, "crond",
               "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: cron\n# Short-Description: Runs jobs\n### END INIT INFO\n");
    add_script(&p.tree, "webd", "#!/bin/sh\n# Description:   Serves pages\nPIDFILE=\"/var/run/webd/webd.pid\"\n");
    assert_true(linux_tree_link(&p.tree, "etc/rc3.d/S20crond", "../init.d/crond"));
    wrong = linux_expect(&p.lab, "server");
    end(&p);
    assert_int_equal(wrong, 0);
}

/* What the machine has, and whose a part is. */
static void test_parts_of_the_system(void **state) {
    place p;
    (void)state;
    begin(&p, "server", "root/cimv2", NULL, NULL);
    add_script(&p.tree, "crond", "#!/bin/sh\n");
    assert_rows(&p, "ASSOCIATORS OF {Win32_ComputerSystem.Name='ROOK'} WHERE ResultClass = Win32_Service KeysOnly", "crond;");
    assert_rows(&p, "ASSOCIATORS OF {Win32_ComputerSystem.Name='rook'} WHERE AssocClass = Win32_SystemProcesses KeysOnly", "77;");
    assert_rows(&p, "ASSOCIATORS OF {Win32_OperatingSystem=@} WHERE ResultRole = GroupComponent KeysOnly", "rook;");
    assert_rows(&p, "ASSOCIATORS OF {Win32_LogicalDisk='/share'} WHERE ResultRole = GroupComponent KeysOnly", "rook;");
    assert_rows(&p, "ASSOCIATORS OF {Win32_Service='crond'} WHERE ResultRole = GroupComponent KeysOnly", "rook;");
    assert_rows(&p, "SELECT * FROM Win32_SystemProcesses WHERE PartComponent = 'Win32_Process.Handle=\"4711\"'", "");
    assert_rows(&p, "SELECT * FROM Win32_SystemProcesses WHERE GroupComponent = 'Win32_ComputerSystem.Name=\"other\"'", "");
    end(&p);
}

/* -- which rows ------------------------------------------------------------------------------------------------------------ */

static void test_disks_that_are_listed(void **state) {
    place p;
    (void)state;
    begin(&p, "laptop", "root/cimv2", "mount_timeout=500", NULL);
    assert_rows(
        &p, "SELECT DeviceID, DriveType FROM Win32_LogicalDisk",
        "/|3;/home|3;/boot/efi|3;/snap/core/1|3;/media/anna/MY STICK|2;/media/cd|5;/net/data|4;/home/anna/remote|4;/srv/vm|3;"
        "/data|3;");
    assert_rows(&p, "SELECT __CLASS FROM CIM_LogicalDisk WHERE DeviceID = '/HOME'", "Win32_LogicalDisk;");
    assert_rows(&p, "SELECT Name FROM Win32_LogicalDisk WHERE DeviceID = '/tmp'", "");
    assert_rows(&p, "SELECT Name FROM Win32_LogicalDisk WHERE VolumeName = 'my stick' AND DriveType <> 3",
                "/media/anna/MY STICK;");
    end(&p);
    begin(&p, "laptop", "root/linux", "classes=linux,mount_timeout=500", NULL);
    assert_rows(&p, "SELECT DeviceID FROM Linux_Mount WHERE IsPseudo = TRUE", "/proc;/sys;/tmp;/run/user/1000/doc;/net;");
    assert_rows(&p, "SELECT DeviceID FROM Linux_Mount WHERE IsBind = TRUE", "/mnt/again;");
    assert_rows(&p, "SELECT MountId FROM Linux_Mount WHERE DeviceID = '/data'", "43;");
    end(&p);
    begin(&p, "server", "root/cimv2", NULL, NULL);
    assert_rows(&p, "SELECT DeviceID FROM Win32_LogicalDisk", "/;/share;/var/www;");
    end(&p);
}

/* A place is a key: whatever lies over what, it is listed once, and as what one sees there. */
static void test_mounts_over_mounts(void **state) {
    static const char mountinfo[] = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
                                    "2 1 8:2 / /a rw - ext4 /dev/sda2 rw\n"   /* topped by 3 */
                                    "3 2 8:3 / /a rw - ext4 /dev/sda3 rw\n"   /* seen */
                                    "4 2 8:4 / /a/b rw - ext4 /dev/sda4 rw\n" /* in what is topped */
                                    "5 3 8:5 / /a/b rw - ext4 /dev/sda5 rw\n" /* seen */
                                    "6 1 8:6 / /c/d rw - ext4 /dev/sda6 rw\n" /* buried by 7 */
                                    "7 1 8:7 / /c rw - ext4 /dev/sda7 rw\n"
                                    "8 6 8:8 / /c/d rw - ext4 /dev/sda8 rw\n" /* on top of what is buried */
                                    "9 1 8:9 / /ab rw - ext4 /dev/sda9 rw\n"
                                    "10 1 8:2 / /again rw - ext4 /dev/sda2 rw\n" /* 2 is not seen, so this is no repetition */
                                    "11 99 8:10 / /lost rw - ext4 /dev/sda10 rw\n"
                                    "12 99 8:11 / /lost rw - ext4 /dev/sda11 rw\n";
    place p;
    (void)state;
    begin(&p, NULL, "root/linux", "classes=linux", "");
    assert_true(linux_tree_text(&p.tree, "proc/self/mountinfo", mountinfo));
    assert_rows(&p, "SELECT DeviceID, MountId FROM Linux_Mount", "/|1;/a|3;/a/b|5;/c|7;/ab|9;/again|10;/lost|12;");
    end(&p);
}

static void test_odd_mountinfo(void **state) {
    static const char mountinfo[] = "1 0 8:1 / / rw shared:1 master:2 propagate_from:3 - ext4 /dev/sda1 rw\n"
                                    "2 1 0:9 / /no\\040source rw - tmpfs  rw\n"
                                    "3 1 8:3 / /tab\\011line\\012back\\134slash\\043 rw - ext4 /dev/sda3 rw\n"
                                    "4 1 8:4 / /bytes\xff\xfe rw - ext4 /dev/sda4 rw\n"
                                    "no line at all\n"
                                    "5 1 8 / /x rw - ext4 /dev/sda5 rw\n"
                                    "6 1 8:6 / relative rw - ext4 /dev/sda6 rw\n"
                                    "4294967296 1 8:7 / /y rw - ext4 /dev/sda7 rw\n"
                                    "7 1 8:7 / /cut rw";
    place p;
    (void)state;
    begin(&p, NULL, "root/linux", "classes=linux", "");
    assert_true(linux_tree_text(&p.tree, "proc/self/mountinfo", mountinfo));
    assert_rows(&p, "SELECT DeviceID, Source FROM Linux_Mount",
                "/|/dev/sda1;/no source|;/tab\tline\nback\\slash#|/dev/sda3;/bytes\xef\xbf\xbd\xef\xbf\xbd|/dev/sda4;");
    assert_int_equal(p.lab.status, WQL_S_PARTIAL_RESULTS);
    assert_int_equal(p.lab.repaired, 1);
    end(&p);
    begin(&p, NULL, "root/cimv2", NULL, "");
    assert_rows(&p, "SELECT DeviceID FROM Win32_LogicalDisk", "");
    assert_int_equal(p.lab.status, WQL_S_PARTIAL_RESULTS);
    end(&p);
}

/* -- mounts that hang ------------------------------------------------------------------------------------------------------ */

enum { DEAD = 6 };

static void begin_dead(place *p, const char *more) {
    char kernel[1000] = "size / 1 2 3 4 5 6 7\n", mounts[2000] = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n";
    for (int i = 0; i < DEAD; i++) {
        (void)snprintf(kernel + strlen(kernel), sizeof kernel - strlen(kernel), "hang /dead%d\n", i);
        (void)snprintf(mounts + strlen(mounts), sizeof mounts - strlen(mounts), "%d 1 0:%d / /dead%d rw - nfs4 server:/x rw\n",
                       i + 2, i + 50, i);
    }
    begin(p, NULL, "root/cimv2", more, kernel);
    assert_true(linux_tree_text(&p->tree, "proc/self/mountinfo", mounts));
}

static int64_t now_ms(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* All servers that are gone cost one deadline together, their sizes are NULL and counted, and nobody waits for them again. */
static void test_dead_servers(void **state) {
    static const char query[] = "SELECT DeviceID, Size FROM Win32_LogicalDisk";
    static const char rows[] = "/|2;/dead0|NULL;/dead1|NULL;/dead2|NULL;/dead3|NULL;/dead4|NULL;/dead5|NULL;";
    place p;
    int64_t from, first, again;
    (void)state;
    begin_dead(&p, "mount_timeout=200");
    from = now_ms();
    assert_rows(&p, query, rows);
    first = now_ms() - from;
    assert_true(first >= 200);
    assert_true(first < DEAD * 200);
    assert_int_equal(p.lab.nulled, DEAD);
    assert_int_equal(linux_record_hanging(p.record), DEAD);
    from = now_ms();
    for (int i = 0; i < 3; i++) assert_rows(&p, query, rows);
    again = now_ms() - from;
    assert_true(again < 3 * 200);
    assert_int_equal(linux_record_hanging(p.record), DEAD); /* one thread a mount, however often one asks */
    linux_record_release(p.record);
    end(&p);
}

/* Who does not ask for sizes, or not for those of that mount, does not come near it. */
static void test_dead_servers_left_alone(void **state) {
    place p;
    (void)state;
    begin_dead(&p, "mount_timeout=60000");
    assert_rows(&p, "SELECT DeviceID, FileSystem, ProviderName, DriveType FROM Win32_LogicalDisk WHERE DeviceID = '/dead1'",
                "/dead1|nfs4|server:/x|4;");
    assert_rows(&p, "SELECT Size, FreeSpace FROM Win32_LogicalDisk WHERE DriveType = 3", "2|4;");
    assert_rows(&p, "SELECT DeviceID FROM Win32_LogicalDisk WHERE DeviceID = '/' AND Size > 1", "/;");
    assert_int_equal(linux_record_hanging(p.record), 0);
    assert_int_equal(p.record->asked, 2);
    end(&p);
}

/* The provider is unloaded, and everything of the engine's is freed, while threads are still in there; they come back later. */
static void test_unload_while_a_mount_hangs(void **state) {
    place p;
    (void)state;
    begin_dead(&p, "mount_timeout=20");
    assert_rows(&p, "SELECT Size FROM Win32_LogicalDisk WHERE DeviceID = '/dead3'", "NULL;");
    while (linux_record_hanging(p.record) == 0) (void)sched_yield(); /* a slow machine gives the question up before it is asked */
    linux_lab_close(&p.lab);
    assert_int_equal(linux_record_hanging(p.record), 1);
    linux_record_end(p.record);
    linux_tree_remove(&p.tree);
}

/* A deadline of the call's, and a cancel, end the wait for a mount whose patience is a minute. */
static void test_a_call_ends_while_a_mount_hangs(void **state) {
    wql_call_options options = WQL_INIT(wql_call_options);
    wql_batch *batch = NULL;
    wql_call call;
    place p;
    int64_t from = now_ms();
    (void)state;
    begin_dead(&p, "mount_timeout=60000");
    options.timeout_ms = 100;
    assert_int_equal(wql_session_exec(p.lab.session, wql_s("SELECT Size FROM Win32_LogicalDisk WHERE DeviceID = '/dead0'"),
                                      &options, &call, &p.lab.err),
                     WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &p.lab.err), WQL_E_TIMED_OUT);
    (void)wql_call_close(call);
    assert_true(now_ms() - from < 30000);
    end(&p);
}

/* -- network --------------------------------------------------------------------------------------------------------------- */

/* One dump for each table that is needed, for all rows. */
static void test_dumps_are_counted(void **state) {
    static const struct {
        const char *query;
        uint32_t dumps;
    } cases[] = {
        {"SELECT Index FROM Win32_NetworkAdapter", 1},
        {"SELECT * FROM Win32_NetworkAdapter WHERE Index = 3", 1},
        {"SELECT Index, MACAddress, MTU FROM Win32_NetworkAdapterConfiguration", 1},
        {"SELECT IPAddress FROM Win32_NetworkAdapterConfiguration WHERE IPEnabled = TRUE", 2},
        {"SELECT DefaultIPGateway FROM Win32_NetworkAdapterConfiguration", 2},
        {"SELECT * FROM Win32_NetworkAdapterConfiguration", 3},
    };
    place p;
    (void)state;
    begin(&p, "laptop", "root/cimv2", NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t before = p.record->dumps;
        free(linux_lab_rows(&p.lab, cases[i].query));
        assert_int_equal(p.lab.status, WQL_END);
        assert_int_equal(p.record->dumps - before, cases[i].dumps);
    }
    end(&p);
}

/* Index and MACAddress come out of the kernel's table: no file is opened; a look-up opens those of one link only. */
static void test_links_open_few_files(void **state) {
    uint64_t before;
    place p;
    (void)state;
    begin(&p, "laptop", "root/cimv2", NULL, NULL);
    before = linux_lab_opens(&p.lab);
    assert_rows(&p, "SELECT Index, MACAddress, NetConnectionID FROM Win32_NetworkAdapter WHERE MACAddress IS NOT NULL",
                "3|02:AA:BB:CC:DD:01|wlp0s20f3;");
    assert_int_equal(linux_lab_opens(&p.lab) - before, 0);
    assert_rows(&p, "SELECT Speed FROM Win32_NetworkAdapter WHERE DeviceID = '4'", "10000000;");
    assert_int_equal(linux_lab_opens(&p.lab) - before, 1);
    end(&p);
}

/* Without a kernel to ask the links are those of sysfs; what only the kernel knows is NULL, and counted. */
static void test_links_of_sysfs(void **state) {
    static const struct {
        const char *file, *text;
    } files[] = {{"ifindex", "7\n"}, {"flags", "0x1003\n"}, {"type", "1\n"},    {"address", "02:00:00:00:00:0a\n"},
                 {"mtu", "9000\n"},  {"operstate", "up\n"}, {"carrier", "1\n"}, {"ifalias", "to the rack\n"},
                 {"speed", "2500\n"}};
    place p;
    (void)state;
    begin(&p, NULL, "root/linux", "classes=linux", "");
    ((wql__linux_mount *)p.lab.mount)->dump = NULL;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[100];
        (void)snprintf(path, sizeof path, "sys/class/net/eth9/%s", files[i].file);
        assert_true(linux_tree_text(&p.tree, path, files[i].text));
    }
    assert_true(linux_tree_text(&p.tree, "sys/class/net/bonding_masters", "bond0\n")); /* a file beside the links */
    assert_rows(&p,
                "SELECT Index, NetConnectionID, MACAddress, NetConnectionStatus, Alias, Speed, RxBytes FROM Linux_NetworkAdapter",
                "7|eth9|02:00:00:00:00:0A|2|to the rack|2500000000|NULL;");
    assert_rows(&p, "SELECT Index, IPEnabled, IPAddress, DefaultIPGateway, MTU FROM Win32_NetworkAdapterConfiguration",
                "7|NULL|NULL|NULL|9000;");
    assert_int_equal(p.lab.nulled, 3);
    end(&p);
}

/* -- services without systemd ---------------------------------------------------------------------------------------------- */

static void test_scripts(void **state) {
    place p;
    (void)state;
    begin(&p, "server", "root/cimv2", NULL, NULL);
    assert_rows(&p, "SELECT Name FROM Win32_Service", "");
    assert_int_equal(p.lab.status, WQL_END);
    add_script(&p.tree, "crond", "#!/bin/sh\n");
    add_script(&p.tree, "once", "#!/bin/sh\n# Short-Description: Sets something\n");
    add_script(&p.tree, "broken", "PIDFILE=/run/broken.pid\n");
    add_script(&p.tree, "gone", "PIDFILE=/run/gone.pid\n");
    add_script(&p.tree, "gone.dpkg-old", "");
    add_script(&p.tree, "skeleton", "");
    assert_true(linux_tree_text(&p.tree, "etc/init.d/no-program", "x"));
    assert_true(linux_tree_text(&p.tree, "run/broken.pid", "no number\n"));
    assert_rows(&p, "SELECT State, Started, ProcessId FROM Win32_Service WHERE Name = 'crond'", "Running|TRUE|77;");
    assert_rows(&p, "SELECT State, Started, ProcessId FROM Win32_Service WHERE Name = 'ONCE'", "Unknown|NULL|NULL;");
    assert_rows(&p, "SELECT State, Started, ProcessId FROM Win32_Service WHERE Name = 'broken'", "Unknown|NULL|NULL;");
    assert_rows(&p, "SELECT State, Started, ProcessId FROM Win32_Service WHERE Name = 'gone'", "Stopped|FALSE|0;");
    assert_rows(&p, "SELECT __CLASS, Name, StartMode FROM Win32_BaseService WHERE Name LIKE 'g%'", "Win32_Service|gone|Manual;");
    free(linux_lab_rows(&p.lab, "SELECT Name FROM Win32_Service"));
    assert_int_equal(p.lab.rows, 4);
    end(&p);
}

/* systemd runs, and its bus does not answer: no rows, and that is said. */
static void test_systemd_without_bus(void **state) {
    place p;
    (void)state;
    begin(&p, "server", "root/cimv2", NULL, NULL);
    add_script(&p.tree, "crond", "#!/bin/sh\n");
    assert_true(linux_tree_text(&p.tree, "run/systemd/system/x", ""));
    assert_rows(&p, "SELECT Name FROM Win32_Service", "");
    assert_int_equal(p.lab.status, WQL_S_PARTIAL_RESULTS);
    end(&p);
}

/* -- configuration --------------------------------------------------------------------------------------------------------- */

static void test_device_options(void **state) {
    static const struct {
        const char *config, *words;
    } bad[] = {{"mount_timeout=0", "1 to 600000"},
               {"mount_timeout=x", "milliseconds"},
               {"bus_timeout=600001", "1 to 600000"},
               {"bus=/run/dbus/x", "address of a bus"},
               {"bus=unixexec:path=/bin/sh", "address of a bus"},
               {"bus=unix:path=/a;unixexec:path=/bin/sh", "one address"}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        linux_lab lab;
        assert_false(linux_lab_open(&lab, "root/cimv2", bad[i].config, 0, true));
        assert_int_equal(lab.status, WQL_E_INVALID_PARAMETER);
        if (!strstr(lab.err.message, bad[i].words)) fail_msg("%s: %s", bad[i].config, lab.err.message);
        linux_lab_close(&lab);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_laptop),
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_parts_of_the_system),
        cmocka_unit_test(test_disks_that_are_listed),
        cmocka_unit_test(test_mounts_over_mounts),
        cmocka_unit_test(test_odd_mountinfo),
        cmocka_unit_test(test_dead_servers),
        cmocka_unit_test(test_dead_servers_left_alone),
        cmocka_unit_test(test_unload_while_a_mount_hangs),
        cmocka_unit_test(test_a_call_ends_while_a_mount_hangs),
        cmocka_unit_test(test_dumps_are_counted),
        cmocka_unit_test(test_links_open_few_files),
        cmocka_unit_test(test_links_of_sysfs),
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_systemd_without_bus),
        cmocka_unit_test(test_device_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
