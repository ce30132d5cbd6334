/* SPDX-License-Identifier: MIT */
/* reader.h: a position in a result set, and the line of those who want to move it. Each enumerator has one.
 *
 * The line. Who comes first is served first: Next and Skip stand in the line while they wait, NextAsync puts its fetch there and
 * goes away. Who is at the front has the turn: the position, the Lender and the right to ask the set for a batch are its alone.
 * An operation that finds nobody in the line, and all it needs in the batch at hand, never enters it: it holds the lock
 * meanwhile. Reset never waits: it is noted behind whoever is last in the line, and happens when all who stood there then are
 * through. Clone never waits: it copies the position as it is, which changes only when an operation is through (of a fetch: with
 * each Indicate).
 *
 * Inside a callback of a fetch a thread goes to the front: what it calls there comes next, before the rest of the fetch and
 * before the fetches behind it, which would wait for this very thread.
 *
 * The lock is held for moments: never while the set is asked, nor in a callback, nor while a batch is let go. */
#ifndef WBEM_ROOM_READER_H
#define WBEM_ROOM_READER_H

#include "objects.h"
#include "result_set.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace wbem {

/* A position: a batch, by its number, and a row of it. Row 0 of the batch behind the last one is the end. */
struct Position {
    uint64_t batch = 0;
    uint32_t row = 0;
};

/* Somebody in the line. */
struct Place {
    Place *ahead = nullptr, *behind = nullptr;
    bool is_in = false, is_fetch = false;
    bool then_reset = false; /* a Reset came when this was the last */
};

class Line {
  public:
    bool is_empty() const noexcept { return !front_; }
    Place *front() const noexcept { return front_; }
    void join_behind(Place *ahead, Place *place) noexcept; /* ahead NULL: to the front */
    void join_end(Place *place) noexcept { join_behind(back_, place); }
    /* True: a Reset stood behind it, and its time has come. */
    bool leave(Place *place) noexcept;
    /* False: nobody is in the line, so it is time now. */
    bool note_reset() noexcept;

  private:
    Place *front_ = nullptr, *back_ = nullptr;
};

struct Fetch;       /* next_async.h */
class MessageQueue; /* messages.h */

class Reader : public std::enable_shared_from_this<Reader> {
  public:
    explicit Reader(const std::shared_ptr<ResultSet> &set, Position at = Position());
    ~Reader();
    Reader(const Reader &) = delete;
    Reader &operator=(const Reader &) = delete;

    /* As the methods of IEnumWbemClassObject, of arguments that were checked. */
    HRESULT next(Patience patience, ULONG count, IWbemClassObject **objects, ULONG *returned);
    HRESULT skip(Patience patience, ULONG count);
    HRESULT next_async(ULONG count, IWbemObjectSink *sink);
    HRESULT reset() noexcept;
    HRESULT clone(std::shared_ptr<Reader> *out);
    /* The enumerator is gone: its fetches are cancelled, and if it was the last of the set, the operation too. Once. */
    void close() noexcept;
    const char *operation() const noexcept { return set_->operation(); }

  private:
    friend class Turn;
    friend struct Fetch;
    friend void admit_fetch(std::shared_ptr<Fetch> fetch) noexcept;
    using Held = std::unique_lock<std::mutex>;

    bool has(const Position &at) const noexcept { return is_loaded_ && loaded_ == at.batch && at.row < rows_; }
    void step(Position *at) const noexcept;
    ULONG take(Position *at, ULONG count, IWbemClassObject **objects, HRESULT *failure) noexcept;
    HRESULT next_slowly(Held &held, Patience &patience, Position at, ULONG count, IWbemClassObject **objects, ULONG *returned);
    HRESULT tell(wql_status status, const wql_error &error) const noexcept;
    void leave(Place *place) noexcept;
    void let_set_go(Held &held) noexcept;

    /* next_async.cc: the lock is held where it is not said otherwise */
    static void *serve_on_thread(void *reader);
    static void *finish_on_thread(void *reader);
    bool start_thread(void *(*run)(void *reader)) noexcept;
    void serve(Held &held) noexcept;
    bool finish_one(Held &held) noexcept;
    std::shared_ptr<Fetch> front_fetch() const noexcept;
    void indicate(Held &held, Fetch *fetch) noexcept;
    bool indicate_here(Held &held) noexcept;
    bool is_inside() const noexcept;
    HRESULT check_sink(std::shared_ptr<MessageQueue> *queue, wql_error *refusal);
    HRESULT refuse_late(Fetch *fetch);
    bool load_for(Held &held, Fetch *fetch) noexcept;
    void end(Fetch *fetch, HRESULT code, const wql_error *error) noexcept;
    void finish(Held &held, Fetch *fetch) noexcept;
    void forget(Fetch *fetch) noexcept;
    bool needs_set() const noexcept;
    void admit(std::shared_ptr<Fetch> fetch) noexcept;

    std::mutex lock_;
    std::condition_variable changed_; /* somebody left the line, a fetch was put in it, or one has ended */
    std::shared_ptr<ResultSet> set_;  /* NULL: closed, and not needed any more */
    Line line_;
    Position at_;
    bool is_closed_ = false, is_forward_only_;

    /* with the turn */
    bool is_loaded_ = false; /* the lender has batch `loaded_`, of `rows_` rows */
    uint64_t loaded_ = 0;
    uint32_t rows_ = 0;
    Lender lender_;
    wql_batch *in_hand_ = nullptr; /* read from the set, and there was no memory to lend its rows */

    std::shared_ptr<Fetch> fetches_; /* what is not released, in the order of NextAsync */
    uint32_t submitting_ = 0;        /* threads inside NextAsync: the one that serves stays for them */
    bool is_served_ = false;         /* there is such a thread */
    bool is_loading_ = false;        /* somebody asks the set, or lets the lender work, without the lock */
};

/* The turn of a thread: what it needs to wait for it and to use it. With the lock of the reader, but while it waits or asks. */
class Turn {
  public:
    Turn(Reader *reader, Reader::Held *held) noexcept : reader_(reader), held_(held) {}
    ~Turn() {
        if (place_.is_in) reader_->leave(&place_);
    }
    Turn(const Turn &) = delete;
    Turn &operator=(const Turn &) = delete;
    /* False: the time is over. */
    bool wait(Patience &patience) noexcept;
    /* Goes to the front and gets the batch of a position. Returns WQL_OK, and then the reader `has` it; or what batch_at
     * returned; WQL_E_OUT_OF_MEMORY. */
    wql_status load(Patience &patience, const Position &at, wql_error *error) noexcept;

  private:
    wql_status fill(Patience &patience, const Position &at, wql_error *error) noexcept;

    Reader *reader_;
    Reader::Held *held_;
    Place place_;
};

} // namespace wbem

#endif
