/* SPDX-License-Identifier: MIT */
/* call_result.cc: one object, or the call that will bring it.
 *
 * The engine keeps what such a call brings (WQL_KEEP) and tells its end as often as it is asked; so a call result has no state of
 * its own, and its methods may be called again and by several threads at once. */
#include "objects.h"
#include "result_set.h"

#include <cstdio>

namespace wbem {

namespace {

/* An operation of one object: its first batch, then its end. */
struct Outcome {
    wql_batch *batch = nullptr;
    wql_status status = WQL_OK;
    wql_error error = WQL_INIT(wql_error);
    Outcome() = default;
    ~Outcome() { wql_batch_release(batch); }
    Outcome(const Outcome &) = delete;
    Outcome &operator=(const Outcome &) = delete;

    /* What GetObject answers. A success is one with an object: rows that are known to be missing may be the one. */
    HRESULT code() noexcept {
        if (status >= 0 && !batch) {
            if (!error.message[0]) (void)snprintf(error.message, sizeof error.message, "the object is not there");
            status = error.status = WQL_E_NOT_FOUND;
        }
        return status == WQL_END ? WBEM_S_NO_ERROR : status;
    }
};

class CallResult final : public Counted<IWbemCallResult> {
  public:
    CallResult(const std::shared_ptr<Connection> &connection, const char *operation) noexcept
        : connection_(connection), operation_(operation), call_{nullptr, 0} {}
    wql_call *call() noexcept { return &call_; }
    void forget_call() noexcept { call_.engine = nullptr; }
    /* For one that has ended. */
    void set_ended(IWbemServices *services, const wql_batch *batch) noexcept {
        services_ = Ref<IWbemServices>::share(services);
        batch_ = wql_batch_retain(batch);
    }
    void set_failed(const wql_error &error) { failure_.reset(new wql_error(error)); }
    HRESULT STDMETHODCALLTYPE GetResultObject(long timeout, IWbemClassObject **out) override;
    HRESULT STDMETHODCALLTYPE GetResultString(long timeout, BSTR *out) override;
    HRESULT STDMETHODCALLTYPE GetResultServices(long timeout, IWbemServices **out) override;
    HRESULT STDMETHODCALLTYPE GetCallStatus(long timeout, long *out) override;

  private:
    ~CallResult() override {
        if (call_.engine) (void)wql_call_close(call_);
        wql_batch_release(batch_);
    }
    bool wait(Patience &patience, Outcome *outcome) const noexcept;
    template <typename Give> HRESULT give(long timeout, bool has_place, Give what) noexcept;
    HRESULT failure(Outcome &outcome) const noexcept;
    HRESULT has_none(const char *what) const noexcept;

