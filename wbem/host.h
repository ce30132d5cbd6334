/* SPDX-License-Identifier: MIT */
/* host.h: the engine behind the locator, and connections to its namespaces. */
#ifndef WBEM_ROOM_HOST_H
#define WBEM_ROOM_HOST_H

#include "query_cache.h"
#include "unknown.h"

#include <memory>
#include <string>
#include <wql/wql.h>

namespace wbem {

/* A session, shared by all that came from one ConnectServer or OpenNamespace: services, enumerators, results, calls. As long as
 * one is held, its engine is not closed. */
class Connection {
  public:
    /* @param name  of the namespace, as a client spells it, without a machine
     * @param timeout_ms  for a provider that must be started; 0 = as long as it takes
     * Returns as IWbemLocator::ConnectServer; leaves an error (fail). */
    static HRESULT open(const std::string &name, std::shared_ptr<Connection> *out, uint32_t timeout_ms = 0);
    /* A namespace below, or any other of the same engine: `cimv2`, `root\cimv2`. Leaves no error: *error has it. */
    HRESULT open_other(const std::string &name, std::shared_ptr<Connection> *out, wql_error *error) const;
    wql_engine *engine() const noexcept;
    wql_session *session() const noexcept;
    QueryCache &queries() const noexcept;
    const std::string &name() const noexcept; /* ROOT\CIMV2, as it was asked for */
    ~Connection();

    struct State;
    explicit Connection(std::unique_ptr<State> state) noexcept; /* for open and open_other */

  private:
    std::unique_ptr<State> state_;
};

/* The operation of error objects, where a connection is what failed. */
constexpr const char *CONNECT_SERVER = "ConnectServer";

/* Says to the engine, or to the next one, that security is settled. */
void host_secure() noexcept;

/* Closes the library's own engine if nothing holds it any more: no thread is in, no connection is open, and this thread is not in
 * a callback. Otherwise it stays for the next one who connects. */
void host_close_if_idle() noexcept;

/* Around a call that has a sink, from the sink's AddRef to behind its Release: the library's own engine stays. The second never
 * waits: if the engine can go now, another thread closes it. */
void host_call_begins() noexcept;
void host_call_ends() noexcept;

/* How many engines of the library's own are open, those that are being closed too. For tests. */
unsigned host_engines() noexcept;

/* For CoCreateInstance. Each returns S_OK or E_OUTOFMEMORY. */
HRESULT make_locator(IWbemLocator **out) noexcept;
HRESULT make_unsecured_apartment(IWbemUnsecuredApartment **out) noexcept;
HRESULT make_context(IWbemContext **out) noexcept;
HRESULT make_status_code_text(IWbemStatusCodeText **out) noexcept;

} // namespace wbem

#endif
