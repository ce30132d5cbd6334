/* SPDX-License-Identifier: MIT */
/* explain.c: a plan as text: a node a line, two blanks a level, conditions as WQL. Stable: the same plan gives the same text. */
#include "bind.h"
#include "links.h"

#include "../base/utf8.h"
#include "../data/value.h"

#include <inttypes.h>
#include <string.h>

/* -- conditions as WQL ------------------------------------------------------------------------------------------- */

/* A text in quotes. WQL spells no control characters, and a line must stay one: they are shown as `?`. */
static void print_text(wql__out *out, wql_str text) {
    size_t from = 0;
    wql__out_z(out, "'");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool control = c < 0x20 || c == 0x7f;
        if (!control && c != '\\' && c != '\'') continue;
        wql__out_text(out, text.ptr + from, i - from);
        if (control)
            wql__out_z(out, "?");
        else
            wql__out_z(out, c == '\'' ? "\\'" : "\\\\");
        from = i + 1;
    }
    wql__out_text(out, text.ptr + from, text.len - from);
    wql__out_z(out, "'");
}

static void print_real(wql__out *out, double value) {
    char buf[32];
    wql__out_text(out, buf, wql__real_print(value, false, buf));
}

/* A literal as the query has it. */
static void print_literal(wql__out *out, const wql__literal *literal) {
    switch (literal->kind) {
    case WQL__LIT_STRING: print_text(out, literal->text); break;
    case WQL__LIT_INT: wql__out_format(out, "%s%" PRIu64, literal->negative ? "-" : "", literal->magnitude); break;
    case WQL__LIT_REAL: print_real(out, literal->real); break;
    case WQL__LIT_TRUE: wql__out_z(out, "TRUE"); break;
    case WQL__LIT_FALSE: wql__out_z(out, "FALSE"); break;
    case WQL__LIT_PARAMETER:
        wql__out_z(out, literal->text.len ? "@" : "?");
        wql__out_text(out, literal->text.ptr, literal->text.len);
        break;
    default: break; /* NULL has no test of this kind */
    }
}

/* What the test compares with: the converted literal, since that is what is compared. */
static void print_operand(wql__out *out, const wql__test *test) {
    char time[26];
    switch (test->by) {
    case WQL__BY_SIGNED: wql__out_format(out, "%" PRId64, test->as.i64); break;
    case WQL__BY_UNSIGNED: wql__out_format(out, "%" PRIu64, test->as.u64); break;
    case WQL__BY_REAL: print_real(out, test->as.f64); break;
    case WQL__BY_BOOLEAN: wql__out_z(out, test->as.b ? "TRUE" : "FALSE"); break;
    case WQL__BY_TIME: print_text(out, (wql_str){time, wql__datetime_print(&test->as.time, time)}); break;
    case WQL__BY_PARAMETER:
    case WQL__BY_ANY: print_literal(out, &test->literal); break;
    default: print_text(out, test->text); break;
    }
}

static const char *operator_text(uint8_t op) {
    switch (op) {
    case WQL_EQ: return "=";
    case WQL_NE: return "<>";
    case WQL_LT: return "<";
    case WQL_LE: return "<=";
    case WQL_GT: return ">";
    case WQL_GE: return ">=";
    case WQL_LIKE: return "LIKE";
    case WQL_IS_NULL: return "IS NULL";
    case WQL_NOT_NULL: return "IS NOT NULL";
    default: return "ISA";
    }
}

static void print_test(wql__out *out, const wql_class *cls, const wql__expr *expr) {
    const wql__test *test = expr->test;
    const char *op = operator_text(test->op);
    if (test->negated) wql__out_z(out, "NOT ");
    wql__out_z(out, expr->at == WQL__AT_SYSTEM ? wql__system_name(expr->system) : cls->def.properties[expr->property].name);
    for (uint32_t i = 0; expr->at == WQL__AT_PATH && i < expr->name_count; i++) {
        wql__out_z(out, ".");
        wql__out_text(out, expr->names[i].ptr, expr->names[i].len);
    }
    wql__out_format(out, " %s", op);
    if (test->op == WQL_IS_NULL || test->op == WQL_NOT_NULL) return;
    wql__out_z(out, " ");
    print_operand(out, test);
}

static void print_side(wql__out *out, const wql_class *cls, uint8_t system, uint32_t property, const wql_str *names,
                       uint32_t count) {
    wql__out_z(out, system == WQL__SYS_NONE ? cls->def.properties[property].name : wql__system_name(system));
    for (uint32_t i = 0; i < count; i++) {
        wql__out_z(out, ".");
        wql__out_text(out, names[i].ptr, names[i].len);
    }
}

static void print_pair(wql__out *out, const wql_class *cls, const wql__expr *expr) {
    const wql__pair *pair = expr->pair;
    if (pair->negated) wql__out_z(out, "NOT ");
    print_side(out, cls, expr->system, expr->property, expr->names, expr->name_count);
    wql__out_format(out, " %s ", operator_text(pair->op));
    print_side(out, cls, pair->system, pair->property, pair->names, pair->name_count);
}

