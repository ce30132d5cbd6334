/* SPDX-License-Identifier: MIT */
/* windows.h: of the system's functions those that WMI clients use beside COM: waiting, a lock, a counter, an event; with the
 * texts, the C library and the wmain of such sources. What is missing is another library's: docs/wbem.md lists it. */
#ifndef WBEM_WINDOWS_H
#define WBEM_WINDOWS_H

#include "objbase.h"
#include "oleauto.h"
#include "tchar.h"
#include "wbemcrt.h"
#include "wbemmain.h"
#include "wbemtext.h"

WBEM_BEGIN_CXX
#include <pthread.h>
WBEM_FINISH

WBEM_BEGIN

/* -- what went wrong ----------------------------------------------------------------------------------------------- */
/* Of this thread: what the last function that says so left. A success leaves it as it was. */
WBEM_API DWORD GetLastError(void);
WBEM_API void SetLastError(DWORD code);
#define NO_ERROR 0
#define ERROR_FILE_NOT_FOUND 2
#define ERROR_ACCESS_DENIED 5
#define ERROR_INVALID_HANDLE 6
#define ERROR_NOT_ENOUGH_MEMORY 8
#define ERROR_NOT_SUPPORTED 50
#define ERROR_INVALID_PARAMETER 87
#define ERROR_INSUFFICIENT_BUFFER 122
#define ERROR_NO_UNICODE_TRANSLATION 1113
#define ERROR_CANCELLED 1223
#define ERROR_TIMEOUT 1460

/* -- waiting ------------------------------------------------------------------------------------------------------- */
#define INFINITE 0xFFFFFFFFu
#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)

/* Waits for so many milliseconds, or for ever (INFINITE). In a thread of the mode COINIT_APARTMENTTHREADED its calls run
 * meanwhile and call their sinks. */
WBEM_API void Sleep(DWORD milliseconds);

/* An event: something that one thread tells others. HANDLEs of this library are events, and no others.
 * @param attributes  not used. @param name  NULL: events are the process's own
 * @param manual      TRUE: it stays set until ResetEvent; FALSE: it lets one wait through, which resets it
 * CreateEvent returns NULL: ERROR_NOT_SUPPORTED (a name), ERROR_NOT_ENOUGH_MEMORY. The others return TRUE, or FALSE:
 * ERROR_INVALID_HANDLE. */
typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;
WBEM_API HANDLE CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual, BOOL set, LPCWSTR name);
WBEM_API HANDLE CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual, BOOL set, LPCSTR name);
#define CreateEvent WBEM_TEXT_NAME(CreateEvent)
WBEM_API BOOL SetEvent(HANDLE event);
WBEM_API BOOL ResetEvent(HANDLE event);
WBEM_API BOOL CloseHandle(HANDLE event); /* when nobody uses it any more */
/* Waits for an event; as in Sleep, an apartment's calls run meanwhile. Returns WAIT_OBJECT_0; WAIT_TIMEOUT; WAIT_FAILED. */
WBEM_API DWORD WaitForSingleObject(HANDLE event, DWORD milliseconds);
#define WAIT_OBJECT_0 0u
#define WAIT_ABANDONED 0x80u
#define WAIT_TIMEOUT 258u
#define WAIT_FAILED 0xFFFFFFFFu

/* -- locks and counters -------------------------------------------------------------------------------------------- */
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

/* Numbers without a sign are counted too. */
#ifdef __cplusplus
WBEM_BEGIN_CXX
inline ULONG InterlockedIncrement(ULONG volatile *counter) { return __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST); }
inline ULONG InterlockedDecrement(ULONG volatile *counter) { return __atomic_sub_fetch(counter, 1, __ATOMIC_SEQ_CST); }
inline DWORD InterlockedIncrement(DWORD volatile *counter) { return __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST); }
inline DWORD InterlockedDecrement(DWORD volatile *counter) { return __atomic_sub_fetch(counter, 1, __ATOMIC_SEQ_CST); }
WBEM_FINISH
#endif

#define ZeroMemory(memory, size) memset((memory), 0, (size))
#define FillMemory(memory, size, byte) memset((memory), (byte), (size))
#define CopyMemory(to, from, size) memcpy((to), (from), (size))
#define MoveMemory(to, from, size) memmove((to), (from), (size))
/* Zeros that no compiler leaves out. */
WBEM_INLINE PVOID SecureZeroMemory(PVOID memory, SIZE_T size) {
    volatile BYTE *at = (volatile BYTE *)memory;
    while (size--) *at++ = 0;
    return memory;
}

#define lstrcmp WBEM_TEXT_NAME(lstrcmp)
#define lstrcmpi WBEM_TEXT_NAME(lstrcmpi)
#define lstrlen WBEM_TEXT_NAME(lstrlen)
#define lstrcpy WBEM_TEXT_NAME(lstrcpy)
#define lstrcat WBEM_TEXT_NAME(lstrcat)
#define wsprintf WBEM_TEXT_NAME(wsprintf)

#endif
