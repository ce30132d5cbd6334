/* SPDX-License-Identifier: MIT */
/* windows.cc: Sleep and an apartment's own loop; locks, counters, clocks. */
#include "apartment.h"
#include "clock.h"

#include <wbemhost.h>

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace wbem;

void Sleep(DWORD milliseconds) {
    if (!milliseconds) (void)sched_yield();
    (void)wait_running(nullptr, nullptr, -1, milliseconds == INFINITE ? INT64_MAX / 2 : now_us() + int64_t{milliseconds} * 1000);
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
