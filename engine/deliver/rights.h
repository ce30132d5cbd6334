/* SPDX-License-Identifier: MIT */
/* rights.h: who may do what in a namespace, and who is who.
 *
 * A namespace has an access list: for each principal the rights that are allowed and those that are denied. A denial outranks
 * every allowance, what is not allowed is denied, and a list holds for the namespaces below too. What comes out when a session is
 * opened is the session's for good: later grants touch later sessions. */
#ifndef WQL_DELIVER_RIGHTS_H
#define WQL_DELIVER_RIGHTS_H

#include "engine.h"

/* One line of an access list. In namespace.grants, guarded by namespace.lock. */
struct wql__grant {
    struct wql__grant *next;
    uint32_t allow, deny;
    char principal[];
};

/* A principal as the engine counts it: all its sessions share it. In engine.accounts, guarded by engine.table. */
struct wql__account {
    struct wql__account *next, **link;
    uint32_t sessions; /* that keep it */
    uint32_t calls;    /* open ones */
    bool owner;
    uint32_t uid;
    char name[]; /* empty if it has none */
};

wql_status wql__engine_grant(wql_engine *engine, const char *ns, const char *principal, uint32_t allow, uint32_t deny,
                             wql_error *err);
/* Frees an access list. */
void wql__grants_free(wql__mem *mem, struct wql__grant *grants);

/* The rights of a principal in a namespace now; the owner (NULL) has all. */
uint32_t wql__rights_of(wql__namespace *ns, const wql_principal *principal);

/* A principal of our own in one block of *size bytes. NULL = no memory. */
wql_principal *wql__principal_copy(wql__mem *mem, const wql_principal *principal, size_t *size);
/* Reads what a host has filled. WQL_OK; WQL_E_INVALID_PARAMETER; WQL_E_UNSUPPORTED_PARAMETER. */
wql_status wql__principal_read(const wql_principal *given, wql_principal *principal, wql_error *err);

/* The account of a principal (NULL: the owner's), kept by one session more. NULL = no memory. */
struct wql__account *wql__account_join(wql_engine *engine, const wql_principal *principal);
/* A session lets it go. No lock held. */
void wql__account_leave(wql_engine *engine, struct wql__account *account);

/* Tells the audit callback. No lock held. */
void wql__audit(wql_engine *engine, wql_session *session, const char *ns, uint32_t right, wql_status outcome);

/* As wql_engine_takes_sinks, without words; and the words of a refusal. */
wql_status wql__engine_takes_sinks(const wql_engine *engine);
wql_status wql__fail_not_secured(wql_error *err, wql_status status);

#endif
