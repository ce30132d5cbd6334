/* SPDX-License-Identifier: MIT */
/* engine.h: engines, namespaces, mounts, sessions. */
#ifndef WQL_ENGINE_H
#define WQL_ENGINE_H

#include "schema.h"

WQL_BEGIN

typedef struct wql_engine wql_engine;     /* providers, namespaces, classes, workers and limits; many per process */
typedef struct wql_provider wql_provider; /* provider.h */

/* Levels of the log callback. */
enum { WQL_LOG_ERROR = 1, WQL_LOG_WARNING = 2, WQL_LOG_INFO = 3, WQL_LOG_DEBUG = 4 };

/* Flags of an engine. */
enum {
    WQL_CHECK_PROVIDERS = 1, /* re-check also what a provider took as exact, and how references in columns are spelled, and name
                              * the provider that lied (slower) */
    WQL_STRICT = 2,          /* security comes first: a call with a sink is refused with WQL_E_ACCESS_DENIED, and the sink not
                              * touched, until the host has called wql_engine_secure */
    WQL_STRICT_LATE = 4      /* the same, but as WMI has it: such a call is accepted, and its final status is that code */
};

/* Kernels: the code that tests whole columns. All give the same results, some in less time. */
enum {
    WQL_KERNELS_AUTO = 0,     /* the best that this CPU has */
    WQL_KERNELS_PORTABLE = 1, /* plain C */
    WQL_KERNELS_AVX2 = 2,     /* x86-64 with AVX2, BMI and BMI2 */
    WQL_KERNELS_AVX512 = 3,   /* x86-64 with AVX-512 F, BW, DQ, VL and VBMI2 */
    WQL_KERNELS_NEON = 4      /* AArch64 */
};

/* How an engine behaves. A zero field is the default given here. Callbacks may come on any thread, hold no lock of the library's,
 * and must not call the library. A field beyond `struct_size` counts as zero; a non-zero field that this version does not know is
 * WQL_E_UNSUPPORTED_PARAMETER. */
typedef struct wql_engine_options {
    uint32_t struct_size;
    uint32_t flags;           /* WQL_CHECK_PROVIDERS, WQL_STRICT, WQL_STRICT_LATE */
    uint32_t workers;         /* threads that run calls; 0 = none: calls are pulled or pumped, and no thread is ever made. Those
                               * without work help a call that has run for a while, if its provider offers parts: the rows come
                               * in the same order */
    uint32_t threads_max;     /* most threads for providers that block, beside the workers; 64. One of them also stands in for a
                               * worker that a provider or a sink holds for 100 ms while calls wait; that provider counts as one
                               * that blocks from then on */
    uint32_t stack_bytes;     /* stack of each thread; 256 KiB */
    uint32_t calls_max;       /* open calls; 100,000 */
    uint32_t query_chars_max; /* text of a query, in UTF-16 units; 16,384 (WMI's) */
    uint32_t depth_max;       /* nesting of a query: open parentheses, NOTs, selects and calls together; 128, at most 190 */
    uint32_t sink_timeout_ms; /* how long a callback may run before its call is cancelled; 0 = for ever */
    uint32_t cancel_wait_ms;  /* how long a cancel waits for a running callback, and a close for everything; 10,000 */
    void *(*alloc)(void *user, void *ptr, size_t old_size, size_t new_size); /* as realloc, with the exact old size; new_size 0
                                                                              * frees. NULL = the C library's. */
    void *alloc_user;
    uint64_t memory_max;                                  /* bytes the engine may hold, retained batches included; 0 = no limit */
    void (*log)(void *user, int level, const char *line); /* NULL = silent */
    void *log_user;
    int64_t (*clock)(void *user, bool wall); /* microseconds: monotonic, or since 1970; NULL = the system's */
    int (*zone)(void *user, int64_t us);     /* local offset from UTC in minutes at that instant, for date literals
                                              * that name none; NULL = UTC */
    void (*audit)(void *user, wql_session *session, const char *ns, uint32_t right, wql_status outcome); /* each use of a right */
    void *clock_user, *zone_user, *audit_user;
    uint32_t predicates_max;          /* comparisons in a query; 512 */
    uint32_t select_items_max;        /* names in a SELECT list; 1,024 */
    uint32_t pattern_chars_max;       /* a LIKE pattern, in UTF-16 units; 4,096 */
    uint32_t path_chars_max;          /* an object path, in UTF-16 units; 8,192 */
    uint32_t identifier_chars_max;    /* a name, in UTF-16 units; 4,096 */
    uint32_t calls_per_principal_max; /* open calls of one principal (the owner is one too); 0 = calls_max */
    uint32_t ahead_max;               /* batches a WQL_RUN_AHEAD call may hold; 16 */
    uint32_t zombies_max;             /* ended calls whose provider has not come back; beyond it new calls are refused; 1,000 */
    uint32_t kernels;                 /* WQL_KERNELS_AUTO ...: to measure and to test; what the CPU lacks is WQL_E_NOT_SUPPORTED */
    uint32_t path_keys_max;           /* keys in an object path; 1,024 */
} wql_engine_options;

