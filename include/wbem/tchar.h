/* SPDX-License-Identifier: MIT */
/* tchar.h: texts that are narrow, or wide where _UNICODE or UNICODE is defined: what WMI clients use of them. */
#ifndef WBEM_TCHAR_H
#define WBEM_TCHAR_H

#include "wtypes.h"

#include <strings.h>

#if defined(_UNICODE) || defined(UNICODE)
typedef wchar_t TCHAR;
#define WBEM_WIDENED(text) L##text
#define _T(text) WBEM_WIDENED(text)
#define _tmain wmain
#define _tprintf wprintf
#define _ftprintf fwprintf
#define _fputts fputws
#define _tcslen wcslen
#define _tcscmp wcscmp
#define _tcsncmp wcsncmp
#define _tcsicmp wcscasecmp
#define _tcschr wcschr
#define _tcsstr wcsstr
#define _tcscpy wcscpy
#define _tcscat wcscat
#else
typedef char TCHAR;
#define _T(text) text
#define _tmain main
#define _tprintf printf
#define _ftprintf fprintf
#define _fputts fputs
#define _tcslen strlen
#define _tcscmp strcmp
#define _tcsncmp strncmp
#define _tcsicmp strcasecmp
#define _tcschr strchr
#define _tcsstr strstr
#define _tcscpy strcpy
#define _tcscat strcat
#endif
typedef TCHAR _TCHAR;
typedef TCHAR *LPTSTR;
typedef const TCHAR *LPCTSTR;
#define _TEXT(text) _T(text)
#define TEXT(text) _T(text)

#endif
