/* SPDX-License-Identifier: MIT */
/* linux_manager.c: org.freedesktop.systemd1, a few units of it, over sd-bus found at run time. */
#include "linux_manager.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct sd_bus sd_bus;
typedef struct sd_bus_message sd_bus_message;
typedef struct sd_bus_slot sd_bus_slot;
typedef int handler(sd_bus_message *message, void *user, void *error);

typedef struct linux_manager_bus {
    sd_bus *bus;
    int (*new)(sd_bus **);
    int (*set_address)(sd_bus *, const char *);
    int (*set_bus_client)(sd_bus *, int);
    int (*start)(sd_bus *);
    int (*request_name)(sd_bus *, const char *, uint64_t);
    int (*add_filter)(sd_bus *, sd_bus_slot **, handler *, void *);
    int (*process)(sd_bus *, sd_bus_message **);
    int (*wait)(sd_bus *, uint64_t);
    sd_bus *(*flush_close_unref)(sd_bus *);
    int (*is_call)(sd_bus_message *, const char *, const char *);
    const char *(*get_path)(sd_bus_message *);
    int (*new_return)(sd_bus_message *, sd_bus_message **);
    int (*new_error)(sd_bus_message *, sd_bus_message **, int, const void *);
    int (*append)(sd_bus_message *, const char *, ...);
    int (*append_array)(sd_bus_message *, char, const void *, size_t);
    int (*read)(sd_bus_message *, const char *, ...);
    int (*open)(sd_bus_message *, char, const char *);
    int (*close)(sd_bus_message *);
    int (*enter)(sd_bus_message *, char, const char *);
    int (*exit)(sd_bus_message *);
    int (*send)(sd_bus *, sd_bus_message *, uint64_t *);
    sd_bus_message *(*unref)(sd_bus_message *);
} linux_manager_bus;

static bool find_functions(void *library, linux_manager_bus *b) {
    const struct {
        const char *name;
        void *at;
    } entries[] = {{"sd_bus_new", &b->new},
                   {"sd_bus_set_address", &b->set_address},
                   {"sd_bus_set_bus_client", &b->set_bus_client},
                   {"sd_bus_start", &b->start},
                   {"sd_bus_request_name", &b->request_name},
                   {"sd_bus_add_filter", &b->add_filter},
                   {"sd_bus_process", &b->process},
                   {"sd_bus_wait", &b->wait},
                   {"sd_bus_flush_close_unref", &b->flush_close_unref},
                   {"sd_bus_message_is_method_call", &b->is_call},
                   {"sd_bus_message_get_path", &b->get_path},
                   {"sd_bus_message_new_method_return", &b->new_return},
                   {"sd_bus_message_new_method_errno", &b->new_error},
                   {"sd_bus_message_append", &b->append},
                   {"sd_bus_message_append_array", &b->append_array},
                   {"sd_bus_message_read", &b->read},
                   {"sd_bus_message_open_container", &b->open},
                   {"sd_bus_message_close_container", &b->close},
                   {"sd_bus_message_enter_container", &b->enter},
                   {"sd_bus_message_exit_container", &b->exit},
                   {"sd_bus_send", &b->send},
                   {"sd_bus_message_unref", &b->unref}};
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        void *at = dlsym(library, entries[i].name);
        if (!at) return false;
        memcpy(entries[i].at, &at, sizeof at);
    }
    return true;
}

/* -- the units ------------------------------------------------------------------------------------------------------------- */

static const char *const units[][5] = {
    {"ssh.service", "OpenBSD Secure Shell server", "loaded", "active", "running"},
    {"getty@tty1.service", "Getty on tty1", "loaded", "activating", "auto-restart"},
    {"backup.service", "Nightly backup", "loaded", "failed", "failed"},
    {"ghost.service", "ghost.service", "not-found", "inactive", "dead"},
    {"run-u7.service", "/usr/bin/sleep 9", "loaded", "deactivating", "stop-sigterm"},
    {"blocked.service", "blocked.service", "masked", "inactive", "dead"},
    {"a\\x2db.service", "Escaped", "loaded", "maintenance", "x"},
};
static const char *const unit_files[][2] = {
    {"/lib/systemd/system/ssh.service", "enabled"},      {"/lib/systemd/system/getty@.service", "enabled"},
    {"/lib/systemd/system/backup.service", "static"},    {"/etc/systemd/system/blocked.service", "masked"},
    {"/lib/systemd/system/idle.service", "disabled"},    {"/etc/systemd/system/sshd.service", "alias"},
    {"/lib/systemd/system/a\\x2db.service", "indirect"},
};

/* Whether one of the patterns matches, as systemd asks. The rest of the body is read. */
static int read_patterns(linux_manager *m, sd_bus_message *call) {
    const linux_manager_bus *b = m->bus;
    const char *text;
    int got;
    m->patterns[0] = 0;
    got = b->enter(call, 'a', "s");
    while (got >= 0 && (got = b->read(call, "s", &text)) > 0) continue;
    if (got >= 0) got = b->exit(call);
    if (got >= 0) got = b->enter(call, 'a', "s");
    while (got >= 0 && (got = b->read(call, "s", &text)) > 0) {
        size_t len = strlen(m->patterns);
        (void)snprintf(m->patterns + len, sizeof m->patterns - len, "%s%s", len ? " " : "", text);
    }
    return got;
}

