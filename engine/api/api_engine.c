/* SPDX-License-Identifier: MIT */
/* api_engine.c: public functions of engines, sessions and pumps: arguments checked, then one call down. */
#include "../base/error.h"
#include "../deliver/mof.h"
#include "../deliver/open.h"
#include "../deliver/rights.h"

static wql_status missing(wql_error *err, const char *what) {
    return wql__fail(err, WQL_E_INVALID_PARAMETER, "%s is NULL", what);
}

const char *wql_version(void) { return WQL_VERSION_TEXT; }

wql_status wql_engine_open(const wql_engine_options *opt, wql_engine **out, wql_error *err) {
    if (!out) return missing(err, "the place for the engine");
    return wql__engine_open(opt, out, err);
}

wql_status wql_engine_close(wql_engine *engine) { return engine ? wql__engine_close(engine) : WQL_OK; }

wql_status wql_engine_mount(wql_engine *engine, const char *ns, const wql_provider *provider, const char *config, void *user,
                            wql_error *err) {
    if (!engine) return missing(err, "the engine");
    if (!ns) return missing(err, "the namespace's name");
    if (!provider) return missing(err, "the provider");
    return wql__engine_mount(engine, ns, provider, config, user, NULL, err);
}

wql_status wql_engine_load(wql_engine *engine, const char *ns, const char *path, const char *config, wql_error *err) {
    if (!engine) return missing(err, "the engine");
    if (!ns) return missing(err, "the namespace's name");
    if (!path) return missing(err, "the path");
    return wql__engine_load(engine, ns, path, config, err);
}

wql_status wql_engine_unmount(wql_engine *engine, const char *ns, const char *provider, wql_error *err) {
    if (!engine) return missing(err, "the engine");
    if (!ns) return missing(err, "the namespace's name");
    if (!provider) return missing(err, "the provider's name");
    return wql__engine_unmount(engine, ns, provider, err);
}

wql_status wql_engine_mof(wql_engine *engine, const char *ns, wql_str mof, wql_error *err) {
    wql_mof_options options = WQL_INIT(wql_mof_options);
    if (!engine) return missing(err, "the engine");
    if (!ns) return missing(err, "the namespace's name");
    if (!mof.ptr) return missing(err, "the text");
    options.text = mof;
    return wql__engine_mof_load(engine, ns, &options, NULL, err);
}

wql_status wql_engine_mof_load(wql_engine *engine, const char *ns, const wql_mof_options *options, wql_mof_report *report,
                               wql_error *err) {
    if (!engine) return missing(err, "the engine");
    if (!ns) return missing(err, "the namespace's name");
    if (!options) return missing(err, "what to load");
    return wql__engine_mof_load(engine, ns, options, report, err);
}

wql_status wql_engine_grant(wql_engine *engine, const char *ns, const char *principal, uint32_t allow, uint32_t deny,
                            wql_error *err) {
    if (!engine) return missing(err, "the engine");
    if (!ns) return missing(err, "the namespace's name");
    if (!principal) return missing(err, "the principal");
    return wql__engine_grant(engine, ns, principal, allow, deny, err);
}

wql_status wql_engine_secure(wql_engine *engine) {
    if (!engine) return WQL_E_INVALID_PARAMETER;
    return atomic_exchange_explicit(&engine->secured, true, memory_order_acq_rel) ? WQL_END : WQL_OK;
}

wql_status wql_engine_takes_sinks(wql_engine *engine, wql_error *err) {
    if (!engine) return missing(err, "the engine");
    const wql_status status = wql__engine_takes_sinks(engine);
    return status == WQL_OK ? WQL_OK : wql__fail_not_secured(err, status);
}

wql_status wql_engine_get_stats(wql_engine *engine, wql_engine_stats *out) {
    if (!engine || !out) return WQL_E_INVALID_PARAMETER;
    return wql__engine_read_stats(engine, out);
}

wql_status wql_engine_get_provider_stats(wql_engine *engine, const char *ns, const char *provider, wql_provider_stats *out) {
    if (!engine || !ns || !provider || !out) return WQL_E_INVALID_PARAMETER;
    return wql__provider_read_stats(engine, ns, provider, out);
}

wql_status wql_session_open(wql_engine *engine, const char *ns, const wql_session_options *opt, wql_session **out,
                            wql_error *err) {
    if (!engine) return missing(err, "the engine");
    if (!ns) return missing(err, "the namespace's name");
    if (!out) return missing(err, "the place for the session");
    return wql__session_open(engine, ns, opt, out, err);
}

void wql_session_close(wql_session *session) { wql__session_release(session); }

wql_status wql_session_class(wql_session *session, const char *name, wql_class **out, wql_error *err) {
    if (!session) return missing(err, "the session");
    if (!name) return missing(err, "the class's name");
    if (!out) return missing(err, "the place for the class");
    return wql__session_class(session, wql_s(name), out, err);
}

wql_status wql_pump_open(wql_engine *engine, wql_pump **out, wql_error *err) {
    if (!engine) return missing(err, "the engine");
    if (!out) return missing(err, "the place for the pump");
    return wql__pump_open(engine, out, err);
}

void wql_pump_close(wql_pump *pump) {
    if (pump) wql__pump_close(pump);
}

int wql_pump_fd(const wql_pump *pump) { return pump ? wql__pump_fd(pump) : -1; }

wql_status wql_pump_run(wql_pump *pump, uint32_t budget_us) {
    return pump ? wql__pump_run(pump, budget_us) : WQL_E_INVALID_PARAMETER;
}
