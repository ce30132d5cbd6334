/* SPDX-License-Identifier: MIT */
/* windows.h: of the system's functions those that WMI clients use beside COM: waiting, a lock, a counter. */
#ifndef WBEM_WINDOWS_H
#define WBEM_WINDOWS_H

#include "objbase.h"
#include "oleauto.h"

#include <pthread.h>

WBEM_BEGIN

#define INFINITE 0xFFFFFFFFu

/* Waits for so many milliseconds, or for ever (INFINITE). In a thread of the mode COINIT_APARTMENTTHREADED its calls run
 * meanwhile and call their sinks. */
WBEM_API void Sleep(DWORD milliseconds);

/* A lock that its owner may take again. */
typedef struct _RTL_CRITICAL_SECTION {
    pthread_mutex_t mutex;
} CRITICAL_SECTION, *LPCRITICAL_SECTION, *PCRITICAL_SECTION;
WBEM_API void InitializeCriticalSection(CRITICAL_SECTION *section);
WBEM_API BOOL InitializeCriticalSectionAndSpinCount(CRITICAL_SECTION *section, DWORD spins); /* TRUE; spins are not used */
WBEM_API void DeleteCriticalSection(CRITICAL_SECTION *section);
WBEM_API void EnterCriticalSection(CRITICAL_SECTION *section);
WBEM_API BOOL TryEnterCriticalSection(CRITICAL_SECTION *section); /* TRUE: entered */
WBEM_API void LeaveCriticalSection(CRITICAL_SECTION *section);

/* Counters shared by threads. Each returns the new value, the last two the old one. */
WBEM_API LONG InterlockedIncrement(LONG volatile *counter);
WBEM_API LONG InterlockedDecrement(LONG volatile *counter);
WBEM_API LONG InterlockedExchange(LONG volatile *counter, LONG value);
WBEM_API LONG InterlockedCompareExchange(LONG volatile *counter, LONG value, LONG expected);

WBEM_API DWORD GetCurrentThreadId(void);
WBEM_API DWORD GetTickCount(void); /* milliseconds of a clock that is never set; wraps after 49 days */
WBEM_API ULONGLONG GetTickCount64(void);

WBEM_FINISH

#define ZeroMemory(memory, size) memset((memory), 0, (size))
#define lstrlenW(text) ((int)wcslen(text))

#endif
