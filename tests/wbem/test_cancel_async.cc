/* SPDX-License-Identifier: MIT */
/* test_cancel_async.cc: CancelAsyncCall, stubs as keys, calls of apartments. R numbers are those of the specification of calls;
 * names that begin with unlike_wine turn a known weakness of another implementation into a promise of this one. */
#include "call_lab.h"

using namespace lab;

namespace {

/* -- cancel --------------------------------------------------------------------------------------------------------- */

void R6_4_R6_5_R6_6_when_cancel_returns_the_sink_is_released_and_nothing_comes(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    for (int round = 0; round < 200; round++) {
        Record record;
        Sink *sink = new Sink(record, 1);
        assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", sink), WBEM_S_NO_ERROR);
        if (round % 2) assert_true(record.got(1));
        assert_int_equal(services->CancelAsyncCall(sink), WBEM_S_NO_ERROR);
        {
            std::lock_guard<std::mutex> hold(record.lock);
            assert_int_equal(record.refs, 1);
            assert_int_equal(record.inside, 0);
            assert_int_equal(record.finals, 1);
        }
        assert_promises(record);
        assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
        assert_int_equal(sink->Release(), 0);
    }
    services->Release();
}

void R6_2_one_cancel_ends_all_calls_of_the_sink(void **) {
    Engine engine;
    Record record, other;
    IWbemServices *services = connect(L"root\\lab"), *elsewhere = connect(L"root\\lab");
    Sink *sink = new Sink(record, 1), *neighbour = new Sink(other, 1);
    for (int i = 0; i < 3; i++) assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", sink), WBEM_S_NO_ERROR);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", neighbour), WBEM_S_NO_ERROR);
    assert_int_equal(elsewhere->CancelAsyncCall(sink), WBEM_S_NO_ERROR); /* whatever services the calls are of */
    assert_promises(record, 3);
    assert_int_equal(record.refs, 1);
    assert_int_equal(other.finals, 0);
    assert_int_equal(services->CancelAsyncCall(neighbour), WBEM_S_NO_ERROR);
    assert_promises(other);
    sink->Release();
    neighbour->Release();
    services->Release();
    elsewhere->Release();
}

