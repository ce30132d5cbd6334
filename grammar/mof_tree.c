/* SPDX-License-Identifier: MIT */
/* mof_tree.c: what the actions of the grammar build. */
#include "../engine/base/fold.h"
#include "mof_parser.h"

#include <string.h>

/* -- places and names -------------------------------------------------------------------------------------------- */

wql__mof_place wql__mof_place_of(wql__mof_token token) { return (wql__mof_place){token.offset, token.length}; }

wql__mof_place wql__mof_span(wql__mof_token from, wql__mof_token to) {
    return (wql__mof_place){from.offset, to.offset + to.length - from.offset};
}

wql__mof_name wql__mof_no_name(void) { return (wql__mof_name){NULL, {0, 0}}; }
wql__mof_name wql__mof_name_of(wql__mof_token token) { return (wql__mof_name){token.symbol, wql__mof_place_of(token)}; }

static bool reads(const wql__mof_symbol *symbol, const char *word) {
    return wql__fold_equal((wql_str){symbol->text, symbol->length}, wql_s(word));
}

/* -- flavours and scopes ----------------------------------------------------------------------------------------- */

typedef struct word {
    const char *text;
    uint32_t bits;
} word;

static const word flavors[] = {{"EnableOverride", WQL__MOF_ENABLE_OVERRIDE}, {"DisableOverride", WQL__MOF_DISABLE_OVERRIDE},
                               {"ToSubclass", WQL__MOF_TO_SUBCLASS},         {"Restricted", WQL__MOF_RESTRICTED},
                               {"ToInstance", WQL__MOF_TO_INSTANCE},         {"Amended", WQL__MOF_AMENDED},
                               {"Translatable", WQL__MOF_TRANSLATABLE},      {"NotToInstance", 0},
                               {"NotToSubclass", WQL__MOF_RESTRICTED}};
static const word scopes[] = {{"class", WQL__MOF_ON_CLASS},
                              {"association", WQL__MOF_ON_ASSOCIATION},
                              {"indication", WQL__MOF_ON_INDICATION},
                              {"property", WQL__MOF_ON_PROPERTY},
                              {"reference", WQL__MOF_ON_REFERENCE},
                              {"method", WQL__MOF_ON_METHOD},
                              {"parameter", WQL__MOF_ON_PARAMETER},
                              {"qualifier", WQL__MOF_ON_QUALIFIER},
                              {"schema", 0},
                              {"any", WQL__MOF_ON_ANY}};

static bool find_word(const word *words, size_t count, const wql__mof_symbol *symbol, uint32_t *bits) {
    for (size_t i = 0; i < count; i++) {
        if (!reads(symbol, words[i].text)) continue;
        *bits |= words[i].bits;
        return true;
    }
    return false;
}

wql__mof_words wql__mof_no_words(void) {
    wql__mof_words words;
    memset(&words, 0, sizeof words);
    return words;
}

static void take_word(wql__mof_words *words, wql__mof_token token) {
    wql__mof_name name = wql__mof_name_of(token);
    if (!find_word(flavors, sizeof flavors / sizeof flavors[0], token.symbol, &words->flavors) && !words->unknown_flavor.symbol)
        words->unknown_flavor = name;
    if (!find_word(scopes, sizeof scopes / sizeof scopes[0], token.symbol, &words->scopes) && !words->unknown_scope.symbol)
        words->unknown_scope = name;
}

wql__mof_words wql__mof_one_word(wql__mof_token token) {
    wql__mof_words words = wql__mof_no_words();
    if (token.symbol) take_word(&words, token);
    words.place = wql__mof_place_of(token);
    return words;
}

void wql__mof_append_word(wql__mof_parser *parser, wql__mof_words *words, wql__mof_token token) {
    if (parser->set->failed != WQL_OK) return;
    take_word(words, token);
    words->place.length = token.offset + token.length - words->place.offset;
}

