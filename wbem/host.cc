/* SPDX-License-Identifier: MIT */
/* host.cc: which engine stands behind the locator, and how long the library's own one lives.
 *
 * It goes when nothing holds it: no thread is in, no connection is open, no call with a sink runs. Whoever takes the last of
 * these away closes it, but never inside a callback, which the close would wait for: then a thread of its own does it.
 *
 * What is known of the process lies in one place that is never destroyed, so that a client's own destructors may still release
 * what they hold while the process ends. */
#include "host.h"
#include "config.h"
#include "objects.h"
#include "process.h"

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <new>
#include <pthread.h>
#include <thread>
#include <unistd.h>
#include <wbemhost.h>

namespace wbem {
namespace {

/* An engine that connections are of. */
struct Behind {
    wql_engine *engine;
    bool own; /* else a host's, which stays in the list until wbem_host_engine(NULL) has seen it without users */
    uint32_t dialect;
    unsigned users; /* connections */
    Behind *next;
};

struct Host {
    std::mutex lock;
    std::condition_variable made; /* the own engine, or the attempt failed */
    std::thread::id maker;
    bool making = false;
    Behind *all = nullptr;
    Behind *given = nullptr, *own = nullptr;
    unsigned calls = 0;   /* that have a sink */
    unsigned engines = 0; /* own ones that are open */
};

Host &host() noexcept {
    alignas(Host) static unsigned char place[sizeof(Host)];
    static Host *const it = new (place) Host;
    return *it;
}

void add(Host &h, Behind *behind) noexcept {
    behind->next = h.all;
    h.all = behind;
}

void unlink(Host &h, Behind *behind) noexcept {
    Behind **at = &h.all;
    while (*at != behind) at = &(*at)->next;
    *at = behind->next;
}

/* -- the end of the own engine ------------------------------------------------------------------------------------- */

/* One attempt, which waits for callbacks and providers, but not for ever. False: one has not come back. */
bool close_once(Behind *behind) noexcept {
    Host &h = host();
    if (wql_engine_close(behind->engine) == WQL_S_TIMEDOUT) return false;
    std::lock_guard<std::mutex> hold(h.lock);
    h.engines--;
    delete behind;
    return true;
}

/* However long it takes. A pump that cannot be closed belongs to a thread that has left inside a callback of it, which is about
 * to return. */
void close_in_the_end(Behind *behind) noexcept {
    while (!close_pumps(behind->engine)) (void)usleep(1000);
    while (!close_once(behind)) {}
}

/* On a thread of its own. No thread can be had: the engine stays, for the next one who connects if it was not told to end yet. */
void close_elsewhere(Behind *behind, bool is_ending) noexcept {
    Host &h = host();
    sigset_t all, old;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for the host's threads */
    try {
        std::thread closer([behind] {
            (void)pthread_setname_np(pthread_self(), "wbem-close");
            close_in_the_end(behind);
        });
        closer.detach();
    } catch (...) {
        std::lock_guard<std::mutex> hold(h.lock);
        add(h, behind);
        if (!h.own && !is_ending) h.own = behind;
    }
    (void)pthread_sigmask(SIG_SETMASK, &old, nullptr);
}

/* Whether a close would end soon. Calls that have ended are gone as soon as their providers have come back, which takes a moment;
 * a provider that does not would make the close wait for long. */
bool is_quiet(const Behind *behind) noexcept {
    constexpr int MOMENT_MS = 50;
    for (int waited = 0; waited < MOMENT_MS; waited++) {
        wql_engine_stats stats = WQL_INIT(wql_engine_stats);
        if (wql_engine_get_stats(behind->engine, &stats) < 0 || stats.zombies) return false;
        if (!stats.calls) return true;
        (void)usleep(1000);
    }
    return false;
}

/* The own engine, if nothing holds it; it is nobody's from then on. A thread that comes in meanwhile makes another one. */
Behind *take_idle(Host &h) noexcept {
    if (threads_in()) return nullptr;
    std::lock_guard<std::mutex> hold(h.lock);
    Behind *behind = h.own;
    if (!behind || behind->users || h.calls) return nullptr;
    unlink(h, behind);
    h.own = nullptr;
    return behind;
}

void close_if_idle(bool here) noexcept {
    Behind *idle = take_idle(host());
    if (!idle) return;
    bool quick = here && is_quiet(idle) && close_pumps(idle->engine);
    if (!quick || !close_once(idle)) close_elsewhere(idle, quick);
}

/* -- making it ----------------------------------------------------------------------------------------------------- */

HRESULT make_own(Behind **out) {
    Configuration configuration;
    std::string mistake;
    Places places = {secure_getenv("WBEM_PROVIDERS"), secure_getenv("WBEM_CONFIG"), "/etc/wbem.conf"};
    wql_engine *engine;
    if (!read_configuration(places, &configuration, &mistake))
        return fail(WBEM_E_INITIALIZATION_FAILURE, mistake, CONNECT_SERVER);
    std::unique_ptr<Behind> behind(new Behind{nullptr, true, configuration.dialect, 0, nullptr});
    wql_status status = open_configured(configuration, &engine, &mistake);
    if (status < 0)
        return fail(status == WQL_E_OUT_OF_MEMORY ? WBEM_E_OUT_OF_MEMORY : WBEM_E_INITIALIZATION_FAILURE, mistake,
                    CONNECT_SERVER);
    behind->engine = engine;
    *out = behind.release();
    return WBEM_S_NO_ERROR;
}

/* Behind the add, so that either this sees that security is settled, or host_secure sees the engine. */
void pass_security_on(wql_engine *engine) noexcept {
    if (security_is_settled()) (void)wql_engine_secure(engine);
}

/* Says that the attempt is over, whichever way it is left. */
class Making {
  public:
    explicit Making(Host &h) noexcept : h_(h) {
        h_.making = true;
        h_.maker = std::this_thread::get_id();
    }
    ~Making() {
        std::lock_guard<std::mutex> hold(h_.lock);
        h_.making = false;
        h_.maker = std::thread::id();
        h_.made.notify_all();
    }
    Making(const Making &) = delete;
    Making &operator=(const Making &) = delete;

