/* SPDX-License-Identifier: MIT */
/* process_table.c: the properties of Win32_Process and Linux_Process, and the sources of each. */
#include "process.h"

/* clang-format off */
#define TEXT(n, from_where) {.name = n, .type = WQL_STRING, .sources = from_where}
#define U16(n, from_where) {.name = n, .type = WQL_UINT16, .sources = from_where}
#define U32(n, from_where) {.name = n, .type = WQL_UINT32, .sources = from_where}
#define U64(n, from_where) {.name = n, .type = WQL_UINT64, .sources = from_where}
#define S32(n, from_where) {.name = n, .type = WQL_SINT32, .sources = from_where}
#define BOOL(n, from_where) {.name = n, .type = WQL_BOOLEAN, .sources = from_where}
#define KB32(n, from_where) {.name = n, .type = WQL_UINT32, .units = "kilobytes", .sources = from_where}
#define BYTES(n, from_where) {.name = n, .type = WQL_UINT64, .units = "bytes", .sources = from_where}
#define TIME(n, from_where) {.name = n, .type = WQL_UINT64, .units = "100 nanoseconds", .sources = from_where}
#define NEVER(n, t) {.name = n, .type = t, .from = WQL__LINUX_NOTHING}
#define NEVER_KB(n) {.name = n, .type = WQL_UINT32, .units = "kilobytes", .from = WQL__LINUX_NOTHING}
#define FIXED(n, text) {.name = n, .type = WQL_STRING, .from = WQL__LINUX_FIXED, .fixed = text}

