/* SPDX-License-Identifier: MIT */
/* wql.y: the grammar (wql-language 2). What lemon makes of it is included by parse.c, which says how it is driven.
 *
 * Actions are one call each; what they build lies in the arena of the parse, so nothing is ever destroyed here. An order without
 * meaning (p < NULL) or two constants are not in the grammar at all: the token where a text leaves the grammar is then exactly the
 * token at fault. Why it is at fault is found out in complain.c. */
%name wql__grammar
%token_prefix TK_
%token_type {wql__token}
%extra_context {wql__parser *parser}

/* The stack grows in the arena, see parse.c. */
%stack_size 0
%stack_overflow { wql__refuse_memory(parser); }
%syntax_error { (void)yymajor; wql__refuse_token(parser, TOKEN); }

/* Every word but NOT, NULL, TRUE and FALSE is a name wherever it would otherwise be an error. */
%token NAME.
%fallback NAME SELECT FROM WHERE AND OR LIKE IS ISA WITHIN GROUP BY ASSOCIATORS REFERENCES META_CLASS.

/* What the lexer could not read. No rule takes it: it comes here so that all in front of it is judged first. */
%token BAD.

%type query {wql__node *}
%type path {wql__path}
%type where {wql__node *}
%type condition {wql__node *}
%type either {wql__node *}
%type both {wql__node *}
%type negation {wql__node *}
%type primary {wql__node *}
%type predicate {wql__node *}
%type scalar {wql__node *}
%type constant {wql__node *}

%start_symbol start

/* To the start symbol lemon reduces only at the end of the text, to any other as soon as nothing else is possible, even if what
 * comes next is an error. So the rules that need the whole text are applied here, and a kind that is not served is refused one
 * level below, before anything behind its word is. */
start ::= query(Q). { wql__tree_finish(parser, Q); }

/* -- queries: this version runs data queries, and schema queries without conditions; it knows the others by the word that makes
 * them */
query(Q) ::= SELECT list FROM source within where(W) group. { Q = W; }
query(Q) ::= ASSOCIATORS(A). { Q = wql__refuse_kind(parser, A, "associators"); }
query(Q) ::= REFERENCES(R).  { Q = wql__refuse_kind(parser, R, "references"); }

list ::= STAR. { wql__select_star(parser); }
list ::= items.
items ::= path(P).             { wql__select_path(parser, P); }
items ::= items COMMA path(P). { wql__select_path(parser, P); }

source ::= NAME(N).       { wql__select_from(parser, N); }
source ::= META_CLASS(M). { wql__select_schema(parser, M); }

within ::= .
within ::= WITHIN(W). { wql__refuse_event(parser, W); }

where(W) ::= .                   { W = NULL; }
where(W) ::= where_word condition(C). { W = C; }
where_word ::= WHERE(W). { wql__begin_where(parser, W); }

group ::= .
group ::= GROUP(G) WITHIN. { wql__refuse_event(parser, G); }
group ::= GROUP BY(B).     { wql__refuse_group(parser, B); }

/* -- names ------------------------------------------------------------------------------------------------------- */
path(P) ::= NAME(N).             { P = wql__path_begin(parser, N); }
path(P) ::= path(Q) DOT NAME(N). { P = wql__path_step(parser, Q, N); }

/* -- conditions, weakest operator first -------------------------------------------------------------------------- */
condition(C) ::= either(E). { C = E; }

either(E) ::= both(B).                 { E = B; }
either(E) ::= either(F) OR(O) both(B). { E = wql__node_join(parser, WQL__NODE_OR, F, O, B); }

both(B) ::= negation(N).                 { B = N; }
both(B) ::= both(C) AND(A) negation(N). { B = wql__node_join(parser, WQL__NODE_AND, C, A, N); }

negation(N) ::= primary(P).         { N = P; }
negation(N) ::= not(T) negation(M). { N = wql__node_not(parser, T, M); }
not(T) ::= NOT(N). { T = wql__nest(parser, N); }

primary(P) ::= predicate(Q). { P = Q; }
primary(P) ::= open(O) condition(C) RP(R). { P = wql__node_nested(parser, O, C, R); }
open(O) ::= LP(L). { O = wql__nest(parser, L); }

/* -- predicates -------------------------------------------------------------------------------------------------- */
%token_class equal EQ|NE.
%token_class order LT|LE|GT|GE.

predicate(P) ::= path(A) equal(O) constant(C). { P = wql__node_compare(parser, A, O, C, false); }
predicate(P) ::= path(A) order(O) scalar(C).   { P = wql__node_compare(parser, A, O, C, false); }
predicate(P) ::= constant(C) equal(O) path(A). { P = wql__node_compare(parser, A, O, C, true); }
predicate(P) ::= scalar(C) order(O) path(A).   { P = wql__node_compare(parser, A, O, C, true); }
predicate(P) ::= path(A) equal(O) path(B).     { P = wql__node_compare_paths(parser, A, O, B); }
predicate(P) ::= path(A) order(O) path(B).     { P = wql__node_compare_paths(parser, A, O, B); }
predicate(P) ::= path(A) LIKE(O) STRING(S).    { P = wql__node_like(parser, A, O, S); }
predicate(P) ::= path(A) LIKE(O) PARAMETER(S). { P = wql__node_like(parser, A, O, S); }
predicate(P) ::= path(A) IS(O) NULL(N).        { P = wql__node_null(parser, A, O, N, false); }
predicate(P) ::= path(A) IS(O) NOT NULL(N).    { P = wql__node_null(parser, A, O, N, true); }
predicate(P) ::= path(A) ISA(O) STRING(S).     { P = wql__node_isa(parser, A, O, S); }
predicate(P) ::= path(A) ISA(O) NAME(N).       { P = wql__node_isa(parser, A, O, N); }
predicate(P) ::= path(A) ISA(O) PARAMETER(S).  { P = wql__node_isa(parser, A, O, S); }

constant(C) ::= scalar(S). { C = S; }
constant(C) ::= NULL(T).   { C = wql__node_constant(parser, T); }
constant(C) ::= TRUE(T).   { C = wql__node_constant(parser, T); }
constant(C) ::= FALSE(T).  { C = wql__node_constant(parser, T); }

scalar(S) ::= STRING(T). { S = wql__node_constant(parser, T); }
scalar(S) ::= INT(T).    { S = wql__node_constant(parser, T); }
scalar(S) ::= REAL(T).   { S = wql__node_constant(parser, T); }
/* Only where the dialect has parameters does the lexer make this token. */
scalar(S) ::= PARAMETER(T). { S = wql__node_constant(parser, T); }
