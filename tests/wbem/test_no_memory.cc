/* SPDX-License-Identifier: MIT */
/* test_no_memory.cc: every allocation by `new` fails once, in every method that reads. A method then says so or succeeds; a sink
 * is either not touched or gets its one end; and the next call works. The engine's own memory has sweeps of its own. And when
 * there is no thread left. */
#include "call_lab.h"

#include <cerrno>
#include <cstdlib>
#include <dlfcn.h>
#include <new>
#include <pthread.h>

using namespace lab;

namespace {

/* Which of the allocations from now on fails, on whatever thread: 1 is the next. 0 or less: none. */
std::atomic<long> until_failure{0};
std::atomic<bool> failed{false};

/* No thread can be made. */
std::atomic<bool> no_threads{false};

void *allocate(size_t size) noexcept {
    if (until_failure.load(std::memory_order_relaxed) > 0 && until_failure.fetch_sub(1) == 1) {
        failed = true;
        return nullptr;
    }
    return malloc(size ? size : 1);
}

} // namespace

void *operator new(size_t size) {
    void *memory = allocate(size);
    if (!memory) throw std::bad_alloc();
    return memory;
}
void *operator new(size_t size, const std::nothrow_t &) noexcept { return allocate(size); }
void operator delete(void *memory) noexcept { free(memory); }
void operator delete(void *memory, size_t) noexcept { free(memory); }
void operator delete(void *memory, const std::nothrow_t &) noexcept { free(memory); }

extern "C" int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    using Create = int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    return no_threads ? EAGAIN : reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"))(thread, attributes, run, argument);
}