/* Counters of an engine, now. */
typedef struct wql_engine_stats {
    uint32_t struct_size;
    uint32_t calls;               /* open */
    uint32_t zombies;             /* ended, but a provider has not come back from them */
    uint32_t providers;           /* mounted */
    uint64_t memory, memory_peak; /* bytes through the allocator */
    uint64_t provider_faults;     /* breaches of the provider contract */
} wql_engine_stats;

/* Flags of a principal. */
enum {
    WQL_PRINCIPAL_REMOTE = 1 /* comes from another machine: needs WQL_RIGHT_REMOTE_ENABLE too */
};

/* Counters of a mounted provider, now. */
typedef struct wql_provider_stats {
    uint32_t struct_size;
    uint32_t blocks;      /* 1: its calls run on threads of their own: it said so, or it once held a worker for too long */
    uint32_t scans;       /* open now */
    uint32_t zero;
    uint64_t opened;      /* scans opened so far */
    uint64_t rows;        /* it brought, or counted */
    uint64_t inside_ns;   /* time spent inside it, of all threads together */
    uint64_t faults;      /* breaches of the provider contract */
} wql_provider_stats;

/* Who asks. The host vouches for it: the library cannot check it. Two are the same if name and uid are. */
typedef struct wql_principal {
    uint32_t struct_size;
    uint32_t flags; /* WQL_PRINCIPAL_REMOTE */
    uint32_t uid;
    uint32_t gid_count;
    const uint32_t *gids; /* groups it is in */
    const char *name;     /* NULL: none */
} wql_principal;

/* Bits of a session's dialect. 0 = the base language. */
enum {
    WQL_RELAXED = 1,   /* also what other servers accept */
    WQL_EXTENDED = 2,  /* also Configuration Manager's forms */
    WQL_PARAMETERS = 4 /* `?` and `@name` stand for values, which come with each run (wql_call_options) */
};

/* WMI's access rights on a namespace, for wql_engine_grant ([MS-WMI]). */
enum {
    WQL_RIGHT_ENABLE = 1,
    WQL_RIGHT_METHOD_EXECUTE = 2,
    WQL_RIGHT_FULL_WRITE = 4,
    WQL_RIGHT_PARTIAL_WRITE = 8,
    WQL_RIGHT_WRITE_PROVIDER = 0x10,
    WQL_RIGHT_REMOTE_ENABLE = 0x20,
    WQL_RIGHT_SUBSCRIBE = 0x40,
    WQL_RIGHT_PUBLISH = 0x80
};

/* How a session behaves. */
typedef struct wql_session_options {
    uint32_t struct_size;
    uint32_t flags;      /* must be 0 */
    uint32_t dialect;    /* WQL_RELAXED, WQL_EXTENDED, WQL_PARAMETERS: each adds to the base language. This version checks the
                          * forms that only WQL_EXTENDED has and does not run them: WQL_E_NOT_SUPPORTED. */
    uint32_t timeout_ms; /* of opening, where a provider must be started for it; 0 = for ever */
    const wql_principal *principal; /* NULL: the owner, who has all rights. Copied. */
} wql_session_options;

