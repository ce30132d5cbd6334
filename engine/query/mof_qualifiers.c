/* SPDX-License-Identifier: MIT */
/* mof_qualifiers.c: lists of qualifiers: types, scopes, flavours, what is inherited, and what the library itself goes by. */
#include "../base/fold.h"
#include "../data/value.h"
#include "mof.h"

#include <string.h>

/* WBEM's flavour bits. */
enum { TO_INSTANCE = 1, TO_SUBCLASS = 2, NOT_OVERRIDABLE = 0x10, PROPAGATED = 0x20, AMENDED = 0x80 };

static uint32_t flavor_bits(uint32_t flavors) {
    uint32_t bits = 0;
    if (flavors & WQL__MOF_TO_INSTANCE) bits |= TO_INSTANCE;
    if (flavors & WQL__MOF_TO_SUBCLASS) bits |= TO_SUBCLASS;
    if (flavors & WQL__MOF_DISABLE_OVERRIDE) bits |= NOT_OVERRIDABLE;
    if (flavors & WQL__MOF_AMENDED) bits |= AMENDED;
    return bits;
}

/* What is written outranks what is declared. */
static uint32_t join_flavors(uint32_t declared, uint32_t written) {
    if (written & (WQL__MOF_ENABLE_OVERRIDE | WQL__MOF_DISABLE_OVERRIDE))
        declared &= ~(uint32_t)(WQL__MOF_ENABLE_OVERRIDE | WQL__MOF_DISABLE_OVERRIDE);
    if (written & (WQL__MOF_TO_SUBCLASS | WQL__MOF_RESTRICTED))
        declared &= ~(uint32_t)(WQL__MOF_TO_SUBCLASS | WQL__MOF_RESTRICTED);
    return declared | written;
}

/* A declaration of the set's comes before what is known; one that says no flavour has DSP0004's. */
static wql__mof_known what_is(const wql__mof_compiler *compiler, const wql__mof_qualifier *qualifier) {
    const wql__mof_symbol *symbol = qualifier->name.symbol->folded;
    const wql__mof_declaration *declared = symbol->declaration;
    wql__mof_known what = {qualifier->name.symbol->text, WQL_NULL, WQL__MOF_ON_ANY, 0};
    if (declared) {
        what.name = declared->name.symbol->text;
        what.type = declared->type.type | (declared->is_array ? WQL_ARRAY : 0);
        what.scopes = declared->scopes;
        what.flavors = join_flavors(WQL__MOF_ENABLE_OVERRIDE | WQL__MOF_TO_SUBCLASS, declared->flavors);
    } else if (symbol->known) {
        what = *wql__mof_known_qualifier(symbol->known - 1);
    } else {
        what.type = wql__mof_type_of_value(&qualifier->value);
    }
    (void)compiler;
    return what;
}

static void hint_qualifier(wql__mof_compiler *compiler, const wql__mof_symbol *symbol) {
    wql__near near;
    const wql__mof_known *known;
    if (!compiler->set->newest) return;
    wql__near_init(&near, (wql_str){symbol->text, symbol->length});
    for (const wql__mof_declaration *at = compiler->set->declarations; at; at = at->next)
        if (at->name.symbol) wql__near_offer(&near, wql_s(at->name.symbol->text));
    for (uint32_t i = 0; (known = wql__mof_known_qualifier(i)) != NULL; i++) wql__near_offer(&near, wql_s(known->name));
    wql__mof_hint(compiler->set, near.best);
}

/* WMI takes any name; DSP0004 wants a declaration: said once a name. */
static void check_known(wql__mof_compiler *compiler, uint32_t file, const wql__mof_qualifier *qualifier) {
    wql__mof_symbol *symbol = qualifier->name.symbol->folded;
    if (symbol->declaration || symbol->known || symbol->was_told) return;
    symbol->was_told = true;
    wql__mof_warning(compiler->set, file, qualifier->name.place, WQL_E_NOT_FOUND,
                     "qualifier %s is declared nowhere; it is taken as %s", symbol->text,
                     wql__type_name(wql__mof_type_of_value(&qualifier->value)));
    hint_qualifier(compiler, symbol);
}