static void refuse_word(wql__mof_parser *parser, const wql__mof_name *name, const char *what, const word *words, size_t count) {
    wql__near near;
    if (!name->symbol) return;
    wql__mof_error(parser->set, parser->file, name->place, WQL_E_INVALID_QUERY, "\"%s\" is no %s", name->symbol->text, what);
    wql__near_init(&near, (wql_str){name->symbol->text, name->symbol->length});
    for (size_t i = 0; i < count; i++) wql__near_offer(&near, wql_s(words[i].text));
    wql__mof_hint(parser->set, near.best);
}

/* The flavours of a list, which may exclude each other. */
static uint32_t settle_flavors(wql__mof_parser *parser, const wql__mof_words *words) {
    static const uint32_t overriding = WQL__MOF_ENABLE_OVERRIDE | WQL__MOF_DISABLE_OVERRIDE;
    static const uint32_t passing = WQL__MOF_TO_SUBCLASS | WQL__MOF_RESTRICTED;
    refuse_word(parser, &words->unknown_flavor, "flavour", flavors, sizeof flavors / sizeof flavors[0]);
    if ((words->flavors & overriding) == overriding)
        wql__mof_error(parser->set, parser->file, words->place, WQL_E_INVALID_PROPERTY,
                       "EnableOverride and DisableOverride exclude each other");
    if ((words->flavors & passing) == passing)
        wql__mof_error(parser->set, parser->file, words->place, WQL_E_INVALID_PROPERTY,
                       "ToSubclass and Restricted exclude each other");
    return words->flavors;
}

/* -- types ------------------------------------------------------------------------------------------------------- */

/* The lexer knows the names, in whatever case; length and two letters tell them apart. */
static uint32_t type_of(const char *text, uint32_t length) {
    static const struct {
        const char *name;
        uint32_t type;
    } types[] = {{"string", WQL_STRING}, {"uint16", WQL_UINT16}, {"uint32", WQL_UINT32},     {"boolean", WQL_BOOLEAN},
                 {"uint8", WQL_UINT8},   {"uint64", WQL_UINT64}, {"datetime", WQL_DATETIME}, {"sint8", WQL_SINT8},
                 {"sint16", WQL_SINT16}, {"sint32", WQL_SINT32}, {"sint64", WQL_SINT64},     {"real32", WQL_REAL32},
                 {"real64", WQL_REAL64}, {"char16", WQL_CHAR16}, {"object", WQL_OBJECT}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const char *name = types[i].name;
        uint32_t at = 0;
        while (at < length && name[at] && (text[at] | 0x20) == (name[at] | 0x20)) at++;
        if (at == length && !name[at]) return types[i].type;
    }
    return WQL_NULL; /* void */
}

wql__mof_type wql__mof_type_of(wql__mof_token token) {
    wql__mof_type type = {WQL_NULL, {NULL, {0, 0}}, wql__mof_place_of(token)};
    if (token.symbol) type.type = type_of(token.symbol->text, token.symbol->length);
    return type;
}

wql__mof_type wql__mof_any_reference(wql__mof_token token) {
    return (wql__mof_type){WQL_REFERENCE, {NULL, {0, 0}}, wql__mof_place_of(token)};
}

wql__mof_type wql__mof_object_type(wql__mof_token token) {
    return (wql__mof_type){WQL_OBJECT, wql__mof_name_of(token), wql__mof_place_of(token)};
}

wql__mof_type wql__mof_reference_type(wql__mof_token token) {
    return (wql__mof_type){WQL_REFERENCE, wql__mof_name_of(token), wql__mof_place_of(token)};
}

wql__mof_array wql__mof_no_array(void) { return (wql__mof_array){false, false, 0}; }

wql__mof_array wql__mof_open_array(wql__mof_token token) {
    (void)token;
    return (wql__mof_array){true, false, 0};
}

wql__mof_array wql__mof_sized_array(wql__mof_parser *parser, wql__mof_token token) {
    wql__mof_literal *literal = wql__mof_integer_literal(parser, token);
    wql__mof_array array = {true, true, 0};
    if (!literal) return array;
    if (literal->negative || literal->magnitude == 0 || literal->magnitude > UINT32_MAX)
        wql__mof_error(parser->set, parser->file, literal->place, WQL_E_VALUE_OUT_OF_RANGE,
                       "the size of an array is a number from 1 to 4294967295");
    else
        array.size = (uint32_t)literal->magnitude;
    return array;
}

