/* SPDX-License-Identifier: MIT */
/* test_process.cc: who has joined COM and how; what an apartment's thread lets run, and when; clients that leave early, late, too
 * often or never. */
#include "call_lab.h"

#include "../../wbem/host.h"
#include "../../wbem/process.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lab;

namespace {

/* Runs on a thread of its own, to its end. Asserts nothing there: what happened is looked at here. */
void elsewhere(const std::function<void()> &body) {
    std::thread thread(body);
    thread.join();
}

HRESULT make(REFCLSID id, REFIID riid) {
    IUnknown *object = nullptr;
    HRESULT done = CoCreateInstance(id, nullptr, CLSCTX_ALL, riid, reinterpret_cast<void **>(&object));
    if (object) object->Release();
    return done;
}

HRESULT make_one() { return make(CLSID_WbemLocator, IID_IWbemLocator); }

bool has_ended(Record &record) {
    std::lock_guard<std::mutex> hold(record.lock);
    return record.releases > 0;
}

/* -- joining and leaving --------------------------------------------------------------------------------------------- */

void a_thread_counts_and_keeps_its_mode(void **) {
    std::vector<HRESULT> codes;
    unsigned in[3];
    elsewhere([&] {
        codes.push_back(CoInitializeEx(nullptr, COINIT_MULTITHREADED));
        codes.push_back(CoInitializeEx(nullptr, COINIT_MULTITHREADED | COINIT_SPEED_OVER_MEMORY));
        codes.push_back(CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED)); /* not counted */
        codes.push_back(CoInitialize(nullptr));
        in[0] = wbem::threads_in();
        CoUninitialize();
        in[1] = wbem::threads_in();
        CoUninitialize();
        in[2] = wbem::threads_in();
        codes.push_back(CoInitialize(nullptr)); /* now it may have the other one */
        codes.push_back(CoInitializeEx(nullptr, COINIT_MULTITHREADED));
        codes.push_back(CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE));
        CoUninitialize();
        CoUninitialize();
        codes.push_back(CoInitializeEx(&in, 0));
        codes.push_back(CoInitializeEx(nullptr, 1));
        codes.push_back(CoInitializeEx(nullptr, 0x12));
    });
    const HRESULT wanted[] = {S_OK,    S_FALSE,      RPC_E_CHANGED_MODE, RPC_E_CHANGED_MODE, S_OK, RPC_E_CHANGED_MODE,
                              S_FALSE, E_INVALIDARG, E_INVALIDARG,       E_INVALIDARG};
    assert_int_equal(codes.size(), sizeof wanted / sizeof wanted[0]);
    for (size_t i = 0; i < codes.size(); i++) assert_int_equal(codes[i], wanted[i]);
    assert_int_equal(in[0], 1);
    assert_int_equal(in[1], 1);
    assert_int_equal(in[2], 0);
    assert_int_equal(wbem::threads_in(), 0);
}

void one_couninitialize_too_many_does_nothing(void **) {
    HRESULT after = S_OK, again = S_FALSE;
    CoUninitialize();
    elsewhere([&] {
        CoUninitialize();
        CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        CoUninitialize();
        CoUninitialize();
        after = make_one();
        again = CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        CoUninitialize();
    });
    assert_int_equal(after, CO_E_NOTINITIALIZED);
    assert_int_equal(again, S_OK);
    assert_int_equal(wbem::threads_in(), 0);
}

void objects_are_made_where_a_thread_is_in_or_others_are_in_the_multithreaded_mode(void **) {
    Event joined, left;
    HRESULT alone = make_one(), beside_apartment = S_OK, beside = E_FAIL;
    std::thread apartment([&] {
        CoInitialize(nullptr);
        joined.set();
        left.wait();
        CoUninitialize();
    });
    assert_true(joined.wait());
    beside_apartment = make_one();
    left.set();
    apartment.join();
    Event joined_too, left_too;
    std::thread other([&] {
        CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        joined_too.set();
        left_too.wait();
        CoUninitialize();
    });
    assert_true(joined_too.wait());
    beside = make_one();
    left_too.set();
    other.join();
    assert_int_equal(alone, CO_E_NOTINITIALIZED);
    assert_int_equal(beside_apartment, CO_E_NOTINITIALIZED);
    assert_int_equal(beside, S_OK);
    assert_int_equal(make_one(), CO_E_NOTINITIALIZED);
}

