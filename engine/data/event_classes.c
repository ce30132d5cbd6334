/* SPDX-License-Identifier: MIT */
/* event_classes.c: the definitions of the system classes of events. Names and types are those that WMI documents. */
#include "event_classes.h"

#include "../base/fold.h"
#include "class_make.h"

#include <string.h>

enum { PROPERTIES_MAX = 4 };

typedef struct definition {
    const char *name, *superclass;
    wql_property_def properties[PROPERTIES_MAX]; /* up to the first without a name */
} definition;

#define ARRAY(type) ((type) | WQL_ARRAY)

/* Superclasses come first. */
static const definition definitions[WQL__EVENT_CLASSES] = {
    {"__SystemClass", NULL, {{.name = NULL}}},
    {"__IndicationRelated", "__SystemClass", {{.name = NULL}}},
    {"__Event",
     "__IndicationRelated",
     {{.name = "TIME_CREATED", .type = WQL_UINT64}, {.name = "SECURITY_DESCRIPTOR", .type = ARRAY(WQL_UINT8)}}},
    {"__AggregateEvent",
     "__IndicationRelated",
     {{.name = "NumberOfEvents", .type = WQL_UINT32}, {.name = "Representative", .type = WQL_OBJECT}}},
    {"__ExtrinsicEvent", "__Event", {{.name = NULL}}},
    {"__SystemEvent", "__ExtrinsicEvent", {{.name = NULL}}},
    {"__EventDroppedEvent",
     "__SystemEvent",
     {{.name = "Event", .type = WQL_OBJECT}, {.name = "IntendedConsumer", .type = WQL_REFERENCE}}},
    {"__EventQueueOverflowEvent", "__EventDroppedEvent", {{.name = "CurrentQueueSize", .type = WQL_UINT32}}},
    {"__ConsumerFailureEvent",
     "__EventDroppedEvent",
     {{.name = "ErrorCode", .type = WQL_UINT32},
      {.name = "ErrorDescription", .type = WQL_STRING},
      {.name = "ErrorObject", .type = WQL_OBJECT}}},
    {"__TimerEvent", "__Event", {{.name = "TimerId", .type = WQL_STRING}, {.name = "NumFirings", .type = WQL_UINT32}}},
    {"__NamespaceOperationEvent", "__Event", {{.name = "TargetNamespace", .type = WQL_OBJECT}}},
    {"__NamespaceCreationEvent", "__NamespaceOperationEvent", {{.name = NULL}}},
    {"__NamespaceDeletionEvent", "__NamespaceOperationEvent", {{.name = NULL}}},
    {"__NamespaceModificationEvent", "__NamespaceOperationEvent", {{.name = "PreviousNamespace", .type = WQL_OBJECT}}},
    {"__ClassOperationEvent", "__Event", {{.name = "TargetClass", .type = WQL_OBJECT}}},
    {"__ClassCreationEvent", "__ClassOperationEvent", {{.name = NULL}}},
    {"__ClassDeletionEvent", "__ClassOperationEvent", {{.name = NULL}}},
    {"__ClassModificationEvent", "__ClassOperationEvent", {{.name = "PreviousClass", .type = WQL_OBJECT}}},
    {"__InstanceOperationEvent", "__Event", {{.name = "TargetInstance", .type = WQL_OBJECT}}},
    {"__InstanceCreationEvent", "__InstanceOperationEvent", {{.name = NULL}}},
    {"__InstanceDeletionEvent", "__InstanceOperationEvent", {{.name = NULL}}},
    {"__InstanceModificationEvent", "__InstanceOperationEvent", {{.name = "PreviousInstance", .type = WQL_OBJECT}}},
    {"__MethodInvocationEvent",
     "__InstanceOperationEvent",
     {{.name = "Method", .type = WQL_STRING},
      {.name = "Parameters", .type = WQL_OBJECT},
      {.name = "PreCall", .type = WQL_BOOLEAN}}},
    {"__ExtendedStatus",
     "__SystemClass",
     {{.name = "ProviderName", .type = WQL_STRING},
      {.name = "Operation", .type = WQL_STRING},
      {.name = "ParameterInfo", .type = WQL_STRING},
      {.name = "StatusCode", .type = WQL_UINT32}}},
};

const wql_class *wql__event_class_find(const wql__event_classes *classes, wql_str name) {
    for (uint32_t i = 0; i < classes->count; i++)
        if (wql__fold_equal(classes->classes[i]->name, name)) return classes->classes[i];
    return NULL;
}

wql_status wql__event_classes_make(wql__mem *mem, const char *ns, const char *server, wql__event_classes *out, wql_error *err) {
    out->count = 0;
    for (; out->count < WQL__EVENT_CLASSES; out->count++) {
        const definition *from = &definitions[out->count];
        const wql_class *superclass = from->superclass ? wql__event_class_find(out, wql_s(from->superclass)) : NULL;
        wql_class_def def = WQL_INIT(wql_class_def);
        wql_status status;
        def.name = from->name;
        def.superclass = from->superclass;
        def.flags = WQL_ABSTRACT;
        def.properties = from->properties;
        while (def.property_count < PROPERTIES_MAX && from->properties[def.property_count].name) def.property_count++;
        status = wql__class_make(mem, &def, (wql_class *)(uintptr_t)superclass, ns, server, &out->classes[out->count], err);
        if (status < 0) {
            wql__event_classes_release(out);
            return status;
        }
    }
    return WQL_OK;
}

void wql__event_classes_release(wql__event_classes *classes) {
    while (classes->count) wql_class_release(classes->classes[--classes->count]);
}
