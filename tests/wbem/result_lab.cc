/* SPDX-License-Identifier: MIT */
/* result_lab.cc: see result_lab.h. */
#include "result_lab.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <objbase.h>
#include <wbemhost.h>

static constexpr std::chrono::seconds PATIENCE{20};

/* -- events -------------------------------------------------------------------------------------------------------- */

void Event::set() {
    std::lock_guard<std::mutex> held(lock_);
    set_ = true;
    changed_.notify_all();
}

bool Event::wait() {
    std::unique_lock<std::mutex> held(lock_);
    return changed_.wait_for(held, PATIENCE, [this] { return set_; });
}

bool Event::is_set() {
    std::lock_guard<std::mutex> held(lock_);
    return set_;
}

/* -- the provider -------------------------------------------------------------------------------------------------- */

static const char STEP_CLASS[] = "class Step { [key] uint32 Id; string Text; };";

static wql_status steps_load(wql_mount *, const char *, void *user, void **self, wql_error *) {
    *self = user;
    return WQL_OK;
}

static wql_status steps_plan(void *self, const wql_request *, wql_answer *, wql_error *) {
    static_cast<Steps *>(self)->plans++;
    return WQL_OK;
}

static wql_status steps_open(wql_scan *scan, wql_error *) {
    scan->state = calloc(1, sizeof(uint64_t));
    static_cast<Steps *>(scan->self)->opens++;
    return scan->state ? WQL_OK : WQL_E_OUT_OF_MEMORY;
}

static void steps_close(wql_scan *scan) {
    Steps *steps = static_cast<Steps *>(scan->self);
    free(scan->state);
    std::lock_guard<std::mutex> held(steps->lock);
    steps->closes++;
    steps->changed.notify_all();
}

/* How many rows may come now; 0: none, and a waker is stored. */
static uint64_t rows_allowed(Steps *steps, wql_scan *scan, uint64_t at) {
    std::unique_lock<std::mutex> held(steps->lock);
    while (steps->allowed <= at && steps->is_deaf) {
        steps->inside++;
        steps->changed.wait(held);
        steps->inside--;
    }
    if (steps->allowed > at) return steps->allowed - at;
    steps->wakers.push_back(wql_scan_waker(scan));
    return 0;
}

struct LentRows {
    Steps *steps;
    uint32_t ids[1000];
};

static void give_back(void *user) {
    LentRows *rows = static_cast<LentRows *>(user);
    rows->steps->given_back++;
    delete rows;
}

static wql_status lend(Steps *steps, wql_scan *scan, uint64_t at, uint64_t count, wql_error *error) {
    wql_column column = {};
    LentRows *rows = new LentRows;
    wql_status status;
    rows->steps = steps;
    for (uint64_t i = 0; i < count; i++) rows->ids[i] = static_cast<uint32_t>(at + i);
    column.type = WQL_UINT32;
    column.layout = WQL_FIXED;
    column.values = rows->ids;
    steps->lent++;
    status = wql_scan_emit(scan, count, &column, 1, give_back, rows, error);
    if (status < 0) give_back(rows);
    return status;
}

static wql_status steps_next(wql_scan *scan, wql_error *error) {
    Steps *steps = static_cast<Steps *>(scan->self);
    uint64_t *at = static_cast<uint64_t *>(scan->state), count, first = *at;
    if (first == steps->rows) {
        if (steps->end < 0) (void)snprintf(error->message, sizeof error->message, "stepped into it");
        return steps->end;
    }
    count = rows_allowed(steps, scan, first);
    if (!count) return WQL_S_PENDING;
    if (count > steps->rows_each) count = steps->rows_each;
    if (count > steps->rows - first) count = steps->rows - first;
    *at += count;
    if (steps->is_lent) return lend(steps, scan, first, count, error);
    for (uint64_t i = 0; i < count; i++) {
        wql_row_set(scan, 0, wql_u64(first + i));
        if (!wql_row_end(scan)) {
            *at = first + i + 1;
            break;
        }
    }
    return WQL_OK;
}

void Steps::allow(uint64_t more) {
    std::lock_guard<std::mutex> held(lock);
    allowed = more;
    changed.notify_all();
    for (const wql_waker &waker : wakers) wql_waker_wake(waker); /* a scan may be gone: that does no harm */
    wakers.clear();
}

