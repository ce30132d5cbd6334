/* SPDX-License-Identifier: MIT */
/* result_set.cc: starting an operation and keeping what comes of it. */
#include "result_set.h"
#include "objects.h"

#include <chrono>

namespace wbem {

/* -- time ---------------------------------------------------------------------------------------------------------- */

bool Patience::begin(long timeout) noexcept {
    if (timeout < -1 || timeout > (long)UINT32_MAX) return false;
    timeout_ms_ = timeout == -1 ? WQL_FOREVER : (uint32_t)timeout;
    return true;
}

Patience Patience::forever() noexcept {
    Patience patience;
    patience.timeout_ms_ = WQL_FOREVER;
    return patience;
}

uint32_t Patience::left_ms() noexcept {
    using namespace std::chrono;
    int64_t now, left;
    if (timeout_ms_ == 0 || timeout_ms_ == WQL_FOREVER) return timeout_ms_;
    now = duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
    if (!until_us_) until_us_ = now + (int64_t)timeout_ms_ * 1000;
    left = until_us_ - now;
    return left > 0 ? (uint32_t)((left + 999) / 1000) : 0; /* rounded up: a wait never ends early, to be begun again */
}

/* -- starting ------------------------------------------------------------------------------------------------------ */

wql_status start_call(const Starter &starter, uint32_t flags, bool runs_ahead, wql_call *call, wql_error *error) {
    wql_call_options options = WQL_INIT(wql_call_options);
    wql_status status;
    options.flags = flags | (runs_ahead ? (uint32_t)WQL_RUN_AHEAD : 0u);
    status = starter(&options, call, error);
    if (status != WQL_E_NOT_AVAILABLE || !runs_ahead) return status;
    options = WQL_INIT(wql_call_options);
    options.flags = flags;
    return starter(&options, call, error);
}

ResultSet::ResultSet(const std::shared_ptr<Connection> &connection, bool is_forward_only, const char *operation) noexcept
    : connection_(connection), operation_(operation), is_forward_only_(is_forward_only), is_whole_(false), call_{nullptr, 0},
      readers_(0), failed_at_(NOT_FAILED), remark_(WQL_END) {}

ResultSet::~ResultSet() {
    if (call_.engine) (void)wql_call_close(call_);
    for (wql_batch *batch : batches_) wql_batch_release(batch);
}

HRESULT ResultSet::start(const std::shared_ptr<Connection> &connection, long flags, const Starter &starter, const char *operation,
                         std::shared_ptr<ResultSet> *out) {
    bool at_once = (flags & WBEM_FLAG_RETURN_IMMEDIATELY) != 0, forward_only = (flags & WBEM_FLAG_FORWARD_ONLY) != 0;
    auto set = std::make_shared<ResultSet>(connection, forward_only, operation);
    wql_error error = WQL_INIT(wql_error);
    wql_status status = start_call(starter, at_once && !forward_only ? (uint32_t)WQL_KEEP : 0u, at_once, &set->call_, &error);
    if (status < 0) {
        set->call_.engine = nullptr;
        return fail(set->engine(), error, operation);
    }
    if (!at_once) {
        HRESULT result = set->run_to_end();
        if (FAILED(result)) return result;
    }
    *out = std::move(set);
    return S_OK;
}

/* On this thread. The call is closed as soon as it has ended, so that nothing of the operation is left but its rows. */
HRESULT ResultSet::run_to_end() {
    wql_error error = WQL_INIT(wql_error);
    wql_status status;
    is_whole_ = true;
    batches_.reserve(4); /* few answers have more */
    do {
        wql_batch *batch = nullptr;
        batches_.push_back(nullptr); /* the room first: a batch is never without an owner */
        status = wql_call_next(call_, WQL_FOREVER, &batch, &error);
        if (status == WQL_OK)
            batches_.back() = batch;
        else
            batches_.pop_back();
    } while (status == WQL_OK);
    (void)wql_call_close(call_);
    call_.engine = nullptr;
    if (status < 0) return fail(engine(), error, operation_);
    remark_ = status;
    if (status != WQL_END) words_ = std::make_unique<wql_error>(error);
    return S_OK;
}

/* -- reading ------------------------------------------------------------------------------------------------------- */

wql_status ResultSet::whole_at(uint64_t number, wql_batch **out, wql_error *error) noexcept {
    if (number >= batches_.size()) {
        if (words_) *error = *words_;
        return remark_;
    }
    if (is_forward_only_) {
        *out = batches_[number];
        batches_[number] = nullptr;
    } else {
        *out = wql_batch_retain(batches_[number]);
    }
    return WQL_OK;
}

wql_status ResultSet::batch_at(uint64_t number, uint32_t timeout_ms, wql_batch **out, wql_error *error) noexcept {
    wql_status status;
    if (is_whole_) return whole_at(number, out, error);
    if (is_forward_only_) return wql_call_next(call_, timeout_ms, out, error);
    status = wql_call_at(call_, number, timeout_ms, out, error);
    if (status < 0) failed_at_.store(number, std::memory_order_relaxed);
    return status;
}

/* Asked once more, since a want of memory may be over. */
wql_status ResultSet::has_failed(wql_error *error) noexcept {
    uint64_t number = failed_at_.load(std::memory_order_relaxed);
    wql_batch *batch = nullptr;
    wql_status status;
    if (number == NOT_FAILED) return WQL_OK;
    status = batch_at(number, 0, &batch, error);
    wql_batch_release(batch);
    return status < 0 ? status : WQL_OK;
}

void ResultSet::enter() noexcept { readers_.fetch_add(1, std::memory_order_relaxed); }

bool ResultSet::leave() noexcept {
    bool was_last = readers_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    if (was_last && !is_whole_) (void)wql_call_cancel(call_);
    return was_last;
}

} // namespace wbem
