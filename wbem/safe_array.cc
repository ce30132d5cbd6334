/* SPDX-License-Identifier: MIT */
/* safe_array.cc: arrays that know their bounds and their type. Each is one block: the type, the public part, the elements. */
#include "automation.h"

#include <limits.h>
#include <stdlib.h>

namespace {

using namespace wbem;

struct Block {
    VARTYPE type;
    SAFEARRAY *next;             /* in a list of arrays that are still to be seen to */
    SAFEARRAY *source;           /* of a copy: what its elements are still to be copied from */
    alignas(16) SAFEARRAY array; /* so the elements are aligned too */
};
static_assert(sizeof(Block) % 16 == 0, "the elements lie right behind it");

Block *block_of(SAFEARRAY *array) { return reinterpret_cast<Block *>(reinterpret_cast<char *>(array) - offsetof(Block, array)); }

VARIANT *variants_of(const SAFEARRAY *array) { return static_cast<VARIANT *>(array->pvData); }

/* Whether it was made here: there is a type in front of it. */
bool is_array(const SAFEARRAY *array) { return array && (array->fFeatures & FADF_HAVEVARTYPE) && array->cDims == 1; }

bool holds_array(const VARIANT &variant) {
    return (variant.vt & (VT_ARRAY | VT_BYREF)) == VT_ARRAY && is_variant_type(variant.vt);
}

/* Arrays that are still to be seen to, linked by themselves: so variants may hold arrays of variants as deep as they like, which
 * a function that calls itself would not survive, and no memory is needed. Nobody else may use these arrays meanwhile. */
class Pending {
  public:
    void add(SAFEARRAY *array) noexcept {
        if (!is_array(array)) return;
        block_of(array)->next = first_;
        first_ = array;
    }
    SAFEARRAY *take() noexcept { /* NULL: there are none left */
        SAFEARRAY *array = first_;
        if (array) first_ = block_of(array)->next;
        return array;
    }

  private:
    SAFEARRAY *first_ = nullptr;
};

USHORT features(VARTYPE type) {
    USHORT what = FADF_HAVEVARTYPE;
    if (type == VT_BSTR) what |= FADF_BSTR;
    if (type == VT_UNKNOWN) what |= FADF_UNKNOWN;
    if (type == VT_DISPATCH) what |= FADF_DISPATCH;
    if (type == VT_VARIANT) what |= FADF_VARIANT;
    return what;
}

/* Whether the index of the last element, or what stands for it in an empty array, is a LONG. */
bool bounds_fit(const SAFEARRAYBOUND &bound, size_t size) {
    if (bound.cElements > (PTRDIFF_MAX - sizeof(Block)) / size) return false;
    if (bound.cElements == 0) return bound.lLbound > LONG_MIN;
    return bound.lLbound <= 0 || bound.cElements - 1 <= static_cast<ULONG>(LONG_MAX - bound.lLbound);
}

void *element_at(SAFEARRAY *array, ULONG at) { return static_cast<char *>(array->pvData) + at * array->cbElements; }

HRESULT locate(SAFEARRAY *array, const LONG *indices, void **out) {
    if (!is_array(array) || !indices) return E_INVALIDARG;
    const SAFEARRAYBOUND &bound = array->rgsabound[0];
    /* Unsigned, for the distance of two LONGs may be none. */
    ULONG at = static_cast<ULONG>(*indices) - static_cast<ULONG>(bound.lLbound);
    if (*indices < bound.lLbound || at >= bound.cElements) return DISP_E_BADINDEX;
    *out = element_at(array, at);
    return S_OK;
}

/* Copies one element into memory whose contents do not count. `from` is as it lies in the array. */
HRESULT copy_element(VARTYPE type, size_t size, const void *from, void *to) {
    switch (type) {
    case VT_BSTR: return copy_bstr(*static_cast<BSTR const *>(from), static_cast<BSTR *>(to)) ? S_OK : E_OUTOFMEMORY;
    case VT_VARIANT: return copy_variant(*static_cast<const VARIANT *>(from), static_cast<VARIANT *>(to));
    case VT_UNKNOWN:
    case VT_DISPATCH:
        if (IUnknown *object = *static_cast<IUnknown *const *>(from)) object->AddRef();
        break;
    default: break;
    }
    memcpy(to, from, size);
    return S_OK;
}

/* An array like another one, that is empty for now: its elements are copied when it is taken from the list. */
HRESULT begin_copy(SAFEARRAY *source, SAFEARRAY **out, Pending *pending) {
    *out = nullptr;
    if (!is_array(source)) return E_INVALIDARG;
    *out = SafeArrayCreate(block_of(source)->type, 1, source->rgsabound);
    if (!*out) return E_OUTOFMEMORY;
    block_of(*out)->source = source;
    pending->add(*out);
    return S_OK;
}

/* As copy_element, but an array within it goes to the list. */
HRESULT copy_inner(const VARIANT &from, VARIANT *to, Pending *pending) {
    if (!holds_array(from) || !from.parray) return copy_variant(from, to);
    *to = from;
    return begin_copy(from.parray, &to->parray, pending);
}

/* On failure those elements that are not copied are nothing. */
HRESULT fill_copy(SAFEARRAY *copy, Pending *pending) {
    const VARTYPE type = block_of(copy)->type;
    SAFEARRAY *source = block_of(copy)->source;
    HRESULT done = S_OK;
    for (ULONG i = 0; i < copy->rgsabound[0].cElements && done == S_OK; i++) {
        if (type == VT_VARIANT)
            done = copy_inner(variants_of(source)[i], &variants_of(copy)[i], pending);
        else
            done = copy_element(type, copy->cbElements, element_at(source, i), element_at(copy, i));
    }
    return done;
}

/* Lets go what an element holds. */
void drop_element(VARTYPE type, void *element) {
    switch (type) {
    case VT_BSTR: SysFreeString(*static_cast<BSTR *>(element)); break;
    case VT_VARIANT: drop_variant(static_cast<VARIANT *>(element)); break;
    case VT_UNKNOWN:
    case VT_DISPATCH:
        if (IUnknown *object = *static_cast<IUnknown **>(element)) object->Release();
        break;
    default: break;
    }
}

} // namespace