/* Makes an engine. No thread is started unless `workers` > 0.
 * @param opt  NULL = all defaults; copied
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER (out is NULL, an unknown flag, unknown kernels, `zero`
 * is not 0, depth_max above 190); WQL_E_UNSUPPORTED_PARAMETER;
 * WQL_E_NOT_SUPPORTED (kernels that this CPU, or this build, has not got); WQL_E_OUT_OF_MEMORY;
 * WQL_E_NOT_AVAILABLE (a thread could not be made). Thread-safety: free. */
WQL_API wql_status wql_engine_open(const wql_engine_options *opt, wql_engine **out, wql_error *err);

/* Ends an engine: refuses new work, ends every call with WQL_E_SHUTTING_DOWN, waits up to cancel_wait_ms for callbacks and
 * providers, unloads the providers and frees everything but batches and classes that were retained; those live until their last
 * release. A batch may keep its provider loaded till then; a class is a copy and keeps nothing. Sessions and queries of the engine
 * are gone with it: do not close them later.
 * Accepts NULL.
 * Returns WQL_OK: all is freed; WQL_S_TIMEDOUT: a callback or a provider has not come back, nothing is freed, call again. Inside
 * a callback of this engine it ends the calls and returns WQL_S_TIMEDOUT at once. Thread-safety: one at a time. */
WQL_API wql_status wql_engine_close(wql_engine *engine);

/* Mounts a provider: its classes are served in namespace `ns`, which is made if it is not there (`/` and `\` both separate).
 * @param provider  must outlive the mount
 * @param config    handed to the provider, which copies what it keeps; NULL allowed
 * @param user      handed to the provider; its meaning is the provider's
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER (NULL, an incomplete table, a bad namespace name); WQL_E_ALREADY_EXISTS (a class of
 * that name is served there, the error names both providers; or the provider is called `repository`, as what each namespace serves
 * itself); WQL_E_PROVIDER_LOAD_FAILURE (another ABI); WQL_E_INVALID_CLASS,
 * WQL_E_INVALID_SUPERCLASS, WQL_E_INVALID_CIM_TYPE, WQL_E_TYPE_MISMATCH, WQL_E_VALUE_OUT_OF_RANGE,
 * WQL_E_CIRCULAR_REFERENCE (a definition); WQL_E_NOT_SUPPORTED (a threading
 * model this version does not serve); WQL_E_OUT_OF_MEMORY; WQL_E_SHUTTING_DOWN; or what the provider's load answered. On failure
 * nothing is mounted. Thread-safety: free; not in a callback (WQL_E_INVALID_OPERATION). */
WQL_API wql_status wql_engine_mount(wql_engine *engine, const char *ns, const wql_provider *provider, const char *config,
                                    void *user, wql_error *err);

/* Mounts the provider of a plug-in: a shared object that exports wql_provider_main (provider.h). It stays loaded until its last
 * scan, batch and ended call is gone, perhaps after the engine: then unload is called and the object is closed, on the thread that
 * let the last of them go. Each mount of the same file, in whatever namespace or engine, is one more of its provider; the object's
 * static memory is one for all.
 * @param path    of the file; one without a slash is in the current folder, and never looked for in those of libraries
 * @param config  as for wql_engine_mount; its `user` is NULL
 * Returns WQL_OK; WQL_E_PROVIDER_LOAD_FAILURE: no such file, no shared object, symbols missing, no wql_provider_main, no provider
 * for this WQL_ABI, an incomplete table; WQL_E_ACCESS_DENIED: the file may not be read; or a code of wql_engine_mount. The error
 * names the path. On failure nothing is mounted, and the object is closed again. Thread-safety: as wql_engine_mount. */
WQL_API wql_status wql_engine_load(wql_engine *engine, const char *ns, const char *path, const char *config, wql_error *err);

/* Takes a provider away: its classes are gone at once for new calls, running scans and plans that are being made end as they
 * would have, then it is unloaded. Batches still retained keep the provider loaded until their last release, and so do calls that
 * were planned while it was there, until they end; nothing of it is called meanwhile but the releases of its batches.
 * @param provider  the provider's name
 * Returns WQL_OK; WQL_S_TIMEDOUT (a scan has not ended within cancel_wait_ms; the classes are gone, call again);
 * WQL_E_NOT_FOUND; WQL_E_INVALID_NAMESPACE; WQL_E_INVALID_OPERATION (in a callback; or a class of another mount derives from one
 * of its classes); WQL_E_INVALID_PARAMETER. Thread-safety: free. */
