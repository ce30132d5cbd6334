/* SPDX-License-Identifier: MIT */
/* plugin.c: --provider PATH[=NAMESPACE][:OPTIONS]. */
#include "plugin.h"

#include "errors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* Where the path ends, in a text that may be written to: the longest beginning that is the name of a file and that `=`, `:` or
 * the end follows; if there is none, the first of these, so that it is said which file is not there. */
static size_t path_length(char *text) {
    size_t len = strlen(text);
    for (; len > 0; len--) {
        char behind = text[len];
        bool there;
        if (behind != '\0' && behind != '=' && behind != ':') continue;
        text[len] = '\0';
        there = exists(text);
        text[len] = behind;
        if (there) return len;
    }
    return strcspn(text, "=:");
}

/* Takes `text` apart in place. */
static void split(char *text, const char **name_space, const char **options) {
    char *at = text + path_length(text);
    char behind = *at;
    *name_space = *options = NULL;
    *at = '\0';
    if (behind == '=') {
        *name_space = ++at;
        at += strcspn(at, ":");
        behind = *at;
        *at = '\0';
    }
    if (behind == ':') *options = at + 1;
}

static int load(wql_engine *engine, const char *name_space, const char *path, const char *options) {
    wql_error err = WQL_INIT(wql_error);
    wql_status status = wql_engine_load(engine, name_space, path, options, &err);
    if (status >= 0) return CLI_OK;
    cli_say("%s", err.message[0] ? err.message : wql_status_text(status));
    if (err.hint[0]) cli_say("did you mean %s?", err.hint);
    if (status == WQL_E_ALREADY_EXISTS) cli_say("serve it under a namespace of its own: --provider PATH=NAMESPACE");
    if (status == WQL_E_INVALID_PARAMETER && !err.provider[0]) return CLI_USAGE; /* the namespace */
    return status == WQL_E_ACCESS_DENIED ? CLI_DENIED : CLI_FAILED;
}

int cli_plugin_load(wql_engine *engine, const char *spelled, const char *name_space) {
    const char *own, *options;
    char *text = strdup(spelled);
    int code;
    if (text == NULL) {
        cli_say("out of memory");
        return CLI_FAILED;
    }
    split(text, &own, &options);
    if (own && *own == '\0') {
        cli_say("--provider %s: a namespace belongs behind the '='", spelled);
        code = CLI_USAGE;
    } else {
        code = load(engine, own ? own : name_space, text, options);
    }
    free(text);
    return code;
}