bool Steps::wait_for_closes(int count) {
    std::unique_lock<std::mutex> held(lock);
    return changed.wait_for(held, PATIENCE, [this, count] { return closes >= count; });
}

static const wql_provider *provider_of(Steps *steps) {
    wql_provider *table = &steps->table;
    table->struct_size = sizeof *table;
    table->flags = steps->flags;
    table->name = "steps";
    table->mof = STEP_CLASS;
    table->load = steps_load;
    table->plan = steps_plan;
    table->open = steps_open;
    table->next = steps_next;
    table->close = steps_close;
    return table;
}

/* -- the lab ------------------------------------------------------------------------------------------------------- */

std::atomic<long> Lab::allocations{0};

static void *counting(void *, void *memory, size_t, size_t size) {
    if (!size) {
        free(memory);
        return nullptr;
    }
    Lab::allocations++;
    return realloc(memory, size);
}

static IWbemServices *connect() {
    IWbemLocator *locator = nullptr;
    IWbemServices *services = nullptr;
    BSTR name = SysAllocString(L"ROOT\\LAB");
    assert_int_equal(
        CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_INPROC_SERVER, IID_IWbemLocator, reinterpret_cast<void **>(&locator)),
        S_OK);
    assert_int_equal(locator->ConnectServer(name, nullptr, nullptr, nullptr, 0, nullptr, nullptr, &services), S_OK);
    locator->Release();
    SysFreeString(name);
    return services;
}

