/* SPDX-License-Identifier: MIT */
/* test_host.cc: what stands behind the locator of a program that gave no engine: how it is configured, which mistakes are told,
 * and how long the library's own engine lives. */
#include "../../wbem/config.h"
#include "../../wbem/host.h"
#include "call_lab.h"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace lab;

namespace {

/* -- files ---------------------------------------------------------------------------------------------------------- */

std::string folder;

std::string path_of(const std::string &name) { return folder + "/" + name; }

std::string write_file(const std::string &name, const std::string &text) {
    std::string path = path_of(name);
    FILE *file = fopen(path.c_str(), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text.data(), 1, text.size(), file), text.size());
    assert_int_equal(fclose(file), 0);
    return path;
}

std::string make_database(const std::string &name) {
    std::string path = path_of(name);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TABLE Product(Id INTEGER PRIMARY KEY, Name TEXT);"
                                  "INSERT INTO Product VALUES (1, 'Cactus'), (2, 'Fern');",
                                  nullptr, nullptr, nullptr),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return path;
}

void set_variable(const char *name, const char *value) { assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0); }

int make_folder(void **) {
    char name[] = "/tmp/wbem-host-XXXXXX";
    if (!mkdtemp(name)) return -1;
    folder = name;
    set_variable("WBEM_PROVIDERS", nullptr);
    set_variable("WBEM_CONFIG", nullptr);
    return 0;
}

int remove_folder(void **) {
    std::string command = "rm -rf '" + folder + "'";
    return system(command.c_str());
}

/* Waits until the library has no engine of its own: one that was left inside a callback is closed on another thread. */
bool engines_are_gone() {
    for (int i = 0; i < 60000 && wbem::host_engines(); i++) (void)usleep(1000);
    return wbem::host_engines() == 0;
}

/* In the multithreaded mode as long as it lives. */
struct Joined {
    Joined() { assert_int_equal(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK); }
    ~Joined() { CoUninitialize(); }
    Joined(const Joined &) = delete;
    Joined &operator=(const Joined &) = delete;
};

uint64_t rows_of(IWbemServices *services, const wchar_t *query) {
    IEnumWbemClassObject *all = nullptr;
    uint64_t rows = 0;
    ULONG got = 0;
    IWbemClassObject *object = nullptr;
    HRESULT answer = services->ExecQuery(Text(L"WQL"), Text(query), 0, nullptr, &all);
    if (FAILED(answer)) print_error("%s\n", last_error().c_str());
    assert_int_equal(answer, WBEM_S_NO_ERROR);
    while (all->Next(WBEM_INFINITE, 1, &object, &got) == WBEM_S_NO_ERROR) {
        object->Release();
        rows++;
    }
    all->Release();
    return rows;
}

uint64_t rows_in(const wchar_t *name, const wchar_t *query) {
    IWbemServices *services = connect(name);
    uint64_t rows = rows_of(services, query);
    services->Release();
    return rows;
}

/* -- mistakes of form ------------------------------------------------------------------------------------------------ */

std::string mistake_in(const std::string &variable) {
    wbem::Configuration configuration;
    std::string mistake;
    assert_false(wbem::read_configuration({variable.c_str(), nullptr, nullptr}, &configuration, &mistake));
    return mistake;
}

