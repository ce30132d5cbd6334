/* SPDX-License-Identifier: MIT */
/* status.c: names and meanings of the codes. */
#include <wql/status.h>

#define DONE(name, text) {WQL_S_##name, "WBEM_S_" #name, text}
#define FAILED(name, text) {WQL_E_##name, "WBEM_E_" #name, text}
#define EVENTS(name, text) {WQL_E_##name, "WBEMESS_E_" #name, text}

static const struct {
    wql_status status;
    const char *name, *text;
} codes[] = { /* ascending, as unsigned numbers */
    {WQL_OK, "WBEM_S_NO_ERROR", "The operation is done."},
    {WQL_END, "WBEM_S_FALSE", "The operation is done, and nothing more will come."},
    DONE(ALREADY_EXISTS, "Done: it was there before."),
    DONE(RESET_TO_DEFAULT, "Done: the value went back to its default."),
    DONE(DIFFERENT, "Done: the two objects differ."),
    DONE(TIMEDOUT, "The wait ended before the work, which goes on."),
    DONE(NO_MORE_DATA, "The enumeration has reached its end."),
    DONE(OPERATION_CANCELLED, "The operation was cancelled."),
    DONE(PENDING, "Accepted: it takes effect later."),
    DONE(DUPLICATE_OBJECTS, "Done: the result may name an object twice."),
    DONE(ACCESS_DENIED, "Done: rows that the caller may not see were left out."),
    DONE(PARTIAL_RESULTS, "Done: rows or sources are known to be missing."),
    DONE(SOURCE_NOT_AVAILABLE, "Done: one source did not answer."),
    DONE(NEW_STYLE, "Done, with a remark that has a meaning on WMI's wire only."),
    FAILED(FAILED, "The operation failed, and the cause is not known."),
    FAILED(NOT_FOUND, "There is no such object, property, call or provider."),
    FAILED(ACCESS_DENIED, "The principal lacks a right."),
    FAILED(PROVIDER_FAILURE, "A provider failed or broke its contract."),
    FAILED(TYPE_MISMATCH, "A value has the wrong type."),
    FAILED(OUT_OF_MEMORY, "There was not enough memory."),
    FAILED(INVALID_CONTEXT, "A context value cannot be used."),
    FAILED(INVALID_PARAMETER, "An argument is missing, empty, unknown or ill-formed."),
    FAILED(NOT_AVAILABLE, "Something that is needed is not available."),
    FAILED(CRITICAL_ERROR, "An internal error occurred."),
    FAILED(NOT_SUPPORTED, "The request is understood, but not served."),
    FAILED(INVALID_SUPERCLASS, "A class names a superclass that does not exist."),
    FAILED(INVALID_NAMESPACE, "There is no such namespace."),
    FAILED(INVALID_OBJECT, "The object is no instance of its class."),
    FAILED(INVALID_CLASS, "There is no such class, or its definition cannot be used."),
    FAILED(PROVIDER_NOT_FOUND, "The provider of the class is not mounted."),
    FAILED(PROVIDER_LOAD_FAILURE, "A provider could not be loaded, or was made for another version."),
    FAILED(INITIALIZATION_FAILURE, "A provider could not start."),
    FAILED(INVALID_OPERATION, "This cannot be done now, or not from here."),
    FAILED(INVALID_QUERY, "The query is not valid."),
    FAILED(INVALID_QUERY_TYPE, "The query language is not WQL."),
    FAILED(ALREADY_EXISTS, "The name is taken already."),
    FAILED(UNEXPECTED, "A state was met that should not be."),
    FAILED(INCOMPLETE_CLASS, "A class lacks something that it needs."),
    FAILED(READ_ONLY, "It can be read, but not changed."),
    FAILED(PROVIDER_NOT_CAPABLE, "The provider cannot do this."),
    FAILED(ILLEGAL_NULL, "A value is needed where NULL was given."),
    FAILED(INVALID_PROPERTY_TYPE, "The type of a property cannot be used."),
    FAILED(VALUE_OUT_OF_RANGE, "A value does not fit its type."),
    FAILED(INVALID_CIM_TYPE, "No CIM type has this code."),
    FAILED(INVALID_METHOD, "There is no such method."),
    FAILED(INVALID_METHOD_PARAMETERS, "The arguments do not fit the method."),
    FAILED(SYSTEM_PROPERTY, "A system property cannot be changed."),
    FAILED(INVALID_PROPERTY, "A property cannot be used."),
    FAILED(CALL_CANCELLED, "The call was cancelled."),
    FAILED(SHUTTING_DOWN, "The engine or the session is closing."),
    FAILED(UNSUPPORTED_PARAMETER, "An argument asks for something that this version does not know."),
    FAILED(INVALID_OBJECT_PATH, "The text is no object path."),
    FAILED(OUT_OF_DISK_SPACE, "The disk is full."),
    FAILED(BUFFER_TOO_SMALL, "The buffer is too small."),
    FAILED(SERVER_TOO_BUSY, "There are too many calls now; one may succeed later."),
    FAILED(CIRCULAR_REFERENCE, "Classes derive from each other."),
    FAILED(METHOD_NOT_IMPLEMENTED, "The class declares the method, but its provider lacks it."),
    FAILED(UNPARSABLE_QUERY, "A stored filter cannot be parsed."),
    FAILED(NOT_EVENT_CLASS, "An event query names a class that is no event class."),
    FAILED(MISSING_GROUP_WITHIN, "GROUP BY stands without WITHIN."),
    FAILED(MISSING_AGGREGATION_LIST, "The list behind BY cannot be used."),
    FAILED(PROPERTY_NOT_AN_OBJECT, "A dot stands behind a property that holds no object."),
    FAILED(AGGREGATING_BY_OBJECT, "BY names an embedded object."),
    FAILED(QUEUE_OVERFLOW, "An event queue is full."),
    FAILED(INVALID_OPERATOR, "The operator does not fit the type of the property."),
    FAILED(TIMED_OUT, "The deadline has passed."),
    FAILED(QUOTA_VIOLATION, "A limit was reached."),
    FAILED(PROVIDER_SUSPENDED, "The provider was set aside after repeated faults."),
    FAILED(PROVIDER_TIMED_OUT, "The provider's own time limit has passed."),
    EVENTS(REGISTRATION_TOO_BROAD, "The event query names no class to watch."),
    EVENTS(REGISTRATION_TOO_PRECISE, "The event query needs WITHIN."),
};

enum { CODES = sizeof codes / sizeof codes[0] };

/* CODES: it is none of them. */
static int find(wql_status status) {
    int low = 0, high = CODES;
    while (low < high) {
        int middle = (low + high) / 2;
        if ((uint32_t)codes[middle].status < (uint32_t)status)
            low = middle + 1;
        else
            high = middle;
    }
    return low < CODES && codes[low].status == status ? low : CODES;
}

const char *wql_status_name(wql_status status) {
    int at = find(status);
    return at < CODES ? codes[at].name : "WBEM_E_?";
}

const char *wql_status_text(wql_status status) {
    int at = find(status);
    if (at < CODES) return codes[at].text;
    if (status < 0) return "The operation failed with a code that is not known.";
    return "The operation is done, with a remark that is not known.";
}
