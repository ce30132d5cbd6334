/* SPDX-License-Identifier: MIT */
/* test_calls.cc: what an asynchronous call of IWbemServices promises. R numbers are those of the specification of calls; names
 * that begin with unlike_wine turn a known weakness of another implementation into a promise of this one. */
#include "call_lab.h"

#include <cstring>
#include <memory>
#include <stdexcept>

using namespace lab;

namespace {

/* -- the beginning: security ---------------------------------------------------------------------------------------- */

HRESULT settle_security() {
    return CoInitializeSecurity(nullptr, -1, nullptr, nullptr, RPC_C_AUTHN_LEVEL_DEFAULT, RPC_C_IMP_LEVEL_IMPERSONATE, nullptr,
                                EOAC_NONE, nullptr);
}

/* First of all tests: security can be settled once in a process. */
void R2_2_R2_3_before_security_is_settled_a_strict_engine_refuses(void **) {
    wql_engine_options options = Engine::default_options();
    for (uint32_t strict : {WQL_STRICT, WQL_STRICT_LATE}) {
        Record record;
        options.flags = strict;
        Engine engine(options);
        IWbemServices *services = connect(L"root\\lab");
        Sink *sink = new Sink(record);
        HRESULT answer = ask(services, L"SELECT * FROM Lab_Row", sink);
        if (strict == WQL_STRICT) {
            assert_int_equal(answer, WBEM_E_ACCESS_DENIED);
            assert_int_equal(record.add_refs + record.releases + record.finals, 0);
            sink->AddRef();
            sink->Release();
        } else {
            assert_int_equal(answer, WBEM_S_NO_ERROR);
            assert_true(record.ended());
            assert_promises(record);
            assert_int_equal(record.result, WBEM_E_ACCESS_DENIED);
            assert_int_equal(record.indicates, 0);
        }
        assert_int_equal(record.destroyed, 1);
        services->Release();
    }
}

void R2_4_security_is_settled_once_and_reaches_engines_before_and_after(void **) {
    wql_engine_options options = Engine::default_options();
    options.flags = WQL_STRICT;
    for (bool before : {true, false}) {
        Record record;
        if (!before) assert_int_equal(settle_security(), RPC_E_TOO_LATE);
        Engine engine(options);
        if (before) assert_int_equal(settle_security(), S_OK);
        IWbemServices *services = connect(L"root\\lab");
        assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", new Sink(record)), WBEM_S_NO_ERROR);
        assert_true(record.ended());
        assert_promises(record);
        assert_int_equal(record.result, WBEM_S_NO_ERROR);
        services->Release();
    }
    assert_int_equal(settle_security(), RPC_E_TOO_LATE);
}

/* -- submission ----------------------------------------------------------------------------------------------------- */

struct Form {
    const char *name;
    std::function<HRESULT(IWbemServices *, IWbemObjectSink *)> call;
    uint64_t rows; /* it brings */
};

const std::vector<Form> &reading_forms() {
    static const std::vector<Form> forms = {
        {"ExecQueryAsync", [](IWbemServices *s, IWbemObjectSink *sink) { return ask(s, L"SELECT * FROM Lab_Row", sink); }, 11},
        {"GetObjectAsync",
         [](IWbemServices *s, IWbemObjectSink *sink) { return s->GetObjectAsync(Text(L"Lab_Row.Id=3"), 0, nullptr, sink); }, 1},
        {"CreateInstanceEnumAsync",
         [](IWbemServices *s, IWbemObjectSink *sink) { return s->CreateInstanceEnumAsync(Text(L"Lab_Row"), 0, nullptr, sink); },
         11},
        {"CreateClassEnumAsync",
         [](IWbemServices *s, IWbemObjectSink *sink) { return s->CreateClassEnumAsync(Text(L"Lab_Row"), 0, nullptr, sink); }, 1}};
    return forms;
}

void R1_1_R4_2_a_refused_submission_never_touches_the_sink(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record, 1);
    Text wql(L"WQL"), query(L"SELECT * FROM Lab_Row"), path(L"Lab_Row.Id=1"), name(L"Lab_Row"), empty(L"");
    Text surrogate(std::wstring(L"SELECT ") + static_cast<wchar_t>(0xd800) + L" FROM Lab_Row");
    const HRESULT parameter = WBEM_E_INVALID_PARAMETER;
    for (const Form &form : reading_forms()) assert_int_equal(form.call(services, nullptr), parameter);
    assert_int_equal(services->ExecQueryAsync(nullptr, query, 0, nullptr, sink), parameter);
    assert_int_equal(services->ExecQueryAsync(empty, query, 0, nullptr, sink), parameter);
    assert_int_equal(services->ExecQueryAsync(wql, nullptr, 0, nullptr, sink), parameter);
    assert_int_equal(services->ExecQueryAsync(wql, empty, 0, nullptr, sink), parameter);
    assert_int_equal(services->ExecQueryAsync(wql, surrogate, 0, nullptr, sink), parameter);
    assert_int_equal(services->ExecQueryAsync(Text(L"SQL"), query, 0, nullptr, sink), WBEM_E_INVALID_QUERY_TYPE);
    assert_int_equal(services->ExecQueryAsync(Text(L"WQL2"), query, 0, nullptr, sink), WBEM_E_INVALID_QUERY_TYPE);
    assert_int_equal(services->ExecQueryAsync(Text(L"WQ"), query, 0, nullptr, sink), WBEM_E_INVALID_QUERY_TYPE);
    assert_int_equal(services->ExecQueryAsync(wql, query, WBEM_FLAG_FORWARD_ONLY, nullptr, sink), parameter);
    assert_int_equal(services->GetObjectAsync(nullptr, 0, nullptr, sink), parameter);
    assert_int_equal(services->GetObjectAsync(empty, 0, nullptr, sink), parameter);
    assert_int_equal(services->GetObjectAsync(path, WBEM_FLAG_RETURN_IMMEDIATELY, nullptr, sink), parameter);
    assert_int_equal(services->CreateInstanceEnumAsync(nullptr, 0, nullptr, sink), parameter);
    assert_int_equal(services->CreateInstanceEnumAsync(empty, 0, nullptr, sink), parameter);
    assert_int_equal(services->CreateInstanceEnumAsync(Text(L"Lab_Row WHERE Id = 1"), 0, nullptr, sink), parameter);
    assert_int_equal(services->CreateInstanceEnumAsync(name, WBEM_FLAG_FORWARD_ONLY, nullptr, sink), parameter);
    assert_int_equal(services->CreateClassEnumAsync(Text(L"x' OR __CLASS <> '"), 0, nullptr, sink), parameter);
    assert_int_equal(record.add_refs, 0);
    assert_int_equal(record.finals + record.indicates + record.progresses, 0);
    sink->Release();
    assert_int_equal(record.destroyed, 1);
    services->Release();
}

