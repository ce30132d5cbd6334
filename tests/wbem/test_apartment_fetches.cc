/* SPDX-License-Identifier: MIT */
/* test_apartment_fetches.cc: NextAsync asked for in an apartment: its callbacks come on the apartment's thread. */
#include "../../wbem/next_async.h" /* before cmocka.h, whose macros are called as some of its functions */

#include "result_lab.h"

#include <poll.h>
#include <wbemhost.h>

static const long SYNC = 0, NOW = WBEM_FLAG_RETURN_IMMEDIATELY, FORWARD = WBEM_FLAG_FORWARD_ONLY;
static const long MODES[] = {SYNC, NOW, FORWARD, NOW | FORWARD};

/* Runs on a thread of its own that is an apartment, and leaves it at the end. */
static void in_apartment(const std::function<void()> &body) {
    std::thread([&] {
        if (CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED) != S_OK) abort();
        body();
        CoUninitialize();
    }).join();
}

/* Lets this thread's apartment run until a condition holds; false: not within 20 s. */
static bool runs_until(const std::function<bool()> &condition) {
    for (int i = 0; i < 20000; i++) {
        if (condition()) return true;
        (void)wbem_apartment_run(0);
        Sleep(1);
    }
    return false;
}

/* -- delivery ------------------------------------------------------------------------------------------------------ */

static void callbacks_come_on_the_apartments_thread(void **) {
    for (long flags : MODES) {
        Steps steps(5000);
        Recorder sink;
        HRESULT result = E_FAIL;
        int before = -1;
        bool is_same = false;
        steps.rows_each = 700;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        in_apartment([&] {
            result = rows->NextAsync(6000, &sink);
            std::this_thread::sleep_for(std::chrono::milliseconds(5)); /* which lets nothing run */
            before = sink.indicates + sink.finals;
            (void)runs_until([&] { return sink.done.is_set(); });
            is_same = sink.indicate_thread == std::this_thread::get_id() && sink.final_thread == std::this_thread::get_id();
        });
        assert_int_equal(result, WBEM_S_NO_ERROR);
        assert_int_equal(before, 0);
        assert_promises(&sink, 1, WBEM_S_FALSE);
        assert_ids(sink.ids, 0, 5000);
        assert_true(is_same);
        rows->Release();
    }
}

static void sleep_alone_delivers(void **) {
    Steps steps(10);
    Recorder sink;
    steps.allowed = 2;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    sink.on_indicate = [&](long) {
        steps.allow(10);
        return S_OK;
    };
    in_apartment([&] {
        (void)rows->NextAsync(10, &sink);
        for (int i = 0; i < 2000 && !sink.done.is_set(); i++) Sleep(10);
    });
    assert_promises(&sink, 1, WBEM_S_NO_ERROR);
    assert_ids(sink.ids, 0, 10);
    rows->Release();
}

static void the_descriptor_of_an_apartment_tells_of_requests(void **) {
    Steps steps(10);
    Recorder sink;
    int waited[3] = {-1, -1, -1};
    steps.allowed = 0;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    in_apartment([&] {
        struct pollfd poll_for = {wbem_apartment_fd(), POLLIN, 0}; /* asked for before there is a queue */
        (void)rows->NextAsync(4, &sink);
        waited[0] = poll(&poll_for, 1, 0);
        steps.allow(10);
        waited[1] = poll(&poll_for, 1, 20000);
        (void)runs_until([&] { return sink.done.is_set(); });
        waited[2] = poll(&poll_for, 1, 0);
    });
    assert_int_equal(waited[0], 0);
    assert_int_equal(waited[1], 1);
    assert_int_equal(waited[2], 0);
    assert_promises(&sink, 1, WBEM_S_NO_ERROR);
    rows->Release();
}

/* -- the line ------------------------------------------------------------------------------------------------------ */

