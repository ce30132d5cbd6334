/* SPDX-License-Identifier: MIT */
/* machine.cc: names of this machine. */
#include "machine.h"

#include <unistd.h>

namespace wbem {
namespace {

bool is_separator(char c) { return c == '\\' || c == '/'; }

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/* Names of hosts are ASCII. */
bool is_same(const std::string &left, const std::string &right) {
    bool same = left.size() == right.size();
    for (size_t i = 0; same && i < left.size(); i++) same = folded(left[i]) == folded(right[i]);
    return same;
}

bool is_this_machine(const std::string &machine) {
    char buffer[256] = "";
    if (machine == "." || is_same(machine, "localhost") || machine == "127.0.0.1") return true;
    if (gethostname(buffer, sizeof buffer - 1) < 0 || !buffer[0]) return false;
    std::string own = buffer;
    return is_same(machine, own) || is_same(machine, own.substr(0, own.find('.')));
}

} // namespace

HRESULT take_machine(const std::string &path, std::string *name) {
    size_t end = 2;
    if (path.size() < 2 || !is_separator(path[0]) || !is_separator(path[1])) {
        *name = path;
        return path.empty() ? WBEM_E_INVALID_NAMESPACE : WBEM_S_NO_ERROR;
    }
    while (end < path.size() && !is_separator(path[end])) end++;
    if (end == 2) return WBEM_E_INVALID_NAMESPACE;
    if (!is_this_machine(path.substr(2, end - 2))) return HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE);
    if (end + 1 >= path.size()) return WBEM_E_INVALID_NAMESPACE;
    *name = path.substr(end + 1);
    return WBEM_S_NO_ERROR;
}

} // namespace wbem