/* The published fragment deletes its sink after a failure: nobody else may have. */
void R4_2_a_sink_of_count_zero_is_the_clients_to_delete_after_a_failure(void **) {
    struct Deletable : Sink {
        using Sink::Sink;
        ~Deletable() override {}
    };
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    Deletable *sink = new Deletable(record);
    assert_int_equal(ask(services, L"", sink), WBEM_E_INVALID_PARAMETER);
    delete sink;
    assert_int_equal(record.add_refs + record.releases, 0);
    services->Release();
}

void R4_1_R4_8_a_submission_waits_for_no_provider_and_returns_zero(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    HRESULT answer = ask(services, L"SELECT * FROM Lab_Gate", new Sink(record));
    assert_int_equal(answer, 0); /* the gate is shut */
    assert_true(engine.at_gate.wait());
    assert_int_equal(record.finals, 0);
    engine.gate.set();
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(record.rows, 10);
    services->Release();
}

void R4_3_one_reference_is_taken_on_the_submitting_thread(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Gate", new Sink(record)), WBEM_S_NO_ERROR);
    {
        std::lock_guard<std::mutex> hold(record.lock);
        assert_int_equal(record.add_refs, 1);
        assert_int_equal(record.refs, 1);
        assert_true(record.add_ref_thread == std::this_thread::get_id());
    }
    engine.gate.set();
    assert_true(record.ended());
    assert_promises(record);
    services->Release();
}

