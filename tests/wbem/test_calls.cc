/* SPDX-License-Identifier: MIT */
/* test_calls.cc: what an asynchronous call of IWbemServices promises, from its submission to its end. R numbers are those of the
 * specification of calls. */
#include "call_lab.h"

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

/* In one process there is no level to lower: a sink that refuses is asked once, whatever was said of levels. */
void R3_2_R3_3_a_sink_that_refuses_is_not_asked_again_with_less_security(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    for (DWORD level = RPC_C_AUTHN_LEVEL_DEFAULT; level <= RPC_C_AUTHN_LEVEL_PKT_PRIVACY; level++) {
        Record record;
        Sink *sink = new Sink(record);
        sink->on_indicate = [](long, IWbemClassObject **) { return E_ACCESSDENIED; };
        assert_int_equal(CoSetProxyBlanket(services, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, nullptr, level,
                                           RPC_C_IMP_LEVEL_IMPERSONATE, nullptr, EOAC_NONE),
                         S_OK);
        assert_int_equal(ask(services, L"SELECT * FROM Lab_Row", sink), WBEM_S_NO_ERROR);
        assert_true(record.ended());
        assert_promises(record);
        assert_int_equal(record.indicates, 1);
        assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    }
    services->Release();
}

/* -- submission ----------------------------------------------------------------------------------------------------- */

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

} // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(R2_2_R2_3_before_security_is_settled_a_strict_engine_refuses), /* first */
        cmocka_unit_test(R2_4_security_is_settled_once_and_reaches_engines_before_and_after),
        cmocka_unit_test(R3_2_R3_3_a_sink_that_refuses_is_not_asked_again_with_less_security),
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
        cmocka_unit_test(a_new_call_and_a_synchronous_query_may_be_made_inside_a_callback),
        cmocka_unit_test(X21_a_sink_may_submit_itself_again_in_its_final_status),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