/* A glob of brackets, `?` and `*`. */
static bool matches(const char *pattern, size_t len, const char *name) {
    if (!len) return !*name;
    if (*pattern == '*') return matches(pattern + 1, len - 1, name) || (*name && matches(pattern, len, name + 1));
    if (!*name) return false;
    if (*pattern == '[') {
        const char *end = memchr(pattern, ']', len);
        bool in = memchr(pattern + 1, *name, (size_t)(end - pattern) - 1) != NULL;
        return in && matches(end + 1, len - (size_t)(end - pattern) - 1, name + 1);
    }
    return (*pattern == '?' || *pattern == *name) && matches(pattern + 1, len - 1, name + 1);
}

static bool is_asked_for(const linux_manager *m, const char *name) {
    const char *at = m->patterns;
    while (*at) {
        size_t len = strcspn(at, " ");
        if (matches(at, len, name)) return true;
        at += len + (at[len] == ' ');
    }
    return false;
}

static void list_units(linux_manager *m, sd_bus_message *reply) {
    const linux_manager_bus *b = m->bus;
    (void)b->open(reply, 'a', "(ssssssouso)");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (is_asked_for(m, units[i][0]))
            (void)b->append(reply, "(ssssssouso)", units[i][0], units[i][1], units[i][2], units[i][3], units[i][4], "",
                            "/org/freedesktop/systemd1/unit/x", 0u, "", "/");
    (void)b->close(reply);
}

static void list_files(linux_manager *m, sd_bus_message *reply) {
    const linux_manager_bus *b = m->bus;
    (void)b->open(reply, 'a', "(ss)");
    for (size_t i = 0; i < sizeof unit_files / sizeof unit_files[0]; i++)
        if (is_asked_for(m, strrchr(unit_files[i][0], '/') + 1))
            (void)b->append(reply, "(ss)", unit_files[i][0], unit_files[i][1]);
    (void)b->close(reply);
}

#define COMMAND "(sasbttttuii)"

static void tell_ssh(const linux_manager_bus *b, sd_bus_message *r) {
    (void)b->append(r, "{sv}{sv}{sv}", "Type", "s", "notify", "User", "s", "", "MainPID", "u", 812u);
    (void)b->append(r, "{sv}{sv}{sv}", "ExecMainStatus", "i", 0, "ExecMainCode", "i", 0, "CanStop", "b", 1);
    (void)b->append(r, "{sv}", "ExecStart", "a" COMMAND, 2u, "/usr/sbin/sshd", 3u, "/usr/sbin/sshd", "-D", "two words", 0,
                    (uint64_t)0, (uint64_t)0, (uint64_t)0, (uint64_t)0, 812u, 0, 0, "/bin/true", 1u, "/bin/true", 1, (uint64_t)0,
                    (uint64_t)0, (uint64_t)0, (uint64_t)0, 0u, 0, 0);
    (void)b->append(r, "{sv}{sv}{sv}", "NRestarts", "u", 2u, "MemoryCurrent", "t", (uint64_t)4096, "CPUUsageNSec", "t",
                    UINT64_MAX);
    (void)b->append(r, "{sv}{sv}", "ExecMainStartTimestamp", "t", (uint64_t)1700000000000000, "ActiveEnterTimestamp", "t",
                    (uint64_t)1700000000500000);
    (void)b->append(r, "{sv}{sv}{sv}", "Slice", "s", "system.slice", "Result", "s", "success", "FragmentPath", "s",
                    "/lib/systemd/system/ssh.service");
    (void)b->append(r, "{sv}{sv}", "TriggeredBy", "as", 0, "DynamicUser", "b", 0);
    (void)b->append(r, "{sv}{sv}", "UnitFilePreset", "u", 7u /* of another type */, "Unheard", "(ii)", 1, 2);
}

static void tell_backup(const linux_manager_bus *b, sd_bus_message *r) {
    (void)b->append(r, "{sv}{sv}{sv}", "Type", "s", "forking", "User", "s", "", "DynamicUser", "b", 1);
    (void)b->append(r, "{sv}{sv}{sv}", "ExecMainStatus", "i", 0, "ExecMainCode", "i", 0, "ExecMainStartTimestamp", "t",
                    (uint64_t)0);
    (void)b->append(r, "{sv}{sv}", "TriggeredBy", "as", 1, "backup.timer", "MainPID", "u", 0u);
}

static void tell_details(linux_manager *m, const char *path, sd_bus_message *reply) {
    (void)m->bus->open(reply, 'a', "{sv}");
    if (strstr(path, "/ssh_2eservice")) tell_ssh(m->bus, reply);
    if (strstr(path, "/backup_2eservice")) tell_backup(m->bus, reply);
    (void)m->bus->close(reply);
}

/* -- the service ----------------------------------------------------------------------------------------------------------- */

