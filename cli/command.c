/* SPDX-License-Identifier: MIT */
/* command.c: the shell's own commands. */
#include "command.h"

#include "errors.h"
#include "mount.h"
#include "print.h"
#include "schema.h"
#include "shown.h"

#include <stdlib.h>
#include <string.h>

/* -- .classes ------------------------------------------------------------------------------------------------------ */

typedef struct listing {
    cli_out *out;
    const char *part; /* only classes with that in their names */
} listing;

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool contains(const char *text, const char *part) {
    for (;; text++) {
        size_t i = 0;
        while (part[i] && lower(text[i]) == lower(part[i])) i++;
        if (part[i] == '\0') return true;
        if (*text == '\0') return false;
    }
}

static void list_class(void *user, const wql_class *cls) {
    const listing *l = user;
    const wql_class_def *def = wql_class_describe(cls);
    if (*l->part == '\0' && strncmp(def->name, "__", 2) == 0) return; /* every namespace has those */
    if (!contains(def->name, l->part)) return;
    cli_put_shown(l->out, wql_s(def->name));
    if (def->superclass) {
        cli_out_z(l->out, " : ");
        cli_put_shown(l->out, wql_s(def->superclass));
    }
    cli_out_char(l->out, '\n');
    cli_out_row(l->out);
}

static void run_classes(cli_shell *s, const char *argument) {
    wql_error err = WQL_INIT(wql_error);
    listing l = {s->out, argument};
    wql_status status;
    if (!cli_shell_connected(s)) return;
    status = cli_schema_each(s->host, s->in, s->o.timeout_ms, list_class, &l, &err);
    if (status < 0 && !cli_interrupted(s->in)) {
        err.line = 0; /* its place would be one in a query that nobody has typed */
        err.status = status;
        cli_say_error(&err, wql_s(""));
    }
}

/* -- .schema ------------------------------------------------------------------------------------------------------- */

static void run_schema(cli_shell *s, const char *argument) {
    wql_error err = WQL_INIT(wql_error);
    wql_class *cls;
    if (!cli_shell_connected(s)) return;
    if (wql_session_class(s->host->session, argument, &cls, &err) < 0) {
        cli_say_error(&err, wql_s(""));
        return;
    }
    cli_schema_print(s->out, cls);
    wql_class_release(cls);
}

/* -- what is asked, and how it is shown ---------------------------------------------------------------------------- */

static void run_explain(cli_shell *s, const char *argument) { cli_shell_query(s, argument, true); }

static void run_get(cli_shell *s, const char *argument) { cli_shell_get(s, argument); }

static void run_timer(cli_shell *s, const char *argument) {
    if (strcmp(argument, "on") == 0)
        s->timer = true;
    else if (strcmp(argument, "off") == 0)
        s->timer = false;
    else
        cli_say(".timer takes on or off, not '%s'", argument);
}

static void run_format(cli_shell *s, const char *argument) {
    cli_format format = cli_format_named(argument);
    if (*argument == '\0')
        cli_reader_tell(&s->reader, "%s\n", cli_format_name(s->o.format));
    else if (format != CLI_FORMAT_AUTO)
        s->o.format = format;
    else
        cli_say(".format takes " CLI_FORMAT_NAMES ", not '%s'", argument);
}

/* -- what is served, and where ------------------------------------------------------------------------------------- */

static void run_namespace(cli_shell *s, const char *argument) {
    char *copy;
    if (*argument == '\0') {
        cli_reader_tell(&s->reader, "%s\n", s->o.name_space);
        return;
    }
    copy = strdup(argument);
    if (copy == NULL) {
        cli_say("out of memory");
        return;
    }
    if (cli_host_connect(s->host, &s->o, copy) != CLI_OK) {
        free(copy);
        return;
    }
    free(s->name_space);
    s->name_space = copy;
    s->o.name_space = copy;
}

static bool is_kind(const char *word) {
    for (uint32_t i = 0; cli_mount_kind(i); i++) {
        if (strcmp(word, cli_mount_kind(i)) == 0) return true;
    }
    return false;
}

