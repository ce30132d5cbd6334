/* SPDX-License-Identifier: MIT */
/* config.cc: reads what the library's own engine serves. The first mistake is told, with its place; then nothing counts. */
#include "config.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

namespace wbem {
namespace {

constexpr size_t FILE_BYTES_MAX = 1 << 20;
constexpr uint32_t WORKERS_MAX = 1024;

/* A mistake, on its way to read_configuration. */
struct Mistake {
    std::string text;
};

using Words = std::vector<std::string>;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

/* A name in a message: what is long is cut, on a character. */
std::string shown(const std::string &word) {
    constexpr size_t SHOWN_MAX = 60;
    size_t end = SHOWN_MAX;
    if (word.size() <= SHOWN_MAX) return "'" + word + "'";
    while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xc0) == 0x80) end--;
    return "'" + word.substr(0, end) + "...'";
}

/* One line, or one part of the variable, cut into words. */
class ConfigLine {
  public:
    ConfigLine(const std::string &text, const std::string &place) : text_(text), place_(place), at_(0) {}

    Words words() {
        Words words;
        for (;;) {
            while (at_ < text_.size() && is_blank(text_[at_])) at_++;
            if (at_ == text_.size() || text_[at_] == '#') return words;
            words.push_back(text_[at_] == '"' ? quoted() : plain());
        }
    }

  private:
    std::string quoted() {
        size_t end = text_.find('"', at_ + 1);
        if (end == std::string::npos) throw Mistake{place_ + ": a quote is not closed"};
        std::string word = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        if (at_ < text_.size() && !is_blank(text_[at_])) throw Mistake{place_ + ": a blank is missing behind a quote"};
        return word;
    }
    std::string plain() {
        size_t from = at_;
        while (at_ < text_.size() && !is_blank(text_[at_])) {
            if (text_[at_] == '"') throw Mistake{place_ + ": a quote stands inside a word; it must enclose all of it"};
            at_++;
        }
        return text_.substr(from, at_ - from);
    }

    const std::string &text_, &place_;
    size_t at_;
};

class ConfigReader {
  public:
    /* @param folder  where files lie that are named without a slash in front; "": the current one */
    ConfigReader(Configuration *out, const std::string &folder) : out_(out), folder_(folder) {}

    void line(const std::string &text, const std::string &place) {
        if (text.find('\0') != std::string::npos) throw Mistake{place + ": a NUL is no character of a configuration"};
        Words words = ConfigLine(text, place).words();
        if (words.empty()) return;
        if (words[0] == "option")
            option(words, place);
        else
            serve(words, place);
    }

  private:
    static uint32_t number(const std::string &word, uint32_t most, const std::string &begin) {
        uint64_t value = 0;
        bool good = !word.empty() && word.size() <= 10;
        for (char c : word) {
            good = good && c >= '0' && c <= '9';
            value = value * 10 + static_cast<uint64_t>(c - '0');
        }
        if (!good || value > most)
            throw Mistake{begin + " is " + shown(word) + "; it takes a number from 0 to " + std::to_string(most)};
        return static_cast<uint32_t>(value);
    }

    void option(const Words &words, const std::string &place) {
        if (words.size() != 3) throw Mistake{place + ": an option has a name and a value: option NAME VALUE"};
        const std::string &name = words[1], &value = words[2], begin = place + ": option " + name;
        for (const auto &seen : seen_)
            if (seen.first == name) throw Mistake{begin + " was set before (" + seen.second + ")"};
        if (name == "strict")
            set_strict(value, begin);
        else if (name == "workers")
            out_->workers = number(value, WORKERS_MAX, begin);
        else if (name == "sink_timeout")
            out_->sink_timeout_ms = number(value, UINT32_MAX, begin);
        else if (name == "dialect")
            set_dialect(value, begin);
        else
            throw Mistake{place + ": there is no option " + shown(name) + "; there are strict, workers, sink_timeout, dialect"};
        seen_.emplace_back(name, place);
    }

    void set_strict(const std::string &value, const std::string &begin) {
        if (value != "yes" && value != "no" && value != "late")
            throw Mistake{begin + " is " + shown(value) + "; it takes yes, no or late"};
        out_->engine_flags = value == "yes" ? WQL_STRICT : value == "late" ? WQL_STRICT_LATE : 0;
    }

    void set_dialect(const std::string &value, const std::string &begin) {
        if (value != "wql" && value != "relaxed") throw Mistake{begin + " is " + shown(value) + "; it takes wql or relaxed"};
        out_->dialect = value == "relaxed" ? WQL_RELAXED : 0;
    }

