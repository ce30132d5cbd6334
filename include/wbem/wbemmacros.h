/* SPDX-License-Identifier: MIT */
/* wbemmacros.h: what C code with COBJMACROS calls methods by: IWbemServices_ExecQuery(services, ...) for each method of each
 * interface, those of IUnknown too. Included by wbemcli.h. */
#ifndef WBEM_WBEMMACROS_H
#define WBEM_WBEMMACROS_H

#if !defined(__cplusplus) || defined(CINTERFACE)

/* -- of COM --------------------------------------------------------------------------------------------------------- */
#define IUnknown_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IUnknown_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IUnknown_Release(This) ((This)->lpVtbl->Release(This))

#define IErrorInfo_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IErrorInfo_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IErrorInfo_Release(This) ((This)->lpVtbl->Release(This))
#define IErrorInfo_GetGUID(This, ...) ((This)->lpVtbl->GetGUID(This, __VA_ARGS__))
#define IErrorInfo_GetSource(This, ...) ((This)->lpVtbl->GetSource(This, __VA_ARGS__))
#define IErrorInfo_GetDescription(This, ...) ((This)->lpVtbl->GetDescription(This, __VA_ARGS__))
#define IErrorInfo_GetHelpFile(This, ...) ((This)->lpVtbl->GetHelpFile(This, __VA_ARGS__))
#define IErrorInfo_GetHelpContext(This, ...) ((This)->lpVtbl->GetHelpContext(This, __VA_ARGS__))

/* Two that take their last argument in another type too (wbemcli.h says why). */
#ifdef __cplusplus
#define WBEM_NEXT(This, ...) ((This)->lpVtbl->Next(This, __VA_ARGS__))
#define WBEM_GET_CALL_STATUS(This, ...) ((This)->lpVtbl->GetCallStatus(This, __VA_ARGS__))
#else
WBEM_INLINE HRESULT wbem_next(IEnumWbemClassObject *objects, long timeout, ULONG count, IWbemClassObject **out, ULONG *returned) {
    return objects->lpVtbl->Next(objects, timeout, count, out, returned);
}
WBEM_INLINE HRESULT wbem_next_in_dword(IEnumWbemClassObject *objects, long timeout, ULONG count, IWbemClassObject **out,
                                       DWORD *returned) {
    ULONG got = 0;
    const HRESULT done = objects->lpVtbl->Next(objects, timeout, count, out, returned ? &got : NULL);
    if (returned) *returned = (DWORD)got;
    return done;
}
WBEM_INLINE HRESULT wbem_call_status(IWbemCallResult *result, long timeout, long *status) {
    return result->lpVtbl->GetCallStatus(result, timeout, status);
}
WBEM_INLINE HRESULT wbem_call_status_in_hresult(IWbemCallResult *result, long timeout, HRESULT *status) {
    long got = 0;
    const HRESULT done = result->lpVtbl->GetCallStatus(result, timeout, status ? &got : NULL);
    if (status) *status = (HRESULT)got;
    return done;
}
#define WBEM_NEXT(This, timeout, count, out, returned)                                                                           \
    (_Generic((returned), DWORD * : wbem_next_in_dword, default : wbem_next)(This, timeout, count, out, returned))
#define WBEM_GET_CALL_STATUS(This, timeout, status)                                                                              \
    (_Generic((status), HRESULT * : wbem_call_status_in_hresult, default : wbem_call_status)(This, timeout, status))
#endif

/* -- of clients ----------------------------------------------------------------------------------------------------- */
#define IWbemLocator_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemLocator_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemLocator_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemLocator_ConnectServer(This, ...) ((This)->lpVtbl->ConnectServer(This, __VA_ARGS__))