static void run_mount(cli_shell *s, const char *argument) {
    char kind[32];
    size_t len = strcspn(argument, " \t");
    const char *spelled = argument + len + strspn(argument + len, " \t");
    if (len >= sizeof kind) len = sizeof kind - 1;
    memcpy(kind, argument, len);
    kind[len] = '\0';
    if (!is_kind(kind) || *spelled == '\0') {
        cli_say(".mount takes what an option of that name takes: .mount sqlite FILE[=NAMESPACE], .mount provider "
                "PATH[=NAMESPACE][:OPTIONS]");
        return;
    }
    if (cli_mount(s->host->engine, kind, spelled, s->o.name_space) != CLI_OK || s->host->session) return;
    cli_host_connect(s->host, &s->o, s->o.name_space); /* not there, if it was served elsewhere: .namespace */
}

/* -- the table ----------------------------------------------------------------------------------------------------- */

static void run_help(cli_shell *s, const char *argument);
static void run_quit(cli_shell *s, const char *argument) {
    (void)argument;
    s->leaving = true;
}

typedef struct command {
    const char *name;
    const char *argument; /* for .help; empty: it takes none. In brackets: it may be missing */
    void (*run)(cli_shell *s, const char *argument);
    const char *help;
} command;

static const command commands[] = {
    {".classes", "[TEXT]", run_classes, "the classes here, or those with TEXT in their names"},
    {".explain", "QUERY", run_explain, "the plan of a query, which is not run"},
    {".format", "[FORMAT]", run_format, "how rows are printed: table, list, csv, json ..."},
    {".get", "PATH", run_get, "one object by its path, or the definition of a class"},
    {".help", "", run_help, "this list"},
    {".mount", "KIND WHAT", run_mount, "serve more: sqlite FILE[=NAMESPACE], provider PATH, mof FILE"},
    {".namespace", "[NAME]", run_namespace, "where queries run"},
    {".quit", "", run_quit, "leave; so does ^D"},
    {".schema", "CLASS", run_schema, "the properties of a class"},
    {".timer", "on|off", run_timer, "how long each query took"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void run_help(cli_shell *s, const char *argument) {
    (void)argument;
    for (size_t i = 0; i < COMMANDS; i++) {
        size_t width = strlen(commands[i].name) + 1 + strlen(commands[i].argument);
        cli_out_z(s->out, commands[i].name);
        cli_out_char(s->out, ' ');
        cli_out_z(s->out, commands[i].argument);
        cli_out_fill(s->out, ' ', width < 20 ? 20 - width : 1);
        cli_out_z(s->out, commands[i].help);
        cli_out_char(s->out, '\n');
    }
    cli_out_z(s->out, "All else is a query, which ends with a ; on this line or a later one.\n"
                      "^C ends the query that runs, or takes back what was typed.\n"
                      "Tab completes keywords, classes and properties, the arrows call back.\n");
}

const char *cli_command_name(uint32_t index) { return index < COMMANDS ? commands[index].name : NULL; }

/* Words that a person types who does not know that commands have a dot. */
static const char *meant(wql_str line) {
    static const char *const words[][2] = {{"quit", ".quit"}, {"exit", ".quit"}, {"help", ".help"}, {".exit", ".quit"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i][0]) == line.len && strncmp(words[i][0], line.ptr, line.len) == 0) return words[i][1];
    }
    return NULL;
}

/* A line without blanks and `;` at its end. */
static wql_str bare(const char *line) {
    wql_str text = cli_trim(wql_s(line));
    while (text.len > 0 && text.ptr[text.len - 1] == ';') {
        text.len--;
        text = cli_trim(text);
    }
    return text;
}

bool cli_is_command(const char *line) {
    wql_str text = bare(line);
    return (text.len > 0 && *text.ptr == '.') || meant(text) != NULL;
}

static void run_one(cli_shell *s, const command *c, const char *argument) {
    if (*c->argument == '\0' && *argument)
        cli_say("%s takes nothing, not '%s'", c->name, argument);
    else if (*c->argument && *c->argument != '[' && *argument == '\0')
        cli_say("%s needs %s", c->name, c->argument);
    else
        c->run(s, argument);
}

void cli_command_run(cli_shell *s, const char *line) {
    wql_str text = bare(line);
    const char *other = meant(text);
    char *copy = other ? strdup(other) : strndup(text.ptr, text.len);
    size_t len = copy ? strcspn(copy, " \t") : 0;
    const char *argument;
    if (copy == NULL) {
        cli_say("out of memory");
        return;
    }
    argument = copy + len + strspn(copy + len, " \t");
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strlen(commands[i].name) == len && strncmp(commands[i].name, copy, len) == 0) {
            run_one(s, commands + i, argument);
            free(copy);
            return;
        }
    }
    cli_say("no command %.*s; .help lists them", (int)len, copy);
    free(copy);
}
