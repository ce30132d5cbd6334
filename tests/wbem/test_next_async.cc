/* SPDX-License-Identifier: MIT */
/* test_next_async.cc: objects of a result set to a sink, in order, and what a cancel promises. */
#include "../../wbem/next_async.h" /* before cmocka.h, whose macros are called as some of its functions */

#include "result_lab.h"

#include <csignal>
#include <pthread.h>
#include <stdexcept>

static const long SYNC = 0, NOW = WBEM_FLAG_RETURN_IMMEDIATELY, FORWARD = WBEM_FLAG_FORWARD_ONLY;
static const long MODES[] = {SYNC, NOW, FORWARD, NOW | FORWARD};

/* Waits until a condition holds that another thread brings about; false: not within 20 s. */
static bool comes_true(const std::function<bool()> &condition) {
    for (int i = 0; i < 20000; i++) {
        if (condition()) return true;
        Sleep(1);
    }
    return false;
}

/* -- delivery ------------------------------------------------------------------------------------------------------ */

static void objects_come_and_then_the_status(void **) {
    for (long flags : MODES) {
        Steps steps(3000);
        Recorder first, second, third;
        std::vector<uint32_t> ids;
        steps.rows_each = 700;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        assert_int_equal(rows->NextAsync(2000, &first), WBEM_S_NO_ERROR);
        assert_promises(&first, 1, WBEM_S_NO_ERROR);
        assert_false(first.has_error);
        assert_ids(first.ids, 0, 2000);
        assert_true(first.indicates >= 2);
        assert_int_equal(read(rows, WBEM_INFINITE, 1, &ids), WBEM_S_NO_ERROR); /* goes on where the fetch ended */
        assert_ids(ids, 2000, 1);
        assert_int_equal(rows->NextAsync(5000, &second), WBEM_S_NO_ERROR);
        assert_promises(&second, 1, WBEM_S_FALSE);
        assert_ids(second.ids, 2001, 999);
        assert_int_equal(rows->NextAsync(1, &third), WBEM_S_NO_ERROR); /* C-8: the end is told by the status */
        assert_promises(&third, 1, WBEM_S_FALSE);
        assert_int_equal(third.indicates, 0);
        rows->Release();
    }
}

