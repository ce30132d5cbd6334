/* SPDX-License-Identifier: MIT */
/* pair.c: two properties compared (RELAXED, EXTENDED, event queries): what can be known of them before any row is seen. */
#include "bind.h"

#include "../data/rule_part.h"
#include "../data/value.h"

/* A side, and what is known of its values; type WQL_NULL: nothing, it lies in an embedded object. */
typedef struct side {
    int system;
    uint32_t property, type, flags;
} side;

static wql_status bind_side(wql__binder *b, const wql__path *path, side *out) {
    wql_status status = wql__bind_path(b, path, &out->system, &out->property);
    out->flags = 0;
    if (status < 0) return status;
    if (out->system != WQL__SYS_NONE) {
        out->type = wql__system_type(out->system);
    } else if (path->count > 1) {
        out->type = WQL_NULL;
    } else {
        out->type = wql__class_property_def(b->cls, out->property)->type;
        out->flags = wql__class_property_def(b->cls, out->property)->flags;
    }
    return WQL_OK;
}

enum { TEXTS, NUMBERS, TIMES };

static int group_of(uint32_t type) {
    if (wql__type_is_text(type)) return TEXTS;
    return type == WQL_DATETIME ? TIMES : NUMBERS;
}

/* Why values of these types cannot be compared so; NULL: they can. */
static const char *refused(const side *left, const side *right, uint8_t op) {
    const char *why = left->type == WQL_NULL ? NULL : wql__operator_refused(left->type, op);
    if (!why && right->type != WQL_NULL) why = wql__operator_refused(right->type, op);
    if (why || left->type == WQL_NULL || right->type == WQL_NULL) return why;
    if ((left->flags ^ right->flags) & WQL_INTERVAL) return "an interval is compared with intervals only";
    if (group_of(left->type) == group_of(right->type)) return NULL;
    if (group_of(left->type) == TIMES || group_of(right->type) == TIMES) return "a datetime is compared with datetimes only";
    if (left->type == WQL_REFERENCE || right->type == WQL_REFERENCE) return "a reference is compared with texts only";
    return NULL; /* a text with a number: as texts */
}

wql_status wql__bind_pair(wql__binder *b, const wql__node *node, bool negate, wql__expr **out) {
    wql__path left_path = wql__bind_own(b, &node->path), right_path = wql__bind_own(b, &node->other);
    side left, right;
    wql__expr *expr;
    const char *why;
    wql_status status = bind_side(b, &left_path, &left);
    if (status >= 0) status = bind_side(b, &right_path, &right);
    if (status < 0) return status;
    why = refused(&left, &right, node->op);
    if (why)
        return wql__fail_at(b->err, WQL_E_INVALID_QUERY, b->tree->text, node->op_offset, node->op_length, "%s and %s: %s",
                            left.type == WQL_NULL ? "a part of an object" : wql__type_name(left.type),
                            right.type == WQL_NULL ? "a part of an object" : wql__type_name(right.type), why);
    expr = wql__arena_zero(b->arena, sizeof *expr);
    if (!expr) return wql__bind_no_memory(b);
    expr->kind = WQL__EXPR_TEST;
    expr->at = WQL__AT_PAIR;
    expr->property = left.property;
    expr->system = (uint8_t)left.system;
    expr->pair = wql__arena_zero(b->arena, sizeof *expr->pair);
    if (!expr->pair) return wql__bind_no_memory(b);
    expr->pair->property = right.property;
    expr->pair->system = (uint8_t)right.system;
    expr->pair->op = node->op;
    expr->pair->negated = negate;
    expr->name_count = left_path.count - 1;
    expr->pair->name_count = right_path.count - 1;
    if (expr->name_count) status = wql__bind_steps(b, &left_path, &expr->names);
    if (status >= 0 && expr->pair->name_count) status = wql__bind_steps(b, &right_path, &expr->pair->names);
    expr->cost = wql__test_cost(expr);
    if (left.system != WQL__SYS_NONE && right.system != WQL__SYS_NONE) b->varying++;
    b->leaf_count++;
    *out = expr;
    return status;
}