  private:
    Host &h_;
};

/* The engine of the next connection, with one user more. It is made without the lock: providers start, and may call anything. */
HRESULT acquire(Behind **out) {
    Host &h = host();
    std::unique_lock<std::mutex> hold(h.lock);
    for (;;) {
        Behind *found = h.given ? h.given : h.own;
        if (found) {
            found->users++;
            *out = found;
            return WBEM_S_NO_ERROR;
        }
        if (!h.making) break;
        if (h.maker == std::this_thread::get_id())
            return fail(WBEM_E_INITIALIZATION_FAILURE, "a provider connects while it is being loaded", CONNECT_SERVER);
        h.made.wait(hold);
    }
    Making making(h);
    hold.unlock();
    Behind *made = nullptr;
    HRESULT result = make_own(&made);
    if (FAILED(result)) return result;
    hold.lock();
    add(h, made);
    h.own = made;
    h.engines++;
    made->users = 1;
    hold.unlock();
    pass_security_on(made->engine);
    *out = made;
    return result;
}

void let_go(Behind *behind) noexcept {
    Host &h = host();
    {
        std::lock_guard<std::mutex> hold(h.lock);
        behind->users--;
    }
    host_close_if_idle();
}

void share(Behind *behind) noexcept {
    std::lock_guard<std::mutex> hold(host().lock);
    behind->users++;
}

} // namespace

/* -- connections --------------------------------------------------------------------------------------------------- */

struct Connection::State {
    Behind *behind;
    wql_session *session = nullptr;
    std::string name;
    QueryCache queries;

