/* SPDX-License-Identifier: MIT */
/* status_text.cc: what codes mean, in words: IWbemStatusCodeText, and wbem_status_text for the smart classes' _com_error. */
#include "host.h"
#include "text.h"

#include <comutil.h>

namespace {

using namespace wbem;

/* Codes of COM itself, and those of WMI that the engine never returns and has no words for. */
struct KnownText {
    HRESULT code;
    const char *text;
};
const KnownText texts[] = {
    {E_NOTIMPL, "This is not implemented."},
    {E_NOINTERFACE, "The object does not have this interface."},
    {E_POINTER, "A pointer that is needed is NULL."},
    {E_ABORT, "The operation was broken off."},
    {E_FAIL, "The operation failed, and the cause is not known."},
    {E_PENDING, "What is needed is not available yet."},
    {E_UNEXPECTED, "A state was met that should not be."},
    {E_ACCESSDENIED, "A right is missing."},
    {E_HANDLE, "A handle is not valid."},
    {E_OUTOFMEMORY, "There was not enough memory."},
    {E_INVALIDARG, "An argument is missing or not valid."},
    {CLASS_E_NOAGGREGATION, "Objects of this class cannot be parts of others."},
    {REGDB_E_CLASSNOTREG, "There is no such class of objects."},
    {CO_E_NOTINITIALIZED, "CoInitializeEx was not called."},
    {CO_E_CLASSSTRING, "The text is no identifier of a class."},
    {RPC_E_CHANGED_MODE, "The thread was initialised in the other mode."},
    {RPC_E_DISCONNECTED, "The object is gone from its clients."},
    {RPC_E_TOO_LATE, "Security was settled before."},
    {HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE), "The other machine cannot be reached."},
    {DISP_E_TYPEMISMATCH, "The value cannot have this type."},
    {DISP_E_BADVARTYPE, "There is no such type of values."},
    {DISP_E_OVERFLOW, "The value does not fit the type."},
    {DISP_E_BADINDEX, "The array has no such element or dimension."},
    {DISP_E_ARRAYISLOCKED, "The array is locked."},
    {WBEM_S_LIMITED_SERVICE, "Done, by a service that offers only a part of its work now."},
    {WBEM_S_INDIRECTLY_UPDATED, "Done: another object was changed along with this one."},
    {WBEM_S_SUBJECT_TO_SDS, "Done, for those objects that the caller may see."},
    {WBEM_E_INVALID_STREAM, "The data that stands for an object is damaged."},
    {WBEM_E_INVALID_PROVIDER_REGISTRATION, "The registration of a provider is not valid."},
    {WBEM_E_TRANSPORT_FAILURE, "The connection to the other side failed."},
    {WBEM_E_OVERRIDE_NOT_ALLOWED, "The qualifier or property must not be declared again."},
    {WBEM_E_PROPAGATED_QUALIFIER, "The qualifier is inherited and cannot be removed here."},
    {WBEM_E_PROPAGATED_PROPERTY, "The property is inherited and cannot be removed here."},
    {WBEM_E_ILLEGAL_OPERATION, "The object does not allow this operation."},
    {WBEM_E_CANNOT_BE_KEY, "This property cannot be a key."},
    {WBEM_E_INVALID_SYNTAX, "The syntax is not valid."},
    {WBEM_E_NONDECORATED_OBJECT, "The object says nothing of where it comes from."},
    {WBEM_E_CLASS_HAS_CHILDREN, "The class has subclasses, so it cannot be changed like this."},
    {WBEM_E_CLASS_HAS_INSTANCES, "The class has instances, so it cannot be changed like this."},
    {WBEM_E_QUERY_NOT_IMPLEMENTED, "Queries like this one are not served."},
    {WBEM_E_INVALID_QUALIFIER_TYPE, "A qualifier cannot have a value of this type."},
    {WBEM_E_CANNOT_BE_SINGLETON, "This class cannot be a singleton."},
    {WBEM_E_PROPAGATED_METHOD, "The method is inherited and cannot be removed here."},
    {WBEM_E_MISSING_PARAMETER_ID, "A parameter of the method has no ID."},
    {WBEM_E_INVALID_PARAMETER_ID, "The ID of a parameter is not valid."},
    {WBEM_E_NONCONSECUTIVE_PARAMETER_IDS, "The IDs of the parameters have a gap."},
    {WBEM_E_PARAMETER_ID_ON_RETVAL, "The return value of a method has no ID."},
    {WBEM_E_UNSUPPORTED_PUT_EXTENSION, "This way of writing a part of an object is not served."},
    {WBEM_E_UNKNOWN_OBJECT_TYPE, "The data holds an object of a kind that is not known."},
    {WBEM_E_UNKNOWN_PACKET_TYPE, "The data is of a kind that is not known."},
    {WBEM_E_MARSHAL_VERSION_MISMATCH, "The data is of another version."},
    {WBEM_E_MARSHAL_INVALID_SIGNATURE, "The data does not begin as it should."},
    {WBEM_E_INVALID_QUALIFIER, "The qualifier is not valid."},
    {WBEM_E_INVALID_DUPLICATE_PARAMETER, "A parameter occurs twice, and not in the same way."},
    {WBEM_E_TOO_MUCH_DATA, "There is more data than can be taken."},
    {WBEM_E_INVALID_FLAVOR, "The flavour of a qualifier is not valid."},
    {WBEM_E_UNSUPPORTED_CLASS_UPDATE, "The class cannot be changed like this."},
    {WBEM_E_CANNOT_CHANGE_KEY_INHERITANCE, "What is inherited as a key, or as none, must stay so."},
    {WBEM_E_CANNOT_CHANGE_INDEX_INHERITANCE, "What is inherited with an index, or without, must stay so."},
    {WBEM_E_TOO_MANY_PROPERTIES, "The class has more properties than it may have."},
    {WBEM_E_UPDATE_TYPE_MISMATCH, "A subclass has a property of this name with another type."},
    {WBEM_E_UPDATE_OVERRIDE_NOT_ALLOWED, "A subclass declares again what must not be declared again."},
    {WBEM_E_UPDATE_PROPAGATED_METHOD, "A subclass has a method of this name with other parameters."},
    {WBEM_E_METHOD_DISABLED, "The method cannot be called for now."},
    {WBEM_E_REFRESHER_BUSY, "The refresher is at work."},
    {WBEM_E_UNINTERPRETABLE_PROVIDER_QUERY, "The provider's registration has a query that cannot be understood."},
    {WBEM_E_BACKUP_RESTORE_WINMGMT_RUNNING, "The service is running, so it cannot be restored."},
    {WBEM_E_PRIVILEGE_NOT_HELD, "A privilege is missing."},
    {WBEM_E_LOCAL_CREDENTIALS, "On this machine no user and no password can be named."},
    {WBEM_E_CANNOT_BE_ABSTRACT, "The class cannot be abstract."},
    {WBEM_E_AMENDED_OBJECT, "The object has localised qualifiers, which cannot be written like this."},
    {WBEM_E_CLIENT_TOO_SLOW, "The client did not take the objects in time."},
    {WBEM_E_NULL_SECURITY_DESCRIPTOR, "A security descriptor is missing."},
    {WBEM_E_INVALID_ASSOCIATION, "The association is not valid."},
    {WBEM_E_AMBIGUOUS_OPERATION, "It is not clear which operation is meant."},
    {WBEM_E_TRANSACTION_CONFLICT, "Another transaction is in the way."},
    {WBEM_E_FORCED_ROLLBACK, "The transaction was rolled back."},
    {WBEM_E_UNSUPPORTED_LOCALE, "The locale is not served."},
    {WBEM_E_HANDLE_OUT_OF_DATE, "The handle is of an earlier time."},
    {WBEM_E_CONNECTION_FAILED, "The connection to the database failed."},
    {WBEM_E_INVALID_HANDLE_REQUEST, "The handle does not allow this."},
    {WBEM_E_PROPERTY_NAME_TOO_WIDE, "The name of a property is too long."},
    {WBEM_E_CLASS_NAME_TOO_WIDE, "The name of a class is too long."},
    {WBEM_E_METHOD_NAME_TOO_WIDE, "The name of a method is too long."},
    {WBEM_E_QUALIFIER_NAME_TOO_WIDE, "The name of a qualifier is too long."},
    {WBEM_E_RERUN_COMMAND, "The command must be run again."},
    {WBEM_E_DATABASE_VER_MISMATCH, "The database is of another version."},
    {WBEM_E_VETO_DELETE, "The removal was refused."},
    {WBEM_E_VETO_PUT, "The change was refused."},
    {WBEM_E_INVALID_LOCALE, "The locale is not valid."},
    {WBEM_E_SYNCHRONIZATION_REQUIRED, "The other side must be brought up to date first."},
    {WBEM_E_NO_SCHEMA, "The namespace has no schema."},
    {WBEM_E_PROVIDER_ALREADY_REGISTERED, "The provider is registered already."},
    {WBEM_E_PROVIDER_NOT_REGISTERED, "The provider is not registered."},
    {WBEM_E_FATAL_TRANSPORT_ERROR, "The connection to the other side failed for good."},
    {WBEM_E_ENCRYPTED_CONNECTION_REQUIRED, "The namespace wants an encrypted connection."},
    {WBEM_E_NO_KEY, "The object has no key."},
    {WBEM_E_PROVIDER_DISABLED, "The provider is switched off."},
    {WBEMESS_E_AUTHZ_NOT_PRIVILEGED, "The subscriber lacks a privilege."},
    {WBEM_E_RETRY_LATER, "The operation may succeed later."},
    {WBEM_E_RESOURCE_CONTENTION, "Somebody else holds what is needed."},
};