namespace wbem {

size_t element_size(VARTYPE type) noexcept {
    switch (type) {
    case VT_I1:
    case VT_UI1: return 1;
    case VT_I2:
    case VT_UI2:
    case VT_BOOL: return sizeof(SHORT);
    case VT_I4:
    case VT_UI4: return sizeof(LONG);
    case VT_INT:
    case VT_UINT:
    case VT_ERROR:
    case VT_R4: return sizeof(INT);
    case VT_I8:
    case VT_UI8:
    case VT_R8:
    case VT_CY:
    case VT_DATE: return sizeof(LONGLONG);
    case VT_BSTR:
    case VT_UNKNOWN:
    case VT_DISPATCH: return sizeof(void *);
    case VT_VARIANT:
    case VT_DECIMAL: return sizeof(VARIANT);
    default: return 0;
    }
}

bool array_is_locked(SAFEARRAY *array) noexcept {
    Pending pending;
    pending.add(array);
    while (SAFEARRAY *each = pending.take()) {
        if (each->cLocks) return true;
        if (!(each->fFeatures & FADF_VARIANT)) continue;
        for (ULONG i = 0; i < each->rgsabound[0].cElements; i++)
            if (holds_array(variants_of(each)[i])) pending.add(variants_of(each)[i].parray);
    }
    return false;
}

void drop_array(SAFEARRAY *array) noexcept {
    Pending pending;
    pending.add(array);
    while (SAFEARRAY *each = pending.take()) {
        const VARTYPE type = block_of(each)->type;
        for (ULONG i = 0; i < each->rgsabound[0].cElements; i++) {
            if (type == VT_VARIANT && holds_array(variants_of(each)[i]))
                pending.add(variants_of(each)[i].parray);
            else
                drop_element(type, element_at(each, i));
        }
        free(block_of(each));
    }
}

HRESULT copy_array(SAFEARRAY *source, SAFEARRAY **out) noexcept {
    Pending pending;
    HRESULT done = begin_copy(source, out, &pending);
    for (SAFEARRAY *copy; done == S_OK && (copy = pending.take());) done = fill_copy(copy, &pending);
    if (done == S_OK) return S_OK;
    drop_array(*out);
    *out = nullptr;
    return done;
}

} // namespace wbem

SAFEARRAY *SafeArrayCreate(VARTYPE type, UINT dimensions, SAFEARRAYBOUND *bounds) {
    const size_t size = element_size(type);
    if (!size || dimensions != 1 || !bounds || !bounds_fit(*bounds, size)) return nullptr;
    Block *block = static_cast<Block *>(calloc(1, sizeof(Block) + size * bounds->cElements));
    if (!block) return nullptr;
    block->type = type;
    block->array.cDims = 1;
    block->array.fFeatures = features(type);
    block->array.cbElements = size;
    block->array.pvData = block + 1;
    block->array.rgsabound[0] = *bounds;
    return &block->array;
}