static void no_objects_are_asked_for(void **) {
    Steps steps(3);
    Recorder sink;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(SYNC);
    assert_int_equal(rows->NextAsync(0, &sink), WBEM_S_FALSE);
    assert_int_equal(rows->NextAsync(0, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(sink.add_refs, 0);
    assert_int_equal(next_id(rows), 0);
    rows->Release();
    assert_int_equal(sink.finals, 0);
}

static void objects_come_before_the_failure_behind_them(void **) {
    for (long flags : {NOW, NOW | FORWARD}) {
        Steps steps(5);
        Recorder sink, again;
        steps.end = WQL_E_ACCESS_DENIED;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        assert_int_equal(rows->NextAsync(100, &sink), WBEM_S_NO_ERROR);
        assert_promises(&sink, 1, WBEM_E_ACCESS_DENIED);
        assert_ids(sink.ids, 0, 5);
        assert_int_equal(rows->NextAsync(100, &again), WBEM_S_NO_ERROR);
        assert_promises(&again, 1, WBEM_E_ACCESS_DENIED);
        assert_int_equal(again.indicates, 0);
        rows->Release();
    }
}

static void a_remark_comes_with_the_end(void **) {
    Steps steps(3);
    Recorder sink;
    steps.end = WQL_S_PARTIAL_RESULTS;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    assert_int_equal(rows->NextAsync(9, &sink), WBEM_S_NO_ERROR);
    assert_promises(&sink, 1, WBEM_S_FALSE);
    assert_ids(sink.ids, 0, 3);
    assert_true(sink.has_error);
    assert_int_equal(sink.error_code, WBEM_S_PARTIAL_RESULTS);
    rows->Release();
}

/* C-7: requests stand in a line. Objects that are there are delivered before the others come. */
static void requests_wait_for_each_other_and_hold_nobody(void **) {
    for (long flags : {NOW, NOW | FORWARD}) {
        Steps steps(10);
        Recorder first, second, third;
        std::vector<uint32_t> ids;
        HRESULT result = S_OK;
        steps.allowed = 2;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        assert_int_equal(rows->NextAsync(4, &first), WBEM_S_NO_ERROR);
        assert_int_equal(rows->NextAsync(3, &second), WBEM_S_NO_ERROR);
        assert_true(first.entered.wait());
        assert_int_equal(first.finals, 0);
        assert_int_equal(read(rows, WBEM_NO_WAIT, 1, &ids), WBEM_S_TIMEDOUT); /* so does Next, up to its time */
        assert_int_equal(rows->Skip(20, 1), WBEM_S_TIMEDOUT);
        std::thread waiting([&] { result = read(rows, WBEM_INFINITE, 2, &ids); });
        steps.allow(10);
        waiting.join();
        assert_int_equal(result, WBEM_S_NO_ERROR);
        assert_promises(&first, 1, WBEM_S_NO_ERROR);
        assert_promises(&second, 1, WBEM_S_NO_ERROR);
        assert_ids(first.ids, 0, 4);
        assert_ids(second.ids, 4, 3);
        assert_ids(ids, 7, 2);
        assert_int_equal(rows->NextAsync(9, &third), WBEM_S_NO_ERROR);
        assert_promises(&third, 1, WBEM_S_FALSE);
        assert_ids(third.ids, 9, 1);
        rows->Release();
    }
}

static void reset_leaves_what_is_queued_alone(void **) {
    Steps steps(10);
    Recorder first, second, third;
    std::vector<uint32_t> ids;
    IEnumWbemClassObject *clone = nullptr;
    steps.allowed = 2;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    assert_int_equal(rows->NextAsync(3, &first), WBEM_S_NO_ERROR);
    assert_int_equal(rows->NextAsync(3, &second), WBEM_S_NO_ERROR);
    assert_int_equal(rows->Reset(), WBEM_S_NO_ERROR);
    assert_int_equal(rows->NextAsync(1, &third), WBEM_S_NO_ERROR);
    assert_true(first.entered.wait());
    assert_int_equal(rows->Clone(&clone), WBEM_S_NO_ERROR); /* waits for nobody, and stands behind what was delivered */
    steps.allow(10);
    assert_int_equal(next_id(clone), 2);
    assert_promises(&third, 1, WBEM_S_NO_ERROR);
    assert_ids(first.ids, 0, 3);
    assert_ids(second.ids, 3, 3);
    assert_ids(third.ids, 0, 1);
    assert_int_equal(next_id(rows), 1);
    clone->Release();
    rows->Release();
}

/* The one that a Reset stood behind is cancelled: the Reset counts all the same, but not before its time. */
static void reset_stays_when_what_it_stood_behind_goes(void **) {
    Steps steps(10);
    Recorder first, second;
    steps.allowed = 2;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    assert_int_equal(rows->NextAsync(3, &first), WBEM_S_NO_ERROR);
    assert_int_equal(rows->NextAsync(3, &second), WBEM_S_NO_ERROR);
    assert_int_equal(rows->Reset(), WBEM_S_NO_ERROR);
    assert_int_equal(lab.services->CancelAsyncCall(&second), WBEM_S_NO_ERROR);
    assert_promises(&second, 1, WBEM_E_CALL_CANCELLED);
    steps.allow(10);
    assert_promises(&first, 1, WBEM_S_NO_ERROR);
    assert_ids(first.ids, 0, 3);
    assert_int_equal(next_id(rows), 0);
    rows->Release();
}

/* What a sink asks for in its callback comes next, before the rest of the fetch. */
static void a_callback_goes_to_the_front(void **) {
    for (long flags : {NOW, NOW | FORWARD}) {
        Steps steps(3000);
        Recorder first, second;
        std::vector<uint32_t> inside;
        HRESULT in_indicate = S_FALSE, in_status = S_FALSE;
        steps.rows_each = 100;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        first.on_indicate = [&](long) {
            if (inside.empty()) in_indicate = read(rows, WBEM_INFINITE, 5, &inside);
            return S_OK;
        };
        first.on_status = [&] { in_status = read(rows, WBEM_INFINITE, 1, &inside); };
        assert_int_equal(rows->NextAsync(1500, &first), WBEM_S_NO_ERROR);
        assert_int_equal(rows->NextAsync(100, &second), WBEM_S_NO_ERROR);
        assert_promises(&first, 1, WBEM_S_NO_ERROR);
        assert_promises(&second, 1, WBEM_S_NO_ERROR);
        assert_int_equal(in_indicate, WBEM_S_NO_ERROR);
        assert_int_equal(in_status, WBEM_S_NO_ERROR);
        assert_int_equal(first.ids.size(), 1500);
        assert_int_equal(inside.size(), 6);
        assert_int_equal(inside[5], 1505);
        assert_ids(second.ids, 1506, 100);
        rows->Release();
    }
}

/* The way that the documentation means: the client says how much it can take, again and again. */
static void a_sink_asks_again_in_its_final_status(void **) {
    for (long flags : MODES) {
        enum { ROUNDS = 40 };
        Steps steps(ROUNDS * 100);
        Recorder sink;
        std::atomic<int> rounds{1};
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        sink.fetches = ROUNDS + 1;
        sink.on_status = [&] {
            if (sink.code == WBEM_S_NO_ERROR && rows->NextAsync(100, &sink) == WBEM_S_NO_ERROR) rounds++;
        };
        assert_int_equal(rows->NextAsync(100, &sink), WBEM_S_NO_ERROR);
        assert_true(sink.done.wait());
        assert_int_equal(rounds, ROUNDS + 1);
        assert_int_equal(sink.finals, ROUNDS + 1);
        assert_int_equal(sink.refs, 1);
        assert_ids(sink.ids, 0, ROUNDS * 100);
        rows->Release();
    }
}

static void a_thread_is_there_while_there_are_requests(void **) {
    Steps steps(10);
    Recorder sink;
    sigset_t in_callback;
    steps.allowed = 0;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    assert_int_equal(threads_named("wbem-fetch"), 0);
    sigemptyset(&in_callback);
    sink.on_status = [&] { (void)pthread_sigmask(SIG_SETMASK, nullptr, &in_callback); };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(rows->NextAsync(1, &sink), WBEM_S_NO_ERROR);
        assert_int_equal(rows->NextAsync(1, &sink), WBEM_S_NO_ERROR);
        assert_true(comes_true([] { return threads_named("wbem-fetch") == 1; }));
        sink.fetches = 2 * (i + 1);
        steps.allow(static_cast<uint64_t>(2 * (i + 1)));
        assert_true(comes_true([&] { return sink.releases == 2 * (i + 1); }));
        assert_true(comes_true([] { return threads_named("wbem-fetch") == 0; }));
    }
    assert_ids(sink.ids, 0, 4);
    assert_true(sink.final_thread != std::this_thread::get_id());
    assert_int_equal(sigismember(&in_callback, SIGINT), 1); /* signals are the program's */
    assert_int_equal(sigismember(&in_callback, SIGTERM), 1);
    rows->Release();
}

/* As of calls: NextAsync calls a sink too. */
static void R2_2_R2_3_a_strict_engine_refuses_until_it_is_secured(void **) {
    for (uint32_t how : {WQL_STRICT, WQL_STRICT_LATE}) {
        Steps steps(10);
        Recorder sink, after;
        Lab lab(&steps, 2, how);
        IEnumWbemClassObject *rows = lab.all(NOW);
        if (how == WQL_STRICT) {
            assert_int_equal(rows->NextAsync(4, &sink), WBEM_E_ACCESS_DENIED);
            (void)take_error(WBEM_E_ACCESS_DENIED);
            assert_int_equal(sink.add_refs, 0);
        } else {
            assert_int_equal(rows->NextAsync(4, &sink), WBEM_S_NO_ERROR);
            assert_promises(&sink, 1, WBEM_E_ACCESS_DENIED);
            assert_int_equal(sink.indicates, 0);
            assert_true(sink.has_error);
        }
        assert_int_equal(wql_engine_secure(lab.engine), WQL_OK);
        assert_int_equal(rows->NextAsync(4, &after), WBEM_S_NO_ERROR);
        assert_promises(&after, 1, WBEM_S_NO_ERROR);
        assert_ids(after.ids, 0, 4);
        rows->Release();
    }
}

/* -- sinks that misbehave ------------------------------------------------------------------------------------------ */

static void a_sink_that_fails_cancels_its_fetch(void **) {
    for (int how = 0; how < 2; how++) {
        Steps steps(3000);
        Recorder sink, next;
        size_t got;
        steps.rows_each = 500;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(NOW);
        sink.on_indicate = [&](long) -> HRESULT {
            if (how) throw std::runtime_error("of the client");
            return E_FAIL;
        };
        assert_int_equal(rows->NextAsync(3000, &sink), WBEM_S_NO_ERROR);
        assert_true(sink.done.wait());
        if (how) sink.inside = 0; /* it left by the exception */
        if (how) sink.overlaps = 0;
        assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
        assert_int_equal(sink.indicates, 1);
        got = sink.ids.size();
        assert_int_equal(rows->NextAsync(10, &next), WBEM_S_NO_ERROR); /* the enumerator goes on behind what it was given */
        assert_promises(&next, 1, WBEM_S_NO_ERROR);
        assert_ids(next.ids, static_cast<uint32_t>(got), 10);
        rows->Release();
    }
}

/* Also if it was the last: what the sink says counts until the final status. */
static void a_sink_that_fails_in_the_last_indicate_cancels(void **) {
    Steps steps(5);
    Recorder sink;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(SYNC);
    sink.on_indicate = [](long) { return E_FAIL; };
    assert_int_equal(rows->NextAsync(5, &sink), WBEM_S_NO_ERROR);
    assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
    rows->Release();
}

static void the_answer_of_a_success_is_success(void **) {
    Steps steps(2000);
    Recorder sink;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(SYNC);
    sink.on_indicate = [](long) { return (HRESULT)WBEM_S_PENDING; };
    assert_int_equal(rows->NextAsync(2000, &sink), WBEM_S_NO_ERROR);
    assert_promises(&sink, 1, WBEM_S_NO_ERROR);
    assert_ids(sink.ids, 0, 2000);
    rows->Release();
}

/* -- cancel -------------------------------------------------------------------------------------------------------- */

/* R6.4, R6.5: nothing comes after the return. The canceller delivers the final status itself, so it needs nobody. */
static void R6_4_R6_5_a_cancel_is_over_when_it_returns(void **) {
    for (long flags : {NOW, NOW | FORWARD}) {
        Steps steps(10);
        Recorder sink;
        std::vector<uint32_t> ids;
        steps.allowed = 2;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        assert_int_equal(rows->NextAsync(5, &sink), WBEM_S_NO_ERROR);
        assert_true(sink.entered.wait());
        assert_int_equal(lab.services->CancelAsyncCall(&sink), WBEM_S_NO_ERROR);
        assert_int_equal(sink.finals, 1);
        assert_int_equal(sink.refs, 1);
        assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
        assert_ids(sink.ids, 0, 2);
        steps.allow(10);
        assert_int_equal(read(rows, WBEM_INFINITE, 9, &ids), WBEM_S_FALSE); /* and no object is lost */
        assert_ids(ids, 2, 8);
        assert_int_equal(sink.indicates, 1);
        rows->Release();
    }
}

/* R6.2: all that are there, of whatever enumerator; those of other sinks stay. */
static void R6_2_a_cancel_is_of_all_fetches_of_the_sink(void **) {
    Steps steps(10);
    Recorder sink, other;
    steps.allowed = 0;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW), *more = lab.all(NOW);
    sink.fetches = 3;
    assert_int_equal(rows->NextAsync(3, &sink), WBEM_S_NO_ERROR);
    assert_int_equal(rows->NextAsync(3, &other), WBEM_S_NO_ERROR);
    assert_int_equal(rows->NextAsync(3, &sink), WBEM_S_NO_ERROR);
    assert_int_equal(more->NextAsync(3, &sink), WBEM_S_NO_ERROR);
    assert_int_equal(lab.services->CancelAsyncCall(&sink), WBEM_S_NO_ERROR);
    assert_promises(&sink, 3, WBEM_E_CALL_CANCELLED);
    steps.allow(10);
    assert_promises(&other, 1, WBEM_S_NO_ERROR);
    assert_ids(other.ids, 0, 3);
    rows->Release();
    more->Release();
}