void mistakes_of_form_are_told_with_their_part(void **) {
    static const struct {
        const char *text, *mistake;
    } cases[] = {
        {"root/x", "part 1: 'root/x' stands alone; a line is NAMESPACE KIND ... or option NAME VALUE"},
        {"root/x linux;root/y oracle db", "part 2: there is no kind 'oracle'; there are linux, sqlite, plugin, mof"},
        {"root/x sqlite", "part 1: too little is said; the form is NAMESPACE sqlite FILE"},
        {"root/x sqlite a b", "part 1: too much is said; the form is NAMESPACE sqlite FILE"},
        {"root/x linux a b", "part 1: too much is said; the form is NAMESPACE linux [OPTIONS]"},
        {"root/x plugin a b c", "part 1: too much is said; the form is NAMESPACE plugin FILE [OPTIONS]"},
        {"root/x mof", "part 1: too little is said; the form is NAMESPACE mof FILE"},
        {"\"\" linux", "part 1: the name of the namespace is empty"},
        {"root/x sqlite \"\"", "part 1: the name of the file is empty"},
        {";;root/x sqlite \"a b", "part 3: a quote is not closed"},
        {"root/x linux\nroot/y sqlite \"a\nb\"", "part 2: a quote is not closed"},
        {"root/x sqlite \"a\"b", "part 1: a blank is missing behind a quote"},
        {"root/x sqlite a\"b\"", "part 1: a quote stands inside a word; it must enclose all of it"},
        {"option", "part 1: an option has a name and a value: option NAME VALUE"},
        {"option workers", "part 1: an option has a name and a value: option NAME VALUE"},
        {"option workers 1 2", "part 1: an option has a name and a value: option NAME VALUE"},
        {"option speed fast", "part 1: there is no option 'speed'; there are strict, workers, sink_timeout, dialect"},
        {"option workers two", "part 1: option workers is 'two'; it takes a number from 0 to 1024"},
        {"option workers 1025", "part 1: option workers is '1025'; it takes a number from 0 to 1024"},
        {"option workers -1", "part 1: option workers is '-1'; it takes a number from 0 to 1024"},
        {"option workers \"\"", "part 1: option workers is ''; it takes a number from 0 to 1024"},
        {"option sink_timeout 4294967296", "part 1: option sink_timeout is '4294967296'; it takes a number from 0 to 4294967295"},
        {"option sink_timeout 99999999999999999999",
         "part 1: option sink_timeout is '99999999999999999999'; it takes a number from 0 to 4294967295"},
        {"option strict maybe", "part 1: option strict is 'maybe'; it takes yes, no or late"},
        {"option dialect sql", "part 1: option dialect is 'sql'; it takes wql or relaxed"},
        {"option workers 1; option workers 1", "part 2: option workers was set before (WBEM_PROVIDERS, part 1)"},
    };
    for (const auto &it : cases)
        assert_string_equal(mistake_in(it.text).c_str(), (std::string("WBEM_PROVIDERS, ") + it.mistake).c_str());
    std::string longer(100, 'x');
    assert_string_equal(
        mistake_in("root/x " + longer).c_str(),
        ("WBEM_PROVIDERS, part 1: there is no kind '" + longer.substr(0, 60) + "...'; there are linux, sqlite, plugin, mof")
            .c_str());
}

void mistakes_in_files_are_told_with_their_line(void **) {
    wbem::Configuration configuration;
    std::string mistake, path = write_file("bad.conf", "# a comment\n\n  root/x linux # another\r\nroot/y mysql db\n");
    assert_false(wbem::read_configuration({nullptr, path.c_str(), nullptr}, &configuration, &mistake));
    assert_string_equal(mistake.c_str(),
                        (path + ", line 4: there is no kind 'mysql'; there are linux, sqlite, plugin, mof").c_str());
    path = write_file("nul.conf", std::string("root/x linux\nroot/\0y linux\n", 27));
    assert_false(wbem::read_configuration({nullptr, path.c_str(), nullptr}, &configuration, &mistake));
    assert_string_equal(mistake.c_str(), (path + ", line 2: a NUL is no character of a configuration").c_str());
    path = path_of("missing.conf");
    assert_false(wbem::read_configuration({nullptr, path.c_str(), nullptr}, &configuration, &mistake));
    assert_string_equal(mistake.c_str(), (path + ": the configuration cannot be read: No such file or directory").c_str());
    assert_false(wbem::read_configuration({nullptr, folder.c_str(), nullptr}, &configuration, &mistake));
    assert_string_equal(mistake.c_str(), (folder + ": the configuration cannot be read: Is a directory").c_str());
    assert_false(wbem::read_configuration({nullptr, nullptr, folder.c_str()}, &configuration, &mistake));
    path = write_file("long.conf", std::string((1 << 20) + 1, '\n'));
    assert_false(wbem::read_configuration({nullptr, path.c_str(), nullptr}, &configuration, &mistake));
    assert_string_equal(mistake.c_str(), (path + ": the configuration is longer than 1 MiB").c_str());
}

void places_are_looked_at_in_their_order(void **) {
    std::string one = write_file("one.conf", "option workers 1"), two = write_file("two.conf", "option workers 2\n");
    std::string missing = path_of("missing.conf");
    struct {
        const char *variable, *file, *fallback;
        uint32_t workers;
    } cases[] = {{"option workers 3", one.c_str(), two.c_str(), 3},
                 {"", one.c_str(), two.c_str(), 1},
                 {nullptr, "", two.c_str(), 2},
                 {nullptr, nullptr, missing.c_str(), 2},
                 {nullptr, one.c_str(), missing.c_str(), 1}};
    for (const auto &it : cases) {
        wbem::Configuration configuration;
        std::string mistake;
        assert_true(wbem::read_configuration({it.variable, it.file, it.fallback}, &configuration, &mistake));
        assert_int_equal(configuration.workers, it.workers);
        assert_true(configuration.served.empty());
    }
}

