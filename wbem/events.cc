/* SPDX-License-Identifier: MIT */
/* events.cc: what one thread tells another. An event is a descriptor that polls readable while it is set, so that a thread can
 * wait for it and for its apartment's calls at once. */
#include "apartment.h"
#include "clock.h"

#include <windows.h>

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

using namespace wbem;

namespace {

constexpr uint32_t event_mark = 0x45564E54; /* by which a handle is known to be one */

struct Event {
    uint32_t mark;
    int descriptor;
    bool manual;
};

Event *event_of(HANDLE handle) {
    Event *event = static_cast<Event *>(handle);
    if (event && handle != INVALID_HANDLE_VALUE && event->mark == event_mark) return event;
    SetLastError(ERROR_INVALID_HANDLE);
    return nullptr;
}

/* Whether it is set; of one that lets a single wait through, this is the one. */
bool passes(const void *waited_for) {
    const Event &event = *static_cast<const Event *>(waited_for);
    uint64_t count;
    struct pollfd look = {event.descriptor, POLLIN, 0};
    if (!event.manual) return read(event.descriptor, &count, sizeof count) == sizeof count;
    return poll(&look, 1, 0) == 1;
}

HANDLE make_event(BOOL manual, BOOL set, bool named) {
    if (named) {
        SetLastError(ERROR_NOT_SUPPORTED);
        return nullptr;
    }
    const int descriptor = eventfd(set ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK);
    Event *event = descriptor < 0 ? nullptr : new (std::nothrow) Event{event_mark, descriptor, manual != FALSE};
    if (event) return event;
    if (descriptor >= 0) close(descriptor);
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return nullptr;
}

} // namespace

HANDLE CreateEventW(LPSECURITY_ATTRIBUTES, BOOL manual, BOOL set, LPCWSTR name) {
    return make_event(manual, set, name != nullptr);
}

HANDLE CreateEventA(LPSECURITY_ATTRIBUTES, BOOL manual, BOOL set, LPCSTR name) {
    return make_event(manual, set, name != nullptr);
}

BOOL SetEvent(HANDLE handle) {
    const uint64_t one = 1;
    const Event *event = event_of(handle);
    if (!event) return FALSE;
    if (write(event->descriptor, &one, sizeof one) < 0 && errno != EAGAIN) return FALSE; /* it cannot be more than set */
    return TRUE;
}

BOOL ResetEvent(HANDLE handle) {
    uint64_t count;
    const Event *event = event_of(handle);
    if (!event) return FALSE;
    (void)!read(event->descriptor, &count, sizeof count); /* nothing to read: it was not set */
    return TRUE;
}

BOOL CloseHandle(HANDLE handle) {
    Event *event = event_of(handle);
    if (!event) return FALSE;
    close(event->descriptor);
    event->mark = 0;
    delete event;
    return TRUE;
}

DWORD WaitForSingleObject(HANDLE handle, DWORD milliseconds) {
    const Event *event = event_of(handle);
    if (!event) return WAIT_FAILED;
    const int64_t until = milliseconds == INFINITE ? INT64_MAX / 2 : now_us() + int64_t{milliseconds} * 1000;
    return wait_running(passes, event, event->descriptor, until) ? WAIT_OBJECT_0 : WAIT_TIMEOUT;
}
