/* SPDX-License-Identifier: MIT */
/* mof_known.c: the qualifiers that need no declaration: those of DSP0004, of the CIM schema and of WMI. What a set declares
 * itself comes before them. */
#include "mof.h"

#include <string.h>

enum {
    TEXT = WQL_STRING,
    TEXTS = WQL_STRING | WQL_ARRAY,
    FLAG = WQL_BOOLEAN,
    CLASS = WQL__MOF_ON_CLASS | WQL__MOF_ON_ASSOCIATION | WQL__MOF_ON_INDICATION,
    FIELD = WQL__MOF_ON_PROPERTY | WQL__MOF_ON_REFERENCE,
    DATA = FIELD | WQL__MOF_ON_METHOD | WQL__MOF_ON_PARAMETER,
    ANY = WQL__MOF_ON_ANY,
    /* flavours */
    FIXED = WQL__MOF_DISABLE_OVERRIDE | WQL__MOF_TO_SUBCLASS,
    OPEN = WQL__MOF_ENABLE_OVERRIDE | WQL__MOF_TO_SUBCLASS,
    OWN = WQL__MOF_ENABLE_OVERRIDE | WQL__MOF_RESTRICTED
};

static const wql__mof_known known[] = {
    {"Abstract", FLAG, CLASS, OWN},
    {"Aggregate", FLAG, WQL__MOF_ON_REFERENCE, FIXED},
    {"Aggregation", FLAG, CLASS, FIXED},
    {"Alias", TEXT, FIELD | WQL__MOF_ON_METHOD, OPEN},
    {"ArrayType", TEXT, FIELD | WQL__MOF_ON_PARAMETER, FIXED},
    {"Association", FLAG, CLASS, FIXED},
    {"BitMap", TEXTS, DATA, OPEN},
    {"BitValues", TEXTS, DATA, OPEN},
    {"CIM_Key", FLAG, FIELD, FIXED},
    {"CIMType", TEXT, ANY, OPEN},
    {"ClassConstraint", TEXTS, CLASS, OPEN},
    {"Composition", FLAG, CLASS, FIXED},
    {"Constructor", FLAG, WQL__MOF_ON_METHOD, OPEN},
    {"Correlatable", TEXTS, FIELD, OPEN},
    {"Counter", FLAG, DATA, OPEN},
    {"CreateBy", TEXT, CLASS, OPEN},
    {"DN", FLAG, DATA, FIXED},
    {"DeleteBy", TEXT, CLASS, OPEN},
    {"Deprecated", TEXTS, ANY, OWN},
    {"Description", TEXT, ANY, OPEN},
    {"Destructor", FLAG, WQL__MOF_ON_METHOD, OPEN},
    {"DisplayDescription", TEXT, ANY, OPEN},
    {"DisplayName", TEXT, ANY, OPEN},
    {"Dynamic", FLAG, ANY, OWN},
    {"EmbeddedInstance", TEXT, DATA, OPEN},
    {"EmbeddedObject", FLAG, DATA, FIXED},
    {"Exception", FLAG, CLASS, FIXED},
    {"Expensive", FLAG, ANY, OPEN},
    {"Experimental", FLAG, ANY, OWN},
    {"Gauge", FLAG, DATA, OPEN},
    {"ID", WQL_SINT32, WQL__MOF_ON_PARAMETER | FIELD, FIXED},
    {"IfDeleted", FLAG, ANY, OPEN},
    {"Implemented", FLAG, WQL__MOF_ON_METHOD, OWN},
    {"In", FLAG, WQL__MOF_ON_PARAMETER | FIELD, FIXED},
    {"Indexed", FLAG, FIELD, OPEN},
    {"Indication", FLAG, CLASS, FIXED},
    {"Invisible", FLAG, ANY, OPEN},
    {"IsPUnit", FLAG, DATA, OPEN},
    {"Key", FLAG, FIELD, FIXED},
    {"Large", FLAG, ANY, OPEN},
    {"Lazy", FLAG, FIELD, OPEN},
    {"Locale", WQL_SINT32, ANY, OPEN},
    {"MappingStrings", TEXTS, ANY, OPEN},
    {"Max", WQL_UINT32, FIELD | WQL__MOF_ON_PARAMETER, OPEN},
    {"MaxLen", WQL_UINT32, DATA, OPEN},
    {"MaxValue", WQL_SINT64, DATA, OPEN},
    {"MethodConstraint", TEXTS, WQL__MOF_ON_METHOD, OPEN},
    {"Min", WQL_UINT32, FIELD | WQL__MOF_ON_PARAMETER, OPEN},
    {"MinLen", WQL_UINT32, DATA, OPEN},
    {"MinValue", WQL_SINT64, DATA, OPEN},
    {"ModelCorrespondence", TEXTS, ANY, OPEN},
    {"Not_Null", FLAG, DATA, OPEN},
    {"NullValue", TEXT, FIELD, FIXED},
    {"OctetString", FLAG, DATA, FIXED},
    {"Optional", FLAG, WQL__MOF_ON_PARAMETER, OPEN},
    {"Out", FLAG, WQL__MOF_ON_PARAMETER | FIELD, FIXED},
    {"Override", TEXT, FIELD | WQL__MOF_ON_METHOD, OWN},
    {"PUnit", TEXT, DATA, OPEN},
    {"Privileges", TEXTS, ANY, OPEN},
    {"Propagated", TEXT, FIELD, FIXED},
    {"PropertyConstraint", TEXTS, FIELD, OPEN},
    {"PropertyUsage", TEXT, FIELD, OPEN},
    {"Provider", TEXT, ANY, OWN},
    {"Read", FLAG, FIELD, OPEN},
    {"Reference", TEXT, FIELD, OPEN},
    {"Required", FLAG, DATA, FIXED},
    {"RetVal", FLAG, WQL__MOF_ON_PARAMETER, OPEN},
    {"Revision", TEXT, CLASS, OPEN},
    {"Schema", TEXT, FIELD | WQL__MOF_ON_METHOD, FIXED},
    {"Singleton", FLAG, CLASS, FIXED},
    {"Static", FLAG, FIELD | WQL__MOF_ON_METHOD, FIXED},
    {"Structure", FLAG, CLASS, FIXED},
    {"SubType", TEXT, DATA, OPEN},
    {"SupportsCreate", FLAG, CLASS, OPEN},
    {"SupportsDelete", FLAG, CLASS, OPEN},
    {"SupportsUpdate", FLAG, CLASS, OPEN},
    {"Syntax", TEXT, DATA, OPEN},
    {"SyntaxType", TEXT, DATA, OPEN},
    {"Terminal", FLAG, CLASS, OWN},
    {"TriggerType", TEXT, ANY, OPEN},
    {"UMLPackagePath", TEXT, CLASS, OPEN},
    {"UUID", TEXT, CLASS, OWN},
    {"Units", TEXT, DATA, OPEN},
    {"UnknownValues", TEXTS, FIELD, FIXED},
    {"UnsupportedValues", TEXTS, FIELD, FIXED},
    {"ValueMap", TEXTS, DATA, OPEN},
    {"Values", TEXTS, DATA, OPEN},
    {"Version", TEXT, CLASS, OWN},
    {"Volatile", FLAG, FIELD, OPEN},
    {"Weak", FLAG, WQL__MOF_ON_REFERENCE | FIELD, FIXED},
    {"Write", FLAG, FIELD, OPEN},
    {"XMLNamespaceName", TEXT, DATA | CLASS, OPEN},
};