/* -- qualifiers -------------------------------------------------------------------------------------------------- */

wql__mof_qualifier *wql__mof_make_qualifier(wql__mof_parser *parser, wql__mof_token name, const wql__mof_value *value,
                                            wql__mof_words words) {
    wql__mof_qualifier *made = wql__mof_alloc(parser->set, sizeof *made);
    if (!made) return NULL;
    made->name = wql__mof_name_of(name);
    made->value = *value;
    made->flavors = words.place.length ? settle_flavors(parser, &words) : 0;
    made->flavors_place = words.place;
    return made;
}

wql__mof_qualifiers wql__mof_one_qualifier(wql__mof_qualifier *qualifier) {
    wql__mof_qualifiers list = {qualifier, qualifier, qualifier != NULL, {0, 0}};
    return list;
}

void wql__mof_append_qualifier(wql__mof_qualifiers *list, wql__mof_qualifier *qualifier) {
    if (!qualifier) return;
    if (list->last)
        list->last->next = qualifier;
    else
        list->first = qualifier;
    list->last = qualifier;
    list->count++;
}

wql__mof_qualifiers wql__mof_close_qualifiers(const wql__mof_qualifiers *list, wql__mof_token open, wql__mof_token close) {
    wql__mof_qualifiers closed = {NULL, NULL, 0, {0, 0}};
    if (list) closed = *list;
    closed.place = wql__mof_span(open, close);
    return closed;
}

void wql__mof_add_declaration(wql__mof_parser *parser, wql__mof_token name, const wql__mof_type *type, wql__mof_array array,
                              wql__mof_value value, wql__mof_words on, wql__mof_words words) {
    wql__mof_set *set = parser->set;
    wql__mof_declaration *made = wql__mof_alloc(set, sizeof *made);
    if (!made) return;
    refuse_word(parser, &on.unknown_scope, "scope", scopes, sizeof scopes / sizeof scopes[0]);
    made->file = parser->file;
    made->name = wql__mof_name_of(name);
    made->type = *type;
    made->is_array = array.is_array;
    made->value = value;
    made->scopes = on.scopes;
    made->flavors = words.place.length ? settle_flavors(parser, &words) : 0;
    *set->declarations_end = made;
    set->declarations_end = &made->next;
    set->declaration_count++;
}

/* -- bodies ------------------------------------------------------------------------------------------------------ */

/* A class or an instance whose opening brace comes next. */
static void begin_body(wql__mof_parser *parser, wql__mof_class *cls, wql__mof_instance *instance) {
    if (parser->body_count == parser->body_room) {
        uint32_t room = parser->body_room ? parser->body_room * 2 : 16;
        wql__mof_body *bigger = wql__mof_alloc(parser->set, room * sizeof *bigger);
        if (!bigger) return;
        if (parser->body_count) memcpy(bigger, parser->bodies, parser->body_count * sizeof *bigger);
        parser->bodies = bigger;
        parser->body_room = room;
    }
    parser->bodies[parser->body_count++] = (wql__mof_body){cls, instance, parser->depth};
}

void wql__mof_end_body(wql__mof_parser *parser) {
    if (parser->body_count) parser->body_count--;
}

static wql__mof_body *body(wql__mof_parser *parser) {
    return parser->body_count ? &parser->bodies[parser->body_count - 1] : NULL;
}

static wql__mof_alias *make_alias(wql__mof_parser *parser, wql__mof_name name) {
    wql__mof_alias *made = name.symbol ? wql__mof_alloc(parser->set, sizeof *made) : NULL;
    if (!made) return NULL;
    made->name = name;
    made->file = parser->file;
    return made;
}