static void check_scope(wql__mof_compiler *compiler, uint32_t file, const wql__mof_qualifier *qualifier,
                        const wql__mof_known *what, uint32_t scope) {
    static const struct {
        uint32_t scope;
        const char *name;
    } places[] = {{WQL__MOF_ON_CLASS, "a class"},
                  {WQL__MOF_ON_PROPERTY, "a property"},
                  {WQL__MOF_ON_REFERENCE, "a reference"},
                  {WQL__MOF_ON_METHOD, "a method"},
                  {WQL__MOF_ON_PARAMETER, "a parameter"}};
    const char *name = "this";
    if (what->scopes & scope) return;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (places[i].scope & scope) {
            name = places[i].name;
            break;
        }
    if (qualifier->name.symbol->folded->declaration)
        wql__mof_error(compiler->set, file, qualifier->name.place, WQL_E_INVALID_PROPERTY,
                       "qualifier %s cannot stand on %s: its declaration does not allow it", what->name, name);
    else
        wql__mof_warning(compiler->set, file, qualifier->name.place, WQL_E_INVALID_PROPERTY, "qualifier %s is not for %s",
                         what->name, name);
}

/* The value that is meant where none is written: true, or nothing. */
static bool read_value(wql__mof_compiler *compiler, uint32_t file, const wql__mof_qualifier *qualifier,
                       const wql__mof_known *what, wql_value *out) {
    const wql__mof_declaration *declared = qualifier->name.symbol->folded->declaration;
    if (qualifier->value.is_given)
        return wql__mof_read_value(compiler, file, &qualifier->value, what->type, what->name, &compiler->shelf->arena, out);
    *out = what->type == WQL_BOOLEAN ? wql_bool(true) : wql_null();
    if (what->type == WQL_BOOLEAN || !declared || !declared->value.is_given) return true;
    return wql__mof_read_value(compiler, declared->file, &declared->value, what->type, what->name, &compiler->shelf->arena, out);
}

/* -- values that are the same ------------------------------------------------------------------------------------ */

static bool same_value(const wql_value *a, const wql_value *b) {
    if (a->type != b->type) return false;
    if (a->type & WQL_ARRAY) {
        if (a->count != b->count) return false;
        for (uint32_t i = 0; i < a->count; i++)
            if (!same_value(&a->items[i], &b->items[i])) return false;
        return true;
    }
    switch (a->type) {
    case WQL_NULL: return true;
    case WQL_BOOLEAN: return a->b == b->b;
    case WQL_STRING:
    case WQL_REFERENCE: return a->str.len == b->str.len && (a->str.len == 0 || memcmp(a->str.ptr, b->str.ptr, a->str.len) == 0);
    case WQL_DATETIME: return memcmp(&a->time, &b->time, sizeof a->time) == 0;
    default: return a->u64 == b->u64;
    }
}

static const wql_qualifier *find(const wql_qualifier *list, uint32_t count, wql_str name) {
    for (uint32_t i = 0; i < count; i++)
        if (wql__fold_equal(wql_s(list[i].name), name)) return &list[i];
    return NULL;
}

/* What an ancestor has settled cannot be said otherwise. */
static void check_override(wql__mof_compiler *compiler, uint32_t file, const wql__mof_qualifier *qualifier,
                           const wql_qualifier *made, const wql_qualifier *inherited) {
    if (!inherited || !(inherited->flavor & NOT_OVERRIDABLE) || !(inherited->flavor & TO_SUBCLASS)) return;
    if (!same_value(&made->value, &inherited->value))
        wql__mof_error(compiler->set, file, qualifier->name.place, WQL_E_INVALID_PROPERTY,
                       "qualifier %s is inherited with DisableOverride, so its value cannot change", made->name);
    else if (qualifier->flavors & (WQL__MOF_ENABLE_OVERRIDE | WQL__MOF_RESTRICTED))
        wql__mof_error(compiler->set, file, qualifier->flavors_place, WQL_E_INVALID_PROPERTY,
                       "qualifier %s is inherited with DisableOverride, so its flavour cannot change", made->name);
}

/* -- what the library goes by ------------------------------------------------------------------------------------ */