const wql__mof_known *wql__mof_known_qualifier(uint32_t number) {
    return number < sizeof known / sizeof known[0] ? &known[number] : NULL;
}

static void learn(wql__mof_compiler *compiler, wql__mof_declaration *declared) {
    wql__mof_set *set = compiler->set;
    wql__mof_symbol *symbol = declared->name.symbol;
    uint32_t type = declared->type.type | (declared->is_array ? WQL_ARRAY : 0);
    wql_value value;
    if (!symbol) return;
    if (symbol->folded->declaration) {
        wql__mof_error(set, declared->file, declared->name.place, WQL_E_ALREADY_EXISTS, "qualifier %s is declared twice",
                       symbol->text);
        return;
    }
    symbol->folded->declaration = declared;
    if (declared->type.type == WQL_NULL || declared->type.type == WQL_OBJECT || declared->type.type == WQL_REFERENCE)
        wql__mof_error(set, declared->file, declared->type.place, WQL_E_INVALID_PROPERTY_TYPE,
                       "a qualifier has one of CIM's plain types");
    else if (declared->value.is_given)
        (void)wql__mof_read_value(compiler, declared->file, &declared->value, type, symbol->text, set->arena, &value);
}

void wql__mof_learn_qualifiers(wql__mof_compiler *compiler) {
    for (uint32_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        wql__mof_symbol *symbol = wql__mof_intern(compiler->set, known[i].name, (uint32_t)strlen(known[i].name));
        if (symbol) symbol->folded->known = i + 1;
    }
    for (wql__mof_declaration *at = compiler->set->declarations; at; at = at->next) learn(compiler, at);
    compiler->has_declarations = compiler->set->declarations != NULL;
}
