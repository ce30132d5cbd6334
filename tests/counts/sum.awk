# SPDX-License-Identifier: MIT
# sum.awk: of one file of callgrind the instructions that libwql itself ran (what=libwql): not those of the C library, nor of the
# program; or how often a function was called (what=its name). A line behind "calls=" counts what was called, which stands with the
# called as well.
/^ob=/ { ours = $0 ~ /\/libwql\.so\.0$/ }
/^cfn=/ { callee = substr($0, 5) }
/^calls=/ {
    calls[callee] += substr($1, 7)
    of_callee = 1
    next
}
/^[0-9+*-]/ {
    if (!of_callee && ours) sum += $2
    of_callee = 0
}
END { printf "%d\n", what == "libwql" ? sum : calls[what] }
