/* SPDX-License-Identifier: MIT */
/* locator.cc: IWbemLocator. */
#include "machine.h"
#include "objects.h"
#include "services.h"
#include "text.h"

namespace wbem {
namespace {

constexpr uint32_t MAX_WAIT_MS = 120000; /* WBEM_FLAG_CONNECT_USE_MAX_WAIT: two minutes */

bool is_there(const wchar_t *text) noexcept { return text && *text; }

bool is_hexadecimal(wchar_t c) noexcept {
    return (c >= L'0' && c <= L'9') || (c >= L'a' && c <= L'f') || (c >= L'A' && c <= L'F');
}

/* MS_ and a hexadecimal number, in either case. */
bool is_locale(const wchar_t *text) noexcept {
    size_t digits = 0;
    if ((text[0] | 0x20) != L'm' || (text[1] | 0x20) != L's' || text[2] != L'_') return false;
    while (is_hexadecimal(text[3 + digits])) digits++;
    return digits >= 1 && digits <= 8 && !text[3 + digits];
}

class Locator final : public Counted<IWbemLocator> {
  public:
    HRESULT STDMETHODCALLTYPE ConnectServer(const BSTR resource, const BSTR user, const BSTR password, const BSTR locale,
                                            long flags, const BSTR authority, IWbemContext *, IWbemServices **services) override {
        return guarded([&]() -> HRESULT {
            std::string path, name;
            std::shared_ptr<Connection> connection;
            clear(services);
            if (!services) return fail(WBEM_E_INVALID_PARAMETER, "ppNamespace is NULL", CONNECT_SERVER);
            if (!is_there(resource)) return fail(WBEM_E_INVALID_PARAMETER, "strNetworkResource is NULL or empty", CONNECT_SERVER);
            if (FAILED(read_text(resource, &path)))
                return fail(WBEM_E_INVALID_PARAMETER, "strNetworkResource is no Unicode text", CONNECT_SERVER);
            if (flags & ~static_cast<long>(WBEM_FLAG_CONNECT_USE_MAX_WAIT))
                return fail(WBEM_E_INVALID_PARAMETER, "lSecurityFlags may be 0 or WBEM_FLAG_CONNECT_USE_MAX_WAIT",
                            CONNECT_SERVER);
            HRESULT result = take_machine(path, &name);
            if (result == WBEM_E_INVALID_NAMESPACE) return fail(result, "no namespace is named", CONNECT_SERVER);
            if (FAILED(result)) return fail(result, "namespaces of other machines are not served", CONNECT_SERVER);
            if (is_there(user) || is_there(password) || is_there(authority))
                return fail(WBEM_E_LOCAL_CREDENTIALS, "on this machine nobody but the process itself can connect",
                            CONNECT_SERVER);
            if (is_there(locale) && !is_locale(locale))
                return fail(WBEM_E_INVALID_LOCALE, "a locale is written MS_ and a hexadecimal number", CONNECT_SERVER);
            result = Connection::open(name, &connection, flags ? MAX_WAIT_MS : 0);
            return FAILED(result) ? result : make_services(std::move(connection), services);
        });
    }
};

} // namespace

HRESULT make_locator(IWbemLocator **out) noexcept {
    *out = new (std::nothrow) Locator;
    return *out ? S_OK : E_OUTOFMEMORY;
}

} // namespace wbem
