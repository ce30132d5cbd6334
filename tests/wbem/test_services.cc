/* SPDX-License-Identifier: MIT */
/* test_services.cc: IWbemLocator and the methods of IWbemServices: what each takes, refuses and answers. R numbers are those of
 * the specification of calls. */
#include "call_lab.h"

#include <memory>
#include <unistd.h>

using namespace lab;

namespace {

template <typename T> void drop(T *object) {
    if (object) object->Release();
}

/* What a method is called with: right in all but what a test is about. */
struct With {
    IWbemServices *services;
    long flags;
    IWbemClassObject *object; /* some object */
    bool no_out;              /* without the out parameter that WBEM_FLAG_RETURN_IMMEDIATELY needs, or without a sink */
};

/* The sink of one call, which is over when this goes. */
class OneCall {
  public:
    explicit OneCall(const With &with) : sink_(new Sink(record_, 1)), given_(with.no_out ? nullptr : sink_) {}
    IWbemObjectSink *sink() const { return given_; }
    HRESULT over(HRESULT answer) {
        if (SUCCEEDED(answer)) {
            assert_int_equal(answer, 0);
            assert_true(record_.ended());
            assert_promises(record_);
        } else {
            assert_int_equal(record_.add_refs + record_.finals + record_.indicates, 0);
        }
        sink_->Release();
        return answer;
    }

