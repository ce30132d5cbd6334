/* SPDX-License-Identifier: MIT */
/* process.cc: who has joined COM, and how. Numbers of the process, and a few words of each thread. */
#include "apartment.h"
#include "host.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace wbem {

namespace {

/* Of the process. */
std::atomic<unsigned> process_threads;       /* that are in */
std::atomic<unsigned> process_multithreaded; /* of these, the ones of the mode COINIT_MULTITHREADED */
std::atomic<bool> process_secured;

/* Of a thread. Nothing here has a destructor, so it can be read for as long as the thread runs; `Leaver` sees the end. */
struct Thread {
    unsigned count; /* CoInitializeEx without CoUninitialize */
    bool apartment_mode;
    bool leaving;          /* its apartment is being closed: no call is taken into it */
    unsigned leaving_with; /* what `count` was then: the last callbacks may join and leave again, but not leave for others */
    bool ended;            /* its end has let go what was here */
    bool counted;          /* in process_threads: as long as it is in, or has an apartment */
    unsigned callbacks;
    DWORD last_error;     /* as SetLastError left it */
    Apartment *apartment; /* NULL: not needed so far. May outlive `count`, until the callback returns in which that became 0 */
};
thread_local Thread self;

bool is_main_thread() { return getpid() == static_cast<pid_t>(syscall(SYS_gettid)); }

void drop_apartment() {
    if (Apartment *apartment = self.apartment) {
        self.leaving = true;
        self.leaving_with = self.count;
        apartment->close();
        self.leaving = false;
        self.leaving_with = 0;
        self.apartment = nullptr;
        apartment->release();
    }
}

void enter(bool apartment_mode) {
    self.count = 1;
    self.apartment_mode = apartment_mode;
    if (!self.counted) process_threads.fetch_add(1);
    if (!apartment_mode) process_multithreaded.fetch_add(1);
    self.counted = true;
}

/* There, a program prints with cout and wcout in any order. Here a stream that has begun wide takes nothing narrow any more, but
 * wcout writes to one that has begun narrow: so these begin so. */
void print_both_widths() {
    if (fwide(stdout, 0) == 0) fwide(stdout, -1);
    if (fwide(stderr, 0) == 0) fwide(stderr, -1);
}

/* Nothing of this thread's needs the engine any more. */
void discount() {
    if (!self.counted) return;
    self.counted = false;
    if (process_threads.fetch_sub(1) == 1 && !in_callback()) host_close_if_idle();
}

void leave() {
    self.count = 0;
    if (!self.apartment_mode) process_multithreaded.fetch_sub(1);
    drop_error();
    if (!self.apartment) discount(); /* else thread_settle does */
}

/* A thread that ends without CoUninitialize: its apartment goes with it, for nobody would run its calls. The multithreaded mode
 * stays, for others may live in it. The main thread's end is the process's: no callback comes then. */
struct Leaver {
    bool armed;
    ~Leaver() {
        if (is_main_thread()) return;
        drop_apartment();
        self.ended = true;
        drop_error(); /* that of the last callbacks too */
        if (self.count && !self.apartment_mode) return;
        self.count = 0;
        discount();
    }
};
thread_local Leaver leaver;

} // namespace

bool thread_is_in() noexcept { return self.count || process_multithreaded.load() != 0; }

unsigned threads_in() noexcept { return process_threads.load(); }

bool security_is_settled() noexcept { return process_secured.load(); }

InCallback::InCallback() noexcept { self.callbacks++; }
InCallback::~InCallback() { self.callbacks--; }
bool in_callback() noexcept { return self.callbacks != 0; }

/* The first use of it has its end called. */
bool watch_thread_end() noexcept {
    if (!self.ended) leaver.armed = true;
    return !self.ended;
}

bool thread_has_apartment() noexcept { return self.count && self.apartment_mode; }

Apartment *thread_apartment() noexcept {
    if (thread_has_apartment() && !self.apartment) self.apartment = new (std::nothrow) Apartment;
    return thread_has_apartment() ? self.apartment : nullptr;
}

HRESULT thread_pump(wql_engine *engine, wql_pump **out) noexcept {
    *out = nullptr;
    if (!thread_has_apartment()) return S_OK;
    if (self.leaving) return WBEM_E_SHUTTING_DOWN; /* or a sink that asks anew in its last status would hold the thread */
    Apartment *apartment = thread_apartment();
    return apartment ? apartment->pump(engine, out) : WBEM_E_OUT_OF_MEMORY;
}