void classes_that_are_there_are_made_and_others_are_not(void **) {
    void *out = &out;
    IUnknown *outer = reinterpret_cast<IUnknown *>(&out);
    static const struct {
        const CLSID *id;
        const IID *iid;
    } classes[] = {{&CLSID_WbemLocator, &IID_IWbemLocator},
                   {&CLSID_WbemAdministrativeLocator, &IID_IWbemLocator},
                   {&CLSID_WbemAuthenticatedLocator, &IID_IWbemLocator},
                   {&CLSID_WbemUnauthenticatedLocator, &IID_IWbemLocator},
                   {&CLSID_WbemContext, &IID_IWbemContext},
                   {&CLSID_WbemClassObject, &IID_IWbemClassObject},
                   {&CLSID_UnsecuredApartment, &IID_IUnsecuredApartment},
                   {&CLSID_WbemUnsecuredApartment, &IID_IWbemUnsecuredApartment},
                   {&CLSID_WbemStatusCodeText, &IID_IWbemStatusCodeText}};
    assert_int_equal(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
    for (const auto &each : classes) {
        assert_int_equal(make(*each.id, *each.iid), S_OK);
        assert_int_equal(make(*each.id, IID_IUnknown), S_OK);
        assert_int_equal(make(*each.id, IID_IWbemServices), E_NOINTERFACE);
    }
    assert_int_equal(make(IID_IWbemServices, IID_IUnknown), REGDB_E_CLASSNOTREG);
    assert_int_equal(CoCreateInstance(CLSID_WbemLocator, outer, CLSCTX_ALL, IID_IUnknown, &out), CLASS_E_NOAGGREGATION);
    assert_null(out);
    out = &out;
    assert_int_equal(CoCreateInstance(CLSID_WbemLocator, nullptr, 0, IID_IUnknown, &out), E_INVALIDARG);
    assert_null(out);
    assert_int_equal(CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_INPROC_HANDLER, IID_IUnknown, &out), E_INVALIDARG);
    assert_int_equal(CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_LOCAL_SERVER, IID_IUnknown, nullptr), E_POINTER);
    CoUninitialize();
}

/* -- security ------------------------------------------------------------------------------------------------------ */

