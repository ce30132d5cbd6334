/* SPDX-License-Identifier: MIT */
/* messages.cc: a list, and a descriptor that says whether something in it waits. */
#include "messages.h"

#include <new>
#include <sys/eventfd.h>
#include <unistd.h>

namespace wbem {

std::shared_ptr<MessageQueue> MessageQueue::open() noexcept {
    const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    MessageQueue *queue = descriptor < 0 ? nullptr : new (std::nothrow) MessageQueue(descriptor);
    if (!queue) {
        if (descriptor >= 0) (void)::close(descriptor);
        return nullptr;
    }
    try {
        return std::shared_ptr<MessageQueue>(queue); /* which deletes it if it throws */
    } catch (...) {
        return nullptr;
    }
}

MessageQueue::~MessageQueue() { (void)::close(descriptor_); }

bool MessageQueue::admit(Message *message) noexcept {
    std::lock_guard<std::mutex> hold(lock_);
    if (is_closed_) return false;
    message->previous_ = last_;
    (last_ ? last_->next_ : first_) = message;
    last_ = message;
    return true;
}

void MessageQueue::post(Message *message) noexcept {
    std::lock_guard<std::mutex> hold(lock_);
    if (message->is_posted_) return;
    message->is_posted_ = true;
    if (posted_++ == 0) (void)eventfd_write(descriptor_, 1); /* from 0 to 1: it cannot be full */
}

/* With the lock. */
void MessageQueue::unpost(Message *message) noexcept {
    eventfd_t count;
    if (!message->is_posted_) return;
    message->is_posted_ = false;
    if (--posted_ == 0) (void)eventfd_read(descriptor_, &count);
}

void MessageQueue::dismiss(Message *message) noexcept {
    std::lock_guard<std::mutex> hold(lock_);
    unpost(message);
    (message->previous_ ? message->previous_->next_ : first_) = message->next_;
    (message->next_ ? message->next_->previous_ : last_) = message->previous_;
    message->next_ = message->previous_ = nullptr;
}

Message *MessageQueue::take() noexcept {
    std::lock_guard<std::mutex> hold(lock_);
    Message *message = posted_ ? first_ : nullptr;
    while (message && !message->is_posted_) message = message->next_;
    if (message) unpost(message);
    return message;
}

bool MessageQueue::deliver_one() noexcept {
    Message *message = take();
    if (message) message->deliver();
    return message != nullptr;
}

bool MessageQueue::is_empty() noexcept {
    std::lock_guard<std::mutex> hold(lock_);
    return posted_ == 0;
}

void MessageQueue::close() noexcept {
    std::unique_lock<std::mutex> hold(lock_);
    is_closed_ = true;
    while (Message *message = first_) {
        hold.unlock();
        message->give_up();
        hold.lock();
    }
}

} // namespace wbem