void R6_3_a_pointer_is_compared_and_never_followed(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    assert_int_equal(services->CancelAsyncCall(nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_int_equal(record.destroyed, 1);
    /* Freed. While the engine is still leaving its Release, the call is found, and waited for. */
    HRESULT answer = services->CancelAsyncCall(sink);
    assert_true(answer == WBEM_S_NO_ERROR || answer == WBEM_E_NOT_FOUND);
    assert_int_equal(services->CancelAsyncCall(sink), WBEM_E_NOT_FOUND);
    assert_int_equal(services->CancelAsyncCall(reinterpret_cast<IWbemObjectSink *>(8)), WBEM_E_NOT_FOUND);
    services->Release();
}

void R6_7_the_end_is_the_natural_one_or_cancelled(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    for (int round = 0; round < 300; round++) {
        Record record;
        Sink *sink = new Sink(record, 1);
        assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
        if (round % 3 == 1) std::this_thread::yield();
        if (round % 3 == 2) assert_true(record.got(1));
        HRESULT answer = services->CancelAsyncCall(sink);
        assert_true(answer == WBEM_S_NO_ERROR || answer == WBEM_E_NOT_FOUND);
        assert_promises(record);
        assert_true(record.result == WBEM_S_NO_ERROR || record.result == WBEM_E_CALL_CANCELLED);
        if (record.result == WBEM_S_NO_ERROR) assert_int_equal(record.rows, 11);
        sink->Release();
    }
    services->Release();
}

void R6_8_cancel_inside_a_callback_returns_at_once_and_the_end_comes_behind_it(void **) {
    Engine engine;
    Record record;
    HRESULT answer = E_PENDING;
    int finals_then = -1;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    sink->on_indicate = [&](long, IWbemClassObject **) {
        answer = services->CancelAsyncCall(sink);
        finals_then = record.finals;
        return WBEM_S_NO_ERROR;
    };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(answer, WBEM_S_NO_ERROR);
    assert_int_equal(finals_then, 0);
    assert_int_equal(record.indicates, 1);
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    assert_true(record.final_thread == record.data_thread);
    services->Release();
}

void R6_8_cancel_inside_the_final_status_and_inside_release_changes_nothing(void **) {
    Engine engine;
    Record record;
    HRESULT in_final = E_PENDING, in_release = E_PENDING;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    sink->on_final = [&](HRESULT, IWbemClassObject *) {
        in_final = services->CancelAsyncCall(sink);
        return WBEM_S_NO_ERROR;
    };
    sink->on_release = [&] { in_release = services->CancelAsyncCall(sink); };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(in_final, WBEM_S_NO_ERROR);
    assert_int_equal(in_release, WBEM_S_NO_ERROR);
    assert_int_equal(record.result, WBEM_S_NO_ERROR);
    services->Release();
}

void R6_9_cancel_waits_for_a_sink_that_does_not_return_only_so_long(void **) {
    wql_engine_options options = Engine::default_options();
    options.cancel_wait_ms = 20;
    Engine engine(options);
    Record record;
    Event go;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record, 1);
    sink->on_indicate = [&](long, IWbemClassObject **) {
        (void)go.wait();
        return WBEM_S_NO_ERROR;
    };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", sink), WBEM_S_NO_ERROR);
    assert_true(record.got(1));
    assert_int_equal(services->CancelAsyncCall(sink), WBEM_S_TIMEDOUT);
    {
        std::lock_guard<std::mutex> hold(record.lock);
        assert_int_equal(record.finals, 0);
        assert_int_equal(record.refs, 2);
    }
    go.set();
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(record.indicates, 1);
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    sink->Release();
    services->Release();
}

void R6_10_several_threads_may_cancel_one_sink(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    for (int round = 0; round < 30; round++) {
        Record record;
        Sink *sink = new Sink(record, 1);
        std::atomic<int> successes{0}, wrong{0};
        std::vector<std::thread> threads;
        assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", sink), WBEM_S_NO_ERROR);
        assert_true(record.got(1));
        for (int i = 0; i < 4; i++)
            threads.emplace_back([&] {
                HRESULT answer = services->CancelAsyncCall(sink);
                std::lock_guard<std::mutex> hold(record.lock);
                successes += answer == WBEM_S_NO_ERROR;
                wrong += (answer != WBEM_S_NO_ERROR && answer != WBEM_E_NOT_FOUND) || record.refs != 1 || record.finals != 1;
            });
        for (std::thread &thread : threads) thread.join();
        assert_int_equal(wrong.load(), 0);
        assert_true(successes.load() >= 1);
        assert_promises(record);
        sink->Release();
    }
    services->Release();
}

void R6_11_cancel_does_not_wait_for_a_deaf_provider(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record, 1);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Gate", sink), WBEM_S_NO_ERROR);
    assert_true(engine.at_gate.wait());
    assert_int_equal(services->CancelAsyncCall(sink), WBEM_S_NO_ERROR); /* the gate is shut */
    assert_promises(record);
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    engine.gate.set();
    services->Release();
    engine.close(); /* waits for the provider, whose rows are dropped */
    assert_int_equal(record.rows, 0);
    sink->Release();
}

/* -- stubs ---------------------------------------------------------------------------------------------------------- */

IWbemUnsecuredApartment *apartment() {
    IWbemUnsecuredApartment *made = nullptr;
    assert_int_equal(CoCreateInstance(CLSID_UnsecuredApartment, nullptr, CLSCTX_LOCAL_SERVER, IID_IWbemUnsecuredApartment,
                                      reinterpret_cast<void **>(&made)),
                     S_OK);
    return made;
}

void R6_1_a_stub_and_its_sink_are_two_sinks(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    IWbemUnsecuredApartment *maker = apartment();
    Sink *sink = new Sink(record);
    IWbemObjectSink *stub = nullptr;
    assert_int_equal(maker->CreateSinkStub(sink, WBEM_FLAG_UNSECAPP_CHECK_ACCESS, nullptr, &stub), WBEM_S_NO_ERROR);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", stub), WBEM_S_NO_ERROR);
    assert_true(record.got(1));
    assert_int_equal(services->CancelAsyncCall(sink), WBEM_E_NOT_FOUND);
    assert_int_equal(record.finals, 0);
    assert_int_equal(services->CancelAsyncCall(stub), WBEM_S_NO_ERROR);
    assert_int_equal(record.finals, 1);
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    assert_int_equal(record.refs, 1); /* the stub's */
    assert_int_equal(stub->Release(), 0);
    assert_int_equal(record.destroyed, 1);
    maker->Release();
    services->Release();
}

