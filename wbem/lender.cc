/* SPDX-License-Identifier: MIT */
/* lender.cc: objects that stand for one row after the other. The Lender's mark on an object says that the library may use it
 * again; it goes when a client still has the object as its batch goes. */
#include "object.h"
#include "objects.h"

namespace wbem {

namespace {

/* A stack of pointers, of which a few need no memory: most queries have few rows. */
template <typename T> class Few {
  public:
    Few() noexcept : items_(few_), size_(0), room_(few) {}
    ~Few() {
        if (items_ != few_) ::operator delete(items_);
    }
    Few(const Few &) = delete;
    Few &operator=(const Few &) = delete;

    size_t size() const noexcept { return size_; }
    size_t room() const noexcept { return room_; }
    bool empty() const noexcept { return size_ == 0; }
    T *&operator[](size_t i) noexcept { return items_[i]; }
    T *back() noexcept { return items_[size_ - 1]; }
    T **begin() noexcept { return items_; }
    T **end() noexcept { return items_ + size_; }
    void push(T *item) noexcept { items_[size_++] = item; } /* there is room */
    void pop() noexcept { size_--; }
    void shrink(size_t size) noexcept { size_ = size; }
    /* Throws std::bad_alloc, and then nothing has changed. */
    void reserve(size_t room) {
        if (room <= room_) return;
        if (room < room_ * 2) room = room_ * 2;
        T **more = static_cast<T **>(::operator new(room * sizeof(T *)));
        for (size_t i = 0; i < size_; i++) more[i] = items_[i];
        if (items_ != few_) ::operator delete(items_);
        items_ = more;
        room_ = room;
    }

  private:
    static const size_t few = 4;
    T *few_[few];
    T **items_;
    size_t size_, room_;
};

} // namespace

struct Lender::State {
    const wql_batch *batch = nullptr;       /* retained */
    const Shape *shape = nullptr;           /* of the batch; NULL: a schema result */
    Few<Shape> shapes;                      /* of this batch and those before: a base class's rows come in several in turn */
    Few<Object> out;                        /* stand for a row of the batch */
    Few<Object> spares;                     /* stand for nothing; the last one let go first */
    std::vector<IWbemClassObject *> listed; /* for an Indicate */
    size_t sweep_at = 0;                    /* so many are out when they are looked through for one that came back */

    ~State();
    Object *take();
    void use_again() noexcept;
    void end() noexcept;
    void keep_shapes(size_t count) noexcept;
    void forget() noexcept;
    const Shape *shape_of(const wql_batch *rows);
};

static const size_t sweep_first = 16, shapes_most = 16;

/* Those that came back meanwhile. */
void Lender::State::use_again() noexcept {
    size_t kept = 0;
    for (Object *object : out) {
        if (object->is_kept())
            out[kept++] = object;
        else
            spares.push(object); /* there is room: take() sees to that */
    }
    out.shrink(kept);
    sweep_at = kept * 2 > sweep_first ? kept * 2 : sweep_first;
}

/* An object that nobody has; it is among `out` from now on. Throws std::bad_alloc. */
Object *Lender::State::take() {
    Object *object;
    if (!out.empty() && !out.back()->is_kept()) return out.back();
    if (spares.empty() && out.size() >= sweep_at) use_again();
    out.reserve(out.size() + 1);
    if (spares.empty()) {
        spares.reserve(out.room()); /* for all that will come back */
        object = new Object(Object::Lent());
    } else {
        object = spares.back();
        spares.pop();
    }
    out.push(object);
    return object;
}

void Lender::State::end() noexcept {
    for (Object *object : out) {
        if (object->is_kept()) object->detach();
        if (!object->reclaim()) continue; /* its last client frees it */
        object->clear();
        spares.push(object);
    }
    out.shrink(0);
    wql_batch_release(const_cast<wql_batch *>(batch));
    batch = nullptr;
    shape = nullptr;
    sweep_at = sweep_first;
}

Lender::State::~State() {
    end();
    keep_shapes(0);
    for (Object *object : spares) object->drop();
}

void Lender::State::keep_shapes(size_t count) noexcept {
    for (; shapes.size() > count; shapes.pop()) shapes.back()->Release();
}

/* A Lender that is between two batches holds no class, whose engine may go. */
void Lender::State::forget() noexcept {
    keep_shapes(1);
    if (shapes.empty() || shapes[0]->is_forgotten()) return;
    if (shapes[0]->is_sole())
        shapes[0]->forget();
    else
        keep_shapes(0); /* objects that were kept share it */
}

/* Throws std::bad_alloc. */
const Shape *Lender::State::shape_of(const wql_batch *rows) {
    for (const Shape *known : shapes)
        if (known->fits(rows)) return known;
    if (shapes.size() == 1 && shapes[0]->is_forgotten()) {
        if (shapes[0]->refill(rows)) return shapes[0];
        keep_shapes(0);
    }
    if (shapes.size() == shapes_most) keep_shapes(0);
    shapes.reserve(shapes.size() + 1);
    shapes.push(Shape::of_rows(rows).take());
    return shapes.back();
}

Lender::Lender() noexcept {}

Lender::~Lender() {}

void Lender::begin(const wql_batch *batch) {
    if (!state_) state_.reset(new State);
    state_->end();
    if (!wql_batch_definition(batch, 0)) state_->shape = state_->shape_of(batch);
    state_->batch = wql_batch_retain(batch);
}

const wql_batch *Lender::batch() const noexcept { return state_ ? state_->batch : nullptr; }

HRESULT Lender::hand_out(uint32_t row, IWbemClassObject **out) noexcept {
    *out = nullptr;
    return guarded([&] {
        State &s = *state_;
        Object *object = s.take();
        object->stand_for(s.shape, s.batch, row);
        object->AddRef();
        *out = object;
        return S_OK;
    });
}

HRESULT Lender::lend_all(IWbemClassObject ***out) noexcept {
    *out = nullptr;
    return guarded([&] {
        State &s = *state_;
        uint32_t rows = wql_batch_rows(s.batch);
        s.listed.clear();
        s.listed.reserve(rows);
        s.spares.reserve(s.spares.size() + s.out.size() + rows);
        s.out.reserve(s.out.size() + rows);
        while (s.listed.size() < rows) {
            Object *object;
            if (s.spares.empty()) {
                object = new Object(Object::Lent());
            } else {
                object = s.spares.back();
                s.spares.pop();
            }
            object->stand_for(s.shape, s.batch, static_cast<uint32_t>(s.listed.size()));
            s.out.push(object);
            s.listed.push_back(object);
        }
        *out = s.listed.data();
        return S_OK;
    });
}

void Lender::end() noexcept {
    if (!state_) return;
    state_->end();
    state_->forget();
}

} // namespace wbem
