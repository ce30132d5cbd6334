/* SPDX-License-Identifier: MIT */
/* session.c: sessions and queries. */
#include "../base/sized.h"
#include "../query/locate.h"
#include "engine.h"
#include "open.h"
#include "rights.h"

#include <string.h>

/* -- sessions ---------------------------------------------------------------------------------------------------- */

wql_session *wql__session_retain(wql_session *session) {
    atomic_fetch_add_explicit(&session->refs, 1, memory_order_relaxed);
    return session;
}

static void free_session(wql_session *session) {
    wql_engine *engine = session->engine;
    if (session->account) wql__account_leave(engine, session->account);
    wql__free(engine->mem, session->principal, session->principal_size);
    wql__free(engine->mem, session, sizeof *session);
}

void wql__session_release(wql_session *session) {
    wql_engine *engine;
    if (!session || atomic_fetch_sub_explicit(&session->refs, 1, memory_order_acq_rel) != 1) return;
    engine = session->engine;
    wql__lock(&engine->table);
    *session->link = session->next;
    if (session->next) session->next->link = session->link;
    wql__unlock(&engine->table);
    free_session(session);
}

static wql_status check_options(const wql_session_options *opt, wql_session_options *options, wql_error *err) {
    wql_status status = wql__sized_read(options, sizeof *options, opt, sizeof(uint32_t), "wql_session_options", err);
    if (status < 0) return status;
    if (options->flags) return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_session_options: unknown flags");
    if (options->dialect & ~(uint32_t)(WQL_RELAXED | WQL_EXTENDED | WQL_PARAMETERS))
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_session_options: unknown dialect");
    return WQL_OK;
}

/* Enters a session into the engine's list. */
static wql_status enter_session(wql_engine *engine, wql_session *session, wql_error *err) {
    wql_status status = WQL_OK;
    wql__lock(&engine->table);
    if (engine->closing) {
        status = wql__fail(err, WQL_E_SHUTTING_DOWN, "the engine is closing");
    } else {
        session->next = engine->sessions;
        session->link = &engine->sessions;
        if (session->next) session->next->link = &session->next;
        engine->sessions = session;
    }
    wql__unlock(&engine->table);
    return status;
}

/* Reading is a right, and so is coming from another machine. */
static wql_status check_rights(wql__namespace *ns, const wql_principal *principal, wql_error *err) {
    uint32_t needed = WQL_RIGHT_ENABLE | (principal->flags & WQL_PRINCIPAL_REMOTE ? WQL_RIGHT_REMOTE_ENABLE : 0u);
    uint32_t lacking = needed & ~wql__rights_of(ns, principal);
    if (!lacking) return WQL_OK;
    wql__audit(ns->engine, NULL, ns->name, lacking & (~lacking + 1), WQL_E_ACCESS_DENIED);
    return wql__fail(err, WQL_E_ACCESS_DENIED, "%s has no right to %s %s", principal->name ? principal->name : "the principal",
                     lacking & WQL_RIGHT_ENABLE ? "use" : "use, from another machine,", ns->name);
}

/* A session that is in no list yet. On failure *out may be set: free it. */
static wql_status make_session(wql__namespace *ns, const wql_session_options *options, wql_session **out, wql_error *err) {
    wql_engine *engine = ns->engine;
    wql_session *session = wql__alloc_zero(engine->mem, sizeof *session);
    *out = session;
    if (!session) return wql__fail_memory(engine->mem, err);
    atomic_init(&session->refs, 1);
    session->engine = engine;
    session->ns = ns;
    session->dialect = options->dialect;
    session->rights = wql__rights_of(ns, options->principal);
    session->account = wql__account_join(engine, options->principal);
    if (!session->account) return wql__fail_memory(engine->mem, err);
    if (!options->principal) return WQL_OK;
    session->principal = wql__principal_copy(engine->mem, options->principal, &session->principal_size);
    return session->principal ? WQL_OK : wql__fail_memory(engine->mem, err);
}

wql_status wql__session_open(wql_engine *engine, const char *ns_name, const wql_session_options *opt, wql_session **out,
                             wql_error *err) {
    wql_session_options options;
    char name[1024];
    wql__namespace *ns;
    wql_principal principal;
    wql_session *session = NULL;
    wql_status status = check_options(opt, &options, err);
    if (status >= 0) status = wql__namespace_name(ns_name, engine->server, name, sizeof name, err);
    if (status < 0) return status;
    ns = wql__namespace_find(engine, name);
    if (!ns) return wql__fail(err, WQL_E_INVALID_NAMESPACE, "there is no namespace %s", name);
    if (options.principal) {
        status = wql__principal_read(options.principal, &principal, err);
        if (status >= 0) status = check_rights(ns, &principal, err);
        if (status < 0) return status;
        options.principal = &principal;
    }
    status = make_session(ns, &options, &session, err);
    if (status >= 0) status = enter_session(engine, session, err);
    if (status < 0) {
        if (session) free_session(session);
        return status;
    }
    wql__audit(engine, session, ns->name, WQL_RIGHT_ENABLE, WQL_OK);
    *out = session;
    return WQL_OK;
}