#define IWbemServices_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemServices_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemServices_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemServices_OpenNamespace(This, ...) ((This)->lpVtbl->OpenNamespace(This, __VA_ARGS__))
#define IWbemServices_CancelAsyncCall(This, ...) ((This)->lpVtbl->CancelAsyncCall(This, __VA_ARGS__))
#define IWbemServices_QueryObjectSink(This, ...) ((This)->lpVtbl->QueryObjectSink(This, __VA_ARGS__))
#define IWbemServices_GetObject(This, ...) ((This)->lpVtbl->GetObject(This, __VA_ARGS__))
#define IWbemServices_GetObjectAsync(This, ...) ((This)->lpVtbl->GetObjectAsync(This, __VA_ARGS__))
#define IWbemServices_PutClass(This, ...) ((This)->lpVtbl->PutClass(This, __VA_ARGS__))
#define IWbemServices_PutClassAsync(This, ...) ((This)->lpVtbl->PutClassAsync(This, __VA_ARGS__))
#define IWbemServices_DeleteClass(This, ...) ((This)->lpVtbl->DeleteClass(This, __VA_ARGS__))
#define IWbemServices_DeleteClassAsync(This, ...) ((This)->lpVtbl->DeleteClassAsync(This, __VA_ARGS__))
#define IWbemServices_CreateClassEnum(This, ...) ((This)->lpVtbl->CreateClassEnum(This, __VA_ARGS__))
#define IWbemServices_CreateClassEnumAsync(This, ...) ((This)->lpVtbl->CreateClassEnumAsync(This, __VA_ARGS__))
#define IWbemServices_PutInstance(This, ...) ((This)->lpVtbl->PutInstance(This, __VA_ARGS__))
#define IWbemServices_PutInstanceAsync(This, ...) ((This)->lpVtbl->PutInstanceAsync(This, __VA_ARGS__))
#define IWbemServices_DeleteInstance(This, ...) ((This)->lpVtbl->DeleteInstance(This, __VA_ARGS__))
#define IWbemServices_DeleteInstanceAsync(This, ...) ((This)->lpVtbl->DeleteInstanceAsync(This, __VA_ARGS__))
#define IWbemServices_CreateInstanceEnum(This, ...) ((This)->lpVtbl->CreateInstanceEnum(This, __VA_ARGS__))
#define IWbemServices_CreateInstanceEnumAsync(This, ...) ((This)->lpVtbl->CreateInstanceEnumAsync(This, __VA_ARGS__))
#define IWbemServices_ExecQuery(This, ...) ((This)->lpVtbl->ExecQuery(This, __VA_ARGS__))
#define IWbemServices_ExecQueryAsync(This, ...) ((This)->lpVtbl->ExecQueryAsync(This, __VA_ARGS__))
#define IWbemServices_ExecNotificationQuery(This, ...) ((This)->lpVtbl->ExecNotificationQuery(This, __VA_ARGS__))
#define IWbemServices_ExecNotificationQueryAsync(This, ...) ((This)->lpVtbl->ExecNotificationQueryAsync(This, __VA_ARGS__))
#define IWbemServices_ExecMethod(This, ...) ((This)->lpVtbl->ExecMethod(This, __VA_ARGS__))
#define IWbemServices_ExecMethodAsync(This, ...) ((This)->lpVtbl->ExecMethodAsync(This, __VA_ARGS__))

#define IWbemObjectSink_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemObjectSink_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemObjectSink_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemObjectSink_Indicate(This, ...) ((This)->lpVtbl->Indicate(This, __VA_ARGS__))
#define IWbemObjectSink_SetStatus(This, ...) ((This)->lpVtbl->SetStatus(This, __VA_ARGS__))

#define IWbemObjectSinkEx_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemObjectSinkEx_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemObjectSinkEx_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemObjectSinkEx_Indicate(This, ...) ((This)->lpVtbl->Indicate(This, __VA_ARGS__))
#define IWbemObjectSinkEx_SetStatus(This, ...) ((This)->lpVtbl->SetStatus(This, __VA_ARGS__))
#define IWbemObjectSinkEx_WriteMessage(This, ...) ((This)->lpVtbl->WriteMessage(This, __VA_ARGS__))
#define IWbemObjectSinkEx_WriteError(This, ...) ((This)->lpVtbl->WriteError(This, __VA_ARGS__))
#define IWbemObjectSinkEx_PromptUser(This, ...) ((This)->lpVtbl->PromptUser(This, __VA_ARGS__))
#define IWbemObjectSinkEx_WriteProgress(This, ...) ((This)->lpVtbl->WriteProgress(This, __VA_ARGS__))
#define IWbemObjectSinkEx_WriteStreamParameter(This, ...) ((This)->lpVtbl->WriteStreamParameter(This, __VA_ARGS__))