void words_are_parted_by_blanks_and_may_be_quoted(void **) {
    wbem::Configuration configuration;
    std::string mistake;
    const char *text =
        " root/a\tsqlite \"a; b # c\" ; ;\"root/b\" plugin x.so \"speed=1 size=2\"#d;root/c mof e#f;option strict late";
    assert_false(wbem::read_configuration({text, nullptr, nullptr}, &configuration, &mistake));
    assert_string_equal(mistake.c_str(), "WBEM_PROVIDERS, part 3: a blank is missing behind a quote");
    text = " root/a\tsqlite \"a; b # c\" ; ;\"root/b\" plugin x.so \"speed=1 size=2\" #d;root/c mof e#f;option strict late";
    configuration = wbem::Configuration();
    assert_true(wbem::read_configuration({text, nullptr, nullptr}, &configuration, &mistake));
    assert_int_equal(configuration.served.size(), 3);
    assert_string_equal(configuration.served[0].name_space.c_str(), "root/a");
    assert_string_equal(configuration.served[0].file.c_str(), "a; b # c");
    assert_string_equal(configuration.served[1].name_space.c_str(), "root/b");
    assert_string_equal(configuration.served[1].options.c_str(), "speed=1 size=2");
    assert_string_equal(configuration.served[1].place.c_str(), "WBEM_PROVIDERS, part 3");
    assert_string_equal(configuration.served[2].file.c_str(), "e#f");
    assert_int_equal(configuration.engine_flags, WQL_STRICT_LATE);
    assert_int_equal(configuration.workers, 2);
    assert_int_equal(configuration.sink_timeout_ms, 30000);
}

/* What is behind a comment's end is read, whatever the comment has in it; and a file may begin with the mark of UTF-8. */
void nothing_is_lost_behind_comments_and_marks(void **) {
    const char *texts[] = {"root/a linux # don\"t; root/b linux", "# \"\n;root/b linux # \" ;# ;root/a linux",
                           "root/a linux # a\nroot/b linux\n"};
    std::string mistake;
    for (const char *text : texts) {
        wbem::Configuration configuration;
        assert_true(wbem::read_configuration({text, nullptr, nullptr}, &configuration, &mistake));
        assert_int_equal(configuration.served.size(), 2);
    }
    wbem::Configuration configuration;
    std::string path = write_file("mark.conf", "\xEF\xBB\xBFroot/a linux\nroot/b linux\n");
    assert_true(wbem::read_configuration({nullptr, path.c_str(), nullptr}, &configuration, &mistake));
    assert_int_equal(configuration.served.size(), 2);
    assert_string_equal(configuration.served[0].name_space.c_str(), "root/a");
}

/* -- mistakes of meaning --------------------------------------------------------------------------------------------- */

void a_mistake_fails_the_connection_and_nothing_is_served(void **) {
    std::string database = make_database("good.db"), bad_mof = write_file("bad.mof", "class A {\n  uint33 Id;\n};\n"),
                good_mof = write_file("good.mof", "class A { [key] uint32 Id; };");
    Joined joined;
    struct {
        std::string text, mistake; /* the mistake begins so, and ends anyhow */
    } cases[] = {
        {"root/x oracle db", "WBEM_PROVIDERS, part 1: there is no kind 'oracle'"},
        {"root/x sqlite " + database + ";root/x sqlite " + path_of("missing.db"), "WBEM_PROVIDERS, part 2: "},
        {"root/x plugin " + path_of("missing.so"), "WBEM_PROVIDERS, part 1: "},
        {"root/x mof " + path_of("missing.mof"), "WBEM_PROVIDERS, part 1: "},
        {"root/x mof " + bad_mof, "WBEM_PROVIDERS, part 1: bad.mof"},
        {"root/x mof " + good_mof + ";root/x mof " + good_mof, "WBEM_PROVIDERS, part 2: "},
        {"root/x linux nothing=1", "WBEM_PROVIDERS, part 1: there is no option 'nothing'"},
        {"root/x linux; root/x linux", "WBEM_PROVIDERS, part 2: "},
        {"root//x linux", "WBEM_PROVIDERS, part 1: "},
    };
    for (const auto &it : cases) {
        IWbemServices *services = reinterpret_cast<IWbemServices *>(16);
        set_variable("WBEM_PROVIDERS", it.text.c_str());
        assert_int_equal(try_connect(L"root\\x", &services), WBEM_E_INITIALIZATION_FAILURE);
        std::string error = last_error();
        if (error.find(it.mistake) != 0) print_error("%s\n", error.c_str());
        assert_int_equal(error.find(it.mistake), 0);
        assert_true(error.size() > it.mistake.size());
        assert_null(services);
        assert_int_equal(wbem::host_engines(), 0);
    }
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + database).c_str()); /* mended */
    assert_int_equal(rows_in(L"root\\x", L"SELECT * FROM Product"), 2);
    set_variable("WBEM_PROVIDERS", nullptr);
}