wql__mof_class *wql__mof_begin_class(wql__mof_parser *parser, const wql__mof_qualifiers *qualifiers, wql__mof_token word_token,
                                     wql__mof_token name, wql__mof_name alias, wql__mof_name superclass) {
    wql__mof_set *set = parser->set;
    wql__mof_class *made = wql__mof_alloc(set, sizeof *made);
    if (!made) return NULL;
    made->file = parser->file;
    made->ns = parser->ns;
    made->place = wql__mof_span(word_token, name);
    made->qualifiers = *qualifiers;
    made->name = wql__mof_name_of(name);
    made->superclass = superclass;
    made->alias = make_alias(parser, alias);
    if (made->alias) made->alias->cls = made;
    *set->classes_end = made;
    set->classes_end = &made->next;
    set->class_count++;
    begin_body(parser, made, NULL);
    return made;
}

static wql__mof_instance *make_instance(wql__mof_parser *parser, wql__mof_token word_token, wql__mof_token name,
                                        wql__mof_name alias) {
    wql__mof_instance *made = wql__mof_alloc(parser->set, sizeof *made);
    if (!made) return NULL;
    made->file = parser->file;
    made->ns = parser->ns;
    made->place = wql__mof_span(word_token, name);
    made->class_name = wql__mof_name_of(name);
    made->alias = make_alias(parser, alias);
    if (made->alias) made->alias->instance = made;
    begin_body(parser, NULL, made);
    return made;
}

wql__mof_instance *wql__mof_begin_instance(wql__mof_parser *parser, const wql__mof_qualifiers *qualifiers,
                                           wql__mof_token word_token, wql__mof_token name, wql__mof_name alias) {
    wql__mof_set *set = parser->set;
    wql__mof_instance *made = make_instance(parser, word_token, name, alias);
    if (!made) return NULL;
    made->qualifiers = *qualifiers;
    *set->instances_end = made;
    set->instances_end = &made->next;
    set->instance_count++;
    return made;
}

wql__mof_instance *wql__mof_begin_embedded(wql__mof_parser *parser, wql__mof_token word_token, wql__mof_token name,
                                           wql__mof_name alias) {
    if (alias.symbol)
        wql__mof_error(parser->set, parser->file, alias.place, WQL_E_NOT_SUPPORTED,
                       "an embedded object has no path, so an alias of it names nothing");
    return make_instance(parser, word_token, name, wql__mof_no_name());
}

wql__mof_literal *wql__mof_end_embedded(wql__mof_parser *parser, wql__mof_instance *instance, wql__mof_token close) {
    wql__mof_literal *made = wql__mof_alloc(parser->set, sizeof *made);
    wql__mof_end_body(parser);
    if (!made || !instance) return NULL;
    made->kind = WQL__MOF_LITERAL_INSTANCE;
    made->place = (wql__mof_place){instance->place.offset, close.offset + close.length - instance->place.offset};
    made->instance = instance;
    return made;
}

/* -- features ---------------------------------------------------------------------------------------------------- */

wql__mof_feature *wql__mof_make_feature(wql__mof_parser *parser, const wql__mof_qualifiers *qualifiers, const wql__mof_type *type,
                                        wql__mof_token name, wql__mof_array array, const wql__mof_value *value) {
    wql__mof_feature *made = wql__mof_alloc(parser->set, sizeof *made);
    if (!made) return NULL;
    made->qualifiers = *qualifiers;
    made->type = *type;
    made->name = wql__mof_name_of(name);
    made->is_array = array.is_array;
    made->has_size = array.has_size;
    made->size = array.size;
    made->value = *value;
    return made;
}

wql__mof_features wql__mof_one_feature(wql__mof_feature *feature) {
    return (wql__mof_features){feature, feature, feature != NULL};
}

void wql__mof_append_feature(wql__mof_features *list, wql__mof_feature *feature) {
    if (!feature) return;
    if (list->last)
        list->last->next = feature;
    else
        list->first = feature;
    list->last = feature;
    list->count++;
}

static void add_feature(wql__mof_parser *parser, wql__mof_feature *feature) {
    wql__mof_body *in = body(parser);
    if (in && in->cls) wql__mof_append_feature(&in->cls->features, feature);
}

