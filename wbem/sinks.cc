/* SPDX-License-Identifier: MIT */
/* sinks.cc: between the engine's callbacks and a client's IWbemObjectSink. */
#include "sinks.h"
#include "apartment.h"
#include "contained.h"
#include "objects.h"
#include "process.h"
#include "text.h"

#include <atomic>
#include <mutex>
#include <oleauto.h>

namespace wbem {
namespace {

/* -- objects for a batch ------------------------------------------------------------------------------------------- */

/* The objects of this thread's deliveries. A worker makes them once and uses them for one batch after the other, whatever call
 * these are of; they go with it, before its engine. A thread of the client's would keep them, and classes of an engine's with
 * them, for longer than that engine: there each delivery has a lender of its own, and so has one that begins inside another. */
class Delivery {
  public:
    explicit Delivery(const wql_batch *batch) : lender_(is_busy() || thread_has_apartment() ? &own_ : &shared()) {
        if (lender_ != &own_) is_busy() = true;
        try {
            lender_->begin(batch);
        } catch (...) {
            leave();
            throw;
        }
    }
    ~Delivery() {
        lender_->end();
        leave();
    }
    Delivery(const Delivery &) = delete;
    Delivery &operator=(const Delivery &) = delete;
    Lender &lender() noexcept { return *lender_; }

  private:
    static Lender &shared() {
        /* When a thread ends, its apartment may go behind this: deliveries have lenders of their own from then on. */
        struct Spare {
            Lender lender;
            ~Spare() { is_busy() = true; }
        };
        thread_local Spare spare;
        return spare.lender;
    }
    static bool &is_busy() noexcept {
        thread_local bool busy = false;
        return busy;
    }
    void leave() noexcept {
        if (lender_ != &own_) is_busy() = false;
    }

    Lender own_;
    Lender *lender_;
};

/* -- calls that ended for want of memory --------------------------------------------------------------------------- */

/* To the engine a batch whose objects could not be made is one that the sink refused. What ended such a call is noted until its
 * final status comes, in a few places that need no memory themselves; if they are all taken, the status is the engine's. */
class Shortages {
  public:
    void note(wql_call call) noexcept { (void)replace({nullptr, 0}, call); }
    bool take(wql_call call) noexcept { return any_ && replace(call, {nullptr, 0}); }

  private:
    bool replace(wql_call from, wql_call to) noexcept {
        std::lock_guard<std::mutex> hold(lock_);
        for (wql_call &it : calls_) {
            if (it.engine != from.engine || it.id != from.id) continue;
            it = to;
            any_ = any_ + (to.engine ? 1u : 0u) - (from.engine ? 1u : 0u);
            return true;
        }
        return false;
    }

