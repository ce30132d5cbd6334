/* SPDX-License-Identifier: MIT */
/* text.h: single values as text: numbers, datetimes, JSON. */
#ifndef WQL_CLI_TEXT_H
#define WQL_CLI_TEXT_H

#include "output.h"

#include <wql/batch.h>

enum { CLI_TIME_SIZE = 64 };

/* A cell, where it stands, and what is known of its column beyond the column itself. */
typedef struct cli_cell {
    const wql_column *col;
    uint32_t row;
    bool interval; /* a datetime column that holds intervals */
} cli_cell;

/* Whether column `col` of the batch holds intervals: a flag of the property, not of the column. */
bool cli_is_interval(const wql_batch *batch, const wql_column *col);

/* ISO 8601 with the value's own offset from UTC, microseconds only where there are some; intervals and datetimes with asterisks
 * in CIM's 25 characters. Returns the length. */
size_t cli_time_text(const wql_datetime *time, char buf[CLI_TIME_SIZE]);

/* A number, boolean or datetime that is not NULL, as csv and table show it. */
void cli_put_scalar(cli_out *out, const cli_cell *cell);

/* A text as a JSON string: quoted, and nothing in it that a terminal would obey. Ill-formed bytes become U+FFFD. */
void cli_json_string(cli_out *out, wql_str text);

/* A cell of any type as JSON. out->odd is set if a NaN or an infinity became null. */
void cli_json_cell(cli_out *out, const cli_cell *cell);

/* A cell of any type, not NULL, as the text it would be (JSON where it is nested), through a function that knows what must be
 * escaped. */
void cli_put_through(cli_out *out, const cli_cell *cell, void (*put)(cli_out *out, wql_str text));

/* Row `row` of a batch as a JSON object. */
void cli_json_row(cli_out *out, const wql_batch *batch, uint32_t row);

#endif
