/* SPDX-License-Identifier: MIT */
/* options.c: the tool's arguments. */
#include "options.h"

#include "errors.h"
#include "help.h"
#include "print.h"

#include <wql/engine.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum option_id {
    OPT_CHECK,
    OPT_COUNT,
    OPT_DIALECT,
    OPT_EXPLAIN,
    OPT_FORMAT,
    OPT_GET,
    OPT_HELP,
    OPT_LIMIT,
    OPT_MOF,
    OPT_NAMESPACE,
    OPT_PARAM,
    OPT_PROGRESS,
    OPT_PROVIDER,
    OPT_QUIET,
    OPT_SQLITE,
    OPT_STATS,
    OPT_TIMEOUT,
    OPT_VERSION
} option_id;

typedef struct option {
    const char *name;
    option_id id;
    bool has_value;
} option;

static const option options[] = {
    {"check", OPT_CHECK, false},     {"count", OPT_COUNT, false},       {"dialect", OPT_DIALECT, true},
    {"explain", OPT_EXPLAIN, false}, {"format", OPT_FORMAT, true},      {"help", OPT_HELP, false},
    {"limit", OPT_LIMIT, true},      {"mof", OPT_MOF, true},            {"namespace", OPT_NAMESPACE, true},
    {"param", OPT_PARAM, true},      {"progress", OPT_PROGRESS, false}, {"provider", OPT_PROVIDER, true},
    {"get", OPT_GET, false},         {"quiet", OPT_QUIET, false},       {"sqlite", OPT_SQLITE, true},
    {"stats", OPT_STATS, false},
    {"timeout", OPT_TIMEOUT, true},  {"version", OPT_VERSION, false},
};
enum { OPTION_COUNT = sizeof options / sizeof *options, NAME_MAX_LEN = 32 };

/* How many letters must be put in, taken out, replaced or exchanged with a neighbour to get from one name to the other. */
static size_t distance(const char *a, size_t a_len, const char *b) {
    size_t rows[3][NAME_MAX_LEN + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    size_t b_len = strlen(b);
    for (size_t j = 0; j <= b_len; j++) last[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *spare = before;
        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best) best = last[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best) {
                best = before[j - 2] + 1;
            }
            now[j] = best;
        }
        before = last;
        last = now;
        now = spare;
    }
    return last[b_len];
}

/* The option that was probably meant by a name that is none, or NULL. */
static const option *nearest(const char *name, size_t len) {
    const option *found = NULL;
    size_t best = 0;
    if (len == 0 || len > NAME_MAX_LEN) return NULL;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        size_t far = strncmp(options[i].name, name, len) == 0 ? 0 : distance(name, len, options[i].name);
        if (far <= (len + 1) / 3 && (found == NULL || far < best)) {
            found = options + i;
            best = far;
        }
    }
    return found;
}

static int unknown_option(const char *arg, const char *name, size_t len) {
    const option *meant = nearest(name, len);
    int shown = (int)(len + (size_t)(name - arg));
    if (meant)
        cli_say("unknown option %.*s; did you mean --%s?", shown, arg, meant->name);
    else
        cli_say("unknown option %.*s; wql --help lists them all", shown, arg);
    return CLI_USAGE;
}

static const option *find(const char *name, size_t len) {
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (strlen(options[i].name) == len && memcmp(options[i].name, name, len) == 0) return options + i;
    }
    return NULL;
}

