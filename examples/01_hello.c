/* SPDX-License-Identifier: MIT */
/* 01_hello.c: a question to a SQLite file, pulled on this thread. 01_hello FILE, where FILE is made by: sqlite3 FILE <shop.sql */
#include <wql/wql.h>

#include <stdio.h>

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

int main(int argc, char **argv) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine;
    wql_session *session;
    wql_call call;
    wql_batch *batch;
    wql_status st;
    if (wql_engine_open(NULL, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/shop", wql_sqlite_provider(), argc > 1 ? argv[1] : "shop.db", NULL, &err) < 0 ||
        wql_session_open(engine, "root/shop", NULL, &session, &err) < 0 ||
        wql_session_exec(session, wql_s("SELECT Name, Price FROM Product WHERE Price > 10"), NULL, &call, &err) < 0)
        return fail(&err);
    while ((st = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        const wql_column *name = wql_batch_column(batch, 0), *price = wql_batch_column(batch, 1); /* as the SELECT lists them */
        for (uint32_t row = 0; row < wql_batch_rows(batch); row++)
            printf("%.*s\t%g\n", WQL_FMT(wql_column_str(name, row)), wql_column_value(price, row).f64);
        wql_batch_release(batch);
    }
    if (st != WQL_END) return fail(&err); /* an error, or a remark such as WQL_S_PARTIAL_RESULTS: nothing is hidden */
    wql_call_close(call);
    wql_session_close(session);
    return wql_engine_close(engine) < 0;
}
