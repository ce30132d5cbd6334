/* SPDX-License-Identifier: MIT */
/* same_value.h: whether a value is the same as one that stands in a class's definition: a qualifier's, or a property's default.
 */
#ifndef WBEM_ROOM_SAME_VALUE_H
#define WBEM_ROOM_SAME_VALUE_H

#include <wbemcli.h>
#include <wql/wql.h>

namespace wbem {

/* Whether a VARIANT says the same as a value: numbers by their value, texts to the letter, arrays item by item.
 * Throws std::bad_alloc. */
bool says(const VARIANT &variant, const wql_value &value);

/* The same of a cell. @param interval  its datetimes are intervals */
bool cell_says(const wql_column *column, uint32_t row, bool interval, const wql_value &value) noexcept;

} // namespace wbem

#endif
