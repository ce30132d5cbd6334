/* SPDX-License-Identifier: MIT */
/* plugin.c: providers out of shared objects. A handle belongs to its mount, which closes it behind everything else: the last
 * batch, scan, plan or ended call that keeps the mount decides when, on its thread. No code of the object runs on that thread
 * then: a batch's release callback and unload have returned, and what else the provider does is between an open and a close,
 * which keep the mount too. */
#include "../base/utf8.h"
#include "call.h"
#include "engine.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether segments of a shared object lie behind the end of its file, as after a copy that was broken off. dlopen maps them all
 * the same, and then the process dies of SIGBUS. What is no object at all is for dlopen to refuse. */
static bool ends_early(int fd, uint64_t size) {
    ElfW(Ehdr) head;
    if (pread(fd, &head, sizeof head, 0) != (ssize_t)sizeof head) return false;
    if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_phentsize != sizeof(ElfW(Phdr)) || head.e_phoff > size) return false;
    for (uint32_t i = 0; i < head.e_phnum; i++) {
        ElfW(Phdr) part;
        if (pread(fd, &part, sizeof part, (off_t)(head.e_phoff + i * sizeof part)) != (ssize_t)sizeof part) return true;
        if (part.p_type == PT_LOAD && (part.p_offset > size || part.p_filesz > size - part.p_offset)) return true;
    }
    return false;
}

static wql_status look_inside(const char *file, const char *path, uint64_t size, wql_error *err) {
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool early;
    if (fd < 0) return WQL_OK; /* dlopen says why */
    early = ends_early(fd, size);
    (void)close(fd);
    if (!early) return WQL_OK;
    return wql__fail(err, WQL_E_PROVIDER_LOAD_FAILURE,
                     "plug-in %s: it is cut short: the file has %llu bytes, and ought to have more", path,
                     (unsigned long long)size);
}

/* What is plainly wrong with the file. A pipe would hold dlopen for ever. */
static wql_status look_at_file(const char *file, const char *path, wql_error *err) {
    struct stat st;
    if (stat(file, &st) != 0) {
        if (errno == EACCES) return wql__fail(err, WQL_E_ACCESS_DENIED, "plug-in %s: its folder may not be entered", path);
        if (errno == ENOENT || errno == ENOTDIR)
            return wql__fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "plug-in %s: there is no such file", path);
        return wql__fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "plug-in %s: the file cannot be reached (error %d)", path, errno);
    }
    if (S_ISDIR(st.st_mode)) return wql__fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "plug-in %s: it is a directory", path);
    if (!S_ISREG(st.st_mode)) return wql__fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "plug-in %s: it is no ordinary file", path);
    if (access(file, R_OK) != 0 && errno == EACCES)
        return wql__fail(err, WQL_E_ACCESS_DENIED, "plug-in %s: the file may not be read", path);
    return look_inside(file, path, (uint64_t)st.st_size, err);
}

/* The provider that the object offers. A pointer to data becomes one to a function by its bytes: POSIX says that dlsym's can, C
 * has no cast for it. */
static wql_status find_provider(void *library, const char *path, const wql_provider **out, wql_error *err) {
    const wql_provider *(*provider_main)(uint32_t abi);
    void *at = dlsym(library, "wql_provider_main");
    if (!at)
        return wql__fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "plug-in %s: it exports no wql_provider_main, so it is no provider",
                         path);
    memcpy(&provider_main, &at, sizeof provider_main);
    *out = provider_main(WQL_ABI);
    if (!*out)
        return wql__fail(err, WQL_E_PROVIDER_LOAD_FAILURE,
                         "plug-in %s: it has no provider for this libwql (version %u of the contract)", path, (unsigned)WQL_ABI);
    return WQL_OK;
}

/* Puts the path in front of what was said. */
static wql_status say_path(wql_error *err, wql_status status, const char *path, const wql_error *said) {
    (void)wql__fail(err, status, "plug-in %s: %s", path, said->message[0] ? said->message : wql_status_text(status));
    wql__error_hint(err, wql_s(said->hint));
    wql__error_provider(err, said->provider);
    return status;
}

static wql_status load_file(wql_engine *engine, const char *ns, const char *file, const char *path, const char *config,
                            wql_error *err) {
    const wql_provider *provider = NULL;
    wql_error said = WQL_INIT(wql_error);
    wql_provider copy;
    wql_status status = look_at_file(file, path, err);
    void *library;
    if (status < 0) return status;
    library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        return wql__fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "plug-in %s: it cannot be loaded: %s", path,
                         why ? why : "no reason given");
    }
    status = find_provider(library, path, &provider, err);
    if (status >= 0) {
        status = wql__provider_check(provider, &copy, &said);
        if (status == WQL_E_INVALID_PARAMETER) status = WQL_E_PROVIDER_LOAD_FAILURE; /* it is not the caller who is wrong */
        if (status >= 0) status = wql__engine_mount(engine, ns, provider, config, NULL, &library, &said);
        if (status < 0) (void)say_path(err, status, path, &said);
    }
    if (library) (void)dlclose(library);
    return status;
}

/* dlopen looks for a name without a slash in the folders of libraries. Here it is a file of the current folder, as for open. */
static wql_status load_here(wql_engine *engine, const char *ns, const char *path, const char *config, wql_error *err) {
    size_t size = strlen(path) + sizeof "./";
    char *file = wql__alloc(engine->mem, size);
    wql_status status;
    if (!file) return wql__fail_memory(engine->mem, err);
    memcpy(file, "./", 2);
    memcpy(file + 2, path, size - 2);
    status = load_file(engine, ns, file, path, config, err);
    wql__free(engine->mem, file, size);
    return status;
}

wql_status wql__engine_load(wql_engine *engine, const char *ns, const char *path, const char *config, wql_error *err) {
    char name[1024];
    wql_status status;
    if (!*path) return wql__fail(err, WQL_E_INVALID_PARAMETER, "the path of the plug-in is empty");
    status = wql__namespace_name(ns, engine->server, name, sizeof name, err);
    if (status == WQL_E_INVALID_NAMESPACE) {
        if (err) err->status = WQL_E_INVALID_PARAMETER;
        return WQL_E_INVALID_PARAMETER;
    }
    if (status < 0) return status;
    if (wql__in_callback(engine)) return wql__fail(err, WQL_E_INVALID_OPERATION, "a plug-in cannot be loaded inside a callback");
    if (atomic_load_explicit(&engine->is_closing, memory_order_relaxed))
        return wql__fail(err, WQL_E_SHUTTING_DOWN, "the engine is closing");
    return strchr(path, '/') ? load_file(engine, ns, path, path, config, err) : load_here(engine, ns, path, config, err);
}
