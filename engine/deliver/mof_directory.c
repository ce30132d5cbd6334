/* SPDX-License-Identifier: MIT */
/* mof_directory.c: MOF files below a folder. Names are taken apart here, and each part is opened in the folder before it,
 * following no link: so no name, and no change of the tree meanwhile, leads out of the root. */
#include "mof.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static wql_status outside(const wql__mof_directory *d, const char *name, wql_error *err) {
    return wql__fail(err, WQL_E_ACCESS_DENIED, "the file \"%s\" is outside of %s", name, d->path);
}

static bool is_separator(char c) { return c == '/' || c == '\\'; }

/* Appends the parts of a name to d->name, which holds a folder (or nothing) up to `length`. */
static wql_status append(wql__mof_directory *d, size_t length, const char *name, wql_error *err) {
    const char *at = name;
    if (is_separator(*at)) return outside(d, name, err);
    while (*at) {
        size_t part = strcspn(at, "/\\");
        if (part == 2 && memcmp(at, "..", 2) == 0) {
            if (length == 0) return outside(d, name, err);
            while (length > 0 && d->name[length - 1] != '/') length--;
            if (length > 0) length--;
        } else if (part > 0 && !(part == 1 && *at == '.')) {
            if (length + part + 2 > sizeof d->name)
                return wql__fail(err, WQL_E_INVALID_PARAMETER, "the name \"%s\" is too long for a file", name);
            if (length > 0) d->name[length++] = '/';
            memcpy(d->name + length, at, part);
            length += part;
        }
        at += part;
        while (is_separator(*at)) at++;
    }
    d->name[length] = 0;
    return length > 0 ? WQL_OK : wql__fail(err, WQL_E_INVALID_PARAMETER, "\"%s\" names no file", name);
}

/* The canonical name of a file, from the root. */
static wql_status resolve(wql__mof_directory *d, const char *from, const char *name, wql_error *err) {
    const char *slash = from ? strrchr(from, '/') : NULL;
    size_t length = slash ? (size_t)(slash - from) : 0;
    if (length >= sizeof d->name) length = 0; /* such a name was never given out */
    if (length) memmove(d->name, from, length);
    return append(d, length, name, err);
}

