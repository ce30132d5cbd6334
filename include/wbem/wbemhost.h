/* SPDX-License-Identifier: MIT */
/* wbemhost.h: what stands behind ROOT\CIMV2. This header is no part of WMI: it is for the program that hosts others' code.
 *
 * IWbemLocator::ConnectServer connects to namespaces of one engine. Which one, in this order:
 *   1. the engine that the host gave to wbem_host_engine
 *   2. an engine of the library's own, made when first needed, that serves what the environment variable WBEM_PROVIDERS says, or
 *      else the file that WBEM_CONFIG names, or else /etc/wbem.conf, or else the Linux classes in root/cimv2
 *
 * A line of the file, or a part of the variable between semicolons or ends of lines, is
 *      NAMESPACE linux [OPTIONS]          root/cimv2 linux
 *      NAMESPACE sqlite FILE              root/shop sqlite /var/lib/shop.db
 *      NAMESPACE plugin FILE [OPTIONS]    root/lab plugin /usr/lib/lab.so speed=fast
 *      NAMESPACE mof FILE                 root/cimv2 mof /etc/classes.mof
 *      option strict yes|no|late          asynchronous calls only after CoInitializeSecurity (WQL_STRICT, WQL_STRICT_LATE)
 *      option workers N                   threads that run asynchronous calls; 2
 *      option sink_timeout MS             how long a sink may hold a callback before its call is cancelled; 30000, 0 = for ever
 *      option dialect wql|relaxed         what ExecQuery understands; wql
 * A FILE that does not begin with a slash lies in the folder of the configuration file, or, if the variable names it, in the
 * current one. Blanks separate; a name with blanks in it stands between double quotes; # in front of a word begins a comment.
 * Where only options are set, the Linux classes are served in root/cimv2. MOF is loaded last, so its classes may derive from the
 * others; what it includes lies in its folder or below. A mistake fails the connection with WBEM_E_INITIALIZATION_FAILURE, whose
 * error object (GetErrorInfo) says where it is, and nothing is served. A process that runs with another user's rights
 * (set-user-ID) does not look at its environment.
 *
 * The engine of the library's own goes when no thread is in (CoInitializeEx), no interface of it is held and no call runs; the
 * next connection makes another one, of what is said then. */
#ifndef WBEM_WBEMHOST_H
#define WBEM_WBEMHOST_H

#include "winerror.h"

#include <wql/engine.h>

WBEM_BEGIN

/* Connections from now on are to this engine. It stays the host's, has workers if asynchronous calls are to be served, and
 * outlives every interface that came from it.
 * @param engine  NULL: takes it away again; do so, and see S_OK, before closing it
 * Returns S_OK; S_FALSE: the engine that was there is taken away, but interfaces of it are still held; WBEM_E_ALREADY_EXISTS
 * (another engine is there: nothing is changed). Thread-safety: free. */
WBEM_API HRESULT wbem_host_engine(wql_engine *engine);

/* For a thread of the mode COINIT_APARTMENTTHREADED that has an event loop of its own: a descriptor that polls readable while
 * calls of the thread have something to do, and the function that lets them do it for about so many milliseconds. Sleep does
 * both. wbem_apartment_fd returns -1, wbem_apartment_run returns CO_E_NOTINITIALIZED, where the thread is not of that mode; else
 * S_OK: there is more to do, or S_FALSE: nothing is to be done now. */
WBEM_API int wbem_apartment_fd(void);
WBEM_API HRESULT wbem_apartment_run(DWORD milliseconds);

WBEM_FINISH

#endif
