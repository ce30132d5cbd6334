/* SPDX-License-Identifier: MIT */
/* host.c: an engine with this machine and the databases that the options name, and a session in the namespace they name. */
#include "host.h"

#include "errors.h"
#include "mof.h"
#include "mount.h"

#include <wql/provider.h>

#include <string.h>
#include <time.h>

/* One worker would do, but a provider that does not come back keeps one, and the shell goes on. */
enum { CLOSE_WAIT_MS = 500, WORKERS = 2 };

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
    opt.workers = o->mode == CLI_CHECK ? 0 : WORKERS;
    opt.cancel_wait_ms = CLOSE_WAIT_MS;
    opt.log = log_line;
    opt.log_user = host;
    opt.zone = local_zone;
    if (wql_engine_open(&opt, &host->engine, &err) >= 0) return CLI_OK;
    host->engine = NULL;
    cli_say_error(&err, wql_s(""));
    return CLI_FAILED;
}

static bool is_usage(wql_status status) {
    return status == WQL_E_INVALID_NAMESPACE || status == WQL_E_INVALID_PARAMETER || status == WQL_E_NOT_SUPPORTED;
}

/* This machine, in the two namespaces where its classes live. It comes before the databases, so a database with a class of one of
 * its names is the one that is refused, and the message names both. A machine that cannot be served is no reason to serve
 * nothing.
 */
static void add_machine(cli_host *host) {
    static const struct { const char *name_space, *config; } mounts[] = {{"root/cimv2", NULL}, {"root/linux", "classes=linux"}};
    for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
        wql_error err = WQL_INIT(wql_error);
        wql_status status =
            wql_engine_mount(host->engine, mounts[i].name_space, wql_linux_provider(), mounts[i].config, NULL, &err);
        if (status < 0 && !host->quiet)
            cli_say("this machine is not served in %s: %s", mounts[i].name_space,
                    err.message[0] ? err.message : wql_status_text(status));
    }
}

int cli_host_connect(cli_host *host, const cli_options *o, const char *name_space) {
    wql_error err = WQL_INIT(wql_error);
    wql_session_options opt = WQL_INIT(wql_session_options);
    wql_session *session;
    wql_status status;
    opt.dialect = cli_dialect(o);
    status = wql_session_open(host->engine, name_space, &opt, &session, &err);
    if (status >= 0) {
        wql_session_close(host->session);
        host->session = session;
        return CLI_OK;
    }
    cli_say_error(&err, wql_s(""));
    if (status == WQL_E_INVALID_NAMESPACE && o->mode != CLI_SHELL) {
        cli_say(o->sqlite_count + o->provider_count == 0
                    ? "this machine is served in root/cimv2 and root/linux"
                    : "what is served is in other namespaces: choose one with --namespace");
    }
    if (is_usage(status)) return CLI_USAGE;
    return status == WQL_E_ACCESS_DENIED ? CLI_DENIED : CLI_FAILED;
}

int cli_host_open(cli_host *host, const cli_options *o) {
    int code = cli_host_open_bare(host, o);
    if (code == CLI_OK) add_machine(host);
    for (uint32_t i = 0; code == CLI_OK && i < o->sqlite_count; i++) {
        code = cli_mount(host->engine, "sqlite", o->sqlite[i], o->name_space);
    }
    for (uint32_t i = 0; code == CLI_OK && i < o->provider_count; i++) {
        code = cli_mount(host->engine, "provider", o->providers[i], o->name_space);
    }
    if (code == CLI_OK && o->mof_count) /* last: their classes may derive from what the others serve */
        code = cli_mof_load(host->engine, o->mof, o->mof_count, o->name_space, o->quiet, o->stats || o->mode == CLI_SHELL);
    return code == CLI_OK ? cli_host_connect(host, o, o->name_space) : code;
}

void cli_host_close(cli_host *host) {
    wql_session_close(host->session);
    host->session = NULL;
    host->stuck = wql_engine_close(host->engine) == WQL_S_TIMEDOUT;
    host->engine = NULL;
}