#define IEnumWbemClassObject_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IEnumWbemClassObject_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IEnumWbemClassObject_Release(This) ((This)->lpVtbl->Release(This))
#define IEnumWbemClassObject_Reset(This) ((This)->lpVtbl->Reset(This))
#define IEnumWbemClassObject_Next(This, ...) WBEM_NEXT(This, __VA_ARGS__)
#define IEnumWbemClassObject_NextAsync(This, ...) ((This)->lpVtbl->NextAsync(This, __VA_ARGS__))
#define IEnumWbemClassObject_Clone(This, ...) ((This)->lpVtbl->Clone(This, __VA_ARGS__))
#define IEnumWbemClassObject_Skip(This, ...) ((This)->lpVtbl->Skip(This, __VA_ARGS__))

#define IWbemCallResult_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemCallResult_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemCallResult_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemCallResult_GetResultObject(This, ...) ((This)->lpVtbl->GetResultObject(This, __VA_ARGS__))
#define IWbemCallResult_GetResultString(This, ...) ((This)->lpVtbl->GetResultString(This, __VA_ARGS__))
#define IWbemCallResult_GetResultServices(This, ...) ((This)->lpVtbl->GetResultServices(This, __VA_ARGS__))
#define IWbemCallResult_GetCallStatus(This, ...) WBEM_GET_CALL_STATUS(This, __VA_ARGS__)

#define IWbemClassObject_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemClassObject_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemClassObject_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemClassObject_GetQualifierSet(This, ...) ((This)->lpVtbl->GetQualifierSet(This, __VA_ARGS__))
#define IWbemClassObject_Get(This, ...) ((This)->lpVtbl->Get(This, __VA_ARGS__))
#define IWbemClassObject_Put(This, ...) ((This)->lpVtbl->Put(This, __VA_ARGS__))
#define IWbemClassObject_Delete(This, ...) ((This)->lpVtbl->Delete(This, __VA_ARGS__))
#define IWbemClassObject_GetNames(This, ...) ((This)->lpVtbl->GetNames(This, __VA_ARGS__))
#define IWbemClassObject_BeginEnumeration(This, ...) ((This)->lpVtbl->BeginEnumeration(This, __VA_ARGS__))
#define IWbemClassObject_Next(This, ...) ((This)->lpVtbl->Next(This, __VA_ARGS__))
#define IWbemClassObject_EndEnumeration(This) ((This)->lpVtbl->EndEnumeration(This))
#define IWbemClassObject_GetPropertyQualifierSet(This, ...) ((This)->lpVtbl->GetPropertyQualifierSet(This, __VA_ARGS__))
#define IWbemClassObject_Clone(This, ...) ((This)->lpVtbl->Clone(This, __VA_ARGS__))
#define IWbemClassObject_GetObjectText(This, ...) ((This)->lpVtbl->GetObjectText(This, __VA_ARGS__))
#define IWbemClassObject_SpawnDerivedClass(This, ...) ((This)->lpVtbl->SpawnDerivedClass(This, __VA_ARGS__))
#define IWbemClassObject_SpawnInstance(This, ...) ((This)->lpVtbl->SpawnInstance(This, __VA_ARGS__))
#define IWbemClassObject_CompareTo(This, ...) ((This)->lpVtbl->CompareTo(This, __VA_ARGS__))
#define IWbemClassObject_GetPropertyOrigin(This, ...) ((This)->lpVtbl->GetPropertyOrigin(This, __VA_ARGS__))
#define IWbemClassObject_InheritsFrom(This, ...) ((This)->lpVtbl->InheritsFrom(This, __VA_ARGS__))
#define IWbemClassObject_GetMethod(This, ...) ((This)->lpVtbl->GetMethod(This, __VA_ARGS__))
#define IWbemClassObject_PutMethod(This, ...) ((This)->lpVtbl->PutMethod(This, __VA_ARGS__))
#define IWbemClassObject_DeleteMethod(This, ...) ((This)->lpVtbl->DeleteMethod(This, __VA_ARGS__))
#define IWbemClassObject_BeginMethodEnumeration(This, ...) ((This)->lpVtbl->BeginMethodEnumeration(This, __VA_ARGS__))
#define IWbemClassObject_NextMethod(This, ...) ((This)->lpVtbl->NextMethod(This, __VA_ARGS__))
#define IWbemClassObject_EndMethodEnumeration(This) ((This)->lpVtbl->EndMethodEnumeration(This))
#define IWbemClassObject_GetMethodQualifierSet(This, ...) ((This)->lpVtbl->GetMethodQualifierSet(This, __VA_ARGS__))
#define IWbemClassObject_GetMethodOrigin(This, ...) ((This)->lpVtbl->GetMethodOrigin(This, __VA_ARGS__))

