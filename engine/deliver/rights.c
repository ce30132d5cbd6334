/* SPDX-License-Identifier: MIT */
/* rights.c: access lists, principals and their accounts. */
#include "rights.h"

#include "../base/error.h"
#include "../base/sized.h"
#include "../base/utf8.h"
#include "../data/schema.h"

#include <stdio.h>
#include <string.h>

enum {
    KNOWN_RIGHTS = WQL_RIGHT_ENABLE | WQL_RIGHT_METHOD_EXECUTE | WQL_RIGHT_FULL_WRITE | WQL_RIGHT_PARTIAL_WRITE |
                   WQL_RIGHT_WRITE_PROVIDER | WQL_RIGHT_REMOTE_ENABLE | WQL_RIGHT_SUBSCRIBE | WQL_RIGHT_PUBLISH
};

void wql__audit(wql_engine *engine, wql_session *session, const char *ns, uint32_t right, wql_status outcome) {
    const wql_engine_options *o = &engine->options;
    if (o->audit) o->audit(o->audit_user, session, ns, right, outcome);
}

/* -- access lists ------------------------------------------------------------------------------------------------ */

static size_t grant_size(const char *principal) { return sizeof(struct wql__grant) + strlen(principal) + 1; }

void wql__grants_free(wql__mem *mem, struct wql__grant *grants) {
    while (grants) {
        struct wql__grant *next = grants->next;
        wql__free(mem, grants, grant_size(grants->principal));
        grants = next;
    }
}

/* `uid:1000` and `gid:27`: the number behind the colon. False: another form. */
static bool read_number(const char *text, const char *prefix, uint32_t *number) {
    size_t length = strlen(prefix);
    uint64_t value = 0;
    if (strncmp(text, prefix, length) != 0 || !text[length]) return false;
    for (const char *at = text + length; *at; at++) {
        if (*at < '0' || *at > '9') return false;
        value = value * 10 + (uint64_t)(*at - '0');
        if (value > UINT32_MAX) return false;
    }
    *number = (uint32_t)value;
    return true;
}

static bool is_meant(const char *entry, const wql_principal *principal) {
    uint32_t number;
    if (strcmp(entry, "*") == 0) return true;
    if (read_number(entry, "uid:", &number)) return principal->uid == number;
    if (read_number(entry, "gid:", &number)) {
        for (uint32_t i = 0; i < principal->gid_count; i++)
            if (principal->gids[i] == number) return true;
        return false;
    }
    return principal->name && strcmp(entry, principal->name) == 0;
}

static wql_status check_grant(const char *principal, uint32_t allow, uint32_t deny, wql_error *err) {
    uint32_t number;
    if (!*principal || wql__utf8_check(principal, strlen(principal)) != strlen(principal))
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "a principal's name is empty, or no well-formed UTF-8");
    if ((strncmp(principal, "uid:", 4) == 0 && !read_number(principal, "uid:", &number)) ||
        (strncmp(principal, "gid:", 4) == 0 && !read_number(principal, "gid:", &number)))
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "\"%s\": a number below 2^32 follows uid: and gid:", principal);
    if ((allow | deny) & ~(uint32_t)KNOWN_RIGHTS)
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "unknown rights: 0x%X", (allow | deny) & ~(uint32_t)KNOWN_RIGHTS);
    return WQL_OK;
}

/* Puts `made` (NULL: nothing) in the place of the principal's line. Returns the old line, or NULL. */
static struct wql__grant *replace_grant(wql__namespace *ns, const char *principal, struct wql__grant *made) {
    struct wql__grant **at, *old;
    wql__lock(&ns->lock);
    for (at = &ns->grants; *at && strcmp((*at)->principal, principal) != 0;) at = &(*at)->next;
    old = *at;
    if (made) {
        made->next = old ? old->next : NULL;
        *at = made;
    } else if (old) {
        *at = old->next;
    }
    wql__unlock(&ns->lock);
    if (old) old->next = NULL;
    return old;
}

wql_status wql__engine_grant(wql_engine *engine, const char *ns_name, const char *principal, uint32_t allow, uint32_t deny,
                             wql_error *err) {
    struct wql__grant *made = NULL;
    char name[1024];
    wql__namespace *ns;
    wql_status status = check_grant(principal, allow, deny, err);
    if (status >= 0) status = wql__namespace_name(ns_name, engine->server, name, sizeof name, err);
    if (status < 0) return status;
    if (atomic_load_explicit(&engine->is_closing, memory_order_relaxed))
        return wql__fail(err, WQL_E_SHUTTING_DOWN, "the engine is closing");
    ns = wql__namespace_find(engine, name);
    if (!ns) return wql__fail(err, WQL_E_INVALID_NAMESPACE, "there is no namespace %s", name);
    if (allow | deny) {
        made = wql__alloc(engine->mem, grant_size(principal));
        if (!made) return wql__fail_memory(engine->mem, err);
        *made = (struct wql__grant){NULL, allow, deny};
        strcpy(made->principal, principal);
    }
    wql__grants_free(engine->mem, replace_grant(ns, principal, made));
    return WQL_OK;
}

