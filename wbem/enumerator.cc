/* SPDX-License-Identifier: MIT */
/* enumerator.cc: IEnumWbemClassObject over a reader. A thread inside a method has a reference of its own, as COM has it: the last
 * Release comes when nobody is inside. */
#include "reader.h"

namespace wbem {

namespace {

class Enumerator final : public Counted<IEnumWbemClassObject> {
  public:
    explicit Enumerator(std::shared_ptr<Reader> reader) noexcept : reader_(std::move(reader)) {}
    HRESULT STDMETHODCALLTYPE Reset() override { return reader_->reset(); }
    HRESULT STDMETHODCALLTYPE Next(long timeout, ULONG count, IWbemClassObject **objects, ULONG *returned) override;
    HRESULT STDMETHODCALLTYPE NextAsync(ULONG count, IWbemObjectSink *sink) override;
    HRESULT STDMETHODCALLTYPE Clone(IEnumWbemClassObject **out) override;
    HRESULT STDMETHODCALLTYPE Skip(long timeout, ULONG count) override;

  private:
    ~Enumerator() override { reader_->close(); }
    HRESULT refuse(const char *what) const noexcept;

    std::shared_ptr<Reader> reader_;
};

HRESULT wrap(std::shared_ptr<Reader> reader, IEnumWbemClassObject **out) {
    *out = new Enumerator(std::move(reader));
    return S_OK;
}

HRESULT Enumerator::refuse(const char *what) const noexcept {
    return guarded([&] { return fail(WBEM_E_INVALID_PARAMETER, what, reader_->operation()); });
}

HRESULT Enumerator::Next(long timeout, ULONG count, IWbemClassObject **objects, ULONG *returned) {
    Patience patience;
    if (returned) *returned = 0;
    if (!objects || !returned) return refuse("Next: the place for the objects, or for their number, is NULL");
    if (!patience.begin(timeout)) return refuse("Next: this is no timeout");
    if (count == 0) return WBEM_S_NO_ERROR;
    *objects = nullptr;
    return guarded([&] { return reader_->next(patience, count, objects, returned); });
}

HRESULT Enumerator::Skip(long timeout, ULONG count) {
    Patience patience;
    if (!patience.begin(timeout)) return refuse("Skip: this is no timeout");
    if (count == 0) return WBEM_S_NO_ERROR;
    return guarded([&] { return reader_->skip(patience, count); });
}

HRESULT Enumerator::NextAsync(ULONG count, IWbemObjectSink *sink) {
    if (!sink) return refuse("NextAsync: the sink is NULL");
    if (count == 0) return WBEM_S_FALSE;
    return guarded([&] { return reader_->next_async(count, sink); });
}

HRESULT Enumerator::Clone(IEnumWbemClassObject **out) {
    if (!out) return refuse("Clone: the place for the enumerator is NULL");
    *out = nullptr;
    return guarded([&] {
        std::shared_ptr<Reader> reader;
        HRESULT result = reader_->clone(&reader);
        return FAILED(result) ? result : wrap(std::move(reader), out);
    });
}

} // namespace

HRESULT make_enumerator(const std::shared_ptr<Connection> &connection, long flags, const Starter &starter, const char *operation,
                        IEnumWbemClassObject **out) {
    *out = nullptr;
    return guarded([&] {
        std::shared_ptr<ResultSet> set;
        HRESULT result = ResultSet::start(connection, flags, starter, operation, &set);
        return FAILED(result) ? result : wrap(std::make_shared<Reader>(set), out);
    });
}

} // namespace wbem
