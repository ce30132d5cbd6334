/* SPDX-License-Identifier: MIT */
/* mof_out.h: classes and instances written as MOF (DSP0004), so that reading the text again gives what it was written from. */
#ifndef WQL_QUERY_MOF_OUT_H
#define WQL_QUERY_MOF_OUT_H

#include "../base/error.h"
#include "../data/batch.h"
#include "../data/schema.h"

void wql__mof_put_class(wql__out *out, const wql_class *cls);
/* A row; of a schema result the class that it stands for. */
void wql__mof_put_row(wql__out *out, const wql_batch *batch, uint32_t row);

/* Whether two classes are the same, as reading a class again from its MOF must give: names as they are spelled, types, flags,
 * defaults, qualifiers with their flavours, in their order. Three things do not count: of which type the integer of a qualifier
 * is, which only its declaration knows; qualifiers that say what a flag says; and inherited qualifiers, which are the
 * superclass's. Namespaces may differ. `why`: what differs, as text; NULL: nobody asks. */
bool wql__class_equal(const wql_class *a, const wql_class *b, wql__out *why);
bool wql__property_equal(const wql_property_def *a, const wql_property_def *b);
bool wql__method_equal(const wql_method_def *a, const wql_method_def *b);
/* Whether a parameter is what its method returns: WMI's name for it, and it only comes out. */
bool wql__is_return_value(const wql_property_def *param);

/* -- between the files ------------------------------------------------------------------------------------------- */

/* A text that is being written: where its line began. */
typedef struct wql__mof_printer {
    wql__out *out;
    size_t line; /* out->len at the start of the line */
    unsigned indent;
    unsigned depth; /* of embedded objects */
} wql__mof_printer;

enum { WQL__MOF_STEP = 4, WQL__MOF_WIDTH = 100 };

void wql__mof_put(wql__mof_printer *p, const char *text);
void wql__mof_newline(wql__mof_printer *p);
/* A value of a definition; `interval` of one that holds intervals. */
void wql__mof_put_value(wql__mof_printer *p, const wql_value *value);
/* A cell. */
void wql__mof_put_cell(wql__mof_printer *p, const wql_column *col, uint32_t row, bool interval);
/* `{`, the properties, `}`. */
void wql__mof_put_body(wql__mof_printer *p, const wql_batch *batch, uint32_t row);
/* Whether a qualifier says what a flag of a definition says. */
bool wql__mof_is_implied(const wql_qualifier *qualifier, uint32_t flags);

#endif