void wql__mof_add_property(wql__mof_parser *parser, const wql__mof_qualifiers *qualifiers, const wql__mof_type *type,
                           wql__mof_token name, wql__mof_array array, const wql__mof_value *value) {
    add_feature(parser, wql__mof_make_feature(parser, qualifiers, type, name, array, value));
}

void wql__mof_add_method(wql__mof_parser *parser, const wql__mof_qualifiers *qualifiers, const wql__mof_type *type,
                         wql__mof_token name, const wql__mof_features *params) {
    wql__mof_value none = wql__mof_no_value();
    wql__mof_feature *made = wql__mof_make_feature(parser, qualifiers, type, name, wql__mof_no_array(), &none);
    if (!made) return;
    made->is_method = true;
    made->params = *params;
    add_feature(parser, made);
}

void wql__mof_add_assignment(wql__mof_parser *parser, const wql__mof_qualifiers *qualifiers, wql__mof_token name,
                             const wql__mof_value *value) {
    wql__mof_body *in = body(parser);
    wql__mof_assignment *made = wql__mof_alloc(parser->set, sizeof *made);
    wql__mof_assignments *list;
    if (!made || !in || !in->instance) return;
    made->qualifiers = *qualifiers;
    made->name = wql__mof_name_of(name);
    made->value = *value;
    list = &in->instance->assignments;
    if (list->last)
        list->last->next = made;
    else
        list->first = made;
    list->last = made;
    list->count++;
}

/* -- pragmas ----------------------------------------------------------------------------------------------------- */

static bool one_text(wql__mof_parser *parser, wql__mof_token name, const wql__mof_value *values) {
    const wql__mof_literal *literal = values ? values->first : NULL;
    if (literal && values->count == 1 && literal->kind == WQL__MOF_LITERAL_TEXT && literal->text.len > 0 &&
        !memchr(literal->text.ptr, 0, literal->text.len))
        return true;
    wql__mof_error(parser->set, parser->file, values && values->place.length ? values->place : wql__mof_place_of(name),
                   WQL_E_INVALID_QUERY, "#pragma %s takes one string in parentheses", name.symbol->text);
    return false;
}

/* What a pragma of WMI's compiler would do that this one does not. */
static const char *const known_pragmas[] = {"autorecover", "amendment",      "classflags", "instanceflags",
                                            "deleteclass", "deleteinstance", "nonlocal",   "nonlocaltype",
                                            "source",      "sourcetype",     NULL};

static bool is_known(const wql__mof_symbol *symbol) {
    for (size_t i = 0; known_pragmas[i]; i++)
        if (reads(symbol, known_pragmas[i])) return true;
    return false;
}

void wql__mof_pragma(wql__mof_parser *parser, wql__mof_token sign, wql__mof_token name, const wql__mof_value *values) {
    wql__mof_place place = wql__mof_span(sign, name);
    if (!name.symbol) return;
    if (reads(name.symbol, "include")) {
        if (one_text(parser, name, values))
            wql__mof_include(parser->set, parser->file, values->first->place, values->first->text.ptr, parser->ns);
    } else if (reads(name.symbol, "namespace")) {
        if (one_text(parser, name, values))
            parser->ns = wql__mof_namespace(parser->set, parser->file, values->first->place, values->first->text);
    } else if (reads(name.symbol, "locale") || reads(name.symbol, "instancelocale")) {
        (void)one_text(parser, name, values); /* texts are Unicode: it changes nothing */
    } else if (reads(name.symbol, "autorecover")) {
        return; /* there is no repository that could be rebuilt */
    } else if (is_known(name.symbol)) {
        wql__mof_warning(parser->set, parser->file, place, WQL_E_NOT_SUPPORTED, "#pragma %s is not served: it has no effect",
                         name.symbol->text);
    } else {
        wql__mof_warning(parser->set, parser->file, place, WQL_E_INVALID_QUERY, "unknown pragma %s: it has no effect",
                         name.symbol->text);
    }
}
