/* SPDX-License-Identifier: MIT */
/* call_lab.cc: an engine and a sink for tests of calls. */
#include "call_lab.h"

#include <chrono>
#include <cstdlib>
#include <ctime>

namespace lab {
namespace {

/* -- the provider --------------------------------------------------------------------------------------------------- */

enum { ROW, OTHER, ENDLESS, GATE, FAILING, CONTEXT, STEPS, CLASSES };
enum { ID, TEXT };

constexpr uint32_t FAILING_ROWS = 5, OTHER_ID = 4000000;
constexpr int64_t STEP_US = 60000;

Engine *lab_of(const wql_scan *scan) { return static_cast<Engine *>(scan->self); }

wql_property_def property(const char *name, uint32_t type, uint32_t flags) {
    wql_property_def def = wql_property_def();
    def.name = name;
    def.type = type;
    def.flags = flags;
    return def;
}

wql_status load(wql_mount *mount, const char *, void *, void **, wql_error *err) {
    static const char *const names[CLASSES] = {"Lab_Row",     "Lab_Other",   "Lab_Endless", "Lab_Gate",
                                               "Lab_Failing", "Lab_Context", "Lab_Steps"};
    const wql_property_def properties[] = {property("Id", WQL_UINT32, WQL_KEY), property("Text", WQL_STRING, 0)};
    wql_class_def defs[CLASSES];
    for (int i = 0; i < CLASSES; i++) {
        defs[i] = WQL_INIT(wql_class_def);
        defs[i].name = names[i];
        defs[i].properties = properties;
        defs[i].property_count = 2;
    }
    defs[OTHER].superclass = "Lab_Row";
    defs[OTHER].property_count = 0;
    return wql_mount_define(mount, defs, CLASSES, err);
}

wql_status plan(void *self, const wql_request *request, wql_answer *answer, wql_error *) {
    if (request->class_index == STEPS) answer->rows = static_cast<Engine *>(self)->expected;
    return WQL_OK;
}

wql_status open_scan(wql_scan *scan, wql_error *) {
    scan->state = calloc(1, sizeof(uint32_t));
    if (!scan->state) return WQL_E_OUT_OF_MEMORY;
    lab_of(scan)->scans++;
    return WQL_OK;
}

void close_scan(wql_scan *scan) {
    free(scan->state);
    lab_of(scan)->closes++;
}

bool row(wql_scan *scan, uint32_t id, wql_value text) {
    wql_row_set(scan, ID, wql_u64(id));
    wql_row_set(scan, TEXT, text);
    return wql_row_end(scan);
}

bool plain_row(wql_scan *scan, uint32_t id) {
    std::string text = "row " + std::to_string(id);
    return row(scan, id, wql_text(wql_s(text.c_str())));
}

/* Rows up to the last, as many as there is room for. */
wql_status some_rows(wql_scan *scan, uint32_t *next, uint32_t last) {
    while (*next < last)
        if (!plain_row(scan, (*next)++)) break;
    return *next < last ? WQL_OK : WQL_END;
}

wql_status next_rows(wql_scan *scan, wql_error *err) {
    Engine *lab = lab_of(scan);
    uint32_t *next = static_cast<uint32_t *>(scan->state);
    wql_value color;
    switch (scan->request->class_index) {
    case ROW: return some_rows(scan, next, lab->rows);
    case OTHER: (void)plain_row(scan, OTHER_ID); return WQL_END;
    case ENDLESS:
        while (plain_row(scan, (*next)++)) {}
        return WQL_OK;
    case GATE:
        lab->at_gate.set();
        (void)lab->gate.wait();
        return some_rows(scan, next, lab->rows);
    case FAILING:
        if (*next < FAILING_ROWS) return some_rows(scan, next, FAILING_ROWS), WQL_OK;
        err->status = WQL_E_PROVIDER_FAILURE;
        (void)snprintf(err->message, sizeof err->message, "the lab is on fire");
        return WQL_E_PROVIDER_FAILURE;
    case CONTEXT: (void)row(scan, 0, wql_scan_context(scan, "Color", &color) ? color : wql_null()); return WQL_END;
    case STEPS:
        lab->skew_us += STEP_US;
        (void)plain_row(scan, (*next)++);
        return *next < lab->rows ? WQL_OK : WQL_END;
    }
    return WQL_E_UNEXPECTED;
}

const wql_provider *provider() {
    static const wql_provider table = [] {
        wql_provider it = WQL_INIT(wql_provider);
        it.flags = WQL_CONCURRENT | WQL_MAY_BLOCK;
        it.name = "lab";
        it.load = load;
        it.plan = plan;
        it.open = open_scan;
        it.next = next_rows;
        it.close = close_scan;
        return it;
    }();
    return &table;
}

int64_t skewed_clock(void *user, bool wall) {
    struct timespec now;
    (void)clock_gettime(wall ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
    return int64_t{now.tv_sec} * 1000000 + now.tv_nsec / 1000 + (wall ? 0 : static_cast<Engine *>(user)->skew_us.load());
}

} // namespace

wql_engine_options Engine::default_options() {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    options.workers = 2;
    options.cancel_wait_ms = 60000;
    return options;
}

Engine::Engine(const wql_engine_options &options) {
    wql_engine_options mine = options;
    wql_error err = WQL_INIT(wql_error);
    mine.clock = skewed_clock;
    mine.clock_user = this;
    assert_int_equal(wql_engine_open(&mine, &engine_, &err), WQL_OK);
    assert_int_equal(wql_engine_mount(engine_, "root/lab", provider(), nullptr, this, &err), WQL_OK);
    assert_int_equal(wbem_host_engine(engine_), S_OK);
}

void Engine::close() {
    if (!engine_) return;
    wql_engine *engine = engine_;
    engine_ = nullptr;
    gate.set();
    assert_int_equal(wbem_host_engine(nullptr), S_OK);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    assert_int_equal(scans.load(), closes.load());
}

HRESULT try_connect(const wchar_t *name, IWbemServices **out) {
    IWbemLocator *locator = nullptr;
    assert_int_equal(
        CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_INPROC_SERVER, IID_IWbemLocator, reinterpret_cast<void **>(&locator)),
        S_OK);
    HRESULT result = locator->ConnectServer(Text(name), nullptr, nullptr, nullptr, 0, nullptr, nullptr, out);
    locator->Release();
    return result;
}

IWbemServices *connect(const wchar_t *name) {
    IWbemServices *services = nullptr;
    HRESULT result = try_connect(name, &services);
    if (FAILED(result)) print_error("%s\n", last_error().c_str());
    assert_int_equal(result, WBEM_S_NO_ERROR);
    assert_non_null(services);
    return services;
}

std::string last_error() {
    IErrorInfo *info = nullptr;
    BSTR text = nullptr;
    std::string narrow;
    if (GetErrorInfo(0, &info) != S_OK || !info) return "";
    (void)info->GetDescription(&text);
    for (UINT i = 0; i < SysStringLen(text); i++) narrow += text[i] < 0x80 ? static_cast<char>(text[i]) : '?';
    SysFreeString(text);
    info->Release();
    return narrow;
}

/* -- records -------------------------------------------------------------------------------------------------------- */

bool Record::ended(int calls) {
    std::unique_lock<std::mutex> hold(lock);
    return changed.wait_for(hold, std::chrono::seconds(60),
                            [&] { return finals >= calls && releases >= add_refs && inside == 0; });
}

bool Record::got(uint64_t count) {
    std::unique_lock<std::mutex> hold(lock);
    return changed.wait_for(hold, std::chrono::seconds(60), [&] { return rows >= count; });
}

void assert_promises(Record &record, int calls) {
    std::lock_guard<std::mutex> hold(record.lock);
    assert_int_equal(record.finals, calls);
    assert_int_equal(record.add_refs, record.releases);
    if (calls == 1) {
        assert_int_equal(record.add_refs, 1);
        assert_int_equal(record.overlaps, 0);
        assert_int_equal(record.after_final, 0);
        assert_int_equal(record.releases_before_final, 0);
    }
    assert_int_equal(record.empty, 0);
    assert_int_equal(record.others, 0);
}

/* -- a sink --------------------------------------------------------------------------------------------------------- */

HRESULT Sink::QueryInterface(REFIID riid, void **out) {
    *out = nullptr;
    if (riid != IID_IUnknown && riid != IID_IWbemObjectSink) return E_NOINTERFACE;
    *out = static_cast<IWbemObjectSink *>(this);
    AddRef();
    return S_OK;
}

ULONG Sink::AddRef() {
    std::lock_guard<std::mutex> hold(record_.lock);
    record_.add_refs++;
    record_.add_ref_thread = std::this_thread::get_id();
    return static_cast<ULONG>(++record_.refs);
}

ULONG Sink::Release() {
    Record &record = record_;
    if (on_release) on_release();
    std::unique_lock<std::mutex> hold(record.lock);
    int left = --record.refs;
    record.releases_before_final += record.finals == 0;
    if (left == 0) {
        hold.unlock();
        delete this;
        hold.lock();
        record.destroyed++;
    }
    record.releases++;
    record.changed.notify_all();
    return static_cast<ULONG>(left);
}

void Sink::enter() {
    std::lock_guard<std::mutex> hold(record_.lock);
    record_.overlaps += record_.inside++ != 0;
    record_.after_final += record_.finals != 0;
}

void Sink::leave() {
    std::lock_guard<std::mutex> hold(record_.lock);
    record_.inside--;
    record_.changed.notify_all();
}

HRESULT Sink::Indicate(long count, IWbemClassObject **objects) {
    HRESULT answer = WBEM_S_NO_ERROR;
    enter();
    {
        std::lock_guard<std::mutex> hold(record_.lock);
        record_.indicates++;
        record_.empty += count <= 0;
        record_.rows += static_cast<uint64_t>(count);
        if (count > record_.widest) record_.widest = count;
        record_.data_thread = std::this_thread::get_id();
        record_.changed.notify_all();
    }
    struct Leave { /* also by an exception */
        Sink *sink;
        ~Leave() { sink->leave(); }
    } leave = {this};
    if (on_indicate) answer = on_indicate(count, objects);
    return answer;
}

HRESULT Sink::SetStatus(long flags, HRESULT result, BSTR text, IWbemClassObject *object) {
    HRESULT answer = WBEM_S_NO_ERROR;
    enter();
    struct Leave {
        Sink *sink;
        bool is_final;
        ~Leave() {
            if (is_final) {
                std::lock_guard<std::mutex> hold(sink->record_.lock);
                sink->record_.finals++;
            }
            sink->leave();
        }
    } leave = {this, flags == WBEM_STATUS_COMPLETE};
    {
        std::lock_guard<std::mutex> hold(record_.lock);
        if (flags == WBEM_STATUS_COMPLETE) {
            record_.result = result;
            record_.had_object = object != nullptr;
            record_.had_text = text != nullptr;
            record_.final_thread = std::this_thread::get_id();
        } else if (flags == WBEM_STATUS_PROGRESS) {
            record_.progresses++;
            record_.steps.push_back(result);
        } else {
            record_.others++;
        }
    }
    if (flags == WBEM_STATUS_COMPLETE && on_final) answer = on_final(result, object);
    if (flags == WBEM_STATUS_PROGRESS && on_progress) answer = on_progress(result);
    return answer;
}

HRESULT ask(IWbemServices *services, const wchar_t *query, IWbemObjectSink *sink, long flags, IWbemContext *context) {
    return services->ExecQueryAsync(Text(L"WQL"), Text(query), flags, context, sink);
}

const std::vector<Form> &reading_forms() {
    static const std::vector<Form> forms = {
        {"ExecQueryAsync", [](IWbemServices *s, IWbemObjectSink *sink) { return ask(s, L"SELECT * FROM Lab_Row", sink); }, 11},
        {"GetObjectAsync",
         [](IWbemServices *s, IWbemObjectSink *sink) { return s->GetObjectAsync(Text(L"Lab_Row.Id=3"), 0, nullptr, sink); }, 1},
        {"CreateInstanceEnumAsync",
         [](IWbemServices *s, IWbemObjectSink *sink) { return s->CreateInstanceEnumAsync(Text(L"Lab_Row"), 0, nullptr, sink); },
         11},
        {"CreateClassEnumAsync",
         [](IWbemServices *s, IWbemObjectSink *sink) { return s->CreateClassEnumAsync(Text(L"Lab_Row"), 0, nullptr, sink); }, 1}};
    return forms;
}

std::wstring text_of(IWbemClassObject *object, const wchar_t *name) {
    VARIANT value;
    std::wstring text;
    VariantInit(&value);
    if (SUCCEEDED(object->Get(name, 0, &value, nullptr, nullptr)) && V_VT(&value) == VT_BSTR)
        text.assign(V_BSTR(&value), SysStringLen(V_BSTR(&value)));
    (void)VariantClear(&value);
    return text;
}

long number_of(IWbemClassObject *object, const wchar_t *name) {
    VARIANT value;
    long number = -1;
    VariantInit(&value);
    if (SUCCEEDED(object->Get(name, 0, &value, nullptr, nullptr)) && V_VT(&value) == VT_I4) number = V_I4(&value);
    (void)VariantClear(&value);
    return number;
}

int start(void **) { return CoInitializeEx(nullptr, COINIT_MULTITHREADED) == S_OK ? 0 : -1; }

int finish(void **) {
    CoUninitialize();
    return 0;
}

} // namespace lab