/* -- what is served -------------------------------------------------------------------------------------------------- */

void without_a_word_the_machine_is_served(void **) {
    Joined joined;
    if (access("/etc/wbem.conf", F_OK) == 0) {
        print_message("/etc/wbem.conf is there: what it says is not known to this test\n");
        skip();
    }
    wchar_t query[100];
    (void)swprintf(query, 100, L"SELECT * FROM Win32_Process WHERE ProcessId = %d", static_cast<int>(getpid()));
    assert_int_equal(rows_in(L"ROOT\\CIMV2", query), 1);
    assert_int_equal(wbem::host_engines(), 1);
}

void a_configuration_of_options_alone_serves_the_machine_too(void **) {
    Joined joined;
    set_variable("WBEM_PROVIDERS", "option workers 1");
    assert_int_equal(rows_in(L"ROOT\\CIMV2", L"SELECT Name FROM Win32_OperatingSystem"), 1);
    set_variable("WBEM_PROVIDERS", nullptr);
}

void databases_and_mof_are_served_side_by_side_whatever_comes_first(void **) {
    std::string database = make_database("two words.db");
    std::string derived = write_file("derived.mof", "#pragma include (\"base.mof\")\nclass Derived : Base { };\n"
                                                    "instance of Derived { Id = 4; };");
    (void)write_file("base.mof", "class Base { [key] uint32 Id; };");
    std::string conf = write_file("good.conf", "# what is served\nroot/shop mof " + derived + "\nroot/shop sqlite \"" + database +
                                                   "\"\n\noption dialect relaxed\n");
    Joined joined;
    set_variable("WBEM_CONFIG", conf.c_str());
    IWbemServices *services = connect(L"root\\shop");
    assert_int_equal(rows_of(services, L"SELECT * FROM Product WHERE Name LIKE 'c%'"), 1);
    assert_int_equal(rows_of(services, L"SELECT * FROM Base"), 1);
    assert_int_equal(rows_of(services, L"SELECT * FROM Product WHERE Id BETWEEN 1 AND 2"), 2); /* relaxed */
    services->Release();
    set_variable("WBEM_CONFIG", nullptr);
}

/* The first thing that is asked settles it; a change of the environment counts for the next engine. */
void all_connections_are_to_one_engine(void **) {
    std::string database = make_database("one.db");
    {
        Joined joined;
        set_variable("WBEM_PROVIDERS", ("root/x sqlite " + database).c_str());
        IWbemServices *one = connect(L"root\\x"), *none = nullptr;
        set_variable("WBEM_PROVIDERS", ("root/y sqlite " + database).c_str());
        IWbemServices *two = connect(L"root\\x");
        assert_int_equal(try_connect(L"root\\y", &none), WBEM_E_INVALID_NAMESPACE);
        assert_int_equal(wbem::host_engines(), 1);
        one->Release();
        two->Release();
        assert_int_equal(wbem::host_engines(), 1); /* it stays for the next one, as long as a thread is in */
        assert_int_equal(rows_in(L"root\\x", L"SELECT * FROM Product"), 2);
    }
    assert_int_equal(wbem::host_engines(), 0);
    Joined joined;
    assert_int_equal(rows_in(L"root\\y", L"SELECT * FROM Product"), 2);
    set_variable("WBEM_PROVIDERS", nullptr);
}

void many_threads_may_be_the_first_to_connect(void **) {
    std::string database = make_database("many.db");
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + database).c_str());
    for (int round = 0; round < 5; round++) {
        Joined joined;
        std::atomic<int> good{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; i++)
            threads.emplace_back([&] {
                IWbemServices *services = nullptr;
                good += try_connect(L"root\\x", &services) == WBEM_S_NO_ERROR;
                if (services) services->Release();
            });
        for (std::thread &thread : threads) thread.join();
        assert_int_equal(good.load(), 4);
        assert_int_equal(wbem::host_engines(), 1);
    }
    assert_int_equal(wbem::host_engines(), 0);
    set_variable("WBEM_PROVIDERS", nullptr);
}

void a_hosts_engine_comes_before_the_librarys_own(void **) {
    Joined joined;
    set_variable("WBEM_PROVIDERS", "nonsense");
    Engine engine;
    assert_int_equal(rows_in(L"root\\lab", L"SELECT * FROM Lab_Row"), 11);
    assert_int_equal(wbem::host_engines(), 0);
    set_variable("WBEM_PROVIDERS", nullptr);
}

