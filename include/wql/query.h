/* SPDX-License-Identifier: MIT */
/* query.h: what a session can be asked. All that starts a call takes (how, &call, err) and returns at once: it fails only for
 * misuse, rights and limits. Errors of meaning end the call; wql_query_prepare is the way to know them early. */
#ifndef WQL_QUERY_H
#define WQL_QUERY_H

#include "call.h"

WQL_BEGIN

typedef struct wql_query wql_query; /* parsed, bound and planned text: read-only, shared by threads, runs many times */

/* Kinds of queries (wql_query_kind). This version runs data queries and schema queries: those classes of the namespace,
 * abstract ones too, as they were when the query was planned, that fulfil the WHERE, in the order of the names (see
 * wql_batch_definition). To enumerate the classes below one, ask for __THIS ISA 'Class' (deep) or __SUPERCLASS = 'Class'
 * (shallow).
 *
 * ASSOCIATORS OF {path} and REFERENCES OF {path} run too: what is linked with an object by instances of the namespace's
 * association classes (WQL_ASSOCIATION), or these instances. The object is looked up first: WQL_E_NOT_FOUND if it is not there,
 * and the codes of wql_session_fetch for a path that is none. Then the association classes whose references may name it are
 * asked one after the other for the instances that do, and, for associators, the objects at the other ends by their keys:
 * batches of several classes, each object as often as it is linked. What an end names that is not there (a row, a class,
 * another namespace or server, no path at all) is left out. CLASSDEFSONLY and SCHEMAONLY bring classes, as a schema query does.
 * WQL_KEYS_ONLY is KEYSONLY; WQL_PROTOTYPE is WQL_E_NOT_SUPPORTED.
 *
 * Event queries, and those that use forms of WQL_EXTENDED, are checked, and end with WQL_E_NOT_SUPPORTED. */
enum { WQL_KIND_DATA = 1, WQL_KIND_SCHEMA, WQL_KIND_ASSOCIATORS, WQL_KIND_REFERENCES, WQL_KIND_EVENT, WQL_KIND_EXTENDED };

/* Runs a query text.
 * @param text  UTF-8, copied
 * @param how   NULL = pulled, all defaults
 * @param out   [out] the call; close it. NULL: fire and forget, which needs a sink
 *
 * With WQL_PROTOTYPE the query is checked as ever, but not run: no provider is asked, and no parameter needs a value. One row comes
 * back, as of a schema query: wql_batch_definition has the class of FROM, cut down to the properties of the SELECT list, in the
 * class's order. Each of them has the qualifier `Order`: an array of sint32 with its places in the list, from 0 (of
 * `SELECT b, a, b` b has {0, 2} and a has {1}; a system property has a place, but is no property; for `*`, the places in the class,
 * or with WQL_KEYS_ONLY among its keys). Methods are left out. WQL_COUNT_ONLY counts 1; the other flags are as ever.
 *
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER (no session, empty or ill-formed text, an unknown flag, neither sink nor out, a sink
 * with add_ref but no release, a value that no parameter could have: see wql_call_options); WQL_E_UNSUPPORTED_PARAMETER (a field
 * unknown to this version); WQL_E_QUOTA_VIOLATION (text too long, too many calls; the error names the limit); WQL_E_NOT_AVAILABLE
 * (a sink or WQL_RUN_AHEAD without workers, and no pump); WQL_E_OUT_OF_MEMORY; WQL_E_SHUTTING_DOWN.
 * On failure the sink was not touched. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_session_exec(wql_session *session, wql_str text, const wql_call_options *how, wql_call *out,
                                    wql_error *err);

/* One object by its path (WMI's GetObject): an instance (`Class.Key="value",Other=5`, `Class="value"` where there is one key,
 * `Class=@` of a singleton), or the definition of a class (`Class`), both perhaps with this server and this namespace in front. A
 * batch of one row comes: of an instance, with all its properties (with WQL_KEYS_ONLY, its keys), and of its own class, which may
 * derive from the one that is named (not with WQL_DIRECT_READ); of a class, as of a schema query (wql_batch_definition). Texts are
 * compared without regard to case; a key's value may be any literal that a WHERE could compare the key with.
 * The keys reach providers as conditions, so a provider that looks rows up by key does so here.
 * @param path  copied
 * @param how   flags: WQL_DIRECT_READ and those that say how a call runs; rows_max counts for nothing, parameters are refused by
 *              the final status
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER (NULL, an empty or ill-formed path, WQL_PROTOTYPE or WQL_ENSURE_LOCATABLE, the misuse of
 * wql_session_exec); WQL_E_QUOTA_VIOLATION (path_chars_max, too many calls); and the other codes of wql_session_exec.
 * The call ends with WQL_OK after one row, or with WQL_E_NOT_FOUND (no such instance, no such class); WQL_E_INVALID_CLASS (the
 * class of an instance is not there; hint: the nearest); WQL_E_INVALID_OBJECT_PATH (the text is no path, or not one of that class,
 * or names another server); WQL_E_INVALID_NAMESPACE (it names another one than the session's); WQL_E_QUOTA_VIOLATION
 * (identifier_chars_max, path_keys_max), each with its place; WQL_S_PARTIAL_RESULTS, perhaps without a row (rows are known to be
 * missing); a provider's failure. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_session_fetch(wql_session *session, const char *path, const wql_call_options *how, wql_call *out,
                                     wql_error *err);
/* Creates or changes an instance. Not served yet: WQL_E_NOT_SUPPORTED, as the three that follow. Its properties are how->params. */
WQL_API wql_status wql_session_put(wql_session *session, const char *class_name, const wql_call_options *how, wql_call *out,
                                   wql_error *err);
