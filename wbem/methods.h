/* SPDX-License-Identifier: MIT */
/* methods.h: what all methods of a namespace check before they do anything: flags, texts, out parameters. */
#ifndef WBEM_ROOM_METHODS_H
#define WBEM_ROOM_METHODS_H

#include "host.h"

#include <string>

namespace wbem {

/* The methods of IWbemServices that take flags, in the order of their table. */
enum class Method {
    OpenNamespace,
    QueryObjectSink,
    GetObject,
    GetObjectAsync,
    PutClass,
    PutClassAsync,
    DeleteClass,
    DeleteClassAsync,
    CreateClassEnum,
    CreateClassEnumAsync,
    PutInstance,
    PutInstanceAsync,
    DeleteInstance,
    DeleteInstanceAsync,
    CreateInstanceEnum,
    CreateInstanceEnumAsync,
    ExecQuery,
    ExecQueryAsync,
    ExecNotificationQuery,
    ExecNotificationQueryAsync,
    ExecMethod,
    ExecMethodAsync
};

const char *method_name(Method method) noexcept;

/* Whether a method takes these flags ([MS-WMI] 2.2.6, 3.1.4.3): a subset of its own, together with bits that are ignored on
 * receipt. *why: what is wrong. Throws std::bad_alloc. */
bool takes_flags(Method method, long flags, std::string *why);

/* The engine's flags for those of a method that reads: WBEM_FLAG_PROTOTYPE, SEND_STATUS, ENSURE_LOCATABLE, DIRECT_READ. */
uint32_t engine_flags(long flags) noexcept;

/* Checks what a method was given, one after the other; the first thing that is wrong counts. Its functions throw
 * std::bad_alloc. */
class Arguments {
  public:
    explicit Arguments(Method method) noexcept : method_(method), code_(WBEM_S_NO_ERROR) {}

    void flags(long flags);
    /* Something that must be there. */
    void needed(const void *pointer, const char *name);
    /* A text that must be there and not be empty. */
    void text(const wchar_t *text, const char *name, std::string *out);
    /* `WQL`, without regard to case; else WBEM_E_INVALID_QUERY_TYPE. */
    void language(const wchar_t *text);
    /* A name of a class, or nothing. What is no identifier is WBEM_E_INVALID_PARAMETER: it would become part of a query. */
    void class_name(const wchar_t *text, const char *name, bool may_be_empty, std::string *out);
    /* For anything else. */
    void refuse(HRESULT code, const std::string &why);
    void check(bool is_right, const char *why) {
        if (!is_right) refuse(WBEM_E_INVALID_PARAMETER, why);
    }

    bool wrong() const noexcept { return FAILED(code_); }
    /* What an asynchronous method returns, and what another one does, which also leaves an error object. */
    HRESULT code() const noexcept { return code_; }
    HRESULT fail() const;

  private:
    Method method_;
    HRESULT code_;
    std::string why_;
};

} // namespace wbem

#endif