/* -- options --------------------------------------------------------------------------------------------------------- */

/* How a call ended whose sink held a callback for so many milliseconds. */
HRESULT end_of_a_sink_that_holds(IWbemServices *services, useconds_t milliseconds) {
    Record record;
    Sink *sink = new Sink(record);
    sink->on_indicate = [milliseconds](long, IWbemClassObject **) {
        (void)usleep(milliseconds * 1000);
        return WBEM_S_NO_ERROR;
    };
    assert_int_equal(ask(services, L"SELECT * FROM Product", sink), WBEM_S_NO_ERROR);
    assert_true(record.ended());
    assert_promises(record);
    return record.result;
}

/* However busy the machine is: one that holds it for longer and longer does in the end. */
void a_sink_that_holds_its_callback_too_long_loses_its_call(void **) {
    std::string database = make_database("slow.db");
    Joined joined;
    HRESULT end = WBEM_S_NO_ERROR;
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + database + "; option sink_timeout 20").c_str());
    IWbemServices *services = connect(L"root\\x");
    for (useconds_t held = 20; held < 20000 && end == WBEM_S_NO_ERROR; held *= 2) end = end_of_a_sink_that_holds(services, held);
    assert_int_equal(end, WBEM_E_CALL_CANCELLED);
    services->Release();
    set_variable("WBEM_PROVIDERS", nullptr);
}

void R2_2_R2_3_a_strict_configuration_refuses_until_security_is_settled(void **) {
    std::string database = make_database("strict.db");
    for (const char *how : {"yes", "late"}) {
        Record record;
        Joined joined;
        set_variable("WBEM_PROVIDERS", ("root/x sqlite " + database + ";option strict " + how).c_str());
        IWbemServices *services = connect(L"root\\x");
        Sink *sink = new Sink(record, 1);
        bool late = strcmp(how, "late") == 0;
        assert_int_equal(ask(services, L"SELECT * FROM Product", sink), late ? HRESULT{0} : HRESULT{WBEM_E_ACCESS_DENIED});
        if (late) {
            assert_true(record.ended());
            assert_int_equal(record.result, WBEM_E_ACCESS_DENIED);
        } else {
            assert_int_equal(record.add_refs, 0);
        }
        assert_int_equal(rows_of(services, L"SELECT * FROM Product"), 2); /* what is pulled needs no security */
        sink->Release();
        services->Release();
    }
    for (bool settled : {false, true}) { /* an engine that is there when it is, and one that comes later */
        Joined joined;
        Record record;
        IWbemServices *services = connect(L"root\\x");
        assert_int_equal(CoInitializeSecurity(nullptr, -1, nullptr, nullptr, 0, 3, nullptr, EOAC_NONE, nullptr),
                         settled ? RPC_E_TOO_LATE : S_OK);
        assert_int_equal(ask(services, L"SELECT * FROM Product", new Sink(record)), WBEM_S_NO_ERROR);
        assert_true(record.ended());
        assert_int_equal(record.result, WBEM_S_NO_ERROR);
        services->Release();
    }
    set_variable("WBEM_PROVIDERS", nullptr);
}

/* -- how long it lives ----------------------------------------------------------------------------------------------- */

/* Endless has a thousand million rows, so that a query of it runs for long. */
std::string long_database() {
    std::string path = path_of("long.db");
    sqlite3 *db;
    (void)unlink(path.c_str());
    assert_int_equal(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TABLE Digit(Id INTEGER PRIMARY KEY); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                                  "SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO Digit SELECT i FROM n;"
                                  "CREATE VIEW Endless AS SELECT a.Id + b.Id + c.Id AS Id FROM Digit a, Digit b, Digit c;",
                                  nullptr, nullptr, nullptr),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return path;
}

void interfaces_that_are_held_keep_the_engine_after_the_last_thread_left(void **) {
    std::string database = make_database("held.db");
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + database).c_str());
    IWbemServices *services;
    IEnumWbemClassObject *all = nullptr;
    {
        Joined joined;
        services = connect(L"root\\x");
    }
    assert_int_equal(wbem::host_engines(), 1);
    assert_int_equal(rows_of(services, L"SELECT * FROM Product"), 2);
    assert_int_equal(
        services->ExecQuery(Text(L"WQL"), Text(L"SELECT * FROM Product"), WBEM_FLAG_RETURN_IMMEDIATELY, nullptr, &all), 0);
    services->Release();
    assert_int_equal(wbem::host_engines(), 1);
    all->Release();
    assert_int_equal(wbem::host_engines(), 0);
    set_variable("WBEM_PROVIDERS", nullptr);
}

