/* SPDX-License-Identifier: MIT */
/* object_lab.h: rows and classes of an engine of the test's own, as objects; and what an object says, as text. */
#ifndef TESTS_WBEM_OBJECT_LAB_H
#define TESTS_WBEM_OBJECT_LAB_H

#include "../../wbem/objects.h" /* in front: cmocka has a macro `fail` */

extern "C" {
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
}

#include <string>
#include <wbemcli.h>
#include <wql/wql.h>

/* A query's rows. */
class ObjectLab {
  public:
    explicit ObjectLab(const char *mof, const wql_engine_options *options = nullptr);
    ~ObjectLab();
    ObjectLab(const ObjectLab &) = delete;
    ObjectLab &operator=(const ObjectLab &) = delete;

    /* The first batch, retained; there must be one. */
    wql_batch *batch(const char *query, uint32_t flags = 0);
    /* One object: the first row. */
    wbem::Ref<IWbemClassObject> object(const char *query, uint32_t flags = 0);
    wbem::Ref<IWbemClassObject> definition(const char *class_name);
    void close(); /* the engine goes */
    wql_engine *engine() const { return engine_; }

  private:
    wql_engine *engine_;
    wql_session *session_;
};

/* The name of a code, or its digits. */
std::string code(HRESULT result);
/* A value for a person: `VT_I4 5`, `VT_BSTR text`, `VT_NULL`, `VT_BSTR[] {a, b}`, `VT_UNKNOWN Class`. */
std::string show(const VARIANT &variant);
/* A property's value so; or the name of the code that Get returned. */
std::string value(IWbemClassObject *object, const wchar_t *name);
CIMTYPE type_of(IWbemClassObject *object, const wchar_t *name);
long flavor_of(IWbemClassObject *object, const wchar_t *name);
/* Names with blanks between; or the name of the code. */
std::string names(IWbemClassObject *object, long flags, const wchar_t *qualifier = nullptr, VARIANT *value = nullptr);
/* All that an enumeration brings. */
std::string walk(IWbemClassObject *object, long flags);
/* name=value:flavor with blanks between. */
std::string qualifiers(IWbemQualifierSet *set, long flags = 0);
/* Takes the text. */
std::string text_of(BSTR text);
std::string narrow(const wchar_t *text);

#define assert_text(is, wanted) assert_string_equal((is).c_str(), wanted)

#endif