const KnownText facilities[] = {
    {FACILITY_NULL, "General"}, {FACILITY_RPC, "RPC"}, {2, "Automation"}, {FACILITY_ITF, "WMI"}, {FACILITY_WIN32, "System"}};

class StatusCodeText final : public Counted<IWbemStatusCodeText> {
  public:
    HRESULT GetErrorCodeText(HRESULT code, LCID, long flags, BSTR *text) override {
        const char *known = wbem_status_text(code);
        return give(known, "Unknown code 0x%08X.", static_cast<unsigned>(code), flags, text);
    }
    HRESULT GetFacilityCodeText(HRESULT code, LCID, long flags, BSTR *text) override {
        const unsigned facility = static_cast<unsigned>(HRESULT_FACILITY(code));
        const char *known = nullptr;
        for (const KnownText &each : facilities)
            if (static_cast<unsigned>(each.code) == facility) known = each.text;
        return give(known, "Facility %u", facility, flags, text);
    }

  private:
    /* There is one language, and no text ends in a line break. */
    static HRESULT give(const char *known, const char *unknown, unsigned number, long flags, BSTR *text) {
        char made[40];
        if (!text) return WBEM_E_INVALID_PARAMETER;
        *text = nullptr;
        if (flags & ~long{WBEMSTATUS_FORMAT_NO_NEWLINE}) return WBEM_E_INVALID_PARAMETER;
        snprintf(made, sizeof made, unknown, number);
        *text = to_bstr(known ? known : made);
        return *text ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;
    }
};

} // namespace

const char *wbem_status_text(HRESULT code) {
    for (const KnownText &known : texts)
        if (known.code == code) return known.text;
    return strcmp(wql_status_name(code), "WBEM_E_?") ? wql_status_text(code) : nullptr;
}

namespace wbem {

HRESULT make_status_code_text(IWbemStatusCodeText **out) noexcept {
    *out = new (std::nothrow) StatusCodeText;
    return *out ? S_OK : E_OUTOFMEMORY;
}

} // namespace wbem
