/* SPDX-License-Identifier: MIT */
/* wql.y: the grammar (wql-language 2 and 5.1). What lemon makes of it is included by parse.c, which says how it is driven.
 *
 * Actions are one call each; what they build lies in the arena of the parse, so nothing is ever destroyed here. An order without
 * meaning (p < NULL) or two constants are not in the grammar at all: the token where a text leaves the grammar is then exactly the
 * token at fault. Why it is at fault is found out in complain.c.
 *
 * The dialects are one grammar. Where a dialect gives a meaning to a token that the base language has too, it sends another
 * terminal for it (parse.c, `codes`), which falls back to the base's wherever the dialect adds nothing: XLP to LP. So the base
 * language never sees a rule that is not its own. */
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
%fallback NAME SELECT FROM WHERE AND OR LIKE IS ISA WITHIN GROUP BY HAVING ASSOCIATORS REFERENCES OF META_CLASS ASSOCCLASS
    RESULTCLASS ROLE RESULTROLE REQUIREDQUALIFIER REQUIREDASSOCQUALIFIER CLASSDEFSONLY KEYSONLY SCHEMAONLY BETWEEN DISTINCT ALL JOIN
    INNER LEFT RIGHT FULL OUTER ON AS ORDER ASC DESC IN COUNT UPPER LOWER SUBSTRING DATEPART DATEADD DATEDIFF GETDATE XNAME.

/* Terminals of dialects. R: RELAXED, X: EXTENDED, B: both together, D: each of them. */
%fallback NOT RNOT XNOT BNOT.
%fallback TRUE RTRUE.
%fallback FALSE RFALSE.
%fallback STAR DSTAR.
%fallback COMMA XCOMMA.
%fallback LP XLP.

/* What the lexer could not read. No rule takes it: it comes here so that all in front of it is judged first. */
%token BAD.

%type query {wql__node *}
%type path {wql__path}
%type column {wql__path}
%type function {wql__path}
%type where {wql__node *}
%type condition {wql__node *}
%type either {wql__node *}
%type both {wql__node *}
%type negation {wql__node *}
%type primary {wql__node *}
%type predicate {wql__node *}
%type scalar {wql__node *}
%type constant {wql__node *}
%type constants {wql__node *}
%type select {wql__query_tree *}
%type call {wql__function *}
%type number {int}
%type join {int}
%type descending {int}

%start_symbol start

/* To the start symbol lemon reduces only at the end of the text, to any other as soon as nothing else is possible, even if what
 * comes next is an error. So the rules that need the whole text are applied here. A rule that only renames (condition ::= either)
 * has no action: lemon then takes it out of the tables. */
start ::= query(Q).           { wql__tree_finish(parser, Q); }
start ::= query(Q) SEMICOLON. { wql__tree_finish(parser, Q); }

/* -- queries ----------------------------------------------------------------------------------------------------- */
query(Q) ::= SELECT list FROM from within where(W) rest. { Q = W; }
query(Q) ::= associators.                        { Q = NULL; }
query(Q) ::= associators WHERE associator_terms. { Q = NULL; }
query(Q) ::= references.                         { Q = NULL; }
query(Q) ::= references WHERE reference_terms.   { Q = NULL; }

list ::= STAR. { wql__select_star(parser); }
list ::= items.
list ::= quantifier STAR. { wql__select_star(parser); }
list ::= quantifier items.
items ::= path(P).               { wql__select_path(parser, P); }
items ::= column(C).             { wql__select_path(parser, C); }
items ::= items COMMA path(P).   { wql__select_path(parser, P); }
items ::= items COMMA column(C). { wql__select_path(parser, C); }

quantifier ::= DISTINCT(D). { wql__select_quantifier(parser, D); }
quantifier ::= ALL(A).      { wql__select_quantifier(parser, A); }

column(C) ::= path(P) DOT DSTAR(S). { C = wql__path_star(parser, P, S); }
column(C) ::= function(F). { C = F; }
column(C) ::= count(F) STAR RP(R).    { C = wql__function_close(parser, F, R); }
column(C) ::= count(F) path(P) RP(R). { wql__argument_path(parser, F, P); C = wql__function_close(parser, F, R); }
%type count {wql__function *}
count(F) ::= COUNT(C) LP. { F = wql__function_open(parser, WQL__FUNCTION_COUNT, C); }