    void serve(const Words &words, const std::string &place) {
        static const struct {
            const char *name, *form;
            Served::Kind kind;
            size_t least, most;
        } kinds[] = {{"linux", "NAMESPACE linux [OPTIONS]", Served::Kind::Linux, 2, 3},
                     {"sqlite", "NAMESPACE sqlite FILE", Served::Kind::Sqlite, 3, 3},
                     {"plugin", "NAMESPACE plugin FILE [OPTIONS]", Served::Kind::Plugin, 3, 4},
                     {"mof", "NAMESPACE mof FILE", Served::Kind::Mof, 3, 3}};
        if (words.size() < 2)
            throw Mistake{place + ": " + shown(words[0]) + " stands alone; a line is NAMESPACE KIND ... or option NAME VALUE"};
        for (const auto &kind : kinds) {
            if (words[1] != kind.name) continue;
            if (words.size() < kind.least || words.size() > kind.most)
                throw Mistake{place + ": " + (words.size() < kind.least ? "too little" : "too much") + " is said; the form is " +
                              kind.form};
            add(kind.kind, words, place);
            return;
        }
        throw Mistake{place + ": there is no kind " + shown(words[1]) + "; there are linux, sqlite, plugin, mof"};
    }

    void add(Served::Kind kind, const Words &words, const std::string &place) {
        Served served{kind, words[0], "", "", place};
        size_t options = kind == Served::Kind::Linux ? 2 : 3;
        if (served.name_space.empty()) throw Mistake{place + ": the name of the namespace is empty"};
        if (kind != Served::Kind::Linux) {
            served.file = words[2];
            if (served.file.empty()) throw Mistake{place + ": the name of the file is empty"};
            if (served.file[0] != '/') served.file.insert(0, folder_);
        }
        if (words.size() > options) served.options = words[options];
        out_->served.push_back(served);
    }

    Configuration *out_;
    const std::string folder_;
    std::vector<std::pair<std::string, std::string>> seen_; /* options, and where */
};

/* Where the part of the variable ends that begins at `at`: at a semicolon that stands in no quotes, or with the line. A quote in
 * a comment is no quote. */
size_t end_of_part(const std::string &text, size_t at) {
    bool in_quotes = false, in_comment = false, in_word = false;
    for (; at < text.size() && text[at] != '\n'; at++) {
        if (text[at] == ';' && !in_quotes) break;
        if (text[at] == '#' && !in_quotes && !in_word) in_comment = true;
        if (text[at] == '"' && !in_comment) in_quotes = !in_quotes;
        in_word = !is_blank(text[at]);
    }
    return at;
}

void read_variable(const std::string &text, ConfigReader *reader) {
    unsigned part = 1;
    for (size_t from = 0; from <= text.size();) {
        size_t end = end_of_part(text, from);
        reader->line(text.substr(from, end - from), "WBEM_PROVIDERS, part " + std::to_string(part++));
        from = end + 1;
    }
}

/* Some editors begin a file with the mark of UTF-8, which is no part of the first word. */
size_t mark_of_utf8(const std::string &text) { return text.compare(0, 3, "\xEF\xBB\xBF") == 0 ? 3 : 0; }

void read_lines(const std::string &text, const std::string &name, ConfigReader *reader) {
    unsigned line = 1;
    for (size_t from = mark_of_utf8(text); from < text.size(); line++) {
        size_t end = text.find('\n', from);
        if (end == std::string::npos) end = text.size();
        reader->line(text.substr(from, end - from), name + ", line " + std::to_string(line));
        from = end + 1;
    }
}

struct FileCloser {
    void operator()(FILE *file) const { (void)fclose(file); }
};

/* False: there is no such file, which is fine for one that may be missing. */
bool read_file(const char *name, bool may_be_missing, std::string *out) {
    std::unique_ptr<FILE, FileCloser> file(fopen(name, "re"));
    char piece[4096];
    size_t got;
    if (!file && errno == ENOENT && may_be_missing) return false;
    if (!file) throw Mistake{std::string(name) + ": the configuration cannot be read: " + strerror(errno)};
    while ((got = fread(piece, 1, sizeof piece, file.get())) > 0) {
        out->append(piece, got);
        if (out->size() > FILE_BYTES_MAX) throw Mistake{std::string(name) + ": the configuration is longer than 1 MiB"};
    }
    if (ferror(file.get())) throw Mistake{std::string(name) + ": the configuration cannot be read: " + strerror(errno)};
    return true;
}

bool is_there(const char *text) { return text && *text; }

} // namespace

/* The folder of a file, with the slash behind it. */
static std::string folder_of(const char *file) {
    const char *slash = strrchr(file, '/');
    return slash ? std::string(file, static_cast<size_t>(slash + 1 - file)) : std::string();
}

static void read_places(const Places &places, Configuration *out) {
    std::string text;
    if (is_there(places.variable)) {
        ConfigReader reader(out, "");
        read_variable(places.variable, &reader);
    } else if (is_there(places.file)) {
        ConfigReader reader(out, folder_of(places.file));
        (void)read_file(places.file, false, &text);
        read_lines(text, places.file, &reader);
    } else if (is_there(places.fallback) && read_file(places.fallback, true, &text)) {
        ConfigReader reader(out, folder_of(places.fallback));
        read_lines(text, places.fallback, &reader);
    }
}

bool read_configuration(const Places &places, Configuration *out, std::string *mistake) {
    try {
        read_places(places, out);
    } catch (Mistake &found) {
        *mistake = std::move(found.text);
        return false;
    }
    return true;
}

} // namespace wbem