wql_status wql__session_class(wql_session *session, wql_str name, wql_class **out, wql_error *err) {
    wql__catalog *catalog = wql__namespace_catalog(session->ns);
    const wql__class_entry *entry = wql__catalog_find(catalog, name);
    wql_status status = WQL_OK;
    if (entry) {
        *out = wql_class_retain(entry->cls);
    } else {
        status = wql__fail(err, WQL_E_INVALID_CLASS, "%s has no class %.*s", session->ns->name, WQL_FMT(name));
        wql__error_hint(err, wql__catalog_near(catalog, name));
    }
    wql__catalog_release(catalog);
    return status;
}

/* -- queries ----------------------------------------------------------------------------------------------------- */

wql_query *wql__query_retain(wql_query *query) {
    atomic_fetch_add_explicit(&query->refs, 1, memory_order_relaxed);
    return query;
}

static void leave_list(wql_engine *engine, wql_query *query) {
    wql__lock(&engine->table);
    *query->link = query->next;
    if (query->next) query->next->link = query->link;
    wql__unlock(&engine->table);
}

void wql__query_release(wql_query *query) {
    wql_engine *engine;
    if (!query || atomic_fetch_sub_explicit(&query->refs, 1, memory_order_acq_rel) != 1) return;
    engine = query->engine;
    if (query->listed) leave_list(engine, query);
    wql__plan_release(query->plan);
    wql__arena_free(&query->arena);
    wql__mutex_free(&query->lock);
    wql__session_release(query->session);
    wql__free(engine->mem, query, query->size);
}

static wql_status enter_query(wql_engine *engine, wql_query *query, wql_error *err) {
    wql_status status = WQL_OK;
    wql__lock(&engine->table);
    if (engine->closing) status = wql__fail(err, WQL_E_SHUTTING_DOWN, "the engine is closing");
    query->next = engine->queries;
    query->link = &engine->queries;
    if (query->next) query->next->link = &query->next;
    engine->queries = query;
    query->listed = true;
    wql__unlock(&engine->table);
    return status;
}

/* A query in one block, with its text and room for the tree of a text of usual length. NULL = no memory. */
static wql_query *new_query(wql_session *session, wql_str text) {
    enum { BLOCK = 1024, TEXT_SHORT = 256 }; /* up to about that size allocators are at their fastest */
    wql_engine *engine = session->engine;
    const size_t head = (sizeof(wql_query) + 15) & ~(size_t)15;
    size_t rest = BLOCK - head + (text.len > TEXT_SHORT && text.len < BLOCK ? BLOCK : 0);
    wql_query *query = wql__alloc(engine->mem, head + rest);
    if (!query) return NULL;
    memset(query, 0, sizeof *query);
    query->size = head + rest;
    atomic_init(&query->refs, 1);
    query->engine = engine;
    query->session = wql__session_retain(session);
    wql__arena_init_in(&query->arena, engine->mem, (char *)query + head, rest);
    wql__mutex_init(&query->lock);
    return query;
}

/* Takes a text that may be submitted. */
static wql_status make(wql_session *session, wql_str text, bool is_path, bool once, wql_query **out, wql_error *err) {
    wql_engine *engine = session->engine;
    wql_query *query = new_query(session, text);
    wql_status status = WQL_OK;
    if (!query) return wql__fail_memory(engine->mem, err);
    query->is_path = is_path;
    query->text.ptr = wql__arena_text(&query->arena, text.ptr, text.len);
    query->text.len = text.len;
    if (!query->text.ptr) status = wql__fail_memory(engine->mem, err);
    if (status >= 0 && !once) status = enter_query(engine, query, err);
    if (status < 0) {
        wql__query_release(query);
        return status;
    }
    *out = query;
    return WQL_OK;
}

wql_status wql__query_make(wql_session *session, wql_str text, bool once, wql_query **out, wql_error *err) {
    wql_status status = wql__parse_precheck(text, &session->engine->limits, err);
    return status < 0 ? status : make(session, text, false, once, out, err);
}

static wql__path_limits path_limits(const wql_engine *engine) {
    return (wql__path_limits){engine->limits.path_chars, engine->limits.identifier_chars, engine->limits.path_keys};
}

wql_status wql__fetch_make(wql_session *session, wql_str path, wql_query **out, wql_error *err) {
    wql__path_limits limits = path_limits(session->engine);
    wql_status status = wql__object_path_precheck(path, &limits, err);
    return status < 0 ? status : make(session, path, true, true, out, err);
}

static wql_status parse(wql_query *query, wql_error *err) {
    wql_query *q = query;
    wql__path_limits limits = path_limits(q->engine);
    if (q->tree || q->path) return WQL_OK;
    if (q->is_path) return wql__object_path_parse(q->text, 0, q->text.len, &limits, &q->arena, &q->path, err);
    return wql__parse_checked(q->text, q->session->dialect, &q->engine->limits, &q->arena, &q->tree, err);
}

