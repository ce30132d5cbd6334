/* SPDX-License-Identifier: MIT */
/* feed.h: the rows of a query, brought by the engine's threads to the one thread that prints.
 *
 * The printing thread never is inside a provider, so ^C always finds it able to go on. The sink behind a feed only puts batches
 * into a short queue; when that is full it pauses the call, and taking a batch lets it go on. */
#ifndef WQL_CLI_FEED_H
#define WQL_CLI_FEED_H

#include <wql/query.h>

#include <pthread.h>

enum { CLI_FEED_ROOM = 4 };

typedef struct cli_feed {
    wql_call call;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    wql_batch *queue[CLI_FEED_ROOM];
    uint32_t first, count;
    bool paused;
    bool ended; /* the final status is known */
    wql_status status;
    wql_error error;      /* of a final status other than WQL_OK */
    uint64_t done, total; /* the last progress report; total 0: there was none */
} cli_feed;

/* Starts a query. `how` needs no sink; WQL_SEND_STATUS asks for progress reports. Returns what wql_session_exec does; the feed
 * need not be closed after a failure. */
wql_status cli_feed_open(cli_feed *f, wql_session *session, wql_str text, wql_call_options *how, wql_error *err);
/* The same for one object by its path. */
wql_status cli_feed_get(cli_feed *f, wql_session *session, const char *path, wql_call_options *how, wql_error *err);

/* The next batch, as wql_call_next: WQL_OK (release it), WQL_END, WQL_S_TIMEDOUT, or how the query ended otherwise with err
 * filled. */
wql_status cli_feed_next(cli_feed *f, uint32_t timeout_ms, wql_batch **out, wql_error *err);

/* The last progress report. False: there was none yet. */
bool cli_feed_progress(cli_feed *f, uint64_t *done, uint64_t *total);

/* Ends the query if it runs, and lets it go. */
void cli_feed_close(cli_feed *f);

#endif
