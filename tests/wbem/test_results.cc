/* SPDX-License-Identifier: MIT */
/* test_results.cc: what IEnumWbemClassObject and IWbemCallResult say, when, and to whom. */
#include "result_lab.h"

#include "../../wbem/results.h"

#include <cstdlib>
#include <new>

/* -- allocations of C++, counted, and failing ---------------------------------------------------------------------- */

static std::atomic<long> news{0};
static thread_local long fails_in = 0; /* the how-manieth from now on fails, on this thread; 0: none */

static void *allocate(size_t size) noexcept {
    news++;
    if (fails_in && --fails_in == 0) return nullptr;
    return malloc(size ? size : 1);
}
void *operator new(size_t size) {
    void *memory = allocate(size);
    if (!memory) throw std::bad_alloc();
    return memory;
}
void *operator new(size_t size, const std::nothrow_t &) noexcept { return allocate(size); }
void *operator new[](size_t size) { return operator new(size); }
void operator delete(void *memory) noexcept { free(memory); }
void operator delete(void *memory, size_t) noexcept { free(memory); }
void operator delete[](void *memory) noexcept { free(memory); }
void operator delete[](void *memory, size_t) noexcept { free(memory); }

static const long SYNC = 0, NOW = WBEM_FLAG_RETURN_IMMEDIATELY, FORWARD = WBEM_FLAG_FORWARD_ONLY;
static const long MODES[] = {SYNC, NOW, FORWARD, NOW | FORWARD};

/* -- synchronous and at once --------------------------------------------------------------------------------------- */

/* The provider is through before ExecQuery returns: its scan is closed. */
static void a_synchronous_result_is_there_whole(void **) {
    for (long flags : {SYNC, FORWARD}) {
        Steps steps(3500);
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        std::vector<uint32_t> ids;
        assert_int_equal(steps.closes, 1);
        assert_int_equal(read(rows, WBEM_NO_WAIT, 5000, &ids), WBEM_S_FALSE);
        assert_ids(ids, 0, 3500);
        assert_int_equal(steps.opens, 1);
        rows->Release();
    }
}

static void a_synchronous_failure_is_returned_with_an_error_object(void **) {
    Steps steps(10);
    Lab lab(&steps);
    IEnumWbemClassObject *rows = reinterpret_cast<IEnumWbemClassObject *>(&steps);
    for (long flags : {SYNC, FORWARD}) {
        assert_int_equal(lab.try_query(L"SELECT * FROM Nothing", flags, &rows), WBEM_E_INVALID_CLASS);
        assert_null(rows);
        assert_non_null(strstr(take_error(WBEM_E_INVALID_CLASS).c_str(), "Nothing"));
    }
    steps.end = WQL_E_ACCESS_DENIED; /* also one that comes behind rows */
    assert_int_equal(lab.try_query(L"SELECT * FROM Step", SYNC, &rows), WBEM_E_ACCESS_DENIED);
    assert_null(rows);
    assert_non_null(strstr(take_error(WBEM_E_ACCESS_DENIED).c_str(), "stepped"));
}

static void an_error_of_a_query_started_at_once_comes_by_next(void **) {
    Steps steps(10);
    Lab lab(&steps);
    for (long flags : {NOW, NOW | FORWARD}) {
        IEnumWbemClassObject *rows = lab.query(L"SELECT * FROM Nothing", flags);
        std::vector<uint32_t> ids;
        for (int i = 0; i < 3; i++) {
            assert_int_equal(read(rows, WBEM_INFINITE, 1, &ids), WBEM_E_INVALID_CLASS);
            assert_non_null(strstr(take_error(WBEM_E_INVALID_CLASS).c_str(), "Nothing"));
        }
        assert_int_equal(rows->Skip(WBEM_INFINITE, 1), WBEM_E_INVALID_CLASS);
        assert_int_equal(ids.size(), 0);
        rows->Release();
    }
}

/* Workers begin before anybody asks, and stop when they are far enough ahead. */
static void a_query_started_at_once_runs_ahead(void **) {
    for (long flags : {NOW, NOW | FORWARD}) {
        Steps steps(2000);
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        std::vector<uint32_t> ids;
        assert_true(steps.wait_for_closes(1));
        assert_int_equal(read(rows, WBEM_NO_WAIT, 3000, &ids), WBEM_S_FALSE);
        assert_ids(ids, 0, 2000);
        rows->Release();
    }
}

static void an_engine_without_workers_does_the_work_in_next(void **) {
    for (long flags : MODES) {
        Steps steps(2500);
        Lab lab(&steps, 0);
        IEnumWbemClassObject *rows = lab.all(flags);
        std::vector<uint32_t> ids;
        assert_int_equal(steps.opens, flags & NOW ? 0 : 1);
        assert_int_equal(read(rows, WBEM_INFINITE, 3000, &ids), WBEM_S_FALSE);
        assert_ids(ids, 0, 2500);
        rows->Release();
    }
}

