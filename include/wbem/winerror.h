/* SPDX-License-Identifier: MIT */
/* winerror.h: what an HRESULT says, and the codes of COM itself. Those of WMI are in wbemcli.h. */
#ifndef WBEM_WINERROR_H
#define WBEM_WINERROR_H

#include "wtypes.h"

#define SUCCEEDED(code) ((HRESULT)(code) >= 0)
#define FAILED(code) ((HRESULT)(code) < 0)
#define IS_ERROR(code) FAILED(code)
#define HRESULT_CODE(code) ((code)&0xffff)
#define HRESULT_FACILITY(code) (((code) >> 16) & 0x1fff)
#define HRESULT_SEVERITY(code) (((code) >> 31) & 1)
#define SCODE_CODE(code) HRESULT_CODE(code)
#define MAKE_HRESULT(severity, facility, code)                                                                                   \
    ((HRESULT)(((uint32_t)(severity) << 31) | ((uint32_t)(facility) << 16) | ((uint32_t)(code))))
#define HRESULT_FROM_WIN32(code) ((HRESULT)(code) <= 0 ? (HRESULT)(code) : (HRESULT)(((code)&0xffff) | 0x80070000))
#define FACILITY_NULL 0
#define FACILITY_RPC 1
#define FACILITY_ITF 4
#define FACILITY_WIN32 7

#define S_OK ((HRESULT)0)
#define S_FALSE ((HRESULT)1)
#define NOERROR 0
#define ERROR_SUCCESS 0
#define E_NOTIMPL ((HRESULT)0x80004001)
#define E_NOINTERFACE ((HRESULT)0x80004002)
#define E_POINTER ((HRESULT)0x80004003)
#define E_ABORT ((HRESULT)0x80004004)
#define E_FAIL ((HRESULT)0x80004005)
#define E_PENDING ((HRESULT)0x8000000A)
#define E_UNEXPECTED ((HRESULT)0x8000FFFF)
#define E_ACCESSDENIED ((HRESULT)0x80070005)
#define E_HANDLE ((HRESULT)0x80070006)
#define E_OUTOFMEMORY ((HRESULT)0x8007000E)
#define E_INVALIDARG ((HRESULT)0x80070057)
#define CLASS_E_NOAGGREGATION ((HRESULT)0x80040110)
#define REGDB_E_CLASSNOTREG ((HRESULT)0x80040154)
#define CO_E_NOTINITIALIZED ((HRESULT)0x800401F0)
#define CO_E_CLASSSTRING ((HRESULT)0x800401F3)
#define RPC_E_CHANGED_MODE ((HRESULT)0x80010106)
#define RPC_E_DISCONNECTED ((HRESULT)0x80010108)
#define RPC_E_TOO_LATE ((HRESULT)0x80010119)
#define RPC_S_SERVER_UNAVAILABLE 1722L
#define DISP_E_TYPEMISMATCH ((HRESULT)0x80020005)
#define DISP_E_BADVARTYPE ((HRESULT)0x80020008)
#define DISP_E_OVERFLOW ((HRESULT)0x8002000A)
#define DISP_E_BADINDEX ((HRESULT)0x8002000B)
#define DISP_E_ARRAYISLOCKED ((HRESULT)0x8002000D)

#endif
