/* SPDX-License-Identifier: MIT */
/* test_query_cache.cc: texts that a connection is asked again and again: they are prepared once, and answer as ever. */
#include "result_lab.h"

#include <string>

static const long SYNC = 0, NOW = WBEM_FLAG_RETURN_IMMEDIATELY, FORWARD = WBEM_FLAG_FORWARD_ONLY;

/* Runs a query that brings one row; returns its Id. */
static uint32_t one(Lab *lab, const std::wstring &text, long flags) {
    IEnumWbemClassObject *rows = lab->query(text.c_str(), flags);
    uint32_t id = next_id(rows);
    rows->Release();
    return id;
}

static std::wstring text_of(int id) { return L"SELECT * FROM Step WHERE Id = " + std::to_wstring(id); }

static void a_text_that_comes_again_is_planned_no_more(void **) {
    Steps steps(100);
    int plans = 0;
    Lab lab(&steps);
    for (int i = 0; i < 6; i++) {
        long flags = i % 2 ? SYNC : FORWARD;
        if (i == 4) flags = NOW; /* what is there serves the other ways too */
        assert_int_equal(one(&lab, text_of(7), flags), 7);
        if (i == 1) plans = steps.plans;
    }
    assert_int_equal(steps.plans, plans);
    assert_int_equal(one(&lab, text_of(8), SYNC), 8);
    assert_int_equal(steps.plans, plans + 1);
}

/* Preparing asks providers, and a submission waits for none. */
static void what_is_started_at_once_prepares_nothing(void **) {
    Steps steps(100);
    Lab lab(&steps);
    for (int i = 0; i < 4; i++) assert_int_equal(one(&lab, text_of(7), NOW), 7);
    assert_int_equal(steps.plans, 4);
}

static void any_number_of_texts(void **) {
    Steps steps(300);
    Lab lab(&steps);
    for (int round = 0; round < 4; round++)
        for (int id = 0; id < 300; id++) assert_int_equal(one(&lab, text_of(id), SYNC), id);
    std::wstring text = text_of(5) + std::wstring(3000, L' '); /* too long to be kept */
    for (int round = 0; round < 3; round++) assert_int_equal(one(&lab, text, SYNC), 5);
}

static void errors_are_told_as_ever(void **) {
    Steps steps(10);
    Lab lab(&steps);
    IEnumWbemClassObject *rows = nullptr;
    std::string words;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(lab.try_query(L"SELECT * FROM Step WHERE Nothing = 1", SYNC, &rows), WBEM_E_INVALID_QUERY);
        assert_null(rows);
        if (i == 0)
            words = take_error(WBEM_E_INVALID_QUERY);
        else
            assert_string_equal(take_error(WBEM_E_INVALID_QUERY).c_str(), words.c_str());
    }
    steps.end = WQL_E_PROVIDER_FAILURE;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(lab.try_query(L"SELECT * FROM Step", SYNC, &rows), WBEM_E_PROVIDER_FAILURE);
        (void)take_error(WBEM_E_PROVIDER_FAILURE);
    }
}

/* A prepared query keeps no provider, and no class that is not there any more. */
static void classes_are_those_of_now(void **) {
    Steps steps(10);
    IEnumWbemClassObject *rows = nullptr;
    Lab lab(&steps);
    for (int i = 0; i < 3; i++) assert_int_equal(one(&lab, text_of(7), SYNC), 7);
    assert_int_equal(wql_engine_unmount(lab.engine, "root/lab", "steps", nullptr), WQL_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(lab.try_query(text_of(7).c_str(), SYNC, &rows), WBEM_E_INVALID_CLASS);
        (void)take_error(WBEM_E_INVALID_CLASS);
    }
    assert_int_equal(wql_engine_mount(lab.engine, "root/lab", &steps.table, nullptr, &steps, nullptr), WQL_OK);
    for (int i = 0; i < 3; i++) assert_int_equal(one(&lab, text_of(7), SYNC), 7);
}

static void for_many_threads(void **) {
    enum { THREADS = 4, ROUNDS = 150 };
    Steps steps(100);
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    Lab lab(&steps);
    for (int t = 0; t < THREADS; t++)
        threads.emplace_back([&, t] {
            for (int i = 0; i < ROUNDS; i++) {
                IEnumWbemClassObject *rows = nullptr;
                std::vector<uint32_t> ids;
                int id = (i * (t + 1)) % 20;
                if (lab.try_query(text_of(id).c_str(), i % 3 ? SYNC : NOW, &rows) != S_OK) {
                    wrong++;
                    continue;
                }
                if (read(rows, WBEM_INFINITE, 2, &ids) != WBEM_S_FALSE || ids.size() != 1 || ids[0] != static_cast<uint32_t>(id))
                    wrong++;
                rows->Release();
            }
        });
    for (std::thread &thread : threads) thread.join();
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_that_comes_again_is_planned_no_more),
        cmocka_unit_test(what_is_started_at_once_prepares_nothing),
        cmocka_unit_test(any_number_of_texts),
        cmocka_unit_test(errors_are_told_as_ever),
        cmocka_unit_test(classes_are_those_of_now),
        cmocka_unit_test(for_many_threads),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