SAFEARRAY *SafeArrayCreateVector(VARTYPE type, LONG first, ULONG count) {
    SAFEARRAYBOUND bound = {count, first};
    return SafeArrayCreate(type, 1, &bound);
}

HRESULT SafeArrayDestroy(SAFEARRAY *array) {
    if (!array) return S_OK;
    if (!is_array(array)) return E_INVALIDARG;
    if (array_is_locked(array)) return DISP_E_ARRAYISLOCKED;
    drop_array(array);
    return S_OK;
}

HRESULT SafeArrayCopy(SAFEARRAY *array, SAFEARRAY **out) { return out ? copy_array(array, out) : E_INVALIDARG; }

HRESULT SafeArrayGetLBound(SAFEARRAY *array, UINT dimension, LONG *bound) {
    if (!is_array(array) || !bound) return E_INVALIDARG;
    if (dimension != 1) return DISP_E_BADINDEX;
    *bound = array->rgsabound[0].lLbound;
    return S_OK;
}

HRESULT SafeArrayGetUBound(SAFEARRAY *array, UINT dimension, LONG *bound) {
    if (!is_array(array) || !bound) return E_INVALIDARG;
    if (dimension != 1) return DISP_E_BADINDEX;
    const SAFEARRAYBOUND &whole = array->rgsabound[0];
    *bound = static_cast<LONG>(static_cast<ULONG>(whole.lLbound) + whole.cElements - 1);
    return S_OK;
}

HRESULT SafeArrayGetElement(SAFEARRAY *array, LONG *indices, void *element) {
    void *from;
    if (!element) return E_INVALIDARG;
    HRESULT done = locate(array, indices, &from);
    if (FAILED(done)) return done;
    return copy_element(block_of(array)->type, array->cbElements, from, element);
}

HRESULT SafeArrayPtrOfIndex(SAFEARRAY *array, LONG *indices, void **element) {
    if (!element) return E_INVALIDARG;
    *element = nullptr;
    return locate(array, indices, element);
}

/* The new one is copied before the old one goes: it may be a part of it. */
HRESULT SafeArrayPutElement(SAFEARRAY *array, LONG *indices, void *element) {
    alignas(VARIANT) char copy[sizeof(VARIANT)];
    void *to;
    HRESULT done = locate(array, indices, &to);
    if (FAILED(done)) return done;
    const VARTYPE type = block_of(array)->type;
    const bool itself = type == VT_BSTR || type == VT_UNKNOWN || type == VT_DISPATCH; /* not a pointer to it */
    if (!itself && !element) return E_INVALIDARG;
    if (type == VT_VARIANT && variant_is_locked(*static_cast<VARIANT *>(to))) return DISP_E_ARRAYISLOCKED;
    done = copy_element(type, array->cbElements, itself ? &element : element, copy);
    if (FAILED(done)) return done;
    alignas(VARIANT) char old[sizeof(VARIANT)];
    memcpy(old, to, array->cbElements);
    memcpy(to, copy, array->cbElements);
    drop_element(type, old);
    return S_OK;
}

HRESULT SafeArrayLock(SAFEARRAY *array) {
    if (!is_array(array)) return E_INVALIDARG;
    array->cLocks++;
    return S_OK;
}

HRESULT SafeArrayUnlock(SAFEARRAY *array) {
    if (!is_array(array)) return E_INVALIDARG;
    if (!array->cLocks) return E_UNEXPECTED;
    array->cLocks--;
    return S_OK;
}

HRESULT SafeArrayAccessData(SAFEARRAY *array, void **data) {
    if (!data) return E_INVALIDARG;
    *data = nullptr;
    HRESULT done = SafeArrayLock(array);
    if (SUCCEEDED(done)) *data = array->pvData;
    return done;
}

HRESULT SafeArrayUnaccessData(SAFEARRAY *array) { return SafeArrayUnlock(array); }

UINT SafeArrayGetDim(SAFEARRAY *array) { return array ? array->cDims : 0; }

UINT SafeArrayGetElemsize(SAFEARRAY *array) { return array ? static_cast<UINT>(array->cbElements) : 0; }

HRESULT SafeArrayGetVartype(SAFEARRAY *array, VARTYPE *type) {
    if (!is_array(array) || !type) return E_INVALIDARG;
    *type = block_of(array)->type;
    return S_OK;
}
