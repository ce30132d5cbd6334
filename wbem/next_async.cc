/* SPDX-License-Identifier: MIT */
/* next_async.cc: the thread that serves the fetches of a reader, and how a fetch ends. next_async.h has the states. */
#include "next_async.h"
#include "process.h"
#include "sinks.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <pthread.h>
#include <signal.h>

namespace wbem {

Fetch::Fetch(std::shared_ptr<Reader> of, std::shared_ptr<MessageQueue> in, ULONG count, IWbemObjectSink *to)
    : reader(std::move(of)), sink(to), queue(std::move(in)), left(count), error(WQL_INIT(wql_error)) {
    is_fetch = true;
    objects.resize(count < CHUNK ? count : CHUNK);
}

/* -- ending -------------------------------------------------------------------------------------------------------- */

/* Ends a fetch that is open: the one place where its code is written. `error` NULL: of a success, or made from the code. */
void Reader::end(Fetch *fetch, HRESULT code, const wql_error *error) noexcept {
    if (fetch->life != Fetch::OPEN) return;
    fetch->life = Fetch::ENDED;
    fetch->code = code;
    if (error) {
        fetch->error = *error;
    } else if (FAILED(code)) {
        fetch->error.status = code;
        (void)snprintf(fetch->error.message, sizeof fetch->error.message, "%s",
                       code == WBEM_E_CALL_CANCELLED ? "the fetch was cancelled" : wql_status_text(code));
    }
    if (fetch->is_in) leave(fetch);
    changed_.notify_all();
}

/* Whether a final status is still to be made, or objects to be got. */
bool Reader::needs_set() const noexcept {
    for (const Fetch *fetch = fetches_.get(); fetch; fetch = fetch->later.get())
        if (fetch->life < Fetch::FINAL) return true;
    return false;
}

void Reader::forget(Fetch *fetch) noexcept {
    std::shared_ptr<Fetch> *link = &fetches_;
    while (link->get() != fetch) link = &(*link)->later;
    std::shared_ptr<Fetch> later = std::move(fetch->later);
    *link = std::move(later);
}

/* The two last calls of a sink. */
static void tell_end(Fetch *fetch, IWbemClassObject *error) noexcept {
    int saved = errno;
    InCallback inside;
    if (error && FAILED(fetch->code)) {
        Ref<IWbemObjectSinkEx> extended(sink_extended(fetch->sink));
        if (extended) sink_write_error(extended.get(), error);
    }
    (void)sink_status(fetch->sink, WBEM_STATUS_COMPLETE, fetch->code, nullptr, error);
    if (error) error->Release();
    sink_release(fetch->sink);
    errno = saved;
}

/* The final status and the release, of a fetch that has ended and whose token is free. The caller keeps it, and the reader. The
 * lock is given back meanwhile. */
void Reader::finish(Held &held, Fetch *fetch) noexcept {
    std::shared_ptr<ResultSet> set = set_;
    IWbemClassObject *error = nullptr;
    fetch->life = Fetch::FINAL;
    fetch->owner = std::this_thread::get_id();
    held.unlock();
    if (fetch->error.status != WQL_OK) (void)make_error_object(set->engine(), fetch->error, set->operation(), &error);
    set.reset();
    held.lock();
    let_set_go(held);
    held.unlock();
    tell_end(fetch, error);
    unlist_fetch(fetch);
    if (fetch->queue) fetch->queue->dismiss(fetch);
    held.lock();
    fetch->life = Fetch::RELEASED;
    fetch->owner = std::thread::id();
    forget(fetch);
    changed_.notify_all();
}

/* The first that has ended, if this thread can. Those of apartments are posted. */
bool Reader::finish_one(Held &held) noexcept {
    for (std::shared_ptr<Fetch> fetch = fetches_; fetch; fetch = fetch->later) {
        if (fetch->life != Fetch::ENDED || fetch->owner != std::thread::id()) continue;
        if (fetch->is_mine()) {
            finish(held, fetch.get());
            return true;
        }
        fetch->queue->post(fetch.get());
    }
    return false;
}

/* -- serving ------------------------------------------------------------------------------------------------------- */

/* Gets the batch that the fetch at the front needs. False: it was not to be had, or the lock was given back. */
bool Reader::load_for(Held &held, Fetch *fetch) noexcept {
    wql_error error = WQL_INIT(wql_error);
    Patience patience = Patience::forever();
    wql_status status;
    if (has(at_)) return true;
    {
        Turn turn(this, &held);
        status = turn.load(patience, at_, &error);
    }
    if (status < 0)
        end(fetch, status, &error);
    else if (status != WQL_OK && status != WQL_S_TIMEDOUT)
        end(fetch, WBEM_S_FALSE, status == WQL_END ? nullptr : &error);
    let_set_go(held);
    return false;
}

/* One Indicate of the fetch at the front of the line, from the batch at hand. */
void Reader::indicate(Held &held, Fetch *fetch) noexcept {
    HRESULT failure, answer;
    Position at;
    ULONG count;
    at = at_;
    count = fetch->left < fetch->objects.size() ? fetch->left : (ULONG)fetch->objects.size();
    count = take(&at, count, fetch->objects.data(), &failure);
    at_ = at;
    if (count == 0) {
        end(fetch, failure, nullptr);
        return;
    }
    fetch->left -= count;
    if (fetch->left == 0) leave(fetch);
    fetch->owner = std::this_thread::get_id();
    held.unlock();
    {
        InCallback inside;
        answer = sink_indicate(fetch->sink, (long)count, fetch->objects.data());
        for (ULONG i = 0; i < count; i++) fetch->objects[i]->Release();
    }
    held.lock();
    fetch->owner = std::thread::id();
    if (fetch->queue) changed_.notify_all(); /* the thread that serves waits for that */
    if (FAILED(answer))
        end(fetch, WBEM_E_CALL_CANCELLED, nullptr);
    else if (fetch->left == 0)
        end(fetch, WBEM_S_NO_ERROR, nullptr);
    if (fetch->life == Fetch::ENDED) finish(held, fetch); /* as the callback unwinds, before anybody else */
}

/* The fetch that is next, if nobody is inside a callback of it. */
std::shared_ptr<Fetch> Reader::front_fetch() const noexcept {
    Place *front = line_.front();
    Fetch *fetch = front && front->is_fetch ? static_cast<Fetch *>(front) : nullptr;
    return fetch && fetch->owner == std::thread::id() ? fetch->shared_from_this() : nullptr;
}

void Reader::serve(Held &held) noexcept {
    while (fetches_ || submitting_) {
        if (finish_one(held)) continue;
        std::shared_ptr<Fetch> fetch = front_fetch();
        if (fetch && !load_for(held, fetch.get())) continue;
        if (fetch && fetch->is_mine()) {
            indicate(held, fetch.get());
        } else {
            if (fetch) fetch->queue->post(fetch.get());
            changed_.wait(held);
        }
    }
    is_served_ = false;
}

/* -- in an apartment ----------------------------------------------------------------------------------------------- */

bool Reader::indicate_here(Held &held) noexcept {
    std::shared_ptr<Fetch> fetch = front_fetch();
    if (!fetch || !fetch->queue || !fetch->is_mine() || !has(at_)) return false;
    indicate(held, fetch.get());
    return true;
}

/* Whether this thread is inside a callback of a fetch. */
bool Reader::is_inside() const noexcept {
    for (const Fetch *fetch = fetches_.get(); fetch; fetch = fetch->later.get())
        if (fetch->owner == std::this_thread::get_id()) return true;
    return false;
}

void Fetch::deliver() noexcept {
    std::shared_ptr<Fetch> keep = shared_from_this(); /* which keeps the reader */
    Reader::Held held(reader->lock_);
    if (owner != std::thread::id()) return; /* this thread is inside already */
    if (life == ENDED)
        reader->finish(held, this);
    else if (life == OPEN && reader->front_fetch().get() == this)
        (void)reader->indicate_here(held);
}

void Fetch::give_up() noexcept {
    std::shared_ptr<Fetch> keep = shared_from_this();
    Reader::Held held(reader->lock_);
    reader->end(this, WBEM_E_CALL_CANCELLED, nullptr);
    reader->finish(held, this);
}

/* -- the thread ---------------------------------------------------------------------------------------------------- */

void *Reader::serve_on_thread(void *argument) {
    std::unique_ptr<std::shared_ptr<Reader>> reader(static_cast<std::shared_ptr<Reader> *>(argument));
    (void)pthread_setname_np(pthread_self(), "wbem-fetch");
    Held held((*reader)->lock_);
    (*reader)->serve(held);
    held.unlock();
    drop_error(); /* a sink's own calls may have left one here */
    return nullptr;
}

/* The helper for a reader that is closed while the other thread cannot come back. */
void *Reader::finish_on_thread(void *argument) {
    std::unique_ptr<std::shared_ptr<Reader>> reader(static_cast<std::shared_ptr<Reader> *>(argument));
    (void)pthread_setname_np(pthread_self(), "wbem-fetch");
    Held held((*reader)->lock_);
    while ((*reader)->finish_one(held)) {}
    held.unlock();
    return nullptr;
}

/* A thread that nobody waits for: it keeps the reader, and the reader nothing that is not its own. Signals are the program's. */
bool Reader::start_thread(void *(*run)(void *reader)) noexcept {
    enum { STACK_BYTES = 256 * 1024 };
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_t thread;
    std::unique_ptr<std::shared_ptr<Reader>> self;
    bool started;
    try {
        self = std::make_unique<std::shared_ptr<Reader>>(shared_from_this());
    } catch (...) {
        return false;
    }
    if (pthread_attr_init(&attributes)) return false;
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(&thread, &attributes, run, self.get()) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, nullptr);
    (void)pthread_attr_destroy(&attributes);
    if (started) (void)self.release();
    return started;
}