/* Next would wait for the request in front of it, and that for this thread. */
static void next_behind_a_request_of_its_own_thread_delivers_it_first(void **) {
    for (long flags : MODES) {
        Steps steps(10);
        Recorder sink, never;
        std::vector<uint32_t> ids;
        HRESULT result = E_FAIL, skipped = E_FAIL;
        int finals = -1;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        in_apartment([&] {
            (void)rows->NextAsync(4, &sink);
            result = read(rows, WBEM_INFINITE, 2, &ids);
            finals = sink.finals;
            (void)rows->NextAsync(1, &never);
            skipped = rows->Skip(WBEM_INFINITE, 1);
        });
        assert_int_equal(result, WBEM_S_NO_ERROR);
        assert_int_equal(skipped, WBEM_S_NO_ERROR);
        assert_int_equal(finals, 1);
        assert_promises(&sink, 1, WBEM_S_NO_ERROR);
        assert_promises(&never, 1, WBEM_S_NO_ERROR);
        assert_ids(sink.ids, 0, 4);
        assert_ids(ids, 4, 2);
        rows->Release();
    }
}

static void next_inside_a_callback_goes_to_the_front(void **) {
    Steps steps(20);
    Recorder first, second;
    std::vector<uint32_t> ids;
    HRESULT result = E_FAIL;
    steps.rows_each = 4;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    first.on_indicate = [&](long) {
        if (ids.empty()) result = read(rows, WBEM_INFINITE, 6, &ids);
        return S_OK;
    };
    in_apartment([&] {
        (void)rows->NextAsync(9, &first);
        (void)rows->NextAsync(9, &second);
        (void)runs_until([&] { return second.done.is_set(); });
    });
    assert_int_equal(result, WBEM_S_NO_ERROR);
    assert_promises(&first, 1, WBEM_S_NO_ERROR);
    assert_promises(&second, 1, WBEM_S_FALSE);
    assert_int_equal(first.ids.size(), 9);
    assert_int_equal(ids.size(), 6);
    assert_int_equal(second.ids.size(), 5);
    rows->Release();
}

static void others_wait_for_an_apartment_no_longer_than_they_want(void **) {
    Steps steps(10);
    Recorder sink;
    std::vector<uint32_t> ids;
    HRESULT result = E_FAIL;
    Event asked, tried;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(SYNC);
    std::thread other([&] {
        (void)asked.wait();
        result = read(rows, 20, 1, &ids);
        tried.set();
    });
    in_apartment([&] {
        (void)rows->NextAsync(4, &sink);
        asked.set();
        (void)tried.wait();
        (void)runs_until([&] { return sink.done.is_set(); });
    });
    other.join();
    assert_int_equal(result, WBEM_S_TIMEDOUT);
    assert_promises(&sink, 1, WBEM_S_NO_ERROR);
    assert_int_equal(next_id(rows), 4);
    rows->Release();
}

/* -- cancelling ---------------------------------------------------------------------------------------------------- */

static void a_cancel_on_the_apartments_thread_is_over_when_it_returns(void **) {
    Steps steps(10);
    Recorder sink;
    HRESULT answer = E_FAIL, again = E_FAIL;
    int finals = -1, releases = -1;
    steps.allowed = 0;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    in_apartment([&] {
        (void)rows->NextAsync(4, &sink);
        answer = lab.services->CancelAsyncCall(&sink);
        finals = sink.finals;
        releases = sink.releases;
        again = lab.services->CancelAsyncCall(&sink);
    });
    assert_int_equal(answer, WBEM_S_NO_ERROR);
    assert_int_equal(again, WBEM_E_NOT_FOUND);
    assert_int_equal(finals, 1);
    assert_int_equal(releases, 1);
    assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
    rows->Release();
}

/* As of a pumped call: the final status is the apartment's, and a cancel elsewhere waits for it, within its bound. */
static void a_cancel_elsewhere_waits_for_the_apartment(void **) {
    Steps steps(10);
    Recorder sink;
    HRESULT first = E_FAIL, second = E_FAIL;
    int finals = -1;
    bool is_same = false;
    Event asked, tried;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    std::thread other([&] {
        (void)asked.wait();
        first = wbem::cancel_fetches_within(&sink, 20);
        finals = sink.finals;
        tried.set();
        second = wbem::cancel_fetches(&sink);
        if (!sink.releases) abort();
    });
    in_apartment([&] {
        (void)rows->NextAsync(4, &sink);
        asked.set();
        (void)tried.wait();
        (void)runs_until([&] { return sink.done.is_set(); });
        is_same = sink.final_thread == std::this_thread::get_id();
    });
    other.join();
    assert_int_equal(first, WBEM_S_TIMEDOUT);
    assert_int_equal(finals, 0);
    assert_true(second == WBEM_S_NO_ERROR || second == WBEM_E_NOT_FOUND);
    assert_true(is_same);
    assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
    assert_int_equal(sink.indicates, 0);
    rows->Release();
}