/* R6.3: the pointer is compared, never followed. */
static void R6_3_unknown_sinks_are_not_found(void **) {
    Steps steps(10);
    Recorder *gone = new Recorder;
    IWbemObjectSink *address = gone;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(SYNC);
    assert_int_equal(rows->NextAsync(3, gone), WBEM_S_NO_ERROR);
    assert_promises(gone, 1, WBEM_S_NO_ERROR);
    assert_true(comes_true([&] { return wbem::cancel_fetches(gone) == WBEM_E_NOT_FOUND; }));
    delete gone;
    assert_int_equal(lab.services->CancelAsyncCall(address), WBEM_E_NOT_FOUND);
    assert_int_equal(wbem::cancel_fetches(address), WBEM_E_NOT_FOUND);
    assert_int_equal(wbem::cancel_fetches(nullptr), WBEM_E_INVALID_PARAMETER);
    rows->Release();
}

/* Either a cancel finds it whole, or not at all: also one that comes while it is being accepted. */
static void a_cancel_while_it_is_accepted(void **) {
    class Early final : public Recorder {
      public:
        ULONG STDMETHODCALLTYPE AddRef() override {
            answer = wbem::cancel_fetches(this);
            return Recorder::AddRef();
        }
        HRESULT answer = 0;
    };
    Steps steps(3000);
    Early sink;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    assert_int_equal(rows->NextAsync(3000, &sink), WBEM_S_NO_ERROR);
    assert_promises(&sink, 1, WBEM_S_NO_ERROR);
    assert_int_equal(sink.answer, WBEM_E_NOT_FOUND);
    assert_ids(sink.ids, 0, 3000);
    rows->Release();
    for (int round = 0; round < 200; round++) { /* and by chance, in between */
        Recorder other;
        std::atomic<bool> is_over{false};
        rows = lab.all(SYNC);
        std::thread canceller([&] {
            while (!is_over) (void)wbem::cancel_fetches(&other);
        });
        assert_int_equal(rows->NextAsync(10, &other), WBEM_S_NO_ERROR);
        assert_true(other.done.wait());
        is_over = true;
        canceller.join();
        assert_promises(&other, 1, other.code);
        assert_true(other.code == WBEM_S_NO_ERROR || other.code == WBEM_E_CALL_CANCELLED);
        assert_int_equal(next_id(rows), other.ids.size());
        rows->Release();
    }
}

