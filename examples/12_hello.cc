/* SPDX-License-Identifier: MIT */
/* 12_hello.cc: 01_hello.c in C++17. Handles close themselves; a status becomes an exception in one place. 12_hello FILE, where FILE
 * is made by: sqlite3 FILE <shop.sql */
#include <wql/wql.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

/* Callbacks of the library must not throw; calls to it may well be wrapped so that they do. */
struct Error : std::runtime_error {
    explicit Error(const wql_error &err)
        : std::runtime_error(std::string(wql_status_name(err.status)) + ": " + static_cast<const char *>(err.message)) {}
};

struct Closer {
    void operator()(wql_engine *engine) const { wql_engine_close(engine); }
    void operator()(wql_session *session) const { wql_session_close(session); }
    void operator()(wql_batch *batch) const { wql_batch_release(batch); }
};
template <typename T> using Handle = std::unique_ptr<T, Closer>;

wql_str text(std::string_view s) {
    return {s.data(), s.size()};
}
std::string_view view(wql_str s) {
    return s.len ? std::string_view(s.ptr, s.len) : std::string_view();
}

/* A pulled call as a source of batches. */
class Rows {
  public:
    Rows(wql_session *session, std::string_view query) {
        if (wql_session_exec(session, text(query), nullptr, &call_, &err_) < 0) throw Error(err_);
    }
    Rows(const Rows &) = delete;
    Rows &operator=(const Rows &) = delete;
    ~Rows() { wql_call_close(call_); }
    /* The next batch, or nothing at the end. */
    Handle<wql_batch> next() {
        wql_batch *batch = nullptr;
        wql_status st = wql_call_next(call_, WQL_FOREVER, &batch, &err_);
        if (st == WQL_OK) return Handle<wql_batch>(batch);
        if (st != WQL_END) throw Error(err_);
        return nullptr;
    }

  private:
    wql_error err_ = WQL_INIT(wql_error);
    wql_call call_{};
};

void hello(const char *file) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine = nullptr;
    wql_session *session = nullptr;
    if (wql_engine_open(nullptr, &engine, &err) < 0) throw Error(err);
    Handle<wql_engine> engine_closer(engine);
    if (wql_engine_mount(engine, "root/shop", wql_sqlite_provider(), file, nullptr, &err) < 0) throw Error(err);
    if (wql_session_open(engine, "root/shop", nullptr, &session, &err) < 0) throw Error(err);
    Handle<wql_session> session_closer(session);
    Rows rows(session, "SELECT Name, Price FROM Product WHERE Price > 10");
    while (auto batch = rows.next()) {
        const wql_column *name = wql_batch_column(batch.get(), 0), *price = wql_batch_column(batch.get(), 1);
        for (uint32_t row = 0; row < wql_batch_rows(batch.get()); row++) {
            std::string_view n = view(wql_column_str(name, row));
            std::printf("%.*s\t%g\n", static_cast<int>(n.size()), n.data(), wql_column_value(price, row).f64);
        }
    }
}

} // namespace

int main(int argc, char **argv) {
    try {
        hello(argc > 1 ? argv[1] : "shop.db");
    } catch (const std::exception &e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
