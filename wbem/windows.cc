/* SPDX-License-Identifier: MIT */
/* windows.cc: waiting, which lets an apartment's calls run; locks, counters, clocks. */
#include "apartment.h"
#include "clock.h"

#include <wbemhost.h>

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

using namespace wbem;

namespace {

constexpr int64_t forever_us = INT64_MAX / 2;
constexpr int64_t day_us = int64_t{86400} * 1000000;

/* Waits without running anything, at most until then, at most a day. */
void rest(int64_t until_us) {
    const int64_t left = until_us - now_us();
    struct timespec span;
    if (left <= 0) return;
    span.tv_sec = static_cast<time_t>((left < day_us ? left : day_us) / 1000000);
    span.tv_nsec = static_cast<long>(left % 1000000 * 1000);
    (void)nanosleep(&span, nullptr); /* a signal wakes it: the caller looks at the time */
}

/* Waits until a pump has something to do, or until then. */
void wait_for_work(int descriptor, int64_t until_us) {
    struct pollfd wait = {descriptor, POLLIN, 0};
    int64_t left = until_us - now_us();
    if (left <= 0) return;
    if (left > day_us) left = day_us;
    (void)poll(&wait, 1, static_cast<int>((left + 999) / 1000));
}

void sleep_in_apartment(int64_t until_us) {
    for (;;) {
        Apartment *apartment = thread_apartment(); /* a callback may have left it */
        const int64_t left = until_us - now_us();
        Apartment::Ran ran = Apartment::Ran::Refused;
        if (apartment) {
            apartment->add_ref();
            ran = apartment->run(left > 0 ? left : 0);
            apartment->release();
            thread_settle();
        }
        if (now_us() >= until_us) return;
        if (ran == Apartment::Ran::More) continue;
        apartment = thread_apartment();
        const int descriptor = apartment && ran == Apartment::Ran::Idle ? apartment->descriptor() : -1;
        if (descriptor >= 0)
            wait_for_work(descriptor, until_us);
        else /* nothing can run: in a callback, or without a descriptor. Looked at again soon, if that may change */
            rest(!apartment || in_callback() ? until_us : now_us() + 1000 < until_us ? now_us() + 1000 : until_us);
    }
}

} // namespace

void Sleep(DWORD milliseconds) {
    const int64_t until = milliseconds == INFINITE ? forever_us : now_us() + int64_t{milliseconds} * 1000;
    if (!milliseconds) (void)sched_yield();
    if (thread_has_apartment() && !in_callback())
        sleep_in_apartment(until);
    else
        while (now_us() < until) rest(until);
}

int wbem_apartment_fd(void) {
    Apartment *apartment = thread_apartment();
    return apartment ? apartment->descriptor() : -1;
}

HRESULT wbem_apartment_run(DWORD milliseconds) {
    if (!thread_has_apartment()) return CO_E_NOTINITIALIZED;
    Apartment *apartment = thread_apartment();
    if (!apartment) return S_FALSE; /* no memory for what no call has needed so far */
    apartment->add_ref();
    const Apartment::Ran ran = apartment->run(int64_t{milliseconds} * 1000);
    apartment->release();
    thread_settle();
    return ran == Apartment::Ran::More ? S_OK : S_FALSE;
}

/* -- locks --------------------------------------------------------------------------------------------------------- */

void InitializeCriticalSection(CRITICAL_SECTION *section) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&section->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

BOOL InitializeCriticalSectionAndSpinCount(CRITICAL_SECTION *section, DWORD) {
    InitializeCriticalSection(section);
    return TRUE;
}

void DeleteCriticalSection(CRITICAL_SECTION *section) { pthread_mutex_destroy(&section->mutex); }

void EnterCriticalSection(CRITICAL_SECTION *section) { pthread_mutex_lock(&section->mutex); }

BOOL TryEnterCriticalSection(CRITICAL_SECTION *section) { return pthread_mutex_trylock(&section->mutex) == 0; }

void LeaveCriticalSection(CRITICAL_SECTION *section) { pthread_mutex_unlock(&section->mutex); }

/* -- counters ------------------------------------------------------------------------------------------------------ */

LONG InterlockedIncrement(LONG volatile *counter) { return __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST); }

LONG InterlockedDecrement(LONG volatile *counter) { return __atomic_sub_fetch(counter, 1, __ATOMIC_SEQ_CST); }

LONG InterlockedExchange(LONG volatile *counter, LONG value) { return __atomic_exchange_n(counter, value, __ATOMIC_SEQ_CST); }

LONG InterlockedCompareExchange(LONG volatile *counter, LONG value, LONG expected) {
    __atomic_compare_exchange_n(counter, &expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected; /* which now is what was there */
}

/* -- threads and time ---------------------------------------------------------------------------------------------- */

DWORD GetCurrentThreadId(void) { return static_cast<DWORD>(syscall(SYS_gettid)); }

DWORD GetTickCount(void) { return static_cast<DWORD>(GetTickCount64()); }

ULONGLONG GetTickCount64(void) { return static_cast<ULONGLONG>(now_us() / 1000); }