static int serve(sd_bus_message *call, void *user, void *error) {
    linux_manager *m = user;
    const linux_manager_bus *b = m->bus;
    bool is_list = b->is_call(call, "org.freedesktop.systemd1.Manager", "ListUnitsByPatterns") > 0;
    bool is_files = b->is_call(call, "org.freedesktop.systemd1.Manager", "ListUnitFilesByPatterns") > 0;
    bool is_details = b->is_call(call, "org.freedesktop.DBus.Properties", "GetAll") > 0;
    sd_bus_message *reply = NULL;
    (void)error;
    if (!is_list && !is_files && !is_details) return 0;
    if (is_details)
        atomic_fetch_add(&m->details, 1);
    else
        atomic_fetch_add(&m->lists, 1);
    if (atomic_load(&m->silent)) return 1;
    if (is_details && strstr(b->get_path(call), "getty")) {
        (void)b->new_error(call, &reply, 13, NULL);
    } else {
        if (!is_details) (void)read_patterns(m, call);
        (void)b->new_return(call, &reply);
        if (is_list) list_units(m, reply);
        if (is_files) list_files(m, reply);
        if (is_details) tell_details(m, b->get_path(call), reply);
    }
    (void)b->send(b->bus, reply, NULL);
    (void)b->unref(reply);
    return 1;
}

static void *run(void *user) {
    linux_manager *m = user;
    while (!atomic_load(&m->stop)) {
        int got = m->bus->process(m->bus->bus, NULL);
        if (got < 0) break;
        if (!got) (void)m->bus->wait(m->bus->bus, 5000);
    }
    return NULL;
}

/* -- the daemon ------------------------------------------------------------------------------------------------------------ */

static bool write_config(const linux_manager *m) {
    char path[120];
    FILE *file;
    (void)snprintf(path, sizeof path, "%s/bus.conf", m->dir);
    file = fopen(path, "w");
    if (!file) return false;
    fprintf(file,
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
            "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
            "<busconfig><type>session</type><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth>"
            "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow "
            "own=\"*\"/></policy></busconfig>\n",
            m->dir);
    return fclose(file) == 0;
}

/* The daemon writes its address when it listens: then it is ready. */
static bool start_daemon(linux_manager *m) {
    char option[160], text[200];
    int ends[2];
    struct pollfd p;
    ssize_t got = 0;
    if (!write_config(m) || pipe(ends) != 0) return false;
    (void)snprintf(option, sizeof option, "--config-file=%s/bus.conf", m->dir);
    m->daemon = fork();
    if (m->daemon == 0) {
        char number[32];
        (void)close(ends[0]);
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* should the test fall over */
        if (!freopen("/dev/null", "w", stderr)) _exit(127);
        (void)snprintf(number, sizeof number, "--print-address=%d", ends[1]);
        (void)execlp("dbus-daemon", "dbus-daemon", option, "--nofork", "--nosyslog", number, (char *)NULL);
        _exit(127);
    }
    (void)close(ends[1]);
    p = (struct pollfd){.fd = ends[0], .events = POLLIN};
    if (m->daemon > 0 && poll(&p, 1, 10000) == 1) got = read(ends[0], text, sizeof text);
    (void)close(ends[0]);
    return got > 0;
}

static bool join(linux_manager *m) {
    linux_manager_bus *b = m->bus;
    pthread_t thread;
    if (b->new (&b->bus) < 0 || b->set_address(b->bus, m->address) < 0 || b->set_bus_client(b->bus, 1) < 0 ||
        b->start(b->bus) < 0)
        return false;
    if (b->add_filter(b->bus, NULL, serve, m) < 0 || b->request_name(b->bus, "org.freedesktop.systemd1", 0) < 0) return false;
    if (pthread_create(&thread, NULL, run, m) != 0) return false;
    m->thread = thread;
    m->running = true;
    return true;
}

const char *linux_manager_begin(linux_manager *m) {
    memset(m, 0, sizeof *m);
    (void)snprintf(m->dir, sizeof m->dir, "/tmp/wql-bus-XXXXXX");
    m->bus = calloc(1, sizeof *m->bus);
    m->library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_NODELETE);
    if (!m->library || !find_functions(m->library, m->bus)) return "libsystemd.so.0 is not installed";
    if (!mkdtemp(m->dir)) return "no directory could be made";
    (void)snprintf(m->address, sizeof m->address, "unix:path=%s/bus", m->dir);
    if (!start_daemon(m)) return "dbus-daemon is not installed";
    return join(m) ? NULL : "the private bus does not answer";
}

static int remove_one(const char *path, const struct stat *about, int flag, struct FTW *walk) {
    (void)about, (void)flag, (void)walk;
    return remove(path);
}

void linux_manager_end(linux_manager *m) {
    atomic_store(&m->stop, true);
    if (m->running) (void)pthread_join((pthread_t)m->thread, NULL);
    if (m->bus->bus) (void)m->bus->flush_close_unref(m->bus->bus);
    if (m->daemon > 0) {
        (void)kill(m->daemon, SIGTERM);
        (void)waitpid(m->daemon, NULL, 0);
    }
    (void)nftw(m->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(m->bus);
    if (m->library) (void)dlclose(m->library);
}
