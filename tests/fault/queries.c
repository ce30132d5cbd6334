/* SPDX-License-Identifier: MIT */
/* queries.c: parse, bind, plan, explain and run, pulled. */
#include "fault.h"

static wql_status rows(world *w) { return ask(w, "SELECT * FROM Tick", 0); }

static wql_status filtered(world *w) {
    return ask(
        w,
        "SELECT Name, __PATH FROM Tick WHERE (Id >= 5 AND NOT Name LIKE '%[3-4]%') OR Name = 'tick 3' OR __RELPATH = 'Tick.Id=0'",
        -1);
}

static wql_status explain(world *w, wql_query *query) {
    char plan[2000], again[2000];
    size_t len = wql_query_explain(query, plan, sizeof plan), longer = wql_query_explain(query, again, 20);
    if (wql_query_kind(query) != WQL_KIND_DATA) broken(w, "the kind of a query");
    if (!len || !longer || again[19] != 0) broken(w, "a plan is explained");
    return WQL_OK;
}

static wql_status prepared(world *w) {
    wql_query *query;
    wql_status status = try_prepare(w, "SELECT Id FROM Tick WHERE Name > 'tick 5'", &query);
    if (status < 0) return status;
    status = explain(w, query);
    for (int i = 0; i < 2 && status >= 0; i++) {
        wql_call call;
        status = try_run(w, query, NULL, &call);
        if (status < 0) break;
        status = pull(w, call, i);
        wql_call_close(call);
    }
    wql_query_close(query);
    return status;
}

/* The plan is made again, since a provider has come meanwhile. */
static wql_status replanned(world *w) {
    wql_query *query;
    wql_call call;
    wql_status status = try_prepare(w, "SELECT * FROM Tick WHERE Id < 10", &query);
    if (status < 0) return status;
    w->guest.table.flags = 0;
    status = wql_engine_mount(w->engine, "root/t/below", ticks_provider(&w->guest, "guest"), NULL, &w->guest, &w->err);
    if (status >= 0) status = try_run(w, query, NULL, &call);
    if (status >= 0) {
        status = pull(w, call, -1);
        wql_call_close(call);
    }
    wql_query_close(query);
    return status;
}

/* Texts that are checked without a schema: flat and deep, names and literals of every kind. */
static wql_status checked(world *w) {
    static const struct {
        const char *text;
        uint32_t dialect;
        int kind;
    } others[] = {
        {"ASSOCIATORS OF {Some_Class.Key1=\"a text with \\\\ and \\\" in it\",Key2=0x1F} WHERE Role = 'P\\\\' ResultClass = C "
         "KeysOnly",
         0, WQL_KIND_ASSOCIATORS},
        {"SELECT a.b, c FROM E WITHIN 0.5 WHERE a.b <> c.d GROUP WITHIN 5 BY a, b, c, d, e, f HAVING NumberOfEvents > 5", 0,
         WQL_KIND_EVENT},
        {"SELECT * FROM root\\cimv2:A WHERE a BETWEEN 0x1 AND 2 AND b IS NOT TRUE AND c NOT LIKE 'd%' AND e = f;", WQL_RELAXED,
         WQL_KIND_DATA},
        {"SELECT DISTINCT x.a, UPPER(b), SUBSTRING(q, 1, 2) FROM A x LEFT JOIN B AS y ON x.a = y.b JOIN C ON c = d WHERE e IN "
         "(1, 'f\\\\', NULL) AND "
         "g NOT IN (SELECT h FROM D WHERE i IN (SELECT j FROM E, F)) AND DATEDIFF(DAY, k, DATEADD(HH, 5, GETDATE())) > 7 ORDER "
         "BY "
         "l, LOWER(m) DESC",
         WQL_EXTENDED, WQL_KIND_EXTENDED}};
    static const char *const texts[] = {
        "SELECT * FROM A",
        "SELECT a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p FROM Very_Long_Name_Of_A_Class WHERE a IS NULL AND b IS NOT NULL",
        "SELECT * FROM A WHERE a = 1 OR a = 2 OR a = 3 OR a = 4 OR a = 5 OR a = 6 OR a = 7 OR a = 8 OR a = 9 OR a = 10 OR a = 11",
        "SELECT * FROM A WHERE ((((((((((((((((((((((((((((((((a = 1 AND NOT (NOT (NOT b LIKE "
        "'[a-z]%_x'))))))))))))))))))))))))))))))))))",
        "SELECT * FROM A WHERE a = 'a text of some length, with \\'quotes\\' and \\\\ in it' AND b >= -9223372036854775808",
        "SELECT * FROM A WHERE a = 1.5e300 AND b = '20200101000000.000000+000' AND c = TRUE"};
    wql_status status = WQL_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status >= 0; i++) {
        int kind = -7;
        status = wql_query_check(w->engine, wql_s(texts[i]), 0, &kind, &w->err);
        if (status >= 0 ? kind != WQL_KIND_DATA : kind != -7) broken(w, "wql_query_check sets its output on success only");
    }
    for (size_t i = 0; i < sizeof others / sizeof *others && status >= 0; i++) {
        int kind = -7;
        status = wql_query_check(w->engine, wql_s(others[i].text), others[i].dialect, &kind, &w->err);
        if (status == WQL_E_INVALID_QUERY || (status >= 0 && kind != others[i].kind)) broken(w, "a text is of another kind");
    }
    return status;
}