/* `nested`: within an AND, where an OR needs parentheses; an AND within an OR needs none. */
static void print_expr(wql__out *out, const wql_class *cls, const wql__expr *expr, bool nested) {
    bool paren = nested && expr->kind == WQL__EXPR_OR;
    if (expr->kind == WQL__EXPR_TEST) {
        if (expr->at == WQL__AT_PAIR)
            print_pair(out, cls, expr);
        else
            print_test(out, cls, expr);
        return;
    }
    if (paren) wql__out_z(out, "(");
    for (uint32_t i = 0; i < expr->count; i++) {
        if (i) wql__out_z(out, expr->kind == WQL__EXPR_AND ? " AND " : " OR ");
        print_expr(out, cls, expr->items[i], expr->kind == WQL__EXPR_AND);
    }
    if (paren) wql__out_z(out, ")");
}

/* -- a scan ------------------------------------------------------------------------------------------------------ */

static uint32_t taken(const wql__plan_scan *scan, uint32_t conjunct) {
    uint32_t number = scan->conjuncts[conjunct].pushed;
    return number == WQL__NO_ENTRY ? WQL_NONE : scan->pushed[number].taken;
}

static void print_taken(wql__out *out, const wql__plan_scan *scan) {
    const char *before = "takes ";
    for (uint32_t i = 0; i < scan->conjunct_count; i++) {
        if (taken(scan, i) == WQL_NONE) continue;
        wql__out_z(out, before);
        print_expr(out, scan->entry->cls, scan->conjuncts[i].expr, true);
        wql__out_z(out, taken(scan, i) == WQL_EXACT ? " exactly" : " in part");
        before = ", ";
    }
    if (before[0] == 't') wql__out_z(out, scan->conjunct_count ? "takes no condition" : "every row");
}

static void print_columns(wql__out *out, const wql__plan_scan *scan) {
    const wql_class_def *def = &scan->entry->cls->def;
    uint32_t count = 0;
    wql__out_z(out, "; ");
    for (uint32_t i = 0; i < def->property_count; i++) {
        if (!((scan->wanted[i >> 6] >> (i & 63u)) & 1u)) continue;
        wql__out_format(out, "%s%s", count ? ", " : "columns ", def->properties[i].name);
        count++;
    }
    if (!count) wql__out_z(out, "no columns");
}

static void print_estimate(wql__out *out, double value) {
    if (value < 1e15)
        wql__out_format(out, "%" PRIu64, (uint64_t)(value + 0.5));
    else
        print_real(out, value);
}

static void indent(wql__out *out, uint32_t level) {
    wql__out_z(out, "\n");
    while (level--) wql__out_z(out, "  ");
}

/* A provider's line, which may be anything: repaired, and kept to one line. `text` has three times the room of `len`, behind it.
 */
static void print_repaired(wql__out *out, char *text, size_t len) {
    size_t clean = wql__utf8_repair(text, len, text + len);
    text += len;
    for (size_t i = 0; i < clean; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) text[i] = ' ';
    wql__out_text(out, text, clean);
}

/* What the provider says of itself, in `room` bytes of memory. Returns the length that it says to need; SIZE_MAX: it could not be
 * asked. */
static size_t ask_explain(const wql__plan_scan *scan, const wql_request *request, char *buf, size_t room) {
    size_t len = SIZE_MAX;
    buf[0] = '\0';
    if (wql__mount_enter(scan->mount, NULL) != WQL_OK) return SIZE_MAX;
    if (wql__mount_begin(scan->mount)) {
        len = scan->mount->provider->explain(scan->mount->self, request, buf, room);
        wql__mount_end(scan->mount);
    }
    wql__mount_leave(scan->mount);
    buf[room - 1] = '\0';
    return len;
}

/* Most that a provider may say: it is a line for a person. */
enum { EXPLAIN_FIRST = 512, EXPLAIN_MOST = 1 << 20 };

static void print_provider(wql__out *out, const wql__plan *plan, const wql__plan_scan *scan, uint32_t level) {
    char first[EXPLAIN_FIRST * 4 + 4], *buf = first;
    size_t room = EXPLAIN_FIRST, len;
    wql_request request;
    if (!scan->mount || !scan->mount->provider->explain) return;
    wql__plan_request(scan, scan->wanted, &request);
    if (scan->exact && (plan->flags & WQL_COUNT_ONLY)) request.flags = WQL_WISH_COUNT;
    len = ask_explain(scan, &request, first, room);
    if (len == SIZE_MAX) return;
    if (len >= room) {
        size_t more = len < EXPLAIN_MOST ? len + 1 : EXPLAIN_MOST;
        buf = wql__alloc(plan->mem, more * 4 + 4);
        if (buf) {
            room = more;
            (void)ask_explain(scan, &request, buf, room);
        } else {
            buf = first;
        }
    }
    indent(out, level);
    wql__out_z(out, "provider: ");
    print_repaired(out, buf, strlen(buf));
    if (len >= room) wql__out_z(out, " ...");
    if (buf != first) wql__free(plan->mem, buf, room * 4 + 4);
}