/* -- what Next says ------------------------------------------------------------------------------------------------ */

/* The table of the reference, 2.5: the end of the wait decides. */
static void next_says_how_far_it_came(void **) {
    for (long flags : {NOW, NOW | FORWARD}) {
        Steps steps(10);
        std::vector<uint32_t> ids;
        steps.allowed = 0;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        assert_int_equal(read(rows, WBEM_NO_WAIT, 1, &ids), WBEM_S_TIMEDOUT);
        assert_int_equal(read(rows, 30, 1, &ids), WBEM_S_TIMEDOUT);
        assert_int_equal(ids.size(), 0);
        steps.allow(4);
        assert_int_equal(read(rows, WBEM_INFINITE, 3, &ids), WBEM_S_NO_ERROR);
        assert_int_equal(read(rows, 30, 3, &ids), WBEM_S_TIMEDOUT);
        assert_ids(ids, 0, 4);
        steps.allow(10);
        assert_int_equal(read(rows, 20000, 5, &ids), WBEM_S_NO_ERROR);
        assert_int_equal(read(rows, WBEM_INFINITE, 5, &ids), WBEM_S_FALSE);
        assert_ids(ids, 0, 10);
        for (int i = 0; i < 3; i++) assert_int_equal(read(rows, WBEM_NO_WAIT, 1, &ids), WBEM_S_FALSE);
        assert_false(has_error());
        assert_int_equal(ids.size(), 10);
        rows->Release();
    }
}

/* The last objects with WBEM_S_NO_ERROR, if they are as many as were asked for; the end is told by the next call. */
static void the_end_is_told_when_fewer_come(void **) {
    for (long flags : MODES) {
        Steps steps(10);
        Lab lab(&steps);
        std::vector<uint32_t> ids;
        IEnumWbemClassObject *rows = lab.all(flags);
        assert_int_equal(read(rows, WBEM_INFINITE, 10, &ids), WBEM_S_NO_ERROR);
        assert_int_equal(read(rows, WBEM_INFINITE, 1, &ids), WBEM_S_FALSE);
        assert_ids(ids, 0, 10);
        rows->Release();
        rows = lab.query(L"SELECT * FROM Step WHERE Id > 99", flags);
        assert_int_equal(read(rows, WBEM_INFINITE, 1, &ids), WBEM_S_FALSE);
        assert_int_equal(ids.size(), 10);
        rows->Release();
    }
}

static void objects_come_before_the_failure_behind_them(void **) {
    for (long flags : {NOW, NOW | FORWARD}) {
        Steps steps(2003);
        std::vector<uint32_t> ids;
        steps.end = WQL_E_PROVIDER_FAILURE;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        assert_int_equal(read(rows, WBEM_INFINITE, 2000, &ids), WBEM_S_NO_ERROR);
        assert_int_equal(read(rows, WBEM_INFINITE, 10, &ids), WBEM_S_NO_ERROR); /* three, and the failure is next */
        assert_ids(ids, 0, 2003);
        assert_false(has_error());
        for (int i = 0; i < 2; i++) {
            assert_int_equal(read(rows, WBEM_NO_WAIT, 10, &ids), WBEM_E_PROVIDER_FAILURE);
            assert_non_null(strstr(take_error(WBEM_E_PROVIDER_FAILURE).c_str(), "stepped"));
        }
        assert_int_equal(ids.size(), 2003);
        rows->Release();
    }
}

/* The words of a remark are left for GetErrorInfo: the code of the end is one that clients wait for. */
static void a_remark_does_not_hide_the_end(void **) {
    for (long flags : MODES) {
        Steps steps(3);
        std::vector<uint32_t> ids;
        steps.end = WQL_S_PARTIAL_RESULTS;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        assert_int_equal(read(rows, WBEM_INFINITE, 3, &ids), WBEM_S_NO_ERROR);
        assert_false(has_error());
        for (int i = 0; i < 2; i++) {
            assert_int_equal(read(rows, WBEM_INFINITE, 3, &ids), WBEM_S_FALSE);
            (void)take_error(WBEM_S_PARTIAL_RESULTS);
        }
        assert_ids(ids, 0, 3);
        rows->Release();
    }
}

static void timeouts_are_numbers_of_32_bits(void **) {
    static const long wrong[] = {-2, -1000, LONG_MIN, 4294967296L, LONG_MAX};
    Steps steps(4);
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    IWbemClassObject *object = nullptr;
    ULONG returned = 5;
    assert_true(steps.wait_for_closes(1));
    for (long timeout : {0L, -1L, 4294967295L, 4294967294L}) {
        assert_int_equal(rows->Next(timeout, 1, &object, &returned), WBEM_S_NO_ERROR);
        assert_int_equal(returned, 1);
        object->Release();
    }
    for (long timeout : wrong) {
        returned = 5;
        assert_int_equal(rows->Next(timeout, 1, &object, &returned), WBEM_E_INVALID_PARAMETER);
        assert_int_equal(returned, 0);
        (void)take_error(WBEM_E_INVALID_PARAMETER);
        assert_int_equal(rows->Skip(timeout, 1), WBEM_E_INVALID_PARAMETER);
        (void)take_error(WBEM_E_INVALID_PARAMETER);
    }
    rows->Release();
}

