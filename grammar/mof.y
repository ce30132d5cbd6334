/* SPDX-License-Identifier: MIT */
/* mof.y: the grammar of MOF (DSP0004, annex A, with the forms that WMI's compiler takes too). What lemon makes of it is included by
 * mof_parse.c, which says how it is driven, and how it goes on behind an error: `error` is shifted by the driver alone.
 *
 * Actions are one call each; what they build lies in the arena of the set, so nothing is ever destroyed here. Strings that stand
 * one behind the other come as one token. */
%name wql__mof_grammar
%token_prefix MOF_
%token_type {wql__mof_token}
%extra_context {wql__mof_parser *parser}

/* The stack grows in the arena, see mof_parse.c. */
%stack_size 0
%stack_overflow { wql__mof_no_memory(parser->set); }
%syntax_error { (void)yymajor; (void)TOKEN; parser->unclear = true; }

/* Every word is a name wherever it would otherwise be an error. */
%token NAME.
%fallback NAME TYPE OBJECT CLASS INSTANCE OF AS QUALIFIER SCOPE FLAVOR REF TRUE FALSE NULL.

%type qualifiers {wql__mof_qualifiers}
%type some_qualifiers {wql__mof_qualifiers}
%type qualifier {wql__mof_qualifier *}
%type qualifier_value {wql__mof_value}
%type flavors {wql__mof_words}
%type flavor_part {wql__mof_words}
%type words {wql__mof_words}
%type type {wql__mof_type}
%type superclass {wql__mof_name}
%type alias {wql__mof_name}
%type array {wql__mof_array}
%type default {wql__mof_value}
%type value {wql__mof_value}
%type literals {wql__mof_value}
%type literal {wql__mof_literal *}
%type parameters {wql__mof_features}
%type some_parameters {wql__mof_features}
%type parameter {wql__mof_feature *}
%type class_head {wql__mof_class *}
%type instance_head {wql__mof_instance *}
%type embedded {wql__mof_instance *}
%type pragma_values {wql__mof_value}
%type some_pragma_values {wql__mof_value}
%type pragma_value {wql__mof_literal *}

%start_symbol start
start ::= definitions.

definitions ::= .
definitions ::= definitions definition.

definition ::= error SEMICOLON.
definition ::= class_head LBRACE features RBRACE SEMICOLON. { wql__mof_end_body(parser); }
definition ::= instance_head LBRACE assignments RBRACE SEMICOLON. { wql__mof_end_body(parser); }
definition ::= QUALIFIER NAME(N) COLON type(T) array(A) default(V) COMMA SCOPE LP words(S) RP flavor_part(F) SEMICOLON. {
    wql__mof_add_declaration(parser, N, &T, A, V, S, F);
}
definition ::= PRAGMA(P) NAME(N) LP pragma_values(V) RP. { wql__mof_pragma(parser, P, N, &V); }
definition ::= PRAGMA(P) NAME(N). [PRAGMA_ALONE] { wql__mof_pragma(parser, P, N, NULL); }

%nonassoc PRAGMA_ALONE.
%nonassoc LP.

pragma_values(A) ::= . { A = wql__mof_no_value(); }
pragma_values(A) ::= some_pragma_values(A).
some_pragma_values(A) ::= pragma_value(L). { A = wql__mof_one_value(L); }
some_pragma_values(A) ::= some_pragma_values(A) COMMA pragma_value(L). { wql__mof_append_literal(&A, L); }
pragma_value(A) ::= literal(A).
pragma_value(A) ::= NAME(N). { A = wql__mof_text_literal(parser, N); }

flavor_part(A) ::= . { A = wql__mof_no_words(); }
flavor_part(A) ::= COMMA FLAVOR LP words(W) RP. { A = W; }
words(A) ::= NAME(N). { A = wql__mof_one_word(N); }
words(A) ::= words(A) COMMA NAME(N). { wql__mof_append_word(parser, &A, N); }

/* -- classes ------------------------------------------------------------------------------------------------------ */

class_head(A) ::= qualifiers(Q) CLASS(C) NAME(N) alias(L) superclass(S). { A = wql__mof_begin_class(parser, &Q, C, N, L, S); }
superclass(A) ::= . { A = wql__mof_no_name(); }
superclass(A) ::= COLON NAME(N). { A = wql__mof_name_of(N); }
alias(A) ::= . { A = wql__mof_no_name(); }
alias(A) ::= AS ALIAS(N). { A = wql__mof_name_of(N); }

features ::= .
features ::= features feature.
feature ::= error SEMICOLON.
feature ::= qualifiers(Q) type(T) NAME(N) array(R) default(V) SEMICOLON. { wql__mof_add_property(parser, &Q, &T, N, R, &V); }
feature ::= qualifiers(Q) type(T) NAME(N) LP parameters(P) RP SEMICOLON. { wql__mof_add_method(parser, &Q, &T, N, &P); }