static bool is(const wql_qualifier *made, const char *name) { return wql__fold_equal(wql_s(made->name), wql_s(name)); }
static bool is_true(const wql_qualifier *made) { return made->value.type == WQL_BOOLEAN && made->value.b; }

/* `place`: where it stands; of an inherited one nowhere. */
static void mark(const wql_qualifier *made, wql__mof_place place, wql__mof_marks *out) {
    switch (made->name[0] | 0x20) {
    case 'k':
        if (!is(made, "Key")) return;
        out->key = is_true(made);
        out->key_place = place;
        return;
    case 'i':
        if (is(made, "In")) {
            out->in = is_true(made);
            out->in_given = true;
        }
        if (is(made, "Indication")) out->indication = is_true(made);
        return;
    case 'o':
        if (is(made, "Out")) out->out = is_true(made);
        if (is(made, "Override") && made->value.type == WQL_STRING) {
            out->overrides = made->value.str;
            out->overrides_place = place;
        }
        return;
    case 'a':
        if (is(made, "Abstract")) out->abstract = is_true(made);
        if (is(made, "Association")) out->association = is_true(made);
        return;
    case 's':
        if (is(made, "Singleton")) out->singleton = is_true(made);
        if (is(made, "SubType") && made->value.type == WQL_STRING)
            out->interval = wql__fold_equal(made->value.str, wql_s("interval"));
        return;
    case 'e':
        if (is(made, "EmbeddedObject")) out->embedded_object = is_true(made);
        if (is(made, "EmbeddedInstance") && made->value.type == WQL_STRING) {
            out->embedded_class = made->value.str.ptr;
            out->embedded_place = place;
        }
        return;
    default: return;
    }
}

/* -- the list ---------------------------------------------------------------------------------------------------- */

/* Appends what the list does not say itself and an ancestor hands down. */
static void inherit(const wql_qualifier *inherited, uint32_t inherited_count, wql_qualifier *made, uint32_t *count,
                    wql__mof_marks *out) {
    uint32_t own = *count;
    for (uint32_t i = 0; i < inherited_count; i++) {
        if (!(inherited[i].flavor & TO_SUBCLASS) || find(made, own, wql_s(inherited[i].name))) continue;
        made[*count] = inherited[i];
        made[*count].flavor |= PROPAGATED;
        mark(&made[*count], (wql__mof_place){0, 0}, out);
        ++*count;
    }
}

void wql__mof_read_qualifiers(wql__mof_compiler *compiler, uint32_t file, const wql__mof_qualifiers *list, uint32_t scope,
                              const wql_qualifier *inherited, uint32_t inherited_count, wql__mof_marks *out) {
    wql__mof_set *set = compiler->set;
    size_t most = (size_t)list->count + inherited_count;
    wql_qualifier *made = most ? wql__arena_alloc(&compiler->shelf->arena, wql__array_size(most, sizeof *made)) : NULL;
    uint32_t stamp = ++set->stamp, count = 0;
    memset(out, 0, sizeof *out);
    if (most && !made) {
        wql__mof_no_memory(set);
        return;
    }
    for (const wql__mof_qualifier *at = list->first; at; at = at->next) {
        wql__mof_known what;
        if (!at->name.symbol) continue;
        if (at->name.symbol->folded->stamp == stamp) {
            wql__mof_error(set, file, at->name.place, WQL_E_ALREADY_EXISTS, "qualifier %s stands here twice",
                           at->name.symbol->text);
            continue;
        }
        at->name.symbol->folded->stamp = stamp;
        what = what_is(compiler, at);
        check_known(compiler, file, at);
        check_scope(compiler, file, at, &what, scope);
        memset(&made[count], 0, sizeof made[count]);
        made[count].name = what.name;
        made[count].flavor = flavor_bits(join_flavors(what.flavors, at->flavors));
        if (!read_value(compiler, file, at, &what, &made[count].value)) continue;
        if (inherited_count) check_override(compiler, file, at, &made[count], find(inherited, inherited_count, wql_s(what.name)));
        mark(&made[count], at->name.place, out);
        count++;
    }
    if (inherited_count) inherit(inherited, inherited_count, made, &count, out);
    out->qualifiers = count ? made : NULL;
    out->count = count;
}
