/* SPDX-License-Identifier: MIT */
/* cim.c: the superclasses, abstract, with the properties that a query of them can name. Their keys are left to the classes below:
 * a key cannot be taken back, and Win32 classes have fewer than their CIM parents. */
#include "linux.h"

#define TEXT(n)                                                                                                                  \
    { .name = n, .type = WQL_STRING, .from = WQL__LINUX_NOTHING }
#define TYPED(n, t)                                                                                                              \
    { .name = n, .type = t, .from = WQL__LINUX_NOTHING }
#define IN_UNITS(n, t, u)                                                                                                        \
    { .name = n, .type = t, .units = u, .from = WQL__LINUX_NOTHING }
#define ABSTRACT(variable, cim_name, parent, table)                                                                              \
    const wql__linux_class variable = {.name = cim_name,                                                                         \
                                       .superclass = parent,                                                                     \
                                       .properties = table,                                                                      \
                                       .property_count = WQL__LINUX_COUNT(table),                                                \
                                       .flags = WQL_ABSTRACT}
#define ABSTRACT_EMPTY(variable, cim_name, parent)                                                                               \
    const wql__linux_class variable = {.name = cim_name, .superclass = parent, .flags = WQL_ABSTRACT}

static const wql__linux_property managed[] = {TEXT("Caption"), TEXT("Description"), TYPED("InstallDate", WQL_DATETIME),
                                              TEXT("Name"), TEXT("Status")};
ABSTRACT(wql__linux_managed_system_element, "CIM_ManagedSystemElement", NULL, managed);
ABSTRACT_EMPTY(wql__linux_logical_element, "CIM_LogicalElement", "CIM_ManagedSystemElement");

static const wql__linux_property process[] = {
    TEXT("CreationClassName"),
    TYPED("CreationDate", WQL_DATETIME),
    TEXT("CSCreationClassName"),
    TEXT("CSName"),
    TYPED("ExecutionState", WQL_UINT16),
    TEXT("Handle"),
    IN_UNITS("KernelModeTime", WQL_UINT64, "100 nanoseconds"),
    TEXT("OSCreationClassName"),
    TEXT("OSName"),
    TYPED("Priority", WQL_UINT32),
    TYPED("TerminationDate", WQL_DATETIME),
    IN_UNITS("UserModeTime", WQL_UINT64, "100 nanoseconds"),
    IN_UNITS("WorkingSetSize", WQL_UINT64, "bytes"),
};
ABSTRACT(wql__linux_cim_process, "CIM_Process", "CIM_LogicalElement", process);

static const wql__linux_property operating_system[] = {
    TEXT("CreationClassName"),
    TEXT("CSCreationClassName"),
    TEXT("CSName"),
    IN_UNITS("CurrentTimeZone", WQL_SINT16, "minutes"),
    TYPED("Distributed", WQL_BOOLEAN),
    IN_UNITS("FreePhysicalMemory", WQL_UINT64, "kilobytes"),
    IN_UNITS("FreeSpaceInPagingFiles", WQL_UINT64, "kilobytes"),
    IN_UNITS("FreeVirtualMemory", WQL_UINT64, "kilobytes"),
    TYPED("LastBootUpTime", WQL_DATETIME),
    TYPED("LocalDateTime", WQL_DATETIME),
    TYPED("MaxNumberOfProcesses", WQL_UINT32),
    IN_UNITS("MaxProcessMemorySize", WQL_UINT64, "kilobytes"),
    TYPED("NumberOfLicensedUsers", WQL_UINT32),
    TYPED("NumberOfProcesses", WQL_UINT32),
    TYPED("NumberOfUsers", WQL_UINT32),
    TYPED("OSType", WQL_UINT16),
    TEXT("OtherTypeDescription"),
    IN_UNITS("SizeStoredInPagingFiles", WQL_UINT64, "kilobytes"),
    IN_UNITS("TotalSwapSpaceSize", WQL_UINT64, "kilobytes"),
    IN_UNITS("TotalVirtualMemorySize", WQL_UINT64, "kilobytes"),
    IN_UNITS("TotalVisibleMemorySize", WQL_UINT64, "kilobytes"),
    TEXT("Version"),
};
ABSTRACT(wql__linux_cim_operating_system, "CIM_OperatingSystem", "CIM_LogicalElement", operating_system);

static const wql__linux_property service[] = {TEXT("CreationClassName"), TYPED("Started", WQL_BOOLEAN), TEXT("StartMode"),
                                              TEXT("SystemCreationClassName"), TEXT("SystemName")};
ABSTRACT(wql__linux_cim_service, "CIM_Service", "CIM_LogicalElement", service);