parameters(A) ::= . { memset(&A, 0, sizeof A); }
parameters(A) ::= some_parameters(A).
some_parameters(A) ::= parameter(P). { A = wql__mof_one_feature(P); }
some_parameters(A) ::= some_parameters(A) COMMA parameter(P). { wql__mof_append_feature(&A, P); }
parameter(A) ::= qualifiers(Q) type(T) NAME(N) array(R) default(V). { A = wql__mof_make_feature(parser, &Q, &T, N, R, &V); }

type(A) ::= TYPE(T). { A = wql__mof_type_of(T); }
type(A) ::= OBJECT(T). { A = wql__mof_type_of(T); }
type(A) ::= OBJECT(T) REF. { A = wql__mof_any_reference(T); }
type(A) ::= NAME(N). { A = wql__mof_object_type(N); }
type(A) ::= NAME(N) REF. { A = wql__mof_reference_type(N); }

array(A) ::= . { A = wql__mof_no_array(); }
array(A) ::= LBRACKET(B) RBRACKET. { A = wql__mof_open_array(B); }
array(A) ::= LBRACKET INTEGER(I) RBRACKET. { A = wql__mof_sized_array(parser, I); }
default(A) ::= . { A = wql__mof_no_value(); }
default(A) ::= EQ value(V). { A = V; }

/* -- qualifiers --------------------------------------------------------------------------------------------------- */

qualifiers(A) ::= . { memset(&A, 0, sizeof A); }
qualifiers(A) ::= LBRACKET(L) some_qualifiers(Q) RBRACKET(R). { A = wql__mof_close_qualifiers(&Q, L, R); }
qualifiers(A) ::= LBRACKET(L) RBRACKET(R). { A = wql__mof_close_qualifiers(NULL, L, R); }
some_qualifiers(A) ::= qualifier(Q). { A = wql__mof_one_qualifier(Q); }
some_qualifiers(A) ::= some_qualifiers(A) COMMA qualifier(Q). { wql__mof_append_qualifier(&A, Q); }
qualifier(A) ::= NAME(N) qualifier_value(V) flavors(F). { A = wql__mof_make_qualifier(parser, N, &V, F); }

qualifier_value(A) ::= . { A = wql__mof_no_value(); }
qualifier_value(A) ::= LP literal(L) RP. { A = wql__mof_one_value(L); }
qualifier_value(A) ::= LP LBRACE(B) literals(V) RBRACE(E) RP. { A = wql__mof_close_list(V, B, E); }
qualifier_value(A) ::= LP LBRACE(B) RBRACE(E) RP. { A = wql__mof_close_list(wql__mof_no_value(), B, E); }
qualifier_value(A) ::= LBRACE(B) literals(V) RBRACE(E). { A = wql__mof_close_list(V, B, E); }
qualifier_value(A) ::= LBRACE(B) RBRACE(E). { A = wql__mof_close_list(wql__mof_no_value(), B, E); }

flavors(A) ::= . { A = wql__mof_no_words(); }
flavors(A) ::= COLON NAME(N). { A = wql__mof_one_word(N); }
flavors(A) ::= flavors(A) NAME(N). { wql__mof_append_word(parser, &A, N); }

/* -- instances ---------------------------------------------------------------------------------------------------- */

instance_head(A) ::= qualifiers(Q) INSTANCE(I) OF NAME(N) alias(L). { A = wql__mof_begin_instance(parser, &Q, I, N, L); }

assignments ::= .
assignments ::= assignments assignment.
assignment ::= error SEMICOLON.
assignment ::= qualifiers(Q) NAME(N) EQ value(V) SEMICOLON. { wql__mof_add_assignment(parser, &Q, N, &V); }

value(A) ::= literal(L). { A = wql__mof_one_value(L); }
value(A) ::= LBRACE(B) RBRACE(E). { A = wql__mof_close_list(wql__mof_no_value(), B, E); }
value(A) ::= LBRACE(B) literals(V) RBRACE(E). { A = wql__mof_close_list(V, B, E); }

literals(A) ::= literal(L). { A = wql__mof_one_value(L); }
literals(A) ::= literals(A) COMMA literal(L). { wql__mof_append_literal(&A, L); }

literal(A) ::= STRING(T). { A = wql__mof_text_literal(parser, T); }
literal(A) ::= CHAR(T). { A = wql__mof_char_literal(parser, T); }
literal(A) ::= INTEGER(T). { A = wql__mof_integer_literal(parser, T); }
literal(A) ::= REAL(T). { A = wql__mof_real_literal(parser, T); }
literal(A) ::= TRUE(T). { A = wql__mof_word_literal(parser, T, WQL__MOF_LITERAL_TRUE); }
literal(A) ::= FALSE(T). { A = wql__mof_word_literal(parser, T, WQL__MOF_LITERAL_FALSE); }
literal(A) ::= NULL(T). { A = wql__mof_word_literal(parser, T, WQL__MOF_LITERAL_NULL); }
literal(A) ::= ALIAS(T). { A = wql__mof_alias_literal(parser, T); }
literal(A) ::= embedded(I) LBRACE assignments RBRACE(E). { A = wql__mof_end_embedded(parser, I, E); }
embedded(A) ::= INSTANCE(I) OF NAME(N) alias(L). { A = wql__mof_begin_embedded(parser, I, N, L); }