void R2_4_security_is_settled_once_in_a_process_and_a_second_time_does_no_harm(void **) {
    SOLE_AUTHENTICATION_SERVICE service = {RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, nullptr, E_FAIL};
    auto settle = [&](LONG count, SOLE_AUTHENTICATION_SERVICE *services, DWORD authentication, DWORD impersonation,
                      DWORD capabilities, void *reserved) {
        return CoInitializeSecurity(nullptr, count, services, reserved, authentication, impersonation, nullptr, capabilities,
                                    nullptr);
    };
    HRESULT other = S_OK;
    assert_int_equal(settle(-1, nullptr, 0, 3, EOAC_NONE, nullptr), CO_E_NOTINITIALIZED);
    assert_int_equal(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
    assert_int_equal(settle(-2, nullptr, 0, 3, EOAC_NONE, nullptr), E_INVALIDARG);
    assert_int_equal(settle(1, nullptr, 0, 3, EOAC_NONE, nullptr), E_INVALIDARG);
    assert_int_equal(settle(-1, nullptr, 7, 3, EOAC_NONE, nullptr), E_INVALIDARG);
    assert_int_equal(settle(-1, nullptr, 0, 5, EOAC_NONE, nullptr), E_INVALIDARG);
    assert_int_equal(settle(-1, nullptr, 0, 3, 0x10, nullptr), E_INVALIDARG);
    assert_int_equal(settle(-1, nullptr, 0, 3, EOAC_NONE, &service), E_INVALIDARG);
    assert_false(wbem::security_is_settled()); /* none of these counts */
    assert_int_equal(settle(1, &service, RPC_C_AUTHN_LEVEL_PKT_PRIVACY, 4, EOAC_DEFAULT | EOAC_DYNAMIC_CLOAKING, nullptr), S_OK);
    assert_int_equal(service.hr, S_OK);
    assert_true(wbem::security_is_settled());
    assert_int_equal(settle(-1, nullptr, 0, 3, EOAC_NONE, nullptr), RPC_E_TOO_LATE);
    elsewhere([&] { other = settle(-1, nullptr, 0, 3, EOAC_NONE, nullptr); });
    assert_int_equal(other, RPC_E_TOO_LATE);
    CoUninitialize();
    assert_int_equal(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
    assert_int_equal(settle(-1, nullptr, 0, 3, EOAC_NONE, nullptr), RPC_E_TOO_LATE); /* the process's, not the thread's */
    CoUninitialize();
}

void a_blanket_is_checked(void **) {
    assert_int_equal(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
    IUnknown *object = nullptr;
    assert_int_equal(CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_ALL, IID_IUnknown, reinterpret_cast<void **>(&object)),
                     S_OK);
    auto blanket = [](IUnknown *proxy, DWORD service, DWORD authorization, DWORD level, DWORD impersonation, DWORD capabilities) {
        return CoSetProxyBlanket(proxy, service, authorization, COLE_DEFAULT_PRINCIPAL, level, impersonation, nullptr,
                                 capabilities);
    };
    assert_int_equal(blanket(object, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, 3, 3, EOAC_NONE), S_OK);
    assert_int_equal(blanket(object, RPC_C_AUTHN_DEFAULT, RPC_C_AUTHZ_DEFAULT, 0, 0, EOAC_DEFAULT), S_OK);
    assert_int_equal(blanket(nullptr, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, 3, 3, EOAC_NONE), E_INVALIDARG);
    assert_int_equal(blanket(object, 3, RPC_C_AUTHZ_NONE, 3, 3, EOAC_NONE), E_INVALIDARG);
    assert_int_equal(blanket(object, RPC_C_AUTHN_WINNT, 3, 3, 3, EOAC_NONE), E_INVALIDARG);
    assert_int_equal(blanket(object, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, 7, 3, EOAC_NONE), E_INVALIDARG);
    assert_int_equal(blanket(object, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, 3, 5, EOAC_NONE), E_INVALIDARG);
    assert_int_equal(blanket(object, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, 3, 3, 0x8000), E_INVALIDARG);
    assert_int_equal(CoImpersonateClient(), S_OK);
    assert_int_equal(CoRevertToSelf(), S_OK);
    object->Release();
    CoUninitialize();
}

/* -- error objects of threads -------------------------------------------------------------------------------------- */

class Info : public IErrorInfo {
  public:
    HRESULT QueryInterface(REFIID, void **out) override {
        *out = nullptr;
        return E_NOINTERFACE;
    }
    ULONG AddRef() override { return ++refs; }
    ULONG Release() override { return --refs; }
    HRESULT GetGUID(GUID *) override { return E_NOTIMPL; }
    HRESULT GetSource(BSTR *) override { return E_NOTIMPL; }
    HRESULT GetDescription(BSTR *) override { return E_NOTIMPL; }
    HRESULT GetHelpFile(BSTR *) override { return E_NOTIMPL; }
    HRESULT GetHelpContext(DWORD *) override { return E_NOTIMPL; }
    std::atomic<ULONG> refs{1};
};

void error_objects_are_the_threads_and_go_with_it(void **) {
    Info info;
    IErrorInfo *seen = &info;
    ULONG inside = 0, after_last = 0;
    HRESULT got = S_OK;
    SetErrorInfo(0, &info);
    elsewhere([&] { got = GetErrorInfo(0, &seen); });
    assert_int_equal(got, S_FALSE);
    assert_null(seen);
    elsewhere([&] {
        CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        SetErrorInfo(0, &info);
        inside = info.refs;
        CoUninitialize();
        after_last = info.refs;
        CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED);
        SetErrorInfo(0, &info); /* and ends without a word */
    });
    elsewhere([&] { SetErrorInfo(0, &info); }); /* without having joined, as a worker inside a callback */
    assert_int_equal(inside, 3);
    assert_int_equal(after_last, 2);
    assert_int_equal(info.refs, 2);
    assert_int_equal(GetErrorInfo(0, &seen), S_OK);
    seen->Release();
    assert_int_equal(info.refs, 1);
}

/* Its own destructor comes when what a thread has of COM is gone already. */
struct Late {
    Info *info = nullptr;
    ~Late() {
        if (info) SetErrorInfo(0, info);
    }
};
thread_local Late late;

void nothing_is_kept_for_a_thread_that_ends(void **) {
    Engine engine;
    Info info;
    Record record;
    elsewhere([&] {
        late.info = &info;
        CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        CoUninitialize();
    });
    assert_int_equal(info.refs, 1);
    elsewhere([&] {
        Sink *sink = new Sink(record);
        CoInitialize(nullptr);
        IWbemServices *services = connect(L"root\\lab");
        sink->on_final = [&](HRESULT, IWbemClassObject *) { return SetErrorInfo(0, &info); };
        ask(services, L"SELECT * FROM Lab_Endless", sink);
        services->Release(); /* the thread ends without a word, and the last callback comes as it does */
    });
    assert_promises(record);
    assert_int_equal(info.refs, 1);
}

/* -- apartments ---------------------------------------------------------------------------------------------------- */

void outside_of_an_apartment_there_is_nothing_to_poll_or_run(void **) {
    int fd[2] = {0, 0};
    HRESULT ran[2] = {S_OK, S_OK};
    elsewhere([&] {
        fd[0] = wbem_apartment_fd();
        ran[0] = wbem_apartment_run(0);
        CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        fd[1] = wbem_apartment_fd();
        ran[1] = wbem_apartment_run(0);
        CoUninitialize();
    });
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fd[i], -1);
        assert_int_equal(ran[i], CO_E_NOTINITIALIZED);
    }
}