static wql_status cannot_open(const wql__mof_directory *d, int in, const char *part, int why, wql_error *err) {
    struct stat st;
    if ((why == ELOOP || why == ENOTDIR) && fstatat(in, part, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
        return wql__fail(err, WQL_E_ACCESS_DENIED, "the file \"%s\" is behind a symbolic link, which is not followed", d->name);
    if (why == ENOENT || why == ENOTDIR)
        return wql__fail(err, WQL_E_NOT_FOUND, "there is no file \"%s\" in %s", d->name, d->path);
    if (why == ENOMEM) return wql__fail(err, WQL_E_OUT_OF_MEMORY, "out of memory");
    return wql__fail(err, why == EACCES || why == EPERM ? WQL_E_ACCESS_DENIED : WQL_E_FAILED,
                     "the file \"%s\" in %s cannot be opened (system error %d)", d->name, d->path, why);
}

static void leave_folder(wql__mof_directory *d) {
    if (d->folder >= 0) (void)close(d->folder);
    d->folder = -1;
    d->folder_length = 0;
}

/* Opens the folder of d->name, part by part. */
static wql_status enter_folder(wql__mof_directory *d, wql_error *err) {
    char *slash = strrchr(d->name, '/');
    size_t length = slash ? (size_t)(slash - d->name) : 0;
    int in = d->root;
    leave_folder(d);
    for (char *part = d->name; part < d->name + length;) {
        char *end = strchr(part, '/');
        int next, why;
        *end = 0;
        next = openat(in, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        why = errno;
        if (next < 0) {
            char name[256];
            (void)strncpy(name, part, sizeof name - 1);
            name[sizeof name - 1] = 0;
            *end = '/';
            (void)cannot_open(d, in, name, why, err);
            if (in != d->root) (void)close(in);
            return err ? err->status : WQL_E_FAILED;
        }
        *end = '/';
        if (in != d->root) (void)close(in);
        in = next;
        part = end + 1;
    }
    if (in != d->root) d->folder = in;
    d->folder_length = length;
    return WQL_OK;
}

/* Whether the last file's folder is that of `before`, d->name as it was, too. */
static bool is_same_folder(const wql__mof_directory *d, const char *before) {
    const char *slash = strrchr(d->name, '/');
    size_t length = slash ? (size_t)(slash - d->name) : 0;
    return length == d->folder_length && (length == 0 || (d->folder >= 0 && memcmp(before, d->name, length) == 0));
}

static bool reserve(wql__mof_directory *d, size_t size) {
    char *bigger;
    if (size <= d->bytes_size) return true;
    bigger = wql__realloc(d->mem, d->bytes, d->bytes_size, size);
    if (!bigger) return false;
    d->bytes = bigger;
    d->bytes_size = size;
    return true;
}

static wql_status read_all(wql__mof_directory *d, int fd, wql_str *out, wql_error *err) {
    struct stat st;
    size_t length = 0;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return wql__fail(err, WQL_E_FAILED, "\"%s\" in %s is no ordinary file", d->name, d->path);
    if (st.st_size < 0 || (uint64_t)st.st_size > d->most) return wql__fail_limit(err, "file_bytes_max", d->most);
    if (!reserve(d, (size_t)st.st_size + 4096)) return wql__fail_memory(d->mem, err);
    for (;;) {
        ssize_t got = read(fd, d->bytes + length, d->bytes_size - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            return wql__fail(err, WQL_E_FAILED, "\"%s\" in %s cannot be read (system error %d)", d->name, d->path, errno);
        if (got == 0) break;
        length += (size_t)got;
        if (length > d->most) return wql__fail_limit(err, "file_bytes_max", d->most);
        if (length == d->bytes_size && !reserve(d, d->bytes_size * 2)) return wql__fail_memory(d->mem, err);
    }
    *out = (wql_str){d->bytes, length};
    return WQL_OK;
}

static wql_status directory_open(void *user, const char *from, const char *name, wql_mof_file *out, wql_error *err) {
    wql__mof_directory *d = user;
    char before[sizeof d->name];
    const char *slash;
    int fd, in, why;
    wql_status status;
    memcpy(before, d->name, d->folder_length);
    status = resolve(d, from, name, err);
    if (status >= 0 && !is_same_folder(d, before)) status = enter_folder(d, err);
    if (status < 0) {
        leave_folder(d);
        return status;
    }
    slash = strrchr(d->name, '/');
    in = d->folder >= 0 ? d->folder : d->root;
    fd = openat(in, slash ? slash + 1 : d->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    why = errno;
    if (fd < 0) return cannot_open(d, in, slash ? slash + 1 : d->name, why, err);
    status = read_all(d, fd, &out->text, err);
    (void)close(fd);
    out->name = d->name;
    return status;
}

wql_status wql__mof_directory_open(wql__mem *mem, const char *path, uint64_t most, wql__mof_directory *out,
                                   wql_mof_reader *reader, wql_error *err) {
    memset(out, 0, sizeof *out);
    out->mem = mem;
    out->path = path;
    out->folder = -1;
    out->most = most;
    out->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (out->root < 0)
        return wql__fail(err, errno == EACCES ? WQL_E_ACCESS_DENIED : WQL_E_NOT_FOUND, "\"%s\" is no folder that can be opened",
                         path);
    memset(reader, 0, sizeof *reader);
    reader->struct_size = sizeof *reader;
    reader->user = out;
    reader->open = directory_open;
    return WQL_OK;
}

void wql__mof_directory_close(wql__mof_directory *d) {
    leave_folder(d);
    if (d->root >= 0) (void)close(d->root);
    d->root = -1;
    wql__free(d->mem, d->bytes, d->bytes_size);
    d->bytes = NULL;
}
