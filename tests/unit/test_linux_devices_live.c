/* SPDX-License-Identifier: MIT */
/* test_linux_devices_live.c: disks, links and services of this machine: what must hold on every machine, and what findmnt, df and
 * ip say of it where they are installed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linux_aid.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int begin(void **state) {
    linux_lab *lab = malloc(sizeof *lab);
    if (!lab || !linux_lab_open(lab, "root/linux", "classes=linux", WQL_CHECK_PROVIDERS, true)) return -1;
    *state = lab;
    return 0;
}

static int end(void **state) {
    linux_lab_close(*state);
    free(*state);
    return 0;
}

/* -- tools ----------------------------------------------------------------------------------------------------------------- */

/* Runs a command and gives each line to `see`. False: it is not installed, which is printed. */
static bool run(const char *tool, const char *command, void (*see)(linux_lab *lab, char *line), linux_lab *lab) {
    char line[1000];
    FILE *out;
    (void)snprintf(line, sizeof line, "command -v %s >/dev/null 2>&1", tool);
    if (system(line) != 0) {
        printf("skipped: %s is not installed\n", tool);
        return false;
    }
    out = popen(command, "r");
    assert_non_null(out);
    while (fgets(line, sizeof line, out)) {
        line[strcspn(line, "\n")] = 0;
        see(lab, line);
    }
    (void)pclose(out);
    return true;
}

static uint32_t seen;

/* A text of a query: quoted. */
static void quote(const char *text, char *out, size_t size) {
    size_t to = 0;
    out[to++] = '\'';
    for (; *text && to + 4 < size; text++) {
        if (*text == '\'' || *text == '\\') out[to++] = '\\';
        out[to++] = *text;
    }
    out[to++] = '\'';
    out[to] = 0;
}

static void assert_cells(linux_lab *lab, const char *query, const char *expected) {
    char *rows = linux_lab_rows(lab, query);
    if (!rows) fail_msg("%s: %s", query, lab->err.message);
    if (strcmp(rows, expected) != 0) fail_msg("%s\n  is  %s\n  not %s", query, rows, expected);
    free(rows);
}

/* The last word of a line, cut off. */
static char *cut_word(char *line) {
    char *at = strrchr(line, ' ');
    assert_non_null(at);
    *at = 0;
    return at + 1;
}

/* "TARGET FSTYPE ID", as findmnt shows it; places with blanks and the like are left to recorded trees. */
static void see_mount(linux_lab *lab, char *line) {
    char query[700], name[400], expected[300];
    const char *id = cut_word(line), *type = cut_word(line);
    if (strchr(line, '\\')) return;
    quote(line, name, sizeof name);
    (void)snprintf(query, sizeof query, "SELECT FileSystem FROM Linux_Mount WHERE DeviceID = %s AND MountId = %s", name, id);
    (void)snprintf(expected, sizeof expected, "%s;", type);
    assert_cells(lab, query, expected);
    seen++;
}

/* Those of findmnt's mounts that one sees at their place: it also lists those that others lie over. */
static void test_against_findmnt(void **state) {
    linux_lab *lab = *state;
    seen = 0;
    if (!run("findmnt", "findmnt -n -r -o TARGET,FSTYPE,ID | tac | awk '!seen[$1]++'", see_mount, lab)) skip();
    assert_true(seen > 0);
    printf("findmnt: %u mounts are the same; Linux_Mount has ", seen);
    free(linux_lab_rows(lab, "SELECT DeviceID FROM Linux_Mount"));
    printf("%lu rows\n", (unsigned long)lab->rows);
}

/* "TARGET SIZE": what does not change while one looks. */
static void see_size(linux_lab *lab, char *line) {
    char query[700], name[400], expected[100];
    const char *size = cut_word(line);
    quote(line, name, sizeof name);
    (void)snprintf(query, sizeof query, "SELECT Size FROM Win32_LogicalDisk WHERE DeviceID = %s", name);
    (void)snprintf(expected, sizeof expected, "%s;", size);
    assert_cells(lab, query, expected);
    seen++;
}

static void test_against_df(void **state) {
    seen = 0;
    if (!run("df", "df -B1 --output=target,size / | tail -n +2 | tr -s ' '", see_size, *state)) skip();
    assert_int_equal(seen, 1);
    printf("df: %u file systems have the same size\n", seen);
}

/* "2: eth0@if3: <BROADCAST,UP> mtu 1500 ..." */
static void see_link(linux_lab *lab, char *line) {
    char query[300], expected[200], name[64];
    unsigned index, mtu;
    if (sscanf(line, "%u: %63[^:@]%*[^<]<%*[^>]> mtu %u", &index, name, &mtu) != 3) return;
    (void)snprintf(query, sizeof query, "SELECT NetConnectionID, Mtu FROM Linux_NetworkAdapter WHERE Index = %u", index);
    (void)snprintf(expected, sizeof expected, "%s|%u;", name, mtu);
    assert_cells(lab, query, expected);
    seen++;
}

static uint32_t address_count;

