/* SPDX-License-Identifier: MIT */
/* formats.cc: printf's formats as Microsoft's C library reads them. One directive after the other: numbers are written by
 * snprintf, texts here, for what C makes of them follows the locale. */
#include "text.h"
#include "unknown.h"

#include <wbemtext.h>

#include <climits>
#include <cstdarg>
#include <cstring>
#include <string>

namespace wbem {

namespace {

/* A function's arguments, which each directive takes from. */
struct FormatArguments {
    va_list list;
};

enum class FormatSize { None, Char, Short, Long, LongLong, Max, Pointer, LongDouble, Wide };

/* One directive: what stands between % and its last letter. */
struct Directive {
    std::string flags; /* of "-+ #0" */
    int width = 0;
    int precision = -1;
    FormatSize size = FormatSize::None;
    wchar_t conversion = 0;
};

/* -- reading a directive ------------------------------------------------------------------------------------------- */

/* The format, of either width, one character after the other. */
template <typename Character> class FormatReader {
  public:
    explicit FormatReader(const Character *at) : at_(at) {}
    wchar_t peek(size_t ahead = 0) const { return character(at_[ahead]); }
    wchar_t take() { return character(*at_++); }
    bool take_if(wchar_t c) {
        if (peek() != c) return false;
        at_++;
        return true;
    }
    const Character *at() const { return at_; }

  private:
    static wchar_t character(char c) { return static_cast<unsigned char>(c); }
    static wchar_t character(wchar_t c) { return c; }
    const Character *at_;
};

/* Digits, or a star for the next argument. What is more than an int can hold is as much as one holds. */
template <typename Character> int read_number(FormatReader<Character> *format, FormatArguments *arguments) {
    int64_t value = 0;
    if (format->take_if(L'*')) return va_arg(arguments->list, int);
    while (format->peek() >= L'0' && format->peek() <= L'9') {
        value = value * 10 + (format->take() - L'0');
        if (value > INT_MAX) value = INT_MAX;
    }
    return static_cast<int>(value);
}

template <typename Character> FormatSize read_size(FormatReader<Character> *format) {
    if (format->take_if(L'h')) return format->take_if(L'h') ? FormatSize::Char : FormatSize::Short;
    if (format->take_if(L'l')) return format->take_if(L'l') ? FormatSize::LongLong : FormatSize::Long;
    if (format->take_if(L'w')) return FormatSize::Wide;
    if (format->take_if(L'L')) return FormatSize::LongDouble;
    if (format->take_if(L'j')) return FormatSize::Max;
    if (format->take_if(L'z') || format->take_if(L't')) return FormatSize::Pointer;
    if (!format->take_if(L'I')) return FormatSize::None;
    const bool is64 = format->peek() == L'6' && format->peek(1) == L'4', is32 = format->peek() == L'3' && format->peek(1) == L'2';
    if (is64 || is32) {
        format->take();
        format->take();
    }
    return is64 ? FormatSize::LongLong : is32 ? FormatSize::None : FormatSize::Pointer;
}

template <typename Character> Directive directive_of(FormatReader<Character> *format, FormatArguments *arguments) {
    Directive directive;
    for (wchar_t c = format->peek(); c == L'-' || c == L'+' || c == L' ' || c == L'#' || c == L'0'; c = format->peek())
        directive.flags += static_cast<char>(format->take());
    directive.width = read_number(format, arguments);
    if (directive.width < 0) { /* of a star */
        directive.flags += '-';
        directive.width = directive.width == INT_MIN ? INT_MAX : -directive.width;
    }
    if (format->take_if(L'.')) directive.precision = read_number(format, arguments);
    directive.size = read_size(format);
    if (format->peek()) directive.conversion = format->take(); /* else the format ends in the middle of it */
    return directive;
}

/* -- numbers ------------------------------------------------------------------------------------------------------- */

/* snprintf's own directive: flags, width, precision and a modifier. */
std::string narrow_directive(const Directive &directive, const char *modifier) {
    std::string made = "%" + directive.flags;
    if (directive.width) made += std::to_string(directive.width);
    if (directive.precision >= 0) made += "." + std::to_string(directive.precision);
    return made + modifier + static_cast<char>(directive.conversion);
}

template <typename Number> bool append_number(const Directive &directive, const char *modifier, Number value, std::wstring *out) {
    const std::string narrow = narrow_directive(directive, modifier);
    const int length = snprintf(nullptr, 0, narrow.c_str(), value);
    if (length < 0) return false;
    std::string digits(static_cast<size_t>(length) + 1, '\0');
    snprintf(&digits[0], digits.size(), narrow.c_str(), value);
    out->append(digits.begin(), digits.end() - 1);
    return true;
}

bool append_signed(const Directive &directive, FormatArguments *arguments, std::wstring *out) {
    long long value = 0;
    switch (directive.size) {
    case FormatSize::Char: value = static_cast<signed char>(va_arg(arguments->list, int)); break;
    case FormatSize::Short: value = static_cast<short>(va_arg(arguments->list, int)); break;
    case FormatSize::Long: value = va_arg(arguments->list, long); break;
    case FormatSize::LongLong: value = va_arg(arguments->list, long long); break;
    case FormatSize::Max: value = va_arg(arguments->list, intmax_t); break;
    case FormatSize::Pointer: value = va_arg(arguments->list, intptr_t); break;
    default: value = va_arg(arguments->list, int); break;
    }
    return append_number(directive, "ll", value, out);
}

bool append_unsigned(const Directive &directive, FormatArguments *arguments, std::wstring *out) {
    unsigned long long value = 0;
    switch (directive.size) {
    case FormatSize::Char: value = static_cast<unsigned char>(va_arg(arguments->list, unsigned)); break;
    case FormatSize::Short: value = static_cast<unsigned short>(va_arg(arguments->list, unsigned)); break;
    case FormatSize::Long: value = va_arg(arguments->list, unsigned long); break;
    case FormatSize::LongLong: value = va_arg(arguments->list, unsigned long long); break;
    case FormatSize::Max: value = va_arg(arguments->list, uintmax_t); break;
    case FormatSize::Pointer: value = va_arg(arguments->list, uintptr_t); break;
    default: value = va_arg(arguments->list, unsigned); break;
    }
    return append_number(directive, "ll", value, out);
}

bool append_real(const Directive &directive, FormatArguments *arguments, std::wstring *out) {
    if (directive.size == FormatSize::LongDouble) return append_number(directive, "L", va_arg(arguments->list, long double), out);
    return append_number(directive, "", va_arg(arguments->list, double), out);
}

/* Sixteen digits, as there. */
bool append_pointer(Directive directive, FormatArguments *arguments, std::wstring *out) {
    const unsigned long long value = reinterpret_cast<uintptr_t>(va_arg(arguments->list, void *));
    directive.precision = 16;
    directive.conversion = L'X';
    return append_number(directive, "ll", value, out);
}

/* -- texts --------------------------------------------------------------------------------------------------------- */

void append_padded(const Directive &directive, const wchar_t *text, size_t length, std::wstring *out) {
    const bool left = directive.flags.find('-') != std::string::npos;
    const size_t width = static_cast<size_t>(directive.width), padding = width > length ? width - length : 0;
    if (!left) out->append(padding, directive.flags.find('0') != std::string::npos ? L'0' : L' ');
    out->append(text, length);
    if (left) out->append(padding, L' ');
}

/* How much of a text a precision lets through; it need not end in NUL then. */
template <typename Character> size_t length_of(const Character *text, int precision) {
    size_t length = 0;
    while ((precision < 0 || length < static_cast<size_t>(precision)) && text[length]) length++;
    return length;
}

bool append_narrow(const Directive &directive, const char *text, size_t length, std::wstring *out) {
    const BSTR wide = to_bstr(wql_str{text, length});
    if (!wide) return false;
    append_padded(directive, wide, SysStringLen(wide), out);
    SysFreeString(wide);
    return true;
}

/* Whether a text or a character is wide: as a modifier says, or the case of its letter, which stands for the format's own width.
 */
bool is_wide(const Directive &directive, bool wide_format) {
    if (directive.size == FormatSize::Long || directive.size == FormatSize::Wide) return true;
    if (directive.size == FormatSize::Short) return false;
    return (directive.conversion == L's' || directive.conversion == L'c') == wide_format;
}

bool append_text(const Directive &directive, bool wide, FormatArguments *arguments, std::wstring *out) {
    const void *text = va_arg(arguments->list, const void *);
    if (!text) {
        const bool is_short = directive.precision >= 0 && directive.precision < 6;
        append_padded(directive, L"(null)", is_short ? static_cast<size_t>(directive.precision) : 6, out);
        return true;
    }
    if (!wide) {
        const char *narrow = static_cast<const char *>(text);
        return append_narrow(directive, narrow, length_of(narrow, directive.precision), out);
    }
    const wchar_t *characters = static_cast<const wchar_t *>(text);
    append_padded(directive, characters, length_of(characters, directive.precision), out);
    return true;
}

bool append_character(const Directive &directive, bool wide, FormatArguments *arguments, std::wstring *out) {
    const int given = va_arg(arguments->list, int); /* what a wchar_t becomes there, too */
    const char narrow = static_cast<char>(given);
    const wchar_t character = static_cast<wchar_t>(given);
    if (!wide) return append_narrow(directive, &narrow, 1, out);
    append_padded(directive, &character, 1, out);
    return true;
}

/* -- the whole ----------------------------------------------------------------------------------------------------- */

bool append_directive(const Directive &directive, bool wide_format, FormatArguments *arguments, std::wstring *out) {
    switch (directive.conversion) {
    case L'd':
    case L'i': return append_signed(directive, arguments, out);
    case L'u':
    case L'o':
    case L'x':
    case L'X': return append_unsigned(directive, arguments, out);
    case L'e':
    case L'E':
    case L'f':
    case L'F':
    case L'g':
    case L'G':
    case L'a':
    case L'A': return append_real(directive, arguments, out);
    case L'p': return append_pointer(directive, arguments, out);
    case L's':
    case L'S': return append_text(directive, is_wide(directive, wide_format), arguments, out);
    case L'c':
    case L'C': return append_character(directive, is_wide(directive, wide_format), arguments, out);
    case L'n': (void)va_arg(arguments->list, void *); return true;
    case 0: return true;
    default: out->push_back(directive.conversion); return true; /* % itself, and what is no directive */
    }
}

/* Narrow characters between directives are bytes of UTF-8, which may be more than one to a character. */
bool append_plain(const char *text, size_t length, std::wstring *out) { return append_narrow(Directive(), text, length, out); }
bool append_plain(const wchar_t *text, size_t length, std::wstring *out) {
    out->append(text, length);
    return true;
}

template <typename Character> bool format_all(const Character *format, FormatArguments *arguments, std::wstring *out) {
    FormatReader<Character> reader(format);
    for (;;) {
        const Character *plain = reader.at();
        while (reader.peek() && reader.peek() != L'%') reader.take();
        if (reader.at() != plain && !append_plain(plain, static_cast<size_t>(reader.at() - plain), out)) return false;
        if (!reader.take_if(L'%')) return true;
        const Directive directive = directive_of(&reader, arguments);
        if (!append_directive(directive, sizeof(Character) > 1, arguments, out)) return false;
    }
}

/* Hands the formatted text to what writes it. */
template <typename Character, typename Write> int formatted(const Character *format, va_list given, Write write) {
    if (!format) return -1;
    int written = -1;
    FormatArguments arguments;
    va_copy(arguments.list, given);
    const HRESULT done = guarded([&]() -> HRESULT {
        std::wstring text;
        if (format_all(format, &arguments, &text) && text.size() <= INT_MAX) written = write(text);
        return S_OK;
    });
    va_end(arguments.list);
    return FAILED(done) ? -1 : written;
}

/* UTF-8 of what can be; a character that is none is U+FFFD. */
std::string to_bytes(std::wstring text) {
    std::string bytes;
    if (to_utf8(text.data(), text.size(), &bytes)) return bytes;
    for (wchar_t &c : text)
        if (static_cast<uint32_t>(c) > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
    to_utf8(text.data(), text.size(), &bytes);
    return bytes;
}

/* To a file, character by character where C's own wide functions were first. */
bool write_text(const std::wstring &text, FILE *file) {
    if (fwide(file, 0) > 0) {
        for (const wchar_t c : text)
            if ((fputwc)(c, file) == WEOF) return false;
        return true;
    }
    const std::string bytes = to_bytes(text);
    return fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
}

/* As much as there is room for. A narrow text is not cut inside a character. */
template <typename Text, typename Character> int stored(const Text &from, Character *text, size_t room) {
    if (!text || !room) return -1;
    size_t length = from.size() < room ? from.size() : room - 1;
    if (sizeof(Character) == 1 && length < from.size())
        while (length && (static_cast<unsigned char>(from[length]) & 0xC0) == 0x80) length--;
    memcpy(text, from.data(), length * sizeof(Character));
    text[length] = 0;
    return length == from.size() ? static_cast<int>(length) : -1;
}

} // namespace

} // namespace wbem

using namespace wbem;

int wbem_vfwprintf(FILE *file, const wchar_t *format, va_list arguments) {
    if (!file) return -1;
    return formatted(format, arguments,
                     [file](const std::wstring &text) { return write_text(text, file) ? static_cast<int>(text.size()) : -1; });
}

int wbem_fputws(const wchar_t *text, FILE *file) {
    bool written = false;
    if (!text || !file) return -1;
    (void)guarded([&]() -> HRESULT {
        written = write_text(text, file);
        return S_OK;
    });
    return written ? 0 : -1;
}

wint_t wbem_fputwc(wchar_t character, FILE *file) {
    bool written = false;
    if (!file) return WEOF;
    (void)guarded([&]() -> HRESULT {
        written = write_text(std::wstring(1, character), file);
        return S_OK;
    });
    return written ? static_cast<wint_t>(character) : WEOF;
}

int wbem_vswprintf(wchar_t *text, size_t room, const wchar_t *format, va_list arguments) {
    if (text && room) text[0] = 0;
    return formatted(format, arguments, [text, room](const std::wstring &made) { return stored(made, text, room); });
}

int wbem_vsnprintf(char *text, size_t room, const char *format, va_list arguments) {
    if (text && room) text[0] = 0;
    return formatted(format, arguments, [text, room](const std::wstring &made) { return stored(to_bytes(made), text, room); });
}