/* R6.8: it returns at once, and takes effect as the callback returns, on the same thread. */
static void R6_8_a_cancel_inside_a_callback_takes_effect_as_it_unwinds(void **) {
    Steps steps(3000);
    Recorder sink;
    std::atomic<HRESULT> answer{0}, by_client{0};
    std::atomic<int> finals_then{-1};
    steps.rows_each = 500;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    sink.on_indicate = [&](long) {
        answer = wbem::cancel_fetches(&sink);
        by_client = lab.services->CancelAsyncCall(&sink);
        finals_then = sink.finals.load();
        return S_OK;
    };
    assert_int_equal(rows->NextAsync(3000, &sink), WBEM_S_NO_ERROR);
    assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
    assert_int_equal(answer, WBEM_S_PENDING);
    assert_int_equal(by_client, WBEM_S_NO_ERROR);
    assert_int_equal(finals_then, 0);
    assert_int_equal(sink.indicates, 1);
    assert_true(sink.indicate_thread == sink.final_thread);
    rows->Release();
}

/* R6.7: in the final status, and in the release, it is too late. */
static void R6_7_a_cancel_in_the_end_changes_nothing(void **) {
    Steps steps(5);
    Recorder sink;
    std::atomic<HRESULT> in_status{0}, in_release{0};
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    sink.on_status = [&] { in_status = wbem::cancel_fetches(&sink); };
    sink.on_release = [&] { in_release = wbem::cancel_fetches(&sink); };
    assert_int_equal(rows->NextAsync(5, &sink), WBEM_S_NO_ERROR);
    assert_promises(&sink, 1, WBEM_S_NO_ERROR);
    assert_int_equal(in_status, WBEM_S_PENDING);
    assert_int_equal(in_release, WBEM_S_PENDING);
    rows->Release();
}

