/* SPDX-License-Identifier: MIT */
/* shape.h: which properties an object has, in which order, and how one is found by a wide name. Objects of one class and one
 * SELECT list share a shape; it is made once and never changed. */
#ifndef WBEM_ROOM_SHAPE_H
#define WBEM_ROOM_SHAPE_H

#include "unknown.h"

#include <string>
#include <vector>
#include <wql/wql.h>

namespace wbem {

/* WMI's system properties, in the order in which an object shows them, in front of its own. */
enum class System { None, Genus, Class, Superclass, Dynasty, Relpath, PropertyCount, Derivation, Server, Namespace, Path };

enum class Kind {
    Instance,   /* a row */
    Class,      /* a class */
    Parameters, /* those of a method, as a class __PARAMETERS */
    Empty       /* nothing is in it, not even a name */
};

struct Property {
    const char *name;
    const wql_property_def *def; /* NULL: a system property, or a column that is no property of the class */
    uint32_t type;
    uint32_t column; /* of the batch; WQL_NO_COLUMN: its value is in no row */
    uint32_t number; /* in the class, or among the method's parameters; WQL_NO_COLUMN: it has none */
    System system;
};

/* Whether the class declares its property, or method, `number` itself: as a new one, or again. */
bool declares_property(const wql_class *cls, uint32_t number) noexcept;
bool declares_method(const wql_class *cls, uint32_t number) noexcept;
/* How many it inherits, declared again or not: those are the first. */
uint32_t inherited_properties(const wql_class *cls) noexcept;
uint32_t inherited_methods(const wql_class *cls) noexcept;

/* Counted: begins with one reference. Safe on any thread. */
class Shape {
  public:
    /* Each throws std::bad_alloc. Of the rows of a batch that is no schema result: */
    static Ref<Shape> of_rows(const wql_batch *batch);
    static Ref<const Shape> of_class(const wql_class *cls);
    /* @param method  of the class, which is kept
     * @param out     what comes out of it, instead of what goes in
     * @param server, ns  of the class; may be empty */
    static Ref<const Shape> of_parameters(const wql_class *cls, const wql_method_def *method, bool out, const std::string &server,
                                          const std::string &ns);
    static Ref<const Shape> empty();

    /* For a Lender, which uses the memory again. Whether the caller's reference is the only one: then it may let go of the class,
     * and later make the shape that of other rows (false: there are more columns than before). */
    bool is_sole() const noexcept { return refs_.load(std::memory_order_acquire) == 1; }
    void forget() noexcept;
    bool is_forgotten() const noexcept { return !cls_; }
    bool refill(const wql_batch *batch);

    void AddRef() const noexcept { refs_.fetch_add(1, std::memory_order_relaxed); }
    void Release() const noexcept;
    Shape(const Shape &) = delete;
    Shape &operator=(const Shape &) = delete;

    Kind kind() const noexcept { return kind_; }
    const wql_class *cls() const noexcept { return cls_; } /* NULL: Empty. Of Parameters: the class that has the method */
    const wql_class_def *def() const noexcept { return wql_class_describe(cls_); }
    /* What __CLASS says; NULL: Empty. */
    const char *class_name() const noexcept;
    /* Whether rows of this batch have this shape. */
    bool fits(const wql_batch *batch) const noexcept;

    /* The properties, system ones first. Some places may be empty (false), since a SELECT list may say a property twice. */
    uint32_t places() const noexcept;
    bool has_own() const noexcept { return own_places() > 0; }
    bool at(uint32_t place, Property *out) const noexcept;

    /* Returns S_OK; WBEM_E_NOT_FOUND; WBEM_E_INVALID_PARAMETER (no Unicode). Throws std::bad_alloc. */
    HRESULT find(const wchar_t *name, Property *out) const;
    /* The same for a method: its number in the class. */
    HRESULT find_method(const wchar_t *name, uint32_t *number) const;

    /* A system property of what is no row, where no batch knows it. Items live as long as `items`. */
    wql_value constant(System system, std::vector<wql_value> *items) const;

  private:
    struct Column {
        const char *name; /* NULL: said before, or a system property */
        uint32_t property, type;
    };
    Shape(Kind kind, const wql_class *cls, uint32_t width, Column *columns) noexcept;
    ~Shape();
    static Shape *make(Kind kind, const wql_class *cls, uint32_t width);
    void add_column(uint32_t index, const wql_column &column);
    uint32_t own_places() const noexcept;
    const char *name_at(uint32_t place) const noexcept;
    uint32_t find_ascii(const wchar_t *name) const noexcept;
    uint32_t find_hashed(const wchar_t *name, const uint16_t *table) const noexcept;
    const uint16_t *table() const noexcept;

    const Kind kind_;
    mutable std::atomic<uint32_t> refs_;
    mutable std::atomic<uint32_t> searches_;
    mutable std::atomic<uint16_t *> table_; /* Instance: places plus 1 by hash of the folded name; made after some searches */
    const wql_class *cls_;                  /* retained */
    const wql_method_def *method_;
    uint32_t width_;
    const uint32_t room_;                   /* columns for which there is memory */
    bool has_other_names_;                  /* some that are not ASCII */
    std::vector<std::string> names_;        /* of columns without a property */
    std::string server_, namespace_, path_; /* of Parameters */
    Column *const columns_;                 /* `width_` of them, behind the shape itself */
};

} // namespace wbem

#endif
