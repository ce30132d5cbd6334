/* SPDX-License-Identifier: MIT */
/* host.h: the engine behind the locator, and connections to its namespaces. */
#ifndef WBEM_ROOM_HOST_H
#define WBEM_ROOM_HOST_H

#include "unknown.h"

#include <memory>
#include <string>
#include <wql/wql.h>

namespace wbem {

/* A session, shared by all that came from one ConnectServer or OpenNamespace: services, enumerators, results, calls. As long as
 * one is held, its engine is not closed. */
class Connection {
  public:
    /* @param name  of the namespace, as a client spells it. Returns as IWbemLocator::ConnectServer; leaves an error (fail). */
    static HRESULT open(const std::string &name, std::shared_ptr<Connection> *out);
    /* A namespace below, or any other of the same engine. */
    HRESULT open_other(const std::string &name, std::shared_ptr<Connection> *out) const;
    wql_engine *engine() const noexcept;
    wql_session *session() const noexcept;
    const std::string &name() const noexcept; /* ROOT\CIMV2, as it was asked for */
    ~Connection();

  private:
    struct State;
    explicit Connection(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

/* Says to the engine, or to the next one, that security is settled. */
void host_secure() noexcept;

/* Closes the library's own engine if nothing holds it any more: no thread is in, no connection is open, and this thread is not in
 * a callback. Otherwise it stays for the next one who connects. */
void host_close_if_idle() noexcept;

/* For CoCreateInstance. Each returns S_OK or E_OUTOFMEMORY. */
HRESULT make_locator(IWbemLocator **out) noexcept;
HRESULT make_unsecured_apartment(IWbemUnsecuredApartment **out) noexcept;
HRESULT make_context(IWbemContext **out) noexcept;
HRESULT make_status_code_text(IWbemStatusCodeText **out) noexcept;

} // namespace wbem

#endif