void R4_4_what_a_query_means_is_told_by_the_final_status(void **) {
    static const struct {
        const wchar_t *query;
        HRESULT result;
    } cases[] = {{L"SELECT", WBEM_E_INVALID_QUERY},
                 {L"SELECT * FROM Lab_Row WHERE", WBEM_E_INVALID_QUERY},
                 {L"SELECT * FROM Lab_Nothing", WBEM_E_INVALID_CLASS},
                 {L"SELECT Nothing FROM Lab_Row", WBEM_E_INVALID_QUERY},
                 {L"SELECT * FROM Lab_Row WHERE Id = 'x'", WBEM_E_INVALID_QUERY},
                 {L"SELECT * FROM Lab_Failing", WBEM_E_PROVIDER_FAILURE}};
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    for (const auto &it : cases) {
        Record record;
        assert_int_equal(ask(services, it.query, new Sink(record)), WBEM_S_NO_ERROR);
        assert_true(record.ended());
        assert_promises(record);
        assert_int_equal(record.result, it.result);
        assert_true(record.had_object);
    }
    services->Release();
}

void R4_9_the_texts_may_go_when_the_method_returns(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    BSTR language = SysAllocString(L"wQl"), query = SysAllocString(L"SELECT * FROM Lab_Gate WHERE Text = 'row 3'");
    assert_int_equal(services->ExecQueryAsync(language, query, 0, nullptr, new Sink(record)), WBEM_S_NO_ERROR);
    wmemset(query, L'x', SysStringLen(query));
    wmemset(language, L'x', SysStringLen(language));
    SysFreeString(query);
    SysFreeString(language);
    engine.gate.set();
    assert_true(record.ended());
    assert_int_equal(record.result, WBEM_S_NO_ERROR);
    assert_int_equal(record.rows, 1);
    services->Release();
}

void R4_6_lengths_are_checked_at_once(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    std::wstring head = L"SELECT * FROM Lab_Row WHERE Text = '";
    struct {
        size_t length;
        HRESULT answer;
    } cases[] = {{WBEM_MAX_QUERY, WBEM_S_NO_ERROR}, {WBEM_MAX_QUERY + 1, WBEM_E_QUOTA_VIOLATION}};
    for (const auto &it : cases) {
        Record record;
        Sink *sink = new Sink(record, 1);
        std::wstring query = head + std::wstring(it.length - head.size() - 1, L'x') + L"'";
        assert_int_equal(ask(services, query.c_str(), sink), it.answer);
        if (it.answer == WBEM_S_NO_ERROR) assert_true(record.ended());
        assert_int_equal(record.add_refs, it.answer == WBEM_S_NO_ERROR);
        sink->Release();
    }
    for (size_t length : {size_t{WBEM_MAX_IDENTIFIER}, size_t{WBEM_MAX_IDENTIFIER} + 1}) {
        Record record;
        Sink *sink = new Sink(record, 1);
        std::wstring name(length, L'c');
        HRESULT wanted = length > WBEM_MAX_IDENTIFIER ? WBEM_E_QUOTA_VIOLATION : WBEM_S_NO_ERROR;
        assert_int_equal(services->CreateInstanceEnumAsync(Text(name), 0, nullptr, sink), wanted);
        if (wanted == WBEM_S_NO_ERROR) {
            assert_true(record.ended());
            assert_int_equal(record.result, WBEM_E_INVALID_CLASS);
        }
        assert_int_equal(record.add_refs, wanted == WBEM_S_NO_ERROR);
        assert_int_equal(services->CreateClassEnumAsync(Text(name), 0, nullptr, length > WBEM_MAX_IDENTIFIER ? sink : nullptr),
                         length > WBEM_MAX_IDENTIFIER ? WBEM_E_QUOTA_VIOLATION : WBEM_E_INVALID_PARAMETER);
        sink->Release();
    }
    for (size_t length : {size_t{WBEM_MAX_PATH}, size_t{WBEM_MAX_PATH} + 1}) {
        Record record;
        Sink *sink = new Sink(record, 1);
        std::wstring path = L"Lab_Row.Id=\"";
        HRESULT wanted = length > WBEM_MAX_PATH ? WBEM_E_QUOTA_VIOLATION : WBEM_S_NO_ERROR;
        path += std::wstring(length - path.size() - 1, L'1') + L"\"";
        assert_int_equal(services->GetObjectAsync(Text(path), 0, nullptr, sink), wanted);
        if (wanted == WBEM_S_NO_ERROR) assert_true(record.ended());
        assert_int_equal(record.add_refs, wanted == WBEM_S_NO_ERROR);
        sink->Release();
    }
    services->Release();
}

/* -- delivery ------------------------------------------------------------------------------------------------------- */

void R1_5_R7_4_an_empty_result_is_one_status_without_an_object(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row WHERE Text = 'none'", new Sink(record)), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(record.indicates, 0);
    assert_int_equal(record.progresses, 0);
    assert_int_equal(record.result, WBEM_S_NO_ERROR);
    assert_false(record.had_object);
    assert_false(record.had_text);
    services->Release();
}

