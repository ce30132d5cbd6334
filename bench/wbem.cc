/* SPDX-License-Identifier: MIT */
/* wbem.cc: what the COM face costs, in units: one unit is FNV-1a over 64 KiB, measured in the same round. Each figure stands
 * beside what it may be, and a synchronous query beside the same calls in C. */
#include <atlbase.h>
#include <comdef.h>
#include <wbemhost.h>
#include <wbemidl.h>
#include <wql/wql.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

const unsigned rounds = 15, rows = 100000, queries = 2000, trips = 500;

double now_us() {
    using namespace std::chrono;
    return duration<double, std::micro>(steady_clock::now().time_since_epoch()).count();
}

/* -- the unit ------------------------------------------------------------------------------------------------------ */

uint64_t hash_block(const std::vector<unsigned char> &block) {
    uint64_t hash = 14695981039346656037u;
    for (unsigned char byte : block) hash = (hash ^ byte) * 1099511628211u;
    return hash;
}

double unit_us(const std::vector<unsigned char> &block, volatile uint64_t *keep) {
    double least = 1e9;
    for (int i = 0; i < 8; i++) {
        double from = now_us();
        *keep = hash_block(block);
        least = std::min(least, now_us() - from);
    }
    return least;
}

/* -- what is asked ------------------------------------------------------------------------------------------------- */

/* Two classes of the memory provider: one row, and many. */
struct Data {
    std::vector<uint32_t> ids;
    std::vector<char> bytes;
    std::vector<int32_t> offsets;
    wql_property_def properties[2];
    wql_class_def one, many;
    wql_column columns[2];
    wql_table table_one, table_many;

    Data() {
        for (uint32_t i = 0; i < rows; i++) {
            char name[32];
            int length = snprintf(name, sizeof name, "process-%u.exe", i);
            offsets.push_back((int32_t)bytes.size());
            bytes.insert(bytes.end(), name, name + length);
            ids.push_back(i);
        }
        offsets.push_back((int32_t)bytes.size());
        memset(properties, 0, sizeof properties);
        properties[0].name = "Id";
        properties[0].type = WQL_UINT32;
        properties[0].flags = WQL_KEY;
        properties[1].name = "Name";
        properties[1].type = WQL_STRING;
        one = many = WQL_INIT(wql_class_def);
        one.name = "One";
        many.name = "Many";
        one.properties = many.properties = properties;
        one.property_count = many.property_count = 2;
        memset(columns, 0, sizeof columns);
        columns[0].property = 0;
        columns[0].type = WQL_UINT32;
        columns[0].layout = WQL_FIXED;
        columns[0].values = ids.data();
        columns[1].property = 1;
        columns[1].type = WQL_STRING;
        columns[1].layout = WQL_OFFSETS;
        columns[1].offsets = offsets.data();
        columns[1].bytes = bytes.data();
        columns[1].bytes_size = bytes.size();
        table_one = table_many = WQL_INIT(wql_table);
        table_one.def = &one;
        table_many.def = &many;
        table_one.rows = 1;
        table_many.rows = rows;
        table_one.columns = table_many.columns = columns;
        table_one.column_count = table_many.column_count = 2;
        table_one.next = &table_many;
    }
};

[[noreturn]] void give_up(const char *what, long code) {
    fprintf(stderr, "wbem: %s: 0x%lx\n", what, (unsigned long)(uint32_t)code);
    exit(1);
}

void must(const char *what, HRESULT code) {
    if (FAILED(code)) give_up(what, code);
}

/* -- the same in C ------------------------------------------------------------------------------------------------- */

void query_in_c(wql_session *session) {
    wql_call call;
    wql_batch *batch;
    must("wql_session_exec", wql_session_exec(session, wql_s("SELECT Name FROM One"), nullptr, &call, nullptr));
    must("wql_call_next", wql_call_next(call, WQL_FOREVER, &batch, nullptr));
    if (wql_column_str(wql_batch_column(batch, 0), 0).len != 13) give_up("wrong text", 0);
    wql_batch_release(batch);
    if (wql_call_next(call, WQL_FOREVER, &batch, nullptr) != WQL_END) give_up("no end", 0);
    wql_call_close(call);
}

/* -- the face -------------------------------------------------------------------------------------------------------- */

/* The same: to the end, with the one value that there is. */
void query(IWbemServices *services, BSTR language, BSTR text) {
    IEnumWbemClassObject *objects;
    IWbemClassObject *object;
    ULONG returned;
    VARIANT name;
    must("ExecQuery", services->ExecQuery(language, text, WBEM_FLAG_FORWARD_ONLY, nullptr, &objects));
    must("Next", objects->Next(WBEM_INFINITE, 1, &object, &returned));
    must("Get", object->Get(L"Name", 0, &name, nullptr, nullptr));
    if (SysStringLen(V_BSTR(&name)) != 13) give_up("wrong text", 0);
    VariantClear(&name);
    object->Release();
    if (objects->Next(WBEM_INFINITE, 1, &object, &returned) != WBEM_S_FALSE) give_up("no end", 0);
    objects->Release();
}

class Sink : public IWbemObjectSink {
  public:
    LONG references = 1, finals = 0;
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **out) override {
        *out = riid == IID_IUnknown || riid == IID_IWbemObjectSink ? this : nullptr;
        if (*out) AddRef();
        return *out ? S_OK : E_NOINTERFACE;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return (ULONG)InterlockedIncrement(&references); }
    ULONG STDMETHODCALLTYPE Release() override { return (ULONG)InterlockedDecrement(&references); }
    HRESULT STDMETHODCALLTYPE Indicate(long, IWbemClassObject **) override { return WBEM_S_NO_ERROR; }
    HRESULT STDMETHODCALLTYPE SetStatus(long, HRESULT result, BSTR, IWbemClassObject *) override {
        must("SetStatus", result);
        InterlockedIncrement(&finals);
        return WBEM_S_NO_ERROR;
    }
};

