/* SPDX-License-Identifier: MIT */
/* wbemmain.h: wmain, a program's beginning with wide arguments. Included by windows.h.
 *
 * `int wmain(int argc, wchar_t *argv[]) {` defines that function under another name, and a main that calls it; so it stands in
 * one file of a program, as a definition. Arguments and environment are read as UTF-8. */
#ifndef WBEM_WBEMMAIN_H
#define WBEM_WBEMMAIN_H

#include "wtypes.h"

WBEM_BEGIN
/* Wide copies of a list of texts that ends in NULL, itself one piece of memory for free. NULL: no memory. */
WBEM_API wchar_t **wbem_wide_texts(char **texts);
extern char **environ;
WBEM_FINISH

#ifdef __cplusplus
WBEM_BEGIN_CXX
namespace wbem_main {
/* Calls wmain with what it declares, and makes an int of what it returns. */
template <typename Character> inline int call(int (*wide)(int, Character **), int argc, wchar_t **argv, wchar_t **) {
    return wide(argc, const_cast<Character **>(argv));
}
template <typename Character>
inline int call(int (*wide)(int, Character **, Character **), int argc, wchar_t **argv, wchar_t **variables) {
    return wide(argc, const_cast<Character **>(argv), const_cast<Character **>(variables));
}
inline int call(int (*wide)(), int, wchar_t **, wchar_t **) { return wide(); }
inline int call(void (*wide)(int, wchar_t **), int argc, wchar_t **argv, wchar_t **) {
    wide(argc, argv);
    return 0;
}
inline int call(void (*wide)(), int, wchar_t **, wchar_t **) {
    wide();
    return 0;
}
template <typename Wide> inline int run(Wide *wide, int argc, char **argv) {
    wchar_t **arguments = wbem_wide_texts(argv), **variables = wbem_wide_texts(environ);
    const int code = arguments && variables ? call(wide, argc, arguments, variables) : 1;
    free(arguments);
    free(variables);
    return code;
}
template <typename Function> struct Result;
template <typename R, typename... A> struct Result<R(A...)> { typedef R type; };
} // namespace wbem_main
WBEM_FINISH
#define wmain(...)                                                                                                               \
    wbem_wide_main(__VA_ARGS__);                                                                                                 \
    int main(int wbem_count, char **wbem_texts) { return wbem_main::run(wbem_wide_main, wbem_count, wbem_texts); }               \
    wbem_main::Result<decltype(wbem_wide_main)>::type wbem_wide_main(__VA_ARGS__)
#else
/* One that takes fewer arguments leaves the others alone. */
WBEM_INLINE int wbem_run_main(int (*wide)(int, wchar_t **, wchar_t **), int argc, char **argv) {
    wchar_t **arguments = wbem_wide_texts(argv), **variables = wbem_wide_texts(environ);
    const int code = arguments && variables ? wide(argc, arguments, variables) : 1;
    free(arguments);
    free(variables);
    return code;
}
#define wmain(...)                                                                                                               \
    wbem_wide_main(__VA_ARGS__);                                                                                                 \
    int main(int wbem_count, char **wbem_texts) {                                                                                \
        return wbem_run_main((int (*)(int, wchar_t **, wchar_t **))(void (*)(void))wbem_wide_main, wbem_count, wbem_texts);      \
    }                                                                                                                            \
    int wbem_wide_main(__VA_ARGS__)
#endif

#endif
