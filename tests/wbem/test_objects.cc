/* SPDX-License-Identifier: MIT */
/* test_objects.cc: IWbemClassObject and IWbemQualifierSet over instances, classes and parameters. */
#include "object_lab.h"

#include "../../wbem/text.h"
#include "../../wbem/variants.h"

#include <limits>

using wbem::Ref;

/* -- values ------------------------------------------------------------------------------------------------------ */

static const char every_type[] =
    "class Part { string What; uint8 Digits[]; };"
    "class Every { [Key] uint32 Id; sint8 S8; uint8 U8; sint16 S16; uint16 U16; sint32 S32; uint32 U32; sint64 S64; uint64 U64;"
    "  real32 R32; real64 R64; boolean B; char16 C; string S; datetime D; [SubType(\"interval\")] datetime I; Every REF Ref;"
    "  Part P; object O; sint8 AS8[]; uint8 AU8[]; sint16 AS16[]; uint16 AU16[]; sint32 AS32[]; uint32 AU32[]; sint64 AS64[];"
    "  uint64 AU64[]; real32 AR32[]; real64 AR64[]; boolean AB[]; char16 AC[]; string AS[]; datetime AD[];"
    "  [SubType(\"interval\")] datetime AI[]; Every REF ARef[]; Part AP[]; };"
    "instance of Every { Id = 1; S8 = -128; U8 = 255; S16 = -32768; U16 = 65535; S32 = -2147483648; U32 = 4294967295;"
    "  S64 = -9223372036854775808; U64 = 18446744073709551615; R32 = 0.5; R64 = -1.25e100; B = true; C = '\\x20AC'; S = "
    "\"a\\x20ac\";"
    "  D = \"20200102030405.000000+060\"; I = \"00000001020304.000005:000\"; Ref = \"Every.Id=2\";"
    "  P = instance of Part { What = \"in\"; Digits = {1, 2}; }; O = instance of Part { };"
    "  AS8 = {-1, 2}; AU8 = {0, 255}; AS16 = {-1}; AU16 = {65535}; AS32 = {-1, 1}; AU32 = {4294967295, 1}; AS64 = {-1};"
    "  AU64 = {18446744073709551615}; AR32 = {0.5}; AR64 = {0.25}; AB = {true, false}; AC = {'a'}; AS = {\"x\", \"\"};"
    "  AD = {\"20200102030405.000000+060\"}; AI = {\"00000001020304.000005:000\"}; ARef = {\"Every.Id=2\"};"
    "  AP = {instance of Part { What = \"one\"; }, instance of Part { }}; };"
    "instance of Every { Id = 2; };"
    "instance of Every { Id = 3; AS32 = {1, NULL, 3}; AS = {NULL, \"a\"}; AB = {NULL}; AP = {NULL}; AU64 = {NULL, 5}; AS8 = {}; "
    "};";

static void each_type_becomes_what_wmi_makes_of_it(void **) {
    ObjectLab lab(every_type);
    Ref<IWbemClassObject> object = lab.object("SELECT * FROM Every WHERE Id = 1");
    static const struct {
        const wchar_t *name;
        CIMTYPE type;
        const char *shown;
    } wanted[] = {{L"S8", CIM_SINT8, "VT_I2 -128"},
                  {L"U8", CIM_UINT8, "VT_UI1 255"},
                  {L"S16", CIM_SINT16, "VT_I2 -32768"},
                  {L"U16", CIM_UINT16, "VT_I4 65535"},
                  {L"S32", CIM_SINT32, "VT_I4 -2147483648"},
                  {L"U32", CIM_UINT32, "VT_I4 -1"}, /* its 32 bits, read with a sign through all of a LONG */
                  {L"S64", CIM_SINT64, "VT_BSTR -9223372036854775808"},
                  {L"U64", CIM_UINT64, "VT_BSTR 18446744073709551615"},
                  {L"R32", CIM_REAL32, "VT_R4 0.5"},
                  {L"R64", CIM_REAL64, "VT_R8 -1.25e+100"},
                  {L"B", CIM_BOOLEAN, "VT_BOOL -1"},
                  {L"C", CIM_CHAR16, "VT_I2 8364"},
                  {L"S", CIM_STRING, "VT_BSTR a\xe2\x82\xac"},
                  {L"D", CIM_DATETIME, "VT_BSTR 20200102030405.000000+060"},
                  {L"I", CIM_DATETIME, "VT_BSTR 00000001020304.000005:000"},
                  {L"Ref", CIM_REFERENCE, "VT_BSTR Every.Id=2"},
                  {L"P", CIM_OBJECT, "VT_UNKNOWN Part"},
                  {L"O", CIM_OBJECT, "VT_UNKNOWN Part"},
                  {L"AS8", CIM_SINT8 | CIM_FLAG_ARRAY, "VT_I2[] {-1, 2}"},
                  {L"AU8", CIM_UINT8 | CIM_FLAG_ARRAY, "VT_UI1[] {0, 255}"},
                  {L"AS16", CIM_SINT16 | CIM_FLAG_ARRAY, "VT_I2[] {-1}"},
                  {L"AU16", CIM_UINT16 | CIM_FLAG_ARRAY, "VT_I4[] {65535}"},
                  {L"AS32", CIM_SINT32 | CIM_FLAG_ARRAY, "VT_I4[] {-1, 1}"},
                  {L"AU32", CIM_UINT32 | CIM_FLAG_ARRAY, "VT_I4[] {-1, 1}"},
                  {L"AS64", CIM_SINT64 | CIM_FLAG_ARRAY, "VT_BSTR[] {-1}"},
                  {L"AU64", CIM_UINT64 | CIM_FLAG_ARRAY, "VT_BSTR[] {18446744073709551615}"},
                  {L"AR32", CIM_REAL32 | CIM_FLAG_ARRAY, "VT_R4[] {0.5}"},
                  {L"AR64", CIM_REAL64 | CIM_FLAG_ARRAY, "VT_R8[] {0.25}"},
                  {L"AB", CIM_BOOLEAN | CIM_FLAG_ARRAY, "VT_BOOL[] {-1, 0}"},
                  {L"AC", CIM_CHAR16 | CIM_FLAG_ARRAY, "VT_I2[] {97}"},
                  {L"AS", CIM_STRING | CIM_FLAG_ARRAY, "VT_BSTR[] {x, }"},
                  {L"AD", CIM_DATETIME | CIM_FLAG_ARRAY, "VT_BSTR[] {20200102030405.000000+060}"},
                  {L"AI", CIM_DATETIME | CIM_FLAG_ARRAY, "VT_BSTR[] {00000001020304.000005:000}"},
                  {L"ARef", CIM_REFERENCE | CIM_FLAG_ARRAY, "VT_BSTR[] {Every.Id=2}"},
                  {L"AP", CIM_OBJECT | CIM_FLAG_ARRAY, "VT_UNKNOWN[] {Part, Part}"}};
    for (const auto &line : wanted) {
        assert_text(value(object.get(), line.name), line.shown);
        assert_int_equal(type_of(object.get(), line.name), line.type);
    }
}

static void null_is_a_value_and_keeps_its_type(void **) {
    ObjectLab lab(every_type);
    Ref<IWbemClassObject> object = lab.object("SELECT * FROM Every WHERE Id = 2");
    SAFEARRAY *array = nullptr;
    assert_int_equal(object->GetNames(nullptr, WBEM_FLAG_NONSYSTEM_ONLY, nullptr, &array), S_OK);
    for (ULONG i = 1; i < array->rgsabound[0].cElements; i++) { /* all but the key */
        const wchar_t *name = static_cast<BSTR *>(array->pvData)[i];
        assert_text(value(object.get(), name), "VT_NULL");
        assert_int_equal(flavor_of(object.get(), name), WBEM_FLAVOR_ORIGIN_PROPAGATED);
    }
    SafeArrayDestroy(array);
    assert_int_equal(type_of(object.get(), L"AU64"), CIM_UINT64 | CIM_FLAG_ARRAY);
    assert_int_equal(flavor_of(object.get(), L"Id"), WBEM_FLAVOR_ORIGIN_LOCAL);
}

static void a_null_in_an_array_is_what_a_safearray_has_for_nothing(void **) {
    ObjectLab lab(every_type);
    Ref<IWbemClassObject> object = lab.object("SELECT * FROM Every WHERE Id = 3");
    assert_text(value(object.get(), L"AS32"), "VT_I4[] {1, 0, 3}");
    assert_text(value(object.get(), L"AS"), "VT_BSTR[] {(none), a}");
    assert_text(value(object.get(), L"AB"), "VT_BOOL[] {0}");
    assert_text(value(object.get(), L"AP"), "VT_UNKNOWN[] {(none)}");
    assert_text(value(object.get(), L"AU64"), "VT_BSTR[] {(none), 5}");
    assert_text(value(object.get(), L"AS8"), "VT_I2[] {}");
}

static void an_embedded_object_lives_by_itself(void **) {
    ObjectLab lab(every_type);
    VARIANT variant;
    IWbemClassObject *part = nullptr;
    {
        Ref<IWbemClassObject> object = lab.object("SELECT P FROM Every WHERE Id = 1");
        assert_int_equal(object->Get(L"p", 0, &variant, nullptr, nullptr), S_OK);
    }
    lab.close();
    assert_int_equal(variant.vt, VT_UNKNOWN);
    assert_int_equal(variant.punkVal->QueryInterface(&part), S_OK);
    VariantClear(&variant);
    assert_text(value(part, L"What"), "VT_BSTR in");
    assert_text(value(part, L"Digits"), "VT_UI1[] {1, 2}");
    assert_text(value(part, L"__PATH"), "VT_NULL"); /* it has no key */
    assert_int_equal(part->Release(), 0);
}