    std::mutex lock_;
    std::atomic<unsigned> any_{0};
    wql_call calls_[16] = {};
};
Shortages shortages; /* constant at first, and without a destructor that would do anything */

/* -- progress ------------------------------------------------------------------------------------------------------ */

/* Both numbers in 16 bits. The total is about constant until it is passed, and then what is done: so none of the two ever
 * decreases while the other grows. */
HRESULT progress_of(uint64_t done, uint64_t total) noexcept {
    constexpr uint64_t MOST = 0xffff;
    if (done > total) done = total;
    if (total > MOST) {
        done =
            done == total ? MOST : static_cast<uint64_t>(static_cast<long double>(done) / static_cast<long double>(total) * MOST);
        total = MOST;
    }
    return static_cast<HRESULT>(static_cast<uint32_t>(MAKELONG(done, total)));
}

ULONG percent_of(uint64_t done, uint64_t total) noexcept {
    if (!total || done >= total) return 100;
    return static_cast<ULONG>(static_cast<long double>(done) / static_cast<long double>(total) * 100);
}

wql_status tell_progress(IWbemObjectSink *sink, const wql_report &report, Operation operation) {
    Ref<IWbemObjectSinkEx> extended(sink_extended(sink));
    if (extended) sink_write_progress(extended.get(), operation_name(operation), percent_of(report.done, report.total));
    return sink_status(sink, WBEM_STATUS_PROGRESS, progress_of(report.done, report.total), nullptr, nullptr);
}

/* -- the end ------------------------------------------------------------------------------------------------------- */

/* What ended the call, as the client is told. */
wql_error error_of(wql_call call, const wql_report &report) noexcept {
    wql_error error = WQL_INIT(wql_error);
    bool was_short = shortages.take(call); /* whatever ended it: its place is needed again */
    if (report.error) error = *report.error;
    if (was_short && report.status == WQL_E_CALL_CANCELLED) {
        error = WQL_INIT(wql_error);
        error.status = WQL_E_OUT_OF_MEMORY;
        (void)snprintf(error.message, sizeof error.message, "there is no memory for the objects of a batch");
    }
    return error;
}

void tell_end(IWbemObjectSink *sink, wql_call call, const wql_report &report, Operation operation) {
    IWbemClassObject *made = nullptr;
    BSTR text = report.text.len ? to_bstr(report.text) : nullptr;
    wql_error what = error_of(call, report);
    HRESULT status = report.status < 0 ? what.status : report.status;
    if (status < 0 && FAILED(make_error_object(call.engine, what, operation_name(operation), &made))) made = nullptr;
    Ref<IWbemClassObject> error(made);
    if (error) {
        Ref<IWbemObjectSinkEx> extended(sink_extended(sink));
        if (extended) sink_write_error(extended.get(), error.get());
    }
    (void)sink_status(sink, WBEM_STATUS_COMPLETE, status, text, error.get());
    SysFreeString(text);
}

/* -- the engine's callbacks ---------------------------------------------------------------------------------------- */

IWbemObjectSink *sink_of(void *user) noexcept { return static_cast<IWbemObjectSink *>(user); }

/* A success is a success, whatever its number: WBEM_S_PENDING must not pause the call. */
wql_status answer_of(HRESULT answer) noexcept { return FAILED(answer) ? answer : WQL_OK; }

/* Nothing leaves these. A thread that is ended inside a sink (pthread_exit) would take frames of the engine's along, of which
 * others still know; so it ends the program here, and not somewhere else later. */
wql_status on_indicate(void *user, wql_call call, const wql_batch *batch) noexcept {
    InCallback inside;
    bool asked = false;
    wql_status answer = contained<wql_status>(WQL_E_OUT_OF_MEMORY, [&] {
        Delivery delivery(batch);
        IWbemClassObject **objects = nullptr;
        HRESULT result = delivery.lender().lend_all(&objects);
        if (FAILED(result)) return result;
        asked = true;
        return answer_of(sink_indicate(sink_of(user), static_cast<long>(wql_batch_rows(batch)), objects));
    });
    if (!asked) shortages.note(call);
    return answer;
}

template <Operation operation> wql_status on_status(void *user, wql_call call, const wql_report *report) noexcept {
    InCallback inside;
    if (!report->is_final) return answer_of(tell_progress(sink_of(user), *report, operation));
    tell_end(sink_of(user), call, *report, operation);
    return WQL_OK;
}

void on_add_ref(void *user) noexcept {
    InCallback inside;
    host_call_begins();
    sink_add_ref(sink_of(user));
}

void on_release(void *user) noexcept {
    {
        InCallback inside;
        sink_release(sink_of(user));
    }
    host_call_ends();
}

} // namespace

const char *operation_name(Operation operation) noexcept {
    switch (operation) {
    case Operation::GetObject: return "GetObjectAsync";
    case Operation::CreateClassEnum: return "CreateClassEnumAsync";
    case Operation::CreateInstanceEnum: return "CreateInstanceEnumAsync";
    case Operation::ExecQuery: break;
    }
    return "ExecQueryAsync";
}

wql_sink engine_sink(IWbemObjectSink *sink, Operation operation) noexcept {
    wql_sink functions = WQL_INIT(wql_sink);
    functions.user = sink;
    functions.indicate = on_indicate;
    functions.add_ref = on_add_ref;
    functions.release = on_release;
    switch (operation) {
    case Operation::GetObject: functions.status = on_status<Operation::GetObject>; break;
    case Operation::CreateClassEnum: functions.status = on_status<Operation::CreateClassEnum>; break;
    case Operation::CreateInstanceEnum: functions.status = on_status<Operation::CreateInstanceEnum>; break;
    case Operation::ExecQuery: functions.status = on_status<Operation::ExecQuery>; break;
    }
    return functions;
}

} // namespace wbem