void R7_2_R7_3_a_sink_of_count_zero_dies_in_the_release_behind_the_status(void **) {
    Engine engine;
    Record zero, one;
    IWbemServices *services = connect(L"root\\lab");
    Sink *kept = new Sink(one, 1);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", new Sink(zero, 0)), WBEM_S_NO_ERROR);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", kept), WBEM_S_NO_ERROR);
    assert_true(zero.ended());
    assert_true(one.ended());
    assert_promises(zero);
    assert_promises(one);
    assert_int_equal(zero.destroyed, 1);
    assert_int_equal(one.destroyed, 0);
    assert_int_equal(one.refs, 1);
    kept->Release();
    assert_int_equal(one.destroyed, 1);
    services->Release();
}

void R1_3_kept_objects_never_change(void **) {
    Engine engine;
    Record record;
    std::vector<IWbemClassObject *> kept;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    engine.rows = 5000;
    sink->on_indicate = [&](long count, IWbemClassObject **objects) {
        for (long i = 0; i < count; i += 100) {
            objects[i]->AddRef();
            kept.push_back(objects[i]);
        }
        return WBEM_S_NO_ERROR;
    };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    services->Release();
    engine.close(); /* objects outlive it */
    assert_true(kept.size() >= 51);
    for (IWbemClassObject *object : kept) {
        assert_true(text_of(object, L"Text") == L"row " + std::to_wstring(number_of(object, L"Id")));
        assert_int_equal(object->Release(), 0);
    }
}

void R1_4_an_error_object_says_what_happened_and_may_be_kept(void **) {
    Engine engine;
    Record record;
    IWbemClassObject *kept = nullptr;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    sink->on_final = [&](HRESULT, IWbemClassObject *object) {
        if (object) object->AddRef();
        kept = object;
        return WBEM_S_NO_ERROR;
    };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Failing", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(record.rows, 5);
    services->Release();
    engine.close();
    assert_non_null(kept);
    assert_true(text_of(kept, L"__CLASS") == L"__ExtendedStatus");
    assert_true(text_of(kept, L"Description") == L"the lab is on fire");
    assert_true(text_of(kept, L"ProviderName") == L"lab");
    assert_true(text_of(kept, L"Operation") == L"ExecQueryAsync");
    assert_int_equal(static_cast<HRESULT>(number_of(kept, L"StatusCode")), WBEM_E_PROVIDER_FAILURE);
    kept->Release();
}

void R1_7_a_sink_that_fails_cancels_its_call(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    for (HRESULT answer : {E_FAIL, HRESULT{WBEM_E_CALL_CANCELLED}, HRESULT{WBEM_E_OUT_OF_MEMORY}}) {
        Record record;
        Sink *sink = new Sink(record);
        sink->on_indicate = [answer](long, IWbemClassObject **) { return answer; };
        assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", sink), WBEM_S_NO_ERROR);
        assert_true(record.ended());
        assert_promises(record);
        assert_int_equal(record.indicates, 1);
        assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    }
    services->Release();
}

void R1_7_what_the_final_status_answers_does_not_count(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    sink->on_final = [](HRESULT, IWbemClassObject *) { return E_FAIL; };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(record.result, WBEM_S_NO_ERROR);
    services->Release();
}

/* 0x40007 is what pauses a call of the C library's. */
void R1_8_every_success_is_a_success(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    engine.rows = 3000;
    for (HRESULT answer : {1, 0x40004, 0x40007, 0x400FF}) {
        Record record;
        Sink *sink = new Sink(record);
        sink->on_indicate = [answer](long, IWbemClassObject **) { return answer; };
        assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
        assert_true(record.ended());
        assert_promises(record);
        assert_int_equal(record.rows, 3001);
        assert_int_equal(record.result, WBEM_S_NO_ERROR);
    }
    services->Release();
}

void R7_5_two_calls_of_one_sink_keep_their_own_promises(void **) {
    Engine engine;
    Record record;
    std::mutex lock;
    std::vector<long> ids;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record, 1);
    engine.rows = 2500;
    sink->on_indicate = [&](long count, IWbemClassObject **objects) {
        std::lock_guard<std::mutex> hold(lock);
        for (long i = 0; i < count; i++) ids.push_back(number_of(objects[i], L"Id"));
        return WBEM_S_NO_ERROR;
    };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended(2));
    assert_promises(record, 2);
    assert_int_equal(record.refs, 1);
    assert_int_equal(ids.size(), 2 * 2501);
    std::vector<int> seen(2500);
    for (long id : ids)
        if (id < 2500) seen[static_cast<size_t>(id)]++;
    for (int times : seen) assert_int_equal(times, 2);
    sink->Release();
    services->Release();
}