/* As many comparisons as are allowed; the widest SELECT list. */
static wql_status large(world *w) {
    char *text = malloc(40000), *at = text;
    wql_status status;
    if (!text) return WQL_E_OUT_OF_MEMORY;
    at += sprintf(at, "SELECT Id");
    for (int i = 0; i < 200; i++) at += sprintf(at, ", __CLASS");
    at += sprintf(at, " FROM Tick WHERE Id = 0");
    for (int i = 1; i < 400; i++) at += sprintf(at, " OR Id = %d", i * 3);
    status = wql_query_check(w->engine, wql_s(text), 0, NULL, &w->err);
    if (status == WQL_E_INVALID_QUERY) broken(w, "a large query is accepted"); /* no name twice? then this test is wrong */
    if (status >= 0) status = ask(w, text, -1);
    free(text);
    return status;
}

/* Mistakes are told as such, or memory is short: nothing else. Each with its place, its hint. */
static wql_status mistaken(world *w) {
    static const struct {
        const char *text;
        wql_status expected;
    } mistakes[] = {{"SELECT Id FROM Tick WHERE Nmae = 'a'", WQL_E_INVALID_QUERY},
                    {"SELECT Id FROM Tack", WQL_E_INVALID_CLASS},
                    {"SELECT Id FROM Tick WHERE Id = 'x'", WQL_E_INVALID_QUERY},
                    {"SELECT Id FROM Tick WHERE Id LIKE", WQL_E_INVALID_QUERY},
                    {"SELECT FROM Tick", WQL_E_INVALID_QUERY},
                    {"SELECT Id FROM Tick WITHIN 5", WQL_E_NOT_EVENT_CLASS},
                    {"SELECT * FROM __TimersEvent", WQL_E_INVALID_CLASS},
                    {"SELECT * FROM __TimerEvent GROUP WITHIN 5 BY TimerId.x", WQL_E_PROPERTY_NOT_AN_OBJECT},
                    {"SELECT TimerId FROM __TimerEvent WITHIN 5 WHERE NumFirings > 5", WQL_E_NOT_SUPPORTED},
                    {"ASSOCIATORS OF {Tick.Nmae=1}", WQL_E_INVALID_OBJECT_PATH}};
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        wql_query *query;
        wql_status status = try_prepare(w, mistakes[i].text, &query);
        if (status >= 0) {
            broken(w, "a mistake is accepted");
            wql_query_close(query);
        } else if (status != mistakes[i].expected) {
            return status;
        }
    }
    return WQL_OK;
}

