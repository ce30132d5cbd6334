/* SPDX-License-Identifier: MIT */
/* status.h: the one way in which functions report how they went.
 *
 * A wql_status is numerically an HRESULT: negative failed, 0 done, positive done with a remark. The numbers are those of WMI's
 * WBEMSTATUS and no others (WQL_E_X is WBEM_E_X), so they may be passed to code that knows WMI. Rule: [MS-WMI] 2.2.11. */
#ifndef WQL_STATUS_H
#define WQL_STATUS_H

#include "export.h"

WQL_BEGIN

typedef int32_t wql_status;

/* -- done, or done with a remark --------------------------------------------------------------------------------- */
#define WQL_OK ((wql_status)0)                           /* done (WBEM_S_NO_ERROR) */
#define WQL_END ((wql_status)1)                          /* done, and nothing more will come (WBEM_S_FALSE) */
#define WQL_S_ALREADY_EXISTS ((wql_status)0x40001)       /* done: it was there before */
#define WQL_S_RESET_TO_DEFAULT ((wql_status)0x40002)     /* done: the value went back to its default */
#define WQL_S_DIFFERENT ((wql_status)0x40003)            /* done: the two objects differ */
#define WQL_S_TIMEDOUT ((wql_status)0x40004)             /* the wait ended, the work goes on */
#define WQL_S_NO_MORE_DATA ((wql_status)0x40005)         /* the end of an enumeration of names */
#define WQL_S_OPERATION_CANCELLED ((wql_status)0x40006)  /* reserved */
#define WQL_S_PENDING ((wql_status)0x40007)              /* accepted; it takes effect later */
#define WQL_S_DUPLICATE_OBJECTS ((wql_status)0x40008)    /* done; the result may name an object twice */
#define WQL_S_ACCESS_DENIED ((wql_status)0x40009)        /* done; rows that the caller may not see were left out */
#define WQL_S_PARTIAL_RESULTS ((wql_status)0x40010)      /* done; rows or sources are known to be missing */
#define WQL_S_SOURCE_NOT_AVAILABLE ((wql_status)0x40017) /* done; one source did not answer */
#define WQL_S_NEW_STYLE ((wql_status)0x400FF)            /* success, with a meaning on WMI's wire only */