static const wql__linux_property base_service[] = {
    TYPED("AcceptPause", WQL_BOOLEAN),
    TYPED("AcceptStop", WQL_BOOLEAN),
    TYPED("DesktopInteract", WQL_BOOLEAN),
    TEXT("DisplayName"),
    TEXT("ErrorControl"),
    TYPED("ExitCode", WQL_UINT32),
    TEXT("PathName"),
    TYPED("ServiceSpecificExitCode", WQL_UINT32),
    TEXT("ServiceType"),
    TEXT("StartName"),
    TEXT("State"),
    TYPED("TagId", WQL_UINT32),
};
ABSTRACT(wql__linux_base_service, "Win32_BaseService", "CIM_Service", base_service);

static const wql__linux_property system_properties[] = {TEXT("CreationClassName"), TEXT("NameFormat"),
                                                        TEXT("PrimaryOwnerContact"), TEXT("PrimaryOwnerName"),
                                                        TYPED("Roles", WQL_STRING | WQL_ARRAY)};
ABSTRACT(wql__linux_cim_system, "CIM_System", "CIM_LogicalElement", system_properties);
ABSTRACT_EMPTY(wql__linux_cim_computer_system, "CIM_ComputerSystem", "CIM_System");

static const wql__linux_property unitary[] = {TYPED("InitialLoadInfo", WQL_STRING | WQL_ARRAY),
                                              TEXT("LastLoadInfo"),
                                              TYPED("PowerManagementCapabilities", WQL_UINT16 | WQL_ARRAY),
                                              TYPED("PowerManagementSupported", WQL_BOOLEAN),
                                              TYPED("PowerState", WQL_UINT16),
                                              TYPED("ResetCapability", WQL_UINT16)};
ABSTRACT(wql__linux_unitary_computer_system, "CIM_UnitaryComputerSystem", "CIM_ComputerSystem", unitary);

static const wql__linux_property device[] = {
    TYPED("Availability", WQL_UINT16),
    TYPED("ConfigManagerErrorCode", WQL_UINT32),
    TYPED("ConfigManagerUserConfig", WQL_BOOLEAN),
    TEXT("CreationClassName"),
    TEXT("DeviceID"),
    TYPED("ErrorCleared", WQL_BOOLEAN),
    TEXT("ErrorDescription"),
    TYPED("LastErrorCode", WQL_UINT32),
    TEXT("PNPDeviceID"),
    TYPED("PowerManagementCapabilities", WQL_UINT16 | WQL_ARRAY),
    TYPED("PowerManagementSupported", WQL_BOOLEAN),
    TYPED("StatusInfo", WQL_UINT16),
    TEXT("SystemCreationClassName"),
    TEXT("SystemName"),
};
ABSTRACT(wql__linux_logical_device, "CIM_LogicalDevice", "CIM_LogicalElement", device);

static const wql__linux_property processor[] = {
    IN_UNITS("AddressWidth", WQL_UINT16, "bits"),
    IN_UNITS("CurrentClockSpeed", WQL_UINT32, "megahertz"),
    IN_UNITS("DataWidth", WQL_UINT16, "bits"),
    TYPED("Family", WQL_UINT16),
    IN_UNITS("LoadPercentage", WQL_UINT16, "percent"),
    IN_UNITS("MaxClockSpeed", WQL_UINT32, "megahertz"),
    TEXT("OtherFamilyDescription"),
    TEXT("Role"),
    TEXT("Stepping"),
    TEXT("UniqueId"),
    TYPED("UpgradeMethod", WQL_UINT16),
};
ABSTRACT(wql__linux_cim_processor, "CIM_Processor", "CIM_LogicalDevice", processor);

static const wql__linux_property network_adapter[] = {
    TYPED("AutoSense", WQL_BOOLEAN),
    IN_UNITS("MaxSpeed", WQL_UINT64, "bits per second"),
    TYPED("NetworkAddresses", WQL_STRING | WQL_ARRAY),
    TEXT("PermanentAddress"),
    IN_UNITS("Speed", WQL_UINT64, "bits per second"),
};
ABSTRACT(wql__linux_cim_network_adapter, "CIM_NetworkAdapter", "CIM_LogicalDevice", network_adapter);

static const wql__linux_property extent[] = {TYPED("Access", WQL_UINT16), IN_UNITS("BlockSize", WQL_UINT64, "bytes"),
                                             TEXT("ErrorMethodology"), TYPED("NumberOfBlocks", WQL_UINT64), TEXT("Purpose")};
ABSTRACT(wql__linux_storage_extent, "CIM_StorageExtent", "CIM_LogicalDevice", extent);

static const wql__linux_property logical_disk[] = {IN_UNITS("FreeSpace", WQL_UINT64, "bytes"),
                                                   IN_UNITS("Size", WQL_UINT64, "bytes")};
ABSTRACT(wql__linux_cim_logical_disk, "CIM_LogicalDisk", "CIM_StorageExtent", logical_disk);

static const wql__linux_property setting[] = {TEXT("Caption"), TEXT("Description"), TEXT("SettingID")};
ABSTRACT(wql__linux_cim_setting, "CIM_Setting", NULL, setting);