/* Each waits for the other's thread: the second to come sees it, and does not wait. */
static void X_two_apartments_cancel_each_other(void **) {
    Steps steps(10);
    Recorder sinks[2];
    HRESULT answers[2] = {E_FAIL, E_FAIL};
    Event asked[2];
    steps.allowed = 0;
    Lab lab(&steps);
    IEnumWbemClassObject *rows[2] = {lab.all(NOW), lab.all(NOW)};
    auto apartment = [&](int self) {
        in_apartment([&, self] {
            (void)rows[self]->NextAsync(4, &sinks[self]);
            asked[self].set();
            (void)asked[1 - self].wait();
            answers[self] = wbem::cancel_fetches(&sinks[1 - self]);
            (void)runs_until([&] { return sinks[self].done.is_set(); });
        });
    };
    std::thread other(apartment, 1);
    apartment(0);
    other.join();
    for (int i = 0; i < 2; i++) {
        assert_promises(&sinks[i], 1, WBEM_E_CALL_CANCELLED);
        rows[i]->Release();
    }
    assert_true(answers[0] != WBEM_S_TIMEDOUT || answers[1] != WBEM_S_TIMEDOUT);
}

/* -- ends ---------------------------------------------------------------------------------------------------------- */

static void the_last_couninitialize_ends_what_is_left(void **) {
    for (long flags : MODES) {
        Steps steps(10);
        Recorder sinks[3], late;
        HRESULT refused = S_OK;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        sinks[1].on_status = [&] { refused = rows->NextAsync(1, &late); };
        in_apartment([&] {
            for (Recorder &sink : sinks) (void)rows->NextAsync(4, &sink);
        });
        for (Recorder &sink : sinks) {
            assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
            assert_int_equal(sink.indicates, 0);
        }
        assert_int_equal(refused, WBEM_E_SHUTTING_DOWN);
        assert_int_equal(late.add_refs, 0);
        assert_int_equal(next_id(rows), 0); /* nothing was taken along */
        rows->Release();
    }
}

static void a_thread_that_ends_without_it_ends_them_too(void **) {
    Steps steps(10);
    Recorder sink;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(SYNC);
    std::thread([&] {
        if (CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED) != S_OK) abort();
        (void)rows->NextAsync(4, &sink);
    }).join();
    assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
    rows->Release();
}

static void an_apartment_may_be_left_in_a_callback(void **) {
    Steps steps(10);
    Recorder first, second;
    steps.rows_each = 2;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    first.on_indicate = [&](long) {
        if (first.indicates == 1) CoUninitialize();
        return S_OK;
    };
    std::thread([&] {
        if (CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED) != S_OK) abort();
        (void)rows->NextAsync(9, &first);
        (void)rows->NextAsync(9, &second);
        for (int i = 0; i < 2000 && !second.done.is_set(); i++) Sleep(10);
    }).join();
    assert_promises(&first, 1, WBEM_E_CALL_CANCELLED);
    assert_promises(&second, 1, WBEM_E_CALL_CANCELLED);
    assert_int_equal(second.indicates, 0);
    rows->Release();
}

static void an_apartment_that_is_left_while_a_request_is_made_refuses_it(void **) {
    class Leaving final : public Recorder {
      public:
        ULONG STDMETHODCALLTYPE AddRef() override {
            CoUninitialize();
            return Recorder::AddRef();
        }
    };
    Steps steps(10);
    Leaving sink;
    HRESULT result = S_OK;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(SYNC);
    in_apartment([&] { result = rows->NextAsync(4, &sink); });
    assert_int_equal(result, WBEM_E_SHUTTING_DOWN);
    assert_int_equal(sink.finals, 0);
    assert_int_equal(sink.refs, 1);
    assert_int_equal(next_id(rows), 0);
    rows->Release();
}

static void the_last_release_elsewhere_is_told_in_the_apartment(void **) {
    Steps steps(10);
    Recorder sink;
    bool is_same = false;
    Event asked;
    steps.allowed = 0;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    std::thread other([&] {
        (void)asked.wait();
        rows->Release();
    });
    in_apartment([&] {
        (void)rows->NextAsync(4, &sink);
        asked.set();
        (void)runs_until([&] { return sink.done.is_set(); });
        is_same = sink.final_thread == std::this_thread::get_id();
    });
    other.join();
    assert_true(is_same);
    assert_promises(&sink, 1, WBEM_E_CALL_CANCELLED);
    lab.close();
}

