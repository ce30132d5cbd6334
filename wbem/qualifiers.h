/* SPDX-License-Identifier: MIT */
/* qualifiers.h: the qualifiers of an object, a property or a method, as WMI shows them: its own, those that come down from above,
 * those that a flag of the definition says, and CIMTYPE. */
#ifndef WBEM_ROOM_QUALIFIERS_H
#define WBEM_ROOM_QUALIFIERS_H

#include "shape.h"

#include <memory>

namespace wbem {

struct Qualifier {
    const char *name;
    wql_value value; /* lives with the class, or with the list */
    uint32_t flavor; /* WBEM_FLAVOR_... */
};

class Qualifiers {
  public:
    /* Each throws std::bad_alloc. */
    static Qualifiers of_object(const Shape &shape);
    static Qualifiers of_property(const Shape &shape, const Property &property); /* no system property */
    static Qualifiers of_method(const Shape &shape, uint32_t number);

    const std::vector<Qualifier> &list() const noexcept { return list_; }
    const Qualifier *find(wql_str name) const noexcept; /* NULL: there is none */

  private:
    explicit Qualifiers(bool on_instance) noexcept : on_instance_(on_instance) {}
    void take(const wql_qualifier *list, uint32_t count, bool is_own);
    void add_flag(bool set, const char *name, uint32_t flavor, bool is_inherited);
    void add(const char *name, const wql_value &value, uint32_t flavor, bool is_inherited);
    void add_type(const Property &property, bool is_inherited);
    void keep_shown();

    bool on_instance_;
    std::vector<Qualifier> list_;
    std::vector<Qualifier> hidden_; /* that do not come down, and hide what is above them */
    std::unique_ptr<std::string> type_text_;
};

/* @param shape  holds what the list points to. Returns S_OK; WBEM_E_OUT_OF_MEMORY. */
HRESULT make_qualifier_set(Ref<const Shape> shape, Qualifiers qualifiers, IWbemQualifierSet **out) noexcept;

} // namespace wbem

#endif