    std::shared_ptr<Connection> connection_;
    const char *operation_;
    wql_call call_; /* engine NULL: it has ended before, and the rest says how */
    std::unique_ptr<wql_error> failure_;
    Ref<IWbemServices> services_;
    wql_batch *batch_ = nullptr;
};

/* False: the time is over. */
bool CallResult::wait(Patience &patience, Outcome *outcome) const noexcept {
    if (!call_.engine) {
        if (failure_) outcome->error = *failure_;
        outcome->status = failure_ ? failure_->status : WQL_OK;
        if (batch_) outcome->batch = wql_batch_retain(batch_);
        return true;
    }
    outcome->status = wql_call_at(call_, 0, patience.left_ms(), &outcome->batch, &outcome->error);
    if (outcome->status == WQL_OK) { /* and the end: there is no second one */
        wql_batch *more = nullptr;
        outcome->status = wql_call_at(call_, 1, patience.left_ms(), &more, &outcome->error);
        wql_batch_release(more);
    }
    return outcome->status != WQL_S_TIMEDOUT;
}

/* S_OK, or how the operation failed, with an error object. */
HRESULT CallResult::failure(Outcome &outcome) const noexcept {
    HRESULT code = call_.engine ? outcome.code() : outcome.status;
    return FAILED(code) ? fail(connection_->engine(), outcome.error, operation_) : S_OK;
}

HRESULT CallResult::has_none(const char *what) const noexcept {
    return guarded([&] { return fail(WBEM_E_INVALID_OPERATION, std::string("the call has no ") + what, operation_); });
}

/* Waits for the end, and hands out what came of it. */
template <typename Give> HRESULT CallResult::give(long timeout, bool has_place, Give what) noexcept {
    Patience patience;
    Outcome outcome;
    if (!has_place || !patience.begin(timeout))
        return guarded([&] {
            return fail(WBEM_E_INVALID_PARAMETER, has_place ? "this is no timeout" : "the place for the result is NULL",
                        operation_);
        });
    if (!wait(patience, &outcome)) return WBEM_S_TIMEDOUT;
    return what(outcome);
}

HRESULT CallResult::GetResultObject(long timeout, IWbemClassObject **out) {
    if (out) *out = nullptr;
    return give(timeout, out != nullptr, [&](Outcome &outcome) {
        HRESULT failed = failure(outcome);
        if (FAILED(failed)) return failed;
        return outcome.batch ? make_object(outcome.batch, 0, out) : has_none("object");
    });
}

HRESULT CallResult::GetResultString(long timeout, BSTR *out) {
    if (out) *out = nullptr;
    return give(timeout, out != nullptr, [&](Outcome &outcome) {
        HRESULT failed = failure(outcome);
        return FAILED(failed) ? failed : has_none("string");
    });
}

HRESULT CallResult::GetResultServices(long timeout, IWbemServices **out) {
    if (out) *out = nullptr;
    return give(timeout, out != nullptr, [&](Outcome &outcome) {
        HRESULT failed = failure(outcome);
        if (FAILED(failed)) return failed;
        if (!services_) return has_none("services");
        *out = Ref<IWbemServices>(services_).take();
        return (HRESULT)WBEM_S_NO_ERROR;
    });
}

HRESULT CallResult::GetCallStatus(long timeout, long *out) {
    return give(timeout, out != nullptr, [&](Outcome &outcome) {
        *out = call_.engine ? outcome.code() : outcome.status;
        return (HRESULT)WBEM_S_NO_ERROR;
    });
}

/* The object, now. */
HRESULT get_single(const std::shared_ptr<Connection> &connection, const Starter &starter, const char *operation,
                   Outcome *outcome) {
    wql_call call;
    outcome->status = start_call(starter, 0, false, &call, &outcome->error);
    if (outcome->status == WQL_OK) {
        outcome->status = wql_call_next(call, WQL_FOREVER, &outcome->batch, &outcome->error);
        if (outcome->status == WQL_OK) {
            wql_batch *more = nullptr;
            outcome->status = wql_call_next(call, WQL_FOREVER, &more, &outcome->error);
            wql_batch_release(more);
        }
        (void)wql_call_close(call);
    }
    return FAILED(outcome->code()) ? fail(connection->engine(), outcome->error, operation) : S_OK;
}

HRESULT make_single_now(const std::shared_ptr<Connection> &connection, const Starter &starter, const char *operation,
                        IWbemClassObject **out, IWbemCallResult **result) {
    Outcome outcome;
    Ref<CallResult> ended;
    HRESULT status = get_single(connection, starter, operation, &outcome);
    if (FAILED(status)) return status;
    if (result) {
        ended = Ref<CallResult>(new CallResult(connection, operation));
        ended->set_ended(nullptr, outcome.batch);
    }
    if (out) status = make_object(outcome.batch, 0, out);
    if (SUCCEEDED(status) && result) *result = ended.take();
    return status;
}

HRESULT make_single_later(const std::shared_ptr<Connection> &connection, const Starter &starter, const char *operation,
                          IWbemCallResult **result) {
    wql_error error = WQL_INIT(wql_error);
    Ref<CallResult> made(new CallResult(connection, operation));
    wql_status status = start_call(starter, WQL_KEEP, true, made->call(), &error);
    if (status < 0) {
        made->forget_call();
        return fail(connection->engine(), error, operation);
    }
    *result = made.take();
    return S_OK;
}

} // namespace

HRESULT make_single(const std::shared_ptr<Connection> &connection, long flags, const Starter &starter, const char *operation,
                    IWbemClassObject **out, IWbemCallResult **result) {
    bool later = (flags & WBEM_FLAG_RETURN_IMMEDIATELY) != 0;
    if (out) *out = nullptr;
    if (result) *result = nullptr;
    return guarded([&] {
        if (later && !result) return fail(WBEM_E_INVALID_PARAMETER, "the place for the call result is NULL", operation);
        return later ? make_single_later(connection, starter, operation, result)
                     : make_single_now(connection, starter, operation, out, result);
    });
}

HRESULT make_ended_result(const std::shared_ptr<Connection> &connection, const wql_error &error, IWbemServices *services,
                          IWbemCallResult **out) {
    *out = nullptr;
    return guarded([&] {
        Ref<CallResult> made(new CallResult(connection, "OpenNamespace"));
        made->set_ended(services, nullptr);
        if (error.status < 0) made->set_failed(error);
        *out = made.take();
        return S_OK;
    });
}

} // namespace wbem
