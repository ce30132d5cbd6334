/* SPDX-License-Identifier: MIT */
/* text.h: between the library's UTF-8 and the wide texts of COM. */
#ifndef WBEM_ROOM_TEXT_H
#define WBEM_ROOM_TEXT_H

#include <oleauto.h>

#include <string>
#include <wql/value.h>

namespace wbem {

/* UTF-8 of a wide text. False: a character that is none (a surrogate, beyond U+10FFFF). Throws std::bad_alloc. */
bool to_utf8(const wchar_t *text, size_t length, std::string *out);

/* The same for a text that ends in NUL and must be there: WBEM_E_INVALID_PARAMETER for NULL and for what is no Unicode. An empty
 * text is fine here. */
HRESULT read_text(const wchar_t *text, std::string *out);

/* A BSTR of a text, NULs included; ill-formed bytes become U+FFFD. NULL: no memory. */
BSTR to_bstr(wql_str text) noexcept;
BSTR to_bstr(const char *text) noexcept; /* NULL gives an empty BSTR that is not NULL */

} // namespace wbem

#endif