/* Creates or changes a class. */
WQL_API wql_status wql_session_define(wql_session *session, const wql_class_def *def, const wql_call_options *how, wql_call *out,
                                      wql_error *err);
/* Deletes an instance or a class. */
WQL_API wql_status wql_session_delete(wql_session *session, const char *path, const wql_call_options *how, wql_call *out,
                                      wql_error *err);
/* Calls a method; its arguments are how->params; one row comes back. */
WQL_API wql_status wql_session_invoke(wql_session *session, const char *path, const char *method, const wql_call_options *how,
                                      wql_call *out, wql_error *err);

/* Checks a text without a schema: lexis, grammar, and every rule that the text alone settles. The first error in text order is
 * told.
 * @param engine   for its limits
 * @param dialect  WQL_RELAXED, WQL_EXTENDED, WQL_PARAMETERS: each only adds to the base language
 * @param kind     [out] WQL_KIND_...; may be NULL
 * Returns WQL_OK; WQL_E_INVALID_QUERY, WQL_E_INVALID_OBJECT_PATH (between braces), WQL_E_MISSING_GROUP_WITHIN (GROUP BY),
 * WQL_E_MISSING_AGGREGATION_LIST (BY *), WQL_E_INVALID_PARAMETER (empty, ill-formed UTF-8; or an unknown dialect),
 * WQL_E_QUOTA_VIOLATION (naming the limit), each with its place; WQL_E_OUT_OF_MEMORY. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_query_check(wql_engine *engine, wql_str text, uint32_t dialect, int *kind, wql_error *err);

/* Parses, binds and plans a text now. Providers are asked for their plan on this thread. Parameters (of a session with
 * WQL_PARAMETERS) are bound to their properties; their values come with each run, in its options.
 * @param out  [out] close it
 * Returns WQL_OK; the codes of wql_query_check; WQL_E_INVALID_CLASS (hint: the nearest name); WQL_E_INVALID_NAMESPACE (RELAXED:
 * FROM names another); WQL_E_INVALID_QUERY (a property that is not there, an operator or literal that does not fit);
 * WQL_E_NOT_SUPPORTED (a kind that is not run yet, or RELAXED: a system property against another one); a provider's failure;
 * WQL_E_OUT_OF_MEMORY; WQL_E_SHUTTING_DOWN.
 * Thread-safety: free, callback-safe. */
WQL_API wql_status wql_query_prepare(wql_session *session, wql_str text, wql_query **out, wql_error *err);

/* Lets a query go; its running calls run on. Accepts NULL. Thread-safety: free, callback-safe. */
WQL_API void wql_query_close(wql_query *query);

/* Runs a prepared query, any number of times at once, each run with values of its own for the parameters. Re-plans first if
 * classes or mounts have changed; calls that run keep the plan they have.
 * Returns the codes of wql_session_exec but those of the text. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_query_exec(wql_query *query, const wql_call_options *how, wql_call *out, wql_error *err);

/* WQL_KIND_...; 0 for NULL. Thread-safety: free, callback-safe. */
WQL_API int wql_query_kind(const wql_query *query);

/* The plan as text, a node a line: which provider scans what, what it took, what the engine checks. As snprintf.
 * Thread-safety: free, callback-safe. */
WQL_API size_t wql_query_explain(const wql_query *query, char *buf, size_t size);

WQL_FINISH

#endif
