/* SPDX-License-Identifier: MIT */
/* test_smart.cc: identifiers as text, error objects, codes, contexts, and the classes that let go by themselves. */
#include "automation.h"

#include <atlbase.h>
#include <comdef.h>

#include "../../wbem/context.h"

namespace {

/* -- identifiers, memory, errors, codes ------------------------------------------------------------------------------ */

void guid_texts_go_there_and_back(void **) {
    const wchar_t *wanted = L"{DC12A681-737F-11CF-884D-00AA004B2E24}";
    wchar_t text[40];
    CLSID id;
    memset(text, 0x7f, sizeof text);
    assert_int_equal(StringFromGUID2(IID_IWbemClassObject, text, 38), 0);
    assert_int_equal(text[0], 0x7f7f7f7f);
    assert_int_equal(StringFromGUID2(IID_IWbemClassObject, text, 39), 39);
    assert_wide(text, wanted);
    assert_int_equal(StringFromGUID2(IID_IWbemClassObject, nullptr, 39), 0);
    assert_int_equal(CLSIDFromString(text, &id), S_OK);
    assert_true(id == IID_IWbemClassObject);
    assert_int_equal(IIDFromString(L"{dc12a681-737f-11cf-884d-00aa004b2e24}", &id), S_OK);
    assert_true(id == IID_IWbemClassObject);
    const wchar_t *none[] = {L"",
                             L"{",
                             L"DC12A681-737F-11CF-884D-00AA004B2E24",
                             L"{DC12A681-737F-11CF-884D-00AA004B2E24",
                             L"{DC12A681-737F-11CF-884D-00AA004B2E24} ",
                             L"{DC12A681-737F-11CF-884D-00AA004B2E2G}",
                             L"{DC12A681-737F-11CF-884D000AA004B2E24}",
                             L"WbemLocator"};
    for (const wchar_t *each : none) {
        assert_int_equal(CLSIDFromString(each, &id), CO_E_CLASSSTRING);
        assert_true(id == GUID_NULL);
    }
    assert_int_equal(CLSIDFromString(nullptr, &id), E_INVALIDARG);
    assert_int_equal(CLSIDFromString(wanted, nullptr), E_INVALIDARG);
}

/* Names and texts of the reference's section 7.4. */
void identifiers_are_made_and_written_into_texts_of_their_own(void **) {
    GUID one = GUID_NULL, other = GUID_NULL, read;
    LPOLESTR text = nullptr;
    assert_int_equal(CoCreateGuid(&one), S_OK);
    assert_int_equal(CoCreateGuid(&other), S_OK);
    assert_true(one != other && one != GUID_NULL);
    assert_int_equal(one.Data3 >> 12, 4);
    assert_int_equal(one.Data4[0] >> 6, 2);
    assert_int_equal(StringFromCLSID(one, &text), S_OK);
    assert_int_equal(CLSIDFromString(text, &read), S_OK);
    assert_true(read == one);
    CoTaskMemFree(text);
    assert_int_equal(StringFromIID(IID_IUnknown, &text), S_OK);
    assert_wide(text, L"{00000000-0000-0000-C000-000000000046}");
    CoTaskMemFree(text);
    assert_int_equal(StringFromIID(IID_IUnknown, nullptr), E_INVALIDARG);
    assert_int_equal(CoCreateGuid(nullptr), E_INVALIDARG);
}

void identifiers_are_the_published_ones(void **) {
    static const struct {
        const GUID *id;
        const wchar_t *text;
    } published[] = {{&IID_IUnknown, L"{00000000-0000-0000-C000-000000000046}"},
                     {&IID_IWbemLocator, L"{DC12A687-737F-11CF-884D-00AA004B2E24}"},
                     {&IID_IWbemServices, L"{9556DC99-828C-11CF-A37E-00AA003240C7}"},
                     {&IID_IWbemObjectSink, L"{7C857801-7381-11CF-884D-00AA004B2E24}"},
                     {&IID_IWbemObjectSinkEx, L"{E7D35CFA-348B-485E-B524-252725D697CA}"},
                     {&IID_IEnumWbemClassObject, L"{027947E1-D731-11CE-A357-000000000001}"},
                     {&IID_IWbemCallResult, L"{44ACA675-E8FC-11D0-A07C-00C04FB68820}"},
                     {&IID_IWbemContext, L"{44ACA674-E8FC-11D0-A07C-00C04FB68820}"},
                     {&IID_IWbemClassObject, L"{DC12A681-737F-11CF-884D-00AA004B2E24}"},
                     {&IID_IWbemQualifierSet, L"{DC12A680-737F-11CF-884D-00AA004B2E24}"},
                     {&IID_IUnsecuredApartment, L"{1CFABA8C-1523-11D1-AD79-00C04FD8FDFF}"},
                     {&IID_IWbemUnsecuredApartment, L"{31739D04-3471-4CF4-9A7C-57A44AE71956}"},
                     {&IID_IWbemStatusCodeText, L"{EB87E1BC-3233-11D2-AEC9-00C04FB68820}"},
                     {&IID_IWbemShutdown, L"{B7B31DF9-D515-11D3-A11C-00105A1F515A}"},
                     {&IID_IWbemProviderInit, L"{1BE41572-91DD-11D1-AEB2-00C04FB68820}"},
                     {&IID_IWbemProviderInitSink, L"{1BE41571-91DD-11D1-AEB2-00C04FB68820}"},
                     {&IID_IWbemPropertyProvider, L"{CE61E841-65BC-11D0-B6BD-00AA003240C7}"},
                     {&IID_IWbemUnboundObjectSink, L"{E246107B-B06E-11D0-AD61-00C04FD8FDFF}"},
                     {&IID_IWbemEventProvider, L"{E245105B-B06E-11D0-AD61-00C04FD8FDFF}"},
                     {&IID_IWbemEventProviderQuerySink, L"{580ACAF8-FA1C-11D0-AD72-00C04FD8FDFF}"},
                     {&IID_IWbemEventProviderSecurity, L"{631F7D96-D993-11D2-B339-00105A1F4AAF}"},
                     {&IID_IWbemProviderIdentity, L"{631F7D97-D993-11D2-B339-00105A1F4AAF}"},
                     {&IID_IWbemEventConsumerProvider, L"{E246107A-B06E-11D0-AD61-00C04FD8FDFF}"},
                     {&IID_IWbemDecoupledRegistrar, L"{1005CBCF-E64F-4646-BCD3-3A089D8A84B4}"},
                     {&IID_IWbemDecoupledBasicEventProvider, L"{86336D20-CA11-4786-9EF1-BC8A946B42FC}"},
                     {&IID_IWbemEventSink, L"{3AE0080A-7E3A-4366-BF89-0FEEDC931659}"},
                     {&IID_IWbemHiPerfProvider, L"{49353C93-516B-11D1-AEA6-00C04FB68820}"},
                     {&CLSID_WbemLocator, L"{4590F811-1D3A-11D0-891F-00AA004B2E24}"},
                     {&CLSID_WbemContext, L"{674B6698-EE92-11D0-AD71-00C04FD8FDFF}"},
                     {&CLSID_WbemClassObject, L"{9A653086-174F-11D2-B5F9-00104B703EFD}"},
                     {&CLSID_UnsecuredApartment, L"{49BD2028-1523-11D1-AD79-00C04FD8FDFF}"},
                     {&CLSID_WbemUnsecuredApartment, L"{49BD2028-1523-11D1-AD79-00C04FD8FDFF}"},
                     {&CLSID_WbemStatusCodeText, L"{EB87E1BD-3233-11D2-AEC9-00C04FB68820}"},
                     {&CLSID_WbemAdministrativeLocator, L"{CB8555CC-9128-11D1-AD9B-00C04FD8FDFF}"},
                     {&CLSID_WbemAuthenticatedLocator, L"{CD184336-9128-11D1-AD9B-00C04FD8FDFF}"},
                     {&CLSID_WbemUnauthenticatedLocator, L"{443E7B79-DE31-11D2-B340-00104BCC4B4A}"},
                     {&CLSID_WbemDecoupledRegistrar, L"{4CFC7932-0F9D-4BEF-9C32-8EA2A6B56FCB}"},
                     {&CLSID_WbemDecoupledBasicEventProvider, L"{F5F75737-2843-4F22-933D-C76A97CDA62F}"}};
    for (const auto &each : published) {
        wchar_t text[39];
        StringFromGUID2(*each.id, text, 39);
        assert_wide(text, each.text);
    }
    assert_true(__uuidof(IWbemServices) == IID_IWbemServices);
    assert_true(__uuidof(WbemLocator) == CLSID_WbemLocator);
}

/* Slots of the reference's section 7.4: where C and C++ find a method. */
void methods_lie_in_their_documented_slots(void **) {
    /* A pointer to a virtual function is 1 + its place in the table, in bytes. */
    auto slot = [](auto method) {
        uintptr_t at;
        memcpy(&at, &method, sizeof at);
        return static_cast<int>((at - 1) / sizeof(void *));
    };
    assert_int_equal(slot(&IWbemLocator::ConnectServer), 3);
    assert_int_equal(slot(&IWbemServices::CancelAsyncCall), 4);
    assert_int_equal(slot(&IWbemServices::ExecQuery), 20);
    assert_int_equal(slot(&IWbemServices::ExecQueryAsync), 21);
    assert_int_equal(slot(&IWbemServices::ExecMethodAsync), 25);
    assert_int_equal(slot(&IWbemObjectSink::SetStatus), 4);
    assert_int_equal(slot(&IWbemObjectSinkEx::WriteStreamParameter), 9);
    assert_int_equal(slot(&IEnumWbemClassObject::Skip), 7);
    assert_int_equal(slot(static_cast<HRESULT (IWbemCallResult::*)(long, long *)>(&IWbemCallResult::GetCallStatus)), 6);
    assert_int_equal(slot(&IWbemContext::DeleteAll), 11);
    assert_int_equal(slot(&IWbemClassObject::Get), 4);
    assert_int_equal(slot(&IWbemClassObject::CompareTo), 16);
    assert_int_equal(slot(&IWbemClassObject::GetMethodOrigin), 26);
    assert_int_equal(slot(&IWbemQualifierSet::EndEnumeration), 9);
    assert_int_equal(slot(&IWbemUnsecuredApartment::CreateSinkStub), 4);
    assert_int_equal(slot(&IWbemStatusCodeText::GetFacilityCodeText), 4);
    assert_int_equal(slot(&IWbemEventSink::SetBatchingParameters), 8);
    assert_int_equal(slot(&IWbemDecoupledBasicEventProvider::GetService), 6);
    assert_int_equal(slot(&IWbemHiPerfProvider::GetObjects), 8);
    assert_int_equal(slot(&IWbemPropertyProvider::PutProperty), 4);
    assert_int_equal(slot(&IErrorInfo::GetHelpContext), 7);
}

void task_memory_is_given_back(void **) {
    char *memory = static_cast<char *>(CoTaskMemAlloc(3));
    memcpy(memory, "ab", 3);
    memory = static_cast<char *>(CoTaskMemRealloc(memory, 100));
    assert_string_equal(memory, "ab");
    assert_null(CoTaskMemRealloc(memory, 0)); /* which frees it */
    memory = static_cast<char *>(CoTaskMemAlloc(0));
    assert_non_null(memory);
    CoTaskMemFree(memory);
    CoTaskMemFree(nullptr);
    assert_null(CoTaskMemAlloc(SIZE_MAX / 2));
}

/* An error object of a client's. */
class Info : public IErrorInfo {
  public:
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void **out) override {
        *out = id == IID_IUnknown || id == IID_IErrorInfo ? this : nullptr;
        if (*out) AddRef();
        return *out ? S_OK : E_NOINTERFACE;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return ++refs; }
    ULONG STDMETHODCALLTYPE Release() override { return --refs; }
    HRESULT STDMETHODCALLTYPE GetGUID(GUID *id) override {
        *id = IID_IWbemServices;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetSource(BSTR *text) override {
        *text = SysAllocString(L"here");
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetDescription(BSTR *text) override {
        *text = SysAllocString(L"it failed");
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetHelpFile(BSTR *text) override {
        *text = nullptr;
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE GetHelpContext(DWORD *number) override {
        *number = 17;
        return S_OK;
    }
    ULONG refs = 1;
};

void error_info_is_taken_away_by_who_reads_it(void **) {
    Info info;
    IErrorInfo *got = &info;
    assert_int_equal(SetErrorInfo(0, nullptr), S_OK);
    assert_int_equal(GetErrorInfo(0, &got), S_FALSE);
    assert_null(got);
    assert_int_equal(SetErrorInfo(0, &info), S_OK);
    assert_int_equal(SetErrorInfo(0, &info), S_OK); /* in its own place */
    assert_int_equal(info.refs, 2);
    assert_int_equal(SetErrorInfo(1, &info), E_INVALIDARG);
    assert_int_equal(GetErrorInfo(1, &got), E_INVALIDARG);
    assert_int_equal(GetErrorInfo(0, nullptr), E_INVALIDARG);
    assert_int_equal(GetErrorInfo(0, &got), S_OK);
    assert_ptr_equal(got, &info);
    got->Release();
    assert_int_equal(GetErrorInfo(0, &got), S_FALSE);
    assert_int_equal(info.refs, 1);
}

void codes_are_numbers_of_32_bits_whatever_a_long_is(void **) {
    assert_int_equal(sizeof(HRESULT), 4);
    assert_int_equal(sizeof(LONG), sizeof(long));
    assert_true(FAILED(WBEM_E_NOT_FOUND) && WBEM_E_NOT_FOUND < 0 && FAILED(E_OUTOFMEMORY));
    assert_true(HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE) == static_cast<HRESULT>(0x800706BA));
    assert_int_equal(HRESULT_FACILITY(WBEM_E_FAILED), FACILITY_ITF);
    HRESULT code = WBEM_E_NOT_FOUND;
    switch (code) {
    case WBEM_E_NOT_FOUND: break;
    default: fail();
    }
    assert_string_equal(wbem_status_text(E_POINTER), "A pointer that is needed is NULL.");
    assert_string_equal(wbem_status_text(WBEM_E_NOT_FOUND), wql_status_text(WQL_E_NOT_FOUND));
    assert_null(wbem_status_text(static_cast<HRESULT>(0x81234567)));
}

/* -- smart classes ------------------------------------------------------------------------------------------------- */

void smart_texts_convert_add_compare_and_share(void **) {
    _bstr_t narrow("h\xc3\xa9llo \xf0\x9f\x98\x80"), wide(L"h\u00e9llo \U0001F600"), none, both;
    assert_true(narrow == wide);
    assert_string_equal(static_cast<const char *>(wide), "h\xc3\xa9llo \xf0\x9f\x98\x80");
    assert_ptr_equal(static_cast<const char *>(wide), static_cast<const char *>(wide)); /* made once */
    assert_true(!none && none == L"" && none == none && none.length() == 0);
    both = L"<" + narrow + ">" + L"!";
    both += wide;
    assert_true(both.length() == 2 * wide.length() + 3);
    assert_true(wide < both || both < wide);
    _bstr_t shared(both);
    assert_ptr_equal(static_cast<wchar_t *>(shared), static_cast<wchar_t *>(both));
    shared.GetBSTR()[0] = L'X'; /* who may write has a text of his own */
    assert_int_equal(static_cast<wchar_t *>(both)[0], L'<');
    _bstr_t &same = both;
    both = same;
    BSTR raw = both.Detach();
    assert_true(!both);
    both.Attach(raw);
    Text copy(both.copy(), 0);
    assert_ptr_not_equal(copy.bstr, raw);
    *both.GetAddress() = SysAllocString(L"given");
    assert_true(both == L"given" && both == "given" && L"given" == both && both != L"taken");
    assert_true(_bstr_t(_variant_t(12L)) == L"12");
}

void smart_text_that_is_no_unicode_throws_and_leaks_nothing(void **) {
    _bstr_t surrogate(L"a\xd800");
    int caught = 0;
    try {
        (void)static_cast<const char *>(surrogate);
    } catch (const _com_error &error) {
        caught = error.Error() == E_INVALIDARG;
    }
    assert_true(caught);
    try {
        _variant_t none;
        none.vt = VT_NULL;
        long number = none;
        (void)number;
        caught = 0;
    } catch (_com_error &error) {
        caught += error.Error() == DISP_E_TYPEMISMATCH;
    }
    assert_int_equal(caught, 2);
}

void smart_values_convert_and_compare(void **) {
    _variant_t number(5L), text(L"5"), real(2.5), yes(true), same(number), empty;
    assert_true(number == same && number != text && empty == _variant_t());
    assert_int_equal(static_cast<long>(text), 5);
    assert_int_equal(static_cast<short>(number), 5);
    assert_true(static_cast<bool>(yes) && static_cast<double>(real) == 2.5);
    assert_int_equal(static_cast<long>(_variant_t(-1)), -1);
    text.ChangeType(VT_I4);
    assert_true(text == number);
    text = L"abc";
    assert_int_equal(text.vt, VT_BSTR);
    text = 7;
    assert_int_equal(text.vt, VT_INT);
    VARIANT raw = _variant_t("raw").Detach();
    text.Attach(raw);
    assert_int_equal(raw.vt, VT_EMPTY);
    assert_wide(V_BSTR(&text), L"raw");
    Counter counter;
    counter.AddRef();
    {
        _variant_t object(&counter), copy(object), moved(std::move(copy));
        assert_int_equal(counter.refs, 3);
        IUnknown *got = moved;
        got->Release();
    }
    assert_int_equal(counter.refs, 1);
    int refused = 0;
    try {
        _variant_t wrong(1L, VT_BSTR);
    } catch (const _com_error &error) {
        refused = error.Error() == E_INVALIDARG;
    }
    assert_true(refused);
}

void com_errors_carry_the_threads_error_object(void **) {
    Info info;
    int seen = 0;
    SetErrorInfo(0, &info);
    try {
        _com_util::CheckError(WBEM_E_NOT_FOUND);
    } catch (const _com_error &error) {
        _com_error copy(error);
        assert_int_equal(copy.Error(), WBEM_E_NOT_FOUND);
        assert_true(copy.Description() == L"it failed" && copy.Source() == L"here" && !copy.HelpFile());
        assert_int_equal(copy.HelpContext(), 17);
        assert_true(copy.GUID() == IID_IWbemServices);
        assert_string_equal(copy.ErrorMessage(), wql_status_text(WQL_E_NOT_FOUND));
        seen = 1;
    }
    assert_true(seen);
    assert_int_equal(info.refs, 1);
    _com_util::CheckError(S_FALSE);
    assert_string_equal(_com_error(static_cast<HRESULT>(0x81234567)).ErrorMessage(), "Unknown error 0x81234567");
    assert_true(!_com_error(E_FAIL).Description());
}

/* The error object of a failing connection stays on the thread while an object fails, which leaves none. */
void com_errors_do_not_carry_what_was_said_of_another_failure(void **) {
    CComPtr<IWbemLocator> locator;
    CComPtr<IWbemClassObject> object;
    CComPtr<IWbemServices> services;
    bool mistaken = false, right = false;
    assert_int_equal(locator.CoCreateInstance(CLSID_WbemLocator), S_OK);
    assert_int_equal(object.CoCreateInstance(CLSID_WbemClassObject), S_OK);
    const HRESULT done = locator->ConnectServer(_bstr_t(L""), nullptr, nullptr, nullptr, 0, nullptr, nullptr, &services);
    assert_int_equal(done, WBEM_E_INVALID_PARAMETER);
    try {
        _com_util::CheckError(object->Get(L"Name", 0, nullptr, nullptr, nullptr));
    } catch (const _com_error &error) {
        mistaken = error.Error() != WBEM_E_NOT_FOUND || error.ErrorInfo() != nullptr;
    }
    assert_false(mistaken);
    assert_int_equal(locator->ConnectServer(_bstr_t(L""), nullptr, nullptr, nullptr, 0, nullptr, nullptr, &services), done);
    try {
        _com_util::CheckError(done);
    } catch (const _com_error &error) {
        right = error.Description().length() > 0;
    }
    assert_true(right);
    assert_int_equal(wbem_error_of(done, nullptr), E_INVALIDARG);
}

_COM_SMARTPTR_TYPEDEF(IWbemContext, __uuidof(IWbemContext));
_COM_SMARTPTR_TYPEDEF(IWbemClassObject, __uuidof(IWbemClassObject));

void smart_pointers_count(void **) {
    Counter counter;
    counter.AddRef();
    {
        IUnknownPtr a(&counter), b(a), c;
        assert_int_equal(counter.refs, 3);
        c = a;
        b = nullptr;
        IUnknownPtr &same = c;
        c = same;
        assert_true(a == c && !b && a);
        IWbemContextPtr other(a); /* it has not got that one */
        assert_true(other == nullptr);
        IUnknown *raw = c.Detach();
        raw->Release();
        CComPtr<IUnknown> d(&counter), e(d);
        CComQIPtr<IWbemContext> f(d);
        assert_null(f.p);
        CComQIPtr<IUnknown> g(d);
        assert_true(g.IsEqualObject(e));
        e.Attach(d.Detach());
        assert_null(d.p);
        int thrown = 0;
        try {
            (void)other->DeleteAll();
        } catch (const _com_error &error) {
            thrown = error.Error() == E_POINTER;
        }
        assert_true(thrown);
    }
    assert_int_equal(counter.refs, 1);
}

/* As for a property that is an object. */
void smart_pointers_are_made_of_values(void **) {
    IWbemClassObject *object = nullptr;
    assert_int_equal(CoCreateInstance(CLSID_WbemClassObject, nullptr, CLSCTX_INPROC_SERVER, IID_IWbemClassObject,
                                      reinterpret_cast<void **>(&object)),
                     S_OK);
    {
        const _variant_t value(object);
        IWbemClassObjectPtr made = value, given;
        IUnknownPtr unknown(value), assigned;
        given = value;
        assigned = value;
        assigned = static_cast<IWbemClassObject *>(made);
        assert_true(made == object && given == object && unknown == object && assigned == object);
        IWbemContextPtr other = value;
        assert_true(!other);
        made = _variant_t(static_cast<IUnknown *>(nullptr));
        assert_true(!made);
        int thrown = 0;
        try {
            given = _variant_t(L"text");
        } catch (const _com_error &error) {
            thrown = error.Error() == DISP_E_TYPEMISMATCH;
        }
        assert_true(thrown && given == object); /* as it was */
        CComPtr<IUnknown> base(object), same;
        CComPtr<IWbemClassObject> derived;
        CComPtr<IWbemContext> none(nullptr);
        derived = base; /* asks */
        none = base;
        same = derived;
        assert_ptr_equal(derived.p, object);
        assert_ptr_equal(same.p, object);
        assert_null(none.p);
    }
    assert_int_equal(object->Release(), 0);
}

void atl_values_have_the_types_of_their_numbers(void **) {
    const unsigned int number = 0xffffffffu;
    const CComVariant natural(number), uint(number, VT_UINT), character('c'), narrow(static_cast<unsigned short>(65535)),
        date(1.5, VT_DATE);
    assert_true(natural.vt == VT_UI4 && natural.ulVal == number && uint.vt == VT_UINT && uint.uintVal == number);
    assert_true(character.vt == VT_I1 && character.cVal == 'c' && narrow.vt == VT_UI2 && narrow.uiVal == 65535);
    assert_true(date.vt == VT_DATE && date.dblVal == 1.5);
    const INT64 wide = INT64_MIN;
    const UINT64 widest = UINT64_MAX;
    assert_true(_variant_t(wide).vt == VT_I8 && CComVariant(wide).llVal == wide);
    assert_true(_variant_t(widest).vt == VT_UI8 && CComVariant(widest).ullVal == widest);
    CComVariant value(1), text(L"t");
    value = number;
    assert_true(value == natural && value != uint && natural != text && text == CComVariant("t") && text == _variant_t("t"));
    CComBSTR whole(2, L"a"), more(whole);
    assert_int_equal(whole.Append(L'b'), S_OK);
    assert_int_equal(whole.Append("c\xc3\xa4"), S_OK);
    whole.m_str[1] = 0; /* a NUL is a character */
    const CComVariant held(whole);
    assert_int_equal(SysStringLen(held.bstrVal), 5);
    assert_wide(held.bstrVal + 2, L"bc\xe4");
    whole.Attach(whole.m_str);
    assert_int_equal(whole.Length(), 5);
    assert_int_equal(text.Attach(&text), S_OK);
    assert_wide(text.bstrVal, L"t");
    assert_true(_bstr_t("a") < "b" && _bstr_t("b") > L"a" && _bstr_t("a") <= L"a" && _bstr_t("a") >= "a" &&
                !(_bstr_t("b") < L"a"));
}

void atl_texts_and_values(void **) {
    CComBSTR text(L"ab"), other("ab"), id(IID_IUnknown), none;
    assert_true(text == other && text == L"ab" && none == none && !none);
    text += L"cd";
    text += text;
    assert_wide(text, L"abcdabcd");
    CComBSTR &same = text;
    text = same;
    assert_int_equal(text.Length(), 8);
    assert_wide(id, L"{00000000-0000-0000-C000-000000000046}");
    assert_int_equal(text.Append(L"x", -1), E_INVALIDARG);
    text.Empty();
    assert_null(text.m_str);
    CComVariant number(5), string(L"6"), copy(string), moved(std::move(copy));
    const VARIANT &plain = string;
    assert_true(string == moved && moved == plain && string != number && number == CComVariant(5L));
    assert_int_equal(string.ChangeType(VT_I4), S_OK);
    assert_int_equal(string.lVal, 6);
    assert_wide(moved.bstrVal, L"6");
    assert_int_equal(moved.ChangeType(VT_UNKNOWN), DISP_E_TYPEMISMATCH);
    moved = number;
    assert_int_equal(moved.lVal, 5);
    moved = L"z";
    assert_wide(moved.bstrVal, L"z");
    SAFEARRAY *array = SafeArrayCreateVector(VT_UI1, 0, 2);
    CComVariant holds(array);
    assert_int_equal(holds.vt, VT_ARRAY | VT_UI1);
    assert_ptr_not_equal(holds.parray, array);
    SafeArrayDestroy(array);
    CComVariant wrong(static_cast<const SAFEARRAY *>(nullptr));
    assert_int_equal(wrong.vt, VT_ERROR);
}

/* -- contexts ------------------------------------------------------------------------------------------------------ */

IWbemContext *new_context() {
    IWbemContext *context = nullptr;
    assert_int_equal(
        CoCreateInstance(CLSID_WbemContext, nullptr, CLSCTX_INPROC_SERVER, IID_IWbemContext, reinterpret_cast<void **>(&context)),
        S_OK);
    return context;
}

void context_keeps_values_by_name_without_case(void **) {
    CComPtr<IWbemContext> context(new_context()), copy;
    context.p->Release(); /* the pointer has one of its own */
    CComVariant one(1), two(L"two"), got, array;
    SAFEARRAY *names;
    assert_int_equal(context->SetValue(L"First", 0, &one), WBEM_S_NO_ERROR);
    assert_int_equal(context->SetValue(L"second", 0, &two), WBEM_S_NO_ERROR);
    assert_int_equal(context->SetValue(L"FIRST", 0, &two), WBEM_S_NO_ERROR); /* the same one */
    assert_int_equal(context->GetValue(L"first", 0, &got), WBEM_S_NO_ERROR);
    assert_wide(got.bstrVal, L"two");
    got.Clear();
    assert_int_equal(context->GetNames(0, &names), WBEM_S_NO_ERROR);
    assert_int_equal(names->rgsabound[0].cElements, 2);
    assert_wide(static_cast<BSTR *>(names->pvData)[0], L"First");
    SafeArrayDestroy(names);
    assert_int_equal(context->Clone(&copy), WBEM_S_NO_ERROR);
    assert_int_equal(context->DeleteAll(), WBEM_S_NO_ERROR);
    assert_int_equal(context->GetValue(L"second", 0, &got), WBEM_E_NOT_FOUND);
    assert_int_equal(copy->GetValue(L"second", 0, &got), WBEM_S_NO_ERROR);
    got.Clear();
    assert_int_equal(copy->DeleteValue(L"Second", 0), WBEM_S_NO_ERROR);
    assert_int_equal(copy->DeleteValue(L"Second", 0), WBEM_E_NOT_FOUND);
}

void context_enumerates_while_it_changes(void **) {
    CComPtr<IWbemContext> context;
    context.Attach(new_context());
    CComVariant value(1);
    BSTR name = nullptr;
    assert_int_equal(context->Next(0, &name, nullptr), WBEM_E_UNEXPECTED);
    const wchar_t *all[] = {L"a", L"b", L"c"};
    for (const wchar_t *each : all) context->SetValue(each, 0, &value);
    assert_int_equal(context->BeginEnumeration(0), WBEM_S_NO_ERROR);
    assert_int_equal(context->Next(0, &name, &value), WBEM_S_NO_ERROR);
    assert_wide(name, L"a");
    SysFreeString(name);
    context->DeleteValue(L"a", 0); /* one that was read */
    assert_int_equal(context->Next(0, &name, nullptr), WBEM_S_NO_ERROR);
    assert_wide(name, L"b");
    SysFreeString(name);
    context->DeleteValue(L"c", 0); /* one that was not */
    assert_int_equal(context->Next(0, &name, nullptr), WBEM_S_NO_MORE_DATA);
    assert_null(name);
    assert_int_equal(context->EndEnumeration(), WBEM_S_NO_ERROR);
    assert_int_equal(context->Next(0, nullptr, nullptr), WBEM_E_UNEXPECTED);
}

void context_refuses_what_is_missing_or_points_elsewhere(void **) {
    CComPtr<IWbemContext> context;
    context.Attach(new_context());
    CComVariant value(1);
    VARIANT pointing = variant_of_long(0, VT_I4 | VT_BYREF), unknown = variant_of_long(0, VT_VOID);
    LONG number = 3;
    pointing.plVal = &number;
    assert_int_equal(context->SetValue(nullptr, 0, &value), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(context->SetValue(L"", 0, &value), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(context->SetValue(L"a", 1, &value), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(context->SetValue(L"a", 0, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(context->SetValue(L"a", 0, &pointing), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(context->SetValue(L"a", 0, &unknown), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(context->GetValue(L"a", 0, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(context->GetNames(0, nullptr), WBEM_E_INVALID_PARAMETER);
    SAFEARRAY none = SAFEARRAY(), *names = &none;
    assert_int_equal(context->GetNames(1, &names), WBEM_E_INVALID_PARAMETER);
    assert_null(names);
    assert_int_equal(context->Clone(nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(context->BeginEnumeration(2), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(context->GetValue(L"a", 0, &unknown), WBEM_E_NOT_FOUND); /* nothing of these was set */
}

void a_call_takes_the_context_as_it_is(void **) {
    CComPtr<IWbemContext> context;
    context.Attach(new_context());
    wbem::CallContext taken, moved;
    CComVariant number(-7), text(L"a text that is longer than a small string is"), object;
    SAFEARRAY *array = SafeArrayCreateVector(VT_BSTR, 0, 1);
    *static_cast<BSTR *>(array->pvData) = SysAllocString(L"item");
    CComVariant items(array);
    SafeArrayDestroy(array);
    context->SetValue(L"n", 0, &number);
    context->SetValue(L"t", 0, &text);
    context->SetValue(L"i", 0, &items);
    assert_int_equal(wbem::read_context(context, &taken), S_OK);
    context->DeleteAll();
    moved = std::move(taken);
    assert_int_equal(moved.params.size(), 3);
    assert_string_equal(moved.params[0].name, "n");
    assert_true(moved.params[0].value.i64 == -7);
    assert_int_equal(moved.params[1].value.str.len, wcslen(text.bstrVal));
    assert_memory_equal(moved.params[1].value.str.ptr, "a text that", 11);
    assert_int_equal(moved.params[2].value.type, WQL_STRING | WQL_ARRAY);
    assert_memory_equal(moved.params[2].value.items[0].str.ptr, "item", 4);
    assert_int_equal(wbem::read_context(nullptr, &moved), S_OK);
    assert_int_equal(moved.params.size(), 0);
    /* What no provider could read. */
    Counter counter;
    counter.AddRef();
    object = static_cast<IUnknown *>(&counter);
    context->SetValue(L"o", 0, &object);
    assert_int_equal(wbem::read_context(context, &moved), WBEM_E_INVALID_CONTEXT);
    context->DeleteAll();
    context->SetValue(L"\xd800", 0, &number);
    assert_int_equal(wbem::read_context(context, &moved), WBEM_E_INVALID_CONTEXT);
    object.Clear();
    assert_int_equal(counter.refs, 1);
}

void every_status_of_the_header_has_a_text(void **) {
    const HRESULT all[] = {WBEM_NO_ERROR,
                           WBEM_S_NO_ERROR,
                           WBEM_S_SAME,
                           WBEM_S_INITIALIZED,
                           WBEM_S_FALSE,
                           WBEM_S_ALREADY_EXISTS,
                           WBEM_S_RESET_TO_DEFAULT,
                           WBEM_S_DIFFERENT,
                           WBEM_S_TIMEDOUT,
                           WBEM_S_NO_MORE_DATA,
                           WBEM_S_OPERATION_CANCELLED,
                           WBEM_S_PENDING,
                           WBEM_S_DUPLICATE_OBJECTS,
                           WBEM_S_ACCESS_DENIED,
                           WBEM_S_PARTIAL_RESULTS,
                           WBEM_S_SOURCE_NOT_AVAILABLE,
                           WBEM_S_NEW_STYLE,
                           WBEM_S_LIMITED_SERVICE,
                           WBEM_S_INDIRECTLY_UPDATED,
                           WBEM_S_SUBJECT_TO_SDS,
                           WBEM_E_FAILED,
                           WBEM_E_NOT_FOUND,
                           WBEM_E_ACCESS_DENIED,
                           WBEM_E_PROVIDER_FAILURE,
                           WBEM_E_TYPE_MISMATCH,
                           WBEM_E_OUT_OF_MEMORY,
                           WBEM_E_INVALID_CONTEXT,
                           WBEM_E_INVALID_PARAMETER,
                           WBEM_E_NOT_AVAILABLE,
                           WBEM_E_CRITICAL_ERROR,
                           WBEM_E_INVALID_STREAM,
                           WBEM_E_NOT_SUPPORTED,
                           WBEM_E_INVALID_SUPERCLASS,
                           WBEM_E_INVALID_NAMESPACE,
                           WBEM_E_INVALID_OBJECT,
                           WBEM_E_INVALID_CLASS,
                           WBEM_E_PROVIDER_NOT_FOUND,
                           WBEM_E_INVALID_PROVIDER_REGISTRATION,
                           WBEM_E_PROVIDER_LOAD_FAILURE,
                           WBEM_E_INITIALIZATION_FAILURE,
                           WBEM_E_TRANSPORT_FAILURE,
                           WBEM_E_INVALID_OPERATION,
                           WBEM_E_INVALID_QUERY,
                           WBEM_E_INVALID_QUERY_TYPE,
                           WBEM_E_ALREADY_EXISTS,
                           WBEM_E_OVERRIDE_NOT_ALLOWED,
                           WBEM_E_PROPAGATED_QUALIFIER,
                           WBEM_E_PROPAGATED_PROPERTY,
                           WBEM_E_UNEXPECTED,
                           WBEM_E_ILLEGAL_OPERATION,
                           WBEM_E_CANNOT_BE_KEY,
                           WBEM_E_INCOMPLETE_CLASS,
                           WBEM_E_INVALID_SYNTAX,
                           WBEM_E_NONDECORATED_OBJECT,
                           WBEM_E_READ_ONLY,
                           WBEM_E_PROVIDER_NOT_CAPABLE,
                           WBEM_E_CLASS_HAS_CHILDREN,
                           WBEM_E_CLASS_HAS_INSTANCES,
                           WBEM_E_QUERY_NOT_IMPLEMENTED,
                           WBEM_E_ILLEGAL_NULL,
                           WBEM_E_INVALID_QUALIFIER_TYPE,
                           WBEM_E_INVALID_PROPERTY_TYPE,
                           WBEM_E_VALUE_OUT_OF_RANGE,
                           WBEM_E_CANNOT_BE_SINGLETON,
                           WBEM_E_INVALID_CIM_TYPE,
                           WBEM_E_INVALID_METHOD,
                           WBEM_E_INVALID_METHOD_PARAMETERS,
                           WBEM_E_SYSTEM_PROPERTY,
                           WBEM_E_INVALID_PROPERTY,
                           WBEM_E_CALL_CANCELLED,
                           WBEM_E_SHUTTING_DOWN,
                           WBEM_E_PROPAGATED_METHOD,
                           WBEM_E_UNSUPPORTED_PARAMETER,
                           WBEM_E_MISSING_PARAMETER_ID,
                           WBEM_E_INVALID_PARAMETER_ID,
                           WBEM_E_NONCONSECUTIVE_PARAMETER_IDS,
                           WBEM_E_PARAMETER_ID_ON_RETVAL,
                           WBEM_E_INVALID_OBJECT_PATH,
                           WBEM_E_OUT_OF_DISK_SPACE,
                           WBEM_E_BUFFER_TOO_SMALL,
                           WBEM_E_UNSUPPORTED_PUT_EXTENSION,
                           WBEM_E_UNKNOWN_OBJECT_TYPE,
                           WBEM_E_UNKNOWN_PACKET_TYPE,
                           WBEM_E_MARSHAL_VERSION_MISMATCH,
                           WBEM_E_MARSHAL_INVALID_SIGNATURE,
                           WBEM_E_INVALID_QUALIFIER,
                           WBEM_E_INVALID_DUPLICATE_PARAMETER,
                           WBEM_E_TOO_MUCH_DATA,
                           WBEM_E_SERVER_TOO_BUSY,
                           WBEM_E_INVALID_FLAVOR,
                           WBEM_E_CIRCULAR_REFERENCE,
                           WBEM_E_UNSUPPORTED_CLASS_UPDATE,
                           WBEM_E_CANNOT_CHANGE_KEY_INHERITANCE,
                           WBEM_E_CANNOT_CHANGE_INDEX_INHERITANCE,
                           WBEM_E_TOO_MANY_PROPERTIES,
                           WBEM_E_UPDATE_TYPE_MISMATCH,
                           WBEM_E_UPDATE_OVERRIDE_NOT_ALLOWED,
                           WBEM_E_UPDATE_PROPAGATED_METHOD,
                           WBEM_E_METHOD_NOT_IMPLEMENTED,
                           WBEM_E_METHOD_DISABLED,
                           WBEM_E_REFRESHER_BUSY,
                           WBEM_E_UNPARSABLE_QUERY,
                           WBEM_E_NOT_EVENT_CLASS,
                           WBEM_E_MISSING_GROUP_WITHIN,
                           WBEM_E_MISSING_AGGREGATION_LIST,
                           WBEM_E_PROPERTY_NOT_AN_OBJECT,
                           WBEM_E_AGGREGATING_BY_OBJECT,
                           WBEM_E_UNINTERPRETABLE_PROVIDER_QUERY,
                           WBEM_E_BACKUP_RESTORE_WINMGMT_RUNNING,
                           WBEM_E_QUEUE_OVERFLOW,
                           WBEM_E_PRIVILEGE_NOT_HELD,
                           WBEM_E_INVALID_OPERATOR,
                           WBEM_E_LOCAL_CREDENTIALS,
                           WBEM_E_CANNOT_BE_ABSTRACT,
                           WBEM_E_AMENDED_OBJECT,
                           WBEM_E_CLIENT_TOO_SLOW,
                           WBEM_E_NULL_SECURITY_DESCRIPTOR,
                           WBEM_E_TIMED_OUT,
                           WBEM_E_INVALID_ASSOCIATION,
                           WBEM_E_AMBIGUOUS_OPERATION,
                           WBEM_E_QUOTA_VIOLATION,
                           WBEM_E_TRANSACTION_CONFLICT,
                           WBEM_E_FORCED_ROLLBACK,
                           WBEM_E_UNSUPPORTED_LOCALE,
                           WBEM_E_HANDLE_OUT_OF_DATE,
                           WBEM_E_CONNECTION_FAILED,
                           WBEM_E_INVALID_HANDLE_REQUEST,
                           WBEM_E_PROPERTY_NAME_TOO_WIDE,
                           WBEM_E_CLASS_NAME_TOO_WIDE,
                           WBEM_E_METHOD_NAME_TOO_WIDE,
                           WBEM_E_QUALIFIER_NAME_TOO_WIDE,
                           WBEM_E_RERUN_COMMAND,
                           WBEM_E_DATABASE_VER_MISMATCH,
                           WBEM_E_VETO_DELETE,
                           WBEM_E_VETO_PUT,
                           WBEM_E_INVALID_LOCALE,
                           WBEM_E_PROVIDER_SUSPENDED,
                           WBEM_E_SYNCHRONIZATION_REQUIRED,
                           WBEM_E_NO_SCHEMA,
                           WBEM_E_PROVIDER_ALREADY_REGISTERED,
                           WBEM_E_PROVIDER_NOT_REGISTERED,
                           WBEM_E_FATAL_TRANSPORT_ERROR,
                           WBEM_E_ENCRYPTED_CONNECTION_REQUIRED,
                           WBEM_E_PROVIDER_TIMED_OUT,
                           WBEM_E_NO_KEY,
                           WBEM_E_PROVIDER_DISABLED,
                           WBEMESS_E_REGISTRATION_TOO_BROAD,
                           WBEMESS_E_REGISTRATION_TOO_PRECISE,
                           WBEMESS_E_AUTHZ_NOT_PRIVILEGED,
                           WBEM_E_RETRY_LATER,
                           WBEM_E_RESOURCE_CONTENTION};
    for (HRESULT code : all)
        if (!wbem_status_text(code)) fail_msg("%08X has no text", static_cast<unsigned>(code));
}

void status_texts_are_found_by_code_and_facility(void **) {
    CComPtr<IWbemStatusCodeText> texts;
    CComBSTR text;
    assert_int_equal(texts.CoCreateInstance(CLSID_WbemStatusCodeText), S_OK);
    assert_int_equal(texts->GetErrorCodeText(WBEM_E_INVALID_CLASS, 0, 0, &text), WBEM_S_NO_ERROR);
    assert_true(text == CComBSTR(wql_status_text(WQL_E_INVALID_CLASS)));
    text.Empty();
    assert_int_equal(texts->GetErrorCodeText(E_OUTOFMEMORY, 0x409, WBEMSTATUS_FORMAT_NO_NEWLINE, &text), WBEM_S_NO_ERROR);
    assert_true(text == L"There was not enough memory.");
    text.Empty();
    assert_int_equal(texts->GetErrorCodeText(static_cast<HRESULT>(0x81234567), 0, 0, &text), WBEM_S_NO_ERROR);
    assert_true(text == L"Unknown code 0x81234567.");
    text.Empty();
    assert_int_equal(texts->GetFacilityCodeText(WBEM_E_INVALID_CLASS, 0, 0, &text), WBEM_S_NO_ERROR);
    assert_true(text == L"WMI");
    text.Empty();
    assert_int_equal(texts->GetErrorCodeText(WBEM_E_INVALID_CLASS, 0, 2, &text), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(texts->GetErrorCodeText(WBEM_E_INVALID_CLASS, 0, 0, nullptr), WBEM_E_INVALID_PARAMETER);
}

int joins(void **) { return FAILED(CoInitializeEx(nullptr, COINIT_MULTITHREADED)); }
int leaves(void **) {
    CoUninitialize();
    return 0;
}

} // namespace

int main() {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guid_texts_go_there_and_back),
        cmocka_unit_test(identifiers_are_made_and_written_into_texts_of_their_own),
        cmocka_unit_test(identifiers_are_the_published_ones),
        cmocka_unit_test(methods_lie_in_their_documented_slots),
        cmocka_unit_test(task_memory_is_given_back),
        cmocka_unit_test(error_info_is_taken_away_by_who_reads_it),
        cmocka_unit_test(codes_are_numbers_of_32_bits_whatever_a_long_is),
        cmocka_unit_test(smart_texts_convert_add_compare_and_share),
        cmocka_unit_test(smart_text_that_is_no_unicode_throws_and_leaks_nothing),
        cmocka_unit_test(smart_values_convert_and_compare),
        cmocka_unit_test(com_errors_carry_the_threads_error_object),
        cmocka_unit_test(com_errors_do_not_carry_what_was_said_of_another_failure),
        cmocka_unit_test(smart_pointers_count),
        cmocka_unit_test(smart_pointers_are_made_of_values),
        cmocka_unit_test(atl_texts_and_values),
        cmocka_unit_test(atl_values_have_the_types_of_their_numbers),
        cmocka_unit_test(context_keeps_values_by_name_without_case),
        cmocka_unit_test(context_enumerates_while_it_changes),
        cmocka_unit_test(context_refuses_what_is_missing_or_points_elsewhere),
        cmocka_unit_test(a_call_takes_the_context_as_it_is),
        cmocka_unit_test(every_status_of_the_header_has_a_text),
        cmocka_unit_test(status_texts_are_found_by_code_and_facility),
    };
    return cmocka_run_group_tests(tests, joins, leaves);
}