/* "4: eth0    inet 192.0.2.2/24 ..." */
static void see_address(linux_lab *lab, char *line) {
    char query[200], address[64], *rows;
    unsigned index;
    if (sscanf(line, "%u: %*s %*s %63[^/ ]", &index, address) != 2) return;
    (void)snprintf(query, sizeof query, "SELECT IPAddress FROM Win32_NetworkAdapterConfiguration WHERE Index = %u", index);
    rows = linux_lab_rows(lab, query);
    assert_non_null(rows);
    if (!strstr(rows, address)) fail_msg("%s is not in %s", address, rows);
    free(rows);
    address_count++;
}

static void test_against_ip(void **state) {
    linux_lab *lab = *state;
    uint32_t links;
    seen = address_count = 0;
    if (!run("ip", "ip -o link", see_link, lab)) skip();
    (void)run("ip", "ip -o address", see_address, lab);
    links = seen;
    free(linux_lab_rows(lab, "SELECT Index FROM Win32_NetworkAdapter"));
    assert_int_equal(lab->rows, links);
    printf("ip: %u links and %u addresses are the same\n", links, address_count);
}

/* -- without tools --------------------------------------------------------------------------------------------------------- */

/* Keys differ: each row is the only one of its key, byte for byte. */
static void test_keys(void **state) {
    static const char *const queries[] = {"SELECT DeviceID FROM Linux_Mount", "SELECT DeviceID FROM Win32_NetworkAdapter",
                                          "SELECT Index FROM Win32_NetworkAdapterConfiguration",
                                          "SELECT Name FROM Win32_Service"};
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        char *rows = linux_lab_rows(*state, queries[i]), *rest = NULL, *keys[5000];
        uint32_t count = 0;
        assert_non_null(rows);
        for (char *key = strtok_r(rows, ";", &rest); key && count < 5000; key = strtok_r(NULL, ";", &rest)) keys[count++] = key;
        for (uint32_t a = 0; a < count; a++)
            for (uint32_t b = a + 1; b < count; b++) assert_string_not_equal(keys[a], keys[b]);
        free(rows);
    }
}

/* The root's size is statvfs's. */
static void test_root(void **state) {
    struct statvfs v;
    char expected[100];
    assert_int_equal(statvfs("/", &v), 0);
    (void)snprintf(expected, sizeof expected, "%llu|%llu;", (unsigned long long)v.f_blocks * v.f_frsize,
                   (unsigned long long)v.f_frsize);
    assert_cells(*state, "SELECT Size, BlockSize FROM Win32_LogicalDisk WHERE DeviceID = '/'", expected);
}

static void test_two_looks_are_the_same(void **state) {
    static const char *const queries[] = {"SELECT DeviceID, Size, FileSystem, DriveType, VolumeSerialNumber, Source, MountId "
                                          "FROM Linux_Mount WHERE IsPseudo = FALSE",
                                          "SELECT DeviceID, Name, MACAddress, PermanentAddress, Speed, MaxSpeed, "
                                          "TimeOfLastReset, PNPDeviceID FROM Win32_NetworkAdapter",
                                          "SELECT Index, IPAddress, IPSubnet, DefaultIPGateway, DNSServerSearchOrder, "
                                          "DNSHostName FROM Win32_NetworkAdapterConfiguration",
                                          "SELECT Name, DisplayName, StartMode, PathName, StartName FROM Win32_Service"};
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        char *first = linux_lab_rows(*state, queries[i]), *second = linux_lab_rows(*state, queries[i]);
        assert_non_null(first);
        assert_non_null(second);
        assert_string_equal(first, second);
        free(first);
        free(second);
    }
}

/* A real mount that never answers: of a fuse server that reads no question. Everything is unloaded while its thread hangs. In a
 * mount namespace of its own, so that nobody else meets it. */
static void test_a_real_mount_that_hangs(void **state) {
    char dir[] = "/tmp/wql-hang-XXXXXX", options[100], query[200], expected[100];
    int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    linux_lab lab;
    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=%u,group_id=0", fd, (unsigned)geteuid());
    if (fd < 0 || unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("far:/x", dir, "fuse.sshfs", MS_NOSUID | MS_NODEV, options) != 0) {
        printf("skipped: a mount that hangs needs root and /dev/fuse\n");
        if (fd >= 0) (void)close(fd);
        (void)rmdir(dir);
        skip();
    }
    assert_true(linux_lab_open(&lab, "root/cimv2", "mount_timeout=100", WQL_CHECK_PROVIDERS, true));
    (void)snprintf(query, sizeof query,
                   "SELECT DeviceID, DriveType, ProviderName, Size FROM Win32_LogicalDisk WHERE DeviceID = '%s'", dir);
    (void)snprintf(expected, sizeof expected, "%s|4|far:/x|NULL;", dir);
    assert_cells(&lab, query, expected);
    assert_int_equal(lab.nulled, 1);
    linux_lab_close(&lab);
    (void)close(fd); /* now the thread comes back, to a question that nobody waits for */
    (void)umount2(dir, MNT_DETACH);
    (void)rmdir(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_findmnt),
        cmocka_unit_test(test_against_df),
        cmocka_unit_test(test_against_ip),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_root),
        cmocka_unit_test(test_two_looks_are_the_same),
        cmocka_unit_test(test_a_real_mount_that_hangs),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
