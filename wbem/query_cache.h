/* SPDX-License-Identifier: MIT */
/* query_cache.h: prepared queries of a connection, for programs that ask the same again and again. Parsing and planning are a
 * third of what a query of one row costs; a text that comes a second time is prepared, and runs from then on without them. */
#ifndef WBEM_ROOM_QUERY_CACHE_H
#define WBEM_ROOM_QUERY_CACHE_H

#include <memory>
#include <mutex>
#include <string>
#include <wql/wql.h>

namespace wbem {

/* Thread-safety: free. No lock is held while the engine is called. */
class QueryCache {
  public:
    static constexpr size_t PLACES = 16;         /* texts that are remembered */
    static constexpr size_t LONGEST_TEXT = 1024; /* bytes; longer ones are run as they come */

    /* The prepared query of a text; NULL: run the text itself. Prepares one that it has seen before, on this thread, where
     * `may_prepare`: providers are asked for their plan. A text that cannot be prepared is never kept, so its error comes from
     * running it. */
    std::shared_ptr<wql_query> find(wql_session *session, const std::string &text, bool may_prepare) noexcept;
    /* Lets all go; before the session. */
    void clear() noexcept;

  private:
    struct Entry {
        size_t seen = 0; /* hash of the text that came here last */
        std::string text;
        std::shared_ptr<wql_query> query;
    };
    std::mutex lock_;
    Entry entries_[PLACES];
};

} // namespace wbem

#endif