static wql_status make_plan(wql_query *q, wql__catalog *catalog, uint32_t flags, wql__turn *turn, wql__plan **out,
                            wql_error *err) {
    if (q->path) return wql__plan_fetch(q->path, q->text, q->engine->mem, catalog, flags, &q->engine->zone, turn, out, err);
    return wql__plan_make(q->tree, q->engine->mem, catalog, flags, &q->engine->zone, turn, out, err);
}

/* The plan at hand, if it was made for these classes and these flags; retained. */
static wql__plan *find_plan(wql_query *query, const wql__catalog *catalog, uint32_t flags) {
    wql__plan *plan = NULL;
    wql__lock(&query->lock);
    if (query->plan && query->plan->catalog == catalog && query->plan->flags == flags) plan = wql__plan_retain(query->plan);
    wql__unlock(&query->lock);
    return plan;
}

static wql__plan *swap_plan(wql_query *query, wql__plan *plan) {
    wql__plan *old;
    wql__lock(&query->lock);
    old = query->plan;
    query->plan = plan;
    wql__unlock(&query->lock);
    return old;
}

/* If other classes were published meanwhile, the plan is let go again: whoever has published them has looked for plans to forget
 * before this one was there, and a query must not keep a provider that is unmounted. */
static void keep_plan(wql_query *query, wql__plan *plan) {
    wql__catalog *now;
    wql__plan_release(swap_plan(query, wql__plan_retain(plan)));
    now = wql__namespace_catalog(query->session->ns);
    if (now != plan->catalog) wql__plan_release(swap_plan(query, NULL));
    wql__catalog_release(now);
}

static bool is_current(wql__namespace *ns, const wql__catalog *catalog) {
    wql__catalog *now = wql__namespace_catalog(ns);
    wql__catalog_release(now);
    return now == catalog; /* which is held, so it is no other one in its place */
}

wql_status wql__query_plan(wql_query *query, uint32_t flags, wql__turn *turn, wql__plan **out, wql_error *err) {
    wql__catalog *catalog;
    wql__plan *plan;
    bool old;
    wql_status status = parse(query, err);
    if (status < 0) return status;
    flags &= WQL__PLAN_FLAGS;
    do {
        catalog = wql__namespace_catalog(query->session->ns);
        plan = query->listed ? find_plan(query, catalog, flags) : NULL;
        status = WQL_OK;
        if (!plan) {
            status = make_plan(query, catalog, flags, turn, &plan, err);
            if (status == WQL_OK && query->listed) keep_plan(query, plan);
        }
        old = status == WQL_E_PROVIDER_NOT_FOUND && !is_current(query->session->ns, catalog); /* unmounted meanwhile */
        wql__catalog_release(catalog);
    } while (old);
    if (status == WQL_OK) *out = plan;
    return status;
}

void wql__engine_forget_plans(wql_engine *engine, wql__namespace *ns) {
    for (bool again = true; again;) {
        wql__catalog *now = wql__namespace_catalog(ns);
        wql__plan *old = NULL;
        wql__lock(&engine->table);
        for (wql_query *query = engine->queries; query && !old; query = query->next) {
            if (query->session->ns != ns) continue;
            wql__lock(&query->lock);
            if (query->plan && query->plan->catalog != now) {
                old = query->plan;
                query->plan = NULL;
            }
            wql__unlock(&query->lock);
        }
        wql__unlock(&engine->table);
        again = old != NULL;
        wql__catalog_release(now);
        wql__plan_release(old); /* may unload a provider: no lock is held */
    }
}

wql_status wql__query_prepare(wql_session *session, wql_str text, wql_query **out, wql_error *err) {
    wql_query *query;
    wql__plan *plan;
    wql_status status = wql__query_make(session, text, false, &query, err);
    if (status < 0) return status;
    status = wql__query_plan(query, 0, NULL, &plan, err);
    if (status < 0) {
        wql__query_release(query);
        return status;
    }
    wql__plan_release(plan);
    *out = query;
    return WQL_OK;
}

/* Plans anew if the classes have changed; what cannot be planned is said in place of the plan. */
size_t wql__query_explain(wql_query *query, char *buf, size_t size) {
    wql__out text = {buf, size, 0};
    wql_error err = WQL_INIT(wql_error);
    wql__plan *plan;
    if (wql__query_plan(query, 0, NULL, &plan, &err) < 0) {
        wql__out_z(&text, err.message);
        return wql__out_end(&text);
    }
    wql__plan_explain(plan, &text);
    wql__plan_release(plan);
    return wql__out_end(&text);
}

/* The tree of a text of some hundred bytes is made on the stack: threads that check texts meet nowhere, not even in the engine's
 * count of memory. */
enum { CHECK_BYTES = 8 * 1024 };

wql_status wql__query_check(wql_engine *engine, wql_str text, uint32_t dialect, int *kind, wql_error *err) {
    _Alignas(16) char first[CHECK_BYTES];
    wql__arena arena;
    wql__query_tree *tree;
    wql_status status;
    wql__arena_init_in(&arena, engine->mem, first, sizeof first);
    status = wql__parse(text, dialect, &engine->limits, &arena, &tree, err);
    if (status >= 0 && kind) *kind = tree->kind;
    wql__arena_free(&arena);
    return status;
}
