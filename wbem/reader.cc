/* SPDX-License-Identifier: MIT */
/* reader.cc: the line, and what moves a position on the caller's thread. */
#include "reader.h"
#include "next_async.h"

#include <chrono>
#include <cstdio>

namespace wbem {

/* -- the line ------------------------------------------------------------------------------------------------------ */

void Line::join_behind(Place *ahead, Place *place) noexcept {
    place->ahead = ahead;
    place->behind = ahead ? ahead->behind : front_;
    (ahead ? ahead->behind : front_) = place;
    (place->behind ? place->behind->ahead : back_) = place;
    place->is_in = true;
}

bool Line::leave(Place *place) noexcept {
    bool due = place->then_reset && !place->ahead;
    if (place->then_reset && place->ahead) place->ahead->then_reset = true;
    (place->ahead ? place->ahead->behind : front_) = place->behind;
    (place->behind ? place->behind->ahead : back_) = place->ahead;
    place->ahead = place->behind = nullptr;
    place->is_in = place->then_reset = false;
    return due;
}

bool Line::note_reset() noexcept {
    if (back_) back_->then_reset = true;
    return back_ != nullptr;
}

/* -- the turn ------------------------------------------------------------------------------------------------------ */

bool Turn::wait(Patience &patience) noexcept {
    Reader *reader = reader_;
    Place *front = reader->line_.front();
    if (!front) return true;
    if (reader->is_inside())
        reader->line_.join_behind(front->is_fetch ? nullptr : front, &place_);
    else
        reader->line_.join_end(&place_);
    while (reader->line_.front() != &place_) {
        uint32_t left;
        if (reader->indicate_here(*held_)) continue; /* in front of this thread, and this thread's to do */
        left = patience.left_ms();
        if (left == 0) return false;
        if (left == WQL_FOREVER)
            reader->changed_.wait(*held_);
        else
            (void)reader->changed_.wait_for(*held_, std::chrono::milliseconds(left));
    }
    return true;
}

/* Without the lock, and with the turn. */
wql_status Turn::fill(Patience &patience, const Position &at, wql_error *error) noexcept {
    Reader *reader = reader_;
    wql_status status = WQL_OK;
    reader->is_loaded_ = false;
    if (reader->is_forward_only_) reader->lender_.end(); /* what was read is gone */
    if (!reader->in_hand_) status = reader->set_->batch_at(at.batch, patience.left_ms(), &reader->in_hand_, error);
    if (status != WQL_OK) return status;
    try {
        reader->lender_.begin(reader->in_hand_);
    } catch (...) {
        error->status = WQL_E_OUT_OF_MEMORY;
        (void)snprintf(error->message, sizeof error->message, "no memory for the objects of a batch");
        return WQL_E_OUT_OF_MEMORY;
    }
    reader->rows_ = wql_batch_rows(reader->in_hand_);
    wql_batch_release(reader->in_hand_);
    reader->in_hand_ = nullptr;
    reader->loaded_ = at.batch;
    reader->is_loaded_ = true;
    return WQL_OK;
}

wql_status Turn::load(Patience &patience, const Position &at, wql_error *error) noexcept {
    wql_status status;
    if (!place_.is_in) reader_->line_.join_behind(nullptr, &place_);
    reader_->is_loading_ = true;
    held_->unlock();
    status = fill(patience, at, error);
    held_->lock();
    reader_->is_loading_ = false;
    if (reader_->is_closed_) reader_->changed_.notify_all();
    return status;
}

/* -- readers ------------------------------------------------------------------------------------------------------- */

Reader::Reader(const std::shared_ptr<ResultSet> &set, Position at)
    : set_(set), at_(at), is_forward_only_(set->is_forward_only()) {
    set->enter();
}

Reader::~Reader() {
    if (in_hand_) wql_batch_release(in_hand_);
}

void Reader::step(Position *at) const noexcept {
    if (++at->row < rows_) return;
    at->batch++;
    at->row = 0;
}

void Reader::leave(Place *place) noexcept {
    if (line_.leave(place)) at_ = Position();
    if (!line_.is_empty()) changed_.notify_all();
}

/* Objects of the batch at hand, up to `count`. With the turn. */
ULONG Reader::take(Position *at, ULONG count, IWbemClassObject **objects, HRESULT *failure) noexcept {
    ULONG taken = 0;
    *failure = S_OK;
    while (taken < count && has(*at)) {
        *failure = lender_.hand_out(at->row, &objects[taken]);
        if (FAILED(*failure)) break;
        taken++;
        step(at);
    }
    return taken;
}

/* What a method says when it got less than it was asked for. A remark is no failure, but it is not lost. */
HRESULT Reader::tell(wql_status status, const wql_error &error) const noexcept {
    if (status == WQL_S_TIMEDOUT) return WBEM_S_TIMEDOUT;
    if (status < 0) return fail(set_->engine(), error, set_->operation());
    if (status != WQL_END) (void)fail(set_->engine(), error, set_->operation());
    return WBEM_S_FALSE;
}

static wql_status no_objects(HRESULT failure, wql_error *error) {
    error->status = failure;
    (void)snprintf(error->message, sizeof error->message, "no memory for an object");
    return failure;
}

/* The rest of a Next that took what was at hand, and has come to `at`. The position is moved when it is through. */
HRESULT Reader::next_slowly(Held &held, Patience &patience, Position at, ULONG count, IWbemClassObject **objects,
                            ULONG *returned) {
    wql_error error = WQL_INIT(wql_error);
    wql_status status = WQL_OK;
    HRESULT failure;
    {
        Turn turn(this, &held);
        if (!turn.wait(patience)) return WBEM_S_TIMEDOUT;
        if (!*returned) at = at_; /* else the line was empty, and still is */
        while (*returned < count && status == WQL_OK) {
            if (!has(at)) status = turn.load(patience, at, &error);
            if (status == WQL_OK) *returned += take(&at, count - *returned, objects + *returned, &failure);
            if (status == WQL_OK && FAILED(failure)) status = no_objects(failure, &error);
        }
        at_ = at;
    }
    held.unlock();
    if (status == WQL_OK) return WBEM_S_NO_ERROR;
    /* The objects in front of a failure are delivered first, and it is told by the next call. */
    if (status < 0 && *returned) return WBEM_S_NO_ERROR;
    return tell(status, error);
}

HRESULT Reader::next(Patience patience, ULONG count, IWbemClassObject **objects, ULONG *returned) {
    Held held(lock_);
    Position at = at_;
    HRESULT failure;
    *returned = line_.is_empty() ? take(&at, count, objects, &failure) : 0;
    if (*returned < count) return next_slowly(held, patience, at, count, objects, returned);
    at_ = at;
    return WBEM_S_NO_ERROR;
}

HRESULT Reader::skip(Patience patience, ULONG count) {
    wql_error error = WQL_INIT(wql_error);
    wql_status status = WQL_OK;
    Held held(lock_);
    {
        Turn turn(this, &held);
        if (count == 0) return WBEM_S_NO_ERROR;
        if (!turn.wait(patience)) return WBEM_S_TIMEDOUT;
        Position at = at_;
        while (count && status == WQL_OK) {
            ULONG here;
            if (!has(at)) status = turn.load(patience, at, &error);
            if (status != WQL_OK) break;
            here = rows_ - at.row < count ? rows_ - at.row : count;
            at.row += (uint32_t)here - 1;
            step(&at);
            count -= here;
        }
        at_ = at;
    }
    held.unlock();
    return status == WQL_OK ? WBEM_S_NO_ERROR : tell(status, error);
}

static HRESULT fail_forward_only(const char *what, const char *operation) {
    return fail(WBEM_E_INVALID_OPERATION, std::string(what) + ": the result set is forward-only", operation);
}

HRESULT Reader::reset() noexcept {
    if (is_forward_only_) return guarded([this] { return fail_forward_only("Reset", set_->operation()); });
    Held held(lock_);
    if (!line_.note_reset()) at_ = Position();
    return WBEM_S_NO_ERROR;
}

HRESULT Reader::clone(std::shared_ptr<Reader> *out) {
    wql_error error = WQL_INIT(wql_error);
    Position at;
    if (is_forward_only_) return fail_forward_only("Clone", set_->operation());
    if (set_->has_failed(&error) < 0) return fail(set_->engine(), error, set_->operation());
    {
        Held held(lock_);
        at = at_;
    }
    *out = std::make_shared<Reader>(set_, at);
    return WBEM_S_NO_ERROR;
}

/* The set goes when the enumerator is gone and no fetch needs it: before the last final status, so that nothing of the engine is
 * held behind that. */
void Reader::let_set_go(Held &held) noexcept {
    std::shared_ptr<ResultSet> set;
    if (!is_closed_ || !set_ || is_loading_ || needs_set()) return;
    set.swap(set_);
    is_loading_ = true; /* the lender is at work */
    held.unlock();
    lender_.end();
    set.reset();
    held.lock();
    is_loading_ = false;
    if (is_served_) changed_.notify_all(); /* else nobody is there but this thread */
}

/* The thread that serves may be waiting for a batch. If the set was cancelled it comes back at once, and is waited for, so that
 * nothing of the engine is held behind the last Release. If the set goes on for clones, or a provider does not come back, another
 * thread tells the fetches their end. */
void Reader::close() noexcept {
    constexpr std::chrono::seconds LONG_ENOUGH{10};
    std::shared_ptr<ResultSet> set = set_;
    bool is_cancelled;
    Held held(lock_);
    is_closed_ = true;
    for (std::shared_ptr<Fetch> fetch = fetches_; fetch; fetch = fetch->later) end(fetch.get(), WBEM_E_CALL_CANCELLED, nullptr);
    held.unlock();
    is_cancelled = set->leave();
    set.reset();
    held.lock();
    if (is_cancelled && is_loading_) (void)changed_.wait_for(held, LONG_ENOUGH, [this] { return !is_loading_; });
    if (is_loading_ && fetches_) (void)start_thread(finish_on_thread);
    let_set_go(held);
}

} // namespace wbem
