/* SPDX-License-Identifier: MIT */
/* tchar.h: texts that are narrow, or wide where _UNICODE or UNICODE is defined: what WMI clients use of them. */
#ifndef WBEM_TCHAR_H
#define WBEM_TCHAR_H

#include "wbemcrt.h"

#if defined(_UNICODE) || defined(UNICODE)
typedef wchar_t TCHAR;
#define WBEM_TEXT_NAME(name) name##W /* which of two functions a source means that names neither */
#define WBEM_WIDENED(text) L##text
#define _T(text) WBEM_WIDENED(text)
#define _tmain wmain
#define _tprintf wprintf
#define _ftprintf fwprintf
#define _fputts fputws
#define _putts _putws
#define _tcslen wcslen
#define _tcscmp wcscmp
#define _tcsncmp wcsncmp
#define _tcsicmp _wcsicmp
#define _tcsnicmp _wcsnicmp
#define _tcschr wcschr
#define _tcsstr wcsstr
#define _tcscpy wcscpy
#define _tcscat wcscat
#define _tcsncpy wcsncpy
#define _tcsrchr wcsrchr
#define _tcsdup _wcsdup
#define _tcscpy_s wcscpy_s
#define _tcscat_s wcscat_s
#define _tcsncpy_s wcsncpy_s
#define _stprintf_s swprintf_s
#define _sntprintf _snwprintf
#define _sntprintf_s _snwprintf_s
#define _vsntprintf _vsnwprintf
#define _ttoi _wtoi
#define _ttol _wtol
#define _ttoi64 _wtoi64
#else
typedef char TCHAR;
#define WBEM_TEXT_NAME(name) name##A
#define _T(text) text
#define _tmain main
#define _tprintf printf
#define _ftprintf fprintf
#define _fputts fputs
#define _putts puts
#define _tcslen strlen
#define _tcscmp strcmp
#define _tcsncmp strncmp
#define _tcsicmp _stricmp
#define _tcsnicmp _strnicmp
#define _tcschr strchr
#define _tcsstr strstr
#define _tcscpy strcpy
#define _tcscat strcat
#define _tcsncpy strncpy
#define _tcsrchr strrchr
#define _tcsdup _strdup
#define _tcscpy_s strcpy_s
#define _tcscat_s strcat_s
#define _tcsncpy_s strncpy_s
#define _stprintf_s sprintf_s
#define _sntprintf _snprintf
#define _sntprintf_s _snprintf_s
#define _vsntprintf _vsnprintf
#define _ttoi atoi
#define _ttol atol
#define _ttoi64 _atoi64
#endif
typedef TCHAR _TCHAR;
typedef TCHAR *PTCHAR;
typedef TCHAR *LPTSTR;
typedef TCHAR *PTSTR;
typedef const TCHAR *LPCTSTR;
typedef const TCHAR *PCTSTR;
#define _TEXT(text) _T(text)
#define TEXT(text) _T(text)

#endif
