/* SPDX-License-Identifier: MIT */
/* machine.h: the machine in front of a namespace. */
#ifndef WBEM_ROOM_MACHINE_H
#define WBEM_ROOM_MACHINE_H

#include <string>
#include <wbemcli.h>

namespace wbem {

/* Takes a leading \\MACHINE\ off: `.`, localhost, 127.0.0.1, and this host's own name, with or without its domain, without
 * regard to case.
 * @param name  [out] what is left: ROOT\CIMV2
 * Returns WBEM_S_NO_ERROR; WBEM_E_INVALID_NAMESPACE (nothing is left, or no machine is named); HRESULT_FROM_WIN32 of
 * RPC_S_SERVER_UNAVAILABLE: another machine. Throws std::bad_alloc. */
HRESULT take_machine(const std::string &path, std::string *name);

} // namespace wbem

#endif