HRESULT thread_messages(std::shared_ptr<MessageQueue> *out) noexcept {
    *out = nullptr;
    if (!thread_has_apartment()) return S_OK;
    if (self.leaving) return WBEM_E_SHUTTING_DOWN;
    Apartment *apartment = thread_apartment();
    if (!apartment) return WBEM_E_OUT_OF_MEMORY;
    *out = apartment->messages();
    return *out ? S_OK : WBEM_E_NOT_AVAILABLE;
}

void thread_settle() noexcept {
    if (!self.apartment || thread_has_apartment() || in_callback()) return;
    drop_apartment();
    if (!self.count) discount();
}

} // namespace wbem

using namespace wbem;

/* A thread that calls sinks is of the multithreaded mode, as it is in COM, unless it is an apartment's own: calls that were made
 * in an apartment of a worker's would wait for a pump that nobody runs. */
HRESULT CoInitializeEx(LPVOID reserved, DWORD mode) {
    const bool apartment_mode = (mode & COINIT_APARTMENTTHREADED) != 0;
    if (reserved || (mode & ~DWORD{COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE | COINIT_SPEED_OVER_MEMORY}))
        return E_INVALIDARG;
    if (self.count) {
        if (self.apartment_mode != apartment_mode) return RPC_E_CHANGED_MODE;
        self.count++;
        return S_FALSE;
    }
    if (apartment_mode && in_callback() && !self.apartment) return RPC_E_CHANGED_MODE;
    (void)watch_thread_end();
    enter(apartment_mode);
    print_both_widths();
    return S_OK;
}

DWORD GetLastError(void) { return self.last_error; }

void SetLastError(DWORD code) { self.last_error = code; }

HRESULT CoInitialize(LPVOID reserved) { return CoInitializeEx(reserved, COINIT_APARTMENTTHREADED); }

/* Inside a callback an apartment cannot go, for the callback comes out of it: thread_settle lets it go afterwards. Elsewhere it
 * goes while the thread still counts as in, so that its last callbacks can do what others can, but for new calls. */
void CoUninitialize(void) {
    if (self.count <= self.leaving_with) {
        thread_settle();
        return;
    }
    if (self.count == 1 && !in_callback()) drop_apartment();
    if (self.count > 1) /* or a last callback has come in once more */
        self.count--;
    else
        leave();
}

/* -- security ------------------------------------------------------------------------------------------------------ */

/* All that there are, not only those that objbase.h names: 0x10 is none. */
static const DWORD capabilities_known = 0x7FEF;

static bool levels_are_right(DWORD authentication, DWORD impersonation, DWORD capabilities) {
    return authentication <= RPC_C_AUTHN_LEVEL_PKT_PRIVACY && impersonation <= RPC_C_IMP_LEVEL_DELEGATE &&
           !(capabilities & ~capabilities_known);
}

HRESULT CoInitializeSecurity(PSECURITY_DESCRIPTOR descriptor, LONG service_count, SOLE_AUTHENTICATION_SERVICE *services,
                             void *reserved1, DWORD authentication_level, DWORD impersonation_level, void *list,
                             DWORD capabilities, void *reserved3) {
    (void)descriptor, (void)list;
    if (!thread_is_in()) return CO_E_NOTINITIALIZED;
    if (reserved1 || reserved3 || service_count < -1 || (service_count > 0 && !services) ||
        !levels_are_right(authentication_level, impersonation_level, capabilities))
        return E_INVALIDARG;
    if (process_secured.exchange(true)) return RPC_E_TOO_LATE;
    for (LONG i = 0; i < service_count; i++) services[i].hr = S_OK;
    host_secure();
    return S_OK;
}

HRESULT CoSetProxyBlanket(IUnknown *proxy, DWORD authentication, DWORD authorization, OLECHAR *principal,
                          DWORD authentication_level, DWORD impersonation_level, RPC_AUTH_IDENTITY_HANDLE identity,
                          DWORD capabilities) {
    (void)principal, (void)identity;
    static const DWORD services[] = {0, 1, 2, 4, 9, 10, 14, 16, 17, 18, 20, 21, 30, 100, RPC_C_AUTHN_DEFAULT};
    bool known = false;
    for (DWORD service : services) known = known || service == authentication;
    if (!proxy || !known || (authorization > RPC_C_AUTHZ_DCE && authorization != RPC_C_AUTHZ_DEFAULT) ||
        !levels_are_right(authentication_level, impersonation_level, capabilities))
        return E_INVALIDARG;
    return S_OK;
}

HRESULT CoImpersonateClient(void) { return S_OK; }

HRESULT CoRevertToSelf(void) { return S_OK; }