/* The documented wrapper: the object stub is asked for its sink, the wrapper is let go in the final status. */
void R6_13_a_stub_may_be_released_in_the_final_status(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    IWbemUnsecuredApartment *maker = apartment();
    IUnsecuredApartment *plain = nullptr;
    IUnknown *object = nullptr;
    IWbemObjectSink *stub = nullptr;
    Sink *sink = new Sink(record, 1);
    assert_int_equal(maker->QueryInterface(IID_IUnsecuredApartment, reinterpret_cast<void **>(&plain)), S_OK);
    assert_int_equal(plain->CreateObjectStub(sink, &object), WBEM_S_NO_ERROR);
    sink->Release(); /* the stub has its own */
    assert_int_equal(record.destroyed, 0);
    assert_int_equal(object->QueryInterface(IID_IWbemObjectSink, reinterpret_cast<void **>(&stub)), S_OK);
    object->Release();
    sink->on_final = [&](HRESULT, IWbemClassObject *) {
        stub->Release();
        return WBEM_S_NO_ERROR;
    };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", stub), WBEM_S_NO_ERROR);
    std::unique_lock<std::mutex> hold(record.lock);
    assert_true(record.changed.wait_for(hold, std::chrono::seconds(60), [&] { return record.destroyed == 1; }));
    hold.unlock();
    assert_int_equal(record.finals, 1);
    assert_int_equal(record.rows, 11);
    plain->Release();
    maker->Release();
    services->Release();
}