void R7_7_the_services_may_be_released_while_a_call_runs(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Gate", new Sink(record)), WBEM_S_NO_ERROR);
    assert_int_equal(services->Release(), 0);
    engine.gate.set();
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(record.rows, 10);
    assert_int_equal(record.result, WBEM_S_NO_ERROR);
}

void R7_6_a_host_that_closes_its_engine_ends_the_calls(void **) {
    Record record;
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", new Sink(record)), WBEM_S_NO_ERROR);
    assert_true(record.got(1));
    services->Release();
    engine.close();
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(record.result, WBEM_E_SHUTTING_DOWN);
}

void a_host_takes_its_engine_away_when_nothing_of_it_is_held(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab"), *none = nullptr;
    assert_int_equal(wbem_host_engine(engine.get()), S_OK);
    wql_engine *other;
    assert_int_equal(wql_engine_open(nullptr, &other, nullptr), WQL_OK);
    assert_int_equal(wbem_host_engine(other), WBEM_E_ALREADY_EXISTS);
    assert_int_equal(wbem_host_engine(nullptr), S_FALSE);
    assert_int_equal(wbem_host_engine(other), S_OK);
    assert_int_equal(try_connect(L"root\\lab", &none), WBEM_E_INVALID_NAMESPACE); /* the other one has none */
    assert_null(none);
    assert_int_equal(wbem_host_engine(nullptr), S_FALSE);
    services->Release();
    assert_int_equal(wbem_host_engine(nullptr), S_OK);
    assert_int_equal(wql_engine_close(other), WQL_OK);
}

/* -- progress ------------------------------------------------------------------------------------------------------- */

void R5_1_without_the_flag_there_is_one_status(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Steps", new Sink(record)), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(record.progresses, 0);
    services->Release();
}

void assert_rising(const std::vector<HRESULT> &steps) {
    WORD done = 0, total = 0;
    for (HRESULT step : steps) {
        assert_true(LOWORD(step) >= done);
        assert_true(HIWORD(step) >= total);
        assert_true(LOWORD(step) <= HIWORD(step));
        done = LOWORD(step);
        total = HIWORD(step);
    }
}

void R5_2_R5_4_progress_has_what_is_done_below_and_the_total_above(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    static const struct {
        double expected;
        WORD total;
    } cases[] = {{10, 10}, {65535, 65535}, {3e9, 65535}};
    for (const auto &it : cases) {
        Record record;
        engine.expected = it.expected;
        assert_int_equal(ask(services, L"SELECT * FROM Lab_Steps", new Sink(record), WBEM_FLAG_SEND_STATUS), WBEM_S_NO_ERROR);
        assert_true(record.ended());
        assert_promises(record);
        assert_true(record.progresses > 0);
        assert_int_equal(HIWORD(record.steps.front()), it.total);
        assert_rising(record.steps);
        if (it.expected < 65536) assert_true(LOWORD(record.steps.front()) >= 1);
        assert_int_equal(record.result, WBEM_S_NO_ERROR);
    }
    services->Release();
}

void R5_4_more_than_was_expected_never_lessens_the_numbers(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    engine.expected = 3;
    engine.rows = 40;
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Steps", new Sink(record), WBEM_FLAG_SEND_STATUS), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_promises(record);
    assert_true(record.progresses > 3);
    assert_rising(record.steps);
    services->Release();
}

void R1_7_R5_3_a_sink_that_fails_in_progress_hears_no_more_of_it(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    engine.rows = UINT32_MAX;
    sink->on_progress = [](HRESULT) { return E_FAIL; };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Steps", sink, WBEM_FLAG_SEND_STATUS), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(record.progresses, 1);
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    services->Release();
}

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

/* -- exceptions ----------------------------------------------------------------------------------------------------- */

void an_exception_out_of_indicate_cancels_the_call(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    sink->on_indicate = [](long, IWbemClassObject **) -> HRESULT { throw std::runtime_error("a sink"); };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Endless", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(record.indicates, 1);
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    services->Release();
}