from ::= source.
from ::= listed.
from ::= joined.
listed ::= source XCOMMA(C) source. { wql__source_listed(parser, C); }
listed ::= listed XCOMMA(C) source. { wql__source_listed(parser, C); }
joined ::= source join(J) source ON condition(C). { wql__source_joined(parser, J, C); }
joined ::= joined join(J) source ON condition(C). { wql__source_joined(parser, J, C); }
join(J) ::= JOIN(T).             { J = wql__join(parser, WQL__JOIN_INNER, T); }
join(J) ::= INNER(T) JOIN.       { J = wql__join(parser, WQL__JOIN_INNER, T); }
join(J) ::= LEFT(T) JOIN.        { J = wql__join(parser, WQL__JOIN_LEFT, T); }
join(J) ::= LEFT(T) OUTER JOIN.  { J = wql__join(parser, WQL__JOIN_LEFT, T); }
join(J) ::= RIGHT(T) JOIN.       { J = wql__join(parser, WQL__JOIN_RIGHT, T); }
join(J) ::= RIGHT(T) OUTER JOIN. { J = wql__join(parser, WQL__JOIN_RIGHT, T); }
join(J) ::= FULL(T) JOIN.        { J = wql__join(parser, WQL__JOIN_FULL, T); }
join(J) ::= FULL(T) OUTER JOIN.  { J = wql__join(parser, WQL__JOIN_FULL, T); }

source ::= class.
source ::= class XNAME(A).   { wql__source_alias(parser, A, A); }
source ::= class AS(W) NAME(A). { wql__source_alias(parser, W, A); }
class ::= NAME(N).       { wql__select_from(parser, N); }
class ::= META_CLASS(M). { wql__select_schema(parser, M); }
class ::= namespace(P) COLON NAME(N).       { wql__select_namespace(parser, P); wql__select_from(parser, N); }
class ::= namespace(P) COLON META_CLASS(M). { wql__select_namespace(parser, P); wql__select_schema(parser, M); }
%type namespace {wql__path}
namespace(P) ::= NAME(N).                        { P = wql__path_begin(parser, N); }
namespace(P) ::= namespace(Q) SEPARATOR NAME(N). { P = wql__path_step(parser, Q, N); }

where(W) ::= .                      { W = NULL; }
where(W) ::= WHERE condition(C).    { W = C; }

/* -- event queries ----------------------------------------------------------------------------------------------- */
within ::= .
within ::= within_word number(N). { wql__event_within(parser, N); }
within_word ::= WITHIN(W). { wql__event_clause(parser, W); }
number(N) ::= INT(I).  { N = wql__interval_read(parser, I); }
number(N) ::= REAL(R). { N = wql__interval_read(parser, R); }

rest ::= .
rest ::= group by having.
rest ::= GROUP BY(B). { wql__refuse_group(parser, B); }
rest ::= ORDER(O) BY orders. { wql__extend(parser, O); }
group ::= group_word number(N). { wql__event_group(parser, N); }
group_word ::= GROUP(G) WITHIN. { wql__event_clause(parser, G); }
by ::= .
by ::= BY names.
by ::= BY STAR(S). { wql__refuse_aggregation(parser, S); }
names ::= path(P).             { wql__event_by(parser, P); }
names ::= names COMMA path(P). { wql__event_by(parser, P); }
having ::= .
having ::= HAVING condition(C). { wql__event_having(parser, C); }

/* -- association queries ----------------------------------------------------------------------------------------- */
associators ::= ASSOCIATORS OF PATH(P). { wql__association_begin(parser, WQL_KIND_ASSOCIATORS, P); }
references ::= REFERENCES OF PATH(P).   { wql__association_begin(parser, WQL_KIND_REFERENCES, P); }
associator_terms ::= associator_term.
associator_terms ::= associator_terms associator_term.
associator_term ::= reference_term.
associator_term ::= associator_word EQ value.
reference_terms ::= reference_term.
reference_terms ::= reference_terms reference_term.
reference_term ::= reference_word EQ value.
reference_term ::= CLASSDEFSONLY(T). { wql__association_term(parser, WQL__TERM_CLASS_DEFS_ONLY, T); }
reference_term ::= KEYSONLY(T).      { wql__association_term(parser, WQL__TERM_KEYS_ONLY, T); }
reference_term ::= SCHEMAONLY(T).    { wql__association_term(parser, WQL__TERM_SCHEMA_ONLY, T); }
associator_word ::= ASSOCCLASS(T).             { wql__association_term(parser, WQL__TERM_ASSOC_CLASS, T); }
associator_word ::= RESULTROLE(T).             { wql__association_term(parser, WQL__TERM_RESULT_ROLE, T); }
associator_word ::= REQUIREDASSOCQUALIFIER(T). { wql__association_term(parser, WQL__TERM_REQUIRED_ASSOC_QUALIFIER, T); }
reference_word ::= RESULTCLASS(T).       { wql__association_term(parser, WQL__TERM_RESULT_CLASS, T); }
reference_word ::= ROLE(T).              { wql__association_term(parser, WQL__TERM_ROLE, T); }
reference_word ::= REQUIREDQUALIFIER(T). { wql__association_term(parser, WQL__TERM_REQUIRED_QUALIFIER, T); }
value ::= NAME(V).   { wql__association_value(parser, V); }
value ::= STRING(V). { wql__association_value(parser, V); }