/* -- submitting ---------------------------------------------------------------------------------------------------- */

/* A fetch that has an error is refused by its final status. */
void Reader::admit(std::shared_ptr<Fetch> fetch) noexcept {
    std::shared_ptr<Fetch> *link = &fetches_;
    Fetch *last = fetch.get();
    while (*link) link = &(*link)->later;
    line_.join_end(last);
    *link = std::move(fetch);
    submitting_--;
    if (last->error.status != WQL_OK) end(last, last->error.status, nullptr);
    changed_.notify_all();
}

/* Whether the engine takes calls with a sink, and what such a request may not be given otherwise. */
HRESULT Reader::check_sink(std::shared_ptr<MessageQueue> *queue, wql_error *refusal) {
    wql_error error = WQL_INIT(wql_error);
    const wql_status status = wql_engine_takes_sinks(set_->engine(), &error);
    if (status < 0) return fail(set_->engine(), error, set_->operation());
    if (status != WQL_OK) {
        *refusal = error;
        refusal->status = WQL_E_ACCESS_DENIED;
    }
    const HRESULT result = thread_messages(queue);
    return FAILED(result) ? fail(result, "NextAsync: the apartment takes no messages", set_->operation()) : S_OK;
}

/* The thread is there before the sink is touched; the sink has its reference before the thread can find it. In an apartment the
 * sink may close it while it is given that. */
HRESULT Reader::next_async(ULONG count, IWbemObjectSink *sink) {
    std::shared_ptr<MessageQueue> queue;
    wql_error refusal = WQL_INIT(wql_error);
    const HRESULT result = check_sink(&queue, &refusal);
    if (FAILED(result)) return result;
    auto fetch = std::make_shared<Fetch>(shared_from_this(), std::move(queue), count, sink);
    fetch->error = refusal;
    {
        Held held(lock_);
        if (!is_served_) is_served_ = start_thread(serve_on_thread);
        if (!is_served_) return fail(WBEM_E_OUT_OF_MEMORY, "no thread can be made to serve NextAsync", set_->operation());
        submitting_++;
    }
    sink_add_ref(sink);
    if (fetch->queue && !fetch->queue->admit(fetch.get())) return refuse_late(fetch.get());
    admit_fetch(std::move(fetch));
    return WBEM_S_NO_ERROR;
}

HRESULT Reader::refuse_late(Fetch *fetch) {
    sink_release(fetch->sink);
    Held held(lock_);
    submitting_--;
    changed_.notify_all();
    held.unlock();
    return fail(WBEM_E_SHUTTING_DOWN, "NextAsync: the apartment was left meanwhile", operation());
}

} // namespace wbem