/* R6.9: the bound; no new data begins, and the one final status comes when the callback returns. */
static void R6_9_a_sink_that_does_not_return(void **) {
    Steps steps(3000);
    Recorder sink;
    Event go;
    steps.rows_each = 500;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    sink.on_indicate = [&](long) {
        (void)go.wait();
        return S_OK;
    };
    assert_int_equal(rows->NextAsync(3000, &sink), WBEM_S_NO_ERROR);
    assert_true(sink.entered.wait());
    assert_int_equal(wbem::cancel_fetches_within(&sink, 30), WBEM_S_TIMEDOUT);
    assert_int_equal(sink.finals, 0);
    go.set();
    assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
    assert_int_equal(sink.indicates, 1);
    rows->Release();
}

/* R6.10: all of them return only when it is over. */
static void R6_10_several_cancel_at_once(void **) {
    for (int round = 0; round < 20; round++) {
        Steps steps(10);
        Recorder sink;
        std::vector<std::thread> threads;
        std::atomic<int> wrong{0}, successes{0};
        Event go;
        steps.allowed = round % 2 ? 2 : 0;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(NOW);
        assert_int_equal(rows->NextAsync(5, &sink), WBEM_S_NO_ERROR);
        for (int i = 0; i < 4; i++)
            threads.emplace_back([&] {
                (void)go.wait();
                HRESULT answer = wbem::cancel_fetches(&sink);
                if (answer == WBEM_S_NO_ERROR) successes++;
                if (answer != WBEM_S_NO_ERROR && answer != WBEM_E_NOT_FOUND) wrong++;
                if (sink.releases != 1) wrong++;
            });
        go.set();
        for (std::thread &thread : threads) thread.join();
        assert_int_equal(wrong, 0);
        assert_true(successes > 0);
        assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
        rows->Release();
    }
}

