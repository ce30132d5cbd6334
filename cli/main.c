/* SPDX-License-Identifier: MIT */
/* main.c: the wql tool. Asks databases questions in WQL. */
#include "check.h"
#include "errors.h"
#include "help.h"
#include "host.h"
#include "interrupt.h"
#include "options.h"
#include "output.h"
#include "query.h"
#include "shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* A standard stream that came closed would give its number to the first file that is opened, a database perhaps. Output to a
 * stream that was closed must fail, so that one is opened for reading. */
static bool keep_streams(void) {
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
        if (open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY) != fd) return false;
    }
    return true;
}

static int ask(const cli_options *o, cli_interrupt *in, cli_out *out, bool *stuck) {
    cli_host host;
    int code = o->mode == CLI_CHECK ? cli_host_open_bare(&host, o) : cli_host_open(&host, o);
    if (code == CLI_OK) {
        if (o->mode == CLI_CHECK) code = cli_check(&host, o, out);
        else if (o->mode == CLI_SHELL) code = cli_shell_run(&host, o, in, out);
        else if (o->mode == CLI_EXPLAIN) code = cli_explain_query(&host, o, in, out);
        else code = cli_run_query(&host, o, in, out);
    }
    if (!cli_interrupted(in)) cli_out_flush(out); /* closing may take a moment; the answer need not */
    cli_host_close(&host);
    *stuck = host.stuck;
    return code;
}

/* The last word on the output, and the exit code. */
static int finish(cli_out *out, int code, bool interrupted) {
    if (interrupted || out->stopped) return CLI_INTERRUPTED;
    if (cli_out_close(out)) return code;
    if (out->stopped) return CLI_INTERRUPTED;
    if (out->error == ENOMEM) cli_say("out of memory");
    else if (out->fault) cli_say("cannot print the result: %s", out->fault);
    else if (out->error != EPIPE) cli_say("cannot write the output: %s", strerror(out->error));
    return code == CLI_OK ? CLI_FAILED : code;
}

int main(int argc, char **argv) {
    cli_options o;
    cli_interrupt in;
    cli_out out;
    bool stuck = false;
    int code, failed;
    if (!keep_streams()) return CLI_FAILED;
    signal(SIGPIPE, SIG_IGN);
    code = cli_options_read(&o, argc, argv);
    if (code != CLI_OK) {
        cli_options_free(&o);
        return code;
    }
    failed = cli_interrupt_open(&in, o.mode == CLI_RUN || o.mode == CLI_EXPLAIN ? o.timeout_ms : 0);
    if (failed != 0) {
        cli_say("cannot watch for interrupts: %s", strerror(failed));
        cli_options_free(&o);
        return CLI_FAILED;
    }
    cli_out_open(&out, STDOUT_FILENO, in.stop_fd);
    if (o.mode == CLI_HELP) {
        cli_help(&out);
    } else if (o.mode == CLI_VERSION) {
        cli_out_z(&out, "wql ");
        cli_out_z(&out, wql_version());
        cli_out_char(&out, '\n');
    } else {
        code = ask(&o, &in, &out, &stuck);
    }
    code = finish(&out, code, cli_interrupted(&in));
    if (stuck) _exit(code); /* threads of a provider that did not come back must not be torn down under it */
    cli_interrupt_close(&in);
    cli_out_free(&out);
    cli_options_free(&o);
    return code;
}