/* Submitted to a worker that has just worked, and so is awake. */
void round_trip(IWbemServices *services, BSTR language, BSTR text, Sink *sink) {
    LONG before = InterlockedCompareExchange(&sink->finals, 0, 0);
    must("ExecQueryAsync", services->ExecQueryAsync(language, text, 0, nullptr, sink));
    while (InterlockedCompareExchange(&sink->finals, 0, 0) == before) {}
}

/* Next, Get and Release of each object. */
void walk(IWbemServices *services, BSTR language, BSTR text, double *per_object_us) {
    IEnumWbemClassObject *objects;
    IWbemClassObject *object;
    ULONG returned;
    VARIANT name;
    unsigned count = 0;
    must("ExecQuery", services->ExecQuery(language, text, WBEM_FLAG_FORWARD_ONLY, nullptr, &objects));
    double from = now_us();
    while (objects->Next(WBEM_INFINITE, 1, &object, &returned) == WBEM_S_NO_ERROR) {
        object->Get(L"Name", 0, &name, nullptr, nullptr);
        VariantClear(&name);
        object->Release();
        count++;
    }
    *per_object_us = (now_us() - from) / rows;
    if (count != rows) give_up("objects are missing", (long)count);
    objects->Release();
}

/* -- the table ------------------------------------------------------------------------------------------------------- */

struct Figure {
    const char *name, *what;
    double target;
    std::vector<double> values;
    double median() {
        std::sort(values.begin(), values.end());
        return values[values.size() / 2];
    }
    double least() { return *std::min_element(values.begin(), values.end()); }
};

} // namespace

int main(int argc, char **argv) {
    const char *json = argc == 3 && strcmp(argv[1], "--json") == 0 ? argv[2] : nullptr;
    Data data;
    std::vector<unsigned char> block(65536);
    volatile uint64_t keep = 0;
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_engine *engine;
    wql_session *session;
    for (size_t i = 0; i < block.size(); i++) block[i] = (unsigned char)(i * 131u >> 3);

    options.workers = 2;
    must("wql_engine_open", wql_engine_open(&options, &engine, nullptr));
    must("wql_engine_mount", wql_engine_mount(engine, "root/cimv2", wql_memory_provider(), nullptr, &data.table_one, nullptr));
    must("wql_session_open", wql_session_open(engine, "root/cimv2", nullptr, &session, nullptr));
    must("wbem_host_engine", wbem_host_engine(engine));
    must("CoInitializeEx", CoInitializeEx(nullptr, COINIT_MULTITHREADED));
    Figure figures[] = {{"wbem.query", "units, a query of one row, synchronous, to its end", 0.02, {}},
                        {"wbem.query.over-c", "times as long as the same calls in C", 1.5, {}},
                        {"wbem.async", "units, a query of one row by a worker that is awake, to its final status", 0.2, {}},
                        {"wbem.object", "units, Next, Get and Release of an object", 0.003, {}}};
    {
        CComPtr<IWbemLocator> locator;
        CComPtr<IWbemServices> services;
        CComBSTR language(L"WQL"), one(L"SELECT Name FROM One"), many(L"SELECT Name FROM Many"), place(L"root\\cimv2");
        Sink sink;
        must("CoCreateInstance", CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_INPROC_SERVER, IID_PPV_ARGS(&locator)));
        must("ConnectServer", locator->ConnectServer(place, nullptr, nullptr, nullptr, 0, nullptr, nullptr, &services));
        for (unsigned round = 0; round <= rounds; round++) {
            double unit = unit_us(block, &keep), from = now_us(), in_c, face, per_object;
            for (unsigned i = 0; i < queries; i++) query_in_c(session);
            in_c = (now_us() - from) / queries;
            from = now_us();
            for (unsigned i = 0; i < queries; i++) query(services, language, one);
            face = (now_us() - from) / queries;
            from = now_us();
            for (unsigned i = 0; i < trips; i++) round_trip(services, language, one, &sink);
            double trip = (now_us() - from) / trips;
            walk(services, language, many, &per_object);
            if (round == 0) continue; /* warms up */
            figures[0].values.push_back(face / unit);
            figures[1].values.push_back(face / in_c);
            figures[2].values.push_back(trip / unit);
            figures[3].values.push_back(per_object / unit);
        }
        while (InterlockedCompareExchange(&sink.references, 0, 0) > 1) Sleep(1);
    }
    CoUninitialize();
    must("wbem_host_engine", wbem_host_engine(nullptr));
    wql_session_close(session);
    must("wql_engine_close", wql_engine_close(engine));

    FILE *file = json ? fopen(json, "w") : nullptr;
    printf("%-20s %9s %9s %9s\n", "", "median", "least", "target");
    if (file) fprintf(file, "[");
    for (Figure &figure : figures) {
        printf("%-20s %9.4f %9.4f %9.4f %s  %s\n", figure.name, figure.median(), figure.least(), figure.target,
               figure.median() <= figure.target ? " " : "!", figure.what);
        if (file)
            fprintf(file,
                    "%s\n  {\"id\": \"%s\", \"unit\": \"%s\", \"n\": %u, \"ours\": %.6f, \"ours_min\": %.6f, \"target\": %.4f}",
                    &figure == figures ? "" : ",", figure.name, strncmp(figure.what, "units", 5) == 0 ? "fnv" : "ratio", rounds,
                    figure.median(), figure.least(), figure.target);
    }
    if (file && (fprintf(file, "\n]\n") < 0 || fclose(file) != 0)) give_up("the file cannot be written", 0);
    return 0;
}