/* -- names ------------------------------------------------------------------------------------------------------- */

static void a_property_is_found_in_any_case_and_nothing_else_is(void **) {
    ObjectLab lab("class T { [Key] string Name; uint32 Size; string Gr\xc3\xb6\xc3\x9f"
                  "e; string Kind; };"
                  "instance of T { Name = \"n\"; Size = 3; Gr\xc3\xb6\xc3\x9f"
                  "e = \"u\"; Kind = \"k\"; };");
    Ref<IWbemClassObject> object = lab.object("SELECT * FROM T"), cls = lab.definition("T");
    std::wstring longest(100000, L'N');
    VARIANT untouched;
    for (IWbemClassObject *each : {object.get(), cls.get()}) {
        assert_int_equal(type_of(each, L"nAME"), CIM_STRING);
        assert_int_equal(type_of(each, L"GR\u00d6\u00dfE"), CIM_STRING);
        assert_int_equal(type_of(each, L"\u212aind"), CIM_STRING); /* the Kelvin sign folds to k */
        assert_text(value(each, L""), "WBEM_E_NOT_FOUND");
        assert_text(value(each, L"Nam"), "WBEM_E_NOT_FOUND");
        assert_text(value(each, L"Names"), "WBEM_E_NOT_FOUND");
        assert_text(value(each, L"Gr\u00f6\u00dfer"), "WBEM_E_NOT_FOUND");
        assert_text(value(each, longest.c_str()), "WBEM_E_NOT_FOUND");
        assert_text(value(each, L"Na\xd800me"), "WBEM_E_INVALID_PARAMETER"); /* no Unicode */
        assert_text(value(each, L"N\x110000"), "WBEM_E_INVALID_PARAMETER");
        assert_int_equal(each->Get(nullptr, 0, nullptr, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
        assert_int_equal(each->Get(L"Name", 1, nullptr, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    }
    memset(&untouched, 0x55, sizeof untouched);
    assert_int_equal(object->Get(L"None", 0, &untouched, nullptr, nullptr), WBEM_E_NOT_FOUND);
    assert_int_equal(untouched.vt, 0x5555); /* after a failure nothing is written */
}

/* Of a class with many columns, whose names are in a table after some searches; each name, and those of its neighbours. */
static void many_columns_are_found_by_a_table_as_without(void **) {
    std::string mof = "class Wide { [Key] uint32 P0;", row = "instance of Wide { P0 = 0;";
    for (int i = 1; i < 300; i++) {
        mof += " uint32 " + std::string(i % 7 == 0 ? "\xc3\xa4" : "P") + std::to_string(i) + ";";
        row += " " + std::string(i % 7 == 0 ? "\xc3\x84" : "p") + std::to_string(i) + " = " + std::to_string(i) + ";";
    }
    ObjectLab lab((mof + "};" + row + "};").c_str());
    Ref<IWbemClassObject> object = lab.object("SELECT * FROM Wide");
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 300; i++) {
            std::wstring name = (i && i % 7 == 0 ? L"\u00c4" : L"P") + std::to_wstring(i);
            assert_text(value(object.get(), name.c_str()), ("VT_I4 " + std::to_string(i)).c_str());
            assert_text(value(object.get(), (name + L"x").c_str()), "WBEM_E_NOT_FOUND");
        }
    assert_text(value(object.get(), L"P300"), "WBEM_E_NOT_FOUND");
}

static void what_was_not_selected_is_not_there(void **) {
    ObjectLab lab("class T { [Key] string Name; uint32 Size; string Other; }; instance of T { Name = \"n\"; Size = 3; };");
    Ref<IWbemClassObject> object = lab.object("SELECT Size, __PATH, Name, Size FROM T");
    assert_text(value(object.get(), L"Other"), "WBEM_E_NOT_FOUND");
    assert_text(names(object.get(), WBEM_FLAG_NONSYSTEM_ONLY), "Size Name");
    assert_text(
        names(object.get(), 0),
        "__GENUS __CLASS __SUPERCLASS __DYNASTY __RELPATH __PROPERTY_COUNT __DERIVATION __SERVER __NAMESPACE __PATH Size Name");
    assert_text(value(object.get(), L"__RELPATH"), "VT_BSTR T.Name=\"n\"");
    object = lab.object("SELECT Size FROM T");
    assert_text(value(object.get(), L"__PATH"), "VT_NULL");
    object = lab.object("SELECT Size FROM T", WQL_ENSURE_LOCATABLE);
    assert_text(value(object.get(), L"__RELPATH"), "VT_BSTR T.Name=\"n\"");
    assert_text(names(object.get(), WBEM_FLAG_NONSYSTEM_ONLY), "Size");
}

static const char family[] =
    "[Description(\"things\") : ToSubclass ToInstance, Locale(1033) : Restricted] class Thing { [Key, Description(\"a name\") : "
    "ToInstance]"
    " string Name; uint32 Size = 7; Thing REF Next; uint32 Open([In] string How, [In, Out] uint32 Count[], [Out] Thing REF "
    "Found);"
    " [Static] void Shut(); };"
    "[Provider(\"x\")] class Tin : Thing { [Override(\"Size\"), MaxValue(9)] uint32 Size = 8; string Label;"
    " [Deprecated{\"no\"}] uint32 Open([In] string How, [In, Out] uint32 Count[], [Out] Thing REF Found); sint32 Own(); };"
    "class Box : Tin { datetime Since; };"
    "[Association] class Links { [Key] Thing REF From; [Key] object REF To; };"
    "[Singleton] class One { uint32 N; };"
    "[Abstract] class Never { [Key] string Name; };"
    "instance of Box { Name = \"b\"; Label = \"l\"; };"
    "instance of One { N = 1; };";

static void system_properties_of_instances_and_classes(void **) {
    ObjectLab lab(family);
    Ref<IWbemClassObject> object = lab.object("SELECT * FROM Box"), cls = lab.definition("Box"), root = lab.definition("Thing");
    assert_text(value(object.get(), L"__GENUS"), "VT_I4 2");
    assert_text(value(object.get(), L"__class"), "VT_BSTR Box");
    assert_text(value(object.get(), L"__SUPERCLASS"), "VT_BSTR Tin");
    assert_text(value(object.get(), L"__DYNASTY"), "VT_BSTR Thing");
    assert_text(value(object.get(), L"__DERIVATION"), "VT_BSTR[] {Tin, Thing}");
    assert_text(value(object.get(), L"__PROPERTY_COUNT"), "VT_I4 5");
    assert_text(value(object.get(), L"__NAMESPACE"), "VT_BSTR root\\lab");
    for (int i = 0; i < 3; i++) assert_text(value(object.get(), L"__RELPATH"), "VT_BSTR Box.Name=\"b\"");
    assert_int_equal(type_of(object.get(), L"__GENUS"), CIM_SINT32);
    assert_int_equal(type_of(object.get(), L"__DERIVATION"), CIM_STRING | CIM_FLAG_ARRAY);
    assert_int_equal(flavor_of(object.get(), L"__PATH"), WBEM_FLAVOR_ORIGIN_SYSTEM);
    assert_text(value(cls.get(), L"__GENUS"), "VT_I4 1");
    assert_text(value(cls.get(), L"__CLASS"), "VT_BSTR Box");
    assert_text(value(cls.get(), L"__RELPATH"), "VT_BSTR Box");
    assert_text(value(cls.get(), L"__DERIVATION"), "VT_BSTR[] {Tin, Thing}");
    assert_text(value(cls.get(), L"__PROPERTY_COUNT"), "VT_I4 5");
    assert_text(value(root.get(), L"__SUPERCLASS"), "VT_NULL");
    assert_text(value(root.get(), L"__DERIVATION"), "VT_BSTR[] {}");
    assert_text(value(root.get(), L"__DYNASTY"), "VT_BSTR Thing");
}

/* A class without a row knows all but where it is. */
static void a_class_by_itself(void **) {
    ObjectLab lab(family);
    wql_batch *batch = lab.batch("SELECT * FROM meta_class WHERE __CLASS = 'Tin'");
    IWbemClassObject *made = nullptr;
    assert_int_equal(wbem::make_class(wql_batch_definition(batch, 0), &made), S_OK);
    wql_batch_release(batch);
    lab.close();
    Ref<IWbemClassObject> cls(made);
    assert_text(value(made, L"__CLASS"), "VT_BSTR Tin");
    assert_text(value(made, L"__SUPERCLASS"), "VT_BSTR Thing");
    assert_text(value(made, L"__DYNASTY"), "VT_BSTR Thing");
    assert_text(value(made, L"__DERIVATION"), "VT_BSTR[] {Thing}");
    assert_text(value(made, L"__PROPERTY_COUNT"), "VT_I4 4");
    assert_text(value(made, L"__SERVER"), "VT_NULL");
    assert_text(value(made, L"Size"), "VT_I4 8");
}

static void a_class_shows_defaults_and_what_it_inherits(void **) {
    ObjectLab lab(family);
    Ref<IWbemClassObject> tin = lab.definition("Tin"), box = lab.definition("Box");
    assert_text(value(tin.get(), L"Size"), "VT_I4 8");
    assert_text(value(box.get(), L"Size"), "VT_I4 8");
    assert_text(value(tin.get(), L"Label"), "VT_NULL");
    assert_int_equal(flavor_of(tin.get(), L"Label"), WBEM_FLAVOR_ORIGIN_LOCAL);
    assert_int_equal(flavor_of(tin.get(), L"Size"), WBEM_FLAVOR_ORIGIN_PROPAGATED);
    assert_int_equal(flavor_of(box.get(), L"Label"), WBEM_FLAVOR_ORIGIN_PROPAGATED);
}

/* Every type that may have a default, and a value that is another one. */
static void an_instance_owns_what_its_class_does_not_say(void **) {
    ObjectLab lab(
        "class D { [Key] uint32 Id; sint8 S8 = -1; uint8 U8 = 1; sint16 S16 = -2; uint16 U16 = 2; sint32 S32 = -3; uint32 U32 = "
        "4294967295; sint64 S64 = -4; uint64 U64 = 18446744073709551615; real32 R32 = 0.1; real64 R64 = 0.1; boolean B = false;"
        "  char16 C = 'c'; string S = \"s\"; string E = \"\"; datetime T = \"20200102030405.000000+060\";"
        "  [SubType(\"interval\")] datetime I = \"00000001020304.000005:000\"; D REF Ref = \"D.Id=7\"; uint32 N;"
        "  sint32 AI[] = {1, NULL, -1}; string AS[] = {\"a\", \"\"}; boolean AB[] = {true, false}; datetime AT[] = "
        "{\"20200102030405.000000+060\"}; };"
        "instance of D { Id = 1; };"
        "instance of D { Id = 2; S8 = 1; U8 = 2; S16 = 2; U16 = 3; S32 = 3; U32 = 1; S64 = 4; U64 = 1; R32 = 0.5; R64 = 0.5; B ="
        "  true; C = 'd'; S = \"S\"; E = \"e\"; T = \"20200102030405.000000+000\"; I = \"00000001020304.000006:000\"; Ref ="
        "  \"D.Id=8\"; N = 0; AI = {1, 0, -1}; AS = {\"a\"}; AB = {true, true}; AT = {\"20200102030405.000000+061\"}; };"
        "instance of D { Id = 3; S8 = NULL; U8 = NULL; S16 = NULL; U16 = NULL; S32 = NULL; U32 = NULL; S64 = NULL; U64 = NULL;"
        "  R32 = NULL; R64 = NULL; B = NULL; C = NULL; S = NULL; E = NULL; T = NULL; I = NULL; Ref = NULL; N = 1; AI = NULL;"
        "  AS = NULL; AB = NULL; AT = NULL; };");
    const char *all = "S8 U8 S16 U16 S32 U32 S64 U64 R32 R64 B C S E T I Ref N AI AS AB AT";
    const std::string with_key = std::string("Id ") + all;
    Ref<IWbemClassObject> silent = lab.object("SELECT * FROM D WHERE Id = 1");
    assert_text(names(silent.get(), WBEM_FLAG_LOCAL_ONLY), "Id");
    assert_text(names(silent.get(), WBEM_FLAG_PROPAGATED_ONLY), all);
    assert_int_equal(flavor_of(silent.get(), L"R32"), WBEM_FLAVOR_ORIGIN_PROPAGATED);
    for (const char *query : {"SELECT * FROM D WHERE Id = 2", "SELECT * FROM D WHERE Id = 3"}) {
        Ref<IWbemClassObject> other = lab.object(query);
        assert_text(names(other.get(), WBEM_FLAG_LOCAL_ONLY), with_key.c_str());
        assert_int_equal(flavor_of(other.get(), L"R32"), WBEM_FLAVOR_ORIGIN_LOCAL);
    }
}

/* As Get hands it out it is found again, and nothing else is. */
static void a_qualifier_is_identical_by_its_value(void **) {
    ObjectLab lab(
        "class Q { [small(-1), big(18446744073709551615), real(1.5), text(\"1\"), truth(true), list{1, -1}] uint32 A; };");
    Ref<IWbemClassObject> cls = lab.definition("Q");
    IWbemQualifierSet *set = nullptr;
    assert_int_equal(cls->GetPropertyQualifierSet(L"A", &set), S_OK);
    Ref<IWbemQualifierSet> kept(set);
    for (const wchar_t *name : {L"small", L"big", L"real", L"text", L"truth", L"list"}) {
        VARIANT variant;
        assert_int_equal(set->Get(name, 0, &variant, nullptr), S_OK);
        for (const wchar_t *other : {L"small", L"big", L"real", L"text", L"truth", L"list"})
            assert_text(names(cls.get(), WBEM_FLAG_ONLY_IF_IDENTICAL, other, &variant), wcscmp(name, other) ? "" : "A");
        VariantClear(&variant);
    }
    VARIANT number;
    VariantInit(&number);
    number.vt = VT_R8;
    number.dblVal = std::numeric_limits<double>::quiet_NaN(); /* is the same as nothing */
    assert_text(names(cls.get(), WBEM_FLAG_ONLY_IF_IDENTICAL, L"real", &number), "");
    number.vt = VT_UI8;
    number.ullVal = UINT64_MAX;
    assert_text(names(cls.get(), WBEM_FLAG_ONLY_IF_IDENTICAL, L"small", &number), "");
    number.vt = VT_I8;
    number.llVal = -1;
    assert_text(names(cls.get(), WBEM_FLAG_ONLY_IF_IDENTICAL, L"big", &number), "");
    assert_text(names(cls.get(), WBEM_FLAG_ONLY_IF_IDENTICAL, L"small", &number), "A");
}

static void names_by_every_condition(void **) {
    ObjectLab lab(family);
    Ref<IWbemClassObject> tin = lab.definition("Tin"), box = lab.object("SELECT * FROM Box");
    VARIANT wanted;
    const long plain = WBEM_FLAG_NONSYSTEM_ONLY;
    assert_text(names(tin.get(), plain), "Name Size Next Label");
    assert_text(names(tin.get(), WBEM_FLAG_SYSTEM_ONLY),
                "__GENUS __CLASS __SUPERCLASS __DYNASTY __RELPATH __PROPERTY_COUNT __DERIVATION __SERVER __NAMESPACE __PATH");
    assert_text(names(tin.get(), WBEM_FLAG_LOCAL_ONLY), "Label");
    assert_text(names(tin.get(), WBEM_FLAG_PROPAGATED_ONLY), "Name Size Next");
    assert_text(names(tin.get(), WBEM_FLAG_KEYS_ONLY), "Name");
    assert_text(names(tin.get(), WBEM_FLAG_REFS_ONLY), "Next");
    assert_text(names(tin.get(), WBEM_FLAG_REFS_ONLY | WBEM_FLAG_LOCAL_ONLY), "");
    assert_text(names(tin.get(), WBEM_FLAG_CLASS_OVERRIDES_ONLY), "Size");
    assert_text(names(tin.get(), WBEM_FLAG_CLASS_LOCAL_AND_OVERRIDES), "Size Label");
    assert_text(names(box.get(), WBEM_FLAG_LOCAL_ONLY), "Name Label");
    assert_text(names(box.get(), WBEM_FLAG_PROPAGATED_ONLY), "Size Next Since");
    /* a qualifier's name, and its value */
    assert_text(names(tin.get(), WBEM_FLAG_ONLY_IF_TRUE, L"KEY"), "Name");
    assert_text(names(tin.get(), WBEM_FLAG_ONLY_IF_TRUE, L"maxvalue"), "Size");
    assert_text(names(tin.get(), WBEM_FLAG_ONLY_IF_TRUE | WBEM_FLAG_LOCAL_ONLY, L"CIMTYPE"), "Label");
    assert_text(names(tin.get(), WBEM_FLAG_ONLY_IF_FALSE | plain, L"key"), "Size Next Label");
    VariantInit(&wanted);
    wanted.vt = VT_I4;
    wanted.lVal = 9;
    assert_text(names(tin.get(), WBEM_FLAG_ONLY_IF_IDENTICAL, L"MaxValue", &wanted), "Size");
    wanted.lVal = 8;
    assert_text(names(tin.get(), WBEM_FLAG_ONLY_IF_IDENTICAL, L"MaxValue", &wanted), "");
    wanted.vt = VT_BSTR;
    wanted.bstrVal = SysAllocString(L"ref:Thing");
    assert_text(names(tin.get(), WBEM_FLAG_ONLY_IF_IDENTICAL, L"CIMTYPE", &wanted), "Next");
    VariantClear(&wanted);
    wanted.vt = VT_BOOL;
    wanted.boolVal = VARIANT_TRUE;
    assert_text(names(box.get(), WBEM_FLAG_ONLY_IF_IDENTICAL, L"key", &wanted), "Name");
    /* what does not go together */
    static const long wrong[] = {WBEM_FLAG_KEYS_ONLY | WBEM_FLAG_REFS_ONLY,
                                 0x50,
                                 0x70,
                                 WBEM_MASK_CLASS_CONDITION,
                                 0x400,
                                 -1,
                                 WBEM_FLAG_CLASS_OVERRIDES_ONLY | WBEM_FLAG_LOCAL_ONLY};
    for (long flags : wrong) assert_text(names(tin.get(), flags), "WBEM_E_INVALID_PARAMETER");
    assert_text(names(box.get(), WBEM_FLAG_CLASS_OVERRIDES_ONLY), "WBEM_E_INVALID_PARAMETER");
    assert_text(names(tin.get(), WBEM_FLAG_ONLY_IF_TRUE), "WBEM_E_INVALID_PARAMETER");
    assert_text(names(tin.get(), WBEM_FLAG_ONLY_IF_TRUE, L""), "WBEM_E_INVALID_PARAMETER");
    assert_text(names(tin.get(), WBEM_FLAG_ONLY_IF_IDENTICAL, L"key"), "WBEM_E_INVALID_PARAMETER");
    assert_int_equal(tin->GetNames(nullptr, 0, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
}

static void a_walk_goes_through_what_names_lists(void **) {
    ObjectLab lab(family);
    Ref<IWbemClassObject> box = lab.object("SELECT * FROM Box"), tin = lab.definition("Tin");
    BSTR name = nullptr;
    VARIANT variant;
    assert_text(walk(box.get(), WBEM_FLAG_NONSYSTEM_ONLY),
                "Name=VT_BSTR b Size=VT_I4 8 Next=VT_NULL Label=VT_BSTR l Since=VT_NULL");
    assert_text(walk(box.get(), WBEM_FLAG_KEYS_ONLY), "Name=VT_BSTR b");
    assert_text(walk(tin.get(), WBEM_FLAG_CLASS_OVERRIDES_ONLY), "Size=VT_I4 8");
    assert_text(walk(tin.get(), WBEM_FLAG_ONLY_IF_TRUE), "WBEM_E_INVALID_PARAMETER");
    assert_int_equal(box->Next(0, &name, nullptr, nullptr, nullptr), WBEM_E_UNEXPECTED);
    assert_int_equal(box->BeginEnumeration(WBEM_FLAG_LOCAL_ONLY), WBEM_S_NO_ERROR);
    assert_int_equal(box->Next(1, &name, nullptr, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(box->Next(0, &name, nullptr, nullptr, nullptr), WBEM_S_NO_ERROR);
    assert_text(text_of(name), "Name");
    assert_int_equal(box->BeginEnumeration(WBEM_FLAG_LOCAL_ONLY), WBEM_S_NO_ERROR); /* again from the first */
    assert_int_equal(box->Next(0, nullptr, &variant, nullptr, nullptr), WBEM_S_NO_ERROR);
    assert_text(show(variant), "VT_BSTR b");
    VariantClear(&variant);
    assert_int_equal(box->Next(0, nullptr, nullptr, nullptr, nullptr), WBEM_S_NO_ERROR);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(box->Next(0, &name, nullptr, nullptr, nullptr), WBEM_S_NO_MORE_DATA);
        assert_null(name);
    }
    assert_int_equal(box->EndEnumeration(), WBEM_S_NO_ERROR);
    assert_int_equal(box->EndEnumeration(), WBEM_S_NO_ERROR);
}

/* -- qualifiers -------------------------------------------------------------------------------------------------- */

static std::string of_object(IWbemClassObject *object, long flags = 0) {
    IWbemQualifierSet *set = nullptr;
    assert_int_equal(object->GetQualifierSet(&set), S_OK);
    return qualifiers(Ref<IWbemQualifierSet>(set).get(), flags);
}

static std::string of_property(IWbemClassObject *object, const wchar_t *name, long flags = 0) {
    IWbemQualifierSet *set = nullptr;
    HRESULT result = object->GetPropertyQualifierSet(name, &set);
    if (result < 0) return code(result);
    return qualifiers(Ref<IWbemQualifierSet>(set).get(), flags);
}

static std::string of_method(IWbemClassObject *object, const wchar_t *name) {
    IWbemQualifierSet *set = nullptr;
    HRESULT result = object->GetMethodQualifierSet(name, &set);
    if (result < 0) return code(result);
    return qualifiers(Ref<IWbemQualifierSet>(set).get());
}

static void a_class_has_its_own_qualifiers_and_those_that_come_down(void **) {
    ObjectLab lab(family);
    assert_text(of_object(lab.definition("Thing").get()), "Description=VT_BSTR things:3 Locale=VT_I4 1033:0");
    assert_text(of_object(lab.definition("Tin").get()), "Provider=VT_BSTR x:0 Description=VT_BSTR things:23");
    assert_text(of_object(lab.definition("Box").get()), "Description=VT_BSTR things:23");
    assert_text(of_object(lab.object("SELECT * FROM Box").get()), "Description=VT_BSTR things:23");
    assert_text(of_object(lab.definition("Tin").get(), WBEM_FLAG_LOCAL_ONLY), "Provider=VT_BSTR x:0");
    assert_text(of_object(lab.definition("Tin").get(), WBEM_FLAG_PROPAGATED_ONLY), "Description=VT_BSTR things:23");
    assert_text(of_object(lab.definition("Tin").get(), WBEM_FLAG_SYSTEM_ONLY), "WBEM_E_INVALID_PARAMETER");
    assert_text(of_object(lab.definition("Links").get()), "Association=VT_BOOL -1:12");
    assert_text(of_object(lab.definition("Never").get()), "Abstract=VT_BOOL -1:0");
}

static void a_property_has_cimtype_and_what_its_class_lets_it_have(void **) {
    ObjectLab lab(family);
    Ref<IWbemClassObject> thing = lab.definition("Thing"), tin = lab.definition("Tin"), box = lab.definition("Box"),
                          row = lab.object("SELECT * FROM Box");
    assert_text(of_property(thing.get(), L"name"), "Key=VT_BOOL -1:13 Description=VT_BSTR a name:3 CIMTYPE=VT_BSTR string:3");
    assert_text(of_property(tin.get(), L"Name"), "Key=VT_BOOL -1:33 Description=VT_BSTR a name:23 CIMTYPE=VT_BSTR string:23");
    assert_text(of_property(tin.get(), L"Size"), "Override=VT_BSTR Size:0 MaxValue=VT_BSTR 9:2 CIMTYPE=VT_BSTR uint32:23");
    assert_text(of_property(box.get(), L"Size"), "MaxValue=VT_BSTR 9:22 CIMTYPE=VT_BSTR uint32:23");
    assert_text(of_property(box.get(), L"Next"), "CIMTYPE=VT_BSTR ref:Thing:23");
    assert_text(of_property(lab.definition("Links").get(), L"To", WBEM_FLAG_LOCAL_ONLY),
                "Key=VT_BOOL -1:13 CIMTYPE=VT_BSTR ref:3");
    assert_text(of_property(row.get(), L"Name"), "Key=VT_BOOL -1:33 Description=VT_BSTR a name:23 CIMTYPE=VT_BSTR string:23");
    assert_text(of_property(row.get(), L"Name", WBEM_FLAG_LOCAL_ONLY), "");
    assert_text(of_property(row.get(), L"__PATH"), "WBEM_E_SYSTEM_PROPERTY");
    assert_text(of_property(row.get(), L"None"), "WBEM_E_NOT_FOUND");
    assert_text(of_property(row.get(), nullptr), "WBEM_E_INVALID_PARAMETER");
}

static void a_qualifier_set_answers_by_name(void **) {
    ObjectLab lab(family);
    IWbemQualifierSet *set = nullptr;
    VARIANT variant;
    SAFEARRAY *array = nullptr;
    long flavor;
    {
        Ref<IWbemClassObject> thing = lab.definition("Thing");
        assert_int_equal(thing->GetPropertyQualifierSet(L"Name", &set), S_OK);
    }
    lab.close(); /* the set keeps what it needs */
    Ref<IWbemQualifierSet> kept(set);
    assert_int_equal(set->Get(L"DESCRIPTION", 0, &variant, &flavor), S_OK);
    assert_text(show(variant), "VT_BSTR a name");
    assert_int_equal(flavor, 3);
    VariantClear(&variant);
    assert_int_equal(set->Get(L"key", 0, nullptr, nullptr), S_OK);
    assert_int_equal(set->Get(L"none", 0, nullptr, nullptr), WBEM_E_NOT_FOUND);
    assert_int_equal(set->Get(nullptr, 0, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(set->Get(L"key", 1, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(set->Get(L"\xdc00", 0, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(set->GetNames(0, &array), S_OK);
    assert_int_equal(array->rgsabound[0].cElements, 3);
    SafeArrayDestroy(array);
    assert_int_equal(set->GetNames(0, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(set->GetNames(1, &array), WBEM_E_INVALID_PARAMETER);
    assert_null(array);
    assert_int_equal(set->Next(0, nullptr, nullptr, nullptr), WBEM_E_UNEXPECTED);
    assert_int_equal(set->BeginEnumeration(WBEM_FLAG_PROPAGATED_ONLY), S_OK);
    assert_int_equal(set->Next(0, nullptr, nullptr, nullptr), WBEM_S_NO_MORE_DATA);
    VariantInit(&variant);
    assert_int_equal(set->Put(L"x", &variant, 0), WBEM_E_NOT_SUPPORTED);
    assert_int_equal(set->Put(nullptr, &variant, 0), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(set->Put(L"", &variant, 0), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(set->Delete(L"x"), WBEM_E_NOT_SUPPORTED);
    assert_int_equal(set->Delete(L""), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(set->Delete(nullptr), WBEM_E_INVALID_PARAMETER);
}

/* -- methods ----------------------------------------------------------------------------------------------------- */

static void a_method_is_two_classes_of_parameters(void **) {
    ObjectLab lab(family);
    Ref<IWbemClassObject> tin = lab.definition("Tin");
    IWbemClassObject *in = nullptr, *out = nullptr;
    assert_int_equal(tin->GetMethod(L"oPEN", 0, &in, &out), S_OK);
    Ref<IWbemClassObject> kept_in(in), kept_out(out);
    tin = Ref<IWbemClassObject>();
    lab.close();
    assert_text(value(in, L"__CLASS"), "VT_BSTR __PARAMETERS");
    assert_text(value(in, L"__GENUS"), "VT_I4 1");
    assert_text(value(in, L"__PROPERTY_COUNT"), "VT_I4 2");
    assert_text(value(in, L"__NAMESPACE"), "VT_BSTR root\\lab");
    assert_text(names(in, WBEM_FLAG_NONSYSTEM_ONLY), "How Count");
    assert_text(names(out, WBEM_FLAG_NONSYSTEM_ONLY), "Count Found ReturnValue");
    assert_int_equal(type_of(in, L"Count"), CIM_UINT32 | CIM_FLAG_ARRAY);
    assert_int_equal(type_of(out, L"ReturnValue"), CIM_UINT32);
    assert_text(value(out, L"Found"), "VT_NULL");
    assert_text(of_property(in, L"How"), "CIMTYPE=VT_BSTR string:3 in=VT_BOOL -1:12 ID=VT_I4 0:11");
    assert_text(of_property(in, L"Count"), "CIMTYPE=VT_BSTR uint32:3 in=VT_BOOL -1:12 out=VT_BOOL -1:12 ID=VT_I4 1:11");
    assert_text(of_property(out, L"Found"), "CIMTYPE=VT_BSTR ref:Thing:3 out=VT_BOOL -1:12 ID=VT_I4 2:11");
    assert_text(of_property(out, L"ReturnValue"), "CIMTYPE=VT_BSTR uint32:3 out=VT_BOOL -1:12");
    assert_int_equal(in->InheritsFrom(L"__parameters"), WBEM_S_NO_ERROR);
    assert_int_equal(in->InheritsFrom(L"Tin"), WBEM_S_FALSE);
}

static void methods_without_parameters_and_methods_that_are_not_there(void **) {
    ObjectLab lab(family);
    Ref<IWbemClassObject> tin = lab.definition("Tin"), row = lab.object("SELECT * FROM Box");
    IWbemClassObject *in = tin.get(), *out = tin.get();
    BSTR text = nullptr;
    assert_int_equal(tin->GetMethod(L"Shut", 0, &in, &out), S_OK);
    assert_null(in);
    assert_null(out);
    assert_int_equal(tin->GetMethod(L"Own", 0, nullptr, &out), S_OK);
    assert_text(names(Ref<IWbemClassObject>(out).get(), WBEM_FLAG_NONSYSTEM_ONLY), "ReturnValue");
    assert_int_equal(tin->GetMethod(L"None", 0, &in, &out), WBEM_E_NOT_FOUND);
    assert_int_equal(tin->GetMethod(nullptr, 0, &in, &out), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(tin->GetMethod(L"Own", 1, &in, &out), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(row->GetMethod(L"Own", 0, &in, &out), WBEM_E_ILLEGAL_OPERATION);
    assert_int_equal(row->BeginMethodEnumeration(0), WBEM_E_ILLEGAL_OPERATION);
    assert_int_equal(row->GetMethodOrigin(L"Own", &text), WBEM_E_ILLEGAL_OPERATION);
    assert_text(of_method(row.get(), L"Own"), "8004101E");
    assert_text(of_method(tin.get(), L"Open"), "Deprecated=VT_BSTR[] {no}:0");
    assert_text(of_method(tin.get(), L"Shut"), "Static=VT_BOOL -1:32");
    assert_text(of_method(tin.get(), L"None"), "WBEM_E_NOT_FOUND");
    assert_int_equal(tin->GetMethodOrigin(L"Open", &text), S_OK);
    assert_text(text_of(text), "Thing");
    assert_int_equal(lab.definition("Box")->GetMethodOrigin(L"own", &text), S_OK);
    assert_text(text_of(text), "Tin");
}

static std::string methods(IWbemClassObject *object, long flags) {
    std::string out;
    HRESULT result = object->BeginMethodEnumeration(flags);
    if (result < 0) return code(result);
    for (BSTR name; (result = object->NextMethod(0, &name, nullptr, nullptr)) == WBEM_S_NO_ERROR;)
        out += (out.empty() ? "" : " ") + text_of(name);
    assert_int_equal(result, WBEM_S_NO_MORE_DATA);
    assert_int_equal(object->EndMethodEnumeration(), S_OK);
    return out;
}

static void methods_one_after_the_other(void **) {
    ObjectLab lab(family);
    Ref<IWbemClassObject> tin = lab.definition("Tin");
    IWbemClassObject *in = nullptr, *out = nullptr;
    BSTR name = nullptr;
    assert_text(methods(tin.get(), 0), "Open Shut Own");
    assert_text(methods(tin.get(), WBEM_FLAG_LOCAL_ONLY), "Open Own");
    assert_text(methods(tin.get(), WBEM_FLAG_PROPAGATED_ONLY), "Shut");
    assert_text(methods(lab.definition("Box").get(), WBEM_FLAG_LOCAL_ONLY), "");
    assert_text(methods(tin.get(), WBEM_FLAG_KEYS_ONLY), "WBEM_E_INVALID_PARAMETER");
    assert_int_equal(tin->NextMethod(0, &name, &in, &out), WBEM_E_UNEXPECTED);
    assert_int_equal(tin->BeginMethodEnumeration(0), S_OK);
    assert_int_equal(tin->NextMethod(1, &name, &in, &out), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(tin->NextMethod(0, &name, &in, &out), S_OK);
    assert_text(text_of(name), "Open");
    assert_text(names(Ref<IWbemClassObject>(in).get(), WBEM_FLAG_NONSYSTEM_ONLY), "How Count");
    assert_text(names(Ref<IWbemClassObject>(out).get(), WBEM_FLAG_NONSYSTEM_ONLY), "Count Found ReturnValue");
}

/* -- where from, copies, comparison, text ------------------------------------------------------------------------ */

static void origins_and_ancestors(void **) {
    ObjectLab lab(family);
    Ref<IWbemClassObject> box = lab.definition("Box"), row = lab.object("SELECT * FROM Box");
    BSTR text = nullptr;
    for (IWbemClassObject *each : {box.get(), row.get()}) {
        assert_int_equal(each->GetPropertyOrigin(L"SIZE", &text), S_OK);
        assert_text(text_of(text), "Thing");
        assert_int_equal(each->GetPropertyOrigin(L"Label", &text), S_OK);
        assert_text(text_of(text), "Tin");
        assert_int_equal(each->GetPropertyOrigin(L"Since", &text), S_OK);
        assert_text(text_of(text), "Box");
        assert_int_equal(each->GetPropertyOrigin(L"None", &text), WBEM_E_NOT_FOUND);
        assert_null(text);
        assert_int_equal(each->GetPropertyOrigin(L"__PATH", &text), WBEM_E_NOT_FOUND);
        assert_int_equal(each->GetPropertyOrigin(nullptr, &text), WBEM_E_INVALID_PARAMETER);
        assert_int_equal(each->GetPropertyOrigin(L"Size", nullptr), WBEM_E_INVALID_PARAMETER);
        assert_int_equal(each->InheritsFrom(L"thing"), WBEM_S_NO_ERROR);
        assert_int_equal(each->InheritsFrom(L"Box"), WBEM_S_NO_ERROR);
        assert_int_equal(each->InheritsFrom(L"Links"), WBEM_S_FALSE);
        assert_int_equal(each->InheritsFrom(L""), WBEM_S_FALSE);
        assert_int_equal(each->InheritsFrom(nullptr), WBEM_E_INVALID_PARAMETER);
        assert_int_equal(each->InheritsFrom(L"\xd800"), WBEM_E_INVALID_PARAMETER);
    }
}

static void a_clone_says_the_same_and_walks_by_itself(void **) {
    ObjectLab lab(family);
    Ref<IWbemClassObject> row = lab.object("SELECT * FROM Box");
    IWbemClassObject *copy = nullptr;
    BSTR name = nullptr;
    assert_int_equal(row->BeginEnumeration(WBEM_FLAG_NONSYSTEM_ONLY), S_OK);
    assert_int_equal(row->Clone(&copy), S_OK);
    Ref<IWbemClassObject> kept(copy);
    assert_int_equal(copy->Next(0, &name, nullptr, nullptr, nullptr), WBEM_E_UNEXPECTED);
    assert_text(walk(copy, WBEM_FLAG_KEYS_ONLY), "Name=VT_BSTR b");
    assert_int_equal(row->Next(0, &name, nullptr, nullptr, nullptr), S_OK);
    assert_text(text_of(name), "Name");
    assert_int_equal(copy->CompareTo(0, row.get()), WBEM_S_SAME);
    row = Ref<IWbemClassObject>();
    lab.close();
    assert_text(value(copy, L"__RELPATH"), "VT_BSTR Box.Name=\"b\"");
    assert_int_equal(copy->Clone(nullptr), WBEM_E_INVALID_PARAMETER);
}

static HRESULT compare(ObjectLab &lab, const char *left, const char *right, long flags) {
    Ref<IWbemClassObject> a = lab.object(left), b = lab.object(right);
    HRESULT there = a->CompareTo(flags, b.get());
    assert_int_equal(b->CompareTo(flags, a.get()), there);
    assert_int_equal(a->CompareTo(flags, a.get()), WBEM_S_SAME);
    return there;
}

static void instances_are_compared(void **) {
    ObjectLab lab(
        "class P { string W; real64 R[]; }; class T { [Key] string K; string S; uint32 N; P E; string A[]; };"
        "class U : T { };"
        "instance of T { K = \"a\"; S = \"x\"; N = 1; E = instance of P { W = \"w\"; R = {0.5}; }; A = {\"1\", \"2\"}; };"
        "instance of T { K = \"b\"; S = \"X\"; N = 1; E = instance of P { W = \"W\"; R = {0.5}; }; A = {\"1\", \"2\"}; };"
        "instance of T { K = \"c\"; S = \"x\"; N = 1; E = instance of P { W = \"w\"; R = {0.25}; }; A = {\"1\", \"2\"}; };"
        "instance of U { K = \"d\"; S = \"x\"; N = 1; E = instance of P { W = \"w\"; R = {0.5}; }; A = {\"1\", \"2\"}; };");
    const char *a = "SELECT S, N, E, A FROM T WHERE K = 'a'", *b = "SELECT S, N, E, A FROM T WHERE K = 'b'",
               *c = "SELECT S, N, E, A FROM T WHERE K = 'c'", *d = "SELECT S, N, E, A FROM T WHERE K = 'd'";
    assert_int_equal(compare(lab, a, a, 0), WBEM_S_SAME);
    assert_int_equal(compare(lab, a, b, 0), WBEM_S_DIFFERENT);
    assert_int_equal(compare(lab, a, b, WBEM_FLAG_IGNORE_CASE), WBEM_S_SAME);
    assert_int_equal(compare(lab, a, c, WBEM_FLAG_IGNORE_CASE), WBEM_S_DIFFERENT);
    assert_int_equal(compare(lab, a, d, 0), WBEM_S_DIFFERENT); /* another class */
    assert_int_equal(compare(lab, a, d, WBEM_FLAG_IGNORE_CLASS), WBEM_S_SAME);
    assert_int_equal(compare(lab, a, "SELECT S, N, E FROM T WHERE K = 'a'", 0), WBEM_S_DIFFERENT);
    assert_int_equal(compare(lab, "SELECT N FROM T WHERE K = 'a'", "SELECT N FROM T WHERE K = 'b'", 0), WBEM_S_SAME);
    Ref<IWbemClassObject> object = lab.object(a);
    assert_int_equal(object->CompareTo(0, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(object->CompareTo(0x40, object.get()), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(object->CompareTo(-1, object.get()), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(object->CompareTo(0, lab.definition("T").get()), WBEM_S_DIFFERENT);
}

/* The same class of two namespaces, but for one thing. */
static HRESULT compare_classes(const char *left, const char *right, long flags) {
    ObjectLab a(left), b(right);
    Ref<IWbemClassObject> one = a.definition("T"), two = b.definition("T");
    HRESULT there = one->CompareTo(flags, two.get());
    assert_int_equal(two->CompareTo(flags, one.get()), there);
    return there;
}

/* An object of somebody else's: it says what another one says, but for one method, which claims to have made something. */
class Foreign final : public IWbemClassObject {
  public:
    enum Fault { None, NoSet, NoPropertySet, NoNames, NamesOfNumbers, NoCopy, ArrayOfNumbers };
    Foreign(IWbemClassObject *as, Fault fault) : as_(as), fault_(fault) {}

    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void **out) override { return *out = nullptr, E_NOINTERFACE; }
    ULONG STDMETHODCALLTYPE AddRef() override { return ++refs; }
    ULONG STDMETHODCALLTYPE Release() override { return --refs; }
    HRESULT STDMETHODCALLTYPE GetQualifierSet(IWbemQualifierSet **set) override {
        return fault_ == NoSet ? (*set = nullptr, S_OK) : as_->GetQualifierSet(set);
    }
    HRESULT STDMETHODCALLTYPE Get(LPCWSTR name, long flags, VARIANT *value, CIMTYPE *type, long *flavor) override {
        HRESULT result = as_->Get(name, flags, value, type, flavor);
        if (fault_ != ArrayOfNumbers || !value || value->vt != (VT_ARRAY | VT_BSTR)) return result;
        SafeArrayDestroy(value->parray);
        value->parray = SafeArrayCreateVector(VT_I4, 0, 2);
        return result;
    }
    HRESULT STDMETHODCALLTYPE Put(LPCWSTR, long, VARIANT *, CIMTYPE) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE Delete(LPCWSTR) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetNames(LPCWSTR qualifier, long flags, VARIANT *value, SAFEARRAY **out) override {
        if (fault_ == NoNames) return *out = nullptr, S_OK;
        if (fault_ == NamesOfNumbers) return *out = SafeArrayCreateVector(VT_I4, 0, 4), S_OK;
        return as_->GetNames(qualifier, flags, value, out);
    }
    HRESULT STDMETHODCALLTYPE BeginEnumeration(long) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE Next(long, BSTR *, VARIANT *, CIMTYPE *, long *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE EndEnumeration() override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetPropertyQualifierSet(LPCWSTR name, IWbemQualifierSet **set) override {
        return fault_ == NoPropertySet ? (*set = nullptr, S_OK) : as_->GetPropertyQualifierSet(name, set);
    }
    HRESULT STDMETHODCALLTYPE Clone(IWbemClassObject **copy) override {
        return fault_ == NoCopy ? (*copy = nullptr, S_OK) : as_->Clone(copy);
    }
    HRESULT STDMETHODCALLTYPE GetObjectText(long, BSTR *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE SpawnDerivedClass(long, IWbemClassObject **) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE SpawnInstance(long, IWbemClassObject **) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE CompareTo(long, IWbemClassObject *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetPropertyOrigin(LPCWSTR, BSTR *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE InheritsFrom(LPCWSTR) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetMethod(LPCWSTR, long, IWbemClassObject **, IWbemClassObject **) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE PutMethod(LPCWSTR, long, IWbemClassObject *, IWbemClassObject *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE DeleteMethod(LPCWSTR) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE BeginMethodEnumeration(long) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE NextMethod(long, BSTR *, IWbemClassObject **, IWbemClassObject **) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE EndMethodEnumeration() override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetMethodQualifierSet(LPCWSTR, IWbemQualifierSet **) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetMethodOrigin(LPCWSTR, BSTR *) override { return E_NOTIMPL; }

    ULONG refs = 1;

  private:
    IWbemClassObject *as_;
    Fault fault_;
};

static void an_object_of_somebody_elses_may_say_anything(void **) {
    ObjectLab lab("class T { [Key] string K; string A[]; }; instance of T { K = \"a\"; A = {\"1\", \"2\"}; };");
    Ref<IWbemClassObject> row = lab.object("SELECT * FROM T"), same = lab.object("SELECT * FROM T"), cls = lab.definition("T");
    const struct {
        Foreign::Fault fault;
        HRESULT wanted;
    } faults[] = {{Foreign::None, WBEM_S_SAME},
                  {Foreign::NoSet, WBEM_E_INVALID_OBJECT},
                  {Foreign::NoPropertySet, WBEM_E_INVALID_OBJECT},
                  {Foreign::NoNames, WBEM_E_INVALID_OBJECT},
                  {Foreign::NamesOfNumbers, WBEM_E_INVALID_OBJECT},
                  {Foreign::ArrayOfNumbers, WBEM_E_INVALID_OBJECT}};
    for (const auto &each : faults) {
        Foreign foreign(same.get(), each.fault);
        assert_int_equal(row->CompareTo(0, &foreign), each.wanted);
        assert_int_equal(foreign.refs, 1);
    }
    Foreign foreign(cls.get(), Foreign::NoCopy);
    assert_int_equal(lab.definition("T")->CompareTo(0, &foreign), WBEM_E_INVALID_OBJECT);
}

static void classes_are_compared(void **) {
    const char *plain = "[Description(\"d\")] class T { [Key] string K; uint32 N = 1; uint32 M([In] string A); };";
    assert_int_equal(compare_classes(plain, plain, 0), WBEM_S_SAME);
    assert_int_equal(
        compare_classes(plain, "[Description(\"d\")] class T { [Key] string K; uint32 N = 2; uint32 M([In] string A); };", 0),
        WBEM_S_DIFFERENT);
    assert_int_equal(compare_classes(plain,
                                     "[Description(\"d\")] class T { [Key] string K; uint32 N = 2; uint32 M([In] string A); };",
                                     WBEM_FLAG_IGNORE_DEFAULT_VALUES),
                     WBEM_S_SAME);
    assert_int_equal(compare_classes(plain,
                                     "[Description(\"d\")] class T { [Key] string K; uint16 N = 1; uint32 M([In] string A); };",
                                     WBEM_FLAG_IGNORE_DEFAULT_VALUES),
                     WBEM_S_DIFFERENT);
    const char *other_value = "[Description(\"D\")] class T { [Key] string K; uint32 N = 1; uint32 M([In] string A); };",
               *other_flavor =
                   "[Description(\"d\") : Restricted] class T { [Key] string K; uint32 N = 1; uint32 M([In] string A); };",
               *other_method = "[Description(\"d\")] class T { [Key] string K; uint32 N = 1; uint32 M([Out] string A); };";
    assert_int_equal(compare_classes(plain, other_value, 0), WBEM_S_DIFFERENT);
    assert_int_equal(compare_classes(plain, other_value, WBEM_FLAG_IGNORE_CASE), WBEM_S_SAME);
    assert_int_equal(compare_classes(plain, other_value, WBEM_FLAG_IGNORE_QUALIFIERS), WBEM_S_SAME);
    assert_int_equal(compare_classes(plain, other_flavor, 0), WBEM_S_DIFFERENT);
    assert_int_equal(compare_classes(plain, other_flavor, WBEM_FLAG_IGNORE_FLAVOR), WBEM_S_SAME);
    assert_int_equal(compare_classes(plain, other_method, WBEM_FLAG_IGNORE_QUALIFIERS), WBEM_S_DIFFERENT);
}

/* The namespace counts, unless it is not asked for. */
static void the_source_counts_unless_it_is_ignored(void **) {
    ObjectLab lab("class T { [Key] string K; }; instance of T { K = \"k\"; };"
                  "#pragma namespace(\"root/other\")\nclass T { [Key] string K; }; instance of T { K = \"k\"; };");
    wql_error err = WQL_INIT(wql_error);
    wql_session *session;
    wql_batch *batch;
    wql_call call;
    IWbemClassObject *other = nullptr;
    assert_int_equal(wql_session_open(lab.engine(), "root/other", nullptr, &session, &err), WQL_OK);
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM T"), nullptr, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_OK);
    assert_int_equal(wbem::make_object(batch, 0, &other), S_OK);
    wql_batch_release(batch);
    wql_call_close(call);
    wql_session_close(session);
    Ref<IWbemClassObject> kept(other), mine = lab.object("SELECT * FROM T");
    assert_int_equal(mine->CompareTo(0, other), WBEM_S_DIFFERENT);
    assert_int_equal(mine->CompareTo(WBEM_FLAG_IGNORE_OBJECT_SOURCE, other), WBEM_S_SAME);
}

static std::string mof(IWbemClassObject *object, long flags) {
    BSTR text = nullptr;
    HRESULT result = object->GetObjectText(flags, &text);
    return result < 0 ? code(result) : text_of(text);
}

static void text_is_mof(void **) {
    ObjectLab lab(family);
    Ref<IWbemClassObject> tin = lab.definition("Tin");
    IWbemClassObject *in = nullptr, *out = nullptr;
    assert_text(mof(lab.object("SELECT Name, Size FROM Box").get(), 0),
                "instance of Box {\n    Name = \"b\";\n    Size = 8;\n};\n");
    assert_text(mof(lab.definition("Thing").get(), WBEM_FLAG_NO_FLAVORS),
                "[Description(\"things\"),\n Locale(1033)]\nclass Thing {\n    [Key, Description(\"a name\")] string Name;\n"
                "    uint32 Size = 7;\n    Thing REF Next;\n    uint32 Open(\n        [In] string How,\n"
                "        [In, Out] uint32 Count[],\n        [Out] Thing REF Found);\n    [Static] void Shut();\n};\n");
    assert_non_null(strstr(mof(lab.definition("Thing").get(), 0).c_str(), "[Description(\"things\") : ToInstance,\n Locale"));
    assert_text(mof(tin.get(), 2), "WBEM_E_INVALID_PARAMETER");
    assert_int_equal(tin->GetObjectText(0, nullptr), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(tin->GetMethod(L"Open", 0, &in, &out), S_OK);
    Ref<IWbemClassObject> kept_in(in), kept_out(out);
    assert_text(mof(out, WBEM_FLAG_NO_FLAVORS),
                "[abstract]\nclass __PARAMETERS {\n    [in, out, ID(1)] uint32 Count[];\n    [out, ID(2)] Thing REF Found;\n"
                "    [out] uint32 ReturnValue;\n};\n");
    assert_non_null(strstr(mof(in, 0).c_str(), "ID(0) : DisableOverride ToInstance]"));
}

/* Colons within texts, braces and characters are not flavours. */
static void text_without_flavors_keeps_values(void **) {
    ObjectLab lab("[A(\"x : y], [\") : ToInstance, B{\"a:b\", \"]\"} : ToSubclass ToInstance, C(':') : Amended]"
                  "class T { [Key] string K; string Labels[] = {\"a : b\"}; datetime D = \"00000001000000.000000:000\"; };");
    assert_text(
        mof(lab.definition("T").get(), WBEM_FLAG_NO_FLAVORS),
        "[A(\"x : y], [\"),\n B{\"a:b\", \"]\"},\n C(':')]\nclass T {\n    [Key] string K;\n    string Labels[] = {\"a : b\"};\n"
        "    [SubType(\"interval\")] datetime D = \"00000001000000.000000:000\";\n};\n");
}

static void what_writes_is_not_served_yet(void **) {
    ObjectLab lab(family);
    VARIANT variant;
    VariantInit(&variant);
    for (const Ref<IWbemClassObject> &each : {lab.definition("Tin"), lab.object("SELECT * FROM Box")}) {
        IWbemClassObject *out = each.get();
        assert_int_equal(each->Put(L"Name", 0, &variant, 0), WBEM_E_NOT_SUPPORTED);
        assert_int_equal(each->Put(nullptr, 0, &variant, 0), WBEM_E_INVALID_PARAMETER);
        assert_int_equal(each->Put(L"", 0, &variant, 0), WBEM_E_INVALID_PARAMETER);
        assert_int_equal(each->Put(L"Name", 1, &variant, 0), WBEM_E_INVALID_PARAMETER);
        assert_int_equal(each->Delete(L"Name"), WBEM_E_NOT_SUPPORTED);
        assert_int_equal(each->Delete(nullptr), WBEM_E_INVALID_PARAMETER);
        assert_int_equal(each->SpawnInstance(0, &out), WBEM_E_NOT_SUPPORTED);
        assert_null(out);
        assert_int_equal(each->SpawnInstance(0, nullptr), WBEM_E_INVALID_PARAMETER);
        assert_int_equal(each->SpawnInstance(1, &out), WBEM_E_INVALID_PARAMETER);
        assert_int_equal(each->SpawnDerivedClass(0, &out), WBEM_E_NOT_SUPPORTED);
        assert_int_equal(each->PutMethod(L"M", 0, nullptr, nullptr), WBEM_E_NOT_SUPPORTED);
        assert_int_equal(each->PutMethod(nullptr, 0, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
        assert_int_equal(each->DeleteMethod(L"M"), WBEM_E_NOT_SUPPORTED);
        assert_int_equal(each->DeleteMethod(nullptr), WBEM_E_INVALID_PARAMETER);
    }
}

static void interfaces_and_counts(void **) {
    ObjectLab lab(family);
    Ref<IWbemClassObject> row = lab.object("SELECT * FROM Box");
    IUnknown *unknown = nullptr;
    void *none = row.get();
    assert_int_equal(row->QueryInterface(IID_IUnknown, reinterpret_cast<void **>(&unknown)), S_OK);
    assert_ptr_equal(unknown, row.get());
    assert_int_equal(unknown->Release(), 1);
    assert_int_equal(row->QueryInterface(IID_IWbemServices, &none), E_NOINTERFACE);
    assert_null(none);
    assert_int_equal(row->QueryInterface(IID_IUnknown, nullptr), E_POINTER);
    assert_int_equal(row->AddRef(), 2);
    assert_int_equal(row->Release(), 1);
}

static void the_empty_object(void **) {
    IWbemClassObject *made = nullptr, *in, *out;
    IWbemQualifierSet *set = nullptr;
    assert_int_equal(wbem::make_empty_object(&made), S_OK);
    Ref<IWbemClassObject> object(made);
    assert_text(value(made, L"__CLASS"), "VT_NULL");
    assert_text(value(made, L"__GENUS"), "VT_I4 1");
    assert_text(value(made, L"__PROPERTY_COUNT"), "VT_I4 0");
    assert_text(value(made, L"__PATH"), "VT_NULL");
    assert_text(value(made, L"__DERIVATION"), "VT_NULL");
    assert_text(value(made, L"Name"), "WBEM_E_NOT_FOUND");
    assert_text(names(made, WBEM_FLAG_NONSYSTEM_ONLY), "");
    assert_int_equal(made->InheritsFrom(L"x"), WBEM_S_FALSE);
    assert_int_equal(made->GetMethod(L"x", 0, &in, &out), WBEM_E_NOT_FOUND);
    assert_text(methods(made, 0), "");
    assert_text(mof(made, 0), "WBEM_E_INCOMPLETE_CLASS");
    assert_int_equal(made->GetQualifierSet(&set), S_OK);
    assert_text(qualifiers(Ref<IWbemQualifierSet>(set).get()), "");
    assert_int_equal(made->CompareTo(0, made), WBEM_S_SAME);
}

/* -- texts and values, the other way ----------------------------------------------------------------------------- */

static void ill_formed_bytes_become_replacement_characters(void **) {
    static const struct {
        const char *bytes;
        const wchar_t *wanted;
    } texts[] = {{"", L""},
                 {"plain", L"plain"},
                 {"eight888\xc3\xa9", L"eight888\u00e9"},
                 {"a\xff"
                  "b",
                  L"a\ufffdb"},
                 {"\xe2\x82", L"\ufffd"}, /* as far as it could go on */
                 {"\xe2\x82z", L"\ufffdz"},
                 {"\xc0\x80", L"\ufffd\ufffd"},           /* overlong */
                 {"\xed\xa0\x80", L"\ufffd\ufffd\ufffd"}, /* a surrogate */
                 {"\xf4\x90\x80\x80", L"\ufffd\ufffd\ufffd\ufffd"},
                 {"\xf0\x9f\x98\x80", L"\U0001f600"}};
    for (const auto &line : texts) {
        BSTR made = wbem::to_bstr(line.bytes);
        assert_int_equal(SysStringLen(made), wcslen(line.wanted));
        assert_int_equal(wcscmp(made, line.wanted), 0);
        SysFreeString(made);
    }
    BSTR made = wbem::to_bstr(wql_str{"a\0b", 3}); /* a NUL is a character */
    assert_int_equal(SysStringLen(made), 3);
    assert_int_equal(made[2], 'b');
    SysFreeString(made);
    made = wbem::to_bstr(static_cast<const char *>(nullptr));
    assert_non_null(made);
    assert_int_equal(SysStringLen(made), 0);
    SysFreeString(made);
}

static void wide_texts_become_utf8_or_are_refused(void **) {
    std::string out;
    assert_true(wbem::to_utf8(L"a\u00e9\u20ac\U0001f600", 4, &out));
    assert_text(out, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_true(wbem::to_utf8(L"\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff", 9, &out));
    assert_int_equal(out.size(), 1 + 2 + 2 + 3 + 3 + 3 + 3 + 4 + 4);
    for (wchar_t wrong :
         {static_cast<wchar_t>(0xd800), static_cast<wchar_t>(0xdfff), static_cast<wchar_t>(0x110000), static_cast<wchar_t>(-1)})
        assert_false(wbem::to_utf8(&wrong, 1, &out));
    assert_int_equal(wbem::read_text(nullptr, &out), WBEM_E_INVALID_PARAMETER);
    assert_int_equal(wbem::read_text(L"", &out), S_OK);
}

static std::string read(const VARIANT &variant) {
    wbem::OwnedValue made;
    HRESULT result = wbem::value_of(variant, &made);
    char text[100];
    if (result < 0) return code(result);
    wbem::OwnedValue copy = made, moved = std::move(made); /* each takes along what it points to */
    made = wbem::OwnedValue();
    (void)wql_value_format(&copy.value, text, sizeof text);
    copy = wbem::OwnedValue();
    std::string shown = text;
    (void)wql_value_format(&moved.value, text, sizeof text);
    assert_text(shown, text);
    return shown;
}

static void variants_are_read(void **) {
    VARIANT v;
    VariantInit(&v);
    assert_text(read(v), "NULL");
    v.vt = VT_NULL;
    assert_text(read(v), "NULL");
    v.vt = VT_I4;
    v.lVal = -5;
    assert_text(read(v), "-5");
    v.vt = VT_UI1;
    v.bVal = 200;
    assert_text(read(v), "200");
    v.vt = VT_UI8;
    v.ullVal = 18446744073709551615u;
    assert_text(read(v), "18446744073709551615");
    v.vt = VT_R8;
    v.dblVal = 1.5;
    assert_text(read(v), "1.5");
    v.vt = VT_BOOL;
    v.boolVal = VARIANT_TRUE;
    assert_text(read(v), "TRUE");
    v.vt = VT_BSTR;
    v.bstrVal = nullptr; /* an empty text */
    assert_text(read(v), "");
    v.bstrVal = SysAllocString(L"t\u00e9");
    assert_text(read(v), "t\xc3\xa9");
    v.bstrVal[0] = static_cast<wchar_t>(0xd800);
    assert_text(read(v), "WBEM_E_INVALID_PARAMETER");
    VariantClear(&v);
    v.vt = VT_DATE;
    assert_text(read(v), "WBEM_E_TYPE_MISMATCH");
    v.vt = VT_UNKNOWN;
    assert_text(read(v), "WBEM_E_TYPE_MISMATCH");
    v.vt = VT_I4 | VT_BYREF;
    assert_text(read(v), "WBEM_E_TYPE_MISMATCH");
    v.vt = VT_ARRAY | VT_I4;
    v.parray = nullptr;
    assert_text(read(v), "WBEM_E_INVALID_PARAMETER");
    v.parray = SafeArrayCreateVector(VT_I4, 0, 2);
    static_cast<LONG *>(v.parray->pvData)[1] = 7;
    assert_text(read(v), "{0, 7}");
    VariantClear(&v);
    v.vt = VT_ARRAY | VT_BSTR;
    v.parray = SafeArrayCreateVector(VT_BSTR, 0, 3);
    static_cast<BSTR *>(v.parray->pvData)[0] = SysAllocString(L"a");
    static_cast<BSTR *>(v.parray->pvData)[2] = SysAllocString(L"a text that does not fit where small ones do");
    assert_text(read(v), "{a, , a text that does not fit where small ones do}");
    VariantClear(&v);
    v.vt = VT_ARRAY | VT_UNKNOWN;
    v.parray = SafeArrayCreateVector(VT_UNKNOWN, 0, 0);
    assert_text(read(v), "WBEM_E_TYPE_MISMATCH");
    VariantClear(&v);
}

/* -- error objects ----------------------------------------------------------------------------------------------- */

static void a_failure_is_left_for_the_thread(void **) {
    wql_error error = WQL_INIT(wql_error);
    IErrorInfo *info = nullptr;
    IWbemClassObject *status = nullptr;
    GUID guid;
    DWORD context = 5;
    BSTR text = nullptr;
    error.status = WQL_E_INVALID_QUERY;
    error.line = error.column = 1;
    error.length = 3;
    strcpy(error.message, "no query");
    strcpy(error.provider, "shop");
    assert_int_equal((wbem::fail)(nullptr, error, "ExecQuery"), WBEM_E_INVALID_QUERY);
    assert_int_equal(GetErrorInfo(0, &info), S_OK);
    assert_int_equal(info->QueryInterface(IID_IWbemClassObject, reinterpret_cast<void **>(&status)), S_OK);
    assert_text(value(status, L"StatusCode"), "VT_I4 -2147217385");
    assert_text(value(status, L"Description"), "VT_BSTR no query");
    assert_text(value(status, L"Operation"), "VT_BSTR ExecQuery");
    assert_text(value(status, L"ParameterInfo"), "VT_BSTR offset=0;length=3;line=1;column=1");
    assert_text(value(status, L"ProviderName"), "VT_BSTR shop");
    assert_int_equal(status->InheritsFrom(L"__NotifyStatus"), WBEM_S_NO_ERROR);
    assert_int_equal(status->Release(), 1);
    assert_int_equal(info->GetDescription(&text), S_OK);
    assert_text(text_of(text), "no query");
    assert_int_equal(info->GetSource(&text), S_OK);
    assert_text(text_of(text), "shop");
    assert_int_equal(info->GetHelpFile(&text), S_OK);
    assert_null(text);
    assert_int_equal(info->GetHelpContext(&context), S_OK);
    assert_int_equal(context, 0);
    assert_int_equal(info->GetGUID(&guid), S_OK);
    assert_int_equal(info->GetDescription(nullptr), E_INVALIDARG);
    assert_int_equal(info->Release(), 0);
    assert_int_equal(GetErrorInfo(0, &info), S_FALSE); /* taken once */
    assert_int_equal((wbem::fail)(WBEM_E_LOCAL_CREDENTIALS, std::string(1000, 'x'), "ConnectServer"), WBEM_E_LOCAL_CREDENTIALS);
    assert_int_equal(GetErrorInfo(0, &info), S_OK);
    assert_int_equal(info->GetDescription(&text), S_OK);
    assert_int_equal(text_of(text).size(), 511);
    info->Release();
    std::string umlauts = "x"; /* and then two bytes each: the 511th is the first of two */
    while (umlauts.size() < 1000) umlauts += "\xc3\xa4";
    for (const std::string &message : {umlauts, umlauts.substr(1), umlauts.substr(0, 511)}) {
        (void)(wbem::fail)(WBEM_E_LOCAL_CREDENTIALS, message, "ConnectServer");
        assert_int_equal(GetErrorInfo(0, &info), S_OK);
        assert_int_equal(info->GetDescription(&text), S_OK);
        assert_text(text_of(text), message.substr(0, message[0] == 'x' ? 511 : 510).c_str());
        info->Release();
    }
}

int main() {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_becomes_what_wmi_makes_of_it),
        cmocka_unit_test(null_is_a_value_and_keeps_its_type),
        cmocka_unit_test(a_null_in_an_array_is_what_a_safearray_has_for_nothing),
        cmocka_unit_test(an_embedded_object_lives_by_itself),
        cmocka_unit_test(a_property_is_found_in_any_case_and_nothing_else_is),
        cmocka_unit_test(many_columns_are_found_by_a_table_as_without),
        cmocka_unit_test(what_was_not_selected_is_not_there),
        cmocka_unit_test(system_properties_of_instances_and_classes),
        cmocka_unit_test(a_class_by_itself),
        cmocka_unit_test(a_class_shows_defaults_and_what_it_inherits),
        cmocka_unit_test(an_instance_owns_what_its_class_does_not_say),
        cmocka_unit_test(a_qualifier_is_identical_by_its_value),
        cmocka_unit_test(names_by_every_condition),
        cmocka_unit_test(a_walk_goes_through_what_names_lists),
        cmocka_unit_test(a_class_has_its_own_qualifiers_and_those_that_come_down),
        cmocka_unit_test(a_property_has_cimtype_and_what_its_class_lets_it_have),
        cmocka_unit_test(a_qualifier_set_answers_by_name),
        cmocka_unit_test(a_method_is_two_classes_of_parameters),
        cmocka_unit_test(methods_without_parameters_and_methods_that_are_not_there),
        cmocka_unit_test(methods_one_after_the_other),
        cmocka_unit_test(origins_and_ancestors),
        cmocka_unit_test(a_clone_says_the_same_and_walks_by_itself),
        cmocka_unit_test(instances_are_compared),
        cmocka_unit_test(an_object_of_somebody_elses_may_say_anything),
        cmocka_unit_test(classes_are_compared),
        cmocka_unit_test(the_source_counts_unless_it_is_ignored),
        cmocka_unit_test(text_is_mof),
        cmocka_unit_test(text_without_flavors_keeps_values),
        cmocka_unit_test(what_writes_is_not_served_yet),
        cmocka_unit_test(interfaces_and_counts),
        cmocka_unit_test(the_empty_object),
        cmocka_unit_test(ill_formed_bytes_become_replacement_characters),
        cmocka_unit_test(wide_texts_become_utf8_or_are_refused),
        cmocka_unit_test(variants_are_read),
        cmocka_unit_test(a_failure_is_left_for_the_thread),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
