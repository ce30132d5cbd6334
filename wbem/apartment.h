/* SPDX-License-Identifier: MIT */
/* apartment.h: what a thread of the mode COINIT_APARTMENTTHREADED has to run: a pump for each engine that it makes calls of, and
 * its message queue. */
#ifndef WBEM_ROOM_APARTMENT_H
#define WBEM_ROOM_APARTMENT_H

#include "messages.h"
#include "process.h"

#include <atomic>
#include <mutex>
#include <vector>

namespace wbem {

/* For its own thread, but for close_engine. Its lock is held while pumps run, so that nobody closes one that does; it is
 * recursive, for callbacks of the pumps come back here. */
class Apartment {
  public:
    Apartment() noexcept;
    void add_ref() noexcept;
    void release() noexcept;

    /* As thread_pump. */
    HRESULT pump(wql_engine *engine, wql_pump **out) noexcept;
    /* The queue, which is made when it is first needed. NULL: no descriptor is left, or no memory. */
    std::shared_ptr<MessageQueue> messages() noexcept;
    /* Polls readable while there is something to run; -1: there is no descriptor left. */
    int descriptor() noexcept;
    /* Delivers messages and runs the pumps for about so long; 0: one message, and one step of each pump. */
    enum class Ran { Idle, More, Refused /* a callback, or another thread, is inside */ };
    Ran run(int64_t budget_us) noexcept;
    /* Ends the calls, gives up what has messages, and closes the pumps. Not in a callback. */
    void close() noexcept;

    /* As close_pumps. */
    static bool close_engine(wql_engine *engine) noexcept;

    Apartment(const Apartment &) = delete;
    Apartment &operator=(const Apartment &) = delete;

  private:
    struct Pump {
        wql_engine *engine;
        wql_pump *pump;
    };
    ~Apartment();
    bool watch(int descriptor) noexcept;
    bool watch_all() noexcept;
    void close_at(size_t at) noexcept;
    bool close_one(wql_engine *engine) noexcept;
    Ran run_pumps(int64_t slice_us) noexcept;
    Ran deliver(int64_t slice_us) noexcept;

    std::atomic<unsigned> refs_;
    std::recursive_mutex lock_;
    std::vector<Pump> pumps_;
    std::shared_ptr<MessageQueue> messages_;
    int poll_;
    Apartment *next_, *previous_; /* in the list of all */
};

/* Whether this thread is in, and of that mode; and its apartment, which is made when it is first needed. NULL: it is not, or
 * there is no memory. */
bool thread_has_apartment() noexcept;
Apartment *thread_apartment() noexcept;

/* Waits until `is_over` says so (NULL: it never does), or until then; an apartment's thread runs its apartment meanwhile, unless
 * it is inside a callback. @param descriptor  polls readable when `is_over` may have changed; -1: none. Returns whether it is
 * over. */
bool wait_running(bool (*is_over)(const void *user), const void *user, int descriptor, int64_t until_us) noexcept;

/* To be called when an apartment has run: what CoUninitialize put off inside a callback is done now. */
void thread_settle() noexcept;

} // namespace wbem

#endif
