/* SPDX-License-Identifier: MIT */
/* parse.h: text -> tree. Knows no class, no provider, no lock; re-entrant. */
#ifndef WQL_GRAMMAR_PARSE_H
#define WQL_GRAMMAR_PARSE_H

#include "ast.h"

/* Limits, as wql_engine_options has them; none is 0. */
typedef struct wql__parse_limits {
    uint32_t query_chars, depth, predicates, select_items, pattern_chars, path_chars, identifier_chars, path_keys;
} wql__parse_limits;

/* A dialect bit beside those of wql_session_options: the text was given to a notification entry point, so that every SELECT is an
 * event query. */
#define WQL__NOTIFICATION 0x40000000u

/* A greater limit counts as this. Trees are walked by recursion, and a tree of this depth is the deepest that every walk can take
 * on a thread of 256 KiB; a place in the text has 32 bits. */
enum { WQL__DEPTH_CEILING = 512, WQL__QUERY_CHARS_CEILING = 0x40000000 };

/* Whether a text may be submitted at all, without parsing it: not empty, well-formed UTF-8, not too long.
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER (empty; ill-formed, with the offset); WQL_E_QUOTA_VIOLATION. The first fault in text
 * order is reported; no more of the text is looked at than the limit lets through. */
wql_status wql__parse_precheck(wql_str text, const wql__parse_limits *limits, wql_error *err);

/* Parses, and applies every rule that the text alone settles (wql-language 2.10). Includes the precheck.
 * @param dialect  WQL_RELAXED | WQL_EXTENDED | WQL_PARAMETERS, each of which only adds; WQL__NOTIFICATION
 * @param out      [out] the tree, in `arena`; with a failure NULL
 * Returns WQL_OK; WQL_E_INVALID_QUERY; WQL_E_INVALID_OBJECT_PATH (what stands in the braces is no path);
 * WQL_E_MISSING_GROUP_WITHIN; WQL_E_MISSING_AGGREGATION_LIST (BY *); WQL_E_INVALID_PARAMETER (also: no such dialect);
 * WQL_E_QUOTA_VIOLATION (the limit's name, and the place, as everywhere; also memory_max); WQL_E_OUT_OF_MEMORY. The first error
 * in text order is reported, with its place: the token at fault, or the end of the text if something is missing. Rules that need
 * the whole text come last. */
wql_status wql__parse(wql_str text, uint32_t dialect, const wql__parse_limits *limits, wql__arena *arena, wql__query_tree **out,
                      wql_error *err);
/* The same for a text that has passed the precheck, and lives as long as the tree, which points into it. */
wql_status wql__parse_checked(wql_str text, uint32_t dialect, const wql__parse_limits *limits, wql__arena *arena,
                              wql__query_tree **out, wql_error *err);

#endif