void an_exception_out_of_a_status_or_a_release_changes_nothing_else(void **) {
    Engine engine;
    Record record, progress;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record, 1), *other = new Sink(progress);
    sink->on_final = [](HRESULT, IWbemClassObject *) -> HRESULT { throw 1; };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_promises(record);
    sink->Release();
    other->on_progress = [](HRESULT) -> HRESULT { throw 1; };
    engine.rows = UINT32_MAX;
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Steps", other, WBEM_FLAG_SEND_STATUS), WBEM_S_NO_ERROR);
    assert_true(progress.ended());
    assert_promises(progress);
    assert_int_equal(progress.result, WBEM_E_CALL_CANCELLED);
    services->Release();
}

struct Throwing : Sink {
    using Sink::Sink;
    ULONG AddRef() override {
        (void)Sink::AddRef();
        throw 1;
    }
    ULONG Release() override {
        (void)Sink::Release();
        throw 1;
    }
    HRESULT QueryInterface(REFIID, void **) override { throw 1; }
};

void exceptions_out_of_the_three_methods_of_every_object_stay_inside(void **) {
    Engine engine;
    Record record;
    IWbemServices *services = connect(L"root\\lab");
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Failing", new Throwing(record)), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_promises(record);
    assert_int_equal(record.result, WBEM_E_PROVIDER_FAILURE);
    assert_int_equal(record.destroyed, 1);
    services->Release();
}

/* -- IWbemObjectSinkEx ---------------------------------------------------------------------------------------------- */

class ExtendedSink final : public IWbemObjectSinkEx {
  public:
    explicit ExtendedSink(Record &record) : record_(record) {}
    HRESULT QueryInterface(REFIID riid, void **out) override {
        asked_without_reference += record_.refs == 0;
        *out = nullptr;
        if (riid != IID_IUnknown && riid != IID_IWbemObjectSink && riid != IID_IWbemObjectSinkEx) return E_NOINTERFACE;
        *out = static_cast<IWbemObjectSinkEx *>(this);
        AddRef();
        return S_OK;
    }
    ULONG AddRef() override {
        std::lock_guard<std::mutex> hold(record_.lock);
        record_.add_refs++;
        return static_cast<ULONG>(++record_.refs);
    }
    ULONG Release() override {
        std::lock_guard<std::mutex> hold(record_.lock);
        record_.releases++;
        int left = --record_.refs;
        record_.changed.notify_all();
        return static_cast<ULONG>(left); /* it lives in the test */
    }
    HRESULT Indicate(long count, IWbemClassObject **) override {
        record_.rows += static_cast<uint64_t>(count);
        return S_OK;
    }
    HRESULT SetStatus(long flags, HRESULT result, BSTR, IWbemClassObject *) override {
        std::lock_guard<std::mutex> hold(record_.lock);
        if (flags == WBEM_STATUS_PROGRESS) {
            record_.progresses++;
            order += written_progress > record_.progresses - 1;
            return S_OK;
        }
        record_.finals++;
        record_.result = result;
        order += errors;
        return S_OK;
    }
    HRESULT WriteMessage(ULONG, const BSTR) override { return E_NOTIMPL; }
    HRESULT WriteError(IWbemClassObject *object, unsigned char *answer) override {
        errors++;
        description = text_of(object, L"Description");
        *answer = 1;
        return E_NOTIMPL;
    }
    HRESULT PromptUser(const BSTR, unsigned char, unsigned char *) override { return E_NOTIMPL; }
    HRESULT WriteProgress(const BSTR activity, const BSTR operation, const BSTR status, ULONG percent, ULONG) override {
        written_progress++;
        good_progress += std::wstring(activity) == L"ExecQueryAsync" && operation && status && percent <= 100;
        return E_NOTIMPL;
    }
    HRESULT WriteStreamParameter(const BSTR, VARIANT *, ULONG, ULONG) override { return E_NOTIMPL; }

    int errors = 0, written_progress = 0, good_progress = 0, order = 0, asked_without_reference = 0;
    std::wstring description;

  private:
    Record &record_;
};

