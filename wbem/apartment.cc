/* SPDX-License-Identifier: MIT */
/* apartment.cc: the pumps and messages of a thread, and the list of all threads that have some. */
#include "apartment.h"

#include "unknown.h"
#include "clock.h"

#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

namespace wbem {

namespace {

/* All apartments. The mutex has no destructor that would do anything, so threads may outlive the end of main. */
std::mutex list_lock;
Apartment *list_first;

constexpr int64_t slice_us = 10000; /* so that messages and the pumps of several engines take turns */

} // namespace

Apartment::Apartment() noexcept : refs_(1), poll_(-1), next_(nullptr), previous_(nullptr) {
    std::lock_guard<std::mutex> hold(list_lock);
    next_ = list_first;
    if (next_) next_->previous_ = this;
    list_first = this;
}

Apartment::~Apartment() {
    if (poll_ >= 0) ::close(poll_);
}

void Apartment::add_ref() noexcept { refs_.fetch_add(1, std::memory_order_relaxed); }

/* The list counts no reference. The last one goes under its lock, so whoever finds an apartment there may add one. */
void Apartment::release() noexcept {
    {
        std::lock_guard<std::mutex> hold(list_lock);
        if (refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        (previous_ ? previous_->next_ : list_first) = next_;
        if (next_) next_->previous_ = previous_;
    }
    delete this;
}

/* -- pumps --------------------------------------------------------------------------------------------------------- */

bool Apartment::watch(int descriptor) noexcept {
    struct epoll_event event = {};
    event.events = EPOLLIN;
    return poll_ < 0 || epoll_ctl(poll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

bool Apartment::watch_all() noexcept {
    for (const Pump &pump : pumps_)
        if (!watch(wql_pump_fd(pump.pump))) return false;
    return !messages_ || watch(messages_->descriptor());
}

HRESULT Apartment::pump(wql_engine *engine, wql_pump **out) noexcept {
    std::lock_guard<std::recursive_mutex> hold(lock_);
    for (const Pump &known : pumps_)
        if (known.engine == engine) {
            *out = known.pump;
            return S_OK;
        }
    Pump fresh = {engine, nullptr};
    HRESULT done = guarded([&]() -> HRESULT {
        pumps_.reserve(pumps_.size() + 1);
        return wql_pump_open(engine, &fresh.pump, nullptr);
    });
    if (FAILED(done)) return done;
    if (!watch(wql_pump_fd(fresh.pump))) {
        wql_pump_close(fresh.pump);
        return WBEM_E_NOT_AVAILABLE;
    }
    pumps_.push_back(fresh);
    *out = fresh.pump;
    return S_OK;
}

int Apartment::descriptor() noexcept {
    std::lock_guard<std::recursive_mutex> hold(lock_);
    if (poll_ >= 0) return poll_;
    poll_ = epoll_create1(EPOLL_CLOEXEC);
    if (poll_ < 0) return -1;
    if (!watch_all()) {
        ::close(poll_);
        poll_ = -1;
    }
    return poll_;
}

std::shared_ptr<MessageQueue> Apartment::messages() noexcept {
    std::lock_guard<std::recursive_mutex> hold(lock_);
    if (messages_) return messages_;
    messages_ = MessageQueue::open();
    if (messages_ && !watch(messages_->descriptor())) messages_ = nullptr;
    return messages_;
}

/* By number: a callback may add a pump for another engine. */
Apartment::Ran Apartment::run_pumps(int64_t for_us) noexcept {
    Ran ran = Ran::Idle;
    for (size_t i = 0; i < pumps_.size(); i++) {
        wql_status status = wql_pump_run(pumps_[i].pump, static_cast<uint32_t>(for_us));
        if (status == WQL_OK)
            ran = Ran::More;
        else if (status < 0 && ran == Ran::Idle)
            ran = Ran::Refused;
    }
    return ran;
}

/* A callback may close the queue's apartment later, but not the queue. */
Apartment::Ran Apartment::deliver(int64_t for_us) noexcept {
    const int64_t until = now_us() + for_us;
    if (!messages_ || !messages_->deliver_one()) return Ran::Idle;
    while (now_us() < until && thread_has_apartment() && messages_->deliver_one()) {}
    return messages_->is_empty() ? Ran::Idle : Ran::More;
}

Apartment::Ran Apartment::run(int64_t budget_us) noexcept {
    const int64_t until = now_us() + budget_us;
    if (in_callback()) return Ran::Refused;
    std::lock_guard<std::recursive_mutex> hold(lock_);
    for (;;) {
        const int64_t left = until - now_us();
        const int64_t slice = left > slice_us ? slice_us : left > 0 ? left : 0;
        const Ran delivered = deliver(slice), pumped = run_pumps(slice);
        const Ran ran = delivered == Ran::More ? delivered : pumped;
        if (ran != Ran::More || now_us() >= until || !thread_has_apartment()) return ran; /* a callback may have left it */
    }
}

/* Its calls' last callbacks come in here. They may ask for a pump, and find this one until it is gone. */
void Apartment::close_at(size_t at) noexcept {
    wql_pump *pump = pumps_[at].pump;
    wql_pump_close(pump);
    for (size_t i = 0; i < pumps_.size(); i++)
        if (pumps_[i].pump == pump) {
            pumps_.erase(pumps_.begin() + static_cast<ptrdiff_t>(i));
            return;
        }
}

void Apartment::close() noexcept {
    std::lock_guard<std::recursive_mutex> hold(lock_);
    if (messages_) messages_->close();
    while (!pumps_.empty()) close_at(pumps_.size() - 1);
}

bool Apartment::close_one(wql_engine *engine) noexcept {
    std::unique_lock<std::recursive_mutex> hold(lock_, std::try_to_lock);
    if (!hold.owns_lock()) return false;
    for (size_t i = 0; i < pumps_.size();)
        if (pumps_[i].engine == engine)
            close_at(i);
        else
            i++;
    return true;
}

/* The list's lock is not held while pumps are closed, for callbacks come from there. */
bool Apartment::close_engine(wql_engine *engine) noexcept {
    bool all = true;
    if (in_callback()) return false;
    std::vector<Apartment *> found;
    HRESULT done = guarded([&]() -> HRESULT {
        std::lock_guard<std::mutex> hold(list_lock);
        for (Apartment *at = list_first; at; at = at->next_) {
            found.push_back(at);
            at->add_ref();
        }
        return S_OK;
    });
    for (Apartment *apartment : found) {
        all = apartment->close_one(engine) && all;
        apartment->release();
    }
    return all && SUCCEEDED(done);
}

bool close_pumps(wql_engine *engine) noexcept { return Apartment::close_engine(engine); }

} // namespace wbem
