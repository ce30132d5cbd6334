/* SPDX-License-Identifier: MIT */
/* waiting.cc: how a thread of the client's waits: its apartment, if it has one, runs meanwhile. */
#include "apartment.h"
#include "clock.h"

#include <poll.h>

namespace wbem {

namespace {

/* Sleeps until one of two descriptors, of which each may be none, is readable, or until then. A signal wakes it: the caller looks
 * again. */
void rest(int first, int second, int64_t until_us) {
    constexpr int64_t DAY_US = int64_t{86400} * 1000000;
    struct pollfd both[2] = {{first, POLLIN, 0}, {second, POLLIN, 0}}; /* poll takes no notice of a -1 */
    int64_t left = until_us - now_us();
    if (left <= 0) return;
    if (left > DAY_US) left = DAY_US;
    (void)poll(both, 2, static_cast<int>((left + 999) / 1000));
}

/* What an apartment has said when it has run. */
struct Said {
    bool has_more = false;
    int descriptor = -1;   /* tells of the next thing to run */
    bool is_blind = false; /* nothing tells of it: to be looked at again soon */
};

Said run_apartment(int64_t budget_us) {
    Said said;
    Apartment::Ran ran = Apartment::Ran::Refused;
    if (!thread_has_apartment() || in_callback()) return said;
    if (Apartment *apartment = thread_apartment()) {
        apartment->add_ref();
        ran = apartment->run(budget_us);
        apartment->release();
        thread_settle();
    }
    Apartment *apartment = thread_apartment(); /* a callback may have left it */
    said.has_more = ran == Apartment::Ran::More;
    if (apartment && ran == Apartment::Ran::Idle) said.descriptor = apartment->descriptor();
    said.is_blind = apartment && said.descriptor < 0;
    return said;
}

} // namespace

bool wait_running(bool (*is_over)(const void *user), const void *user, int descriptor, int64_t until_us) noexcept {
    constexpr int64_t LOOK_US = 1000;
    for (;;) {
        if (is_over && is_over(user)) return true;
        const int64_t left = until_us - now_us();
        const Said said = run_apartment(is_over || left < 0 ? 0 : left); /* 0: one step, so that the end is noticed */
        const int64_t now = now_us();
        if (now >= until_us) return is_over && is_over(user);
        if (said.has_more) continue;
        rest(descriptor, said.descriptor, said.is_blind && now + LOOK_US < until_us ? now + LOOK_US : until_us);
    }
}

} // namespace wbem