void objects_outlive_the_engine(void **) {
    std::string database = make_database("objects.db");
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + database).c_str());
    IWbemClassObject *object = nullptr;
    {
        Joined joined;
        IWbemServices *services = connect(L"root\\x");
        assert_int_equal(services->GetObject(Text(L"Product.Id=2"), 0, nullptr, &object, nullptr), WBEM_S_NO_ERROR);
        services->Release();
    }
    assert_int_equal(wbem::host_engines(), 0);
    assert_true(text_of(object, L"Name") == L"Fern");
    object->Release();
    set_variable("WBEM_PROVIDERS", nullptr);
}

/* Nothing but the call holds the engine; it ends on a thread of the engine's. */
void a_call_that_outlives_everything_is_finished_and_then_the_engine_goes(void **) {
    std::string database = make_database("call.db");
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + database).c_str());
    for (int round = 0; round < 20; round++) {
        Record record;
        Event go;
        Sink *sink = new Sink(record);
        sink->on_indicate = [&](long, IWbemClassObject **) {
            (void)go.wait();
            return WBEM_S_NO_ERROR;
        };
        {
            Joined joined;
            IWbemServices *services = connect(L"root\\x");
            assert_int_equal(ask(services, L"SELECT * FROM Product", sink), WBEM_S_NO_ERROR);
            services->Release();
        }
        assert_int_equal(wbem::host_engines(), 1);
        go.set();
        assert_true(record.ended());
        assert_promises(record);
        assert_int_equal(record.rows, 2);
        assert_true(engines_are_gone());
    }
    set_variable("WBEM_PROVIDERS", nullptr);
}

/* The last release of everything inside callbacks: the engine is not closed there, nor left for ever. */
void unlike_wine_the_last_release_inside_a_callback_neither_hangs_nor_leaks(void **) {
    std::string database = make_database("inside.db");
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + database).c_str());
    for (bool in_final : {false, true}) {
        Record record;
        Event go;
        IWbemServices *services;
        Sink *sink = new Sink(record);
        auto release = [&] {
            (void)go.wait();
            if (services) services->Release();
            services = nullptr;
            return WBEM_S_NO_ERROR;
        };
        if (in_final)
            sink->on_final = [&](HRESULT, IWbemClassObject *) { return HRESULT{release()}; };
        else
            sink->on_indicate = [&](long, IWbemClassObject **) { return HRESULT{release()}; };
        {
            Joined joined;
            services = connect(L"root\\x");
            assert_int_equal(ask(services, L"SELECT * FROM Product", sink), WBEM_S_NO_ERROR);
        }
        go.set();
        assert_true(record.ended());
        assert_promises(record);
        assert_int_equal(record.rows, 2);
        assert_true(engines_are_gone());
    }
    set_variable("WBEM_PROVIDERS", nullptr);
}

/* A thread that is in only while it is called back, and leaves there, too. */
void a_callback_may_join_and_leave(void **) {
    std::string database = make_database("join.db");
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + database).c_str());
    Record record;
    Event go;
    uint64_t rows = 0;
    Sink *sink = new Sink(record);
    sink->on_indicate = [&](long, IWbemClassObject **) {
        (void)go.wait();
        Joined inside;
        rows = rows_in(L"root\\x", L"SELECT * FROM Product");
        return WBEM_S_NO_ERROR;
    };
    {
        Joined joined;
        IWbemServices *services = connect(L"root\\x");
        assert_int_equal(ask(services, L"SELECT * FROM Product", sink), WBEM_S_NO_ERROR);
        services->Release();
    }
    go.set();
    assert_true(record.ended());
    assert_int_equal(rows, 2);
    assert_true(engines_are_gone());
    set_variable("WBEM_PROVIDERS", nullptr);
}

/* Else what a sink asks for there would wait for a pump that nobody runs. */
void a_callback_cannot_make_an_apartment_of_the_librarys_thread(void **) {
    std::string database = make_database("apart.db");
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + database).c_str());
    Record record, inner;
    HRESULT joined = S_OK, asked = E_FAIL;
    {
        Joined here;
        IWbemServices *services = connect(L"root\\x");
        Sink *sink = new Sink(record), *next = new Sink(inner);
        sink->on_indicate = [&](long, IWbemClassObject **) {
            joined = CoInitialize(nullptr);
            asked = ask(services, L"SELECT * FROM Product", next);
            return WBEM_S_NO_ERROR;
        };
        assert_int_equal(ask(services, L"SELECT * FROM Product", sink), WBEM_S_NO_ERROR);
        assert_true(record.ended());
        assert_int_equal(joined, RPC_E_CHANGED_MODE);
        assert_int_equal(asked, WBEM_S_NO_ERROR);
        assert_true(inner.ended());
        services->Release();
    }
    assert_true(engines_are_gone());
    set_variable("WBEM_PROVIDERS", nullptr);
}