/* -- names ------------------------------------------------------------------------------------------------------- */
path(P) ::= NAME(N).             { P = wql__path_begin(parser, N); }
path(P) ::= path(Q) DOT NAME(N). { P = wql__path_step(parser, Q, N); }
/* A function's name without parentheses is a name. */
path(P) ::= COUNT(N). { P = wql__path_begin(parser, N); }
path(P) ::= UPPER(N). { P = wql__path_begin(parser, N); }
path(P) ::= LOWER(N). { P = wql__path_begin(parser, N); }
path(P) ::= SUBSTRING(N). { P = wql__path_begin(parser, N); }
path(P) ::= DATEPART(N). { P = wql__path_begin(parser, N); }
path(P) ::= DATEADD(N). { P = wql__path_begin(parser, N); }
path(P) ::= DATEDIFF(N). { P = wql__path_begin(parser, N); }
path(P) ::= GETDATE(N). { P = wql__path_begin(parser, N); }

/* -- conditions, weakest operator first -------------------------------------------------------------------------- */
condition(A) ::= either(A).
either(A) ::= both(A).
either(E) ::= either(F) OR(O) both(B). { E = wql__node_join(parser, WQL__NODE_OR, F, O, B); }

both(A) ::= negation(A).
both(B) ::= both(C) AND(A) negation(N). { B = wql__node_join(parser, WQL__NODE_AND, C, A, N); }

negation(A) ::= primary(A).
negation(N) ::= not(T) negation(M). { N = wql__node_not(parser, T, M); }
not(T) ::= NOT(N). { T = wql__nest(parser, N); }

primary(A) ::= predicate(A).
primary(P) ::= open(O) condition(C) RP(R). { P = wql__node_nested(parser, O, C, R); }
open(O) ::= LP(L). { O = wql__nest(parser, L); }

/* -- predicates -------------------------------------------------------------------------------------------------- */
%token_class equal EQ|NE.
%token_class order LT|LE|GT|GE.
%token_class truth RTRUE|RFALSE.
%token_class class_name STRING|NAME|PARAMETER.
%token_class pattern STRING|PARAMETER.

predicate(P) ::= path(A) equal(O) constant(C). { P = wql__node_compare(parser, A, O, C, false); }
predicate(P) ::= path(A) order(O) scalar(C).   { P = wql__node_compare(parser, A, O, C, false); }
predicate(P) ::= constant(C) equal(O) path(A). { P = wql__node_compare(parser, A, O, C, true); }
predicate(P) ::= scalar(C) order(O) path(A).   { P = wql__node_compare(parser, A, O, C, true); }
predicate(P) ::= path(A) equal(O) path(B). { P = wql__node_compare_paths(parser, A, O, B); }
predicate(P) ::= path(A) order(O) path(B). { P = wql__node_compare_paths(parser, A, O, B); }
predicate(P) ::= path(A) LIKE(O) pattern(S).   { P = wql__node_like(parser, A, O, O, S); }
predicate(P) ::= path(A) IS(O) NULL(N).        { P = wql__node_null(parser, A, O, N, false); }
predicate(P) ::= path(A) IS(O) NOT NULL(N).    { P = wql__node_null(parser, A, O, N, true); }
predicate(P) ::= path(A) ISA(O) class_name(S). { P = wql__node_isa(parser, A, O, O, S); }

