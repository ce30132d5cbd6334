/* SPDX-License-Identifier: MIT */
/* bus.c: calls to org.freedesktop.systemd1 by sd-bus, each bounded in time and ended with the scan. */
#include "bus.h"

#include <dlfcn.h>
#include <errno.h>

enum { SLICE_US = 10000 };

/* What is used of libsystemd (sd-bus(3)), by our own declarations: its headers are not needed to build. */
typedef struct sd_bus sd_bus;
typedef struct sd_bus_message sd_bus_message;
typedef struct sd_bus_slot sd_bus_slot;
typedef struct sd_bus_error sd_bus_error;
typedef int sd_bus_handler(sd_bus_message *message, void *user, sd_bus_error *error);

#define FUNCTIONS(X)                                                                                                             \
    X(int, new, (sd_bus * *bus))                                                                                                 \
    X(int, set_address, (sd_bus * bus, const char *address))                                                                     \
    X(int, set_bus_client, (sd_bus * bus, int yes))                                                                              \
    X(int, start, (sd_bus * bus))                                                                                                \
    X(sd_bus *, close_unref, (sd_bus * bus))                                                                                     \
    X(int, process, (sd_bus * bus, sd_bus_message * *message))                                                                   \
    X(int, wait, (sd_bus * bus, uint64_t us))                                                                                    \
    X(int, call_async, (sd_bus * bus, sd_bus_slot * *slot, sd_bus_message * m, sd_bus_handler * h, void *user, uint64_t us))     \
    X(sd_bus_slot *, slot_unref, (sd_bus_slot * slot))                                                                           \
    X(int, message_new_method_call,                                                                                              \
      (sd_bus * bus, sd_bus_message * *m, const char *to, const char *path, const char *interface, const char *member))          \
    X(int, message_append_basic, (sd_bus_message * m, char type, const void *value))                                             \
    X(int, message_open_container, (sd_bus_message * m, char type, const char *contents))                                        \
    X(int, message_close_container, (sd_bus_message * m))                                                                        \
    X(int, message_enter_container, (sd_bus_message * m, char type, const char *contents))                                       \
    X(int, message_exit_container, (sd_bus_message * m))                                                                         \
    X(int, message_peek_type, (sd_bus_message * m, char *type, const char **contents))                                           \
    X(int, message_read_basic, (sd_bus_message * m, char type, void *value))                                                     \
    X(int, message_skip, (sd_bus_message * m, const char *types))                                                                \
    X(int, message_get_errno, (sd_bus_message * m))                                                                              \
    X(int, message_is_method_error, (sd_bus_message * m, const char *name))                                                      \
    X(sd_bus_message *, message_ref, (sd_bus_message * m))                                                                       \
    X(sd_bus_message *, message_unref, (sd_bus_message * m))

typedef struct functions {
#define MEMBER(result, name, arguments) result(*name) arguments;
    FUNCTIONS(MEMBER)
#undef MEMBER
} functions;

struct wql__linux_bus {
    wql__linux_scan *s;
    functions f;
    void *library;
    sd_bus *bus;
    bool broken;
};

/* -- the library ----------------------------------------------------------------------------------------------------------- */

static bool find_functions(void *library, functions *f) {
    static const struct {
        const char *name;
        size_t place;
    } entries[] = {
#define ENTRY(result, name, arguments) {"sd_bus_" #name, offsetof(functions, name)},
        FUNCTIONS(ENTRY)
#undef ENTRY
    };
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        void *at = dlsym(library, entries[i].name);
        if (!at) return false;
        memcpy((char *)f + entries[i].place, &at, sizeof at);
    }
    return true;
}

/* NODELETE: libsystemd brings libraries of its own, and not all of those can be unloaded. */
static bool load_library(wql__linux_bus *bus) {
    bus->library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    return bus->library && find_functions(bus->library, &bus->f);
}

static int connect_to(wql__linux_bus *bus, const char *address) {
    int got = bus->f.new(&bus->bus);
    if (got >= 0) got = bus->f.set_address(bus->bus, address);
    if (got >= 0) got = bus->f.set_bus_client(bus->bus, 1);
    if (got >= 0) got = bus->f.start(bus->bus);
    return got < 0 ? -got : 0;
}

int wql__linux_bus_open(wql__linux_scan *s, const char *address, wql__linux_bus **out) {
    *out = wql__linux_take(&s->arena, sizeof **out);
    if (!*out) return ENOMEM;
    (*out)->s = s;
    if (!load_library(*out)) return ENOSYS;
    return connect_to(*out, address);
}

