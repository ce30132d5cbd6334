/* SPDX-License-Identifier: MIT */
/* 13_parameters.c: a query is prepared once and run from two threads, each with values of its own; what a value that does not fit
 * is told; and, where text must be built, how it is quoted. */
#include <wql/wql.h>

#include <pthread.h>
#include <stdio.h>

/* -- something to ask: arrays of this program as a class --------------------------------------------------------- */

static const wql_property_def properties[] = {{.name = "Name", .type = WQL_STRING, .flags = WQL_KEY},
                                              {.name = "Size", .type = WQL_UINT64}};
static const wql_class_def file_class = {
    .struct_size = sizeof file_class, .name = "File", .properties = properties, .property_count = 2};

static const struct {
    const char *name;
    uint64_t size;
} files[] = {{"sshd", 1500}, {"ssh", 800}, {"ssh_config", 2000}, {"bash", 90000}, {"100%_sure", 1}, {"it's", 3}};

static wql_status fill(wql_memory *memory, wql_error *err) {
    wql_status st = WQL_OK;
    for (size_t i = 0; i < sizeof files / sizeof *files && st >= 0; i++) {
        wql_value cells[] = {wql_text(wql_s(files[i].name)), wql_u64(files[i].size)};
        st = wql_memory_append(memory, cells, 2, 1, err);
    }
    return st;
}

/* -- asking ------------------------------------------------------------------------------------------------------ */

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

typedef struct question {
    wql_query *query;
    uint64_t min;
    const char *name;
    char answer[100];
    size_t len;
} question;

/* The values are handed over with the run and copied; the query itself never changes. */
static void *ask(void *arg) {
    question *q = arg;
    wql_param params[] = {{"min", wql_u64(q->min)}, {"name", wql_text(wql_s(q->name))}}; /* for `?`: name NULL, in order */
    wql_call_options how = {.struct_size = sizeof how, .params = params, .param_count = 2};
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    wql_batch *batch;
    wql_status st;
    if (wql_query_exec(q->query, &how, &call, &err) < 0) {
        fail(&err);
        return NULL;
    }
    while ((st = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        for (uint32_t row = 0; row < wql_batch_rows(batch); row++)
            q->len += (size_t)snprintf(q->answer + q->len, sizeof q->answer - q->len, " %.*s",
                                       WQL_FMT(wql_column_str(wql_batch_column(batch, 0), row)));
        wql_batch_release(batch);
    }
    if (st != WQL_END) fail(&err);
    wql_call_close(call);
    return NULL;
}

/* A value that does not fit ends the call, and is named. */
static void misuse(wql_query *query) {
    wql_param params[] = {{"min", wql_text(wql_s("many"))}, {"name", wql_null()}};
    wql_call_options how = {.struct_size = sizeof how, .params = params, .param_count = 2};
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    wql_batch *batch;
    if (wql_query_exec(query, &how, &call, &err) < 0) return;
    if (wql_call_next(call, WQL_FOREVER, &batch, &err) < 0) printf("%s\n", err.message);
    wql_call_close(call);
}

/* Text for another program, say: a pattern for names that contain what somebody typed. */
static void quoting(const char *typed) {
    char pattern[100], around[110], literal[250];
    wql_value value;
    if (wql_quote_pattern(wql_s(typed), pattern, sizeof pattern) >= sizeof pattern)
        return; /* cut, it would mean something else */
    snprintf(around, sizeof around, "%%%s%%", pattern);
    value = wql_text(wql_s(around));
    if (wql_quote(&value, literal, sizeof literal) < sizeof literal) printf("SELECT * FROM File WHERE Name LIKE %s\n", literal);
}

int main(void) {
    wql_error err = WQL_INIT(wql_error);
    wql_session_options options = {.struct_size = sizeof options, .dialect = WQL_PARAMETERS}; /* without it ? and @ are errors */
    wql_table table = {.struct_size = sizeof table, .def = &file_class};
    wql_engine *engine;
    wql_session *session;
    wql_query *query;
    pthread_t threads[2];
    question questions[2] = {{.min = 1000, .name = "ss%"}, {.min = 1, .name = "%[%]%"}};
    wql_str text = wql_s("SELECT Name FROM File WHERE Size >= @min AND Name LIKE @name");
    if (wql_memory_open(NULL, NULL, &table.memory) < 0 || fill(table.memory, &err) < 0 ||
        wql_engine_open(NULL, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/files", wql_memory_provider(), NULL, &table, &err) < 0 ||
        wql_session_open(engine, "root/files", &options, &session, &err) < 0 ||
        wql_query_prepare(session, text, &query, &err) < 0) /* every error of the text comes here */
        return fail(&err);
    for (int i = 0; i < 2; i++) {
        questions[i].query = query;
        if (pthread_create(&threads[i], NULL, ask, &questions[i])) return 1;
    }
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < 2; i++) printf("from %d, like %s:%s\n", (int)questions[i].min, questions[i].name, questions[i].answer);
    misuse(query);
    quoting("it's 100%_sure");
    wql_query_close(query);
    wql_session_close(session);
    if (wql_engine_close(engine) < 0) return 1;
    wql_memory_close(table.memory);
    return 0;
}