static wql_status with_options(world *w, const char *text, const wql_call_options *how) {
    wql_call call;
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_status status = try_exec(w, w->session, text, how, &call);
    if (status < 0) return status;
    status = pull(w, call, -1);
    if (wql_call_get_stats(call, &stats) != WQL_OK) broken(w, "the statistics of a call");
    if (how->flags & WQL_COUNT_ONLY) w->rows += stats.rows_delivered;
    wql_call_close(call);
    return status;
}

static wql_status ways_to_run(world *w) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_status status;
    how.flags = WQL_COUNT_ONLY;
    status = with_options(w, "SELECT * FROM Tick WHERE Id >= 1000", &how);
    how.flags = WQL_KEYS_ONLY | WQL_DIRECT_READ;
    how.rows_max = 700;
    if (status >= 0) status = with_options(w, "SELECT * FROM Tick", &how);
    how = (wql_call_options)WQL_INIT(wql_call_options);
    how.flags = WQL_ENSURE_LOCATABLE;
    how.batch_rows = 7;
    how.batch_bytes = 64;
    how.rows_max = 50;
    if (status >= 0) status = with_options(w, "SELECT Name FROM Tick WHERE Name LIKE '%1%' OR Name LIKE 'tick [5-9]'", &how);
    return status;
}

/* Values of several kinds, a set, one that is NULL, one that no provider could be told; and a context. */
static wql_status parametrised(world *w) {
    static const char text[] =
        "SELECT Id FROM Tick WHERE Name LIKE @p AND (Id = ? OR Id = ? OR Id = 7 OR Name = @none) AND Id < @most";
    wql_param params[] = {{"p", wql_text(wql_s("TICK%"))},
                          {NULL, wql_u64(5)},
                          {NULL, wql_i64(-5)},
                          {"none", wql_null()},
                          {"most", wql_u64(UINT64_MAX)}};
    wql_value items[2] = {wql_text(wql_s("one")), wql_text(wql_s("two"))};
    wql_param context[] = {{"Locale", wql_text(wql_s("MS_409"))},
                           {"List", {.type = WQL_STRING | WQL_ARRAY, .count = 2, .items = items}}};
    wql_session_options with = {.struct_size = sizeof with, .dialect = WQL_PARAMETERS};
    wql_call_options how = {
        .struct_size = sizeof how, .params = params, .param_count = 5, .context = context, .context_count = 2};
    wql_session *session;
    wql_query *query = NULL;
    wql_call call;
    wql_status status = wql_session_open(w->engine, "root/t", &with, &session, &w->err);
    if (status < 0) return status;
    status = wql_query_prepare(session, wql_s(text), &query, &w->err);
    for (int i = 0; i < 2 && status >= 0; i++) {
        status = wql_query_exec(query, &how, &call, &w->err);
        if (status < 0) break;
        status = pull(w, call, -1);
        wql_call_close(call);
    }
    wql_query_close(query);
    wql_session_close(session);
    return status;
}

/* What the other dialects add: a class that a parameter names, two properties compared, parts of a comparison. */
static wql_status dialects(world *w) {
    static const char *const texts[] = {
        "SELECT * FROM META_CLASS WHERE __THIS ISA @class OR __THIS ISA 'Tick' AND NOT __CLASS LIKE 'X%'",
        "SELECT Id FROM root\\t:Tick WHERE Name <> Id AND Id BETWEEN 0x1 AND 40 AND NOT Id > Id;",
        "SELECT Tick.Id FROM Tick WHERE Tick.Id < 3 AND Tick.Name NOT LIKE 'x%'"};
    wql_session_options with = {.struct_size = sizeof with, .dialect = WQL_RELAXED | WQL_EXTENDED | WQL_PARAMETERS};
    wql_param value = {"class", wql_text(wql_s("tick"))};
    wql_session *session;
    wql_status status = wql_session_open(w->engine, "root/t", &with, &session, &w->err);
    if (status < 0) return status;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status >= 0; i++) {
        wql_call_options how = {.struct_size = sizeof how, .params = &value, .param_count = i == 0};
        wql_call call;
        status = try_exec(w, session, texts[i], &how, &call);
        if (status < 0) break;
        status = pull(w, call, -1);
        wql_call_close(call);
    }
    wql_session_close(session);
    return status;
}