void an_event_loop_polls_and_runs_an_apartment(void **) {
    Engine engine;
    Record record;
    int polled = -1, idle_before = -1, idle_after = -1;
    HRESULT nothing = S_OK, submitted = E_FAIL;
    std::thread::id mine;
    elsewhere([&] {
        mine = std::this_thread::get_id();
        CoInitialize(nullptr);
        nothing = wbem_apartment_run(10);
        struct pollfd wait = {wbem_apartment_fd(), POLLIN, 0};
        idle_before = poll(&wait, 1, 0);
        IWbemServices *services = connect(L"root\\lab");
        submitted = ask(services, L"SELECT * FROM Lab_Row", new Sink(record));
        while (!has_ended(record) && (polled = poll(&wait, 1, 60000)) == 1)
            while (wbem_apartment_run(1) == S_OK) {}
        idle_after = poll(&wait, 1, 0);
        services->Release();
        CoUninitialize();
    });
    assert_int_equal(nothing, S_FALSE);
    assert_int_equal(idle_before, 0);
    assert_int_equal(submitted, WBEM_S_NO_ERROR);
    assert_int_equal(polled, 1);
    assert_int_equal(idle_after, 0);
    assert_int_equal(record.result, WBEM_S_NO_ERROR);
    assert_int_equal(record.rows, 11); /* with the one of the class that derives from it */
    assert_true(record.data_thread == mine && record.final_thread == mine);
    assert_promises(record);
}

void one_apartment_runs_the_calls_of_two_engines(void **) {
    Engine first;
    Record of_first, of_second;
    HRESULT taken = S_OK;
    std::unique_ptr<Engine> second;
    elsewhere([&] {
        CoInitialize(nullptr);
        IWbemServices *services = connect(L"root\\lab");
        taken = wbem_host_engine(nullptr); /* an interface of it is still held */
        second.reset(new Engine);
        IWbemServices *others = connect(L"root\\lab");
        ask(services, L"SELECT * FROM Lab_Endless", new Sink(of_first));
        Sink *sink = new Sink(of_second);
        ask(others, L"SELECT * FROM Lab_Row", sink);
        while (!has_ended(of_second)) Sleep(1); /* an endless one does not starve it */
        Sleep(0);
        services->Release();
        others->Release();
        CoUninitialize();
    });
    assert_int_equal(taken, S_FALSE);
    assert_int_equal(of_second.result, WBEM_S_NO_ERROR);
    assert_int_equal(of_first.result, WBEM_E_CALL_CANCELLED);
    assert_true(of_first.rows > 0);
    assert_true(of_first.final_thread == of_second.final_thread);
    assert_promises(of_first);
    assert_promises(of_second);
}

