/* SPDX-License-Identifier: MIT */
/* next_async.h: one request of NextAsync.
 *
 *                 accepted: AddRef, then into the list of all fetches, then into the line
 *                    |
 *                    v      latched by the first of: all delivered; the end or a failure of the set; a cancel; a sink that
 *   Indicate ...   OPEN     fails; the last release of the enumerator
 *                    |
 *                    v      out of the line
 *                  ENDED
 *                    |      whoever takes the token: the thread that serves, or a canceller
 *                    v
 *                  FINAL    SetStatus, once; Release, once
 *                    |
 *                    v
 *                RELEASED   out of the list; everybody who waits is woken
 *
 * The token is `owner`: the thread inside a callback of this fetch. It is taken under the lock of the reader, for an Indicate
 * only while the fetch is OPEN, for the final only when it is ENDED, and by nobody while another thread has it. From this follow:
 *
 *   - callbacks of one fetch never overlap, and none comes after the Release
 *   - one final status: ENDED is left once, by whoever has the token
 *   - a cancel that found nobody inside has delivered the final status itself when it returns; one that found the thread of the
 *     callback to be its own is over when that callback unwinds, since the same thread looks at the state next
 *   - a cancelled fetch takes no object along: objects leave the position only with the Indicate that brings them
 *
 * One thread serves the fetches of a reader. It is there while there are fetches, does what is at the front of the line, asks the
 * set for batches and calls the sinks. While it waits for a batch it has a place of its own in front of the fetch it waits for,
 * so that the fetch can be cancelled meanwhile, and the batch stays for whoever comes next.
 *
 * Of a fetch that was asked for in an apartment, only the apartment's thread takes the token. The thread that serves gets the batch
 * and posts the fetch to it; a canceller elsewhere posts it and waits. That thread calls the sink when it delivers its messages,
 * and also while it stands in the line behind the fetch, which would wait for this very thread.
 *
 * Locks: the list's, then a reader's, then a message queue's. None is held in a callback. */
#ifndef WBEM_ROOM_NEXT_ASYNC_H
#define WBEM_ROOM_NEXT_ASYNC_H

#include "messages.h"
#include "reader.h"

namespace wbem {

struct Fetch final : Place, Message, std::enable_shared_from_this<Fetch> {
    enum Life { OPEN, ENDED, FINAL, RELEASED };
    static constexpr ULONG CHUNK = 1024; /* most objects of one Indicate */

    /* `queue` NULL: of no apartment. Throws std::bad_alloc. The sink is not touched. */
    Fetch(std::shared_ptr<Reader> of, std::shared_ptr<MessageQueue> queue, ULONG count, IWbemObjectSink *sink);

    /* As a message: what can be done now; to its end. */
    void deliver() noexcept override;
    void give_up() noexcept override;

    const std::shared_ptr<Reader> reader;
    IWbemObjectSink *const sink;
    const std::shared_ptr<MessageQueue> queue;
    /* guarded by the reader's lock */
    ULONG left; /* objects that were asked for and not delivered */
    Life life = OPEN;
    HRESULT code = S_OK;
    wql_error error;                         /* status not WQL_OK: words for the final status */
    std::thread::id owner;                   /* of the token */
    std::shared_ptr<Fetch> later;            /* in the list of the reader */
    std::vector<IWbemClassObject *> objects; /* with the token, or the turn: for Indicate */

    /* guarded by the lock of the list of all */
    Fetch *previous_of_all = nullptr, *next_of_all = nullptr;
    uint64_t number = 0;

    /* Whether this thread may take the token. */
    bool is_mine() const noexcept { return !queue || queue->is_mine(); }
    /* The thread that has the token, or that alone can take it. With the reader's lock. */
    std::thread::id thread() const noexcept {
        return owner == std::thread::id() && queue ? queue->thread() : owner;
    }

    /* What a canceller does, without any lock. */
    bool latch_cancel() noexcept; /* with the lock of the list; false: it is released */
    HRESULT see_to_end(int64_t until_us) noexcept;
    std::thread::id thread_now() noexcept;
};

/* cancel_fetches with another bound than the ten seconds of an engine. */
HRESULT cancel_fetches_within(const IWbemObjectSink *sink, uint32_t wait_ms) noexcept;

/* The list of all fetches of the process, as the table of calls is for an engine. A fetch comes into it and into the line of its
 * reader in one step, so that no cancel finds it between the two. */
void admit_fetch(std::shared_ptr<Fetch> fetch) noexcept;
void unlist_fetch(Fetch *fetch) noexcept;

} // namespace wbem

#endif
