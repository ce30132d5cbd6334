/* SPDX-License-Identifier: MIT */
/* open.h: what the public functions of engines, sessions, queries and pumps call. */
#ifndef WQL_DELIVER_OPEN_H
#define WQL_DELIVER_OPEN_H

#include "engine.h"

wql_status wql__engine_open(const wql_engine_options *opt, wql_engine **out, wql_error *err);
wql_status wql__engine_close(wql_engine *engine);
wql_status wql__provider_read_stats(wql_engine *engine, const char *ns, const char *provider, wql_provider_stats *out);
wql_status wql__engine_read_stats(wql_engine *engine, wql_engine_stats *out);

wql_status wql__session_open(wql_engine *engine, const char *ns, const wql_session_options *opt, wql_session **out,
                             wql_error *err);
wql_status wql__session_class(wql_session *session, wql_str name, wql_class **out, wql_error *err);
wql_status wql__query_prepare(wql_session *session, wql_str text, wql_query **out, wql_error *err);
size_t wql__query_explain(wql_query *query, char *buf, size_t size);
wql_status wql__query_check(wql_engine *engine, wql_str text, uint32_t dialect, int *kind, wql_error *err);

wql_status wql__pump_open(wql_engine *engine, wql_pump **out, wql_error *err);
void wql__pump_close(wql_pump *pump);
wql_status wql__pump_run(wql_pump *pump, uint32_t budget_us);
int wql__pump_fd(const wql_pump *pump);
/* Runs what waits in pumps whose thread this is, or that were closed. */
void wql__pumps_finish(wql_engine *engine);

#endif