void a_callback_may_leave_the_apartment_that_it_came_from(void **) {
    Engine engine;
    Record record;
    unsigned inside = 0, after = 1;
    HRESULT submitted = E_FAIL, again = E_FAIL;
    elsewhere([&] {
        CoInitialize(nullptr);
        IWbemServices *services = connect(L"root\\lab");
        Sink *sink = new Sink(record);
        bool once = true;
        sink->on_indicate = [&](long, IWbemClassObject **) {
            if (once) CoUninitialize();
            once = false;
            inside = wbem::threads_in(); /* its pump is still there */
            return WBEM_S_NO_ERROR;
        };
        submitted = ask(services, L"SELECT * FROM Lab_Endless", sink);
        while (!has_ended(record)) Sleep(1000);
        after = wbem::threads_in();
        again = CoInitializeEx(nullptr, COINIT_MULTITHREADED); /* it has left, so it has no mode */
        services->Release();
        CoUninitialize();
    });
    assert_int_equal(submitted, WBEM_S_NO_ERROR);
    assert_int_equal(inside, 1);
    assert_int_equal(after, 0);
    assert_int_equal(again, S_OK);
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    assert_promises(record);
}

void a_callback_may_sleep_and_nothing_else_of_its_apartment_runs_meanwhile(void **) {
    Engine engine;
    Record record, other;
    bool quiet = true;
    HRESULT ran = E_FAIL;
    elsewhere([&] {
        CoInitialize(nullptr);
        IWbemServices *services = connect(L"root\\lab");
        Sink *sink = new Sink(record);
        sink->on_indicate = [&](long, IWbemClassObject **) {
            ask(services, L"SELECT * FROM Lab_Row", new Sink(other));
            Sleep(20);
            ran = wbem_apartment_run(20);
            std::lock_guard<std::mutex> hold(other.lock);
            quiet = quiet && !other.indicates && !other.finals;
            return WBEM_S_NO_ERROR;
        };
        ask(services, L"SELECT * FROM Lab_Other", sink);
        while (!has_ended(record) || !has_ended(other)) Sleep(5);
        services->Release();
        CoUninitialize();
    });
    assert_true(quiet);
    assert_int_equal(ran, S_FALSE);
    assert_int_equal(other.result, WBEM_S_NO_ERROR);
    assert_promises(record);
    assert_promises(other);
}

/* What comes in the last CoUninitialize can do what everything else can. */
void the_last_status_may_come_in_again_and_ask_anew(void **) {
    Engine engine;
    Record record, second;
    HRESULT in_final = E_FAIL, made = E_FAIL, mode = E_FAIL;
    elsewhere([&] {
        CoInitialize(nullptr);
        IWbemServices *services = connect(L"root\\lab");
        Sink *sink = new Sink(record);
        sink->on_final = [&](HRESULT, IWbemClassObject *) {
            CoUninitialize(); /* one too many: the last one is on its way */
            made = make_one();
            in_final = CoInitialize(nullptr);
            return WBEM_S_NO_ERROR;
        };
        ask(services, L"SELECT * FROM Lab_Endless", sink);
        Sleep(1);
        CoUninitialize();
        mode = CoInitializeEx(nullptr, COINIT_MULTITHREADED); /* it is still in, by the callback's word */
        ask(services, L"SELECT * FROM Lab_Row", new Sink(second));
        while (!has_ended(second)) Sleep(1);
        services->Release();
        CoUninitialize();
    });
    assert_int_equal(made, S_OK);
    assert_int_equal(in_final, S_FALSE);
    assert_int_equal(mode, RPC_E_CHANGED_MODE);
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    assert_int_equal(second.result, WBEM_S_NO_ERROR);
    assert_int_equal(wbem::threads_in(), 0);
    assert_promises(record);
    assert_promises(second);
}

