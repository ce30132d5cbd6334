/* SPDX-License-Identifier: MIT */
/* kinds.h: sets of kinds of tokens, for those who say why a text is refused. */
#ifndef WQL_GRAMMAR_KINDS_H
#define WQL_GRAMMAR_KINDS_H

#include "parser.h"

#define BIT(kind) ((wql__kinds)1 << WQL__TOKEN_##kind)
#define OPERATORS (BIT(EQ) | BIT(NE) | BIT(LT) | BIT(LE) | BIT(GT) | BIT(GE))
#define WORD_OPERATORS (BIT(LIKE) | BIT(IS) | BIT(ISA))
#define KEYWORDS (BIT(NULL) | BIT(TRUE) | BIT(FALSE))
#define SCALARS (BIT(STRING) | BIT(INT) | BIT(REAL))
#define CONDITION (BIT(NAME) | SCALARS | KEYWORDS | BIT(NOT) | BIT(LP))
#define REFERENCE_TERMS                                                                                                          \
    (BIT(RESULTCLASS) | BIT(ROLE) | BIT(REQUIREDQUALIFIER) | BIT(KEYSONLY) | BIT(CLASSDEFSONLY) | BIT(SCHEMAONLY))
#define ASSOCIATOR_TERMS (REFERENCE_TERMS | BIT(ASSOCCLASS) | BIT(RESULTROLE) | BIT(REQUIREDASSOCQUALIFIER))
#define FUNCTIONS                                                                                                                \
    (BIT(COUNT_WORD) | BIT(UPPER) | BIT(LOWER) | BIT(SUBSTRING) | BIT(DATEPART) | BIT(DATEADD) | BIT(DATEDIFF) | BIT(GETDATE))
#define JOINS (BIT(JOIN) | BIT(INNER) | BIT(LEFT) | BIT(RIGHT) | BIT(FULL))

static inline bool wql__is_one_of(wql__token token, wql__kinds kinds) { return ((wql__kinds)1 << token.kind & kinds) != 0; }

#endif
