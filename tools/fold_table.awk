# SPDX-License-Identifier: MIT
# fold_table.awk: CaseFolding.txt -> fold_table.h, the simple case folding (statuses C and S) as a table of two levels: the page of 64
# characters that c lies in, and what to add to c there, modulo 2^16 within its plane. Any POSIX awk.

function hex(text,    n, i) {
    n = 0
    text = toupper(text)
    for (i = 1; i <= length(text); i++) n = n * 16 + index("0123456789ABCDEF", substr(text, i, 1)) - 1
    return n
}

function fail(words) {
    print "fold_table.awk: " words > "/dev/stderr"
    failed = 1
    exit 1
}

BEGIN { FS = "[ \t]*;[ \t]*" }

/^#/ || NF < 3 || ($2 != "C" && $2 != "S") { next }

{
    if ($1 !~ /^[0-9A-F]+$/ || $3 !~ /^[0-9A-F]+$/) fail("line " NR " is not of the known form")
    from = hex($1)
    to = hex($3)
    if (int(from / 65536) != int(to / 65536)) fail("line " NR " folds from one plane into another")
    if (from in add) fail("line " NR " folds a character twice")
    add[from] = (to - from + 65536) % 65536
    count++
    if (from > last) last = from
}

END {
    if (failed) exit 1
    if (count < 1000) fail("only " count + 0 " characters fold: this is not the whole file")
    index_size = int(last / 64) + 1
    pages = 0
    for (p = 0; p < index_size; p++) {
        text = ""
        for (i = 0; i < 64; i++) text = text (i % 16 ? " " : "\n     ") ((p * 64 + i) in add ? add[p * 64 + i] : 0) ","
        if (!(text in number)) {
            number[text] = pages
            page[pages++] = text
        }
        of[p] = number[text]
    }
    if (pages > 256) fail("more than 256 different pages")
    print "/* Made by tools/fold_table.awk from CaseFolding.txt, " count " characters. */"
    print "enum { FOLD_END = " index_size * 64 " }; /* no character from here on folds */"
    print "static const uint8_t fold_page[" index_size "] = {"
    line = "   "
    for (p = 0; p < index_size; p++) {
        line = line " " of[p] ","
        if (p % 24 == 23 || p == index_size - 1) {
            print line
            line = "   "
        }
    }
    print "};"
    print "static const uint16_t fold_add[" pages "][64] = {"
    for (p = 0; p < pages; p++) print "    {" substr(page[p], 7) "},"
    print "};"
}