  private:
    Record record_;
    Sink *sink_;
    IWbemObjectSink *given_;
};

/* The result of one call, let go. What is left of it after a failure must be nothing. */
template <typename T> struct Out {
    T *object = reinterpret_cast<T *>(16);
    T **to(const With &with) { return with.no_out ? nullptr : &object; }
    HRESULT over(const With &with, HRESULT answer) {
        if (with.no_out) return answer;
        if (FAILED(answer)) assert_null(object);
        drop(object);
        return answer;
    }
};

constexpr long RI = 0x10, FO = 0x20, SS = 0x80, EL = 0x100, DR = 0x200, AM = 0x20000, SH = 1, PT = 2, UO = 1, CO = 2, US = 0x20,
               UF = 0x40;
constexpr long IGNORED = 0x40 | 0x1F000 | 0x100000; /* never to be sent, ignored on receipt */

struct MethodCase {
    const char *name;
    long taken, needed;
    HRESULT (*call)(const With &with);
};

const wchar_t LANGUAGE[] = L"WQL", QUERY[] = L"SELECT * FROM Lab_Row",
              EVENT[] = L"SELECT * FROM __InstanceCreationEvent WITHIN 1";

/* By the table of section 2.2, written down a second time. */
const MethodCase methods[] = {
    {"OpenNamespace", RI, 0,
     [](const With &w) {
         Out<IWbemCallResult> out;
         IWbemServices *services = nullptr;
         HRESULT answer = w.services->OpenNamespace(Text(L"root\\lab"), w.flags, nullptr, &services, out.to(w));
         drop(services);
         return out.over(w, answer);
     }},
    {"QueryObjectSink", 0, 0,
     [](const With &w) {
         Out<IWbemObjectSink> out;
         return out.over(w, w.services->QueryObjectSink(w.flags, out.to(w)));
     }},
    {"GetObject", AM | RI | DR, 0,
     [](const With &w) {
         Out<IWbemCallResult> out;
         IWbemClassObject *object = nullptr;
         HRESULT answer = w.services->GetObject(Text(L"Lab_Row.Id=1"), w.flags, nullptr, &object, out.to(w));
         drop(object);
         return out.over(w, answer);
     }},
    {"GetObjectAsync", AM | SS | DR, 0,
     [](const With &w) {
         OneCall one(w);
         return one.over(w.services->GetObjectAsync(Text(L"Lab_Row.Id=1"), w.flags, nullptr, one.sink()));
     }},
    {"PutClass", AM | RI | UO | CO | UF | US, 0,
     [](const With &w) {
         Out<IWbemCallResult> out;
         return out.over(w, w.services->PutClass(w.object, w.flags, nullptr, out.to(w)));
     }},
    {"PutClassAsync", AM | UO | CO | UF | US | SS, 0,
     [](const With &w) {
         OneCall one(w);
         return one.over(w.services->PutClassAsync(w.object, w.flags, nullptr, one.sink()));
     }},
    {"DeleteClass", RI, 0,
     [](const With &w) {
         Out<IWbemCallResult> out;
         return out.over(w, w.services->DeleteClass(Text(L"Lab_Row"), w.flags, nullptr, out.to(w)));
     }},
    {"DeleteClassAsync", SS, 0,
     [](const With &w) {
         OneCall one(w);
         return one.over(w.services->DeleteClassAsync(Text(L"Lab_Row"), w.flags, nullptr, one.sink()));
     }},
    {"CreateClassEnum", AM | RI | SH | FO, 0,
     [](const With &w) {
         Out<IEnumWbemClassObject> out;
         return out.over(w, w.services->CreateClassEnum(nullptr, w.flags, nullptr, out.to(w)));
     }},
    {"CreateClassEnumAsync", AM | SS | SH, 0,
     [](const With &w) {
         OneCall one(w);
         return one.over(w.services->CreateClassEnumAsync(nullptr, w.flags, nullptr, one.sink()));
     }},
    {"PutInstance", AM | RI | UO | CO, 0,
     [](const With &w) {
         Out<IWbemCallResult> out;
         return out.over(w, w.services->PutInstance(w.object, w.flags, nullptr, out.to(w)));
     }},
    {"PutInstanceAsync", AM | UO | CO | SS, 0,
     [](const With &w) {
         OneCall one(w);
         return one.over(w.services->PutInstanceAsync(w.object, w.flags, nullptr, one.sink()));
     }},
    {"DeleteInstance", RI, 0,
     [](const With &w) {
         Out<IWbemCallResult> out;
         return out.over(w, w.services->DeleteInstance(Text(L"Lab_Row.Id=1"), w.flags, nullptr, out.to(w)));
     }},
    {"DeleteInstanceAsync", SS, 0,
     [](const With &w) {
         OneCall one(w);
         return one.over(w.services->DeleteInstanceAsync(Text(L"Lab_Row.Id=1"), w.flags, nullptr, one.sink()));
     }},
    {"CreateInstanceEnum", AM | RI | DR | SH | FO, 0,
     [](const With &w) {
         Out<IEnumWbemClassObject> out;
         return out.over(w, w.services->CreateInstanceEnum(Text(L"Lab_Row"), w.flags, nullptr, out.to(w)));
     }},
    {"CreateInstanceEnumAsync", AM | SS | DR | SH, 0,
     [](const With &w) {
         OneCall one(w);
         return one.over(w.services->CreateInstanceEnumAsync(Text(L"Lab_Row"), w.flags, nullptr, one.sink()));
     }},
    {"ExecQuery", AM | RI | DR | PT | FO | EL, 0,
     [](const With &w) {
         Out<IEnumWbemClassObject> out;
         return out.over(w, w.services->ExecQuery(Text(LANGUAGE), Text(QUERY), w.flags, nullptr, out.to(w)));
     }},
    {"ExecQueryAsync", AM | SS | PT | DR | EL, 0,
     [](const With &w) {
         OneCall one(w);
         return one.over(w.services->ExecQueryAsync(Text(LANGUAGE), Text(QUERY), w.flags, nullptr, one.sink()));
     }},
    {"ExecNotificationQuery", AM | RI | FO, RI | FO,
     [](const With &w) {
         Out<IEnumWbemClassObject> out;
         return out.over(w, w.services->ExecNotificationQuery(Text(LANGUAGE), Text(EVENT), w.flags, nullptr, out.to(w)));
     }},
    {"ExecNotificationQueryAsync", AM | SS, 0,
     [](const With &w) {
         OneCall one(w);
         return one.over(w.services->ExecNotificationQueryAsync(Text(LANGUAGE), Text(EVENT), w.flags, nullptr, one.sink()));
     }},
    {"ExecMethod", RI, 0,
     [](const With &w) {
         Out<IWbemCallResult> out;
         IWbemClassObject *object = nullptr;
         return out.over(
             w, w.services->ExecMethod(Text(L"Lab_Row.Id=1"), Text(L"Start"), w.flags, nullptr, nullptr, &object, out.to(w)));
     }},
    {"ExecMethodAsync", SS, 0,
     [](const With &w) {
         OneCall one(w);
         return one.over(
             w.services->ExecMethodAsync(Text(L"Lab_Row.Id=1"), Text(L"Start"), w.flags, nullptr, nullptr, one.sink()));
     }},
};

bool is_async(const MethodCase &method) { return std::string(method.name).find("Async") != std::string::npos; }

/* Those whose arguments are right answer this. */
HRESULT right_answer(const MethodCase &method) {
    for (const char *served : {"OpenNamespace", "GetObject", "GetObjectAsync", "CreateClassEnum", "CreateClassEnumAsync",
                               "CreateInstanceEnum", "CreateInstanceEnumAsync", "ExecQuery", "ExecQueryAsync"})
        if (method.name == std::string(served)) return WBEM_S_NO_ERROR;
    return WBEM_E_NOT_SUPPORTED;
}

IWbemClassObject *some_object(IWbemServices *services) {
    IWbemClassObject *object = nullptr;
    assert_int_equal(services->GetObject(Text(L"Lab_Row.Id=1"), 0, nullptr, &object, nullptr), WBEM_S_NO_ERROR);
    return object;
}

/* -- flags ---------------------------------------------------------------------------------------------------------- */

void R4_7_each_method_takes_its_own_flags_and_those_that_are_ignored(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    IWbemClassObject *object = some_object(services);
    for (const MethodCase &method : methods) {
        assert_int_equal(method.call({services, method.needed, object, false}), right_answer(method));
        for (int bit = 0; bit < 64; bit++) {
            long flag = static_cast<long>(1ul << bit);
            HRESULT wanted = flag & (method.taken | IGNORED) ? right_answer(method) : HRESULT{WBEM_E_INVALID_PARAMETER};
            HRESULT answer = method.call({services, flag | method.needed, object, false});
            if (answer != wanted) print_error("%s with bit %d: %x\n", method.name, bit, static_cast<unsigned>(answer));
            assert_int_equal(answer, wanted);
        }
        assert_int_equal(method.call({services, method.needed | IGNORED, object, false}), right_answer(method));
        assert_int_equal(method.call({services, -1, object, false}), WBEM_E_INVALID_PARAMETER);
    }
    object->Release();
    services->Release();
}

void flags_that_exclude_each_other_are_refused_together(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    IWbemClassObject *object = some_object(services);
    for (const MethodCase &method : methods) {
        std::string name = method.name;
        bool puts_class = name.find("PutClass") == 0, puts = puts_class || name.find("PutInstance") == 0;
        if (puts) assert_int_equal(method.call({services, UO | CO, object, false}), WBEM_E_INVALID_PARAMETER);
        if (puts_class) assert_int_equal(method.call({services, US | UF, object, false}), WBEM_E_INVALID_PARAMETER);
        if (puts_class) assert_int_equal(method.call({services, UO | US, object, false}), WBEM_E_NOT_SUPPORTED);
        if (name == "ExecNotificationQuery") {
            for (long flags : {0l, RI, FO, AM, AM | FO})
                assert_int_equal(method.call({services, flags, object, false}), WBEM_E_INVALID_PARAMETER);
            assert_int_equal(method.call({services, RI | FO | AM, object, false}), WBEM_E_NOT_SUPPORTED);
        }
    }
    object->Release();
    services->Release();
}

void flags_of_a_pulled_call_are_refused_by_asynchronous_methods(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    IWbemClassObject *object = some_object(services);
    for (const MethodCase &method : methods) {
        if (!is_async(method)) continue;
        assert_int_equal(method.call({services, RI, object, false}), WBEM_E_INVALID_PARAMETER);
        if (std::string(method.name) != "PutClassAsync") /* there it is another flag */
            assert_int_equal(method.call({services, FO, object, false}), WBEM_E_INVALID_PARAMETER);
    }
    object->Release();
    services->Release();
}

void a_call_that_returns_at_once_needs_a_place_for_its_result(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    IWbemClassObject *object = some_object(services);
    for (const MethodCase &method : methods) {
        if (is_async(method) || (method.taken & RI)) {
            long flags = is_async(method) ? 0 : RI | method.needed;
            assert_int_equal(method.call({services, flags, object, true}), WBEM_E_INVALID_PARAMETER);
            if (!is_async(method)) assert_true(last_error().find(" is NULL") != std::string::npos);
        }
        if (std::string(method.name).find("Put") == 0)
            assert_int_equal(method.call({services, 0, nullptr, false}), WBEM_E_INVALID_PARAMETER);
    }
    object->Release();
    services->Release();
}

/* -- arguments ------------------------------------------------------------------------------------------------------ */

void what_is_not_served_yet_says_so_and_leaves_nothing(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    IWbemObjectSink *sink = reinterpret_cast<IWbemObjectSink *>(16);
    IWbemClassObject *out = reinterpret_cast<IWbemClassObject *>(16);
    assert_int_equal(services->QueryObjectSink(0, &sink), WBEM_E_NOT_SUPPORTED);
    assert_null(sink);
    assert_string_equal(last_error().c_str(), "this is not served yet");
    assert_int_equal(services->ExecMethod(Text(L"Lab_Row.Id=1"), Text(L"Start"), 0, nullptr, nullptr, &out, nullptr),
                     WBEM_E_NOT_SUPPORTED);
    assert_null(out);
    assert_int_equal(services->ExecMethod(nullptr, Text(L"Start"), 0, nullptr, nullptr, &out, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(services->ExecMethod(Text(L"Lab_Row.Id=1"), Text(L""), 0, nullptr, nullptr, &out, nullptr),
                     WBEM_E_INVALID_PARAMETER);
    assert_string_equal(last_error().c_str(), "strMethodName is empty");
    assert_int_equal(services->DeleteClass(nullptr, 0, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(services->DeleteInstance(Text(L""), 0, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    IEnumWbemClassObject *all = nullptr;
    assert_int_equal(services->ExecNotificationQuery(Text(L"SQL"), Text(EVENT), RI | FO, nullptr, &all),
                     WBEM_E_INVALID_QUERY_TYPE);
    services->Release();
}

void failures_leave_an_error_that_names_them(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    IEnumWbemClassObject *all = nullptr;
    IWbemClassObject *object = nullptr;
    assert_int_equal(services->ExecQuery(nullptr, Text(QUERY), 0, nullptr, &all), WBEM_E_INVALID_PARAMETER);
    assert_string_equal(last_error().c_str(), "strQueryLanguage is NULL");
    assert_int_equal(services->ExecQuery(Text(L"SQL"), Text(QUERY), 0, nullptr, &all), WBEM_E_INVALID_QUERY_TYPE);
    assert_string_equal(last_error().c_str(), "the query language is not WQL");
    assert_int_equal(services->ExecQuery(Text(LANGUAGE), Text(L""), 0, nullptr, &all), WBEM_E_INVALID_PARAMETER);
    assert_string_equal(last_error().c_str(), "strQuery is empty");
    assert_int_equal(services->ExecQuery(Text(LANGUAGE), Text(QUERY), 0, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_string_equal(last_error().c_str(), "ppEnum is NULL");
    assert_int_equal(services->ExecQuery(Text(LANGUAGE), Text(QUERY), 0x80000001, nullptr, &all), WBEM_E_INVALID_PARAMETER);
    assert_string_equal(last_error().c_str(), "ExecQuery does not take the flags 0x80000001");
    assert_int_equal(services->ExecQuery(Text(LANGUAGE), Text(L"SELECT * FROM Lab_Nothing"), 0, nullptr, &all),
                     WBEM_E_INVALID_CLASS);
    assert_true(last_error().find("Lab_Nothing") != std::string::npos);
    assert_int_equal(services->GetObject(Text(L"Lab_Row.Id=99"), 0, nullptr, &object, nullptr), WBEM_E_NOT_FOUND);
    assert_true(last_error() != "");
    assert_int_equal(services->GetObject(Text(L"Lab_Row.Id=1"), 0, nullptr, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(services->GetObject(Text(L"Lab_Row.="), 0, nullptr, &object, nullptr), WBEM_E_INVALID_OBJECT_PATH);
    assert_int_equal(services->GetObject(Text(L"\\\\.\\root\\other:Lab_Row.Id=1"), 0, nullptr, &object, nullptr),
                     WBEM_E_INVALID_NAMESPACE);
    assert_null(object);
    services->Release();
}

/* Of an asynchronous method the failure is its answer and nothing else. */
void asynchronous_methods_leave_no_error_on_the_thread(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record, 1);
    (void)last_error();
    assert_int_equal(ask(services, L"", sink), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(services->GetObjectAsync(nullptr, 0, nullptr, sink), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(services->DeleteClassAsync(Text(L"Lab_Row"), 0, nullptr, sink), WBEM_E_NOT_SUPPORTED);
    assert_string_equal(last_error().c_str(), "");
    sink->Release();
    services->Release();
}

/* -- connecting ----------------------------------------------------------------------------------------------------- */

void R2_1_names_of_namespaces(void **) {
    Engine engine;
    wchar_t host[300] = L"";
    char narrow[256] = "";
    assert_int_equal(gethostname(narrow, sizeof narrow - 1), 0);
    (void)swprintf(host, 300, L"\\\\%hs\\root\\lab", narrow);
    for (const wchar_t *name : {L"root\\lab", L"ROOT\\LAB", L"root/lab", L"\\\\.\\root\\lab", L"//./root/lab",
                                L"\\\\LocalHost\\root\\lab", L"\\\\127.0.0.1\\root\\lab", static_cast<const wchar_t *>(host)}) {
        IWbemServices *services = nullptr;
        assert_int_equal(try_connect(name, &services), WBEM_S_NO_ERROR);
        services->Release();
    }
    static const struct {
        const wchar_t *name;
        HRESULT answer;
    } refused[] = {{nullptr, WBEM_E_INVALID_PARAMETER},
                   {L"", WBEM_E_INVALID_PARAMETER},
                   {L"root\\nothing", WBEM_E_INVALID_NAMESPACE},
                   {L"root\\lab\\", WBEM_E_INVALID_NAMESPACE},
                   {L"\\\\", WBEM_E_INVALID_NAMESPACE},
                   {L"\\\\.", WBEM_E_INVALID_NAMESPACE},
                   {L"\\\\.\\", WBEM_E_INVALID_NAMESPACE},
                   {L"\\\\\\root\\lab", WBEM_E_INVALID_NAMESPACE},
                   {L"\\\\another.example\\root\\lab", static_cast<HRESULT>(0x800706BA)}};
    for (const auto &it : refused) {
        IWbemServices *services = reinterpret_cast<IWbemServices *>(16);
        assert_int_equal(try_connect(it.name, &services), it.answer);
        assert_null(services);
        assert_true(last_error() != "");
    }
}

void connecting_checks_who_asks_how_and_in_which_language(void **) {
    Engine engine;
    IWbemLocator *locator = nullptr;
    Text name(L"root\\lab"), user(L"somebody"), empty(L"");
    assert_int_equal(
        CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_INPROC_SERVER, IID_IWbemLocator, reinterpret_cast<void **>(&locator)),
        S_OK);
    struct {
        BSTR user, password, locale;
        long flags;
        BSTR authority;
        HRESULT answer;
    } cases[] = {{nullptr, nullptr, nullptr, 0, nullptr, 0},
                 {empty, empty, empty, 0, empty, 0},
                 {nullptr, nullptr, nullptr, WBEM_FLAG_CONNECT_USE_MAX_WAIT, nullptr, 0},
                 {nullptr, nullptr, nullptr, WBEM_FLAG_CONNECT_REPOSITORY_ONLY, nullptr, WBEM_E_INVALID_PARAMETER},
                 {nullptr, nullptr, nullptr, -1, nullptr, WBEM_E_INVALID_PARAMETER},
                 {user, nullptr, nullptr, 0, nullptr, WBEM_E_LOCAL_CREDENTIALS},
                 {nullptr, user, nullptr, 0, nullptr, WBEM_E_LOCAL_CREDENTIALS},
                 {nullptr, nullptr, nullptr, 0, user, WBEM_E_LOCAL_CREDENTIALS}};
    for (const auto &it : cases) {
        IWbemServices *services = nullptr;
        assert_int_equal(
            locator->ConnectServer(name, it.user, it.password, it.locale, it.flags, it.authority, nullptr, &services), it.answer);
        assert_int_equal(services != nullptr, it.answer == 0);
        drop(services);
    }
    for (const wchar_t *locale : {L"MS_409", L"ms_0409", L"MS_7F"}) {
        IWbemServices *services = nullptr;
        assert_int_equal(locator->ConnectServer(name, nullptr, nullptr, Text(locale), 0, nullptr, nullptr, &services), 0);
        drop(services);
    }
    for (const wchar_t *locale : {L"409", L"MS_", L"MS_40G", L"MS-409", L"M", L"en_US", L"MS_123456789"}) {
        IWbemServices *services = nullptr;
        assert_int_equal(locator->ConnectServer(name, nullptr, nullptr, Text(locale), 0, nullptr, nullptr, &services),
                         WBEM_E_INVALID_LOCALE);
    }
    assert_int_equal(locator->ConnectServer(name, nullptr, nullptr, nullptr, 0, nullptr, nullptr, nullptr),
                     WBEM_E_INVALID_PARAMETER);
    locator->Release();
}

uint64_t count_of(IEnumWbemClassObject *all, HRESULT *last = nullptr) {
    uint64_t count = 0;
    for (;;) {
        IWbemClassObject *object = nullptr;
        ULONG got = 0;
        HRESULT answer = all->Next(WBEM_INFINITE, 1, &object, &got);
        if (last) *last = answer;
        if (!got) break;
        object->Release();
        count++;
    }
    all->Release();
    return count;
}

/* How many rows a query has. */
uint64_t rows_of(IWbemServices *services, const wchar_t *query) {
    IEnumWbemClassObject *all = nullptr;
    assert_int_equal(services->ExecQuery(Text(LANGUAGE), Text(query), 0, nullptr, &all), WBEM_S_NO_ERROR);
    return count_of(all);
}

void a_namespace_is_opened_from_another_one(void **) {
    Engine engine;
    assert_int_equal(wql_engine_mof(engine.get(), "root/lab/below", wql_s("class Below { [key] uint32 Id; };"), nullptr), WQL_OK);
    IWbemServices *root = connect(L"root"), *opened = nullptr;
    IWbemCallResult *result = nullptr;
    long status = -1;
    assert_int_equal(root->OpenNamespace(Text(L"lab"), 0, nullptr, &opened, nullptr), WBEM_S_NO_ERROR);
    IWbemServices *lab = opened;
    assert_int_equal(rows_of(lab, QUERY), 11);
    for (const wchar_t *name : {L"below", L"BELOW", L"root\\lab\\below", L"\\\\.\\root\\lab\\below"}) {
        assert_int_equal(lab->OpenNamespace(Text(name), 0, nullptr, &opened, nullptr), WBEM_S_NO_ERROR);
        assert_int_equal(rows_of(opened, L"SELECT * FROM Below"), 0);
        opened->Release();
    }
    /* at once: the services come by the result, and so does a failure */
    assert_int_equal(lab->OpenNamespace(Text(L"below"), RI, nullptr, &opened, &result), WBEM_S_NO_ERROR);
    assert_null(opened);
    assert_int_equal(result->GetCallStatus(0, &status), WBEM_S_NO_ERROR);
    assert_int_equal(status, 0);
    assert_int_equal(result->GetResultServices(0, &opened), WBEM_S_NO_ERROR);
    assert_int_equal(rows_of(opened, L"SELECT * FROM Below"), 0);
    opened->Release();
    result->Release();
    assert_int_equal(lab->OpenNamespace(Text(L"nothing"), RI, nullptr, nullptr, &result), WBEM_S_NO_ERROR);
    assert_int_equal(result->GetCallStatus(0, &status), WBEM_S_NO_ERROR);
    assert_int_equal(static_cast<HRESULT>(status), WBEM_E_INVALID_NAMESPACE);
    assert_int_equal(result->GetResultServices(0, &opened), WBEM_E_INVALID_NAMESPACE);
    assert_string_equal(last_error().c_str(), "there is no namespace nothing");
    result->Release();
    /* refused */
    IWbemContext *context = nullptr;
    assert_int_equal(
        CoCreateInstance(CLSID_WbemContext, nullptr, CLSCTX_INPROC_SERVER, IID_IWbemContext, reinterpret_cast<void **>(&context)),
        S_OK);
    assert_int_equal(lab->OpenNamespace(Text(L"below"), 0, context, &opened, nullptr), WBEM_E_INVALID_PARAMETER);
    context->Release();
    assert_int_equal(lab->OpenNamespace(Text(L"nothing"), 0, nullptr, &opened, nullptr), WBEM_E_INVALID_NAMESPACE);
    assert_null(opened);
    assert_int_equal(lab->OpenNamespace(Text(L""), 0, nullptr, &opened, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(lab->OpenNamespace(Text(L"below"), 0, nullptr, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(lab->OpenNamespace(Text(L"\\\\another.example\\root"), 0, nullptr, &opened, nullptr),
                     static_cast<HRESULT>(0x800706BA));
    assert_true(last_error().find("other machines") != std::string::npos);
    lab->Release();
    root->Release();
}

/* -- enumerations --------------------------------------------------------------------------------------------------- */

const char FAMILY[] =
    "class Top { [key] uint32 Id; }; class Middle : Top { string Text; }; class Bottom : Middle { };"
    "class Beside : Top { }; class Alone { [key] string Name; };"
    "instance of Top { Id = 1; }; instance of Middle { Id = 2; Text = \"m\"; }; instance of Bottom { Id = 3; };";

std::vector<std::wstring> names_of(IEnumWbemClassObject *all, const wchar_t *property) {
    std::vector<std::wstring> names;
    for (;;) {
        IWbemClassObject *object = nullptr;
        ULONG got = 0;
        (void)all->Next(WBEM_INFINITE, 1, &object, &got);
        if (!got) break;
        names.push_back(text_of(object, property));
        object->Release();
    }
    all->Release();
    return names;
}

using Names = std::vector<std::wstring>;

void class_enumerations_are_deep_or_shallow_and_leave_the_superclass_out(void **) {
    Engine engine;
    assert_int_equal(wql_engine_mof(engine.get(), "root/family", wql_s(FAMILY), nullptr), WQL_OK);
    IWbemServices *services = connect(L"root\\family");
    struct {
        const wchar_t *superclass;
        long flags;
        Names names;
    } cases[] = {{L"Top", 0, {L"Beside", L"Bottom", L"Middle"}},
                 {L"tOP", SH, {L"Beside", L"Middle"}},
                 {L"Middle", 0, {L"Bottom"}},
                 {L"Middle", SH | RI | FO, {L"Bottom"}},
                 {L"Bottom", 0, {}},
                 {L"Alone", SH, {}}};
    for (const auto &it : cases) {
        Record record;
        IEnumWbemClassObject *all = nullptr;
        assert_int_equal(services->CreateClassEnum(Text(it.superclass), it.flags, nullptr, &all), WBEM_S_NO_ERROR);
        Names names = names_of(all, L"__CLASS");
        assert_true(names == it.names);
        assert_int_equal(services->CreateClassEnumAsync(Text(it.superclass), it.flags & SH, nullptr, new Sink(record)), 0);
        assert_true(record.ended());
        assert_promises(record);
        assert_int_equal(record.result, WBEM_S_NO_ERROR);
        assert_int_equal(record.rows, it.names.size());
    }
    for (const wchar_t *nothing : {static_cast<const wchar_t *>(nullptr), L""}) {
        IEnumWbemClassObject *all = nullptr;
        assert_int_equal(services->CreateClassEnum(Text(nothing), SH, nullptr, &all), WBEM_S_NO_ERROR);
        Names top = names_of(all, L"__CLASS");
        assert_int_equal(services->CreateClassEnum(Text(nothing), 0, nullptr, &all), WBEM_S_NO_ERROR);
        Names every = names_of(all, L"__CLASS");
        auto has = [](const Names &names, const wchar_t *name) {
            for (const std::wstring &it : names)
                if (it == name) return true;
            return false;
        };
        assert_true(has(top, L"Top") && has(top, L"Alone") && has(top, L"__SystemClass"));
        assert_false(has(top, L"Middle") || has(top, L"Bottom"));
        assert_true(has(every, L"Top") && has(every, L"Bottom") && has(every, L"Alone"));
        assert_true(every.size() > top.size());
    }
    services->Release();
}

void a_superclass_that_is_not_there_is_an_error_in_every_form(void **) {
    Engine engine;
    assert_int_equal(wql_engine_mof(engine.get(), "root/family", wql_s(FAMILY), nullptr), WQL_OK);
    IWbemServices *services = connect(L"root\\family");
    for (long flags : {0l, SH}) {
        Record record;
        IEnumWbemClassObject *all = nullptr;
        IWbemClassObject *object = nullptr;
        ULONG got = 0;
        assert_int_equal(services->CreateClassEnum(Text(L"Nothing"), flags, nullptr, &all), WBEM_E_INVALID_CLASS);
        assert_null(all);
        assert_int_equal(services->CreateClassEnum(Text(L"Nothing"), flags | RI, nullptr, &all), WBEM_S_NO_ERROR);
        assert_int_equal(all->Next(WBEM_INFINITE, 1, &object, &got), WBEM_E_INVALID_CLASS);
        all->Release();
        assert_int_equal(services->CreateClassEnumAsync(Text(L"Nothing"), flags, nullptr, new Sink(record)), WBEM_S_NO_ERROR);
        assert_true(record.ended());
        assert_promises(record);
        assert_int_equal(record.result, WBEM_E_INVALID_CLASS);
        assert_int_equal(record.rows, 0);
    }
    services->Release();
}

/* As many classes as a query may not have comparisons. */
void a_class_with_very_many_subclasses_is_enumerated(void **) {
    Engine engine;
    std::string mof = "class Top { [key] uint32 Id; };";
    for (int i = 0; i < 1500; i++) mof += "class Sub" + std::to_string(i) + " : Top { };";
    assert_int_equal(wql_engine_mof(engine.get(), "root/many", wql_s(mof.c_str()), nullptr), WQL_OK);
    IWbemServices *services = connect(L"root\\many");
    IEnumWbemClassObject *all = nullptr;
    assert_int_equal(services->CreateClassEnum(Text(L"Top"), 0, nullptr, &all), WBEM_S_NO_ERROR);
    assert_int_equal(count_of(all), 1500);
    services->Release();
}

void instance_enumerations_are_deep_or_shallow(void **) {
    Engine engine;
    assert_int_equal(wql_engine_mof(engine.get(), "root/family", wql_s(FAMILY), nullptr), WQL_OK);
    IWbemServices *services = connect(L"root\\family");
    struct {
        const wchar_t *name;
        long flags;
        uint64_t count;
    } cases[] = {{L"Top", 0, 3},          {L"Top", SH, 1},    {L"middle", 0, 2},
                 {L"Middle", SH | RI, 1}, {L"Middle", DR, 1}, {L"Beside", 0, 0}};
    for (const auto &it : cases) {
        Record record;
        IEnumWbemClassObject *all = nullptr;
        assert_int_equal(services->CreateInstanceEnum(Text(it.name), it.flags, nullptr, &all), WBEM_S_NO_ERROR);
        assert_int_equal(count_of(all), it.count);
        assert_int_equal(services->CreateInstanceEnumAsync(Text(it.name), it.flags & ~RI, nullptr, new Sink(record)), 0);
        assert_true(record.ended());
        assert_int_equal(record.rows, it.count);
    }
    IEnumWbemClassObject *all = nullptr;
    assert_int_equal(services->CreateInstanceEnum(Text(L"Nothing"), 0, nullptr, &all), WBEM_E_INVALID_CLASS);
    assert_int_equal(services->CreateInstanceEnum(Text(L"META_class"), 0, nullptr, &all), WBEM_E_INVALID_CLASS);
    /* an object of a deep enumeration is whole */
    assert_int_equal(services->CreateInstanceEnum(Text(L"Top"), 0, nullptr, &all), WBEM_S_NO_ERROR);
    Names texts = names_of(all, L"Text");
    bool found = false;
    for (const std::wstring &text : texts) found = found || text == L"m";
    assert_true(found);
    services->Release();
}

void nothing_can_be_injected_into_the_query_of_an_enumeration(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    for (const wchar_t *name :
         {L"Lab_Row WHERE Id = 1", L"Lab_Row--", L"Lab_Row'", L"' OR '1' = '1", L"Lab_Row, Lab_Other", L"1Lab", L"Lab.Row",
          L" Lab_Row", L"Lab_Row ", L"Lab\\Row", L"{Lab_Row}", L"Lab_Row\n", L"*", L"%"}) {
        IEnumWbemClassObject *all = nullptr;
        assert_int_equal(services->CreateInstanceEnum(Text(name), 0, nullptr, &all), WBEM_E_INVALID_PARAMETER);
        assert_string_equal(last_error().c_str(), "strFilter is no name of a class");
        assert_int_equal(services->CreateClassEnum(Text(name), 0, nullptr, &all), WBEM_E_INVALID_PARAMETER);
        assert_string_equal(last_error().c_str(), "strSuperclass is no name of a class");
    }
    services->Release();
}

/* -- objects -------------------------------------------------------------------------------------------------------- */

void instances_and_classes_are_got_by_their_paths(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    IWbemClassObject *object = nullptr;
    IWbemCallResult *result = nullptr;
    assert_int_equal(services->GetObject(Text(L"Lab_Row.Id=3"), AM, nullptr, &object, nullptr), WBEM_S_NO_ERROR);
    assert_true(text_of(object, L"Text") == L"row 3");
    assert_int_equal(number_of(object, L"__GENUS"), 2);
    object->Release();
    assert_int_equal(services->GetObject(Text(L"Lab_Row"), 0, nullptr, &object, nullptr), WBEM_S_NO_ERROR);
    assert_int_equal(number_of(object, L"__GENUS"), 1);
    assert_true(text_of(object, L"__CLASS") == L"Lab_Row");
    object->Release();
    /* an instance of a derived class is one of the class; not with WBEM_FLAG_DIRECT_READ */
    assert_int_equal(services->GetObject(Text(L"Lab_Row.Id=4000000"), 0, nullptr, &object, nullptr), WBEM_S_NO_ERROR);
    assert_true(text_of(object, L"__CLASS") == L"Lab_Other");
    object->Release();
    assert_int_equal(services->GetObject(Text(L"Lab_Row.Id=4000000"), DR, nullptr, &object, nullptr), WBEM_E_NOT_FOUND);
    assert_null(object);
    assert_int_equal(services->GetObject(Text(L"Lab_Row.Id=5"), RI, nullptr, nullptr, &result), WBEM_S_NO_ERROR);
    assert_int_equal(result->GetResultObject(WBEM_INFINITE, &object), WBEM_S_NO_ERROR);
    assert_true(text_of(object, L"Text") == L"row 5");
    object->Release();
    result->Release();
    /* no path: an object to be filled */
    for (const wchar_t *nothing : {static_cast<const wchar_t *>(nullptr), L""}) {
        assert_int_equal(services->GetObject(Text(nothing), 0, nullptr, &object, nullptr), WBEM_S_NO_ERROR);
        assert_non_null(object);
        object->Release();
        assert_int_equal(services->GetObject(Text(nothing), RI, nullptr, nullptr, &result), WBEM_E_INVALID_PARAMETER);
    }
    services->Release();
}

void flags_of_reading_methods_mean_what_they_say(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    IEnumWbemClassObject *all = nullptr;
    IWbemClassObject *object = nullptr;
    ULONG got = 0;
    BSTR wql = SysAllocString(LANGUAGE);
    /* the rows of the class alone */
    assert_int_equal(services->ExecQuery(wql, Text(QUERY), DR, nullptr, &all), WBEM_S_NO_ERROR);
    assert_int_equal(count_of(all), 10);
    /* a class in place of rows */
    unsigned before = engine.scans;
    assert_int_equal(services->ExecQuery(wql, Text(L"SELECT Text FROM Lab_Row"), PT, nullptr, &all), WBEM_S_NO_ERROR);
    assert_int_equal(all->Next(WBEM_INFINITE, 1, &object, &got), WBEM_S_NO_ERROR);
    assert_int_equal(number_of(object, L"__GENUS"), 1);
    assert_int_equal(number_of(object, L"__PROPERTY_COUNT"), 1);
    object->Release();
    assert_int_equal(count_of(all), 0);
    assert_int_equal(engine.scans.load(), before);
    /* the path, though the key is not asked for */
    for (long flags : {0l, EL}) {
        assert_int_equal(services->ExecQuery(wql, Text(L"SELECT Text FROM Lab_Row WHERE Id = 3"), flags, nullptr, &all), 0);
        assert_int_equal(all->Next(WBEM_INFINITE, 1, &object, &got), WBEM_S_NO_ERROR);
        assert_true(text_of(object, L"__RELPATH") == (flags ? L"Lab_Row.Id=3" : L""));
        object->Release();
        all->Release();
    }
    SysFreeString(wql);
    services->Release();
}

/* -- contexts ------------------------------------------------------------------------------------------------------- */

void values_of_a_context_travel_to_the_provider_as_they_were(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    IWbemContext *context = nullptr;
    VARIANT value;
    std::wstring seen;
    assert_int_equal(
        CoCreateInstance(CLSID_WbemContext, nullptr, CLSCTX_INPROC_SERVER, IID_IWbemContext, reinterpret_cast<void **>(&context)),
        S_OK);
    VariantInit(&value);
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(L"green");
    assert_int_equal(context->SetValue(L"Color", 0, &value), S_OK);
    (void)VariantClear(&value);
    IEnumWbemClassObject *all = nullptr;
    assert_int_equal(services->ExecQuery(Text(LANGUAGE), Text(L"SELECT * FROM Lab_Context"), RI, context, &all), WBEM_S_NO_ERROR);
    Sink *sink = new Sink(record);
    sink->on_indicate = [&](long, IWbemClassObject **objects) {
        seen = text_of(objects[0], L"Text");
        return WBEM_S_NO_ERROR;
    };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Context", sink, 0, context), WBEM_S_NO_ERROR);
    assert_int_equal(context->DeleteAll(), S_OK); /* a call has its own copy */
    assert_true(names_of(all, L"Text") == Names{L"green"});
    assert_true(record.ended());
    assert_true(seen == L"green");
    assert_int_equal(services->CreateInstanceEnum(Text(L"Lab_Context"), 0, context, &all), WBEM_S_NO_ERROR);
    assert_true(names_of(all, L"Text") == Names{L""});
    context->Release();
    services->Release();
}

/* -- one result in all forms ---------------------------------------------------------------------------------------- */

void R7_1_an_asynchronous_call_ends_as_the_synchronous_one_does(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    for (const wchar_t *query :
         {L"SELECT * FROM Lab_Row", L"SELECT Id FROM Lab_Row WHERE Text LIKE '%1%'", L"SELECT * FROM Lab_Failing",
          L"SELECT * FROM meta_class", L"SELECT", L"SELECT * FROM Lab_Nothing", L"SELECT * FROM Lab_Row WHERE Nothing = 1",
          L"ASSOCIATORS OF {Lab_Row.Id=1}", L"REFERENCES OF {Lab_Row.Id=77}", L"SELECT * FROM __InstanceCreationEvent WITHIN 1",
          L"ASSOCIATORS OF {Lab_Row.=}"}) {
        Record record;
        IEnumWbemClassObject *all = nullptr;
        HRESULT last = E_PENDING;
        uint64_t rows = 0;
        assert_int_equal(ask(services, query, new Sink(record)), WBEM_S_NO_ERROR);
        assert_true(record.ended());
        assert_promises(record);
        assert_int_equal(services->ExecQuery(Text(LANGUAGE), Text(query), RI | FO, nullptr, &all), WBEM_S_NO_ERROR);
        rows = count_of(all, &last);
        assert_int_equal(record.rows, rows);
        assert_int_equal(record.result, last == WBEM_S_FALSE ? 0 : last);
        HRESULT whole = services->ExecQuery(Text(LANGUAGE), Text(query), 0, nullptr, &all);
        if (SUCCEEDED(whole)) all->Release();
        assert_int_equal(whole, record.result);
    }
    services->Release();
}

} // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(R4_7_each_method_takes_its_own_flags_and_those_that_are_ignored),
        cmocka_unit_test(flags_that_exclude_each_other_are_refused_together),
        cmocka_unit_test(flags_of_a_pulled_call_are_refused_by_asynchronous_methods),
        cmocka_unit_test(a_call_that_returns_at_once_needs_a_place_for_its_result),
        cmocka_unit_test(what_is_not_served_yet_says_so_and_leaves_nothing),
        cmocka_unit_test(failures_leave_an_error_that_names_them),
        cmocka_unit_test(asynchronous_methods_leave_no_error_on_the_thread),
        cmocka_unit_test(R2_1_names_of_namespaces),
        cmocka_unit_test(connecting_checks_who_asks_how_and_in_which_language),
        cmocka_unit_test(a_namespace_is_opened_from_another_one),
        cmocka_unit_test(class_enumerations_are_deep_or_shallow_and_leave_the_superclass_out),
        cmocka_unit_test(a_superclass_that_is_not_there_is_an_error_in_every_form),
        cmocka_unit_test(a_class_with_very_many_subclasses_is_enumerated),
        cmocka_unit_test(instance_enumerations_are_deep_or_shallow),
        cmocka_unit_test(nothing_can_be_injected_into_the_query_of_an_enumeration),
        cmocka_unit_test(instances_and_classes_are_got_by_their_paths),
        cmocka_unit_test(flags_of_reading_methods_mean_what_they_say),
        cmocka_unit_test(values_of_a_context_travel_to_the_provider_as_they_were),
        cmocka_unit_test(R7_1_an_asynchronous_call_ends_as_the_synchronous_one_does),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
