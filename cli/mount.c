/* SPDX-License-Identifier: MIT */
/* mount.c: what is served: the options of the tool and the shell's .mount alike. */
#include "mount.h"

#include "errors.h"
#include "mof.h"
#include "plugin.h"

#include <wql/provider.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A database as spelled by the user, taken apart. */
typedef struct source {
    char *file;             /* owned */
    const char *name_space; /* NULL: the session's */
} source;

static bool exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static int split(source *s, const char *spelled) {
    const char *equals = exists(spelled) ? NULL : strrchr(spelled, '=');
    size_t len = equals ? (size_t)(equals - spelled) : strlen(spelled);
    s->name_space = equals ? equals + 1 : NULL;
    s->file = malloc(len + 1);
    if (s->file == NULL) {
        cli_say("out of memory");
        return CLI_FAILED;
    }
    memcpy(s->file, spelled, len);
    s->file[len] = '\0';
    return CLI_OK;
}

/* What is plainly wrong with a file is said here, in plain words. It is not opened: closing it again would drop the locks that
 * SQLite holds on it in this process. */
static int look(const source *s, const char *spelled) {
    struct stat st;
    if (stat(s->file, &st) != 0) {
        int why = errno;
        if (why == ENOENT && s->name_space)
            cli_say("no database file '%s', and none '%s'", s->file, spelled);
        else if (why == ENOENT)
            cli_say("no database file '%s'", s->file);
        else
            cli_say("database file '%s': %s", s->file, strerror(why));
        return why == EACCES ? CLI_DENIED : CLI_FAILED;
    }
    if (S_ISDIR(st.st_mode)) {
        cli_say("'%s' is a directory, not a database file", s->file);
        return CLI_FAILED;
    }
    if (!S_ISREG(st.st_mode)) {
        cli_say("'%s' is no ordinary file, so no database", s->file);
        return CLI_FAILED;
    }
    if (faccessat(AT_FDCWD, s->file, R_OK, AT_EACCESS) != 0) {
        int why = errno;
        cli_say("database file '%s': %s", s->file, strerror(why));
        return why == EACCES || why == EPERM ? CLI_DENIED : CLI_FAILED;
    }
    return CLI_OK;
}

static int mount(wql_engine *engine, const source *s, const char *name_space) {
    wql_error err = WQL_INIT(wql_error);
    wql_status status = wql_engine_mount(engine, name_space, wql_sqlite_provider(), s->file, NULL, &err);
    const char *message = err.message[0] ? err.message : wql_status_text(status);
    if (status >= 0) return CLI_OK;
    if (strstr(message, s->file))
        cli_say("%s", message);
    else
        cli_say("database file '%s': %s", s->file, message);
    if (status == WQL_E_ALREADY_EXISTS) cli_say("serve it under a namespace of its own: FILE=NAMESPACE");
    if (status == WQL_E_INVALID_NAMESPACE || status == WQL_E_INVALID_PARAMETER) return CLI_USAGE;
    if (status == WQL_E_PROVIDER_TIMED_OUT) return CLI_TIMED_OUT;
    return status == WQL_E_ACCESS_DENIED ? CLI_DENIED : CLI_FAILED;
}

static int mount_sqlite(wql_engine *engine, const char *spelled, const char *name_space) {
    source s;
    int code = split(&s, spelled);
    if (code != CLI_OK) return code;
    code = look(&s, spelled);
    if (code == CLI_OK) code = mount(engine, &s, s.name_space ? s.name_space : name_space);
    free(s.file);
    return code;
}

/* What can be served: an option of the tool, and a word of the shell's .mount. */
static const struct {
    const char *kind;
    int (*mount)(wql_engine *engine, const char *spelled, const char *name_space);
} kinds[] = {{"sqlite", mount_sqlite}, {"provider", cli_plugin_load}, {"mof", cli_mof_mount}};

int cli_mount(wql_engine *engine, const char *kind, const char *spelled, const char *name_space) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kind, kinds[i].kind) == 0) return kinds[i].mount(engine, spelled, name_space);
    }
    cli_say("'%s' is nothing that can be served", kind);
    return CLI_USAGE;
}

const char *cli_mount_kind(uint32_t index) { return index < sizeof kinds / sizeof *kinds ? kinds[index].kind : NULL; }
