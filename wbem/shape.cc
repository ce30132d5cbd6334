/* SPDX-License-Identifier: MIT */
/* shape.cc: the properties of an object and where their names are. Reading a property by its wide name is what clients do for
 * each row, so an ASCII name is looked up as it is, without being converted; and making a shape is what a query with one row pays
 * for, so what only many look-ups are worth is made after some of them. */
#include "shape.h"

#include "text.h"

#include <climits>
#include <cstdlib>
#include <cstring>

namespace wbem {

namespace {

const struct {
    const char *name;
    uint32_t type;
    System system;
} system_properties[] = {{"__GENUS", WQL_SINT32, System::Genus},
                         {"__CLASS", WQL_STRING, System::Class},
                         {"__SUPERCLASS", WQL_STRING, System::Superclass},
                         {"__DYNASTY", WQL_STRING, System::Dynasty},
                         {"__RELPATH", WQL_STRING, System::Relpath},
                         {"__PROPERTY_COUNT", WQL_SINT32, System::PropertyCount},
                         {"__DERIVATION", WQL_STRING | WQL_ARRAY, System::Derivation},
                         {"__SERVER", WQL_STRING, System::Server},
                         {"__NAMESPACE", WQL_STRING, System::Namespace},
                         {"__PATH", WQL_STRING, System::Path}};
const uint32_t system_count = sizeof system_properties / sizeof *system_properties;
const uint32_t none = UINT32_MAX;

/* So many columns are looked through; a table for more is made after so many searches. */
const uint32_t columns_few = 8, searches_few = 8;

const char parameters_name[] = "__PARAMETERS";

/* -- ASCII names -- */

uint32_t fold(uint32_t c) { return c - 'A' < 26u ? c | 0x20 : c; }
uint32_t unit(wchar_t c) { return static_cast<uint32_t>(c); }
uint32_t unit(char c) { return static_cast<unsigned char>(c); }
const uint32_t hash_seed = 2166136261u;
template <typename Char> uint32_t hash_of(const Char *name) {
    uint32_t hash = hash_seed;
    for (; *name; name++) hash = (hash ^ fold(unit(*name))) * 16777619u;
    return hash;
}
template <typename Char> bool is_ascii(const Char *name) {
    for (; *name; name++)
        if (unit(*name) >= 0x80) return false;
    return true;
}

/* Of two names that are both ASCII, the library's folding of names is this. */
template <typename Char> bool is_same(const Char *name, const char *other) {
    while (*name && fold(unit(*name)) == fold(unit(*other))) name++, other++;
    return !*name && !*other;
}

uint32_t find_system(const wchar_t *name) {
    if (name[0] != '_' || name[1] != '_') return none;
    for (uint32_t i = 0; i < system_count; i++)
        if (is_same(name, system_properties[i].name)) return i;
    return none;
}

bool is_system(const char *name) {
    if (name[0] != '_' || name[1] != '_') return false;
    for (const auto &system : system_properties)
        if (is_same(name, system.name)) return true;
    return false;
}

/* A parameter that says neither way goes in. */
bool goes(const wql_property_def &parameter, bool out) {
    return out ? (parameter.flags & WQL_OUT) != 0 : (parameter.flags & WQL_IN) || !(parameter.flags & WQL_OUT);
}

wql_value text_or_null(const std::string &text) {
    return text.empty() ? wql_null() : wql_text(wql_str{text.data(), text.size()});
}

wql_value text_or_null(const char *text) { return text ? wql_text(wql_s(text)) : wql_null(); }

wql_value sint32(uint32_t number) {
    wql_value value = wql_i64(number);
    value.type = WQL_SINT32;
    return value;
}

} // namespace

/* -- what a class declares --------------------------------------------------------------------------------------- */

uint32_t inherited_properties(const wql_class *cls) noexcept {
    const wql_class *super = wql_class_superclass(cls);
    return super ? wql_class_describe(super)->property_count : 0;
}

uint32_t inherited_methods(const wql_class *cls) noexcept {
    const wql_class *super = wql_class_superclass(cls);
    return super ? wql_class_describe(super)->method_count : 0;
}

/* What is inherited as it is shares its parts with the superclass. */
bool declares_property(const wql_class *cls, uint32_t number) noexcept {
    const wql_property_def *own, *above;
    if (number >= inherited_properties(cls)) return true;
    own = &wql_class_describe(cls)->properties[number];
    above = &wql_class_describe(wql_class_superclass(cls))->properties[number];
    return own->flags != above->flags || own->class_name != above->class_name || own->initial != above->initial ||
           own->qualifiers != above->qualifiers || own->qualifier_count != above->qualifier_count;
}

bool declares_method(const wql_class *cls, uint32_t number) noexcept {
    const wql_method_def *own, *above;
    if (number >= inherited_methods(cls)) return true;
    own = &wql_class_describe(cls)->methods[number];
    above = &wql_class_describe(wql_class_superclass(cls))->methods[number];
    return own->params != above->params || own->param_count != above->param_count || own->qualifiers != above->qualifiers ||
           own->qualifier_count != above->qualifier_count;
}

/* -- making ------------------------------------------------------------------------------------------------------ */

Shape::Shape(Kind kind, const wql_class *cls, uint32_t width, Column *columns) noexcept
    : kind_(kind), refs_(1), searches_(0), table_(nullptr), cls_(wql_class_retain(cls)), method_(nullptr), width_(width),
      room_(width), has_other_names_(false), columns_(columns) {}

Shape::~Shape() {
    free(table_.load(std::memory_order_relaxed));
    wql_class_release(const_cast<wql_class *>(cls_));
}

void Shape::Release() const noexcept {
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    this->~Shape();
    ::operator delete(const_cast<Shape *>(this));
}

/* The shape and its columns are one piece of memory. */
Shape *Shape::make(Kind kind, const wql_class *cls, uint32_t width) {
    char *memory = static_cast<char *>(::operator new(sizeof(Shape) + width * sizeof(Column)));
    return new (memory) Shape(kind, cls, width, reinterpret_cast<Column *>(memory + sizeof(Shape)));
}

/* A SELECT list may say a property twice, which an object has once; and system properties, which an object has anyway. */
void Shape::add_column(uint32_t index, const wql_column &column) {
    Column &made = columns_[index];
    made = {column.name, column.property, column.type};
    if (column.property == WQL_NO_COLUMN) {
        if (is_system(column.name)) {
            made.name = nullptr;
        } else {
            names_.emplace_back(column.name);
            made.name = names_.back().c_str();
        }
    } else if (column.property != index) { /* not as in `*` */
        for (uint32_t i = 0; i < index && made.name; i++)
            if (columns_[i].property == column.property) made.name = nullptr;
    }
    if (made.name && !is_ascii(made.name)) has_other_names_ = true;
}

void Shape::forget() noexcept {
    free(table_.exchange(nullptr, std::memory_order_relaxed));
    searches_.store(0, std::memory_order_relaxed);
    names_.clear();
    wql_class_release(const_cast<wql_class *>(cls_));
    cls_ = nullptr;
}

bool Shape::refill(const wql_batch *batch) {
    uint32_t others = 0;
    if (wql_batch_width(batch) > room_) return false;
    width_ = wql_batch_width(batch);
    has_other_names_ = false;
    for (uint32_t i = 0; i < width_; i++) others += wql_batch_column(batch, i)->property == WQL_NO_COLUMN;
    if (others) names_.reserve(others); /* the names stay where they are */
    for (uint32_t i = 0; i < width_; i++) add_column(i, *wql_batch_column(batch, i));
    cls_ = wql_class_retain(wql_batch_class(batch));
    return true;
}

Ref<Shape> Shape::of_rows(const wql_batch *batch) {
    Ref<Shape> made(make(Kind::Instance, nullptr, wql_batch_width(batch)));
    (void)made->refill(batch); /* it has the room */
    return made;
}

Ref<const Shape> Shape::of_class(const wql_class *cls) {
    Shape *shape = make(Kind::Class, cls, 0);
    Ref<const Shape> made(shape);
    for (uint32_t i = 0; i < shape->own_places(); i++)
        if (!is_ascii(shape->name_at(i))) shape->has_other_names_ = true;
    return made;
}

/* The columns are the parameters' numbers. */
Ref<const Shape> Shape::of_parameters(const wql_class *cls, const wql_method_def *method, bool out, const std::string &server,
                                      const std::string &ns) {
    uint32_t width = 0;
    for (uint32_t i = 0; i < method->param_count; i++) width += goes(method->params[i], out);
    Shape *shape = make(Kind::Parameters, cls, width);
    Ref<const Shape> made(shape);
    shape->method_ = method;
    width = 0;
    for (uint32_t i = 0; i < method->param_count; i++) {
        const wql_property_def &parameter = method->params[i];
        if (!goes(parameter, out)) continue;
        shape->columns_[width++] = {parameter.name, i, parameter.type};
        if (!is_ascii(parameter.name)) shape->has_other_names_ = true;
    }
    shape->server_ = server;
    shape->namespace_ = ns;
    if (!server.empty()) shape->path_ = "\\\\" + server + "\\" + ns + ":" + parameters_name;
    return made;
}

Ref<const Shape> Shape::empty() { return Ref<const Shape>(make(Kind::Empty, nullptr, 0)); }

/* -- asking ------------------------------------------------------------------------------------------------------ */

const char *Shape::class_name() const noexcept {
    if (kind_ == Kind::Parameters) return parameters_name;
    return cls_ ? def()->name : nullptr;
}

/* The class is one pointer within a call; what else a SELECT list can say are the columns and their order. */
bool Shape::fits(const wql_batch *batch) const noexcept {
    if (kind_ != Kind::Instance || wql_batch_class(batch) != cls_ || wql_batch_width(batch) != width_) return false;
    for (uint32_t i = 0; i < width_; i++) {
        const wql_column *column = wql_batch_column(batch, i);
        const Column &mine = columns_[i];
        if (column->property != mine.property || column->type != mine.type) return false;
        if (mine.property == WQL_NO_COLUMN && (mine.name ? strcmp(mine.name, column->name) != 0 : !is_system(column->name)))
            return false;
    }
    return true;
}

uint32_t Shape::own_places() const noexcept { return kind_ == Kind::Class ? def()->property_count : width_; }
uint32_t Shape::places() const noexcept { return system_count + own_places(); }

const char *Shape::name_at(uint32_t place) const noexcept {
    return kind_ == Kind::Class ? def()->properties[place].name : columns_[place].name;
}

bool Shape::at(uint32_t place, Property *out) const noexcept {
    if (place < system_count) {
        const auto &system = system_properties[place];
        *out = {system.name, nullptr, system.type, WQL_NO_COLUMN, WQL_NO_COLUMN, system.system};
        return true;
    }
    place -= system_count;
    if (kind_ == Kind::Class) {
        const wql_property_def *property = &def()->properties[place];
        *out = {property->name, property, property->type, WQL_NO_COLUMN, place, System::None};
        return true;
    }
    const Column &column = columns_[place];
    *out = {column.name, nullptr, column.type, WQL_NO_COLUMN, column.property, System::None};
    if (kind_ == Kind::Parameters) {
        out->def = &method_->params[column.property];
    } else {
        out->column = place;
        if (column.property != WQL_NO_COLUMN) out->def = &def()->properties[column.property];
    }
    return column.name != nullptr;
}

/* -- finding ----------------------------------------------------------------------------------------------------- */

/* NULL: there is none yet, or it is not worth it. Only names that are ASCII are in it. */
const uint16_t *Shape::table() const noexcept {
    uint16_t *made = table_.load(std::memory_order_acquire), *other = nullptr;
    size_t slots = 32;
    if (made || kind_ != Kind::Instance || width_ <= columns_few || width_ >= UINT16_MAX) return made;
    if (searches_.fetch_add(1, std::memory_order_relaxed) < searches_few) return nullptr;
    while (slots < width_ * 2) slots *= 2;
    made = static_cast<uint16_t *>(calloc(slots + 1, sizeof *made)); /* the first says how many follow, as a power of two */
    if (!made) return nullptr;
    for (size_t left = slots; left > 1; left /= 2) made[0]++;
    for (uint32_t i = 0; i < width_; i++) {
        uint32_t hash;
        if (!columns_[i].name || !is_ascii(columns_[i].name)) continue;
        for (hash = hash_of(columns_[i].name); made[1 + (hash & (slots - 1))]; hash++) {}
        made[1 + (hash & (slots - 1))] = static_cast<uint16_t>(i + 1);
    }
    if (table_.compare_exchange_strong(other, made, std::memory_order_acq_rel)) return made;
    free(made); /* another thread was quicker */
    return other;
}

uint32_t Shape::find_hashed(const wchar_t *name, const uint16_t *table) const noexcept {
    uint32_t hash = hash_of(name), mask = (1u << table[0]) - 1;
    for (;; hash++) {
        uint16_t slot = table[1 + (hash & mask)];
        if (!slot) return none;
        if (is_same(name, columns_[slot - 1].name)) return slot - 1u;
    }
}

/* The place among its own of an ASCII name that is ASCII in the shape too. */
uint32_t Shape::find_ascii(const wchar_t *name) const noexcept {
    const uint16_t *hashed = table();
    if (hashed) return find_hashed(name, hashed);
    for (uint32_t i = 0; i < own_places(); i++) {
        const char *other = name_at(i);
        if (other && is_same(name, other)) return i;
    }
    return none;
}

/* Beyond ASCII the library's own rule answers: a letter of ASCII may be the other case of one that is not. */
HRESULT Shape::find(const wchar_t *name, Property *out) const {
    uint32_t place = find_system(name);
    if (place == none) {
        bool plain = is_ascii(name);
        if (plain) place = find_ascii(name);
        if (place == none && (!plain || has_other_names_)) {
            std::string text;
            HRESULT result = read_text(name, &text);
            if (result < 0) return result;
            for (uint32_t i = 0; i < own_places() && place == none; i++)
                if (name_at(i) && wql_text_equal(wql_s(name_at(i)), wql_str{text.data(), text.size()})) place = i;
        }
        if (place == none) return WBEM_E_NOT_FOUND;
        place += system_count;
    }
    return at(place, out) ? WBEM_S_NO_ERROR : WBEM_E_NOT_FOUND;
}

HRESULT Shape::find_method(const wchar_t *name, uint32_t *number) const {
    std::string text;
    HRESULT result = read_text(name, &text);
    if (result < 0) return result;
    for (uint32_t i = 0; kind_ == Kind::Class && i < def()->method_count; i++) {
        if (!wql_text_equal(wql_s(def()->methods[i].name), wql_str{text.data(), text.size()})) continue;
        *number = i;
        return WBEM_S_NO_ERROR;
    }
    return WBEM_E_NOT_FOUND;
}

/* -- what a class says of itself --------------------------------------------------------------------------------- */

wql_value Shape::constant(System system, std::vector<wql_value> *items) const {
    items->clear();
    if (kind_ == Kind::Class)
        for (const wql_class *above = wql_class_superclass(cls_); above; above = wql_class_superclass(above))
            items->push_back(wql_text(wql_s(wql_class_describe(above)->name)));
    switch (system) {
    case System::Genus: return sint32(kind_ == Kind::Instance ? WBEM_GENUS_INSTANCE : WBEM_GENUS_CLASS);
    case System::PropertyCount: return sint32(own_places());
    case System::Class:
    case System::Relpath: return text_or_null(class_name());
    case System::Superclass: return items->empty() ? wql_null() : items->front();
    case System::Dynasty: return items->empty() ? text_or_null(class_name()) : items->back();
    case System::Derivation:
        if (kind_ == Kind::Empty) return wql_null();
        return wql_array(WQL_STRING, items->data(), static_cast<uint32_t>(items->size()));
    case System::Server: return text_or_null(server_);
    case System::Namespace: return text_or_null(namespace_);
    case System::Path: return text_or_null(path_);
    default: return wql_null();
    }
}

} // namespace wbem