void wql__linux_bus_close(wql__linux_bus *bus) {
    if (!bus) return;
    if (bus->bus) (void)bus->f.close_unref(bus->bus);
    if (bus->library) (void)dlclose(bus->library);
    bus->bus = NULL;
    bus->library = NULL;
}

/* -- one call -------------------------------------------------------------------------------------------------------------- */

typedef struct reply {
    const functions *f;
    sd_bus_message *message;
} reply;

static int take_reply(sd_bus_message *message, void *user, sd_bus_error *error) {
    reply *r = user;
    (void)error;
    r->message = r->f->message_ref(message);
    return 0;
}

/* Works for the bus until the reply is there. Never waits longer than a slice without asking whether the call goes on. */
static int await(wql__linux_bus *bus, reply *r) {
    int64_t until = wql__linux_steady() + (int64_t)bus->s->mount->options.bus_ms * 1000;
    while (!r->message) {
        int got;
        if (wql__linux_check(bus->s) < 0) return ECANCELED;
        got = bus->f.process(bus->bus, NULL);
        if (got < 0) return -got;
        if (got || r->message) continue;
        if (wql__linux_steady() >= until) return ETIMEDOUT;
        got = bus->f.wait(bus->bus, SLICE_US);
        if (got < 0 && got != -EINTR) return -got;
    }
    return 0;
}

static int call(wql__linux_bus *bus, sd_bus_message *question, sd_bus_message **answer) {
    reply r = {.f = &bus->f};
    sd_bus_slot *slot = NULL;
    int got = bus->f.call_async(bus->bus, &slot, question, take_reply, &r, (uint64_t)bus->s->mount->options.bus_ms * 1000);
    int error = got < 0 ? -got : await(bus, &r);
    (void)bus->f.slot_unref(slot);
    if (error) bus->broken = true;
    if (!error && bus->f.message_is_method_error(r.message, NULL)) {
        error = bus->f.message_get_errno(r.message);
        if (!error) error = EIO;
        r.message = bus->f.message_unref(r.message);
    }
    *answer = r.message;
    return error;
}

static const char manager[] = "org.freedesktop.systemd1";

static int begin(wql__linux_bus *bus, const char *path, const char *interface, const char *member, sd_bus_message **out) {
    *out = NULL;
    if (bus->broken) return -ENOTCONN;
    return bus->f.message_new_method_call(bus->bus, out, manager, path, interface, member);
}

/* Sends the question, unless building it failed, and lets it go. */
static int ask(wql__linux_bus *bus, int built, sd_bus_message *question, sd_bus_message **answer) {
    int error = built < 0 ? -built : call(bus, question, answer);
    if (question) (void)bus->f.message_unref(question);
    return error;
}

/* -- lists ----------------------------------------------------------------------------------------------------------------- */

static int append_list(wql__linux_bus *bus, sd_bus_message *m, const wql__linux_texts *list) {
    int got = bus->f.message_open_container(m, 'a', "s");
    for (uint32_t i = 0; got >= 0 && list && i < list->count; i++) got = bus->f.message_append_basic(m, 's', list->items[i].ptr);
    return got < 0 ? got : bus->f.message_close_container(m);
}