/* Two callbacks that cancel each other do not hang: the last one in does not wait. */
static void X_two_callbacks_cancel_each_other(void **) {
    Steps steps(10);
    Recorder one, two;
    std::atomic<HRESULT> answers[2];
    Lab lab(&steps);
    IEnumWbemClassObject *first = lab.all(SYNC), *second = lab.all(SYNC);
    one.on_indicate = [&](long) {
        (void)two.entered.wait();
        answers[0] = wbem::cancel_fetches(&two);
        return S_OK;
    };
    two.on_indicate = [&](long) {
        (void)one.entered.wait();
        answers[1] = wbem::cancel_fetches(&one);
        return S_OK;
    };
    assert_int_equal(first->NextAsync(5, &one), WBEM_S_NO_ERROR);
    assert_int_equal(second->NextAsync(5, &two), WBEM_S_NO_ERROR);
    assert_promises(&one, 1, WBEM_E_CALL_CANCELLED);
    assert_promises(&two, 1, WBEM_E_CALL_CANCELLED);
    assert_true(answers[0] == WBEM_S_TIMEDOUT || answers[1] == WBEM_S_TIMEDOUT);
    assert_true(answers[0] == WBEM_S_NO_ERROR || answers[1] == WBEM_S_NO_ERROR);
    first->Release();
    second->Release();
}

/* The same between a call of the engine's and a fetch, of which neither sees the other's wait: the fetch's canceller gives up. */
static void X_callbacks_of_a_call_and_of_a_fetch_cancel_each_other(void **) {
    Steps steps(10);
    Recorder call, fetch;
    std::atomic<HRESULT> answers[2];
    BSTR language = SysAllocString(L"WQL"), text = SysAllocString(L"SELECT * FROM Step");
    const auto begin = std::chrono::steady_clock::now();
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(SYNC);
    call.on_indicate = [&](long) {
        (void)fetch.entered.wait();
        answers[0] = lab.services->CancelAsyncCall(&fetch);
        return S_OK;
    };
    fetch.on_indicate = [&](long) {
        (void)call.entered.wait();
        answers[1] = lab.services->CancelAsyncCall(&call);
        return S_OK;
    };
    assert_int_equal(rows->NextAsync(5, &fetch), WBEM_S_NO_ERROR);
    assert_int_equal(lab.services->ExecQueryAsync(language, text, 0, nullptr, &call), WBEM_S_NO_ERROR);
    assert_promises(&call, 1, WBEM_E_CALL_CANCELLED);
    assert_promises(&fetch, 1, WBEM_E_CALL_CANCELLED);
    assert_int_equal(answers[0], WBEM_S_TIMEDOUT);
    assert_int_equal(answers[1], WBEM_S_NO_ERROR);
    assert_true(std::chrono::steady_clock::now() - begin < std::chrono::seconds(8)); /* less than the bound of a cancel */
    SysFreeString(language);
    SysFreeString(text);
    rows->Release();
}