static void what_is_needed_must_be_there(void **) {
    Steps steps(4);
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(SYNC);
    IWbemClassObject *object = reinterpret_cast<IWbemClassObject *>(&steps);
    ULONG returned = 5;
    assert_int_equal(rows->Next(0, 1, nullptr, &returned), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(returned, 0);
    (void)take_error(WBEM_E_INVALID_PARAMETER);
    assert_int_equal(rows->Next(0, 1, &object, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(rows->Clone(nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(rows->NextAsync(1, nullptr), WBEM_E_INVALID_PARAMETER);
    (void)take_error(WBEM_E_INVALID_PARAMETER);
    returned = 5;
    assert_int_equal(rows->Next(0, 0, &object, &returned), WBEM_S_NO_ERROR); /* nothing is as many as asked for */
    assert_int_equal(returned, 0);
    assert_int_equal(rows->Skip(0, 0), WBEM_S_NO_ERROR);
    assert_int_equal(rows->Skip(0, 4), WBEM_S_NO_ERROR);
    assert_int_equal(rows->Next(0, 1, &object, &returned), WBEM_S_FALSE);
    assert_null(object);
    rows->Release();
}

/* -- Skip, Reset, Clone -------------------------------------------------------------------------------------------- */

static void skip_says_what_next_would(void **) {
    for (long flags : {NOW, NOW | FORWARD}) {
        Steps steps(5000);
        std::vector<uint32_t> ids;
        steps.end = WQL_E_PROVIDER_FAILURE;
        steps.allowed = 3000;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        assert_int_equal(rows->Skip(WBEM_INFINITE, 2999), WBEM_S_NO_ERROR); /* over several batches */
        assert_int_equal(next_id(rows), 2999);
        assert_int_equal(rows->Skip(WBEM_NO_WAIT, 1), WBEM_S_TIMEDOUT);
        steps.allow(5000);
        assert_int_equal(rows->Skip(20000, 1), WBEM_S_NO_ERROR);
        assert_int_equal(next_id(rows), 3001);
        assert_int_equal(rows->Skip(WBEM_INFINITE, 5000), WBEM_E_PROVIDER_FAILURE);
        (void)take_error(WBEM_E_PROVIDER_FAILURE);
        assert_int_equal(read(rows, WBEM_INFINITE, 1, &ids), WBEM_E_PROVIDER_FAILURE);
        rows->Release();
    }
}

static void skip_past_the_end_stays_there(void **) {
    for (long flags : MODES) {
        Steps steps(5);
        Lab lab(&steps);
        std::vector<uint32_t> ids;
        IEnumWbemClassObject *rows = lab.all(flags);
        assert_int_equal(rows->Skip(WBEM_INFINITE, 6), WBEM_S_FALSE);
        assert_int_equal(read(rows, WBEM_INFINITE, 1, &ids), WBEM_S_FALSE);
        assert_int_equal(ids.size(), 0);
        rows->Release();
    }
}

static void reset_begins_again(void **) {
    for (long flags : {SYNC, NOW}) {
        Steps steps(3000);
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        for (ULONG count : {1, 1500, 4000}) {
            std::vector<uint32_t> ids;
            assert_int_equal(read(rows, WBEM_INFINITE, count, &ids), count < 3000 ? WBEM_S_NO_ERROR : WBEM_S_FALSE);
            assert_ids(ids, 0, count < 3000 ? count : 3000);
            assert_int_equal(rows->Reset(), WBEM_S_NO_ERROR);
        }
        assert_int_equal(next_id(rows), 0);
        assert_int_equal(steps.opens, 1); /* what was kept, not a second query */
        rows->Release();
    }
}

static void a_clone_has_the_position_and_shares_the_set(void **) {
    for (long flags : {SYNC, NOW}) {
        Steps steps(3000);
        Lab lab(&steps);
        std::vector<uint32_t> ids, more;
        IEnumWbemClassObject *rows = lab.all(flags), *clone = nullptr;
        assert_int_equal(rows->Skip(WBEM_INFINITE, 1500), WBEM_S_NO_ERROR);
        assert_int_equal(rows->Clone(&clone), WBEM_S_NO_ERROR);
        assert_int_equal(next_id(rows), 1500);
        assert_int_equal(next_id(rows), 1501);
        assert_int_equal(next_id(clone), 1500);
        assert_int_equal(clone->Reset(), WBEM_S_NO_ERROR);
        assert_int_equal(next_id(clone), 0);
        assert_int_equal(rows->Release(), 0); /* the set goes on for the other */
        assert_int_equal(read(clone, WBEM_INFINITE, 9999, &ids), WBEM_S_FALSE);
        assert_ids(ids, 1, 2999);
        assert_int_equal(clone->Clone(&rows), WBEM_S_NO_ERROR); /* at the end */
        assert_int_equal(read(rows, WBEM_INFINITE, 1, &more), WBEM_S_FALSE);
        assert_int_equal(steps.opens, 1);
        rows->Release();
        clone->Release();
    }
}

static void a_clone_of_what_has_failed_is_that_failure(void **) {
    Steps steps(3);
    std::vector<uint32_t> ids;
    steps.end = WQL_E_PROVIDER_FAILURE;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW), *clone = nullptr;
    assert_int_equal(rows->Clone(&clone), WBEM_S_NO_ERROR); /* nobody has come to it yet */
    assert_int_equal(rows->Skip(WBEM_INFINITE, 4), WBEM_E_PROVIDER_FAILURE);
    (void)take_error(WBEM_E_PROVIDER_FAILURE);
    assert_int_equal(read(clone, WBEM_INFINITE, 3, &ids), WBEM_S_NO_ERROR);
    assert_ids(ids, 0, 3);
    clone->Release();
    assert_int_equal(rows->Clone(&clone), WBEM_E_PROVIDER_FAILURE);
    assert_null(clone);
    assert_non_null(strstr(take_error(WBEM_E_PROVIDER_FAILURE).c_str(), "stepped"));
    rows->Release();
}

static void a_forward_only_set_goes_forward_only(void **) {
    for (long flags : {FORWARD, NOW | FORWARD}) {
        Steps steps(30);
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags), *clone = nullptr;
        assert_int_equal(next_id(rows), 0);
        assert_int_equal(rows->Reset(), WBEM_E_INVALID_OPERATION);
        (void)take_error(WBEM_E_INVALID_OPERATION);
        assert_int_equal(rows->Clone(&clone), WBEM_E_INVALID_OPERATION);
        assert_null(clone);
        (void)take_error(WBEM_E_INVALID_OPERATION);
        assert_int_equal(next_id(rows), 1);
        rows->Release();
    }
}

/* Batches are the provider's memory here, so that it sees when they go. */
static void a_forward_only_set_drops_what_was_read(void **) {
    for (long flags : {FORWARD, NOW | FORWARD}) {
        Steps steps(10000);
        std::vector<uint32_t> ids;
        steps.is_lent = true;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.query(L"SELECT Id FROM Step", flags);
        assert_int_equal(read(rows, WBEM_INFINITE, 5500, &ids), WBEM_S_NO_ERROR);
        assert_int_equal(steps.given_back, 5);
        assert_int_equal(read(rows, WBEM_INFINITE, 5500, &ids), WBEM_S_FALSE);
        assert_ids(ids, 0, 10000);
        assert_int_equal(steps.given_back, 10);
        rows->Release();
    }
}

static void other_sets_keep_all_until_the_last_reader_goes(void **) {
    for (long flags : {SYNC, NOW}) {
        Steps steps(10000);
        std::vector<uint32_t> ids;
        IEnumWbemClassObject *clone = nullptr;
        steps.is_lent = true;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.query(L"SELECT Id FROM Step", flags);
        assert_int_equal(read(rows, WBEM_INFINITE, 20000, &ids), WBEM_S_FALSE);
        assert_int_equal(rows->Clone(&clone), WBEM_S_NO_ERROR);
        rows->Release();
        assert_int_equal(steps.given_back, 0);
        clone->Release();
        assert_int_equal(steps.given_back, 10);
    }
}

/* -- the end of an enumerator -------------------------------------------------------------------------------------- */

static void the_last_release_cancels_what_runs(void **) {
    for (long flags : {NOW, NOW | FORWARD}) {
        Steps steps(10);
        steps.allowed = 5;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags), *clone = nullptr;
        assert_int_equal(next_id(rows), 0);
        if (!(flags & FORWARD)) {
            assert_int_equal(rows->Clone(&clone), WBEM_S_NO_ERROR);
            clone->Release();
            assert_int_equal(next_id(rows), 1); /* that was not the last */
        }
        assert_int_equal(steps.closes, 0);
        assert_int_equal(rows->Release(), 0);
        assert_true(steps.wait_for_closes(1));
    }
}

/* The wait of Next ends by its time, also over a provider that does not come back, and so does the Release. */
static void a_deaf_provider_holds_nobody(void **) {
    Steps steps(10);
    std::vector<uint32_t> ids;
    steps.allowed = 0;
    steps.is_deaf = true;
    steps.flags = WQL_CONCURRENT | WQL_MAY_BLOCK;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW | FORWARD);
    assert_int_equal(read(rows, 50, 1, &ids), WBEM_S_TIMEDOUT);
    rows->Release();
    steps.allow(10);
    assert_true(steps.wait_for_closes(steps.opens));
}

static void a_kept_object_outlives_everything(void **) {
    IWbemClassObject *first[3] = {}, *last = nullptr;
    for (long flags : MODES) {
        Steps steps(3000);
        ULONG returned;
        steps.is_lent = true;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.query(L"SELECT Id FROM Step", flags);
        assert_int_equal(rows->Next(WBEM_INFINITE, 3, first, &returned), WBEM_S_NO_ERROR);
        assert_int_equal(rows->Skip(WBEM_INFINITE, 2996), WBEM_S_NO_ERROR);
        assert_int_equal(rows->Next(WBEM_INFINITE, 1, &last, &returned), WBEM_S_NO_ERROR);
        assert_int_equal(rows->Release(), 0);
        lab.close();
        assert_int_equal(steps.given_back, steps.lent); /* no object holds a batch */
        for (uint32_t i = 0; i < 3; i++) assert_int_equal(take_id(first[i]), i);
        assert_int_equal(take_id(last), 2999);
    }
}

/* -- threads ------------------------------------------------------------------------------------------------------- */

/* Each object goes to one of them. */
static void many_threads_share_one_enumerator(void **) {
    enum { THREADS = 6, ROWS = 6000 };
    for (long flags : MODES) {
        Steps steps(ROWS);
        std::vector<std::vector<uint32_t>> ids(THREADS);
        std::vector<std::thread> threads;
        std::vector<int> seen(ROWS);
        std::atomic<int> wrong{0};
        steps.rows_each = 100;
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        for (int i = 0; i < THREADS; i++)
            threads.emplace_back([&, i] {
                HRESULT result = WBEM_S_NO_ERROR;
                while (result == WBEM_S_NO_ERROR) result = read(rows, WBEM_INFINITE, static_cast<ULONG>(1 + i), &ids[i]);
                if (result != WBEM_S_FALSE) wrong++;
            });
        for (std::thread &thread : threads) thread.join();
        assert_int_equal(wrong, 0);
        for (const std::vector<uint32_t> &some : ids)
            for (uint32_t id : some) seen[id]++;
        for (int count : seen) assert_int_equal(count, 1);
        rows->Release();
    }
}

/* While one waits, the others wait for their turn, up to their own time; Reset and Clone wait for nobody, and the one who waits
 * sees nothing of them. */
static void methods_wait_for_their_turn(void **) {
    Steps steps(10);
    std::vector<uint32_t> ids, none;
    HRESULT result = S_OK;
    IEnumWbemClassObject *clone = nullptr;
    bool was_first;
    steps.allowed = 2;
    Lab lab(&steps);
    IEnumWbemClassObject *rows = lab.all(NOW);
    assert_int_equal(rows->Skip(WBEM_INFINITE, 2), WBEM_S_NO_ERROR);
    std::thread waiting([&] { result = read(rows, WBEM_INFINITE, 5, &ids); });
    assert_int_equal(read(rows, 20, 1, &none), WBEM_S_TIMEDOUT);
    assert_int_equal(rows->Skip(20, 1), WBEM_S_TIMEDOUT);
    assert_int_equal(read(rows, WBEM_NO_WAIT, 1, &none), WBEM_S_TIMEDOUT);
    assert_int_equal(rows->Reset(), WBEM_S_NO_ERROR);
    assert_int_equal(rows->Clone(&clone), WBEM_S_NO_ERROR);
    steps.allow(10);
    waiting.join();
    assert_int_equal(result, WBEM_S_NO_ERROR);
    was_first = ids[0] == 2; /* as a rule; on a busy machine the other thread may come after the Reset */
    assert_ids(ids, was_first ? 2 : 0, 5);
    assert_int_equal(next_id(clone), was_first ? 2 : 0);
    assert_int_equal(next_id(rows), was_first ? 0 : 5);
    clone->Release();
    rows->Release();
}

/* -- what it costs ------------------------------------------------------------------------------------------------- */

/* Objects that were let go are used again: reading on allocates nothing, but for a few things with each batch. */
static void objects_in_turn_are_not_allocated(void **) {
    enum { ROWS = 20000, BATCH = 1000 };
    for (long flags : MODES) {
        Steps steps(ROWS);
        Lab lab(&steps);
        IEnumWbemClassObject *rows = lab.all(flags);
        long before, engine_before, most = 0, engine_most = 0;
        if (flags & NOW) assert_int_equal(rows->Skip(WBEM_INFINITE, 2 * BATCH), WBEM_S_NO_ERROR);
        for (int i = 0; i < 3 * BATCH; i++) (void)next_id(rows);
        for (int part = 0; part < 20; part++) { /* far less than a batch each: some of them change the batch */
            IWbemClassObject *object = nullptr;
            ULONG returned;
            before = news;
            engine_before = Lab::allocations;
            for (int i = 0; i < 400; i++) {
                if (rows->Next(WBEM_INFINITE, 1, &object, &returned) != WBEM_S_NO_ERROR) fail();
                object->Release();
            }
            if (news - before > most) most = news - before;
            if (Lab::allocations - engine_before > engine_most) engine_most = Lab::allocations - engine_before;
        }
        assert_in_range(most, 0, 20);
        if (!(flags & NOW)) assert_int_equal(engine_most, 0); /* else workers are making the next batches meanwhile */
        rows->Release();
    }
}

/* -- one object ---------------------------------------------------------------------------------------------------- */

static HRESULT get(Lab *lab, const wchar_t *path, long flags, IWbemClassObject **object, IWbemCallResult **result) {
    BSTR text = SysAllocString(path);
    HRESULT answer = lab->services->GetObject(text, flags, nullptr, object, result);
    SysFreeString(text);
    return answer;
}

static void one_object_is_there_at_once(void **) {
    Steps steps(10);
    Lab lab(&steps);
    IWbemClassObject *object = nullptr;
    IWbemCallResult *result = nullptr;
    long status = 5;
    assert_int_equal(get(&lab, L"Step.Id=7", 0, &object, &result), S_OK);
    assert_int_equal(take_id(object), 7);
    assert_int_equal(result->GetResultObject(0, &object), WBEM_S_NO_ERROR); /* the call result has it too */
    assert_int_equal(take_id(object), 7);
    assert_int_equal(result->GetCallStatus(0, &status), WBEM_S_NO_ERROR);
    assert_int_equal(status, WBEM_S_NO_ERROR);
    result->Release();
    assert_int_equal(get(&lab, L"Step.Id=3", 0, &object, nullptr), S_OK);
    assert_int_equal(take_id(object), 3);
    assert_int_equal(get(&lab, L"Step.Id=3", 0, nullptr, &result), S_OK);
    result->Release();
}

static void no_such_object_is_a_failure_at_once(void **) {
    Steps steps(10);
    Lab lab(&steps);
    IWbemClassObject *object = nullptr;
    IWbemCallResult *result = nullptr;
    assert_int_equal(get(&lab, L"Step.Id=77", 0, &object, &result), WBEM_E_NOT_FOUND);
    assert_null(object);
    assert_null(result);
    (void)take_error(WBEM_E_NOT_FOUND);
    assert_int_equal(get(&lab, L"Nothing.Id=7", 0, &object, nullptr), WBEM_E_INVALID_CLASS);
    (void)take_error(WBEM_E_INVALID_CLASS);
    assert_int_equal(get(&lab, L"Step.Id=7", NOW, &object, nullptr), WBEM_E_INVALID_PARAMETER);
}

/* Where rows are known to be missing, a success without an object would be none. */
static void an_object_that_may_be_missing_is_not_found(void **) {
    Steps steps(10);
    steps.end = WQL_S_PARTIAL_RESULTS;
    Lab lab(&steps);
    IWbemClassObject *object = nullptr;
    IWbemCallResult *result = nullptr;
    long status = 5;
    assert_int_equal(get(&lab, L"Step.Id=77", 0, &object, nullptr), WBEM_E_NOT_FOUND);
    (void)take_error(WBEM_E_NOT_FOUND);
    assert_int_equal(get(&lab, L"Step.Id=77", NOW, nullptr, &result), S_OK);
    assert_int_equal(result->GetResultObject(WBEM_INFINITE, &object), WBEM_E_NOT_FOUND);
    assert_int_equal(result->GetCallStatus(WBEM_INFINITE, &status), WBEM_S_NO_ERROR);
    assert_int_equal(status, WBEM_E_NOT_FOUND);
    result->Release();
}

static void a_call_result_waits_and_repeats(void **) {
    Steps steps(10);
    IWbemClassObject *object = nullptr, *again = nullptr;
    IWbemCallResult *result = nullptr;
    IWbemServices *services = nullptr;
    BSTR text = nullptr;
    long status = 5;
    steps.allowed = 0;
    Lab lab(&steps);
    assert_int_equal(get(&lab, L"Step.Id=7", NOW, &object, &result), S_OK);
    assert_null(object);
    assert_int_equal(result->GetResultObject(WBEM_NO_WAIT, &object), WBEM_S_TIMEDOUT);
    assert_null(object);
    assert_int_equal(result->GetResultString(20, &text), WBEM_S_TIMEDOUT);
    assert_int_equal(result->GetResultServices(20, &services), WBEM_S_TIMEDOUT);
    assert_int_equal(result->GetCallStatus(20, &status), WBEM_S_TIMEDOUT);
    steps.allow(10);
    assert_int_equal(result->GetResultObject(20000, &object), WBEM_S_NO_ERROR);
    assert_int_equal(result->GetResultObject(WBEM_INFINITE, &again), WBEM_S_NO_ERROR);
    assert_ptr_not_equal(object, again); /* a copy each: walking through the one leaves the other alone */
    assert_int_equal(take_id(object), 7);
    assert_int_equal(result->GetCallStatus(4294967295L, &status), WBEM_S_NO_ERROR);
    assert_int_equal(status, WBEM_S_NO_ERROR);
    assert_int_equal(result->GetResultString(0, &text), WBEM_E_INVALID_OPERATION);
    assert_null(text);
    (void)take_error(WBEM_E_INVALID_OPERATION);
    assert_int_equal(result->GetResultServices(0, &services), WBEM_E_INVALID_OPERATION);
    (void)take_error(WBEM_E_INVALID_OPERATION);
    assert_int_equal(result->Release(), 0);
    assert_int_equal(take_id(again), 7);
}

static void a_call_result_tells_the_failure(void **) {
    Steps steps(10);
    Lab lab(&steps);
    IWbemClassObject *object = nullptr;
    IWbemCallResult *result = nullptr;
    BSTR text = nullptr;
    long status = 5;
    assert_int_equal(get(&lab, L"Step.Id=77", NOW, nullptr, &result), S_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(result->GetCallStatus(WBEM_INFINITE, &status), WBEM_S_NO_ERROR);
        assert_true(status == WBEM_E_NOT_FOUND);
        assert_int_equal(result->GetResultObject(WBEM_INFINITE, &object), WBEM_E_NOT_FOUND);
        assert_null(object);
        (void)take_error(WBEM_E_NOT_FOUND);
        assert_int_equal(result->GetResultString(0, &text), WBEM_E_NOT_FOUND);
    }
    assert_int_equal(result->GetCallStatus(-2, &status), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(result->GetCallStatus(0, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(result->GetResultObject(0, nullptr), WBEM_E_INVALID_PARAMETER);
    result->Release();
    steps.allow(0);
    assert_int_equal(get(&lab, L"Step.Id=7", NOW, nullptr, &result), S_OK);
    result->Release(); /* cancels */
    assert_true(steps.wait_for_closes(steps.opens));
}

static void a_call_result_is_for_many_threads(void **) {
    Steps steps(10);
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    IWbemCallResult *result = nullptr;
    steps.allowed = 0;
    Lab lab(&steps);
    assert_int_equal(get(&lab, L"Step.Id=7", NOW, nullptr, &result), S_OK);
    for (int i = 0; i < 5; i++)
        threads.emplace_back([&] {
            IWbemClassObject *object = nullptr;
            if (result->GetResultObject(WBEM_INFINITE, &object) == WBEM_S_NO_ERROR && take_id(object) == 7) right++;
        });
    steps.allow(10);
    for (std::thread &thread : threads) thread.join();
    assert_int_equal(right, 5);
    result->Release();
}

static void a_result_that_has_ended_says_so(void **) {
    Steps steps(1);
    Lab lab(&steps);
    IWbemCallResult *result = nullptr;
    IWbemServices *services = nullptr;
    IWbemClassObject *object = nullptr;
    long status = 5;
    wql_error error = WQL_INIT(wql_error);
    std::shared_ptr<wbem::Connection> connection;
    assert_int_equal(wbem::Connection::open("root/lab", &connection), S_OK);
    assert_int_equal(wbem::make_ended_result(connection, error, lab.services, &result), S_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(result->GetResultServices(WBEM_INFINITE, &services), WBEM_S_NO_ERROR);
        assert_ptr_equal(services, lab.services);
        services->Release();
    }
    assert_int_equal(result->GetResultObject(0, &object), WBEM_E_INVALID_OPERATION);
    assert_int_equal(result->GetCallStatus(0, &status), WBEM_S_NO_ERROR);
    assert_int_equal(status, 0);
    result->Release();
    error.status = WBEM_E_INVALID_NAMESPACE;
    assert_int_equal(wbem::make_ended_result(connection, error, nullptr, &result), S_OK);
    assert_int_equal(result->GetResultServices(0, &services), WBEM_E_INVALID_NAMESPACE);
    assert_null(services);
    (void)take_error(WBEM_E_INVALID_NAMESPACE);
    assert_int_equal(result->GetResultObject(0, &object), WBEM_E_INVALID_NAMESPACE);
    (void)take_error(WBEM_E_INVALID_NAMESPACE);
    assert_int_equal(result->GetCallStatus(0, &status), WBEM_S_NO_ERROR);
    assert_true(status == WBEM_E_INVALID_NAMESPACE);
    result->Release();
}

/* -- no memory ----------------------------------------------------------------------------------------------------- */

static int refusals = 0;

static bool is_success_or_no_memory(HRESULT result) {
    refusals += result == WBEM_E_OUT_OF_MEMORY;
    return SUCCEEDED(result) || result == WBEM_E_OUT_OF_MEMORY;
}

/* What a client does with an enumerator, while the n-th allocation of C++ fails. Returns what was read. */
static std::vector<uint32_t> use(IEnumWbemClassObject *rows, long n, bool *is_over) {
    IWbemClassObject *objects[1500] = {};
    std::vector<uint32_t> ids;
    IEnumWbemClassObject *clone = nullptr;
    ULONG returned = 0;
    HRESULT results[2];
    fails_in = n;
    results[0] = rows->Next(WBEM_INFINITE, 1500, objects, &returned);
    results[1] = rows->Clone(&clone);
    *is_over = fails_in != 0;
    fails_in = 0;
    assert_true(is_success_or_no_memory(results[0]));
    assert_true(is_success_or_no_memory(results[1]) || results[1] == WBEM_E_INVALID_OPERATION);
    assert_true(SUCCEEDED(results[1]) == (clone != nullptr));
    if (results[0] == WBEM_E_OUT_OF_MEMORY) assert_int_equal(returned, 0);
    for (ULONG i = 0; i < returned; i++) ids.push_back(take_id(objects[i]));
    if (clone) clone->Release();
    return ids;
}

/* Each allocation fails once: the method says so, or does without; no object is lost, and the next call goes on. */
static void no_memory_loses_no_object(void **) {
    for (long flags : MODES) {
        Steps steps(2500);
        Lab lab(&steps);
        bool is_over = false;
        for (long n = 1; !is_over; n++) {
            IEnumWbemClassObject *rows = lab.all(flags);
            std::vector<uint32_t> ids = use(rows, n < 40 ? n : n * 30, &is_over);
            assert_int_equal(read(rows, WBEM_INFINITE, 3000, &ids), WBEM_S_FALSE);
            assert_ids(ids, 0, 2500);
            rows->Release();
        }
        assert_true(refusals > 0);
        refusals = 0;
    }
}

static void no_memory_to_begin_with(void **) {
    for (long flags : MODES) {
        Steps steps(10);
        Lab lab(&steps);
        bool is_over = false;
        for (long n = 1; !is_over; n++) {
            IEnumWbemClassObject *rows = nullptr;
            BSTR language = SysAllocString(L"WQL"), query = SysAllocString(L"SELECT * FROM Step");
            HRESULT result;
            fails_in = n;
            result = lab.services->ExecQuery(language, query, flags, nullptr, &rows);
            is_over = fails_in != 0;
            fails_in = 0;
            SysFreeString(language);
            SysFreeString(query);
            assert_true(is_success_or_no_memory(result));
            assert_true(SUCCEEDED(result) == (rows != nullptr));
            if (rows) rows->Release();
        }
        assert_true(refusals > 0);
        refusals = 0;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_synchronous_result_is_there_whole),
        cmocka_unit_test(a_synchronous_failure_is_returned_with_an_error_object),
        cmocka_unit_test(an_error_of_a_query_started_at_once_comes_by_next),
        cmocka_unit_test(a_query_started_at_once_runs_ahead),
        cmocka_unit_test(an_engine_without_workers_does_the_work_in_next),
        cmocka_unit_test(next_says_how_far_it_came),
        cmocka_unit_test(the_end_is_told_when_fewer_come),
        cmocka_unit_test(objects_come_before_the_failure_behind_them),
        cmocka_unit_test(a_remark_does_not_hide_the_end),
        cmocka_unit_test(timeouts_are_numbers_of_32_bits),
        cmocka_unit_test(what_is_needed_must_be_there),
        cmocka_unit_test(skip_says_what_next_would),
        cmocka_unit_test(skip_past_the_end_stays_there),
        cmocka_unit_test(reset_begins_again),
        cmocka_unit_test(a_clone_has_the_position_and_shares_the_set),
        cmocka_unit_test(a_clone_of_what_has_failed_is_that_failure),
        cmocka_unit_test(a_forward_only_set_goes_forward_only),
        cmocka_unit_test(a_forward_only_set_drops_what_was_read),
        cmocka_unit_test(other_sets_keep_all_until_the_last_reader_goes),
        cmocka_unit_test(the_last_release_cancels_what_runs),
        cmocka_unit_test(a_deaf_provider_holds_nobody),
        cmocka_unit_test(a_kept_object_outlives_everything),
        cmocka_unit_test(many_threads_share_one_enumerator),
        cmocka_unit_test(methods_wait_for_their_turn),
        cmocka_unit_test(objects_in_turn_are_not_allocated),
        cmocka_unit_test(no_memory_loses_no_object),
        cmocka_unit_test(no_memory_to_begin_with),
        cmocka_unit_test(one_object_is_there_at_once),
        cmocka_unit_test(no_such_object_is_a_failure_at_once),
        cmocka_unit_test(an_object_that_may_be_missing_is_not_found),
        cmocka_unit_test(a_call_result_waits_and_repeats),
        cmocka_unit_test(a_call_result_tells_the_failure),
        cmocka_unit_test(a_call_result_is_for_many_threads),
        cmocka_unit_test(a_result_that_has_ended_says_so),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
