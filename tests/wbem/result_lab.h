/* SPDX-License-Identifier: MIT */
/* result_lab.h: what tests of result sets share: a provider that brings rows when the test says so, a namespace over it, and a
 * sink that records. Callbacks only record; the main thread asserts. Whatever waits, waits for 20 s at most, and then the test
 * fails. */
#ifndef WBEM_TESTS_RESULT_LAB_H
#define WBEM_TESTS_RESULT_LAB_H

extern "C" {
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
}

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>
#include <wbemcli.h>
#include <wql/wql.h>

/* Something that the test waits for. */
class Event {
  public:
    void set();
    bool wait(); /* false: not within 20 s */
    bool is_set();

  private:
    std::mutex lock_;
    std::condition_variable changed_;
    bool set_ = false;
};

/* Class Step with ascending Ids from 0. A scan brings rows up to `allowed`, then says that it will wake, and after `rows` of them
 * ends with `end`. */
struct Steps {
    explicit Steps(uint64_t count = 0) : rows(count), allowed(count) {}
    uint64_t rows;                   /* in all */
    uint32_t rows_each = 1000;       /* of one next */
    wql_status end = WQL_END;        /* or a failure or a remark, with the word "stepped" */
    uint32_t flags = WQL_CONCURRENT; /* of the provider */
    bool is_lent = false;            /* batches are the provider's own memory */
    bool is_deaf = false;            /* it waits inside next for more rows, whatever happens */

    void allow(uint64_t rows); /* so many from now on, and wakes */
    bool wait_for_closes(int count);

    std::atomic<int> plans{0}, opens{0}, closes{0}, lent{0}, given_back{0};

    /* of the provider */
    std::mutex lock;
    std::condition_variable changed;
    uint64_t allowed;
    std::vector<wql_waker> wakers; /* of scans that wait */
    std::atomic<int> inside{0};    /* threads that a deaf one holds */
    wql_provider table = {};
};

/* A connection to a namespace with these steps. */
class Lab {
  public:
    explicit Lab(Steps *steps, uint32_t workers = 2, uint32_t engine_flags = 0);
    ~Lab(); /* asserts that nothing is left, as close() */
    void close();
    /* With a host's allocator, which counts. */
    static std::atomic<long> allocations;

    IEnumWbemClassObject *query(const wchar_t *text, long flags); /* asserts success */
    HRESULT try_query(const wchar_t *text, long flags, IEnumWbemClassObject **out);
    IEnumWbemClassObject *all(long flags) { return query(L"SELECT * FROM Step", flags); }

    wql_engine *engine = nullptr;
    IWbemServices *services = nullptr;
};

/* Id of an object, which is released. */
uint32_t take_id(IWbemClassObject *object);
/* The next object's Id; asserts that there is one. */
uint32_t next_id(IEnumWbemClassObject *rows);
/* Up to `count` more, appended; what Next said. */
HRESULT read(IEnumWbemClassObject *rows, long timeout, ULONG count, std::vector<uint32_t> *ids);
/* Checks that the ids are first, first + 1 ... */
void assert_ids(const std::vector<uint32_t> &ids, uint32_t first, size_t count);

/* The failure that this thread's last call left, taken; asserts that its code is that one. Returns its words. */
std::string take_error(HRESULT code);
bool has_error();

/* A sink that records, and does what it is told to. Its count begins at 1, which is the test's. */
class Recorder : public IWbemObjectSink {
  public:
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **out) override;
    ULONG STDMETHODCALLTYPE AddRef() override;
    ULONG STDMETHODCALLTYPE Release() override;
    HRESULT STDMETHODCALLTYPE Indicate(long count, IWbemClassObject **objects) override;
    HRESULT STDMETHODCALLTYPE SetStatus(long type, HRESULT result, BSTR text, IWbemClassObject *object) override;
    virtual ~Recorder() {}

    /* what it does; may be empty */
    std::function<HRESULT(long count)> on_indicate;
    std::function<void()> on_status, on_release;

    /* recorded */
    std::atomic<int> refs{1}, add_refs{0}, releases{0}, finals{0}, indicates{0}, inside{0}, overlaps{0}, late{0};
    std::atomic<HRESULT> code{0}, error_code{0};
    std::atomic<bool> has_error{false};
    std::mutex lock; /* of the three that follow, which several fetches may write; read them when nothing runs */
    std::vector<uint32_t> ids;
    std::thread::id indicate_thread, final_thread;
    Event entered, done; /* inside the first Indicate; behind the Release of each */
    int fetches = 1;     /* `done` is set by so many releases */
};
/* What holds for every fetch, whatever happened. */
void assert_promises(Recorder *sink, int fetches, HRESULT code);

/* Threads of this process that have that name. */
int threads_named(const char *name);

#endif