/* A fetch whose callback waits for another fetch is no obstacle: what is not inside a callback is finished at once. */
static void a_callback_cancels_what_waits(void **) {
    Steps steps(10);
    Recorder one, two;
    std::atomic<HRESULT> answer{-1};
    steps.allowed = 5;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    one.on_indicate = [&](long) {
        answer = wbem::cancel_fetches(&two);
        return S_OK;
    };
    two.on_release = [] {};
    std::thread([&] { /* the second is in the line before the first is served */
                      assert_int_equal(rows->NextAsync(5, &two), WBEM_S_NO_ERROR);
    })
        .join();
    assert_true(two.done.wait());
    assert_promises(&two, 1, WBEM_S_NO_ERROR);
    two.fetches = 2;
    assert_int_equal(rows->NextAsync(5, &two), WBEM_S_NO_ERROR);
    IEnumWbemClassObject *other = lab.all(NOW);
    assert_int_equal(other->NextAsync(5, &one), WBEM_S_NO_ERROR);
    assert_promises(&one, 1, WBEM_S_NO_ERROR);
    assert_int_equal(answer, WBEM_S_NO_ERROR);
    assert_int_equal(two.finals, 2);
    assert_int_equal(two.code, WBEM_E_CALL_CANCELLED);
    assert_int_equal(two.refs, 1);
    other->Release();
    rows->Release();
}

/* -- the end of the enumerator ------------------------------------------------------------------------------------- */

static void the_last_release_cancels_what_is_queued(void **) {
    for (long flags : {NOW, NOW | FORWARD}) {
        Steps steps(10);
        Recorder sinks[4];
        steps.allowed = 2;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        for (Recorder &sink : sinks) assert_int_equal(rows->NextAsync(3, &sink), WBEM_S_NO_ERROR);
        assert_true(sinks[0].entered.wait());
        assert_int_equal(rows->Release(), 0);
        for (Recorder &sink : sinks) assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
        assert_ids(sinks[0].ids, 0, 2);
        for (int i = 1; i < 4; i++) assert_int_equal(sinks[i].indicates, 0);
        assert_true(steps.wait_for_closes(1)); /* the query too */
    }
}

/* The set goes on for the clone, and with it the wait of the thread that serves: another one tells the ends. */
static void the_last_release_does_not_wait_for_a_set_that_goes_on(void **) {
    Steps steps(10);
    Recorder sinks[3];
    IEnumWbemClassObject *clone = nullptr;
    steps.allowed = 0;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    for (Recorder &sink : sinks) assert_int_equal(rows->NextAsync(3, &sink), WBEM_S_NO_ERROR);
    assert_int_equal(rows->Clone(&clone), WBEM_S_NO_ERROR);
    assert_true(comes_true([] { return threads_named("wbem-fetch") == 1; }));
    assert_int_equal(rows->Release(), 0);
    for (Recorder &sink : sinks) assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
    assert_int_equal(steps.closes, 0);
    steps.allow(10);
    assert_int_equal(next_id(clone), 0);
    assert_true(comes_true([] { return threads_named("wbem-fetch") == 0; }));
    clone->Release();
}

/* The usual place: the sink is through, and lets the enumerator go. Nothing of the library is behind it: ~Lab sees that. */
static void a_sink_releases_the_enumerator_in_its_final_status(void **) {
    for (long flags : MODES) {
        Steps steps(100);
        Recorder sink, queued;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        sink.on_status = [&] { (void)rows->Release(); };
        assert_int_equal(rows->NextAsync(10, &sink), WBEM_S_NO_ERROR);
        assert_promises(&sink, 1, WBEM_S_NO_ERROR);
        lab.close();
        assert_ids(sink.ids, 0, 10);
    }
}

static void a_sink_releases_the_enumerator_while_it_is_given_objects(void **) {
    for (long flags : MODES) {
        Steps steps(3000);
        Recorder sink, queued;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        Event go;
        std::atomic<ULONG> left{9};
        sink.on_indicate = [&](long) {
            (void)go.wait();
            left = rows->Release();
            return S_OK;
        };
        assert_int_equal(rows->NextAsync(3000, &sink), WBEM_S_NO_ERROR);
        assert_int_equal(rows->NextAsync(10, &queued), WBEM_S_NO_ERROR);
        go.set();
        assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
        assert_promises(&queued, 1, WBEM_E_CALL_CANCELLED);
        assert_int_equal(left, 0);
        assert_int_equal(sink.indicates, 1);
        lab.close();
    }
}

/* -- all at once --------------------------------------------------------------------------------------------------- */