/* Both methods take states and patterns; no states: all. */
static int ask_list(wql__linux_bus *bus, const char *member, const wql__linux_texts *patterns, sd_bus_message **answer) {
    sd_bus_message *m;
    int got = begin(bus, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", member, &m);
    if (got >= 0) got = append_list(bus, m, NULL);
    if (got >= 0) got = append_list(bus, m, patterns);
    return ask(bus, got, m, answer);
}

/* The next text, copied. */
static int read_text(wql__linux_bus *bus, wql__linux_arena *arena, sd_bus_message *m, char type, wql_str *out) {
    const char *text = NULL;
    char *copy;
    int got = bus->f.message_read_basic(m, type, &text);
    if (got < 0) return got;
    copy = wql__linux_take_text(arena, text, strlen(text));
    if (!copy) return -ENOMEM;
    *out = wql_s(copy);
    return 0;
}

/* name, description, load, active, sub, followed unit, path, job, job's kind, job's path */
static int read_unit(wql__linux_bus *bus, sd_bus_message *m, wql__linux_units *out) {
    wql__linux_arena *arena = &bus->s->arena;
    wql__linux_unit *u = wql__linux_add_unit(arena, out);
    wql_str texts[5];
    int got = 0;
    if (!u) return -ENOMEM;
    for (int i = 0; got >= 0 && i < 5; i++) got = read_text(bus, arena, m, 's', &texts[i]);
    if (got < 0) return got;
    u->name = texts[0];
    u->description = texts[1];
    u->load = texts[2];
    u->active = texts[3];
    u->sub = texts[4];
    u->loaded = u->known = true;
    return bus->f.message_skip(m, "souso");
}

/* path, state */
static int read_unit_file(wql__linux_bus *bus, sd_bus_message *m, wql__linux_units *out) {
    wql__linux_arena *arena = &bus->s->arena;
    wql__linux_unit *u = wql__linux_add_unit(arena, out);
    const char *slash;
    int got;
    if (!u) return -ENOMEM;
    got = read_text(bus, arena, m, 's', &u->file_path);
    if (got >= 0) got = read_text(bus, arena, m, 's', &u->file_state);
    if (got < 0) return got;
    slash = strrchr(u->file_path.ptr, '/');
    u->name = wql_s(slash ? slash + 1 : u->file_path.ptr);
    u->known = true;
    return 0;
}

/* An array of structs. */
static int read_list(wql__linux_bus *bus, sd_bus_message *m, const char *fields_of, const char *array,
                     int (*read)(wql__linux_bus *, sd_bus_message *, wql__linux_units *), wql__linux_units *out) {
    int got = bus->f.message_enter_container(m, 'a', array);
    while (got >= 0 && (got = bus->f.message_enter_container(m, 'r', fields_of)) > 0) {
        got = read(bus, m, out);
        if (got >= 0) got = bus->f.message_exit_container(m);
    }
    return got < 0 ? -got : 0;
}

int wql__linux_bus_units(wql__linux_bus *bus, const wql__linux_texts *patterns, wql__linux_units *out) {
    sd_bus_message *m = NULL;
    int error = ask_list(bus, "ListUnitsByPatterns", patterns, &m);
    if (!error) error = read_list(bus, m, "ssssssouso", "(ssssssouso)", read_unit, out);
    if (m) (void)bus->f.message_unref(m);
    return error;
}

int wql__linux_bus_unit_files(wql__linux_bus *bus, const wql__linux_texts *patterns, wql__linux_units *out) {
    sd_bus_message *m = NULL;
    int error = ask_list(bus, "ListUnitFilesByPatterns", patterns, &m);
    if (!error) error = read_list(bus, m, "ss", "(ss)", read_unit_file, out);
    if (m) (void)bus->f.message_unref(m);
    return error;
}

/* -- one unit -------------------------------------------------------------------------------------------------------------- */

typedef int reader(wql__linux_bus *bus, sd_bus_message *m, void *out);

static int read_string(wql__linux_bus *bus, sd_bus_message *m, void *out) { return read_text(bus, &bus->s->line, m, 's', out); }

static int read_strings(wql__linux_bus *bus, sd_bus_message *m, void *out) {
    int got = bus->f.message_enter_container(m, 'a', "s");
    const char *text;
    while (got >= 0 && (got = bus->f.message_read_basic(m, 's', &text)) > 0) {
        char *copy = wql__linux_take_text(&bus->s->line, text, strlen(text));
        if (!copy || !wql__linux_add_text(&bus->s->line, out, wql_s(copy))) return -ENOMEM;
    }
    return got < 0 ? got : bus->f.message_exit_container(m);
}

static int read_u32(wql__linux_bus *bus, sd_bus_message *m, void *out) { return bus->f.message_read_basic(m, 'u', out); }
static int read_i32(wql__linux_bus *bus, sd_bus_message *m, void *out) { return bus->f.message_read_basic(m, 'i', out); }
static int read_u64(wql__linux_bus *bus, sd_bus_message *m, void *out) { return bus->f.message_read_basic(m, 't', out); }
static int read_bool(wql__linux_bus *bus, sd_bus_message *m, void *out) {
    int yes = 0, got = bus->f.message_read_basic(m, 'b', &yes);
    *(bool *)out = yes != 0;
    return got;
}

/* One command: path, arguments, whether failure is ignored, four times, a process number, a code, a status. */
static int read_command(wql__linux_bus *bus, sd_bus_message *m, wql_str *line) {
    wql__linux_texts arguments = {0};
    wql_str one = {NULL, 0};
    int got = bus->f.message_skip(m, "s");
    if (got >= 0) got = read_strings(bus, m, &arguments);
    if (got >= 0) got = bus->f.message_skip(m, "bttttuii");
    for (uint32_t i = 0; got >= 0 && i < arguments.count; i++)
        if (!wql__linux_add_argument(&bus->s->line, &one, arguments.items[i])) return -ENOMEM;
    if (got >= 0) *line = line->len ? wql__linux_text(&bus->s->line, "%.*s; %.*s", WQL_FMT(*line), WQL_FMT(one)) : one;
    return got;
}

static int read_commands(wql__linux_bus *bus, sd_bus_message *m, void *out) {
    int got = bus->f.message_enter_container(m, 'a', "(sasbttttuii)");
    while (got >= 0 && (got = bus->f.message_enter_container(m, 'r', "sasbttttuii")) > 0) {
        got = read_command(bus, m, out);
        if (got >= 0) got = bus->f.message_exit_container(m);
    }
    return got < 0 ? got : bus->f.message_exit_container(m);
}

typedef struct field {
    const char *name, *type;
    reader *read;
    size_t place, has; /* SIZE_MAX: an absent text is an empty one */
} field;

#define PLACE(member) offsetof(wql__linux_unit_details, member)
#define TEXT(name, member)                                                                                                       \
    { name, "s", read_string, PLACE(member), SIZE_MAX }

static const field fields[] = {
    {"ExecStart", "a(sasbttttuii)", read_commands, PLACE(commands), SIZE_MAX},
    {"User", "s", read_string, PLACE(user), PLACE(has_user)},
    TEXT("Type", type),
    TEXT("Result", result),
    TEXT("UnitFilePreset", unit_file_preset),
    TEXT("UnitFileState", unit_file_state),
    TEXT("FragmentPath", fragment_path),
    TEXT("Slice", slice),
    TEXT("ControlGroup", control_group),
    TEXT("Description", description),
    {"MainPID", "u", read_u32, PLACE(main_pid), PLACE(has_main_pid)},
    {"ExecMainStatus", "i", read_i32, PLACE(status), PLACE(has_status)},
    {"ExecMainCode", "i", read_i32, PLACE(code), PLACE(has_code)},
    {"ExecMainStartTimestamp", "t", read_u64, PLACE(started_us), PLACE(has_started)},
    {"NRestarts", "u", read_u32, PLACE(restarts), PLACE(has_restarts)},
    {"MemoryCurrent", "t", read_u64, PLACE(memory), PLACE(has_memory)},
    {"TasksCurrent", "t", read_u64, PLACE(tasks), PLACE(has_tasks)},
    {"CPUUsageNSec", "t", read_u64, PLACE(cpu_ns), PLACE(has_cpu)},
    {"IPIngressBytes", "t", read_u64, PLACE(ingress), PLACE(has_ingress)},
    {"ActiveEnterTimestamp", "t", read_u64, PLACE(entered_us), PLACE(has_entered)},
    {"CanStop", "b", read_bool, PLACE(can_stop), PLACE(has_can_stop)},
    {"DynamicUser", "b", read_bool, PLACE(dynamic_user), PLACE(has_dynamic_user)},
    {"TriggeredBy", "as", read_strings, PLACE(triggered_by), PLACE(has_triggered_by)},
};

static const field *find_field(const char *name, const char *type) {
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i].name, name) == 0) return strcmp(fields[i].type, type) == 0 ? &fields[i] : NULL;
    return NULL;
}

