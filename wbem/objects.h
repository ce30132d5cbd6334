/* SPDX-License-Identifier: MIT */
/* objects.h: rows and classes as IWbemClassObject. */
#ifndef WBEM_ROOM_OBJECTS_H
#define WBEM_ROOM_OBJECTS_H

#include "unknown.h"

#include <memory>
#include <string>
#include <vector>
#include <wql/wql.h>

namespace wbem {

class RowObject;

/* The objects of one batch after the other, as sinks and enumerators hand them out. An object is made when it is asked for, and
 * used again for a later row when its client has let it go. When the batch goes, an object that a client kept gets a copy of its
 * row (or keeps the batch, if there is no memory for a copy). For one thread at a time; the objects themselves are for any. */
class Lender {
  public:
    Lender() noexcept;
    ~Lender(); /* as end() */
    Lender(const Lender &) = delete;
    Lender &operator=(const Lender &) = delete;

    /* Ends with the last batch, and begins with this one, which it retains. */
    void begin(const wql_batch *batch);
    const wql_batch *batch() const noexcept;
    /* One object, with a reference for the client. Returns S_OK; WBEM_E_OUT_OF_MEMORY. */
    HRESULT hand_out(uint32_t row, IWbemClassObject **out) noexcept;
    /* All objects of the batch for an Indicate: the array is good until the next begin or end, and clients have only the
     * references that they add. Returns S_OK; WBEM_E_OUT_OF_MEMORY. */
    HRESULT lend_all(IWbemClassObject ***out) noexcept;
    /* Lets the batch go. Objects that nobody kept are spared for the next begin. */
    void end() noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/* One object by itself. The batch is retained while the object lives: for batches of one row. Row of a schema result: a class.
 * Returns S_OK; WBEM_E_OUT_OF_MEMORY. */
HRESULT make_object(const wql_batch *batch, uint32_t row, IWbemClassObject **out) noexcept;

/* A class. Returns S_OK; WBEM_E_OUT_OF_MEMORY. */
HRESULT make_class(const wql_class *cls, IWbemClassObject **out) noexcept;

/* The object that CLSID_WbemClassObject makes: nothing is in it. */
HRESULT make_empty_object(IWbemClassObject **out) noexcept;

/* An __ExtendedStatus that says what went wrong (wql_error_object).
 * @param operation  of IWbemServices: "ExecQuery" ...
 * Returns S_OK; WBEM_E_OUT_OF_MEMORY; WBEM_E_SHUTTING_DOWN. */
HRESULT make_error_object(wql_engine *engine, const wql_error &error, const char *operation, IWbemClassObject **out) noexcept;

/* Leaves a failure for this thread's GetErrorInfo, and returns its code: `return fail(...)`. If there is no memory for the
 * object, none is left. */
HRESULT fail(wql_engine *engine, const wql_error &error, const char *operation) noexcept;
/* The same where no engine is. */
HRESULT fail(HRESULT code, const std::string &message, const char *operation) noexcept;

} // namespace wbem

#endif