void an_apartment_that_leaves_ends_its_calls_and_the_engine(void **) {
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + long_database()).c_str());
    Record record;
    bool good = false;
    std::thread([&] {
        IWbemServices *services = nullptr;
        if (CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED) != S_OK) return;
        good = try_connect(L"root\\x", &services) == WBEM_S_NO_ERROR &&
               ask(services, L"SELECT * FROM Endless", new Sink(record)) == WBEM_S_NO_ERROR;
        if (services) services->Release();
        Sleep(5);
        CoUninitialize();
    }).join();
    assert_true(good);
    assert_promises(record);
    assert_int_equal(record.result, WBEM_E_CALL_CANCELLED);
    assert_true(engines_are_gone());
    set_variable("WBEM_PROVIDERS", nullptr);
}

/* One callback leaves for the thread; the last one joins and leaves for itself. */
void what_the_last_callback_of_an_apartment_joins_it_leaves(void **) {
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + long_database()).c_str());
    Record record;
    bool good = false;
    HRESULT joined = E_FAIL;
    std::thread([&] {
        IWbemServices *services = nullptr;
        Sink *sink = new Sink(record);
        sink->on_indicate = [](long, IWbemClassObject **) {
            CoUninitialize();
            return WBEM_S_NO_ERROR;
        };
        sink->on_final = [&](HRESULT, IWbemClassObject *) {
            joined = CoInitializeEx(nullptr, COINIT_MULTITHREADED);
            CoUninitialize();
            return WBEM_S_NO_ERROR;
        };
        if (CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED) != S_OK) return;
        good = try_connect(L"root\\x", &services) == WBEM_S_NO_ERROR &&
               ask(services, L"SELECT * FROM Endless", sink) == WBEM_S_NO_ERROR;
        if (services) services->Release();
        for (int i = 0; i < 60000 && joined == E_FAIL; i++) Sleep(1);
    }).join();
    assert_true(good);
    assert_int_equal(joined, S_OK);
    assert_promises(record);
    assert_true(engines_are_gone());
    set_variable("WBEM_PROVIDERS", nullptr);
}

void a_cancelled_call_does_not_keep_the_last_thread(void **) {
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + long_database()).c_str());
    Record record;
    Sink *sink = new Sink(record, 1);
    {
        Joined joined;
        IWbemServices *services = connect(L"root\\x");
        assert_int_equal(ask(services, L"SELECT * FROM Endless", sink), WBEM_S_NO_ERROR);
        assert_true(record.got(1));
        assert_int_equal(services->CancelAsyncCall(sink), WBEM_S_NO_ERROR);
        services->Release();
    }
    sink->Release();
    assert_true(engines_are_gone());
    set_variable("WBEM_PROVIDERS", nullptr);
}

/* The plug-in lies beside this program, in the same build. Empty: it is not there. */
std::string deaf_plugin() {
    char name[4096] = "";
    ssize_t length = readlink("/proc/self/exe", name, sizeof name - 1);
    std::string path(name, length < 0 ? 0 : static_cast<size_t>(length));
    path = path.substr(0, path.rfind('/')) + "/../plugins/deaf.so";
    return access(path.c_str(), R_OK) == 0 ? path : "";
}

/* It is inside its scan when the last thread leaves; that thread does not wait for it. */
void a_provider_that_does_not_come_back_keeps_the_engine_but_no_thread(void **) {
    std::string plugin = deaf_plugin(), file = write_file("deaf", "");
    if (plugin.empty()) {
        print_message("tests/plugins/deaf.so is not built\n");
        skip();
    }
    set_variable("WBEM_PROVIDERS", ("root/x plugin " + plugin + " " + file).c_str());
    for (bool pulled : {false, true}) {
        (void)write_file("deaf", "");
        Record record;
        Sink *sink = new Sink(record, 1);
        {
            Joined joined;
            IWbemServices *services = connect(L"root\\x");
            if (pulled) {
                IEnumWbemClassObject *all = nullptr;
                IWbemClassObject *object = nullptr;
                ULONG got = 0;
                assert_int_equal(
                    services->ExecQuery(Text(L"WQL"), Text(L"SELECT * FROM Deaf"), WBEM_FLAG_RETURN_IMMEDIATELY, nullptr, &all),
                    WBEM_S_NO_ERROR);
                assert_int_equal(all->Next(20, 1, &object, &got), WBEM_S_TIMEDOUT);
                all->Release();
            } else {
                assert_int_equal(ask(services, L"SELECT * FROM Deaf", sink), WBEM_S_NO_ERROR);
                (void)usleep(20000); /* it is mostly inside by now, but need not be */
                assert_int_equal(services->CancelAsyncCall(sink), WBEM_S_NO_ERROR);
            }
            services->Release();
        }
        assert_int_equal(sink->Release(), 0); /* the file is still there */
        assert_int_equal(unlink(file.c_str()), 0);
        assert_true(engines_are_gone());
    }
    set_variable("WBEM_PROVIDERS", nullptr);
}