void stubs_are_made_of_sinks_only(void **) {
    IWbemUnsecuredApartment *maker = apartment();
    Record record;
    Sink *sink = new Sink(record, 1);
    IUnknown *object = maker;
    IWbemObjectSink *stub = sink;
    assert_int_equal(maker->CreateObjectStub(maker, &object), E_NOINTERFACE);
    assert_null(object);
    assert_int_equal(maker->CreateObjectStub(nullptr, &object), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(maker->CreateObjectStub(sink, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(maker->CreateSinkStub(nullptr, 0, nullptr, &stub), WBEM_E_INVALID_PARAMETER);
    assert_null(stub);
    assert_int_equal(maker->CreateSinkStub(sink, 0, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(maker->CreateSinkStub(sink, 3, nullptr, &stub), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(maker->CreateSinkStub(sink, 0, L"reserved", &stub), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(record.refs, 1);
    sink->Release();
    maker->Release();
}

/* -- unlike another implementation ---------------------------------------------------------------------------------- */

void unlike_wine_many_calls_of_one_connection_are_pending_at_once(void **) {
    Engine engine;
    Record records[8];
    IWbemServices *services = connect(L"root\\lab");
    for (Record &record : records) assert_int_equal(ask(services, L"SELECT * FROM Lab_Gate", new Sink(record)), WBEM_S_NO_ERROR);
    engine.gate.set();
    for (Record &record : records) {
        assert_true(record.ended());
        assert_promises(record);
        assert_int_equal(record.rows, 10);
    }
    services->Release();
}

void unlike_wine_rows_come_before_the_last_one_is_made_and_many_at_a_time(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record, 1);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", sink), WBEM_S_NO_ERROR); /* there is no last one */
    assert_true(record.got(5000));
    assert_int_equal(services->CancelAsyncCall(sink), WBEM_S_NO_ERROR);
    assert_promises(record);
    assert_true(record.widest > 1);
    sink->Release();
    services->Release();
}

void unlike_wine_what_indicate_answers_counts(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    engine.rows = 100000;
    sink->on_indicate = [](long, IWbemClassObject **) { return E_ABORT; };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_int_equal(record.indicates, 1);
    assert_true(record.rows < 100000);
    services->Release();
}

void unlike_wine_cancel_stops_the_rows_and_the_status_says_cancelled(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record, 1);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", sink), WBEM_S_NO_ERROR);
    assert_true(record.got(1));
    assert_int_equal(services->CancelAsyncCall(sink), WBEM_S_NO_ERROR);
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    assert_promises(record);
    sink->Release();
    services->Release();
}

void unlike_wine_cancel_looks_at_the_sink_it_is_given(void **) {
    Engine engine;
    Record record, stranger;
    IWbemServices *services = connect(L"root\\lab");
    Sink *never_used = new Sink(stranger, 1);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Gate", new Sink(record)), WBEM_S_NO_ERROR);
    assert_int_equal(services->CancelAsyncCall(never_used), WBEM_E_NOT_FOUND);
    assert_int_equal(record.finals, 0);
    engine.gate.set();
    assert_true(record.ended());
    assert_int_equal(record.result, WBEM_S_NO_ERROR);
    assert_int_equal(record.rows, 10);
    never_used->Release();
    services->Release();
}

void unlike_wine_cancel_inside_the_sink_does_not_wait_for_itself(void **) {
    Engine engine;
    Record record;
    HRESULT answer = E_PENDING;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    sink->on_indicate = [&](long, IWbemClassObject **) {
        answer = services->CancelAsyncCall(sink);
        return WBEM_S_NO_ERROR;
    };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_int_equal(answer, WBEM_S_NO_ERROR);
    services->Release();
}

/* With one worker, and nobody who cancels: each call that ended gave its thread back. */
void unlike_wine_a_finished_call_holds_no_thread(void **) {
    wql_engine_options options = Engine::default_options();
    options.workers = 1;
    options.threads_max = 1;
    Engine engine(options);
    IWbemServices *services = connect(L"root\\lab");
    for (int i = 0; i < 100; i++) {
        Record record;
        assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", new Sink(record)), WBEM_S_NO_ERROR);
        assert_true(record.ended());
        assert_promises(record);
    }
    services->Release();
}

void unlike_wine_every_reading_method_has_its_asynchronous_form(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    for (const Form &form : reading_forms()) {
        Record record;
        assert_int_equal(form.call(services, new Sink(record)), WBEM_S_NO_ERROR);
        assert_true(record.ended());
        assert_promises(record);
        assert_int_equal(record.result, WBEM_S_NO_ERROR);
        assert_int_equal(record.rows, form.rows);
    }
    services->Release();
}

void unlike_wine_the_last_release_of_the_services_may_happen_inside_indicate(void **) {
    Engine engine;
    Record record;
    ULONG left = 99;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    sink->on_indicate = [&](long, IWbemClassObject **) {
        if (services) left = services->Release();
        services = nullptr;
        return WBEM_S_NO_ERROR;
    };
    engine.rows = 5000;
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Gate", sink), WBEM_S_NO_ERROR);
    engine.gate.set();
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(left, 0);
    assert_int_equal(record.rows, 5000);
}

/* -- apartments ----------------------------------------------------------------------------------------------------- */

/* On a thread of its own, in the mode of apartments. What it asserts is told by what it returns. */
bool in_apartment(const std::function<bool()> &body) {
    bool good = false;
    std::thread([&] {
        if (CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED) != S_OK) return;
        good = body();
        CoUninitialize();
    }).join();
    return good;
}

void calls_of_an_apartment_come_on_its_own_thread_while_it_sleeps(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    assert_true(in_apartment([&] {
        bool good = ask(services, L"SELECT * FROM Lab_Row", new Sink(record)) == WBEM_S_NO_ERROR && record.finals == 0;
        for (int i = 0; i < 10000 && record.finals == 0; i++) Sleep(1);
        return good && record.data_thread == std::this_thread::get_id() && record.final_thread == std::this_thread::get_id();
    }));
    assert_promises(record);
    assert_int_equal(record.rows, 11);
    services->Release();
}

void R7_6_the_last_couninitialize_of_an_apartment_ends_its_calls(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    assert_true(in_apartment([&] { return ask(services, L"SELECT * FROM Lab_Row", new Sink(record)) == WBEM_S_NO_ERROR; }));
    assert_promises(record);
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    services->Release();
}

void a_call_of_an_apartment_is_cancelled_by_another_thread_while_it_sleeps(void **) {
    Engine engine;
    Record record;
    HRESULT answer = E_PENDING;
    int finals_then = 0;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record, 1);
    std::thread canceller([&] {
        (void)record.got(1);
        answer = services->CancelAsyncCall(sink);
        std::lock_guard<std::mutex> hold(record.lock);
        finals_then = record.finals;
    });
    bool good = in_apartment([&] {
        HRESULT asked = ask(services, L"SELECT * FROM Lab_Endless", sink);
        bool mine = false;
        for (int i = 0; i < 60000 && asked == WBEM_S_NO_ERROR && !mine; i++) {
            Sleep(1);
            std::lock_guard<std::mutex> hold(record.lock);
            mine = record.finals == 1 && record.final_thread == std::this_thread::get_id();
        }
        return mine;
    });
    canceller.join();
    assert_true(good);
    assert_int_equal(answer, WBEM_S_NO_ERROR);
    assert_int_equal(finals_then, 1);
    assert_promises(record);
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    sink->Release();
    services->Release();
}

void without_workers_only_apartments_have_asynchronous_calls(void **) {
    wql_engine_options options = Engine::default_options();
    options.workers = 0;
    Engine engine(options);
    Record record, pumped;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record, 1);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_E_NOT_AVAILABLE);
    assert_int_equal(record.add_refs, 0);
    sink->Release();
    assert_true(in_apartment([&] {
        bool good = ask(services, L"SELECT * FROM Lab_Row", new Sink(pumped)) == WBEM_S_NO_ERROR;
        for (int i = 0; i < 10000 && pumped.finals == 0; i++) Sleep(1);
        return good;
    }));
    assert_promises(pumped);
    assert_int_equal(pumped.rows, 11);
    services->Release();
}

/* Requests of NextAsync are no calls of the engine's, but a client cancels them in the same way. */
void R6_2_a_cancel_ends_requests_for_the_next_objects_too(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    IEnumWbemClassObject *all = nullptr;
    Sink *sink = new Sink(record, 1);
    assert_int_equal(services->ExecQuery(Text(L"WQL"), Text(L"SELECT * FROM Lab_Gate"),
                                         WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY, nullptr, &all),
                     WBEM_S_NO_ERROR);
    assert_int_equal(all->NextAsync(5, sink), WBEM_S_NO_ERROR);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", sink), WBEM_S_NO_ERROR);
    assert_int_equal(services->CancelAsyncCall(sink), WBEM_S_NO_ERROR);
    {
        std::lock_guard<std::mutex> hold(record.lock);
        assert_int_equal(record.finals, 2);
        assert_int_equal(record.refs, 1);
        assert_int_equal(record.inside, 0);
    }
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    assert_int_equal(services->CancelAsyncCall(sink), WBEM_E_NOT_FOUND);
    engine.gate.set();
    all->Release();
    sink->Release();
    services->Release();
}

} // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(R6_4_R6_5_R6_6_when_cancel_returns_the_sink_is_released_and_nothing_comes),
        cmocka_unit_test(R6_2_one_cancel_ends_all_calls_of_the_sink),
        cmocka_unit_test(R6_3_a_pointer_is_compared_and_never_followed),
        cmocka_unit_test(R6_7_the_end_is_the_natural_one_or_cancelled),
        cmocka_unit_test(R6_8_cancel_inside_a_callback_returns_at_once_and_the_end_comes_behind_it),
        cmocka_unit_test(R6_8_cancel_inside_the_final_status_and_inside_release_changes_nothing),
        cmocka_unit_test(R6_9_cancel_waits_for_a_sink_that_does_not_return_only_so_long),
        cmocka_unit_test(R6_10_several_threads_may_cancel_one_sink),
        cmocka_unit_test(R6_11_cancel_does_not_wait_for_a_deaf_provider),
        cmocka_unit_test(R6_1_a_stub_and_its_sink_are_two_sinks),
        cmocka_unit_test(R6_13_a_stub_may_be_released_in_the_final_status),
        cmocka_unit_test(stubs_are_made_of_sinks_only),
        cmocka_unit_test(unlike_wine_many_calls_of_one_connection_are_pending_at_once),
        cmocka_unit_test(unlike_wine_rows_come_before_the_last_one_is_made_and_many_at_a_time),
        cmocka_unit_test(unlike_wine_what_indicate_answers_counts),
        cmocka_unit_test(unlike_wine_cancel_stops_the_rows_and_the_status_says_cancelled),
        cmocka_unit_test(unlike_wine_cancel_looks_at_the_sink_it_is_given),
        cmocka_unit_test(unlike_wine_cancel_inside_the_sink_does_not_wait_for_itself),
        cmocka_unit_test(unlike_wine_a_finished_call_holds_no_thread),
        cmocka_unit_test(unlike_wine_every_reading_method_has_its_asynchronous_form),
        cmocka_unit_test(unlike_wine_the_last_release_of_the_services_may_happen_inside_indicate),
        cmocka_unit_test(calls_of_an_apartment_come_on_its_own_thread_while_it_sleeps),
        cmocka_unit_test(R7_6_the_last_couninitialize_of_an_apartment_ends_its_calls),
        cmocka_unit_test(a_call_of_an_apartment_is_cancelled_by_another_thread_while_it_sleeps),
        cmocka_unit_test(without_workers_only_apartments_have_asynchronous_calls),
        cmocka_unit_test(R6_2_a_cancel_ends_requests_for_the_next_objects_too),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
