/* SPDX-License-Identifier: MIT */
/* configured.cc: an engine that serves what a configuration says. */
#include "config.h"

#include <memory>

namespace wbem {
namespace {

struct EngineCloser {
    void operator()(wql_engine *engine) const { (void)wql_engine_close(engine); }
};

/* A MOF file, and below its folder what it includes. */
wql_status load_mof(wql_engine *engine, const Served &served, wql_error *error) {
    wql_mof_options options = WQL_INIT(wql_mof_options);
    size_t slash = served.file.rfind('/');
    std::string root = slash == std::string::npos ? "." : slash == 0 ? "/" : served.file.substr(0, slash);
    const char *name = served.file.c_str() + (slash == std::string::npos ? 0 : slash + 1);
    options.files = &name;
    options.file_count = 1;
    options.root = root.c_str();
    return wql_engine_mof_load(engine, served.name_space.c_str(), &options, nullptr, error);
}

wql_status serve(wql_engine *engine, const Served &served, wql_error *error) {
    const char *ns = served.name_space.c_str(), *options = served.options.empty() ? nullptr : served.options.c_str();
    switch (served.kind) {
    case Served::Kind::Linux: return wql_engine_mount(engine, ns, wql_linux_provider(), options, nullptr, error);
    case Served::Kind::Sqlite: return wql_engine_mount(engine, ns, wql_sqlite_provider(), served.file.c_str(), nullptr, error);
    case Served::Kind::Plugin: return wql_engine_load(engine, ns, served.file.c_str(), options, error);
    case Served::Kind::Mof: return load_mof(engine, served, error);
    }
    return WQL_E_UNEXPECTED;
}

std::string words_of(wql_status status, const wql_error &error) {
    return error.status == status && error.message[0] ? error.message : wql_status_text(status);
}

} // namespace

wql_status open_configured(const Configuration &configuration, wql_engine **out, std::string *mistake) {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_error error = WQL_INIT(wql_error);
    wql_engine *opened = nullptr;
    options.flags = configuration.engine_flags;
    options.workers = configuration.workers;
    options.sink_timeout_ms = configuration.sink_timeout_ms;
    wql_status status = wql_engine_open(&options, &opened, &error);
    if (status < 0) {
        *mistake = "the engine cannot be opened: " + words_of(status, error);
        return status;
    }
    std::unique_ptr<wql_engine, EngineCloser> engine(opened);
    const Served machine{Served::Kind::Linux, "root/cimv2", "", "", "the Linux classes"};
    const Served *served = configuration.served.empty() ? &machine : configuration.served.data();
    size_t count = configuration.served.empty() ? 1 : configuration.served.size();
    /* MOF last: its classes may derive from those of providers, wherever these are said. */
    for (bool mof : {false, true}) {
        for (size_t i = 0; i < count; i++) {
            if ((served[i].kind == Served::Kind::Mof) != mof) continue;
            status = serve(engine.get(), served[i], &error);
            if (status >= 0) continue;
            *mistake = served[i].place + ": " + words_of(status, error);
            return status;
        }
    }
    *out = engine.release();
    return WQL_OK;
}

} // namespace wbem