/* One coming and going of a thread, with a call that it may not see the end of. */
bool come_and_go(unsigned turn, Record *record) {
    IWbemServices *services = nullptr;
    Sink *sink = new Sink(*record, 1);
    bool apartment = turn % 3 == 0;
    if (CoInitializeEx(nullptr, apartment ? COINIT_APARTMENTTHREADED : COINIT_MULTITHREADED) != S_OK) return false;
    bool good = try_connect(L"root\\x", &services) == WBEM_S_NO_ERROR;
    good = good && ask(services, L"SELECT * FROM Product", sink) == WBEM_S_NO_ERROR;
    if (turn % 2) (void)services->CancelAsyncCall(sink);
    if (turn % 4 == 0) Sleep(0);
    if (services) services->Release();
    CoUninitialize();
    good = record->ended() && good; /* an apartment's call has ended with it, another one may outlive all */
    sink->Release();
    return good;
}

void threads_may_come_and_go_at_any_time(void **) {
    std::string database = make_database("come.db");
    set_variable("WBEM_PROVIDERS", ("root/x sqlite " + database).c_str());
    std::atomic<int> bad{0};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 4; i++)
        threads.emplace_back([&, i] {
            for (unsigned round = 0; round < 40; round++) {
                Record record;
                bad += !come_and_go(round + i, &record) || record.finals != 1 || record.overlaps || record.after_final;
            }
        });
    for (std::thread &thread : threads) thread.join();
    assert_int_equal(bad.load(), 0);
    assert_true(engines_are_gone());
    set_variable("WBEM_PROVIDERS", nullptr);
}

} // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_of_form_are_told_with_their_part),
        cmocka_unit_test(mistakes_in_files_are_told_with_their_line),
        cmocka_unit_test(places_are_looked_at_in_their_order),
        cmocka_unit_test(words_are_parted_by_blanks_and_may_be_quoted),
        cmocka_unit_test(nothing_is_lost_behind_comments_and_marks),
        cmocka_unit_test(a_mistake_fails_the_connection_and_nothing_is_served),
        cmocka_unit_test(without_a_word_the_machine_is_served),
        cmocka_unit_test(a_configuration_of_options_alone_serves_the_machine_too),
        cmocka_unit_test(databases_and_mof_are_served_side_by_side_whatever_comes_first),
        cmocka_unit_test(all_connections_are_to_one_engine),
        cmocka_unit_test(many_threads_may_be_the_first_to_connect),
        cmocka_unit_test(a_hosts_engine_comes_before_the_librarys_own),
        cmocka_unit_test(a_sink_that_holds_its_callback_too_long_loses_its_call),
        cmocka_unit_test(R2_2_R2_3_a_strict_configuration_refuses_until_security_is_settled),
        cmocka_unit_test(interfaces_that_are_held_keep_the_engine_after_the_last_thread_left),
        cmocka_unit_test(objects_outlive_the_engine),
        cmocka_unit_test(a_call_that_outlives_everything_is_finished_and_then_the_engine_goes),
        cmocka_unit_test(unlike_wine_the_last_release_inside_a_callback_neither_hangs_nor_leaks),
        cmocka_unit_test(a_callback_may_join_and_leave),
        cmocka_unit_test(a_callback_cannot_make_an_apartment_of_the_librarys_thread),
        cmocka_unit_test(an_apartment_that_leaves_ends_its_calls_and_the_engine),
        cmocka_unit_test(what_the_last_callback_of_an_apartment_joins_it_leaves),
        cmocka_unit_test(a_cancelled_call_does_not_keep_the_last_thread),
        cmocka_unit_test(a_provider_that_does_not_come_back_keeps_the_engine_but_no_thread),
        cmocka_unit_test(threads_may_come_and_go_at_any_time),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
