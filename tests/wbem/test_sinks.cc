/* SPDX-License-Identifier: MIT */
/* test_sinks.cc: what reaches a sink beside objects: progress, more methods of it; and sinks that throw and lie. R numbers are
 * those of the specification of calls. */
#include "call_lab.h"

#include <stdexcept>

using namespace lab;

namespace {

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

void a_stub_is_what_its_sink_is(void **) {
    Engine engine;
    Record failing, steps, plain;
    ExtendedSink sink(failing), other(steps);
    IWbemUnsecuredApartment *maker = nullptr;
    IWbemObjectSink *stub = nullptr;
    void *extended = nullptr;
    IWbemServices *services = connect(L"root\\lab");
    assert_int_equal(CoCreateInstance(CLSID_UnsecuredApartment, nullptr, CLSCTX_LOCAL_SERVER, IID_IWbemUnsecuredApartment,
                                      reinterpret_cast<void **>(&maker)),
                     S_OK);
    assert_int_equal(maker->CreateSinkStub(&sink, 0, nullptr, &stub), WBEM_S_NO_ERROR);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Failing", stub), WBEM_S_NO_ERROR);
    stub->Release(); /* the call has its own */
    assert_true(failing.ended());
    assert_int_equal(sink.errors, 1);
    assert_true(sink.description == L"the lab is on fire");
    assert_int_equal(maker->CreateSinkStub(&other, 0, nullptr, &stub), WBEM_S_NO_ERROR);
    assert_int_equal(ask(services, L"SELECT * FROM Lab_Steps", stub, WBEM_FLAG_SEND_STATUS), WBEM_S_NO_ERROR);
    stub->Release();
    assert_true(steps.ended());
    assert_true(other.written_progress > 0);
    assert_int_equal(other.good_progress, steps.progresses);
    Sink *simple = new Sink(plain, 1);
    assert_int_equal(maker->CreateSinkStub(simple, 0, nullptr, &stub), WBEM_S_NO_ERROR);
    assert_int_equal(stub->QueryInterface(IID_IWbemObjectSinkEx, &extended), E_NOINTERFACE);
    assert_int_equal(stub->QueryInterface(IID_IWbemObjectSink, &extended), S_OK);
    assert_ptr_equal(extended, stub);
    stub->Release();
    assert_int_equal(stub->Release(), 0);
    assert_int_equal(simple->Release(), 0);
    assert_int_equal(failing.refs + steps.refs, 0);
    maker->Release();
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

} // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(R5_1_without_the_flag_there_is_one_status),
        cmocka_unit_test(R5_2_R5_4_progress_has_what_is_done_below_and_the_total_above),
        cmocka_unit_test(R5_4_more_than_was_expected_never_lessens_the_numbers),
        cmocka_unit_test(R1_7_R5_3_a_sink_that_fails_in_progress_hears_no_more_of_it),
        cmocka_unit_test(an_exception_out_of_indicate_cancels_the_call),
        cmocka_unit_test(an_exception_out_of_a_status_or_a_release_changes_nothing_else),
        cmocka_unit_test(exceptions_out_of_the_three_methods_of_every_object_stay_inside),
        cmocka_unit_test(a_sink_with_more_methods_hears_of_progress_and_failure_by_them_too),
        cmocka_unit_test(a_stub_is_what_its_sink_is),
        cmocka_unit_test(sinks_whose_queryinterface_lies_are_served_as_what_they_are),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
