# SPDX-License-Identifier: MIT
# picture.awk: draws build/bench-peers.json as SVG: for each query how many times as long as ours each other one takes, on a
# logarithmic scale. Reads what json.c writes: one element a line.
#
#   awk -f bench/picture.awk [-v rows=10000000] build/bench-peers.json >build/bench-peers.svg
#
# rows: which number of rows to draw; without it the greatest.

# The value of a member, without quotation marks; "" if it is null or not there.
function member(name,    at, rest) {
    at = index($0, "\"" name "\": ")
    if (!at) return ""
    rest = substr($0, at + length(name) + 4)
    if (substr(rest, 1, 4) == "null") return ""
    if (substr(rest, 1, 1) == "\"") {
        rest = substr(rest, 2)
        return substr(rest, 1, index(rest, "\"") - 1)
    }
    match(rest, /^[-+0-9.eE]+/)
    return substr(rest, 1, RLENGTH)
}

function escaped(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/>/, "\\&gt;", text)
    return text
}

# Three digits are enough.
function short(number) { return number >= 100 ? sprintf("%.0f", number) : number >= 10 ? sprintf("%.1f", number) : sprintf("%.2f", number) }

function place(ratio) { return left + width * (log(ratio) - log(least)) / (log(most) - log(least)) }

BEGIN {
    count = split("duckdb_table duckdb_packed duckdb_arrays sqlite hand simd", series, " ")
    split("DuckDB, its table;DuckDB, packed;DuckDB, the arrays;SQLite, its best;loop by hand;vector loop by hand", labels, ";")
    split("#c2410c #f59e0b #b91c1c #1d4ed8 #6b7280 #111827", colours, " ")
    what["Q1"] = "size &gt; X: 1 %"
    what["Q2"] = "size &gt; X: 50 %"
    what["Q3"] = "flag, a range, &lt;&gt;"
    what["Q4"] = "name = 'svchost'"
    what["Q5"] = "name LIKE 'sys%'"
    what["Q6"] = "path LIKE '%cache%'"
    what["Q7"] = "path LIKE '%[0-9]x_y%'"
    what["Q8"] = "all columns"
    what["Q9"] = "Q2, counted"
    what["Q10"] = "8 names"
    what["Q11"] = "400 names"
    what["Q12"] = "NOT (a OR b), NULLs"
    what["Q13"] = "Q6, 5 % not ASCII"
    what["Q14"] = "LIKE, no literal"
    what["Q15"] = "Q1, four subclasses"
}

# Q4, and in the layout that a peer's packed table has: Q4.dict; others are variants of the same.
/"unit": "ns\/row"/ {
    n = member("n") + 0
    id = member("id")
    match(id, /^Q[0-9]+(\.dict|\.views)?/)
    name = substr(id, 1, RLENGTH)
    rest = substr(id, RLENGTH + 1)
    if (RLENGTH < 1 || (rest != "" && rest !~ /^\.[0-9]+m$/ && rest !~ /^\.n[0-9]+$/) || member("ours") == "") next
    if (rows ? n != rows : n < drawn_rows) next
    if (n > drawn_rows) {
        drawn_rows = n
        drawn = 0
        many = few = 1
    }
    names[++drawn] = name
    ours[drawn] = member("ours") + 0
    cpu = member("cpu")
    clock = member("clock")
    for (i = 1; i <= count; i++) {
        ratio[drawn, i] = member(series[i]) / ours[drawn]
        if (ratio[drawn, i] > many) many = ratio[drawn, i]
        if (ratio[drawn, i] > 0 && ratio[drawn, i] < few) few = ratio[drawn, i]
    }
}

function text_at(x, y, anchor, size, colour, text) {
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"%s\">%s</text>\n", x, y, anchor, size, colour, text
}

function axis(    tick, power) {
    for (power = -3; power <= 4; power++) {
        tick = 10 ^ power
        if (tick < least * 0.999 || tick > most * 1.001) continue
        printf "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>\n", place(tick), top, place(tick), bottom, \
            power ? "#e5e7eb" : "#111827"
        text_at(place(tick), top - 6, "middle", 12, "#374151", power ? tick "x" : "ours")
        text_at(place(tick), bottom + 16, "middle", 12, "#374151", power ? tick "x" : "ours")
    }
}

function legend(    i, x) {
    x = 16
    for (i = 1; i <= count; i++) {
        printf "<rect x=\"%.1f\" y=\"62\" width=\"11\" height=\"11\" fill=\"%s\"/>\n", x, colours[i]
        text_at(x + 16, 72, "start", 12, "#111827", labels[i])
        x += 36 + 7 * length(labels[i])
    }
}

# The bars of one query, from 1 to the ratio; returns where the next begin.
function bars(d, y,    i, from, to, first) {
    first = y
    for (i = 1; i <= count; i++) {
        if (ratio[d, i] <= 0) continue
        from = place(1)
        to = place(ratio[d, i])
        printf "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n", from < to ? from : to, y, \
            from < to ? to - from : from - to, thick - 2, colours[i]
        text_at(ratio[d, i] >= 1 ? to + 4 : to - 4, y + thick - 4, ratio[d, i] >= 1 ? "start" : "end", 10, "#374151", short(ratio[d, i]))
        y += thick
    }
    text_at(left - 12, (first + y) / 2 - 2, "end", 14, "#111827", names[d])
    text_at(left - 12, (first + y) / 2 + 12, "end", 11, "#6b7280", \
        (names[d] ~ /dict/ ? "codes; " : names[d] ~ /views/ ? "views; " : "") short(ours[d]) " ns/row")
    if (names[d] in what) text_at(left - 12, (first + y) / 2 + 26, "end", 11, "#6b7280", what[names[d]])
    return y + 14
}

function height_of(d,    i, height) {
    for (i = 1; i <= count; i++) height += ratio[d, i] > 0 ? thick : 0
    return height + 14
}

END {
    if (!drawn) {
        print "picture.awk: no query with that number of rows" >"/dev/stderr"
        exit 1
    }
    left = 190
    width = 720
    top = 108
    thick = 13
    bottom = top + 8
    for (d = 1; d <= drawn; d++) bottom += height_of(d)
    least = few / 1.8 # room for the figures beside the bars
    most = many * 1.8
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\">\n", left + width + 60, bottom + 34
    printf "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
    text_at(16, 24, "start", 17, "#111827", "libwql beside DuckDB, SQLite and loops by hand: how many times as long as ours each takes")
    text_at(16, 44, "start", 12, "#6b7280", sprintf("%d rows, one thread, text to last row, medians by the %s, %s. Logarithmic scale; " \
        "what lies left of ours is faster.", drawn_rows, clock == "cpu" ? "time of the thread" : "clock", escaped(cpu)))
    legend()
    axis()
    y = top + 10
    for (d = 1; d <= drawn; d++) y = bars(d, y)
    print "</svg>"
}