void a_sink_with_more_methods_hears_of_progress_and_failure_by_them_too(void **) {
    Engine engine;
    Record failing, steps;
    ExtendedSink sink(failing), other(steps);
    IWbemServices *services = connect(L"root\\lab");
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Failing", &sink), WBEM_S_NO_ERROR);
    assert_true(failing.ended());
    assert_int_equal(failing.result, WBEM_E_PROVIDER_FAILURE);
    assert_int_equal(sink.errors, 1);
    assert_int_equal(sink.order, 1);
    assert_true(sink.description == L"the lab is on fire");
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Steps", &other, WBEM_FLAG_SEND_STATUS), WBEM_S_NO_ERROR);
    assert_true(steps.ended());
    assert_int_equal(steps.result, WBEM_S_NO_ERROR);
    assert_int_equal(other.errors, 0);
    assert_true(other.written_progress > 0);
    assert_int_equal(other.written_progress, steps.progresses);
    assert_int_equal(other.good_progress, steps.progresses);
    assert_int_equal(other.order, steps.progresses);
    assert_int_equal(sink.asked_without_reference + other.asked_without_reference, 0);
    services->Release();
}

/* Sinks that say more than is true. */
enum class Lie { YesAndNull, NoAndPointer, YesToAll, YesToAllWithoutReference };

struct Liar : Sink {
    Liar(Record &record, Lie how) : Sink(record, 1), lie(how) {}
    HRESULT QueryInterface(REFIID, void **out) override {
        asked++;
        switch (lie) {
        case Lie::YesAndNull: *out = nullptr; return S_OK;
        case Lie::NoAndPointer: *out = reinterpret_cast<void *>(16); return E_NOINTERFACE;
        case Lie::YesToAll: AddRef(); break;
        case Lie::YesToAllWithoutReference: break;
        }
        *out = static_cast<IWbemObjectSink *>(this);
        return S_OK;
    }
    Lie lie;
    int asked = 0;
};

