/* SPDX-License-Identifier: MIT */
/* query_cache.cc: each text has one place, by its hash; whoever comes there next takes it over. */
#include "query_cache.h"

#include <functional>

namespace wbem {

namespace {

std::shared_ptr<wql_query> prepare(wql_session *session, const std::string &text) {
    wql_query *query = nullptr;
    if (wql_query_prepare(session, {text.data(), text.size()}, &query, nullptr) < 0) return nullptr;
    return std::shared_ptr<wql_query>(query, wql_query_close);
}

} // namespace

std::shared_ptr<wql_query> QueryCache::find(wql_session *session, const std::string &text, bool may_prepare) noexcept {
    const size_t hash = std::hash<std::string>()(text);
    Entry &entry = entries_[hash % PLACES];
    if (text.size() > LONGEST_TEXT) return nullptr;
    {
        std::lock_guard<std::mutex> held(lock_);
        bool is_second = entry.seen == hash;
        if (entry.query && entry.text == text) return entry.query;
        if (!may_prepare) return nullptr;
        entry.seen = hash;
        if (!is_second) return nullptr;
    }
    try {
        std::string copy(text);
        std::shared_ptr<wql_query> query = prepare(session, text), before; /* dies after the lock is given back */
        if (!query) return nullptr;
        std::lock_guard<std::mutex> held(lock_);
        before.swap(entry.query);
        entry.text.swap(copy);
        entry.query = query;
        return query;
    } catch (...) {
        return nullptr;
    }
}

void QueryCache::clear() noexcept {
    for (Entry &entry : entries_) {
        std::shared_ptr<wql_query> query;
        std::lock_guard<std::mutex> held(lock_);
        query.swap(entry.query);
    }
}

} // namespace wbem
