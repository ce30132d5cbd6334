/* SPDX-License-Identifier: MIT */
/* call_lab.h: what tests of calls through COM share: an engine whose classes behave badly, given by wbem_host_engine, and a sink
 * that records and misbehaves. Callbacks only record; the main thread asserts. */
#ifndef WBEM_TESTS_CALL_LAB_H
#define WBEM_TESTS_CALL_LAB_H

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
#include <wbemhost.h>
#include <wbemidl.h>
#include <wql/wql.h>

namespace lab {

/* Something that happens once. No test waits longer than a minute. */
class Event {
  public:
    void set() {
        std::lock_guard<std::mutex> hold(lock_);
        happened_ = true;
        changed_.notify_all();
    }
    bool wait() {
        std::unique_lock<std::mutex> hold(lock_);
        return changed_.wait_for(hold, std::chrono::seconds(60), [this] { return happened_; });
    }
    bool happened() {
        std::lock_guard<std::mutex> hold(lock_);
        return happened_;
    }

  private:
    std::mutex lock_;
    std::condition_variable changed_;
    bool happened_ = false;
};

/* A BSTR for the length of a statement, or longer. */
class Text {
  public:
    explicit Text(const std::wstring &text) : text_(SysAllocString(text.c_str())) {}
    explicit Text(const wchar_t *text) : text_(text ? SysAllocString(text) : nullptr) {}
    ~Text() { SysFreeString(text_); }
    Text(const Text &) = delete;
    Text &operator=(const Text &) = delete;
    operator BSTR() const { return text_; }

  private:
    BSTR text_;
};

/* -- an engine ------------------------------------------------------------------------------------------------------ */

/* root/lab serves, each with Id (uint32, the key) and Text (string):
 *   Lab_Row      `rows` rows
 *   Lab_Other    derives from Lab_Row: one row, 4000000
 *   Lab_Endless  rows without an end
 *   Lab_Gate     waits for `gate`, looks at nothing meanwhile, then brings `rows` rows
 *   Lab_Failing  five rows, then a failure: "the lab is on fire"
 *   Lab_Context  a row with what the context's value `Color` is
 *   Lab_Steps    `rows` rows, one at a time, each of which takes 60 ms of the engine's clock. About `expected` are there
 * It is the engine of ConnectServer from its opening to `close`. */
class Engine {
  public:
    Engine() : Engine(default_options()) {}
    explicit Engine(const wql_engine_options &options);
    ~Engine() { close(); }
    Engine(const Engine &) = delete;
    Engine &operator=(const Engine &) = delete;

    /* Two workers, and a cancel that waits a minute. */
    static wql_engine_options default_options();
    /* Takes it away, and asserts that nothing of it is left. */
    void close();
    wql_engine *get() const { return engine_; }

    std::atomic<uint32_t> rows{10};
    double expected = -1;
    Event gate, at_gate;
    std::atomic<unsigned> scans{0}, closes{0};
    std::atomic<int64_t> skew_us{0};

  private:
    wql_engine *engine_ = nullptr;
};

/* Services of a namespace. Asserts that there are. */
IWbemServices *connect(const wchar_t *name);
HRESULT try_connect(const wchar_t *name, IWbemServices **out);
/* What the last failure on this thread says, and takes it away. */
std::string last_error();

/* -- a sink --------------------------------------------------------------------------------------------------------- */

/* What a sink was told; outlives the sink. */
struct Record {
    std::mutex lock;
    std::condition_variable changed;
    int refs = 0, add_refs = 0, releases = 0, destroyed = 0;
    int indicates = 0, progresses = 0, finals = 0, others = 0;
    int inside = 0, overlaps = 0, after_final = 0, empty = 0, releases_before_final = 0;
    uint64_t rows = 0;
    long widest = 0; /* most objects of one Indicate */
    HRESULT result = E_PENDING;
    bool had_object = false, had_text = false;
    std::thread::id data_thread, final_thread, add_ref_thread;
    std::vector<HRESULT> steps; /* of progress */

    /* Waits for so many final statuses, each with the release behind it. */
    bool ended(int calls = 1);
    /* Waits until so many rows came. */
    bool got(uint64_t count);
};

/* Asserts what holds of every call with a sink that was told so: nothing overlapped, nothing was empty, nothing came behind the
 * end, one reference went up and down. */
void assert_promises(Record &record, int calls = 1);

class Sink : public IWbemObjectSink {
  public:
    explicit Sink(Record &record, int initial_refs = 0) : record_(record) { record_.refs = initial_refs; }

    HRESULT QueryInterface(REFIID riid, void **out) override;
    ULONG AddRef() override;
    ULONG Release() override;
    HRESULT Indicate(long count, IWbemClassObject **objects) override;
    HRESULT SetStatus(long flags, HRESULT result, BSTR text, IWbemClassObject *object) override;

    /* What is done inside, and its answer. */
    std::function<HRESULT(long count, IWbemClassObject **objects)> on_indicate;
    std::function<HRESULT(HRESULT result)> on_progress;
    std::function<HRESULT(HRESULT result, IWbemClassObject *object)> on_final;
    std::function<void()> on_release;

  protected:
    virtual ~Sink() {}
    Record &record_;

  private:
    void enter();
    void leave();
};

/* ExecQueryAsync of a query in WQL. */
HRESULT ask(IWbemServices *services, const wchar_t *query, IWbemObjectSink *sink, long flags = 0,
            IWbemContext *context = nullptr);

/* The asynchronous methods that bring something, right in all, of the classes above. */
struct Form {
    const char *name;
    std::function<HRESULT(IWbemServices *, IWbemObjectSink *)> call;
    uint64_t rows; /* it brings */
};
const std::vector<Form> &reading_forms();

/* A property of an object, as text or number. */
std::wstring text_of(IWbemClassObject *object, const wchar_t *name);
long number_of(IWbemClassObject *object, const wchar_t *name);

/* For a group of tests: the main thread joins the multithreaded mode, and leaves. */
int start(void **);
int finish(void **);

} // namespace lab

#endif
