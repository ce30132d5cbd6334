/* SPDX-License-Identifier: MIT */
/* result_set.h: the batches of one operation, by their numbers. Readers (reader.h) go through them, each with a position of its
 * own. */
#ifndef WBEM_ROOM_RESULT_SET_H
#define WBEM_ROOM_RESULT_SET_H

#include "results.h"

#include <atomic>
#include <vector>

namespace wbem {

/* In which of three ways batches are there:
 *
 *   whole         all were made before the set was there; the call is closed
 *   kept          a call with WQL_KEEP: the engine keeps batches under their numbers, for any number of readers
 *   forward-only  what was read is gone: for one reader
 *
 * A whole set may be forward-only too. Thread-safety: free for a set that is kept, or whole and not forward-only; else batch_at
 * is for one thread at a time. */
class ResultSet {
  public:
    /* Starts the operation, and without WBEM_FLAG_RETURN_IMMEDIATELY runs it to its end. Returns S_OK or the failure, with an
     * error left for the thread. Throws std::bad_alloc. */
    static HRESULT start(const std::shared_ptr<Connection> &connection, long flags, const Starter &starter, const char *operation,
                         std::shared_ptr<ResultSet> *out);
    ResultSet(const std::shared_ptr<Connection> &connection, bool is_forward_only, const char *operation) noexcept;
    ~ResultSet();
    ResultSet(const ResultSet &) = delete;
    ResultSet &operator=(const ResultSet &) = delete;

    /* Batch `number`, from 0; of a forward-only set, the one behind that which was read last, and `number` says how many were.
     * Returns what wql_call_at does: WQL_OK and a batch to release; WQL_END or a remark; WQL_S_TIMEDOUT; how the operation
     * failed. The end and a failure come again as often as they are asked for. */
    wql_status batch_at(uint64_t number, uint32_t timeout_ms, wql_batch **out, wql_error *error) noexcept;

    /* WQL_OK, or the failure that a reader has come to. */
    wql_status has_failed(wql_error *error) noexcept;

    /* Each reader enters once and leaves once. When the last leaves, what still runs is cancelled, so that a thread inside
     * batch_at comes back. True: that was the last. */
    void enter() noexcept;
    bool leave() noexcept;

    bool is_forward_only() const noexcept { return is_forward_only_; }
    wql_engine *engine() const noexcept { return connection_->engine(); }
    const char *operation() const noexcept { return operation_; }

  private:
    static constexpr uint64_t NOT_FAILED = UINT64_MAX;
    HRESULT run_to_end();
    wql_status whole_at(uint64_t number, wql_batch **out, wql_error *error) noexcept;

    std::shared_ptr<Connection> connection_; /* the first member: the last to go */
    const char *operation_;
    bool is_forward_only_, is_whole_;
    wql_call call_; /* engine NULL: closed, or never started */
    std::atomic<uint32_t> readers_;
    std::atomic<uint64_t> failed_at_;  /* the batch in place of which a failure came, or NOT_FAILED */
    std::vector<wql_batch *> batches_; /* whole; NULL: read, and forward-only */
    wql_status remark_;                /* whole: WQL_END or what comes in its place, with words */
    std::unique_ptr<wql_error> words_;
};

/* The call of a starter. With `runs_ahead` workers begin at once; an engine without workers does the work when it is asked for
 * what comes of it. As Starter. Throws what the starter throws. */
wql_status start_call(const Starter &starter, uint32_t flags, bool runs_ahead, wql_call *call, wql_error *error);

/* How long a method may still wait. The clock is not looked at before there is something to wait for. */
class Patience {
  public:
    /* False: the number is no timeout. */
    bool begin(long timeout) noexcept;
    static Patience forever() noexcept;
    /* For the library's functions: what is left; 0 none, WQL_FOREVER. */
    uint32_t left_ms() noexcept;

  private:
    uint32_t timeout_ms_ = 0;
    int64_t until_us_ = 0; /* 0: the clock was not looked at */
};

} // namespace wbem

#endif