const wql__linux_property wql__process_properties[WQL__PROCESS_COUNT] = {
    [WQL__PROCESS_HANDLE] = {.name = "Handle", .type = WQL_STRING, .flags = WQL_KEY},
    [WQL__PROCESS_PROCESS_ID] = U32("ProcessId", 0),
    [WQL__PROCESS_NAME] = TEXT("Name", WQL__STAT),
    [WQL__PROCESS_CAPTION] = TEXT("Caption", WQL__STAT),
    [WQL__PROCESS_DESCRIPTION] = TEXT("Description", WQL__STAT),
    [WQL__PROCESS_STATUS_TEXT] = FIXED("Status", "OK"),
    [WQL__PROCESS_INSTALL_DATE] = NEVER("InstallDate", WQL_DATETIME),
    [WQL__PROCESS_PARENT] = U32("ParentProcessId", WQL__STAT),
    [WQL__PROCESS_SESSION] = U32("SessionId", WQL__CGROUP),
    [WQL__PROCESS_COMMAND_LINE] = TEXT("CommandLine", WQL__CMDLINE),
    [WQL__PROCESS_EXE_PATH] = TEXT("ExecutablePath", WQL__EXE),
    [WQL__PROCESS_CREATED] = {.name = "CreationDate", .type = WQL_DATETIME, .sources = WQL__STAT},
    [WQL__PROCESS_ENDED] = NEVER("TerminationDate", WQL_DATETIME),
    [WQL__PROCESS_STATE] = U16("ExecutionState", WQL__STAT),
    [WQL__PROCESS_PRIORITY] = U32("Priority", WQL__STAT),
    [WQL__PROCESS_THREADS] = U32("ThreadCount", WQL__STAT),
    [WQL__PROCESS_HANDLES] = U32("HandleCount", WQL__FD),
    [WQL__PROCESS_USER_TIME] = TIME("UserModeTime", WQL__STAT),
    [WQL__PROCESS_KERNEL_TIME] = TIME("KernelModeTime", WQL__STAT),
    [WQL__PROCESS_VIRTUAL] = BYTES("VirtualSize", WQL__STAT),
    [WQL__PROCESS_WORKING_SET] = BYTES("WorkingSetSize", WQL__STAT),
    [WQL__PROCESS_PEAK_WORKING_SET] = KB32("PeakWorkingSetSize", WQL__STATUS),
    [WQL__PROCESS_PEAK_VIRTUAL] = BYTES("PeakVirtualSize", WQL__STATUS),
    [WQL__PROCESS_PAGE_FILE] = KB32("PageFileUsage", WQL__STATUS),
    [WQL__PROCESS_PEAK_PAGE_FILE] = NEVER_KB("PeakPageFileUsage"),
    [WQL__PROCESS_PRIVATE_PAGES] = BYTES("PrivatePageCount", WQL__STATUS),
    [WQL__PROCESS_PAGE_FAULTS] = U32("PageFaults", WQL__STAT),
    [WQL__PROCESS_READ_OPS] = U64("ReadOperationCount", WQL__IO),
    [WQL__PROCESS_WRITE_OPS] = U64("WriteOperationCount", WQL__IO),
    [WQL__PROCESS_OTHER_OPS] = NEVER("OtherOperationCount", WQL_UINT64),
    [WQL__PROCESS_READ_BYTES] = BYTES("ReadTransferCount", WQL__IO),
    [WQL__PROCESS_WRITE_BYTES] = BYTES("WriteTransferCount", WQL__IO),
    [WQL__PROCESS_OTHER_BYTES] = {.name = "OtherTransferCount", .type = WQL_UINT64, .units = "bytes", .from = WQL__LINUX_NOTHING},
    [WQL__PROCESS_MIN_SET] = NEVER_KB("MinimumWorkingSetSize"),
    [WQL__PROCESS_MAX_SET] = KB32("MaximumWorkingSetSize", WQL__LIMITS),
    [WQL__PROCESS_QUOTA_NON_PAGED] = NEVER("QuotaNonPagedPoolUsage", WQL_UINT32),
    [WQL__PROCESS_QUOTA_PAGED] = NEVER("QuotaPagedPoolUsage", WQL_UINT32),
    [WQL__PROCESS_QUOTA_PEAK_NON_PAGED] = NEVER("QuotaPeakNonPagedPoolUsage", WQL_UINT32),
    [WQL__PROCESS_QUOTA_PEAK_PAGED] = NEVER("QuotaPeakPagedPoolUsage", WQL_UINT32),
    [WQL__PROCESS_WINDOWS_VERSION] = TEXT("WindowsVersion", 0),
    [WQL__PROCESS_CREATION_CLASS] = {.name = "CreationClassName", .type = WQL_STRING, .from = WQL__LINUX_CLASS_NAME},
    [WQL__PROCESS_CS_CREATION_CLASS] = FIXED("CSCreationClassName", "Win32_ComputerSystem"),
    [WQL__PROCESS_CS_NAME] = {.name = "CSName", .type = WQL_STRING, .from = WQL__LINUX_HOST_NAME},
    [WQL__PROCESS_OS_CREATION_CLASS] = FIXED("OSCreationClassName", "Win32_OperatingSystem"),
    [WQL__PROCESS_OS_NAME] = {.name = "OSName", .type = WQL_STRING, .from = WQL__LINUX_OS_NAME},

    [WQL__PROCESS_STATE_LETTER] = TEXT("State", WQL__STAT),
    [WQL__PROCESS_UID] = U32("Uid", WQL__STATUS),
    [WQL__PROCESS_GID] = U32("Gid", WQL__STATUS),
    [WQL__PROCESS_EUID] = U32("EUid", WQL__STATUS),
    [WQL__PROCESS_EGID] = U32("EGid", WQL__STATUS),
    [WQL__PROCESS_USER_NAME] = TEXT("UserName", WQL__STATUS),
    [WQL__PROCESS_NICE] = S32("Nice", WQL__STAT),
    [WQL__PROCESS_POLICY] = U16("Policy", WQL__STAT),
    [WQL__PROCESS_RT_PRIORITY] = U16("RtPriority", WQL__STAT),
    [WQL__PROCESS_TTY] = TEXT("Tty", WQL__STAT),
    [WQL__PROCESS_CGROUP_PATH] = TEXT("Cgroup", WQL__CGROUP),
    [WQL__PROCESS_UNIT] = TEXT("SystemdUnit", WQL__CGROUP),
    [WQL__PROCESS_PID_NS] = U64("PidNamespace", WQL__NAMESPACES),
    [WQL__PROCESS_NET_NS] = U64("NetNamespace", WQL__NAMESPACES),
    [WQL__PROCESS_MNT_NS] = U64("MntNamespace", WQL__NAMESPACES),
    [WQL__PROCESS_SWAP] = BYTES("Swap", WQL__STATUS),
    [WQL__PROCESS_PSS] = BYTES("Pss", WQL__SMAPS),
    [WQL__PROCESS_USS] = BYTES("Uss", WQL__SMAPS),
    [WQL__PROCESS_VOLUNTARY] = U64("VoluntaryContextSwitches", WQL__STATUS),
    [WQL__PROCESS_INVOLUNTARY] = U64("InvoluntaryContextSwitches", WQL__STATUS),
    [WQL__PROCESS_OOM_SCORE] = S32("OomScore", WQL__OOM),
    [WQL__PROCESS_OOM_ADJ] = S32("OomScoreAdj", WQL__OOM),
    [WQL__PROCESS_FD_COUNT] = U32("NumFds", WQL__FD),
    [WQL__PROCESS_STORAGE_READ] = BYTES("ReadBytes", WQL__IO),
    [WQL__PROCESS_STORAGE_WRITTEN] = BYTES("WriteBytes", WQL__IO),
    [WQL__PROCESS_CWD_PATH] = TEXT("Cwd", WQL__CWD),
    [WQL__PROCESS_ROOT_PATH] = TEXT("Root", WQL__ROOT_LINK),
    [WQL__PROCESS_EXE_DELETED] = BOOL("ExeDeleted", WQL__EXE),
    [WQL__PROCESS_MAJOR_FAULTS] = U64("MajorFaults", WQL__STAT),
    [WQL__PROCESS_MINOR_FAULTS] = U64("MinorFaults", WQL__STAT),
    [WQL__PROCESS_LOGIN_UID] = U32("LoginUid", WQL__LOGINUID),
    [WQL__PROCESS_LABEL_TEXT] = TEXT("SecurityLabel", WQL__LABEL),
    [WQL__PROCESS_CAPABILITIES] = U64("Capabilities", WQL__STATUS),
    [WQL__PROCESS_IS_KERNEL] = BOOL("IsKernelThread", WQL__STAT),
    [WQL__PROCESS_SESSION_LEADER] = U32("SessionLeader", WQL__STAT),
    [WQL__PROCESS_GROUP] = U32("ProcessGroup", WQL__STAT),
};
/* clang-format on */

const char *const wql__process_source_names[] = {"stat",         "status", "cmdline",      "exe", "io",  "fd/",  "cgroup",
                                                 "limits",       "ns/",    "smaps_rollup", "oom", "cwd", "root", "loginuid",
                                                 "attr/current", NULL};