static void print_checks(wql__out *out, const wql__plan_scan *scan, uint32_t level) {
    bool some = false;
    for (uint32_t i = 0; i < scan->conjunct_count; i++) {
        if (taken(scan, i) == WQL_EXACT) continue;
        if (!some) indent(out, level);
        wql__out_z(out, some ? " AND " : "then checks ");
        print_expr(out, scan->entry->cls, scan->conjuncts[i].expr, true);
        if (taken(scan, i) == WQL_SUPERSET) wql__out_z(out, " (again)");
        some = true;
    }
}

static void print_scan(wql__out *out, const wql__plan *plan, const wql__plan_scan *scan, uint32_t level) {
    if (scan->mount) {
        wql__out_format(out, "scan %s from %s: ", scan->entry->cls->def.name, scan->mount->name);
        print_taken(out, scan);
    } else {
        if (plan->listed) wql__out_format(out, "list %" PRIu32 " of ", plan->listed_count);
        wql__out_format(out, plan->listed ? "the classes of %s" : "list the classes of %s", plan->catalog->ns);
    }
    print_columns(out, scan);
    if (scan->rows >= 0) {
        wql__out_z(out, "; about ");
        print_estimate(out, scan->rows);
        wql__out_z(out, scan->rows == 1 ? " row" : " rows");
    }
    if (scan->cost >= 0) {
        wql__out_z(out, "; cost ");
        print_estimate(out, scan->cost);
    }
    if (scan->parts > 1) wql__out_format(out, "; %" PRIu32 " parts", scan->parts);
    print_provider(out, plan, scan, level + 1);
    print_checks(out, scan, level + 1);
}

/* -- association queries ----------------------------------------------------------------------------------------- */

/* The plan of a step, its lines moved in. */
static void print_step(wql__out *out, const wql__plan *step, uint32_t level) {
    wql__out size = {NULL, 0, 0}, text = {NULL, 0, 0};
    wql__plan_explain(step, &size);
    text.size = wql__out_end(&size) + 1;
    text.buf = wql__alloc(step->mem, text.size);
    if (!text.buf) return;
    wql__plan_explain(step, &text);
    (void)wql__out_end(&text);
    for (const char *line = text.buf, *end; line; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n');
        indent(out, level);
        wql__out_text(out, line, end ? (size_t)(end - line) : strlen(line));
    }
    wql__free(step->mem, text.buf, text.size);
}

static void print_hop(wql__out *out, const wql__plan *plan, const wql__hop *hop) {
    const wql_class_def *def = &hop->entry->cls->def;
    bool references = plan->links->request.references;
    wql__plan *step;
    indent(out, 1);
    wql__out_format(out, "through %s, from %s", def->name, def->properties[hop->role].name);
    for (uint32_t i = 0; i < def->property_count && !references; i++)
        if (wql__links_is_end(plan, hop, i)) wql__out_format(out, " to %s", def->properties[i].name);
    if (wql__links_plan_hop(plan, hop, &plan->links->source, 1, NULL, &step, NULL) != WQL_OK) return;
    print_step(out, step, 2);
    wql__plan_release(step);
}

/* Each step as it would be asked for a source of exactly the class that the path names. */
static void explain_links(const wql__plan *plan, wql__out *out) {
    bool references = plan->links->request.references;
    wql__arena arena;
    wql__hop *hops;
    uint32_t count = 0;
    wql__out_z(out, references ? "references of " : "associators of ");
    wql__out_text(out, plan->links->source.ptr, plan->links->source.len);
    indent(out, 1);
    wql__out_z(out, "the object itself");
    print_step(out, plan->links->find, 2);
    wql__arena_init(&arena, plan->mem);
    if (wql__links_hops(plan, plan->from->cls, &arena, &hops, &count, NULL) == WQL_OK)
        for (uint32_t i = 0; i < count; i++) print_hop(out, plan, &hops[i]);
    wql__arena_free(&arena);
    indent(out, 1);
    if (!count)
        wql__out_z(out, "no association leads on");
    else
        wql__out_z(out, references ? "all that comes" : "then the objects that the references name, each class by its keys");
}

void wql__plan_explain(const wql__plan *plan, wql__out *out) {
    bool tree = plan->scan_count != 1 || plan->pruned;
    if (plan->flags & WQL_COUNT_ONLY) wql__out_z(out, "count of ");
    if (plan->links) {
        explain_links(plan, out);
        return;
    }
    if (!plan->scan_count && !plan->pruned)
        wql__out_format(out, "nothing: no provider serves %s", plan->from->cls->def.name);
    else if (!plan->scan_count)
        wql__out_z(out, "nothing");
    else if (tree)
        wql__out_format(out, "union of %" PRIu32 " class%s", plan->scan_count, plan->scan_count == 1 ? "" : "es");
    if (plan->pruned)
        wql__out_format(out, " (%" PRIu32 " %s can never match)", plan->pruned,
                        plan->scan_count    ? "more"
                        : plan->pruned == 1 ? "class"
                                            : "classes");
    for (uint32_t i = 0; i < plan->scan_count; i++) {
        if (tree) indent(out, 1);
        print_scan(out, plan, &plan->scans[i], tree ? 1 : 0);
    }
}