Lab::Lab(Steps *steps, uint32_t workers, uint32_t engine_flags) {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_error error = WQL_INIT(wql_error);
    options.workers = workers;
    options.flags = engine_flags;
    options.alloc = counting;
    assert_int_equal(wql_engine_open(&options, &engine, &error), WQL_OK);
    if (wql_engine_mount(engine, "root/lab", provider_of(steps), nullptr, steps, &error) != WQL_OK)
        fail_msg("the steps were not mounted: %s", error.message);
    assert_int_equal(wbem_host_engine(engine), S_OK);
    assert_int_equal(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
    services = connect();
}

void Lab::close() {
    if (!engine) return;
    assert_int_equal(services->Release(), 0);
    assert_int_equal(wbem_host_engine(nullptr), S_OK);
    CoUninitialize();
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    engine = nullptr;
}

Lab::~Lab() { close(); }

HRESULT Lab::try_query(const wchar_t *text, long flags, IEnumWbemClassObject **out) {
    BSTR language = SysAllocString(L"WQL"), query = SysAllocString(text);
    HRESULT result = services->ExecQuery(language, query, flags, nullptr, out);
    SysFreeString(language);
    SysFreeString(query);
    return result;
}

IEnumWbemClassObject *Lab::query(const wchar_t *text, long flags) {
    IEnumWbemClassObject *rows = nullptr;
    assert_int_equal(try_query(text, flags, &rows), S_OK);
    assert_non_null(rows);
    return rows;
}

/* -- reading ------------------------------------------------------------------------------------------------------- */

static uint32_t id_of(IWbemClassObject *object) {
    VARIANT value;
    VariantInit(&value);
    if (FAILED(object->Get(L"Id", 0, &value, nullptr, nullptr)) || V_VT(&value) != VT_I4) return UINT32_MAX;
    return static_cast<uint32_t>(V_I4(&value));
}

uint32_t take_id(IWbemClassObject *object) {
    uint32_t id = id_of(object);
    object->Release();
    return id;
}

HRESULT read(IEnumWbemClassObject *rows, long timeout, ULONG count, std::vector<uint32_t> *ids) {
    std::vector<IWbemClassObject *> objects(count ? count : 1);
    ULONG returned = 77;
    HRESULT result = rows->Next(timeout, count, objects.data(), &returned);
    for (ULONG i = 0; i < returned; i++) ids->push_back(take_id(objects[i]));
    return result;
}

uint32_t next_id(IEnumWbemClassObject *rows) {
    std::vector<uint32_t> ids;
    assert_int_equal(read(rows, WBEM_INFINITE, 1, &ids), WBEM_S_NO_ERROR);
    assert_int_equal(ids.size(), 1);
    return ids[0];
}

void assert_ids(const std::vector<uint32_t> &ids, uint32_t first, size_t count) {
    assert_int_equal(ids.size(), count);
    for (size_t i = 0; i < count; i++) assert_int_equal(ids[i], first + i);
}

static HRESULT status_of(IWbemClassObject *error) {
    VARIANT value;
    VariantInit(&value);
    if (FAILED(error->Get(L"StatusCode", 0, &value, nullptr, nullptr)) || V_VT(&value) != VT_I4) return 0;
    return static_cast<HRESULT>(V_I4(&value));
}

bool has_error() {
    IErrorInfo *info = nullptr;
    if (GetErrorInfo(0, &info) != S_OK) return false;
    info->Release();
    return true;
}

std::string take_error(HRESULT code) {
    IErrorInfo *info = nullptr;
    IWbemClassObject *error = nullptr;
    BSTR words = nullptr;
    std::string text;
    assert_int_equal(GetErrorInfo(0, &info), S_OK);
    assert_int_equal(info->QueryInterface(IID_IWbemClassObject, reinterpret_cast<void **>(&error)), S_OK);
    assert_int_equal(status_of(error), code);
    assert_int_equal(info->GetDescription(&words), S_OK);
    for (UINT i = 0; i < SysStringLen(words); i++) text.push_back(static_cast<char>(words[i]));
    SysFreeString(words);
    error->Release();
    info->Release();
    return text;
}

/* -- the sink ------------------------------------------------------------------------------------------------------ */

HRESULT Recorder::QueryInterface(REFIID riid, void **out) {
    *out = nullptr;
    if (riid != IID_IUnknown && riid != IID_IWbemObjectSink) return E_NOINTERFACE;
    *out = static_cast<IWbemObjectSink *>(this);
    refs++;
    return S_OK;
}

ULONG Recorder::AddRef() {
    add_refs++;
    return static_cast<ULONG>(++refs);
}

/* The reference that this callback gives up is still counted while on_release runs. */
ULONG Recorder::Release() {
    int left;
    if (on_release) on_release();
    left = --refs;
    if (++releases == fetches) done.set();
    return static_cast<ULONG>(left);
}

HRESULT Recorder::Indicate(long count, IWbemClassObject **objects) {
    HRESULT answer = S_OK;
    if (++inside != 1) overlaps++;
    if (finals >= fetches) late++;
    indicates++;
    {
        std::lock_guard<std::mutex> held(lock);
        indicate_thread = std::this_thread::get_id();
        for (long i = 0; i < count; i++) ids.push_back(id_of(objects[i]));
    }
    entered.set();
    if (on_indicate) answer = on_indicate(count);
    inside--;
    return answer;
}

HRESULT Recorder::SetStatus(long type, HRESULT result, BSTR text, IWbemClassObject *object) {
    if (++inside != 1) overlaps++;
    if (type != WBEM_STATUS_COMPLETE || text) late++;
    code = result;
    has_error = object != nullptr;
    error_code = object ? status_of(object) : 0;
    {
        std::lock_guard<std::mutex> held(lock);
        final_thread = std::this_thread::get_id();
    }
    finals++;
    if (on_status) on_status();
    inside--;
    return S_OK;
}

void assert_promises(Recorder *sink, int fetches, HRESULT code) {
    assert_true(sink->done.wait());
    assert_int_equal(sink->finals, fetches);
    assert_int_equal(sink->releases, fetches);
    assert_int_equal(sink->add_refs, fetches);
    assert_int_equal(sink->refs, 1);
    assert_int_equal(sink->overlaps, 0);
    assert_int_equal(sink->late, 0);
    assert_int_equal(sink->inside, 0);
    assert_int_equal(sink->code, code);
    if (FAILED(code)) assert_true(sink->has_error);
    if (sink->has_error && FAILED(code)) assert_int_equal(sink->error_code, code);
}

int threads_named(const char *name) {
    DIR *tasks = opendir("/proc/self/task");
    int found = 0;
    if (!tasks) return -1;
    while (const dirent *task = readdir(tasks)) {
        char path[300], line[64] = "";
        FILE *file;
        (void)snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
        file = fopen(path, "r");
        if (!file) continue;
        if (fgets(line, sizeof line, file)) line[strcspn(line, "\n")] = 0;
        found += strcmp(line, name) == 0;
        (void)fclose(file);
    }
    (void)closedir(tasks);
    return found;
}