void a_sink_that_asks_anew_in_its_last_status_does_not_hold_couninitialize(void **) {
    Engine engine;
    Record record;
    HRESULT again = S_OK;
    elsewhere([&] {
        CoInitialize(nullptr);
        IWbemServices *services = connect(L"root\\lab");
        Sink *sink = new Sink(record);
        sink->on_final = [&](HRESULT, IWbemClassObject *) {
            again = ask(services, L"SELECT * FROM Lab_Endless", sink);
            return WBEM_S_NO_ERROR;
        };
        ask(services, L"SELECT * FROM Lab_Endless", sink);
        CoUninitialize();
        services->Release();
    });
    assert_int_equal(again, WBEM_E_SHUTTING_DOWN);
    assert_promises(record); /* one reference: the second call took none */
}

/* Its thread-local objects are gone by then, which deliveries once used. */
void a_thread_that_ends_without_a_word_ends_its_calls(void **) {
    Engine engine;
    Record before, records[3];
    uint64_t rows[3] = {0, 0, 0};
    std::thread::id mine;
    elsewhere([&] {
        mine = std::this_thread::get_id();
        CoInitialize(nullptr);
        CoInitialize(nullptr);
        IWbemServices *services = connect(L"root\\lab");
        ask(services, L"SELECT * FROM Lab_Row", new Sink(before));
        while (!has_ended(before)) Sleep(1);
        for (Record &record : records) ask(services, L"SELECT * FROM Lab_Endless", new Sink(record));
        services->Release();
        for (int i = 0; i < 3; i++) rows[i] = records[i].rows;
    });
    for (int i = 0; i < 3; i++) {
        assert_true(records[i].ended());
        assert_int_equal(records[i].result, WBEM_E_CALL_CANCELLED);
        assert_int_equal(records[i].rows, rows[i]); /* none comes while another one ends */
        assert_true(records[i].final_thread == mine);
        assert_promises(records[i]);
    }
    assert_int_equal(wbem::threads_in(), 0);
}

void a_host_that_takes_its_engine_away_ends_calls_that_no_apartment_runs(void **) {
    Engine engine;
    Record record, again;
    Event asked, taken;
    HRESULT sleeps = E_FAIL;
    std::thread apartment([&] {
        CoInitialize(nullptr);
        IWbemServices *services = connect(L"root\\lab");
        ask(services, L"SELECT * FROM Lab_Row", new Sink(record)); /* and never lets it run */
        services->Release();
        asked.set();
        taken.wait();
        Sleep(1); /* its pump is gone, which does no harm */
        sleeps = wbem_apartment_run(1);
        CoUninitialize();
    });
    assert_true(asked.wait());
    HRESULT away = wbem_host_engine(nullptr);
    taken.set();
    apartment.join();
    assert_int_equal(away, S_OK);
    assert_true(record.ended());
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    assert_int_equal(sleeps, S_FALSE);
    assert_promises(record);
}

/* -- early, and never ---------------------------------------------------------------------------------------------- */

/* Waits until the library's own engines are closed, which another thread may do. */
bool own_engines_are_gone() {
    for (int i = 0; i < 60000 && wbem::host_engines(); i++) Sleep(1);
    return wbem::host_engines() == 0;
}

