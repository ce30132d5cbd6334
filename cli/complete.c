/* SPDX-License-Identifier: MIT */
/* complete.c: what may follow what stands before the cursor. */
#include "complete.h"

#include "command.h"
#include "mount.h"
#include "print.h"
#include "schema.h"
#include "statement.h"

#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 1000, NAME_SIZE = 1024 };

/* A search for words: what was typed of the word, and where what is found goes. */
typedef struct search {
    cli_shell *shell;
    wql_str typed;
    cli_words *words;
} search;

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }
static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c; }

static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_word(wql_str text, const char *word) {
    for (size_t i = 0; i < text.len; i++) {
        if (word[i] == '\0' || upper(text.ptr[i]) != word[i]) return false;
    }
    return word[text.len] == '\0';
}

static void offer(search *s, const char *word) {
    for (size_t i = 0; i < s->typed.len; i++) {
        if (word[i] == '\0' || lower(word[i]) != lower(s->typed.ptr[i])) return;
    }
    cli_words_add(s->words, wql_s(word));
}

/* A keyword, in the letters that the person uses. */
static void offer_keyword(search *s, const char *word) {
    char small[32];
    size_t i = 0;
    if (s->typed.len == 0 || s->typed.ptr[0] < 'a' || s->typed.ptr[0] > 'z') {
        offer(s, word);
        return;
    }
    for (; word[i] && i + 1 < sizeof small; i++) small[i] = lower(word[i]);
    small[i] = '\0';
    offer(s, small);
}

static void offer_keywords(search *s) {
    static const char *const keywords[] = {"SELECT", "FROM",        "WHERE",      "AND",    "OR",   "NOT", "LIKE",
                                           "IS",     "NULL",        "TRUE",       "FALSE",  "ISA",  "BY",  "HAVING",
                                           "OF",     "ASSOCIATORS", "REFERENCES", "WITHIN", "GROUP"};
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) offer_keyword(s, keywords[i]);
}

static void offer_class(void *user, const wql_class *cls) { offer(user, wql_class_describe(cls)->name); }

static void offer_properties_of(void *user, const wql_class *cls) {
    const wql_class_def *def = wql_class_describe(cls);
    for (uint32_t i = 0; i < def->property_count; i++) offer(user, def->properties[i].name);
}

/* All classes, or the properties of all. What cannot be had at once is not offered. */
static void offer_of_all(search *s, void (*offer_of)(void *user, const wql_class *cls)) {
    if (s->shell->host->session) (void)cli_schema_each(s->shell->host, s->shell->in, PATIENCE_MS, offer_of, s, NULL);
}

/* The next word of a text, quoted ones left out; empty at the end. */
static wql_str next_word(wql_str *text) {
    wql_str word = {text->ptr, 0};
    char quote = 0;
    while (text->len > 0 && (quote || !is_name(*text->ptr))) {
        char c = *text->ptr;
        if (quote && c == '\\' && text->len > 1) {
            text->ptr++;
            text->len--;
        } else if (quote) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        }
        text->ptr++;
        text->len--;
    }
    word.ptr = text->ptr;
    while (word.len < text->len && is_name(word.ptr[word.len])) word.len++;
    text->ptr += word.len;
    text->len -= word.len;
    return word;
}

/* The class behind the first FROM of a text; empty if there is none. */
static wql_str class_named(wql_str text) {
    for (wql_str word = next_word(&text); word.len > 0; word = next_word(&text)) {
        if (is_word(word, "FROM")) return next_word(&text);
    }
    return (wql_str){NULL, 0};
}

static void offer_properties(search *s, wql_str from) {
    char name[NAME_SIZE];
    wql_class *cls;
    if (from.len == 0) {
        if (s->typed.len > 0) offer_of_all(s, offer_properties_of);
        return;
    }
    if (from.len >= sizeof name || s->shell->host->session == NULL) return;
    memcpy(name, from.ptr, from.len);
    name[from.len] = '\0';
    if (wql_session_class(s->shell->host->session, name, &cls, NULL) < 0) return;
    offer_properties_of(s, cls);
    wql_class_release(cls);
}

/* The word before what was typed, and the character between them that is no blank. */
static wql_str word_before(wql_str text, char *between) {
    wql_str word = {NULL, 0};
    *between = 0;
    while (text.len > 0 && !is_name(text.ptr[text.len - 1])) {
        char c = text.ptr[--text.len];
        if (c != ' ' && c != '\t' && c != '\n') *between = c;
    }
    while (text.len > 0 && is_name(text.ptr[text.len - 1])) {
        text.len--;
        word.len++;
    }
    word.ptr = text.ptr + text.len;
    return word;
}

static void in_query(search *s, wql_str text, wql_str rest) {
    char between;
    wql_str before, from;
    if (cli_statement_quote(text)) return;
    before = word_before((wql_str){text.ptr, text.len - s->typed.len}, &between);
    if ((between == 0 && (is_word(before, "FROM") || is_word(before, "ISA"))) || (between == '{' && is_word(before, "OF"))) {
        offer_of_all(s, offer_class);
        return;
    }
    if (before.len == 0 && s->typed.len == 0) return;
    if (before.len > 0) {
        from = class_named(text);
        if (from.len == 0) from = class_named(rest);
        offer_properties(s, from);
    }
    offer_keywords(s);
}

/* What follows the name of a command. */
static void argument_of(search *s, wql_str name, wql_str text, wql_str rest) {
    if (is_word(name, ".SCHEMA") || is_word(name, ".CLASSES")) {
        offer_of_all(s, offer_class);
    } else if (is_word(name, ".EXPLAIN")) {
        in_query(s, text, rest);
    } else if (is_word(name, ".FORMAT")) {
        for (int format = CLI_TABLE; format <= CLI_NONE; format++) offer(s, cli_format_name((cli_format)format));
    } else if (is_word(name, ".TIMER")) {
        offer(s, "on");
        offer(s, "off");
    } else if (is_word(name, ".MOUNT")) {
        for (uint32_t i = 0; cli_mount_kind(i); i++) offer(s, cli_mount_kind(i));
    }
}

/* A command: its name, or what follows it. */
static void in_command(search *s, wql_str text, wql_str rest) {
    wql_str name = text;
    name.len = 0;
    while (name.len < text.len && name.ptr[name.len] != ' ' && name.ptr[name.len] != '\t') name.len++;
    if (name.len < text.len) {
        text.ptr += name.len;
        text.len -= name.len;
        argument_of(s, name, text, rest);
        return;
    }
    s->typed = name;
    for (uint32_t i = 0; cli_command_name(i); i++) offer(s, cli_command_name(i));
}

void cli_complete(void *shell, wql_str text, wql_str rest, cli_words *words) {
    search s = {shell, {text.ptr + text.len, 0}, words};
    wql_str start = text;
    while (s.typed.len < text.len && is_name(s.typed.ptr[-1])) {
        s.typed.ptr--;
        s.typed.len++;
    }
    while (start.len > 0 && (*start.ptr == ' ' || *start.ptr == '\t')) {
        start.ptr++;
        start.len--;
    }
    if (start.len > 0 && *start.ptr == '.')
        in_command(&s, start, rest);
    else
        in_query(&s, text, rest);
    words->typed = s.typed.len;
}