/* A decimal number of digits only, from 0 to max. */
static bool number(const char *text, uint64_t max, uint64_t *out) {
    uint64_t n = 0;
    if (*text == '\0') return false;
    for (; *text; text++) {
        unsigned digit = (unsigned)(unsigned char)*text - '0';
        if (digit > 9 || n > (max - digit) / 10) return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}

static int set_format(cli_options *o, const char *value) {
    cli_format format = cli_format_named(value);
    if (format != CLI_FORMAT_AUTO) {
        o->format = format;
        return CLI_OK;
    }
    cli_say("--format takes " CLI_FORMAT_NAMES ", not '%s'", value);
    return CLI_USAGE;
}

static int set_dialect(cli_options *o, const char *value) {
    if (strcmp(value, "wql") == 0)
        o->dialect = 0;
    else if (strcmp(value, "relaxed") == 0)
        o->dialect = WQL_RELAXED;
    else if (strcmp(value, "extended") == 0)
        o->dialect = WQL_EXTENDED;
    else {
        cli_say("--dialect takes wql, relaxed or extended, not '%s'", value);
        return CLI_USAGE;
    }
    return CLI_OK;
}

static int set_mode(cli_options *o, cli_mode mode) {
    if (mode == CLI_HELP || o->mode == CLI_RUN) {
        o->mode = mode;
    } else if (o->mode != CLI_HELP && mode == CLI_VERSION) {
        o->mode = mode;
    } else if ((o->mode == CLI_CHECK && mode == CLI_EXPLAIN) || (o->mode == CLI_EXPLAIN && mode == CLI_CHECK)) {
        cli_say("--check and --explain cannot be asked for together");
        return CLI_USAGE;
    }
    return CLI_OK;
}

static int add_source(const char ***list, uint32_t *count, const char *value) {
    const char **grown = realloc(*list, ((size_t)*count + 1) * sizeof *grown);
    if (grown == NULL) {
        cli_say("out of memory");
        return CLI_FAILED;
    }
    *list = grown;
    grown[(*count)++] = value;
    return CLI_OK;
}

static int add_sqlite(cli_options *o, const char *value) {
    if (*value != '\0' && *value != '=') return add_source(&o->sqlite, &o->sqlite_count, value);
    cli_say("--sqlite needs the name of a database file");
    return CLI_USAGE;
}

static int add_provider(cli_options *o, const char *value) {
    if (*value != '\0' && *value != '=' && *value != ':') return add_source(&o->providers, &o->provider_count, value);
    cli_say("--provider needs the path of a shared object");
    return CLI_USAGE;
}

static int add_mof(cli_options *o, const char *value) {
    if (*value != '\0') return add_source(&o->mof, &o->mof_count, value);
    cli_say("--mof needs the name of a file");
    return CLI_USAGE;
}

static int set_limit(cli_options *o, const char *value) {
    o->has_limit = number(value, UINT64_MAX, &o->limit);
    if (o->has_limit) return CLI_OK;
    cli_say("--limit takes a number of rows, not '%s'", value);
    return CLI_USAGE;
}

static int set_timeout(cli_options *o, const char *value) {
    uint64_t ms;
    if (number(value, UINT32_MAX - 1, &ms) && ms > 0) {
        o->timeout_ms = (uint32_t)ms;
        return CLI_OK;
    }
    cli_say("--timeout takes a number of milliseconds, from 1 to %lu, not '%s'", (unsigned long)UINT32_MAX - 1, value);
    return CLI_USAGE;
}

static int apply(cli_options *o, const option *opt, const char *value) {
    switch (opt->id) {
    case OPT_CHECK: return set_mode(o, CLI_CHECK);
    case OPT_EXPLAIN: return set_mode(o, CLI_EXPLAIN);
    case OPT_HELP: return set_mode(o, CLI_HELP);
    case OPT_VERSION: return set_mode(o, CLI_VERSION);
    case OPT_DIALECT: return set_dialect(o, value);
    case OPT_FORMAT: return set_format(o, value);
    case OPT_SQLITE: return add_sqlite(o, value);
    case OPT_PROVIDER: return add_provider(o, value);
    case OPT_MOF: return add_mof(o, value);
    case OPT_LIMIT: return set_limit(o, value);
    case OPT_TIMEOUT: return set_timeout(o, value);
    case OPT_NAMESPACE: o->name_space = value; return CLI_OK;
    case OPT_PARAM: return cli_params_add(&o->params, value);
    case OPT_PROGRESS: o->progress = true; return CLI_OK;
    case OPT_COUNT: o->count = true; return CLI_OK;
    case OPT_GET: o->get = true; return CLI_OK;
    case OPT_STATS: o->stats = true; return CLI_OK;
    case OPT_QUIET: o->quiet = true; return CLI_OK;
    }
    return CLI_USAGE; /* no option has another number */
}

/* One argument that begins with '-'. *at is its number; moved on where the value is the next argument. */
static int read_option(cli_options *o, int argc, char **argv, int *at) {
    const char *arg = argv[*at];
    const char *name = arg + (arg[1] == '-' ? 2 : 1);
    size_t len = strcspn(name, "=");
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    const option *opt = arg[1] == '-' ? find(name, len) : NULL;
    if (opt == NULL) return unknown_option(arg, name, len);
    if (!opt->has_value && value) {
        cli_say("--%s takes no value", opt->name);
        return CLI_USAGE;
    }
    if (opt->has_value && !value) {
        if (*at + 1 >= argc) {
            cli_say("--%s needs a value", opt->name);
            return CLI_USAGE;
        }
        value = argv[++*at];
    }
    return apply(o, opt, value);
}

static int add_word(const char **word, const char *arg) {
    if (*word == NULL) {
        *word = arg;
        return CLI_OK;
    }
    cli_say("one argument too many: '%s' (a query is one argument: put it in quotes)", arg);
    return CLI_USAGE;
}

/* An object is got by its path, which is all there is to say. */
static int settle_get(const cli_options *o, const char *word) {
    const char *clash = o->mode == CLI_EXPLAIN ? "--explain" : o->params.count ? "--param" : o->has_limit ? "--limit" : NULL;
    if (clash)
        cli_say("--get gets one object by its path; %s is for queries", clash);
    else if (word == NULL)
        cli_say("--get needs the path of an object");
    else
        return CLI_OK;
    return CLI_USAGE;
}

/* What the options mean together, and what the one plain word is. */
static int settle(cli_options *o, const char *word) {
    if (o->mode == CLI_HELP || o->mode == CLI_VERSION) return CLI_OK;
    if (o->mode == CLI_CHECK) {
        o->file = word && strcmp(word, "-") != 0 ? word : NULL;
        if (o->params.count == 0) return CLI_OK;
        cli_say("--param gives a query its values; --check runs none");
        return CLI_USAGE;
    }
    if (o->get && settle_get(o, word) != CLI_OK) return CLI_USAGE;
    o->query = word;
    if (word == NULL && o->mode == CLI_RUN && isatty(STDIN_FILENO) == 1) o->mode = CLI_SHELL;
    if (word || o->mode == CLI_SHELL) {
        if (o->format == CLI_FORMAT_AUTO) o->format = isatty(STDOUT_FILENO) == 1 ? CLI_TABLE : CLI_NDJSON;
        return cli_params_settle(&o->params);
    }
    cli_say(o->mode == CLI_EXPLAIN ? "--explain needs a query" : "no query, and standard input is no terminal to ask for one");
    cli_usage();
    return CLI_USAGE;
}

int cli_options_read(cli_options *o, int argc, char **argv) {
    const char *word = NULL;
    bool plain = false;
    memset(o, 0, sizeof *o);
    o->name_space = "root/cimv2";
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        int code;
        if (!plain && strcmp(arg, "--") == 0) {
            plain = true;
            continue;
        }
        code = !plain && arg[0] == '-' && arg[1] != '\0' ? read_option(o, argc, argv, &i) : add_word(&word, arg);
        if (code != CLI_OK) return code;
    }
    return settle(o, word);
}

void cli_options_free(cli_options *o) {
    free(o->sqlite);
    free(o->providers);
    free(o->mof);
    o->sqlite = o->providers = o->mof = NULL;
    o->sqlite_count = o->provider_count = o->mof_count = 0;
    cli_params_free(&o->params);
}

uint32_t cli_dialect(const cli_options *o) { return o->dialect | (o->params.count ? WQL_PARAMETERS : 0); }