/* -- failed ------------------------------------------------------------------------------------------------------ */
#define WQL_E_FAILED ((wql_status)0x80041001)                     /* failed, cause unknown */
#define WQL_E_NOT_FOUND ((wql_status)0x80041002)                  /* no such object, property, call or provider */
#define WQL_E_ACCESS_DENIED ((wql_status)0x80041003)              /* the principal lacks a right */
#define WQL_E_PROVIDER_FAILURE ((wql_status)0x80041004)           /* a provider failed or broke its contract */
#define WQL_E_TYPE_MISMATCH ((wql_status)0x80041005)              /* a value of the wrong type */
#define WQL_E_OUT_OF_MEMORY ((wql_status)0x80041006)              /* the allocator said no */
#define WQL_E_INVALID_CONTEXT ((wql_status)0x80041007)            /* a context value is unusable */
#define WQL_E_INVALID_PARAMETER ((wql_status)0x80041008)          /* a NULL, empty or unknown argument */
#define WQL_E_NOT_AVAILABLE ((wql_status)0x80041009)              /* a needed resource is not there (workers, a library) */
#define WQL_E_CRITICAL_ERROR ((wql_status)0x8004100A)             /* an internal error */
#define WQL_E_NOT_SUPPORTED ((wql_status)0x8004100C)              /* known, but not served */
#define WQL_E_INVALID_SUPERCLASS ((wql_status)0x8004100D)         /* a class names a superclass that is not there */
#define WQL_E_INVALID_NAMESPACE ((wql_status)0x8004100E)          /* no such namespace */
#define WQL_E_INVALID_OBJECT ((wql_status)0x8004100F)             /* an object that is no instance of its class */
#define WQL_E_INVALID_CLASS ((wql_status)0x80041010)              /* no such class, or an unusable definition */
#define WQL_E_PROVIDER_NOT_FOUND ((wql_status)0x80041011)         /* the class's provider is not mounted */
#define WQL_E_PROVIDER_LOAD_FAILURE ((wql_status)0x80041013)      /* a provider could not be loaded, or has another ABI */
#define WQL_E_INITIALIZATION_FAILURE ((wql_status)0x80041014)     /* a provider could not start */
#define WQL_E_INVALID_OPERATION ((wql_status)0x80041016)          /* not now, or not from here (a wait inside a callback) */
#define WQL_E_INVALID_QUERY ((wql_status)0x80041017)              /* the query is at fault; the error has the place */
#define WQL_E_INVALID_QUERY_TYPE ((wql_status)0x80041018)         /* a query language other than WQL */
#define WQL_E_ALREADY_EXISTS ((wql_status)0x80041019)             /* the name is taken */
#define WQL_E_UNEXPECTED ((wql_status)0x8004101D)                 /* a state that should not be */
#define WQL_E_INCOMPLETE_CLASS ((wql_status)0x80041020)           /* a class lacks what it needs */
#define WQL_E_READ_ONLY ((wql_status)0x80041023)                  /* it cannot be changed */
#define WQL_E_PROVIDER_NOT_CAPABLE ((wql_status)0x80041024)       /* a provider asks the engine to do it */
#define WQL_E_ILLEGAL_NULL ((wql_status)0x80041028)               /* NULL where a value is needed */
#define WQL_E_INVALID_PROPERTY_TYPE ((wql_status)0x8004102A)      /* a property's type is unusable */
#define WQL_E_VALUE_OUT_OF_RANGE ((wql_status)0x8004102B)         /* a value does not fit its type */
#define WQL_E_INVALID_CIM_TYPE ((wql_status)0x8004102D)           /* no CIM type has this code */
#define WQL_E_INVALID_METHOD ((wql_status)0x8004102E)             /* no such method */
#define WQL_E_INVALID_METHOD_PARAMETERS ((wql_status)0x8004102F)  /* a method's arguments do not fit */
#define WQL_E_SYSTEM_PROPERTY ((wql_status)0x80041030)            /* a system property cannot be changed */
#define WQL_E_INVALID_PROPERTY ((wql_status)0x80041031)           /* an unusable property */
#define WQL_E_CALL_CANCELLED ((wql_status)0x80041032)             /* cancelled by the client or by its sink */
#define WQL_E_SHUTTING_DOWN ((wql_status)0x80041033)              /* the engine or the session is closing */
#define WQL_E_UNSUPPORTED_PARAMETER ((wql_status)0x80041035)      /* a field this version does not know is not zero */
#define WQL_E_INVALID_OBJECT_PATH ((wql_status)0x8004103A)        /* a text that is no object path */
#define WQL_E_OUT_OF_DISK_SPACE ((wql_status)0x8004103B)          /* the disk is full */
#define WQL_E_BUFFER_TOO_SMALL ((wql_status)0x8004103C)           /* the buffer is too small */
#define WQL_E_SERVER_TOO_BUSY ((wql_status)0x80041045)            /* too many calls; try again later */
#define WQL_E_CIRCULAR_REFERENCE ((wql_status)0x80041047)         /* classes that derive from each other */
#define WQL_E_METHOD_NOT_IMPLEMENTED ((wql_status)0x80041055)     /* the class declares it, its provider lacks it */
#define WQL_E_UNPARSABLE_QUERY ((wql_status)0x80041058)           /* a stored filter that cannot be parsed */
#define WQL_E_NOT_EVENT_CLASS ((wql_status)0x80041059)            /* an event query on another class */
#define WQL_E_MISSING_GROUP_WITHIN ((wql_status)0x8004105A)       /* GROUP BY without WITHIN */
#define WQL_E_MISSING_AGGREGATION_LIST ((wql_status)0x8004105B)   /* BY * */
#define WQL_E_PROPERTY_NOT_AN_OBJECT ((wql_status)0x8004105C)     /* a dot after a property that holds no object */
#define WQL_E_AGGREGATING_BY_OBJECT ((wql_status)0x8004105D)      /* BY an embedded object */
#define WQL_E_QUEUE_OVERFLOW ((wql_status)0x80041061)             /* an event queue is full */
#define WQL_E_INVALID_OPERATOR ((wql_status)0x80041063)           /* never returned; the code is INVALID_QUERY */
#define WQL_E_TIMED_OUT ((wql_status)0x80041069)                  /* the deadline passed */
#define WQL_E_QUOTA_VIOLATION ((wql_status)0x8004106C)            /* a limit was reached; the error names it */
#define WQL_E_PROVIDER_SUSPENDED ((wql_status)0x80041081)         /* the provider was set aside after repeated faults */
#define WQL_E_PROVIDER_TIMED_OUT ((wql_status)0x80041088)         /* the provider's own time limit passed */
#define WQL_E_REGISTRATION_TOO_BROAD ((wql_status)0x80042001)     /* an event query that names no class to watch */
#define WQL_E_REGISTRATION_TOO_PRECISE ((wql_status)0x80042002)   /* an event query that needs WITHIN */

/* wql_error: what went wrong, in the caller's own memory. Set struct_size before the first use (WQL_INIT); every function that
 * takes one accepts NULL. Filled on failure and when a call ends with a remark, without allocating; untouched otherwise.
 * All text is UTF-8, ends in NUL and contains no control characters. */
typedef struct wql_error {
    uint32_t struct_size;
    wql_status status;
    uint32_t offset;    /* bytes from the start of the query text; 0 with length 0 where no place applies */
    uint32_t length;    /* bytes */
    uint32_t line;      /* from 1; 0 where no place applies */
    uint32_t column;    /* in characters, from 1; 0 where no place applies */
    char provider[64];  /* name of the provider involved, or empty */
    char hint[128];     /* a name that may have been meant, or empty */
    char message[512];  /* one sentence for a person */
} wql_error;

/* The name of a status, such as "WBEM_E_INVALID_QUERY". Static; never NULL ("WBEM_E_?" for an unknown number).
 * Thread-safety: free, callback-safe. */
WQL_API const char *wql_status_name(wql_status status);

/* One sentence saying what a status means. Static; never NULL. Thread-safety: free, callback-safe. */
WQL_API const char *wql_status_text(wql_status status);

WQL_FINISH

#endif