void what_is_held_works_after_couninitialize(void **) {
    HRESULT asked = E_FAIL, got = E_FAIL, made = S_OK;
    unsigned held = 0;
    ULONG count = 0;
    Record record;
    elsewhere([&] {
        CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        IWbemServices *services = connect(L"root\\early"); /* of the library's own engine */
        CoUninitialize();
        held = wbem::host_engines();
        made = make_one();
        IEnumWbemClassObject *all = nullptr;
        IWbemClassObject *object = nullptr;
        asked = services->ExecQuery(Text(L"WQL"), Text(L"SELECT * FROM meta_class"),
                                    WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY, nullptr, &all);
        if (all) {
            got = all->Next(WBEM_INFINITE, 1, &object, &count);
            all->Release();
        }
        ask(services, L"SELECT * FROM meta_class", new Sink(record));
        services->Release();
        if (object) object->Release(); /* which outlives them all */
    });
    assert_int_equal(held, 1);
    assert_int_equal(made, CO_E_NOTINITIALIZED);
    assert_int_equal(asked, WBEM_S_NO_ERROR);
    assert_int_equal(got, WBEM_S_NO_ERROR);
    assert_int_equal(count, 1);
    assert_true(record.ended());
    assert_int_equal(record.result, WBEM_S_NO_ERROR);
    assert_true(own_engines_are_gone());
}

void when_the_last_thread_leaves_the_own_engine_goes(void **) {
    unsigned held[3] = {0, 0, 0};
    for (DWORD mode : {COINIT_MULTITHREADED, COINIT_APARTMENTTHREADED}) {
        Record record;
        elsewhere([&] {
            CoInitializeEx(nullptr, mode);
            connect(L"root\\early")->Release();
            held[0] = wbem::host_engines(); /* for the next one who connects */
            IWbemServices *services = connect(L"root\\early");
            held[1] = wbem::host_engines();
            ask(services, L"SELECT * FROM meta_class", new Sink(record));
            services->Release();
            CoUninitialize();
            held[2] = has_ended(record);
        });
        assert_int_equal(held[0], 1);
        assert_int_equal(held[1], 1);
        if (mode == COINIT_APARTMENTTHREADED) assert_int_equal(held[2], 1); /* it came inside CoUninitialize */
        assert_true(record.ended());
        assert_true(own_engines_are_gone());
    }
}

/* A program of its own that returns from main with everything open: run as `test_process --never MODE`. */
int never(DWORD mode) {
    static Record &record = *new Record; /* nothing of a client may go while its calls run */
    IWbemServices *services = nullptr;
    static IEnumWbemClassObject *all;
    CoInitializeEx(nullptr, mode);
    if (try_connect(L"root\\early", &services) != WBEM_S_NO_ERROR) return 10;
    if (services->ExecQuery(Text(L"WQL"), Text(L"SELECT * FROM meta_class"), WBEM_FLAG_RETURN_IMMEDIATELY, nullptr, &all) !=
        WBEM_S_NO_ERROR)
        return 11;
    static Sink *sink = new Sink(record, 1);
    if (ask(services, L"SELECT * FROM meta_class", sink) != WBEM_S_NO_ERROR) return 12;
    static IWbemServices *kept = services;
    IEnumWbemClassObject *none = nullptr;
    return kept && FAILED(services->ExecQuery(nullptr, nullptr, 0, nullptr, &none)) ? 0 : 13; /* leaves an error object too */
}