/* A principal with rights of its own reads kept batches by number; a call that could keep no more goes on. */
static wql_status kept(world *w) {
    static const uint32_t gids[] = {4, 27};
    wql_principal who = {.struct_size = sizeof who, .uid = 7, .gid_count = 2, .gids = gids, .name = "somebody"};
    wql_session_options with = {.struct_size = sizeof with, .principal = &who};
    wql_call_options how = {.struct_size = sizeof how, .flags = WQL_KEEP, .batch_rows = 100};
    wql_session *session;
    wql_batch *batch;
    wql_call call;
    bool accepted;
    wql_status status = wql_engine_grant(w->engine, "root", "gid:27", WQL_RIGHT_ENABLE, 0, &w->err);
    if (status >= 0) status = wql_session_open(w->engine, "root/t", &with, &session, &w->err);
    if (status < 0) return status;
    status = try_exec(w, session, "SELECT Id FROM Tick", &how, &call);
    accepted = status >= 0;
    for (uint64_t at = 0; status == WQL_OK; at++) {
        status = wql_call_at(call, at, WQL_FOREVER, &batch, &w->err);
        if (status == WQL_OK) {
            w->rows += wql_batch_rows(batch);
            wql_batch_release(batch);
        }
    }
    if (accepted) wql_call_close(call);
    wql_session_close(session);
    return status == WQL_END ? WQL_OK : status;
}

const scenario query_scenarios[] = {
    {.name = "parameters",
     .mount = mount_ticks,
     .run = parametrised,
     .rows = 4,
     .probe = "SELECT Id FROM Tick",
     .probe_rows = 3000},
    {.name = "dialects", .mount = mount_ticks, .run = dialects, .rows = 44, .probe = "SELECT Id FROM Tick", .probe_rows = 3000},
    {.name = "kept", .mount = mount_ticks, .run = kept, .rows = 3000, .probe = "SELECT Id FROM Tick", .probe_rows = 3000},
    {.name = "rows", .mount = mount_ticks, .run = rows, .rows = 3000, .probe = "SELECT Id FROM Tick", .probe_rows = 3000},
    {.name = "zero copy",
     .mount = mount_ticks,
     .run = rows,
     .rows = 3000,
     .zero_copy = true,
     .probe = "SELECT Id FROM Tick",
     .probe_rows = 3000},
    {.name = "filter and paths",
     .mount = mount_ticks,
     .run = filtered,
     .rows = 2698,
     .probe = "SELECT * FROM Tick WHERE Id < 10",
     .probe_rows = 10},
    {.name = "prepared",
     .mount = mount_ticks,
     .run = prepared,
     .rows = 2400,
     .probe = "SELECT Id FROM Tick WHERE Name > 'tick 5'",
     .probe_rows = 1200},
    {.name = "planned again",
     .mount = mount_ticks,
     .run = replanned,
     .rows = 10,
     .probe = "SELECT Id FROM Tick",
     .probe_rows = 3000},
    {.name = "checked", .mount = mount_ticks, .run = checked, .probe = "SELECT Id FROM Tick", .probe_rows = 3000},
    {.name = "a large query",
     .mount = mount_ticks,
     .run = large,
     .rows = 400,
     .probe = "SELECT Id FROM Tick",
     .probe_rows = 3000},
    {.name = "mistakes", .mount = mount_ticks, .run = mistaken, .probe = "SELECT Id FROM Tick", .probe_rows = 3000},
    {.name = "ways to run",
     .mount = mount_ticks,
     .run = ways_to_run,
     .rows = 2750,
     .probe = "SELECT Id FROM Tick",
     .probe_rows = 3000},
    {.name = NULL}};