namespace {

/* What a test makes before the failure, since it needs memory itself. */
struct Things {
    Text wql{L"WQL"}, query{L"SELECT * FROM Lab_Row"}, path{L"Lab_Row.Id=3"}, name{L"Lab_Row"}, space{L"root\\lab"},
        root{L"root"};
    Engine *engine;
    IWbemServices *services;
    IWbemLocator *locator;
    IWbemUnsecuredApartment *apartment;
    IWbemContext *context;
};

template <typename T> T *make(REFCLSID class_id) {
    T *made = nullptr;
    assert_int_equal(
        CoCreateInstance(class_id, nullptr, CLSCTX_INPROC_SERVER, wbem_uuid_of<T>::value(), reinterpret_cast<void **>(&made)),
        S_OK);
    return made;
}

bool is_shortage(HRESULT code) { return code == WBEM_E_OUT_OF_MEMORY || code == E_OUTOFMEMORY; }

/* Reads an enumerator to its end. */
HRESULT read(IEnumWbemClassObject *all) {
    HRESULT answer = WBEM_S_NO_ERROR;
    while (answer == WBEM_S_NO_ERROR) {
        IWbemClassObject *object = nullptr;
        ULONG got = 0;
        answer = all->Next(WBEM_INFINITE, 1, &object, &got);
        if (object) object->Release();
    }
    all->Release();
    return answer == WBEM_S_FALSE ? WBEM_S_NO_ERROR : answer;
}

using Operation = HRESULT (*)(Things &things);

/* How an asynchronous call went: its answer, or its end. */
template <typename Submit> HRESULT follow(Submit submit, bool by_stub = false) {
    Record record;
    until_failure = -until_failure.load(); /* not the sink */
    Sink *sink = new Sink(record, 1);
    until_failure = -until_failure.load();
    HRESULT answer = submit(sink);
    if (SUCCEEDED(answer) && record.ended()) {
        assert_int_equal(answer, 0);
        until_failure = 0;
        assert_promises(record);
        answer = record.result;
    } else {
        until_failure = 0;
        assert_int_equal(record.finals + record.indicates, 0);
        assert_int_equal(record.add_refs, by_stub ? record.releases : 0);
    }
    sink->Release();
    return answer;
}

const struct {
    const char *name;
    Operation run;
} operations[] = {
    {"ConnectServer",
     [](Things &t) {
         IWbemServices *out = nullptr;
         HRESULT answer = t.locator->ConnectServer(t.space, nullptr, nullptr, nullptr, 0, nullptr, nullptr, &out);
         if (out) out->Release();
         return answer;
     }},
    {"OpenNamespace",
     [](Things &t) {
         IWbemServices *out = nullptr;
         HRESULT answer = t.services->OpenNamespace(t.root, 0, nullptr, &out, nullptr);
         if (out) out->Release();
         return answer;
     }},
    {"OpenNamespace at once",
     [](Things &t) {
         IWbemCallResult *out = nullptr;
         IWbemServices *services = nullptr;
         HRESULT answer = t.services->OpenNamespace(t.root, WBEM_FLAG_RETURN_IMMEDIATELY, nullptr, nullptr, &out);
         if (out) {
             answer = out->GetResultServices(WBEM_INFINITE, &services);
             out->Release();
         }
         if (services) services->Release();
         return answer;
     }},
    {"ExecQuery",
     [](Things &t) {
         IEnumWbemClassObject *all = nullptr;
         HRESULT answer = t.services->ExecQuery(t.wql, t.query, 0, t.context, &all);
         return all ? read(all) : answer;
     }},
    {"ExecQuery at once, forward only",
     [](Things &t) {
         IEnumWbemClassObject *all = nullptr;
         HRESULT answer = t.services->ExecQuery(t.wql, t.query, 0x30, nullptr, &all);
         return all ? read(all) : answer;
     }},
    {"CreateInstanceEnum",
     [](Things &t) {
         IEnumWbemClassObject *all = nullptr;
         HRESULT answer = t.services->CreateInstanceEnum(t.name, 0, nullptr, &all);
         return all ? read(all) : answer;
     }},
    {"CreateClassEnum",
     [](Things &t) {
         IEnumWbemClassObject *all = nullptr;
         HRESULT answer = t.services->CreateClassEnum(t.name, 0, nullptr, &all);
         return all ? read(all) : answer;
     }},
    {"GetObject",
     [](Things &t) {
         IWbemClassObject *object = nullptr;
         HRESULT answer = t.services->GetObject(t.path, 0, nullptr, &object, nullptr);
         if (object) object->Release();
         return answer;
     }},
    {"GetObject at once",
     [](Things &t) {
         IWbemCallResult *out = nullptr;
         IWbemClassObject *object = nullptr;
         HRESULT answer = t.services->GetObject(t.path, WBEM_FLAG_RETURN_IMMEDIATELY, nullptr, nullptr, &out);
         if (out) {
             answer = out->GetResultObject(WBEM_INFINITE, &object);
             out->Release();
         }
         if (object) object->Release();
         return answer;
     }},
    {"ExecQueryAsync",
     [](Things &t) {
         return follow([&](Sink *sink) { return t.services->ExecQueryAsync(t.wql, t.query, 0, t.context, sink); });
     }},
    {"GetObjectAsync",
     [](Things &t) { return follow([&](Sink *sink) { return t.services->GetObjectAsync(t.path, 0, nullptr, sink); }); }},
    {"CreateInstanceEnumAsync",
     [](Things &t) { return follow([&](Sink *sink) { return t.services->CreateInstanceEnumAsync(t.name, 0, nullptr, sink); }); }},
    {"CreateClassEnumAsync",
     [](Things &t) { return follow([&](Sink *sink) { return t.services->CreateClassEnumAsync(t.name, 0, nullptr, sink); }); }},
    {"CreateSinkStub",
     [](Things &t) {
         return follow(
             [&](Sink *sink) {
                 IWbemObjectSink *stub = nullptr;
                 HRESULT answer = t.apartment->CreateSinkStub(sink, 0, nullptr, &stub);
                 if (!stub) return answer;
                 answer = t.services->ExecQueryAsync(t.wql, t.query, 0, nullptr, stub);
                 stub->Release();
                 return answer;
             },
             true);
     }},
};

/* What a worker has made for one batch it uses for the next. So each batch is larger than those before. */
constexpr uint32_t MORE_ROWS = 3;

/* Fails the first allocation, then the second, until there are none left to fail. Nothing else fails meanwhile. Returns how many
 * there were. */
long sweep(Things &things, const char *name, Operation run) {
    long at = 0;
    do {
        things.engine->rows += MORE_ROWS;
        failed = false;
        until_failure = ++at;
        HRESULT answer = run(things);
        until_failure = 0;
        if (FAILED(answer) && !is_shortage(answer))
            print_error("%s, allocation %ld: %x\n", name, at, static_cast<unsigned>(answer));
        assert_true(SUCCEEDED(answer) || is_shortage(answer));
        assert_true(SUCCEEDED(answer) || failed);
        (void)last_error();
        if (FAILED(answer)) assert_int_equal(run(things), WBEM_S_NO_ERROR);
        assert_true(at < 10000);
    } while (failed);
    return at - 1;
}

void a_failure_for_want_of_memory_is_told_and_leaves_nothing_behind(void **) {
    Engine engine;
    VARIANT color;
    Things things;
    things.engine = &engine;
    things.services = connect(L"root\\lab");
    things.locator = make<IWbemLocator>(CLSID_WbemLocator);
    things.apartment = make<IWbemUnsecuredApartment>(CLSID_UnsecuredApartment);
    things.context = make<IWbemContext>(CLSID_WbemContext);
    V_VT(&color) = VT_I4;
    V_I4(&color) = 7;
    assert_int_equal(things.context->SetValue(L"Color", 0, &color), S_OK);
    long failures = 0;
    for (const auto &it : operations) failures += sweep(things, it.name, it.run);
    print_message("%ld allocations failed\n", failures);
    assert_true(failures > 50);
    things.context->Release();
    things.apartment->Release();
    things.locator->Release();
    things.services->Release();
}

void a_request_that_no_thread_can_serve_is_refused(void **) {
    Engine engine;
    Text wql(L"WQL"), query(L"SELECT * FROM Lab_Row");
    IWbemServices *services = connect(L"root\\lab");
    IEnumWbemClassObject *all = nullptr;
    Record refused, record;
    Sink *sink = new Sink(refused, 1), *other = new Sink(record, 1);
    assert_int_equal(services->ExecQuery(wql, query, 0, nullptr, &all), WBEM_S_NO_ERROR);
    no_threads = true;
    HRESULT answer = all->NextAsync(1, sink);
    no_threads = false;
    assert_int_equal(answer, WBEM_E_OUT_OF_MEMORY);
    assert_int_equal(refused.add_refs + refused.finals, 0);
    assert_int_equal(sink->Release(), 0);
    assert_int_equal(all->NextAsync(1, other), WBEM_S_NO_ERROR); /* nothing is left of it */
    other->Release();
    assert_true(record.ended());
    assert_int_equal(record.rows, 1);
    all->Release();
    services->Release();
}

} // namespace

int main() {
    const CMUnitTest tests[] = {cmocka_unit_test(a_failure_for_want_of_memory_is_told_and_leaves_nothing_behind),
                                cmocka_unit_test(a_request_that_no_thread_can_serve_is_refused)};
    return cmocka_run_group_tests(tests, start, finish);
}
