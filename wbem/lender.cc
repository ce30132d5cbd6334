/* SPDX-License-Identifier: MIT */
/* lender.cc: objects that stand for one row after the other. The Lender's mark on an object says that the library may use it
 * again; it goes when a client still has the object as its batch goes. */
#include "object.h"
#include "objects.h"

namespace wbem {

struct Lender::State {
    const wql_batch *batch = nullptr;       /* retained */
    const Shape *shape = nullptr;           /* of the batch; NULL: a schema result */
    std::vector<Ref<Shape>> shapes;         /* of this batch and those before: a base class's rows come in several in turn */
    std::vector<Object *> out;              /* stand for a row of the batch */
    std::vector<Object *> spares;           /* stand for nothing; the last one let go first */
    std::vector<IWbemClassObject *> listed; /* for an Indicate */
    size_t sweep_at = 0;                    /* so many are out when they are looked through for one that came back */

    Object *take();
    void use_again() noexcept;
    void end() noexcept;
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
            spares.push_back(object); /* there is room: take() sees to that */
    }
    out.resize(kept);
    sweep_at = kept * 2 > sweep_first ? kept * 2 : sweep_first;
}

/* Room for one more, so that nothing fails once the object is there. */
template <typename T> static void make_room(std::vector<T> *list) {
    if (list->size() == list->capacity()) list->reserve(list->size() * 2 + 4);
}

/* An object that nobody has; it is among `out` from now on. Throws std::bad_alloc. */
Object *Lender::State::take() {
    Object *object;
    if (!out.empty() && !out.back()->is_kept()) return out.back();
    if (spares.empty() && out.size() >= sweep_at) use_again();
    make_room(&out);
    if (spares.empty()) {
        if (spares.capacity() <= out.size()) spares.reserve(out.capacity());
        object = new Object(Object::Lent());
    } else {
        object = spares.back();
        spares.pop_back();
    }
    out.push_back(object);
    return object;
}

void Lender::State::end() noexcept {
    for (Object *object : out) {
        if (object->is_kept()) object->detach();
        if (!object->reclaim()) continue; /* its last client frees it */
        object->clear();
        spares.push_back(object);
    }
    out.clear();
    wql_batch_release(const_cast<wql_batch *>(batch));
    batch = nullptr;
    shape = nullptr;
    sweep_at = sweep_first;
}

/* A Lender that is between two batches holds no class, whose engine may go. */
void Lender::State::forget() noexcept {
    if (shapes.size() > 1) shapes.resize(1);
    if (shapes.empty() || shapes[0]->is_forgotten()) return;
    if (shapes[0]->is_sole())
        shapes[0]->forget();
    else
        shapes.clear(); /* objects that were kept share it */
}

/* Throws std::bad_alloc. */
const Shape *Lender::State::shape_of(const wql_batch *rows) {
    for (const auto &known : shapes)
        if (known->fits(rows)) return known.get();
    if (shapes.size() == shapes_most) shapes.clear();
    if (shapes.size() == 1 && shapes[0]->is_forgotten()) {
        if (shapes[0]->refill(rows)) return shapes[0].get();
        shapes.clear();
    }
    shapes.push_back(Shape::of_rows(rows));
    return shapes.back().get();
}

Lender::Lender() noexcept {}

Lender::~Lender() {
    if (!state_) return;
    state_->end();
    for (Object *object : state_->spares) object->drop();
}

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
                s.spares.pop_back();
            }
            object->stand_for(s.shape, s.batch, static_cast<uint32_t>(s.listed.size()));
            s.out.push_back(object);
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