#define IWbemQualifierSet_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemQualifierSet_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemQualifierSet_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemQualifierSet_Get(This, ...) ((This)->lpVtbl->Get(This, __VA_ARGS__))
#define IWbemQualifierSet_Put(This, ...) ((This)->lpVtbl->Put(This, __VA_ARGS__))
#define IWbemQualifierSet_Delete(This, ...) ((This)->lpVtbl->Delete(This, __VA_ARGS__))
#define IWbemQualifierSet_GetNames(This, ...) ((This)->lpVtbl->GetNames(This, __VA_ARGS__))
#define IWbemQualifierSet_BeginEnumeration(This, ...) ((This)->lpVtbl->BeginEnumeration(This, __VA_ARGS__))
#define IWbemQualifierSet_Next(This, ...) ((This)->lpVtbl->Next(This, __VA_ARGS__))
#define IWbemQualifierSet_EndEnumeration(This) ((This)->lpVtbl->EndEnumeration(This))

#define IWbemContext_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemContext_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemContext_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemContext_Clone(This, ...) ((This)->lpVtbl->Clone(This, __VA_ARGS__))
#define IWbemContext_GetNames(This, ...) ((This)->lpVtbl->GetNames(This, __VA_ARGS__))
#define IWbemContext_BeginEnumeration(This, ...) ((This)->lpVtbl->BeginEnumeration(This, __VA_ARGS__))
#define IWbemContext_Next(This, ...) ((This)->lpVtbl->Next(This, __VA_ARGS__))
#define IWbemContext_EndEnumeration(This) ((This)->lpVtbl->EndEnumeration(This))
#define IWbemContext_SetValue(This, ...) ((This)->lpVtbl->SetValue(This, __VA_ARGS__))
#define IWbemContext_GetValue(This, ...) ((This)->lpVtbl->GetValue(This, __VA_ARGS__))
#define IWbemContext_DeleteValue(This, ...) ((This)->lpVtbl->DeleteValue(This, __VA_ARGS__))
#define IWbemContext_DeleteAll(This) ((This)->lpVtbl->DeleteAll(This))

#define IUnsecuredApartment_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IUnsecuredApartment_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IUnsecuredApartment_Release(This) ((This)->lpVtbl->Release(This))
#define IUnsecuredApartment_CreateObjectStub(This, ...) ((This)->lpVtbl->CreateObjectStub(This, __VA_ARGS__))

#define IWbemUnsecuredApartment_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemUnsecuredApartment_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemUnsecuredApartment_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemUnsecuredApartment_CreateObjectStub(This, ...) ((This)->lpVtbl->CreateObjectStub(This, __VA_ARGS__))
#define IWbemUnsecuredApartment_CreateSinkStub(This, ...) ((This)->lpVtbl->CreateSinkStub(This, __VA_ARGS__))

#define IWbemStatusCodeText_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemStatusCodeText_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemStatusCodeText_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemStatusCodeText_GetErrorCodeText(This, ...) ((This)->lpVtbl->GetErrorCodeText(This, __VA_ARGS__))
#define IWbemStatusCodeText_GetFacilityCodeText(This, ...) ((This)->lpVtbl->GetFacilityCodeText(This, __VA_ARGS__))

/* -- of providers --------------------------------------------------------------------------------------------------- */
#define IWbemProviderInit_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemProviderInit_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemProviderInit_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemProviderInit_Initialize(This, ...) ((This)->lpVtbl->Initialize(This, __VA_ARGS__))

#define IWbemProviderInitSink_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemProviderInitSink_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemProviderInitSink_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemProviderInitSink_SetStatus(This, ...) ((This)->lpVtbl->SetStatus(This, __VA_ARGS__))

#define IWbemShutdown_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemShutdown_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemShutdown_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemShutdown_Shutdown(This, ...) ((This)->lpVtbl->Shutdown(This, __VA_ARGS__))

#define IWbemProviderIdentity_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemProviderIdentity_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemProviderIdentity_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemProviderIdentity_SetRegistrationObject(This, ...) ((This)->lpVtbl->SetRegistrationObject(This, __VA_ARGS__))

#define IWbemPropertyProvider_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemPropertyProvider_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemPropertyProvider_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemPropertyProvider_GetProperty(This, ...) ((This)->lpVtbl->GetProperty(This, __VA_ARGS__))
#define IWbemPropertyProvider_PutProperty(This, ...) ((This)->lpVtbl->PutProperty(This, __VA_ARGS__))

