/* SPDX-License-Identifier: MIT */
/* interrupt.h: ^C, and the deadline of what comes before the query.
 *
 * The first SIGINT cancels the query, from a thread of its own: the main thread may be inside a provider, or waiting for a
 * reader. Whatever then still holds the main thread gets a moment, after which the tool ends all the same. A second SIGINT
 * kills.
 *
 * The shell keeps running: there each ^C ends what is being done, and only one that comes a second after another to no effect
 * ends the tool.
 *
 * A query keeps its own deadline. Opening a database has none, so until the query begins the same thread keeps it. */
#ifndef WQL_CLI_INTERRUPT_H
#define WQL_CLI_INTERRUPT_H

#include <wql/call.h>

#include <pthread.h>
#include <stdatomic.h>

typedef struct cli_interrupt {
    int signal_fd; /* SIGINT arrives here */
    int stop_fd;   /* reads ready once it has: for poll, beside whatever else is waited for */
    int quit_fd;   /* tells the thread to end */
    atomic_bool caught;
    pthread_t thread;
    int64_t deadline_ms; /* on the monotonic clock; 0 = none */
    uint32_t timeout_ms;
    pthread_mutex_t lock; /* guards what follows */
    bool kept;            /* the shell */
    int64_t caught_ms;    /* when it was caught */
    bool begun;           /* the query keeps the deadline from now on */
    bool has_call;
    wql_call call;
} cli_interrupt;

/* Before any other thread is started: they inherit the blocked SIGINT. timeout_ms 0: no deadline. Returns 0 or an errno. */
int cli_interrupt_open(cli_interrupt *in, uint32_t timeout_ms);
void cli_interrupt_close(cli_interrupt *in);

/* The query begins: hands the deadline over. Returns the milliseconds that are left of it, at least 1; 0 = there is none. */
uint32_t cli_interrupt_begin(cli_interrupt *in);

/* For the shell: from now on ^C ends what is being done and not the tool; cli_interrupt_begin gives every query timeout_ms. */
void cli_interrupt_keep(cli_interrupt *in, uint32_t timeout_ms);

/* For the shell: what was caught has been answered. */
void cli_interrupt_reset(cli_interrupt *in);

/* For the shell: whether ^C came before input that can be read now. Its own thread may not have got to it yet: then waits for it.
 */
bool cli_interrupt_came(cli_interrupt *in);

/* The call that ^C is to cancel, from now on (it is cancelled at once if ^C came before); and no more. */
void cli_interrupt_watch(cli_interrupt *in, wql_call call);
void cli_interrupt_unwatch(cli_interrupt *in);

bool cli_interrupted(cli_interrupt *in);

/* Milliseconds on the monotonic clock. */
int64_t cli_now_ms(void);

#endif
