/* SPDX-License-Identifier: MIT */
/* cancel_fetches.cc: all fetches of the process by their sinks, and cancelling them.
 *
 * CancelAsyncCall has nothing but a pointer, and it may come through any services object; so the list is the process's, as
 * CoInitializeSecurity is (process.h). It is empty while nobody uses NextAsync.
 *
 * A cancel first latches all fetches of the sink in one hold of the list's lock, then sees each to its end. Inside a callback it
 * must not wait for a fetch whose callback waits, through other cancels, for this very thread: the list knows who waits for whom,
 * and the last of such a circle does not wait. An engine knows the same of its own calls, but neither sees the other's waits. So
 * the list also knows which callbacks are inside a cancel of the engine's, and nobody waits long for them inside a callback. */
#include "clock.h"
#include "next_async.h"
#include "process.h"

namespace wbem {

namespace {

/* A canceller that waits for a fetch. */
struct Waiting {
    Waiting *next = nullptr;
    std::thread::id thread;
    Fetch *fetch = nullptr;
};

/* A thread inside a callback that cancels calls of an engine. */
struct InEngine {
    InEngine *next = nullptr;
    std::thread::id thread;
    int64_t since_us = 0;
};

struct List {
    std::mutex lock;
    Fetch *first = nullptr, *last = nullptr; /* in the order of their numbers */
    uint64_t number = 0;
    Waiting *waiting = nullptr;
    InEngine *in_engine = nullptr;
};

/* Initialised by the compiler, and never destroyed: nothing of it runs at the program's beginning or end. */
List all_fetches;

} // namespace

void admit_fetch(std::shared_ptr<Fetch> fetch) noexcept {
    Reader *reader = fetch->reader.get();
    std::lock_guard<std::mutex> held(all_fetches.lock);
    std::lock_guard<std::mutex> held_too(reader->lock_);
    fetch->number = ++all_fetches.number;
    fetch->previous_of_all = all_fetches.last;
    (all_fetches.last ? all_fetches.last->next_of_all : all_fetches.first) = fetch.get();
    all_fetches.last = fetch.get();
    reader->admit(std::move(fetch));
}

void unlist_fetch(Fetch *fetch) noexcept {
    std::lock_guard<std::mutex> held(all_fetches.lock);
    (fetch->previous_of_all ? fetch->previous_of_all->next_of_all : all_fetches.first) = fetch->next_of_all;
    (fetch->next_of_all ? fetch->next_of_all->previous_of_all : all_fetches.last) = fetch->previous_of_all;
}

/* -- who waits for whom -------------------------------------------------------------------------------------------- */

std::thread::id Fetch::thread_now() noexcept {
    std::lock_guard<std::mutex> held(reader->lock_);
    return thread();
}

/* The end of a chain: the fetch's callback is on a thread, or will be, that waits for a fetch whose callback is on a thread ...
 * that waits for none, or is this one. No thread: of a fetch without one. With the lock of the list. */
static std::thread::id last_in_chain(Fetch *fetch) noexcept {
    for (;;) {
        const std::thread::id thread = fetch->thread_now();
        const Waiting *at = all_fetches.waiting;
        if (thread == std::this_thread::get_id()) return thread;
        while (at && at->thread != thread) at = at->next;
        if (!at) return thread;
        fetch = at->fetch;
    }
}

/* The test and the entry are one step, so that the last of a circle sees it. False: do not wait. */
static bool enter_graph(Fetch *fetch, Waiting *waiting) noexcept {
    std::lock_guard<std::mutex> held(all_fetches.lock);
    if (last_in_chain(fetch) == std::this_thread::get_id()) return false;
    waiting->thread = std::this_thread::get_id();
    waiting->fetch = fetch;
    waiting->next = all_fetches.waiting;
    all_fetches.waiting = waiting;
    return true;
}

template <typename Entry> static void unlink(Entry **link, const Entry *entry) noexcept {
    while (*link != entry) link = &(*link)->next;
    *link = entry->next;
}

static void leave_graph(Waiting *waiting) noexcept {
    std::lock_guard<std::mutex> held(all_fetches.lock);
    unlink(&all_fetches.waiting, waiting);
}

HRESULT cancel_calls(wql_session *session, const IWbemObjectSink *sink) noexcept {
    InEngine here;
    HRESULT result;
    if (!in_callback()) return wql_session_cancel(session, sink);
    here.thread = std::this_thread::get_id();
    here.since_us = now_us();
    {
        std::lock_guard<std::mutex> held(all_fetches.lock);
        here.next = all_fetches.in_engine;
        all_fetches.in_engine = &here;
    }
    result = wql_session_cancel(session, sink);
    std::lock_guard<std::mutex> held(all_fetches.lock);
    unlink(&all_fetches.in_engine, &here);
    return result;
}

/* Whether a wait for the fetch, in a callback, may be for a call whose callback this is. */
static bool may_wait_for_this(Fetch *fetch) noexcept {
    constexpr int64_t LONG_US = 100000;
    std::lock_guard<std::mutex> held(all_fetches.lock);
    const std::thread::id last = last_in_chain(fetch);
    for (const InEngine *at = all_fetches.in_engine; at; at = at->next)
        if (at->thread == last) return now_us() - at->since_us > LONG_US;
    return false;
}

/* -- cancelling ---------------------------------------------------------------------------------------------------- */

bool Fetch::latch_cancel() noexcept {
    std::lock_guard<std::mutex> held(reader->lock_);
    if (life == RELEASED) return false;
    reader->end(this, WBEM_E_CALL_CANCELLED, nullptr);
    return true;
}

/* Waits until the fetch is released, or this thread can take its token. False: the time is over. */
static bool wait_for_token(std::unique_lock<std::mutex> &held, std::condition_variable &changed, const Fetch &fetch,
                           int64_t until_us) noexcept {
    while (fetch.life != Fetch::RELEASED && !(fetch.owner == std::thread::id() && fetch.is_mine())) {
        int64_t left = until_us - now_us();
        if (left <= 0) return false;
        (void)changed.wait_for(held, std::chrono::microseconds(left));
    }
    return true;
}

/* The same, entered in the graph and without the lock. */
static bool wait_in_graph(std::unique_lock<std::mutex> &held, std::condition_variable &changed, Fetch *fetch,
                          int64_t until_us) noexcept {
    constexpr int64_t LOOK_US = 20000;
    const bool is_inside = in_callback();
    for (;;) {
        const int64_t look_us = now_us() + LOOK_US;
        const bool is_last = !is_inside || look_us >= until_us;
        held.lock();
        const bool is_over = wait_for_token(held, changed, *fetch, is_last ? until_us : look_us);
        held.unlock();
        if (is_over || is_last) return is_over;
        if (may_wait_for_this(fetch)) return false;
    }
}

/* A fetch that was latched: WBEM_S_NO_ERROR: it is released; WBEM_S_PENDING: this thread is inside its callback;
 * WBEM_S_TIMEDOUT. The caller keeps it. */
HRESULT Fetch::see_to_end(int64_t until_us) noexcept {
    Reader::Held held(reader->lock_);
    if (owner == std::this_thread::get_id()) return WBEM_S_PENDING;
    while (life != RELEASED) {
        Waiting waiting;
        bool in_time;
        if (owner == std::thread::id() && is_mine()) {
            reader->finish(held, this);
            break;
        }
        if (owner == std::thread::id()) queue->post(this);
        held.unlock();
        if (!enter_graph(this, &waiting)) return WBEM_S_TIMEDOUT;
        in_time = wait_in_graph(held, reader->changed_, this, until_us);
        leave_graph(&waiting);
        if (!in_time) return WBEM_S_TIMEDOUT;
        held.lock();
    }
    return WBEM_S_NO_ERROR;
}

/* Latches all fetches of the sink that are there now. *last: the youngest that counts; later ones are none of this cancel's
 * business. False: there is none. */
static bool latch_all(const IWbemObjectSink *sink, uint64_t *last) noexcept {
    std::lock_guard<std::mutex> held(all_fetches.lock);
    bool found = false;
    *last = all_fetches.number;
    for (Fetch *fetch = all_fetches.first; fetch; fetch = fetch->next_of_all)
        if (fetch->sink == sink && fetch->latch_cancel()) found = true;
    return found;
}

/* The first of them behind number `at`. */
static std::shared_ptr<Fetch> next_of(const IWbemObjectSink *sink, uint64_t at, uint64_t last) noexcept {
    std::lock_guard<std::mutex> held(all_fetches.lock);
    for (Fetch *fetch = all_fetches.first; fetch && fetch->number <= last; fetch = fetch->next_of_all)
        if (fetch->number > at && fetch->sink == sink) return fetch->shared_from_this();
    return nullptr;
}

HRESULT cancel_fetches_within(const IWbemObjectSink *sink, uint32_t wait_ms) noexcept {
    const int64_t until_us = now_us() + (int64_t)wait_ms * 1000;
    HRESULT result = WBEM_S_NO_ERROR;
    uint64_t last, at = 0;
    if (!sink) return WBEM_E_INVALID_PARAMETER;
    if (!latch_all(sink, &last)) return WBEM_E_NOT_FOUND;
    while (std::shared_ptr<Fetch> fetch = next_of(sink, at, last)) {
        HRESULT one = fetch->see_to_end(until_us);
        if (one == WBEM_S_TIMEDOUT || (one == WBEM_S_PENDING && result == WBEM_S_NO_ERROR)) result = one;
        at = fetch->number;
    }
    return result;
}

HRESULT cancel_fetches(const IWbemObjectSink *sink) {
    enum { WAIT_MS = 10000 }; /* cancel_wait_ms of an engine, where nothing else is said */
    return cancel_fetches_within(sink, WAIT_MS);
}

} // namespace wbem
