/* SPDX-License-Identifier: MIT */
/* help.c: what the tool says of itself. */
#include "help.h"

#include "errors.h"

static const char *const help[] = {
    "usage: wql [options] \"QUERY\"      run a query and print its rows",
    "       wql [options]              a shell, when standard input is a terminal",
    "       wql --get [options] \"PATH\"  get an object by its path",
    "       wql --explain [options] \"QUERY\"",
    "       wql --check [FILE]         say of each query, one a line, whether it is well-formed",
    "",
    "This machine is served in root/cimv2 (Win32_Process, Win32_OperatingSystem ...) and, with more of it, in root/linux.",
    "",
    "  --sqlite FILE[=NAMESPACE]   serve the tables and views of a database, read-only; may be given several times.",
    "                              If a file of the whole name exists, `=` is part of it",
    "  --provider PATH[=NAMESPACE][:OPTIONS]",
    "                              serve the classes of a plug-in, a shared object, which is handed OPTIONS. A PATH without a",
    "                              slash is in the current folder. If a file of the whole name exists, `=` and `:` are part of it",
    "  --mof FILE                  load classes and instances from a MOF file; may be given several times. What the files include",
    "                              lies in their common folder or below it. Nothing is loaded if there is any error",
    "  --namespace NAME            where the query runs, and where --sqlite, --provider and --mof serve if they name no other;",
    "                              root/cimv2",
    "  --format FORMAT             how rows are printed; table on a terminal, else ndjson:",
    "      table    for people: aligned, NULL as NULL, control characters as escapes",
    "      list     for people: each row whole, a property a line, texts in quotes as in JSON, NULL as NULL",
    "      csv      RFC 4180 with a header line and plain line ends; NULL is empty, an empty text \"\"",
    "      tsv      a header line, tabs between fields; NULL is \\N; in texts \\\\ \\t \\n \\r \\xHH \\uHHHH",
    "      json     one array of objects; it stays open if the query fails on the way",
    "      ndjson   an object a line",
    "      markdown a table; NULL is *NULL*, a newline <br>; what Markdown would obey has a backslash, or is &#N;",
    "      mof      MOF, each row whole: instances, or the classes that a schema query finds",
    "      none     rows are read and not printed",
    "  --param NAME=VALUE          the value of @NAME in the query: a text, converted as a quoted literal would be.",
    "                              NUMBER=VALUE is the value of the NUMBER-th `?`, from 1. Without `=` it is NULL",
    "  --limit N                   at most N rows",
    "  --timeout MS                give up after so many milliseconds",
    "  --count                     print only how many rows there are",
    "  --explain                   print the plan, with what each provider takes over, and run nothing",
    "  --stats                     afterwards, say on standard error what the query did",
    "  --progress                  meanwhile, say there how far it is, if that is a terminal",
    "  --quiet                     no remarks on standard error, only errors",
    "  --dialect NAME              the language: wql; relaxed: also what other servers accept; extended: also the forms of",
    "                              Configuration Manager, which are only checked",
    "  --check [FILE]              read queries from FILE or standard input, one a line, with \\\\ \\n \\r \\t as escapes; answer",
    "                              accept<TAB>kind, or reject<TAB>code<TAB>byte offset<TAB>message",
    "  --get                       PATH in place of a query: Class.Key=\"value\",Other=5, Class=@, or Class for its definition",
    "  --help, --version",
    "  --                          what follows is no option",
    "",
    "Exit: 0 answered; 2 wrong arguments, or no such namespace; 3 the query is at fault; 4 a database or provider failed, rows",
    "are missing, a limit was reached, or the output cannot be written; 5 timed out; 6 access denied; 130 interrupted (^C).",
    "The shell ends with 0 whatever its queries did. Only results go to standard output. JSON has no NaN and no infinity: they",
    "are null, with a remark. What a row has beyond the queried class, csv, tsv, table and markdown leave out, with a remark.",
    "More in wql(1).",
};

void cli_help(cli_out *out) {
    for (size_t i = 0; i < sizeof help / sizeof *help; i++) {
        cli_out_z(out, help[i]);
        cli_out_char(out, '\n');
    }
}

void cli_usage(void) {
    cli_say("usage: wql [options] \"QUERY\"");
    cli_say("       wql [options], at a terminal, for a shell");
    cli_say("       wql --check [FILE]");
    cli_say("       wql --help lists the options");
}