WQL_API wql_status wql_engine_unmount(wql_engine *engine, const char *ns, const char *provider, wql_error *err);

/* Adds classes and instances given as MOF text, which includes no files: wql_engine_mof_load (mof.h) in short, with its promises
 * and codes. All or nothing. `err` has the first mistake with its place in the text.
 * Thread-safety: free; not in a callback. */
WQL_API wql_status wql_engine_mof(wql_engine *engine, const char *ns, wql_str mof, wql_error *err);

/* Sets what a principal may do in a namespace and in those below it. A denial outranks every allowance, and what is not allowed is
 * denied; the engine's creator needs no grant. A session keeps the rights it was opened with: only later ones see this.
 * @param principal  a name, compared byte by byte; `uid:1000`; `gid:27` (everybody who is in that group); `*` (everybody)
 * @param allow, deny  WQL_RIGHT_... bits, in place of what was set for that principal there before; both 0: nothing is set any more
 * Returns WQL_OK; WQL_E_INVALID_NAMESPACE (no such namespace); WQL_E_INVALID_PARAMETER (NULL, an empty or ill-formed name, no
 * number behind uid: or gid:, unknown bits); WQL_E_OUT_OF_MEMORY; WQL_E_SHUTTING_DOWN. Source: [MS-WMI] 3.1.4.1, 5.2;
 * matching is ours. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_engine_grant(wql_engine *engine, const char *ns, const char *principal, uint32_t allow, uint32_t deny,
                                    wql_error *err);

/* Says that the host has settled who may call, for WQL_STRICT and WQL_STRICT_LATE; else it does nothing.
 * Returns WQL_OK; WQL_END: it was said before, which does no harm; WQL_E_INVALID_PARAMETER (NULL). Thread-safety: free,
 * callback-safe. */
WQL_API wql_status wql_engine_secure(wql_engine *engine);

/* What becomes of a call with a sink that is started now; for who calls sinks by other ways, and means to keep the same rule.
 * Returns WQL_OK: it is taken; WQL_E_ACCESS_DENIED: WQL_STRICT, and wql_engine_secure was not called: it is refused;
 * WQL_S_ACCESS_DENIED: WQL_STRICT_LATE: it is taken, and WQL_E_ACCESS_DENIED will be its final status; WQL_E_INVALID_PARAMETER
 * (NULL). `err` has words where it is not WQL_OK. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_engine_takes_sinks(wql_engine *engine, wql_error *err);

/* Reads the counters. `out->struct_size` must be set.
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_engine_get_stats(wql_engine *engine, wql_engine_stats *out);

/* Reads the counters of one provider. `out->struct_size` must be set.
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER; WQL_E_INVALID_NAMESPACE; WQL_E_NOT_FOUND (it serves no class there). Thread-safety:
 * free, callback-safe. */
WQL_API wql_status wql_engine_get_provider_stats(wql_engine *engine, const char *ns, const char *provider,
                                                 wql_provider_stats *out);

/* Connects to a namespace (`root/cimv2`, `ROOT\CIMV2`, `\\.\root\cimv2`; without regard to case).
 * @param opt  NULL = the owner, base language
 * Returns WQL_OK; WQL_E_INVALID_NAMESPACE (no such namespace, or not well-formed); WQL_E_INVALID_PARAMETER;
 * WQL_E_UNSUPPORTED_PARAMETER; WQL_E_ACCESS_DENIED (a principal without
 * WQL_RIGHT_ENABLE, or from another machine without WQL_RIGHT_REMOTE_ENABLE; see wql_engine_grant); WQL_E_OUT_OF_MEMORY;
 * WQL_E_SHUTTING_DOWN. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_session_open(wql_engine *engine, const char *ns, const wql_session_options *opt, wql_session **out,
                                    wql_error *err);

/* Lets a session go. Its calls and queries run on. Accepts NULL. Thread-safety: free, callback-safe. */
WQL_API void wql_session_close(wql_session *session);

/* The library's version, such as "0.1.0". Static. Thread-safety: free, callback-safe. */
WQL_API const char *wql_version(void);

WQL_FINISH

#endif