    State(Behind *held, const std::string &named) : behind(held), name(named) { share(behind); }
    ~State() {
        queries.clear();
        wql_session_close(session);
        let_go(behind);
    }
    State(const State &) = delete;
    State &operator=(const State &) = delete;
};

Connection::Connection(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Connection::~Connection() {}
wql_engine *Connection::engine() const noexcept { return state_->behind->engine; }
wql_session *Connection::session() const noexcept { return state_->session; }
QueryCache &Connection::queries() const noexcept { return state_->queries; }
const std::string &Connection::name() const noexcept { return state_->name; }

namespace {

wql_status connect(Behind *behind, const std::string &name, uint32_t timeout_ms, std::shared_ptr<Connection> *out,
                   wql_error *error) {
    wql_session_options options = WQL_INIT(wql_session_options);
    std::unique_ptr<Connection::State> state(new Connection::State(behind, name));
    options.dialect = behind->dialect;
    options.timeout_ms = timeout_ms;
    wql_status status = wql_session_open(behind->engine, name.c_str(), &options, &state->session, error);
    if (status >= 0) *out = std::make_shared<Connection>(std::move(state));
    return status;
}

struct LetGo {
    void operator()(Behind *behind) const noexcept { let_go(behind); }
};

} // namespace

HRESULT Connection::open(const std::string &name, std::shared_ptr<Connection> *out, uint32_t timeout_ms) {
    Behind *acquired = nullptr;
    wql_error error = WQL_INIT(wql_error);
    HRESULT result = acquire(&acquired);
    if (FAILED(result)) return result;
    std::unique_ptr<Behind, LetGo> behind(acquired);
    wql_status status = connect(behind.get(), name, timeout_ms, out, &error);
    return status < 0 ? fail(behind->engine, error, CONNECT_SERVER) : WBEM_S_NO_ERROR;
}

HRESULT Connection::open_other(const std::string &name, std::shared_ptr<Connection> *out, wql_error *error) const {
    wql_status status = connect(state_->behind, state_->name + "\\" + name, 0, out, error);
    if (status == WQL_E_INVALID_NAMESPACE) status = connect(state_->behind, name, 0, out, error);
    return status;
}

/* -- for the rest of the face -------------------------------------------------------------------------------------- */

void host_secure() noexcept {
    Host &h = host();
    std::lock_guard<std::mutex> hold(h.lock);
    for (Behind *at = h.all; at; at = at->next) (void)wql_engine_secure(at->engine);
}

void host_close_if_idle() noexcept { close_if_idle(!in_callback()); }

void host_call_begins() noexcept {
    Host &h = host();
    std::lock_guard<std::mutex> hold(h.lock);
    h.calls++;
}

void host_call_ends() noexcept {
    Host &h = host();
    {
        std::lock_guard<std::mutex> hold(h.lock);
        h.calls--;
    }
    close_if_idle(false); /* the engine is still on this thread's stack */
}

unsigned host_engines() noexcept {
    Host &h = host();
    std::lock_guard<std::mutex> hold(h.lock);
    return h.engines;
}

} // namespace wbem

/* -- the host's engine --------------------------------------------------------------------------------------------- */

namespace {
using namespace wbem;

/* One that a host gave, and took away, and whose interfaces are released, out of the list. NULL: there is none. */
Behind *take_released(Host &h) noexcept {
    std::lock_guard<std::mutex> hold(h.lock);
    Behind *at = h.all;
    while (at && (at->own || at == h.given || at->users)) at = at->next;
    if (at) unlink(h, at);
    return at;
}

/* Forgets those that are released. One whose pumps cannot be closed now is still in use. True: none is left. */
bool forget_released(Host &h) noexcept {
    Behind *used = nullptr;
    bool none = true;
    while (Behind *at = take_released(h)) {
        if (close_pumps(at->engine)) {
            delete at;
        } else {
            at->next = used;
            used = at;
        }
    }
    std::lock_guard<std::mutex> hold(h.lock);
    while (Behind *at = used) {
        used = at->next;
        add(h, at);
    }
    for (const Behind *at = h.all; at; at = at->next) none = none && (at->own || at == h.given);
    return none;
}

HRESULT take_away(Host &h) noexcept {
    {
        std::lock_guard<std::mutex> hold(h.lock);
        h.given = nullptr;
    }
    return forget_released(h) ? S_OK : S_FALSE;
}

HRESULT give(Host &h, wql_engine *engine) {
    std::unique_ptr<Behind> fresh(new Behind{engine, false, 0, 0, nullptr});
    {
        std::lock_guard<std::mutex> hold(h.lock);
        if (h.given) return h.given->engine == engine ? S_OK : WBEM_E_ALREADY_EXISTS;
        h.given = h.all; /* it may have been given before, and still be held */
        while (h.given && h.given->engine != engine) h.given = h.given->next;
        if (!h.given) {
            add(h, fresh.get());
            h.given = fresh.release();
        }
    }
    pass_security_on(engine);
    return S_OK;
}

} // namespace

HRESULT wbem_host_engine(wql_engine *engine) {
    Host &h = host();
    return guarded([&] { return engine ? give(h, engine) : take_away(h); });
}