/* What one list says of the principal. */
static void add_list(wql__namespace *ns, const wql_principal *principal, uint32_t *allow, uint32_t *deny) {
    wql__lock(&ns->lock);
    for (const struct wql__grant *at = ns->grants; at; at = at->next) {
        if (!is_meant(at->principal, principal)) continue;
        *allow |= at->allow;
        *deny |= at->deny;
    }
    wql__unlock(&ns->lock);
}

uint32_t wql__rights_of(wql__namespace *ns, const wql_principal *principal) {
    uint32_t allow = 0, deny = 0;
    char name[1024];
    if (!principal) return KNOWN_RIGHTS;
    strcpy(name, ns->name); /* as long as wql__namespace_name lets it be */
    for (;;) {              /* the namespace, then those above it */
        wql__namespace *at = wql__namespace_find(ns->engine, name);
        char *separator = strrchr(name, '\\');
        if (at) add_list(at, principal, &allow, &deny);
        if (!separator) break;
        *separator = 0;
    }
    return allow & ~deny;
}

/* -- principals -------------------------------------------------------------------------------------------------- */

wql_status wql__principal_read(const wql_principal *given, wql_principal *principal, wql_error *err) {
    wql_status status =
        wql__sized_read(principal, sizeof *principal, given, offsetof(wql_principal, gid_count), "wql_principal", err);
    if (status < 0) return status;
    if (principal->flags & ~(uint32_t)WQL_PRINCIPAL_REMOTE)
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_principal: unknown flags");
    if (principal->gid_count && !principal->gids)
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_principal: %u groups, but no array", principal->gid_count);
    return WQL_OK;
}

wql_principal *wql__principal_copy(wql__mem *mem, const wql_principal *principal, size_t *size) {
    size_t gids = wql__array_size(principal->gid_count, sizeof *principal->gids);
    size_t name = principal->name ? strlen(principal->name) + 1 : 0;
    wql_principal *copy;
    char *at;
    *size = sizeof *copy + gids + name;
    copy = wql__alloc(mem, *size);
    if (!copy) return NULL;
    *copy = *principal;
    at = (char *)(copy + 1);
    if (gids) copy->gids = memcpy(at, principal->gids, gids);
    if (name) copy->name = memcpy(at + gids, principal->name, name);
    return copy;
}

/* -- accounts ---------------------------------------------------------------------------------------------------- */

static size_t account_size(const char *name) { return sizeof(struct wql__account) + strlen(name) + 1; }

static struct wql__account *find_account(wql_engine *engine, const wql_principal *principal, const char *name) {
    struct wql__account *at = engine->accounts;
    while (at && !(principal ? !at->owner && at->uid == principal->uid && strcmp(at->name, name) == 0 : at->owner)) at = at->next;
    return at;
}

/* The memory is made before the look: allocators are not called under the lock. */
struct wql__account *wql__account_join(wql_engine *engine, const wql_principal *principal) {
    const char *name = principal && principal->name ? principal->name : "";
    struct wql__account *made = wql__alloc_zero(engine->mem, account_size(name)), *account;
    if (!made) return NULL;
    made->owner = !principal;
    made->uid = principal ? principal->uid : 0;
    strcpy(made->name, name);
    wql__lock(&engine->table);
    account = find_account(engine, principal, name);
    if (!account) {
        account = made;
        account->next = engine->accounts;
        account->link = &engine->accounts;
        if (account->next) account->next->link = &account->next;
        engine->accounts = account;
    }
    account->sessions++;
    wql__unlock(&engine->table);
    if (account != made) wql__free(engine->mem, made, account_size(name));
    return account;
}

void wql__account_leave(wql_engine *engine, struct wql__account *account) {
    bool last;
    wql__lock(&engine->table);
    last = --account->sessions == 0;
    if (last) {
        *account->link = account->next;
        if (account->next) account->next->link = account->link;
    }
    wql__unlock(&engine->table);
    if (last) wql__free(engine->mem, account, account_size(account->name));
}

/* -- strict engines (R2.2, R2.3) ----------------------------------------------------------------------------------- */

wql_status wql__engine_takes_sinks(const wql_engine *engine) {
    const uint32_t strict = engine->options.flags & (WQL_STRICT | WQL_STRICT_LATE);
    if (!strict || atomic_load_explicit(&engine->secured, memory_order_acquire)) return WQL_OK;
    return strict & WQL_STRICT ? WQL_E_ACCESS_DENIED : WQL_S_ACCESS_DENIED;
}

wql_status wql__fail_not_secured(wql_error *err, wql_status status) {
    return wql__fail(err, status, "calls with a sink come after wql_engine_secure");
}