/* What RELAXED has. */
predicate(P) ::= path(A) IS(O) truth(T).       { P = wql__node_truth(parser, A, O, T, false); }
predicate(P) ::= path(A) IS(O) NOT truth(T).   { P = wql__node_truth(parser, A, O, T, true); }
predicate(P) ::= path(A) RNOT(N) LIKE(O) pattern(S).   { P = wql__node_like(parser, A, N, O, S); }
predicate(P) ::= path(A) XNOT(N) LIKE(O) pattern(S).   { P = wql__node_like(parser, A, N, O, S); }
predicate(P) ::= path(A) BNOT(N) LIKE(O) pattern(S).   { P = wql__node_like(parser, A, N, O, S); }
predicate(P) ::= path(A) RNOT(N) ISA(O) class_name(S).  { P = wql__node_isa(parser, A, N, O, S); }
predicate(P) ::= path(A) BNOT(N) ISA(O) class_name(S).  { P = wql__node_isa(parser, A, N, O, S); }
predicate(P) ::= path(A) BETWEEN(O) scalar(L) AND scalar(H). { P = wql__node_between(parser, A, O, L, H); }

constant(A) ::= scalar(A).
constant(C) ::= NULL(T).   { C = wql__node_constant(parser, T); }
constant(C) ::= TRUE(T).   { C = wql__node_constant(parser, T); }
constant(C) ::= FALSE(T).  { C = wql__node_constant(parser, T); }

scalar(S) ::= STRING(T). { S = wql__node_constant(parser, T); }
scalar(S) ::= INT(T).    { S = wql__node_constant(parser, T); }
scalar(S) ::= REAL(T).   { S = wql__node_constant(parser, T); }
/* Only where the dialect has parameters does the lexer make this token. */
scalar(S) ::= PARAMETER(T). { S = wql__node_constant(parser, T); }

/* -- the extended dialect: functions, sets, queries in conditions ------------------------------------------------ */
predicate(P) ::= function(A) equal(O) constant(C). { P = wql__node_compare(parser, A, O, C, false); }
predicate(P) ::= function(A) order(O) scalar(C).   { P = wql__node_compare(parser, A, O, C, false); }
predicate(P) ::= constant(C) equal(O) function(A). { P = wql__node_compare(parser, A, O, C, true); }
predicate(P) ::= scalar(C) order(O) function(A).   { P = wql__node_compare(parser, A, O, C, true); }
predicate(P) ::= function(A) equal(O) path(B).     { P = wql__node_compare_paths(parser, A, O, B); }
predicate(P) ::= function(A) order(O) path(B).     { P = wql__node_compare_paths(parser, A, O, B); }
predicate(P) ::= path(A) equal(O) function(B).     { P = wql__node_compare_paths(parser, A, O, B); }
predicate(P) ::= path(A) order(O) function(B).     { P = wql__node_compare_paths(parser, A, O, B); }
predicate(P) ::= function(A) equal(O) function(B). { P = wql__node_compare_paths(parser, A, O, B); }
predicate(P) ::= function(A) order(O) function(B). { P = wql__node_compare_paths(parser, A, O, B); }
predicate(P) ::= function(A) LIKE(O) pattern(S).             { P = wql__node_like(parser, A, O, O, S); }
predicate(P) ::= function(A) RNOT(N) LIKE(O) pattern(S). { P = wql__node_like(parser, A, N, O, S); }
predicate(P) ::= function(A) XNOT(N) LIKE(O) pattern(S). { P = wql__node_like(parser, A, N, O, S); }
predicate(P) ::= function(A) BNOT(N) LIKE(O) pattern(S). { P = wql__node_like(parser, A, N, O, S); }
predicate(P) ::= path(A) IN(O) members(L) RP(R).                { P = wql__node_in(parser, A, O, O, L, R); }
predicate(P) ::= path(A) XNOT(N) IN(O) members(L) RP(R).      { P = wql__node_in(parser, A, N, O, L, R); }
predicate(P) ::= path(A) BNOT(N) IN(O) members(L) RP(R).      { P = wql__node_in(parser, A, N, O, L, R); }
predicate(P) ::= function(A) IN(O) members(L) RP(R).            { P = wql__node_in(parser, A, O, O, L, R); }
predicate(P) ::= function(A) XNOT(N) IN(O) members(L) RP(R).  { P = wql__node_in(parser, A, N, O, L, R); }
predicate(P) ::= function(A) BNOT(N) IN(O) members(L) RP(R).  { P = wql__node_in(parser, A, N, O, L, R); }
predicate(P) ::= path(A) equal(O) XLP select(S) RP(R).     { P = wql__node_compare_select(parser, A, O, S, R); }
predicate(P) ::= path(A) order(O) XLP select(S) RP(R).     { P = wql__node_compare_select(parser, A, O, S, R); }
predicate(P) ::= function(A) equal(O) XLP select(S) RP(R). { P = wql__node_compare_select(parser, A, O, S, R); }
predicate(P) ::= function(A) order(O) XLP select(S) RP(R). { P = wql__node_compare_select(parser, A, O, S, R); }

