/* SPDX-License-Identifier: MIT */
/* methods.cc: flags and other arguments of the methods of IWbemServices. */
#include "methods.h"
#include "objects.h"
#include "text.h"

#include <iterator>

namespace wbem {
namespace {

constexpr long RI = WBEM_FLAG_RETURN_IMMEDIATELY, FO = WBEM_FLAG_FORWARD_ONLY, SS = WBEM_FLAG_SEND_STATUS,
               EL = WBEM_FLAG_ENSURE_LOCATABLE, DR = WBEM_FLAG_DIRECT_READ, AM = WBEM_FLAG_USE_AMENDED_QUALIFIERS,
               SH = WBEM_FLAG_SHALLOW, PT = WBEM_FLAG_PROTOTYPE, UO = WBEM_FLAG_UPDATE_ONLY, CO = WBEM_FLAG_CREATE_ONLY,
               US = WBEM_FLAG_UPDATE_SAFE_MODE, UF = WBEM_FLAG_UPDATE_FORCE_MODE;

/* Never to be sent, ignored on receipt ([MS-WMI] 2.2.6). */
constexpr long IGNORED = WBEM_FLAG_NO_ERROR_OBJECT | WBEM_MASK_RESERVED_FLAGS | WBEM_FLAG_STRONG_VALIDATION;

/* What each method takes and needs. The same bit is another flag elsewhere. UF is one of the ignored bits, too. */
struct Row {
    const char *name;
    long taken, needed;
};
constexpr Row rows[] = {
    {"OpenNamespace", RI, 0},
    {"QueryObjectSink", 0, 0},
    {"GetObject", AM | RI | DR, 0},
    {"GetObjectAsync", AM | SS | DR, 0},
    {"PutClass", AM | RI | UO | CO | UF | US, 0},
    {"PutClassAsync", AM | UO | CO | UF | US | SS, 0},
    {"DeleteClass", RI, 0},
    {"DeleteClassAsync", SS, 0},
    {"CreateClassEnum", AM | RI | SH | FO, 0},
    {"CreateClassEnumAsync", AM | SS | SH, 0},
    {"PutInstance", AM | RI | UO | CO, 0},
    {"PutInstanceAsync", AM | UO | CO | SS, 0},
    {"DeleteInstance", RI, 0},
    {"DeleteInstanceAsync", SS, 0},
    {"CreateInstanceEnum", AM | RI | DR | SH | FO, 0},
    {"CreateInstanceEnumAsync", AM | SS | DR | SH, 0},
    {"ExecQuery", AM | RI | DR | PT | FO | EL, 0},
    {"ExecQueryAsync", AM | SS | PT | DR | EL, 0},
    {"ExecNotificationQuery", AM | RI | FO, RI | FO},
    {"ExecNotificationQueryAsync", AM | SS, 0},
    {"ExecMethod", RI, 0},
    {"ExecMethodAsync", SS, 0},
};
static_assert(std::size(rows) == static_cast<size_t>(Method::ExecMethodAsync) + 1, "a row for each method");

const Row &row_of(Method method) noexcept { return rows[static_cast<size_t>(method)]; }

std::string hexadecimal(long flags) {
    static const char digits[] = "0123456789ABCDEF";
    std::string text;
    for (unsigned long rest = static_cast<unsigned long>(flags); rest || text.empty(); rest >>= 4)
        text.insert(text.begin(), digits[rest & 15]);
    return "0x" + text;
}

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

/* As the lexer has it: bytes from 0x80 up belong to names. */
bool is_identifier(const std::string &name) noexcept {
    bool good = !name.empty() && is_letter(name[0]);
    for (char c : name) good = good && (is_letter(c) || (c >= '0' && c <= '9'));
    return good;
}

/* How WMI counts: in units of UTF-16. */
size_t units_of(const std::string &text) noexcept {
    size_t units = 0;
    for (char c : text) {
        unsigned char byte = static_cast<unsigned char>(c);
        units += (byte & 0xc0) != 0x80;
        units += byte >= 0xf0;
    }
    return units;
}

bool is_wql(const wchar_t *text) noexcept {
    static const wchar_t name[] = L"wql";
    for (size_t i = 0; i < std::size(name); i++) {
        wchar_t c = text[i];
        if (c >= L'A' && c <= L'Z') c = static_cast<wchar_t>(c - L'A' + L'a');
        if (c != name[i]) return false;
    }
    return true;
}

} // namespace

const char *method_name(Method method) noexcept { return row_of(method).name; }

bool takes_flags(Method method, long flags, std::string *why) {
    const Row &row = row_of(method);
    long unknown = flags & ~(row.taken | IGNORED);
    bool puts_class = method == Method::PutClass || method == Method::PutClassAsync;
    bool puts = puts_class || method == Method::PutInstance || method == Method::PutInstanceAsync;
    if (unknown)
        *why = std::string(row.name) + " does not take the flags " + hexadecimal(unknown);
    else if ((flags & row.needed) != row.needed)
        *why = std::string(row.name) + " needs the flags " + hexadecimal(row.needed) + ": what has no end cannot be waited for";
    else if (puts && (flags & UO) && (flags & CO))
        *why = "WBEM_FLAG_UPDATE_ONLY excludes WBEM_FLAG_CREATE_ONLY";
    else if (puts_class && (flags & US) && (flags & UF))
        *why = "WBEM_FLAG_UPDATE_SAFE_MODE excludes WBEM_FLAG_UPDATE_FORCE_MODE";
    else
        return true;
    return false;
}

uint32_t engine_flags(long flags) noexcept {
    static_assert(static_cast<long>(WQL_PROTOTYPE) == PT && static_cast<long>(WQL_SEND_STATUS) == SS &&
                      static_cast<long>(WQL_ENSURE_LOCATABLE) == EL && static_cast<long>(WQL_DIRECT_READ) == DR,
                  "the engine has WMI's bits");
    return static_cast<uint32_t>(flags & (PT | SS | EL | DR));
}

/* -- Arguments ----------------------------------------------------------------------------------------------------- */

void Arguments::refuse(HRESULT code, const std::string &why) {
    if (wrong()) return;
    why_ = why;
    code_ = code;
}

void Arguments::flags(long flags) {
    std::string why;
    if (!takes_flags(method_, flags, &why)) refuse(WBEM_E_INVALID_PARAMETER, why);
}

void Arguments::needed(const void *pointer, const char *name) {
    if (!pointer) refuse(WBEM_E_INVALID_PARAMETER, std::string(name) + " is NULL");
}

void Arguments::text(const wchar_t *text, const char *name, std::string *out) {
    if (!text || !*text)
        refuse(WBEM_E_INVALID_PARAMETER, std::string(name) + (text ? " is empty" : " is NULL"));
    else if (FAILED(read_text(text, out)))
        refuse(WBEM_E_INVALID_PARAMETER, std::string(name) + " is no Unicode text");
}

void Arguments::language(const wchar_t *text) {
    if (!text || !*text)
        refuse(WBEM_E_INVALID_PARAMETER, std::string("strQueryLanguage is ") + (text ? "empty" : "NULL"));
    else if (!is_wql(text))
        refuse(WBEM_E_INVALID_QUERY_TYPE, "the query language is not WQL");
}

void Arguments::class_name(const wchar_t *text, const char *name, bool may_be_empty, std::string *out) {
    if (may_be_empty && (!text || !*text)) return;
    this->text(text, name, out);
    if (wrong()) return;
    if (units_of(*out) > WBEM_MAX_IDENTIFIER)
        refuse(WBEM_E_QUOTA_VIOLATION, "the name of a class may have " + std::to_string(WBEM_MAX_IDENTIFIER) + " characters");
    else if (!is_identifier(*out))
        refuse(WBEM_E_INVALID_PARAMETER, std::string(name) + " is no name of a class");
}

HRESULT Arguments::fail() const { return wbem::fail(code_, why_, method_name(method_)); }

} // namespace wbem