/* A property that we know, with the type that we know, is read; any other is passed over. */
static int read_property(wql__linux_bus *bus, sd_bus_message *m, wql__linux_unit_details *out) {
    const char *name, *type = "";
    const field *f;
    int got = bus->f.message_read_basic(m, 's', &name);
    if (got >= 0) got = bus->f.message_peek_type(m, NULL, &type);
    if (got < 0) return got;
    f = find_field(name, type);
    if (!f) return bus->f.message_skip(m, "v");
    got = bus->f.message_enter_container(m, 'v', type);
    if (got >= 0) got = f->read(bus, m, (char *)out + f->place);
    if (got >= 0) got = bus->f.message_exit_container(m);
    if (got >= 0 && f->has != SIZE_MAX) *(bool *)((char *)out + f->has) = true;
    return got;
}

int wql__linux_bus_details(wql__linux_bus *bus, wql_str name, wql__linux_unit_details *out) {
    wql_str path = wql__linux_unit_path(&bus->s->line, name);
    sd_bus_message *m, *answer = NULL;
    int got, error;
    memset(out, 0, sizeof *out);
    if (!path.len) return ENOMEM;
    got = begin(bus, path.ptr, "org.freedesktop.DBus.Properties", "GetAll", &m);
    if (got >= 0) got = bus->f.message_append_basic(m, 's', ""); /* of all interfaces */
    error = ask(bus, got, m, &answer);
    if (error) return error;
    got = bus->f.message_enter_container(answer, 'a', "{sv}");
    while (got >= 0 && (got = bus->f.message_enter_container(answer, 'e', "sv")) > 0) {
        got = read_property(bus, answer, out);
        if (got >= 0) got = bus->f.message_exit_container(answer);
    }
    (void)bus->f.message_unref(answer);
    return got < 0 ? -got : 0;
}