%type members {wql__members}
members(M) ::= LP constants(C). { M = wql__members_of(C, NULL); }
members(M) ::= LP select(S).    { M = wql__members_of(NULL, S); }
/* A ring: what stands for it is the last, whose neighbour is the first. */
constants(L) ::= constant(C).                    { L = wql__constants_add(parser, NULL, C); }
constants(L) ::= constants(M) COMMA constant(C). { L = wql__constants_add(parser, M, C); }

select(S) ::= select_word select_column FROM from where(W). { S = wql__select_end(parser, W); }
select_word ::= SELECT(T). { wql__select_begin(parser, T); }
select_column ::= path(P). { wql__select_path(parser, P); }
select_column ::= DISTINCT(D) path(P). { wql__select_quantifier(parser, D); wql__select_path(parser, P); }

function(P) ::= text_call(F) path(A) RP(R). { wql__argument_path(parser, F, A); P = wql__function_close(parser, F, R); }
function(P) ::= part_call(F) date RP(R).    { P = wql__function_close(parser, F, R); }
function(P) ::= add_call(F) date RP(R).     { P = wql__function_close(parser, F, R); }
function(P) ::= diff_call(F) date COMMA date RP(R). { P = wql__function_close(parser, F, R); }
function(P) ::= substring_call(F) INT(I) COMMA INT(J) RP(R). {
    wql__argument_literal(parser, F, I);
    wql__argument_literal(parser, F, J);
    P = wql__function_close(parser, F, R);
}
function(P) ::= now_call(F) RP(R).          { P = wql__function_close(parser, F, R); }
%type text_call {wql__function *}
%type part_call {wql__function *}
%type add_call {wql__function *}
%type diff_call {wql__function *}
%type substring_call {wql__function *}
%type substring_word {wql__function *}
%type add_word {wql__function *}
%type now_call {wql__function *}
text_call(F) ::= UPPER(T) LP.   { F = wql__function_open(parser, WQL__FUNCTION_UPPER, T); }
text_call(F) ::= LOWER(T) LP.   { F = wql__function_open(parser, WQL__FUNCTION_LOWER, T); }
substring_word(F) ::= SUBSTRING(T) LP. { F = wql__function_open(parser, WQL__FUNCTION_SUBSTRING, T); }
substring_call(F) ::= substring_word(G) path(A) COMMA. { F = G; wql__argument_path(parser, F, A); }
part_call(F) ::= part_word(G) NAME(N) COMMA.  { F = wql__function_part(parser, G, N); }
diff_call(F) ::= diff_word(G) NAME(N) COMMA.  { F = wql__function_part(parser, G, N); }
add_word(F) ::= add_open(G) NAME(N) COMMA.    { F = wql__function_part(parser, G, N); }
add_call(F) ::= add_word(G) INT(I) COMMA.     { F = G; wql__argument_literal(parser, F, I); }
now_call(F) ::= GETDATE(T) LP.  { F = wql__function_open(parser, WQL__FUNCTION_GETDATE, T); }
%type part_word {wql__function *}
%type diff_word {wql__function *}
%type add_open {wql__function *}
part_word(F) ::= DATEPART(T) LP. { F = wql__function_open(parser, WQL__FUNCTION_DATEPART, T); }
diff_word(F) ::= DATEDIFF(T) LP. { F = wql__function_open(parser, WQL__FUNCTION_DATEDIFF, T); }
add_open(F) ::= DATEADD(T) LP.   { F = wql__function_open(parser, WQL__FUNCTION_DATEADD, T); }
/* The call that these belong to is the innermost that is open. */
date ::= path(P).     { wql__argument_path(parser, parser->call, P); }
date ::= function(F). { wql__argument_path(parser, parser->call, F); }
date ::= STRING(S).   { wql__argument_literal(parser, parser->call, S); }

/* -- sorting ----------------------------------------------------------------------------------------------------- */
orders ::= by_item.
orders ::= orders COMMA by_item.
by_item ::= path(P) descending(D).     { wql__order_by(parser, P, D); }
by_item ::= function(P) descending(D). { wql__order_by(parser, P, D); }
descending(D) ::= .     { D = 0; }
descending(D) ::= ASC.  { D = 0; }
descending(D) ::= DESC. { D = 1; }
