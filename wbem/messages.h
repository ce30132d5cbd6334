/* SPDX-License-Identifier: MIT */
/* messages.h: the message queue of a thread of the mode COINIT_APARTMENTTHREADED, for callbacks that another thread has to make
 * and that must come on this one. What comes from calls of an engine does not need it: that has the pumps (apartment.h).
 *
 *   admit --> (post --> deliver)* --> dismiss
 *
 * Any thread posts; a message is in the queue once, however often it is posted. `deliver` is called on the queue's thread,
 * without any lock of the queue's, and does what there is to do at that time, be it nothing. A message goes only on the queue's
 * thread, so one that is to be delivered is there. */
#ifndef WBEM_ROOM_MESSAGES_H
#define WBEM_ROOM_MESSAGES_H

#include <memory>
#include <mutex>
#include <thread>

namespace wbem {

class MessageQueue;

class Message {
  public:
    virtual void deliver() noexcept = 0;
    /* The queue closes: the message comes to its end now, and dismisses itself. */
    virtual void give_up() noexcept = 0;

  protected:
    ~Message() = default;

  private:
    friend class MessageQueue;
    Message *next_ = nullptr, *previous_ = nullptr;
    bool is_posted_ = false;
};

class MessageQueue {
  public:
    /* Of this thread. NULL: no descriptor is left, or no memory. */
    static std::shared_ptr<MessageQueue> open() noexcept;
    ~MessageQueue();
    MessageQueue(const MessageQueue &) = delete;
    MessageQueue &operator=(const MessageQueue &) = delete;

    std::thread::id thread() const noexcept { return thread_; }
    bool is_mine() const noexcept { return thread_ == std::this_thread::get_id(); }
    /* Polls readable while something is posted. */
    int descriptor() const noexcept { return descriptor_; }

    void post(Message *message) noexcept;

    /* On the queue's thread. */
    bool admit(Message *message) noexcept; /* false: it is closed */
    void dismiss(Message *message) noexcept;
    bool deliver_one() noexcept; /* the one that was admitted first. False: nothing was posted */
    bool is_empty() noexcept;    /* nothing is posted */
    void close() noexcept;       /* gives up what was admitted, and admits no more */

  private:
    explicit MessageQueue(int descriptor) noexcept : thread_(std::this_thread::get_id()), descriptor_(descriptor) {}
    Message *take() noexcept;
    void unpost(Message *message) noexcept;

    const std::thread::id thread_;
    const int descriptor_; /* an eventfd: not 0 while something is posted */
    std::mutex lock_;
    Message *first_ = nullptr, *last_ = nullptr; /* all that were admitted */
    unsigned posted_ = 0;
    bool is_closed_ = false;
};

} // namespace wbem

#endif
