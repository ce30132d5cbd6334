/* SPDX-License-Identifier: MIT */
/* shell.c: the interactive shell: lines in, statements and commands run, rows out. */
#include "shell.h"

#include "command.h"
#include "complete.h"
#include "errors.h"
#include "query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

bool cli_shell_connected(cli_shell *s) {
    if (s->host->session) return true;
    cli_say("nothing is served in %s: .mount sqlite FILE serves a database", s->o.name_space);
    return false;
}

void cli_shell_query(cli_shell *s, const char *query, bool explain) {
    uint64_t from = now_us(), took;
    if (!cli_shell_connected(s)) return;
    s->o.query = query;
    if (explain)
        cli_explain_query(s->host, &s->o, s->in, s->out);
    else
        cli_run_query(s->host, &s->o, s->in, s->out);
    s->o.query = NULL;
    took = now_us() - from;
    if (s->timer && !cli_interrupted(s->in) && cli_out_flush(s->out)) {
        cli_reader_tell(&s->reader, "%llu.%03llu ms\n", (unsigned long long)took / 1000, (unsigned long long)took % 1000);
    }
}

void cli_shell_get(cli_shell *s, const char *path) {
    s->o.get = true;
    cli_shell_query(s, path, false);
    s->o.get = false;
}

/* After a statement: the output is made ready for the next. False: there is nowhere to write. */
static bool settle(cli_shell *s) {
    cli_out *out = s->out;
    if (cli_interrupted(s->in)) {
        out->len = 0;
        out->stopped = false;
        cli_reader_tell(&s->reader, "\n"); /* behind the ^C that the terminal has shown */
        cli_say("interrupted");
        return true;
    }
    cli_out_flush(out);
    if (out->error != 0 && out->error != ENOMEM) return false; /* main says it */
    if (out->error == ENOMEM) cli_say("out of memory");
    if (out->fault) cli_say("cannot print the result: %s", out->fault);
    out->error = 0;
    out->fault = NULL;
    out->odd = false;
    return true;
}

/* Runs the whole statements among what is pending. After ^C the rest of what was typed is forgotten. */
static bool run_pending(cli_shell *s) {
    bool memory, good = true;
    char *statement;
    while (good && (statement = cli_statement_take(&s->pending, &memory)) != NULL) {
        size_t len = strlen(statement);
        char *whole = malloc(len + 2); /* called back, it is to run again */
        if (whole) {
            memcpy(whole, statement, len);
            memcpy(whole + len, ";", 2);
            cli_reader_remember(&s->reader, whole);
        }
        free(whole);
        cli_shell_query(s, statement, false);
        free(statement);
        if (cli_interrupted(s->in)) cli_statement_clear(&s->pending);
        good = settle(s);
    }
    if (cli_statement_empty(&s->pending)) cli_statement_clear(&s->pending);
    return good && memory;
}

static bool take_line(cli_shell *s, const char *line) {
    if (cli_statement_empty(&s->pending)) {
        cli_statement_clear(&s->pending);
        if (cli_is_command(line)) {
            wql_str bare = cli_trim(wql_s(line));
            char *copy = strndup(bare.ptr, bare.len);
            if (copy) cli_reader_remember(&s->reader, copy);
            free(copy);
            cli_command_run(s, line);
            return settle(s);
        }
    }
    return cli_statement_add(&s->pending, wql_s(line)) && run_pending(s);
}

static const char *prompt(const cli_shell *s) {
    wql_str text = {s->pending.text, s->pending.len};
    if (text.len == 0) return "wql> ";
    switch (cli_statement_quote(text)) {
    case '\'': return "  '> ";
    case '"': return "  \"> ";
    default: return "  -> ";
    }
}

static void end(cli_shell *s) {
    cli_reader_tell(&s->reader, "\n");
    if (!cli_statement_empty(&s->pending)) cli_say("what has no ; at its end was not run");
    s->leaving = true;
}

static bool one_line(cli_shell *s) {
    wql_str before = {s->pending.text ? s->pending.text : "", s->pending.len};
    char *line;
    bool good = true;
    cli_interrupt_reset(s->in);
    switch (cli_reader_line(&s->reader, prompt(s), before, &line)) {
    case CLI_LINE_READ:
        good = take_line(s, line);
        free(line);
        break;
    case CLI_LINE_INTERRUPTED: cli_statement_clear(&s->pending); break;
    case CLI_LINE_END: end(s); break;
    case CLI_LINE_FAILED: good = false; break;
    }
    return good;
}

int cli_shell_run(cli_host *host, const cli_options *o, cli_interrupt *in, cli_out *out) {
    cli_shell s;
    bool good = true;
    memset(&s, 0, sizeof s);
    s.host = host;
    s.o = *o;
    s.in = in;
    s.out = out;
    if (cli_interrupted(in)) return CLI_INTERRUPTED; /* while databases were opened */
    cli_interrupt_keep(in, o->timeout_ms);
    cli_reader_open(&s.reader, in, cli_complete, &s, o->quiet);
    if (!o->quiet) cli_reader_tell(&s.reader, "wql %s. A ; ends a statement; .help lists the commands.\n", wql_version());
    while (good && !s.leaving) good = one_line(&s);
    cli_interrupt_reset(in);
    if (!good && out->error == 0) cli_say("out of memory");
    cli_reader_close(&s.reader);
    cli_statement_free(&s.pending);
    free(s.name_space);
    return good ? CLI_OK : CLI_FAILED;
}
