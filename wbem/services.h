/* SPDX-License-Identifier: MIT */
/* services.h: IWbemServices. Its methods lie in files by subject: services.cc the namespace itself, queries.cc, fetch.cc objects
 * by their paths, classes.cc enumerations, writes.cc what is not served yet. */
#ifndef WBEM_ROOM_SERVICES_H
#define WBEM_ROOM_SERVICES_H

#include "methods.h"
#include "request.h"

namespace wbem {

/* Services of a connection. Returns WBEM_S_NO_ERROR. Throws std::bad_alloc. */
HRESULT make_services(std::shared_ptr<Connection> connection, IWbemServices **out);

class Services final : public Counted<IWbemServices> {
  public:
    explicit Services(std::shared_ptr<Connection> connection) noexcept : connection_(std::move(connection)) {}

    HRESULT STDMETHODCALLTYPE OpenNamespace(const BSTR name, long flags, IWbemContext *context, IWbemServices **services,
                                            IWbemCallResult **result) override;
    HRESULT STDMETHODCALLTYPE CancelAsyncCall(IWbemObjectSink *sink) override;
    HRESULT STDMETHODCALLTYPE QueryObjectSink(long flags, IWbemObjectSink **sink) override;
    HRESULT STDMETHODCALLTYPE GetObject(const BSTR path, long flags, IWbemContext *context, IWbemClassObject **object,
                                        IWbemCallResult **result) override;
    HRESULT STDMETHODCALLTYPE GetObjectAsync(const BSTR path, long flags, IWbemContext *context, IWbemObjectSink *sink) override;
    HRESULT STDMETHODCALLTYPE PutClass(IWbemClassObject *object, long flags, IWbemContext *context,
                                       IWbemCallResult **result) override;
    HRESULT STDMETHODCALLTYPE PutClassAsync(IWbemClassObject *object, long flags, IWbemContext *context,
                                            IWbemObjectSink *sink) override;
    HRESULT STDMETHODCALLTYPE DeleteClass(const BSTR name, long flags, IWbemContext *context, IWbemCallResult **result) override;
    HRESULT STDMETHODCALLTYPE DeleteClassAsync(const BSTR name, long flags, IWbemContext *context,
                                               IWbemObjectSink *sink) override;
    HRESULT STDMETHODCALLTYPE CreateClassEnum(const BSTR superclass, long flags, IWbemContext *context,
                                              IEnumWbemClassObject **out) override;
    HRESULT STDMETHODCALLTYPE CreateClassEnumAsync(const BSTR superclass, long flags, IWbemContext *context,
                                                   IWbemObjectSink *sink) override;
    HRESULT STDMETHODCALLTYPE PutInstance(IWbemClassObject *object, long flags, IWbemContext *context,
                                          IWbemCallResult **result) override;
    HRESULT STDMETHODCALLTYPE PutInstanceAsync(IWbemClassObject *object, long flags, IWbemContext *context,
                                               IWbemObjectSink *sink) override;
    HRESULT STDMETHODCALLTYPE DeleteInstance(const BSTR path, long flags, IWbemContext *context,
                                             IWbemCallResult **result) override;
    HRESULT STDMETHODCALLTYPE DeleteInstanceAsync(const BSTR path, long flags, IWbemContext *context,
                                                  IWbemObjectSink *sink) override;
    HRESULT STDMETHODCALLTYPE CreateInstanceEnum(const BSTR name, long flags, IWbemContext *context,
                                                 IEnumWbemClassObject **out) override;
    HRESULT STDMETHODCALLTYPE CreateInstanceEnumAsync(const BSTR name, long flags, IWbemContext *context,
                                                      IWbemObjectSink *sink) override;
    HRESULT STDMETHODCALLTYPE ExecQuery(const BSTR language, const BSTR query, long flags, IWbemContext *context,
                                        IEnumWbemClassObject **out) override;
    HRESULT STDMETHODCALLTYPE ExecQueryAsync(const BSTR language, const BSTR query, long flags, IWbemContext *context,
                                             IWbemObjectSink *sink) override;
    HRESULT STDMETHODCALLTYPE ExecNotificationQuery(const BSTR language, const BSTR query, long flags, IWbemContext *context,
                                                    IEnumWbemClassObject **out) override;
    HRESULT STDMETHODCALLTYPE ExecNotificationQueryAsync(const BSTR language, const BSTR query, long flags, IWbemContext *context,
                                                         IWbemObjectSink *sink) override;
    HRESULT STDMETHODCALLTYPE ExecMethod(const BSTR path, const BSTR method, long flags, IWbemContext *context,
                                         IWbemClassObject *in, IWbemClassObject **out, IWbemCallResult **result) override;
    HRESULT STDMETHODCALLTYPE ExecMethodAsync(const BSTR path, const BSTR method, long flags, IWbemContext *context,
                                              IWbemClassObject *in, IWbemObjectSink *sink) override;

  private:
    /* The two ends of methods that bring many objects, when their arguments are right. */
    HRESULT enumerate(Method method, Request *request, long flags, IWbemContext *context, IEnumWbemClassObject **out) const;
    HRESULT send(Operation operation, Request *request, long flags, IWbemContext *context, IWbemObjectSink *sink) const;

    std::shared_ptr<Connection> connection_;
};

/* Sets an out parameter to NULL, where there is one. */
template <typename T> void clear(T **out) noexcept {
    if (out) *out = nullptr;
}

} // namespace wbem

#endif