/* Fetches, Nexts, cancels: each object goes to one of them, and each fetch has its one end. */
static void everybody_at_once(void **) {
    enum { ROWS = 30000, READERS = 2, FETCHERS = 3 };
    for (long flags : MODES) {
        Steps steps(ROWS);
        Recorder sinks[FETCHERS];
        std::vector<uint32_t> ids[READERS];
        std::vector<std::thread> threads;
        std::atomic<int> accepted[FETCHERS] = {}, cancels{0};
        std::atomic<bool> is_over{false};
        std::vector<int> seen(ROWS);
        steps.rows_each = 100;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        for (int i = 0; i < READERS; i++)
            threads.emplace_back([&, i] {
                HRESULT result = WBEM_S_NO_ERROR;
                while (SUCCEEDED(result) && result != WBEM_S_FALSE) result = read(rows, i ? 1 : WBEM_INFINITE, 7, &ids[i]);
            });
        for (int i = 0; i < FETCHERS; i++)
            threads.emplace_back([&, i] {
                sinks[i].fetches = 1 << 30;
                while (!is_over) {
                    if (accepted[i] - sinks[i].releases > 4) { /* as much as it can take */
                        std::this_thread::yield();
                        continue;
                    }
                    if (rows->NextAsync(static_cast<ULONG>(50 + i), &sinks[i]) == WBEM_S_NO_ERROR) accepted[i]++;
                    if (sinks[i].code == WBEM_S_FALSE) break;
                }
            });
        std::thread canceller([&] {
            while (!is_over) {
                HRESULT answer = wbem::cancel_fetches(&sinks[cancels++ % FETCHERS]);
                if (answer != WBEM_S_NO_ERROR && answer != WBEM_E_NOT_FOUND) abort();
                std::this_thread::yield();
            }
        });
        threads[0].join();
        threads[1].join();
        is_over = true;
        for (size_t i = READERS; i < threads.size(); i++) threads[i].join();
        canceller.join();
        for (int i = 0; i < FETCHERS; i++) {
            assert_true(comes_true([&] { return sinks[i].releases == accepted[i]; }));
            assert_int_equal(sinks[i].finals, accepted[i]);
            assert_int_equal(sinks[i].refs, 1);
            for (uint32_t id : sinks[i].ids) seen[id]++;
        }
        for (const std::vector<uint32_t> &some : ids)
            for (uint32_t id : some) seen[id]++;
        for (int count : seen) assert_int_equal(count, 1);
        rows->Release();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_come_and_then_the_status),
        cmocka_unit_test(no_objects_are_asked_for),
        cmocka_unit_test(objects_come_before_the_failure_behind_them),
        cmocka_unit_test(a_remark_comes_with_the_end),
        cmocka_unit_test(requests_wait_for_each_other_and_hold_nobody),
        cmocka_unit_test(reset_leaves_what_is_queued_alone),
        cmocka_unit_test(reset_stays_when_what_it_stood_behind_goes),
        cmocka_unit_test(a_callback_goes_to_the_front),
        cmocka_unit_test(a_sink_asks_again_in_its_final_status),
        cmocka_unit_test(a_thread_is_there_while_there_are_requests),
        cmocka_unit_test(R2_2_R2_3_a_strict_engine_refuses_until_it_is_secured),
        cmocka_unit_test(a_sink_that_fails_cancels_its_fetch),
        cmocka_unit_test(a_sink_that_fails_in_the_last_indicate_cancels),
        cmocka_unit_test(the_answer_of_a_success_is_success),
        cmocka_unit_test(R6_4_R6_5_a_cancel_is_over_when_it_returns),
        cmocka_unit_test(R6_2_a_cancel_is_of_all_fetches_of_the_sink),
        cmocka_unit_test(R6_3_unknown_sinks_are_not_found),
        cmocka_unit_test(a_cancel_while_it_is_accepted),
        cmocka_unit_test(R6_8_a_cancel_inside_a_callback_takes_effect_as_it_unwinds),
        cmocka_unit_test(R6_7_a_cancel_in_the_end_changes_nothing),
        cmocka_unit_test(R6_9_a_sink_that_does_not_return),
        cmocka_unit_test(R6_10_several_cancel_at_once),
        cmocka_unit_test(X_two_callbacks_cancel_each_other),
        cmocka_unit_test(X_callbacks_of_a_call_and_of_a_fetch_cancel_each_other),
        cmocka_unit_test(a_callback_cancels_what_waits),
        cmocka_unit_test(the_last_release_cancels_what_is_queued),
        cmocka_unit_test(the_last_release_does_not_wait_for_a_set_that_goes_on),
        cmocka_unit_test(a_sink_releases_the_enumerator_in_its_final_status),
        cmocka_unit_test(a_sink_releases_the_enumerator_while_it_is_given_objects),
        cmocka_unit_test(everybody_at_once),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