/* -- all at once --------------------------------------------------------------------------------------------------- */

/* Apartments that ask, run, read and leave, beside others that read and cancel: each object goes to one, each request has one
 * end, and no callback comes anywhere but where it was asked for. */
static void everybody_at_once_in_apartments(void **) {
    enum { ROWS = 20000, APARTMENTS = 2 };
    for (long flags : MODES) {
        Steps steps(ROWS);
        Recorder sinks[APARTMENTS];
        std::vector<uint32_t> ids[APARTMENTS + 1];
        std::atomic<int> accepted[APARTMENTS] = {}, elsewhere{0}, over{0};
        std::vector<int> seen(ROWS);
        steps.rows_each = 100;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        auto apartment = [&](int self) {
            Recorder &sink = sinks[self];
            const std::thread::id here = std::this_thread::get_id();
            sink.fetches = 1 << 30;
            sink.on_indicate = [&, here](long) {
                if (std::this_thread::get_id() != here) elsewhere++;
                return S_OK;
            };
            sink.on_status = [&, here] {
                if (std::this_thread::get_id() != here) elsewhere++;
            };
            for (unsigned round = 0; sink.code != WBEM_S_FALSE; round++) {
                if (CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED) != S_OK) abort();
                for (int i = 0; i < 4 && sink.code != WBEM_S_FALSE; i++) {
                    if (rows->NextAsync(static_cast<ULONG>(30 + self), &sink) == WBEM_S_NO_ERROR) accepted[self]++;
                    if ((round + static_cast<unsigned>(i)) % 3 == 0) (void)read(rows, 1, 5, &ids[self]);
                    if ((round + static_cast<unsigned>(i)) % 4 != 0) (void)wbem_apartment_run(1);
                }
                CoUninitialize();
            }
            over++;
        };
        std::thread threads[APARTMENTS] = {std::thread(apartment, 0), std::thread(apartment, 1)};
        std::thread reader([&] {
            while (over < APARTMENTS) (void)read(rows, 1, 7, &ids[APARTMENTS]);
        });
        std::thread canceller([&] {
            for (int i = 0; over < APARTMENTS; i++) {
                (void)wbem::cancel_fetches_within(&sinks[i % APARTMENTS], 1);
                std::this_thread::sleep_for(std::chrono::microseconds(200));
            }
        });
        for (std::thread &thread : threads) thread.join();
        reader.join();
        canceller.join();
        for (int i = 0; i < APARTMENTS; i++) {
            assert_int_equal(sinks[i].releases, accepted[i]);
            assert_int_equal(sinks[i].finals, accepted[i]);
            assert_int_equal(sinks[i].refs, 1);
            for (uint32_t id : sinks[i].ids) seen[id]++;
        }
        for (const std::vector<uint32_t> &some : ids)
            for (uint32_t id : some) seen[id]++;
        for (int count : seen) assert_int_equal(count, 1);
        assert_int_equal(elsewhere, 0);
        rows->Release();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callbacks_come_on_the_apartments_thread),
        cmocka_unit_test(sleep_alone_delivers),
        cmocka_unit_test(the_descriptor_of_an_apartment_tells_of_requests),
        cmocka_unit_test(next_behind_a_request_of_its_own_thread_delivers_it_first),
        cmocka_unit_test(next_inside_a_callback_goes_to_the_front),
        cmocka_unit_test(others_wait_for_an_apartment_no_longer_than_they_want),
        cmocka_unit_test(a_cancel_on_the_apartments_thread_is_over_when_it_returns),
        cmocka_unit_test(a_cancel_elsewhere_waits_for_the_apartment),
        cmocka_unit_test(X_two_apartments_cancel_each_other),
        cmocka_unit_test(the_last_couninitialize_ends_what_is_left),
        cmocka_unit_test(a_thread_that_ends_without_it_ends_them_too),
        cmocka_unit_test(an_apartment_may_be_left_in_a_callback),
        cmocka_unit_test(an_apartment_that_is_left_while_a_request_is_made_refuses_it),
        cmocka_unit_test(the_last_release_elsewhere_is_told_in_the_apartment),
        cmocka_unit_test(everybody_at_once_in_apartments),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