void a_program_that_never_leaves_ends_well(void **) {
    for (const char *mode : {"0", "2"}) {
        pid_t child = fork();
        if (!child) {
            execl("/proc/self/exe", "test_process", "--never", mode, static_cast<char *>(nullptr));
            _exit(99);
        }
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

/* -- the system's functions ---------------------------------------------------------------------------------------- */

void sleep_waits_and_clocks_go_on(void **) {
    for (DWORD mode : {COINIT_MULTITHREADED, COINIT_APARTMENTTHREADED}) {
        ULONGLONG before = 0, after = 0;
        elsewhere([&] {
            CoInitializeEx(nullptr, mode);
            before = GetTickCount64();
            Sleep(30);
            after = GetTickCount64();
            Sleep(0);
            CoUninitialize();
        });
        assert_true(after - before >= 29);
    }
    DWORD ticks = GetTickCount();
    assert_true(GetTickCount() - ticks < 60000);
}

void counters_and_locks_are_of_all_threads(void **) {
    LONG counter = 0, plain = 0;
    CRITICAL_SECTION section;
    BOOL other_entered = TRUE;
    DWORD other_id = 0;
    assert_int_equal(InitializeCriticalSectionAndSpinCount(&section, 10), TRUE);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++)
        threads.emplace_back([&] {
            for (int k = 0; k < 1000; k++) {
                InterlockedIncrement(&counter);
                EnterCriticalSection(&section);
                EnterCriticalSection(&section); /* its owner may, again */
                plain++;
                LeaveCriticalSection(&section);
                LeaveCriticalSection(&section);
            }
        });
    for (std::thread &thread : threads) thread.join();
    assert_int_equal(counter, 4000);
    assert_int_equal(plain, 4000);
    assert_int_equal(InterlockedDecrement(&counter), 3999);
    assert_int_equal(InterlockedExchange(&counter, 7), 3999);
    assert_int_equal(InterlockedCompareExchange(&counter, 9, 8), 7);
    assert_int_equal(InterlockedCompareExchange(&counter, 9, 7), 7);
    assert_int_equal(counter, 9);
    assert_int_equal(TryEnterCriticalSection(&section), TRUE);
    elsewhere([&] {
        other_entered = TryEnterCriticalSection(&section);
        other_id = GetCurrentThreadId();
    });
    assert_int_equal(other_entered, FALSE);
    assert_true(other_id && other_id != GetCurrentThreadId());
    LeaveCriticalSection(&section);
    DeleteCriticalSection(&section);
}

} // namespace

int main(int count, char **arguments) {
    char place[] = "/tmp/test_process.XXXXXX", config[64];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_counts_and_keeps_its_mode),
        cmocka_unit_test(one_couninitialize_too_many_does_nothing),
        cmocka_unit_test(objects_are_made_where_a_thread_is_in_or_others_are_in_the_multithreaded_mode),
        cmocka_unit_test(classes_that_are_there_are_made_and_others_are_not),
        cmocka_unit_test(R2_4_security_is_settled_once_in_a_process_and_a_second_time_does_no_harm),
        cmocka_unit_test(a_blanket_is_checked),
        cmocka_unit_test(error_objects_are_the_threads_and_go_with_it),
        cmocka_unit_test(nothing_is_kept_for_a_thread_that_ends),
        cmocka_unit_test(outside_of_an_apartment_there_is_nothing_to_poll_or_run),
        cmocka_unit_test(an_event_loop_polls_and_runs_an_apartment),
        cmocka_unit_test(one_apartment_runs_the_calls_of_two_engines),
        cmocka_unit_test(a_callback_may_leave_the_apartment_that_it_came_from),
        cmocka_unit_test(a_callback_may_sleep_and_nothing_else_of_its_apartment_runs_meanwhile),
        cmocka_unit_test(the_last_status_may_come_in_again_and_ask_anew),
        cmocka_unit_test(a_sink_that_asks_anew_in_its_last_status_does_not_hold_couninitialize),
        cmocka_unit_test(a_thread_that_ends_without_a_word_ends_its_calls),
        cmocka_unit_test(a_host_that_takes_its_engine_away_ends_calls_that_no_apartment_runs),
        cmocka_unit_test(what_is_held_works_after_couninitialize),
        cmocka_unit_test(when_the_last_thread_leaves_the_own_engine_goes),
        cmocka_unit_test(a_program_that_never_leaves_ends_well),
        cmocka_unit_test(sleep_waits_and_clocks_go_on),
        cmocka_unit_test(counters_and_locks_are_of_all_threads),
    };
    if (count == 3 && !strcmp(arguments[1], "--never")) return never(static_cast<DWORD>(atoi(arguments[2])));
    if (!mkdtemp(place)) return 1;
    snprintf(config, sizeof config, "root/early mof %s/early.mof", place);
    setenv("WBEM_PROVIDERS", config, 1);
    std::string path = std::string(place) + "/early.mof";
    FILE *file = fopen(path.c_str(), "w");
    if (!file) return 1;
    fputs("class Early { [key] uint32 Id; };\n", file);
    fclose(file);
    int failed = cmocka_run_group_tests(tests, nullptr, nullptr);
    unlink(path.c_str());
    rmdir(place);
    return failed;
}