#define IWbemEventProvider_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemEventProvider_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemEventProvider_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemEventProvider_ProvideEvents(This, ...) ((This)->lpVtbl->ProvideEvents(This, __VA_ARGS__))

#define IWbemEventProviderQuerySink_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemEventProviderQuerySink_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemEventProviderQuerySink_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemEventProviderQuerySink_NewQuery(This, ...) ((This)->lpVtbl->NewQuery(This, __VA_ARGS__))
#define IWbemEventProviderQuerySink_CancelQuery(This, ...) ((This)->lpVtbl->CancelQuery(This, __VA_ARGS__))

#define IWbemEventProviderSecurity_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemEventProviderSecurity_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemEventProviderSecurity_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemEventProviderSecurity_AccessCheck(This, ...) ((This)->lpVtbl->AccessCheck(This, __VA_ARGS__))

#define IWbemEventSink_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemEventSink_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemEventSink_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemEventSink_Indicate(This, ...) ((This)->lpVtbl->Indicate(This, __VA_ARGS__))
#define IWbemEventSink_SetStatus(This, ...) ((This)->lpVtbl->SetStatus(This, __VA_ARGS__))
#define IWbemEventSink_SetSinkSecurity(This, ...) ((This)->lpVtbl->SetSinkSecurity(This, __VA_ARGS__))
#define IWbemEventSink_IsActive(This) ((This)->lpVtbl->IsActive(This))
#define IWbemEventSink_GetRestrictedSink(This, ...) ((This)->lpVtbl->GetRestrictedSink(This, __VA_ARGS__))
#define IWbemEventSink_SetBatchingParameters(This, ...) ((This)->lpVtbl->SetBatchingParameters(This, __VA_ARGS__))

#define IWbemUnboundObjectSink_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemUnboundObjectSink_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemUnboundObjectSink_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemUnboundObjectSink_IndicateToConsumer(This, ...) ((This)->lpVtbl->IndicateToConsumer(This, __VA_ARGS__))

#define IWbemEventConsumerProvider_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemEventConsumerProvider_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemEventConsumerProvider_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemEventConsumerProvider_FindConsumer(This, ...) ((This)->lpVtbl->FindConsumer(This, __VA_ARGS__))

#define IWbemDecoupledRegistrar_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemDecoupledRegistrar_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemDecoupledRegistrar_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemDecoupledRegistrar_Register(This, ...) ((This)->lpVtbl->Register(This, __VA_ARGS__))
#define IWbemDecoupledRegistrar_UnRegister(This) ((This)->lpVtbl->UnRegister(This))

#define IWbemDecoupledBasicEventProvider_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemDecoupledBasicEventProvider_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemDecoupledBasicEventProvider_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemDecoupledBasicEventProvider_Register(This, ...) ((This)->lpVtbl->Register(This, __VA_ARGS__))
#define IWbemDecoupledBasicEventProvider_UnRegister(This) ((This)->lpVtbl->UnRegister(This))
#define IWbemDecoupledBasicEventProvider_GetSink(This, ...) ((This)->lpVtbl->GetSink(This, __VA_ARGS__))
#define IWbemDecoupledBasicEventProvider_GetService(This, ...) ((This)->lpVtbl->GetService(This, __VA_ARGS__))

#define IWbemHiPerfProvider_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IWbemHiPerfProvider_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IWbemHiPerfProvider_Release(This) ((This)->lpVtbl->Release(This))
#define IWbemHiPerfProvider_QueryInstances(This, ...) ((This)->lpVtbl->QueryInstances(This, __VA_ARGS__))
#define IWbemHiPerfProvider_CreateRefresher(This, ...) ((This)->lpVtbl->CreateRefresher(This, __VA_ARGS__))
#define IWbemHiPerfProvider_CreateRefreshableObject(This, ...) ((This)->lpVtbl->CreateRefreshableObject(This, __VA_ARGS__))
#define IWbemHiPerfProvider_StopRefreshing(This, ...) ((This)->lpVtbl->StopRefreshing(This, __VA_ARGS__))
#define IWbemHiPerfProvider_CreateRefreshableEnum(This, ...) ((This)->lpVtbl->CreateRefreshableEnum(This, __VA_ARGS__))
#define IWbemHiPerfProvider_GetObjects(This, ...) ((This)->lpVtbl->GetObjects(This, __VA_ARGS__))

#endif

#endif
