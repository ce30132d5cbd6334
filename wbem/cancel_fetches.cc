/* SPDX-License-Identifier: MIT */
/* cancel_fetches.cc: all fetches of the process by their sinks, and cancelling them.
 *
 * CancelAsyncCall has nothing but a pointer, and it may come through any services object; so the list is the process's, as
 * CoInitializeSecurity is (process.h). It is empty while nobody uses NextAsync.
 *
 * A cancel first latches all fetches of the sink in one hold of the list's lock, then sees each to its end. Inside a callback it
 * must not wait for a fetch whose callback waits, through other cancels, for this very thread: the list knows who waits for whom,
 * and the last of such a circle does not wait. */
#include "clock.h"
#include "next_async.h"

namespace wbem {

namespace {

/* A canceller that waits for a fetch. */
struct Waiting {
    Waiting *next = nullptr;
    std::thread::id thread;
    Fetch *fetch = nullptr;
};

struct List {
    std::mutex lock;
    Fetch *first = nullptr, *last = nullptr; /* in the order of their numbers */
    uint64_t number = 0;
    Waiting *waiting = nullptr;
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

/* Whether waiting for the fetch would close a circle: its callback is on a thread, or will be, that waits for a fetch whose
 * callback is on a thread ... that is this one. With the lock of the list. */
static bool would_circle(Fetch *fetch) noexcept {
    const std::thread::id self = std::this_thread::get_id();
    for (;;) {
        const std::thread::id owner = fetch->thread_now();
        const Waiting *at = all_fetches.waiting;
        if (owner == self) return true;
        if (owner == std::thread::id()) return false;
        while (at && at->thread != owner) at = at->next;
        if (!at) return false;
        fetch = at->fetch;
    }
}

/* The test and the entry are one step, so that the last of a circle sees it. False: do not wait. */
static bool enter_graph(Fetch *fetch, Waiting *waiting) noexcept {
    std::lock_guard<std::mutex> held(all_fetches.lock);
    if (would_circle(fetch)) return false;
    waiting->thread = std::this_thread::get_id();
    waiting->fetch = fetch;
    waiting->next = all_fetches.waiting;
    all_fetches.waiting = waiting;
    return true;
}

static void leave_graph(Waiting *waiting) noexcept {
    std::lock_guard<std::mutex> held(all_fetches.lock);
    Waiting **link = &all_fetches.waiting;
    while (*link != waiting) link = &(*link)->next;
    *link = waiting->next;
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
        held.lock();
        in_time = wait_for_token(held, reader->changed_, *this, until_us);
        held.unlock();
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
