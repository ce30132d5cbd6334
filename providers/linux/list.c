/* SPDX-License-Identifier: MIT */
/* list.c: the classes that are served: one line each, what derives from another behind it. */
#include "linux.h"

static const wql__linux_class *const classes[] = {
    &wql__linux_managed_system_element,
    &wql__linux_logical_element,
    &wql__linux_cim_process,
    &wql__linux_cim_operating_system,
    &wql__linux_cim_system,
    &wql__linux_cim_computer_system,
    &wql__linux_unitary_computer_system,
    &wql__linux_logical_device,
    &wql__linux_cim_processor,
    &wql__linux_cim_network_adapter,
    &wql__linux_storage_extent,
    &wql__linux_cim_logical_disk,
    &wql__linux_cim_service,
    &wql__linux_base_service,
    &wql__linux_cim_setting,
    &wql__linux_process,
    &wql__linux_operating_system,
    &wql__linux_computer_system,
    &wql__linux_processor,
    &wql__linux_logical_disk,
    &wql__linux_network_adapter,
    &wql__linux_network_configuration,
    &wql__linux_service,
    &wql__linux_process_parent,
    &wql__linux_network_setting,
    &wql__linux_service_process,
    &wql__linux_system_services,
    &wql__linux_system_processes,
    &wql__linux_system_devices,
    &wql__linux_system_operating_system,
    NULL,
};

const wql__linux_class *const *wql__linux_classes(void) { return classes; }