void sinks_whose_queryinterface_lies_are_served_as_what_they_are(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    for (Lie lie : {Lie::YesAndNull, Lie::NoAndPointer, Lie::YesToAll, Lie::YesToAllWithoutReference}) {
        Record record;
        Liar *sink = new Liar(record, lie);
        assert_int_equal(ask(services, L"SELECT * FROM Lab_Failing", sink), WBEM_S_NO_ERROR);
        std::unique_lock<std::mutex> hold(record.lock);
        assert_true(record.changed.wait_for(hold, std::chrono::seconds(60), [&] { return record.finals && record.refs == 1; }));
        hold.unlock();
        assert_true(sink->asked > 0);
        assert_int_equal(record.result, WBEM_E_PROVIDER_FAILURE);
        assert_int_equal(sink->Release(), 0);
    }
    services->Release();
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

/* -- inside callbacks ----------------------------------------------------------------------------------------------- */

void a_new_call_and_a_synchronous_query_may_be_made_inside_a_callback(void **) {
    Engine engine;
    Record record, next;
    HRESULT asked = E_PENDING, queried = E_PENDING;
    ULONG got = 0;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    sink->on_indicate = [&](long, IWbemClassObject **) {
        IEnumWbemClassObject *all = nullptr;
        IWbemClassObject *object = nullptr;
        if (asked != E_PENDING) return WBEM_S_NO_ERROR;
        asked = ask(services, L"SELECT * FROM Lab_Row", new Sink(next));
        queried = services->ExecQuery(Text(L"WQL"), Text(L"SELECT * FROM Lab_Row WHERE Id = 7"), 0, nullptr, &all);
        if (SUCCEEDED(queried)) {
            (void)all->Next(WBEM_INFINITE, 1, &object, &got);
            if (object) object->Release();
            all->Release();
        }
        return WBEM_S_NO_ERROR;
    };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_int_equal(asked, WBEM_S_NO_ERROR);
    assert_int_equal(queried, WBEM_S_NO_ERROR);
    assert_int_equal(got, 1);
    assert_true(next.ended());
    assert_promises(record);
    assert_promises(next);
    services->Release();
}

void X21_a_sink_may_submit_itself_again_in_its_final_status(void **) {
    Engine engine;
    Record record;
    int left = 5;
    IWbemServices *services = connect(L"root\\lab");
    Sink *sink = new Sink(record);
    sink->on_final = [&](HRESULT, IWbemClassObject *) {
        return left-- > 0 ? ask(services, L"SELECT * FROM Lab_Row", sink) : WBEM_S_NO_ERROR;
    };
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended(6));
    assert_promises(record, 6);
    assert_int_equal(record.rows, 6 * 11);
    assert_int_equal(record.destroyed, 1);
    services->Release();
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

int start(void **) { return CoInitializeEx(nullptr, COINIT_MULTITHREADED) == S_OK ? 0 : -1; }
int finish(void **) {
    CoUninitialize();
    return 0;
}

} // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(R2_2_R2_3_before_security_is_settled_a_strict_engine_refuses), /* first */
        cmocka_unit_test(R2_4_security_is_settled_once_and_reaches_engines_before_and_after),
        cmocka_unit_test(R1_1_R4_2_a_refused_submission_never_touches_the_sink),
        cmocka_unit_test(R4_2_a_sink_of_count_zero_is_the_clients_to_delete_after_a_failure),
        cmocka_unit_test(R4_1_R4_8_a_submission_waits_for_no_provider_and_returns_zero),
        cmocka_unit_test(R4_3_one_reference_is_taken_on_the_submitting_thread),
        cmocka_unit_test(R4_4_what_a_query_means_is_told_by_the_final_status),
        cmocka_unit_test(R4_9_the_texts_may_go_when_the_method_returns),
        cmocka_unit_test(R4_6_lengths_are_checked_at_once),
        cmocka_unit_test(R1_5_R7_4_an_empty_result_is_one_status_without_an_object),
        cmocka_unit_test(R7_2_R7_3_a_sink_of_count_zero_dies_in_the_release_behind_the_status),
        cmocka_unit_test(R1_3_kept_objects_never_change),
        cmocka_unit_test(R1_4_an_error_object_says_what_happened_and_may_be_kept),
        cmocka_unit_test(R1_7_a_sink_that_fails_cancels_its_call),
        cmocka_unit_test(R1_7_what_the_final_status_answers_does_not_count),
        cmocka_unit_test(R1_8_every_success_is_a_success),
        cmocka_unit_test(R7_5_two_calls_of_one_sink_keep_their_own_promises),
        cmocka_unit_test(R7_7_the_services_may_be_released_while_a_call_runs),
        cmocka_unit_test(R7_6_a_host_that_closes_its_engine_ends_the_calls),
        cmocka_unit_test(a_host_takes_its_engine_away_when_nothing_of_it_is_held),
        cmocka_unit_test(R5_1_without_the_flag_there_is_one_status),
        cmocka_unit_test(R5_2_R5_4_progress_has_what_is_done_below_and_the_total_above),
        cmocka_unit_test(R5_4_more_than_was_expected_never_lessens_the_numbers),
        cmocka_unit_test(R1_7_R5_3_a_sink_that_fails_in_progress_hears_no_more_of_it),
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
        cmocka_unit_test(an_exception_out_of_indicate_cancels_the_call),
        cmocka_unit_test(an_exception_out_of_a_status_or_a_release_changes_nothing_else),
        cmocka_unit_test(exceptions_out_of_the_three_methods_of_every_object_stay_inside),
        cmocka_unit_test(a_sink_with_more_methods_hears_of_progress_and_failure_by_them_too),
        cmocka_unit_test(sinks_whose_queryinterface_lies_are_served_as_what_they_are),
        cmocka_unit_test(unlike_wine_many_calls_of_one_connection_are_pending_at_once),
        cmocka_unit_test(unlike_wine_rows_come_before_the_last_one_is_made_and_many_at_a_time),
        cmocka_unit_test(unlike_wine_what_indicate_answers_counts),
        cmocka_unit_test(unlike_wine_cancel_stops_the_rows_and_the_status_says_cancelled),
        cmocka_unit_test(unlike_wine_cancel_looks_at_the_sink_it_is_given),
        cmocka_unit_test(unlike_wine_cancel_inside_the_sink_does_not_wait_for_itself),
        cmocka_unit_test(unlike_wine_a_finished_call_holds_no_thread),
        cmocka_unit_test(unlike_wine_every_reading_method_has_its_asynchronous_form),
        cmocka_unit_test(unlike_wine_the_last_release_of_the_services_may_happen_inside_indicate),
        cmocka_unit_test(a_new_call_and_a_synchronous_query_may_be_made_inside_a_callback),
        cmocka_unit_test(X21_a_sink_may_submit_itself_again_in_its_final_status),
        cmocka_unit_test(calls_of_an_apartment_come_on_its_own_thread_while_it_sleeps),
        cmocka_unit_test(R7_6_the_last_couninitialize_of_an_apartment_ends_its_calls),
        cmocka_unit_test(a_call_of_an_apartment_is_cancelled_by_another_thread_while_it_sleeps),
        cmocka_unit_test(R6_2_a_cancel_ends_requests_for_the_next_objects_too),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
