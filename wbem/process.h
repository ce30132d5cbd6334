/* SPDX-License-Identifier: MIT */
/* process.h: what COM knows of the process and its threads. This is the one room of the project with such memory:
 * CoInitializeSecurity is the process's and the mode is the thread's by definition. */
#ifndef WBEM_ROOM_PROCESS_H
#define WBEM_ROOM_PROCESS_H

#include <wbemcli.h>
#include <wql/wql.h>

#include <memory>

namespace wbem {

/* Whether this thread may make objects: it has called CoInitializeEx, or any thread has for the multithreaded mode. */
bool thread_is_in() noexcept;

/* The pump for calls of an engine that this thread makes, if it is of the mode COINIT_APARTMENTTHREADED; else *out is NULL. The
 * thread keeps it until its last CoUninitialize, or until the engine goes. Returns S_OK; WBEM_E_OUT_OF_MEMORY;
 * WBEM_E_NOT_AVAILABLE; WBEM_E_SHUTTING_DOWN (the thread is inside its last CoUninitialize). */
HRESULT thread_pump(wql_engine *engine, wql_pump **out) noexcept;

/* The message queue of this thread, if it is of that mode; else *out is NULL. As thread_pump. */
class MessageQueue;
HRESULT thread_messages(std::shared_ptr<MessageQueue> *out) noexcept;

/* Before an engine goes: closes the pumps of it that threads keep. Calls that are left in them end, and their final statuses come
 * on this thread. False: one cannot be closed now, for its thread is inside it, or this thread is in a callback. */
bool close_pumps(wql_engine *engine) noexcept;

/* Whether CoInitializeSecurity was called. */
bool security_is_settled() noexcept;

/* Around everything of a client's that the engine calls: while a thread is inside, it does not close engines. */
class InCallback {
  public:
    InCallback() noexcept;
    ~InCallback();
    InCallback(const InCallback &) = delete;
    InCallback &operator=(const InCallback &) = delete;
};
bool in_callback() noexcept;

/* Lets this thread's error object go. */
void drop_error() noexcept;

/* From now on the end of this thread lets go what it has here, whether it has joined or not. False: that has happened already,
 * for destructors of the client's come later; nothing may be kept for the thread any more. */
bool watch_thread_end() noexcept;

/* How many threads are in (CoInitializeEx without CoUninitialize), or have a pump that they could not close yet. */
unsigned threads_in() noexcept;

} // namespace wbem

#endif
