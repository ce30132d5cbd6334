/* SPDX-License-Identifier: MIT */
/* host.c: an engine with the databases that the options name, and a session in the namespace they name. */
#include "host.h"

#include "errors.h"
#include "plugin.h"

#include <wql/provider.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CLOSE_WAIT_MS = 500 };

/* Offset of this machine's time zone, in minutes, for date literals that name none. */
static int local_zone(void *user, int64_t us) {
    int64_t seconds = us / 1000000 - (us % 1000000 < 0);
    time_t at = (time_t)seconds;
    struct tm parts;
    (void)user;
    return localtime_r(&at, &parts) ? (int)(parts.tm_gmtoff / 60) : 0;
}

static void log_line(void *user, int level, const char *line) {
    const cli_host *host = user;
    if (level <= WQL_LOG_WARNING && !host->quiet) cli_say("%s", line);
}

int cli_host_open_bare(cli_host *host, const cli_options *o) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    memset(host, 0, sizeof *host);
    host->quiet = o->quiet;
    opt.workers = o->mode == CLI_CHECK ? 0 : 1;
    opt.cancel_wait_ms = CLOSE_WAIT_MS;
    opt.log = log_line;
    opt.log_user = host;
    opt.zone = local_zone;
    if (wql_engine_open(&opt, &host->engine, &err) >= 0) return CLI_OK;
    host->engine = NULL;
    cli_say_error(&err, wql_s(""));
    return CLI_FAILED;
}

/* A database as spelled on the command line, taken apart. */
typedef struct source {
    char *file;             /* owned */
    const char *name_space; /* NULL: the one of --namespace */
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
        if (why == ENOENT && s->name_space) cli_say("no database file '%s', and none '%s'", s->file, spelled);
        else if (why == ENOENT) cli_say("no database file '%s'", s->file);
        else cli_say("database file '%s': %s", s->file, strerror(why));
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

static int mount(cli_host *host, const source *s, const char *name_space) {
    wql_error err = WQL_INIT(wql_error);
    wql_status status = wql_engine_mount(host->engine, name_space, wql_sqlite_provider(), s->file, NULL, &err);
    const char *message = err.message[0] ? err.message : wql_status_text(status);
    if (status >= 0) return CLI_OK;
    if (strstr(message, s->file)) cli_say("%s", message);
    else cli_say("database file '%s': %s", s->file, message);
    if (status == WQL_E_ALREADY_EXISTS) cli_say("serve it under a namespace of its own: --sqlite FILE=NAMESPACE");
    if (status == WQL_E_INVALID_NAMESPACE || status == WQL_E_INVALID_PARAMETER) return CLI_USAGE;
    if (status == WQL_E_PROVIDER_TIMED_OUT) return CLI_TIMED_OUT;
    return status == WQL_E_ACCESS_DENIED ? CLI_DENIED : CLI_FAILED;
}

static int add_source(cli_host *host, const cli_options *o, const char *spelled) {
    source s;
    int code = split(&s, spelled);
    if (code != CLI_OK) return code;
    code = look(&s, spelled);
    if (code == CLI_OK) code = mount(host, &s, s.name_space ? s.name_space : o->name_space);
    free(s.file);
    return code;
}

static int connect_session(cli_host *host, const cli_options *o) {
    wql_error err = WQL_INIT(wql_error);
    wql_status status = wql_session_open(host->engine, o->name_space, NULL, &host->session, &err);
    if (status >= 0) return CLI_OK;
    host->session = NULL;
    cli_say_error(&err, wql_s(""));
    if (status == WQL_E_INVALID_NAMESPACE) {
        cli_say(o->sqlite_count + o->provider_count == 0
                    ? "nothing is served: name a database with --sqlite FILE, or a plug-in with --provider PATH"
                    : "what is served is in other namespaces: choose one with --namespace");
    }
    if (status == WQL_E_INVALID_NAMESPACE || status == WQL_E_INVALID_PARAMETER || status == WQL_E_NOT_SUPPORTED) return CLI_USAGE;
    return status == WQL_E_ACCESS_DENIED ? CLI_DENIED : CLI_FAILED;
}

int cli_host_open(cli_host *host, const cli_options *o) {
    int code = cli_host_open_bare(host, o);
    for (uint32_t i = 0; code == CLI_OK && i < o->sqlite_count; i++) code = add_source(host, o, o->sqlite[i]);
    for (uint32_t i = 0; code == CLI_OK && i < o->provider_count; i++)
        code = cli_plugin_load(host->engine, o->providers[i], o->name_space);
    return code == CLI_OK ? connect_session(host, o) : code;
}

void cli_host_close(cli_host *host) {
    wql_session_close(host->session);
    host->session = NULL;
    host->stuck = wql_engine_close(host->engine) == WQL_S_TIMEDOUT;
    host->engine = NULL;
}
