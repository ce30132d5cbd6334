/* SPDX-License-Identifier: MIT */
/* safe_array.cc: arrays that know their bounds and their type. Each is one block: the type, the public part, the elements. */
#include "automation.h"

#include <limits.h>
#include <stdlib.h>

namespace {

using namespace wbem;

struct Block {
    VARTYPE type;
    alignas(16) SAFEARRAY array; /* so the elements are aligned too */
};
static_assert(sizeof(Block) % 16 == 0, "the elements lie right behind it");

Block *block_of(SAFEARRAY *array) { return reinterpret_cast<Block *>(reinterpret_cast<char *>(array) - offsetof(Block, array)); }

const VARIANT *variants_of(const SAFEARRAY *array) { return static_cast<const VARIANT *>(array->pvData); }

/* Whether it was made here: there is a type in front of it. */
bool is_array(const SAFEARRAY *array) { return array && (array->fFeatures & FADF_HAVEVARTYPE) && array->cDims == 1; }

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

bool array_is_locked(const SAFEARRAY *array) noexcept {
    if (!is_array(array)) return false;
    if (array->cLocks) return true;
    if (array->fFeatures & FADF_VARIANT)
        for (ULONG i = 0; i < array->rgsabound[0].cElements; i++)
            if (variant_is_locked(variants_of(array)[i])) return true;
    return false;
}

void drop_array(SAFEARRAY *array) noexcept {
    if (!is_array(array)) return;
    const VARTYPE type = block_of(array)->type;
    for (ULONG i = 0; i < array->rgsabound[0].cElements; i++) drop_element(type, element_at(array, i));
    free(block_of(array));
}

HRESULT copy_array(SAFEARRAY *source, SAFEARRAY **out) noexcept {
    *out = nullptr;
    if (!is_array(source)) return E_INVALIDARG;
    const VARTYPE type = block_of(source)->type;
    SAFEARRAY *copy = SafeArrayCreate(type, 1, source->rgsabound);
    if (!copy) return E_OUTOFMEMORY;
    for (ULONG i = 0; i < source->rgsabound[0].cElements; i++) {
        HRESULT done = copy_element(type, source->cbElements, element_at(source, i), element_at(copy, i));
        if (FAILED(done)) { /* those behind it are zero, which is nothing */
            drop_array(copy);
            return done;
        }
    }
    *out = copy;
    return S_OK;
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
