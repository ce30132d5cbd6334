# SPDX-License-Identifier: MIT
# libwql. Two commands: `make demo` shows it, `make check` tests it; either may be the first on a fresh Debian 12.
# Plain `make` builds and installs nothing.
#
#   B=DIR        where to build (build)            OPT=FLAGS   optimisation (-O2 -g)
#   SAN=FLAGS    sanitizers, with a B of their own WERROR=     warnings are no errors (they are in check)
#   CC=clang-14  the other compiler                PREFIX= DESTDIR=   for install
#   WHOLE=yes    compiles the COM face as one file: sooner done from nothing

VERSION := $(shell cat VERSION)
PREFIX  ?= /usr/local
DESTDIR ?=
B       ?= build
CC      := gcc
CXX     := g++
OPT     ?= -O2 -g
SAN     ?=
WERROR  ?=
WARN    := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla -Wwrite-strings
CFLAGS  += -std=c11 -D_GNU_SOURCE $(OPT) $(SAN) $(WARN) $(WERROR) -Iinclude -fvisibility=hidden -fPIC -pthread -MMD -MP \
           -DWQL_VERSION_TEXT='"$(VERSION)"'
CXXFLAGS += -std=c++17 $(OPT) $(SAN) -Wall -Wextra -Wconversion -Wshadow $(WERROR) -Iinclude/wbem -Iinclude -fvisibility=hidden \
           -fvisibility-inlines-hidden -fPIC -pthread -MMD -MP $(if $(SAN),-DWBEM_CHECKING)
LDLIBS  := -pthread -ldl

GEN      := $(B)/gen/wql_lexer.c $(B)/gen/wql_grammar.c $(B)/gen/wql_grammar.h $(B)/gen/mof_lexer.c $(B)/gen/mof_grammar.c \
            $(B)/gen/mof_grammar.h $(B)/gen/fold_table.h
LIB_SRC  := $(sort $(wildcard engine/*/*.c grammar/*.c providers/*/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(B)/obj/%.o) $(B)/obj/gen/wql_lexer.o $(B)/obj/gen/mof_lexer.o
# The shell edits lines with libedit, where that is installed; EDIT= builds it without.
EDIT     := $(if $(shell pkg-config --exists libedit 2>/dev/null && echo yes),-DWQL_LIBEDIT)
EDIT_LIB  = $(if $(EDIT),$(shell pkg-config --libs libedit))
# The COM face is compiled file by file; with sanitizers, and where WHOLE=yes, as one: most of the time goes to what its files include.
WBEM_SRC := $(sort $(wildcard wbem/*.cc))
WBEM_OBJ := $(if $(SAN)$(WHOLE),$(B)/obj/gen/wbem.o,$(WBEM_SRC:%.cc=$(B)/obj/%.o))
CLI_OBJ  := $(patsubst %.c,$(B)/obj/%.o,$(sort $(wildcard cli/*.c)))

# UNITS, WBEM_UNITS: only these of the unit tests.
UNITS    ?= $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c)))
UNIT     := $(UNITS:%=$(B)/tests/unit/%)
WBEM_UNITS ?= $(patsubst tests/wbem/%.cc,%,$(sort $(wildcard tests/wbem/test_*.cc)))
WBEM_TEST := $(WBEM_UNITS:%=$(B)/tests/wbem/%)
WBEM_AID := $(patsubst %.cc,$(B)/obj/%.o,$(filter-out tests/wbem/test_%,$(sort $(wildcard tests/wbem/*.cc))))
UNIT_AID := $(patsubst %.c,$(B)/obj/%.o,$(filter-out tests/unit/test_%,$(sort $(wildcard tests/unit/*.c))))
TICKS    := $(B)/obj/tests/unit/ticks.o
PROGRAMS := $(patsubst %,$(B)/tests/%,golden/golden language/language language/errors mof/lex mof/load oracle/oracle joins/joins \
            fault/fault stress/stress points/points points/preload.so) \
            $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/fuzz/*.c tests/cli/*.c)))
# Of these one build is enough.
PROGRAMS += $(if $(SAN),,$(B)/tests/limits/limits $(B)/tests/soak/soak $(B)/tests/sim/sim $(B)/bench/bench $(B)/bench/peers \
            $(B)/tests/counts/counts $(B)/tests/counts/looks/libwql.so.0)
# An example for libuv, where that is installed.
LIBUV    := $(shell pkg-config --exists libuv 2>/dev/null && echo yes)
NO_EXAMPLE := examples/plugin_% $(if $(LIBUV),,examples/17_libuv.c)
EXAMPLES := $(patsubst %.c,$(B)/%,$(sort $(filter-out $(NO_EXAMPLE),$(wildcard examples/*.c)))) $(patsubst %.cc,$(B)/%,$(sort $(wildcard examples/*.cc)))
WBEM_EXAMPLES := $(foreach made,gcc11 gcc20 clang11 clang20,$(patsubst %.cc,$(B)/%.$(made),$(wildcard examples/wbem/*.cc))) \
            $(foreach made,gcc clang,$(patsubst %.c,$(B)/%.$(made),$(wildcard examples/wbem/*.c)))
PLUGINS  := $(patsubst %.c,$(B)/%.so,$(sort $(wildcard examples/plugin_*.c tests/plugins/*.c)))

.PHONY: always all lib tests sanitized setup missing check check-long demo bench bench-peers bench-picture install uninstall clean
.DELETE_ON_ERROR:
.SECONDARY:

all: missing
	@$(MAKE) --no-print-directory lib

lib: $(B)/libwql.so.0 $(B)/libwql.a $(B)/wql $(B)/wql.pc $(B)/libwbemcli.so.0 $(B)/libwbemcli.a $(B)/wbemcli.pc
tests: $(UNIT) $(WBEM_TEST) $(PROGRAMS) $(EXAMPLES) $(WBEM_EXAMPLES) $(PLUGINS)
# What runs with a sanitizer too: unit tests, and the programs of these folders.
SANITIZED ?= golden fault points stress fuzz
sanitized: $(UNIT) $(WBEM_TEST) $(PLUGINS) $(foreach folder,$(SANITIZED),$(filter $(B)/tests/$(folder)/%,$(PROGRAMS)))

# -- what is missing: plain make says it, make setup installs it -----------------------------------------------------
missing:
	@sh tools/packages.sh --check
setup:
	@sh tools/packages.sh --install

# -- generated sources -----------------------------------------------------------------------------------------------
$(B)/gen/%_lexer.c: grammar/%.re
	@mkdir -p $(@D)
	re2c -W -Werror -i --no-generation-date -o $@ $<
$(B)/gen/%_grammar.c $(B)/gen/%_grammar.h: grammar/%.y
	@mkdir -p $(B)/gen
	lemon -q -s -d$(B)/gen $< >/dev/null && mv $(B)/gen/$*.c $(B)/gen/$*_grammar.c && mv $(B)/gen/$*.h $(B)/gen/$*_grammar.h
$(B)/gen/fold_table.h: tools/fold_table.awk /usr/share/unicode/CaseFolding.txt
	@mkdir -p $(@D)
	awk -f tools/fold_table.awk /usr/share/unicode/CaseFolding.txt >$@

# The system classes, by the library's own compiler of MOF: what it needs of the library is built without them.
MOF_TOOL := tools/system_classes.c $(filter-out engine/data/system_classes.c,$(filter grammar/mof_%.c engine/base/%.c engine/data/%.c \
            engine/query/mof_%.c engine/query/class_equal.c,$(LIB_SRC)))
$(B)/tools/system_classes: $(MOF_TOOL:%.c=$(B)/obj/%.o) $(B)/obj/gen/mof_lexer.o
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $^ $(LDLIBS)
$(B)/gen/system_classes_table.h: engine/data/system.mof $(B)/tools/system_classes
	$(B)/tools/system_classes $< >$@
$(B)/obj/engine/data/system_classes.o: $(B)/gen/system_classes_table.h

# -- objects ---------------------------------------------------------------------------------------------------------
$(B)/obj/gen/%.o: $(B)/gen/%.c | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -I$(B)/gen -I. -c -o $@ $<
$(B)/obj/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -I$(B)/gen -c -o $@ $<

$(B)/obj/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) -c -o $@ $<

# -- the library and the tool ----------------------------------------------------------------------------------------
$(B)/libwql.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^
$(B)/libwql.so.0: $(LIB_OBJ) libwql.map
	$(CC) $(SAN) -shared -Wl,-soname,libwql.so.0 -Wl,--version-script=libwql.map $(if $(SAN),,-Wl,-z,defs) -o $@ $(LIB_OBJ) $(LDLIBS)
	@ln -sf libwql.so.0 $(B)/libwql.so
$(B)/wql: $(CLI_OBJ) $(B)/libwql.a
	$(CC) $(SAN) -o $@ $(CLI_OBJ) $(B)/libwql.a $(EDIT_LIB) $(LDLIBS)
$(B)/obj/cli/edit.o: CFLAGS += $(EDIT)
$(B)/%.pc: %.pc.in VERSION
	@mkdir -p $(@D)
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' $< >$@
$(B)/gen/wbem.cc: $(WBEM_SRC)
	@mkdir -p $(@D)
	@printf '#include "%s"\n' $(WBEM_SRC) >$@
$(B)/obj/gen/wbem.o: $(B)/gen/wbem.cc
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) $(if $(SAN),-O0) $(if $(findstring clang,$(CXX)),,-Wno-subobject-linkage) -I. -c -o $@ $<
# The face for code written for WMI: a library of its own, on the public headers.
$(B)/libwbemcli.a: $(WBEM_OBJ)
	@rm -f $@
	ar rcs $@ $^
$(B)/libwbemcli.so.0: $(WBEM_OBJ) $(B)/libwql.so.0 libwbemcli.map
	$(CXX) $(SAN) -shared -Wl,--as-needed -Wl,-soname,libwbemcli.so.0 -Wl,--version-script=libwbemcli.map $(if $(SAN),,-Wl,-z,defs) -o $@ \
	    $(WBEM_OBJ) $(B)/libwql.so.0 $(LDLIBS)
	@ln -sf libwbemcli.so.0 $(B)/libwbemcli.so

# -- tests and examples ----------------------------------------------------------------------------------------------
# The unit tests are one program under many names, which runs the tests that it is called by: it links once.
$(UNIT): $(B)/tests/unit/units
	@ln -sf units $@
$(B)/tests/unit/units: $(UNITS:%=$(B)/obj/tests/unit/%.o) $(UNIT_AID) $(B)/libwql.a
	@mkdir -p $(@D)
	$(CC) $(SAN) $(QUICK_LD) -o $@ $(filter %.o,$^) $(B)/libwql.a -lcmocka -lsqlite3 $(LDLIBS) -lm
$(B)/gen/units.h: $(if $(filter-out $(file <$(B)/gen/units.txt),$(UNITS))$(filter-out $(UNITS),$(file <$(B)/gen/units.txt)),always)
	@mkdir -p $(@D)
	@echo '$(UNITS)' >$(B)/gen/units.txt
	@printf 'UNIT(%s)\n' $(UNITS) >$@
$(B)/obj/tests/unit/units.o: $(B)/gen/units.h
$(UNITS:%=$(B)/obj/tests/unit/%.o): CFLAGS += -Dmain=$(basename $(notdir $@))_main -Wno-missing-prototypes
$(WBEM_TEST): $(B)/tests/wbem/%: $(B)/obj/tests/wbem/%.o $(WBEM_AID) $(B)/libwbemcli.a $(B)/libwql.a
	@mkdir -p $(@D)
	$(CXX) $(SAN) $(QUICK_LD) -o $@ $(filter %.o,$^) $(B)/libwbemcli.a $(B)/libwql.a -lcmocka -lsqlite3 $(LDLIBS)
# They are many: less is optimised in them, and binutils' other linker is quicker, where it is there.
$(B)/obj/tests/unit/%.o: CFLAGS += $(if $(SAN),,-O1)
$(B)/obj/tests/wbem/%.o: CXXFLAGS += -O0 $(if $(SAN),-fno-sanitize=undefined)
QUICK_LD := $(if $(shell command -v ld.gold),-fuse-ld=gold)
# The loops by hand that the library is compared with are as fast as the compiler can make them.
$(B)/obj/bench/%.o: CFLAGS += $(if $(SAN),,-O3)
# The programs of these folders are made of all files in them.
OF_FOLDERS := $(B)/tests/golden/golden $(B)/tests/oracle/oracle $(B)/tests/joins/joins $(B)/tests/fault/fault
# The tables of the language read case files, and serve them, with the golden runner's parts.
$(B)/tests/language/language $(B)/tests/language/errors: $(B)/%: $(B)/obj/%.o $(B)/obj/tests/language/fixture.o \
                              $(patsubst %,$(B)/obj/tests/golden/%.o,case cell print source lines) $(B)/obj/tests/aid.o \
                              $(B)/libwql.a
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $(filter %.o,$^) $(B)/libwql.a $(LDLIBS) -lm
# Two programs of one folder: peers is the bench with DuckDB, which it loads when it runs.
GUEST    := bench/peers.c $(wildcard bench/duckdb*.c)
BENCH    := $(filter-out bench/main.c $(GUEST),$(sort $(wildcard bench/*.c)))
$(B)/bench/bench: $(patsubst %.c,$(B)/obj/%.o,$(BENCH) bench/main.c)
$(B)/bench/peers: $(patsubst %.c,$(B)/obj/%.o,$(BENCH) $(GUEST))
$(B)/bench/bench $(B)/bench/peers: $(B)/libwql.a
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $(filter %.o,$^) $(B)/libwql.a -lsqlite3 $(LDLIBS) -lm
$(B)/bench/wbem: $(B)/obj/bench/wbem.o $(B)/libwbemcli.a $(B)/libwql.a
	@mkdir -p $(@D)
	$(CXX) $(SAN) -o $@ $^ $(LDLIBS)
# Linked with the shared library, so that callgrind can tell its functions from all others.
BUILT_WITH = $(CC) $(filter-out -g%,$(OPT)) $(SAN) $(shell $(CC) -dumpfullversion -dumpversion) $(shell uname -m)
$(B)/obj/tests/counts/counts.o: CFLAGS += -DCOUNTS_BUILD='"$(strip $(BUILT_WITH))"'
$(B)/tests/counts/counts: $(B)/obj/tests/counts/counts.o $(patsubst %.c,$(B)/obj/%.o,$(BENCH)) $(B)/libwql.so.0
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $(filter %.o,$^) -L$(B) -lwql -Wl,-rpath,'$$ORIGIN/../..' -lsqlite3 $(LDLIBS) -lm
# The library once more, with looks at the flag of a call that can be counted.
LOOKING  := $(shell grep -lE 'wql__(stopped|flag_is_up|run_stopped)' engine/*/*.c)
$(B)/looks/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -DWQL_LOOKS -I$(B)/gen -c -o $@ $<
$(B)/tests/counts/looks/libwql.so.0: $(LIB_OBJ) $(LOOKING:%.c=$(B)/looks/%.o) $(B)/looks/tests/counts/looks.o libwql.map
	@mkdir -p $(@D)
	$(CC) $(SAN) -shared -Wl,-soname,libwql.so.0 -Wl,--version-script=libwql.map -o $@ \
	    $(filter-out $(LOOKING:%.c=$(B)/obj/%.o),$(filter %.o,$^)) $(LDLIBS)
.SECONDEXPANSION:
$(OF_FOLDERS): $$(patsubst %.c,$(B)/obj/%.o,$$(sort $$(wildcard $$(patsubst $(B)/%,%,$$(@D))/*.c))) $(B)/libwql.a
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $(filter %.o,$^) $(B)/libwql.a -lsqlite3 $(LDLIBS) -lm
$(B)/tests/fault/fault: $(TICKS)
$(B)/tests/golden/golden $(B)/tests/oracle/oracle $(B)/tests/joins/joins: $(B)/obj/tests/aid.o
$(B)/tests/stress/stress: $(B)/obj/tests/stress/stress.o $(TICKS) $(B)/libwql.a
$(B)/tests/limits/limits: $(B)/obj/tests/limits/limits.o $(TICKS) $(B)/libwql.a
$(B)/tests/soak/soak: $(B)/obj/tests/soak/soak.o $(TICKS) $(B)/libwql.a
# The files with fault points once more, with the points; they take the place of those in the archive.
FAULTY   := $(shell grep -lw WQL__FAULT engine/*/*.c)
$(B)/faulty/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -DWQL_FAULTS -I$(B)/gen -c -o $@ $<
$(B)/tests/points/points: $(patsubst %.c,$(B)/faulty/%.o,$(FAULTY)) $(patsubst %.c,$(B)/obj/%.o,$(sort $(wildcard tests/points/*.c))) $(TICKS) $(B)/libwql.a
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $(filter %.o,$^) $(B)/libwql.a -lsqlite3 $(LDLIBS)
# Calls on fibers: tests/sim/fibers.c takes the place of engine/base/sync.c, and this room is built with its mistakes on purpose.
$(B)/mutants/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -DWQL_MUTANT=wql__mutant -I$(B)/gen -c -o $@ $<
MUTANTS  := $(patsubst %.c,$(B)/mutants/%.o,$(sort $(wildcard engine/deliver/*.c)))
$(B)/tests/sim/sim: $(MUTANTS) $(patsubst %.c,$(B)/obj/%.o,$(sort $(wildcard tests/sim/*.c))) $(B)/libwql.a
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $(filter %.o,$^) $(B)/libwql.a $(LDLIBS)
$(B)/tests/points/preload.so: tests/points/preload/preload.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -O1 $(WARN) $(WERROR) -fPIC -shared -o $@ $< -ldl
$(B)/tests/stress/stress $(B)/tests/limits/limits $(B)/tests/soak/soak:
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $(filter %.o,$^) $(B)/libwql.a $(LDLIBS)
$(B)/tests/%: $(B)/obj/tests/%.o $(B)/libwql.a
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $< $(B)/libwql.a -lsqlite3 $(LDLIBS) -lm
$(B)/obj/examples/17_libuv.o: CFLAGS += $(shell pkg-config --cflags libuv 2>/dev/null)
$(B)/examples/17_libuv: LDLIBS += $(shell pkg-config --libs libuv 2>/dev/null)
$(B)/examples/%: $(B)/obj/examples/%.o $(B)/libwql.a
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $< $(B)/libwql.a $(LDLIBS)
$(B)/examples/%: examples/%.cc $(B)/libwql.a
	@mkdir -p $(@D)
	$(CXX) -std=c++17 $(OPT) $(SAN) -Wall -Wextra -Wconversion $(WERROR) -Iinclude -o $@ $< $(B)/libwql.a $(LDLIBS)
# Programs written for WMI: by both compilers, in the oldest and the newest standard of their language. They know neither our warnings
# nor our headers' place in the tree, and what Windows wants of a linker must not hurt.
WBEM_FLAGS = $(OPT) -O0 $(SAN) -Wall -Wextra -Wno-unknown-pragmas $(WERROR) -Iinclude/wbem -Iinclude
WBEM_LIBS  = $(B)/libwbemcli.a $(B)/libwql.a
# wbem_example NAME,EXTENSION,COMPILER AND STANDARD,LIBRARIES
define wbem_example
$(B)/examples/wbem/%.$(1): examples/wbem/%.$(2) $$(WBEM_LIBS)
	@mkdir -p $$(@D)
	$(3) $$(WBEM_FLAGS) -MMD -MF $$@.d -o $$@ $$< $$(QUICK_LD) $$(WBEM_LIBS) $(4) $$(LDLIBS)
endef
$(eval $(call wbem_example,gcc11,cc,g++ -std=c++11))
$(eval $(call wbem_example,gcc20,cc,g++ -std=c++20))
$(eval $(call wbem_example,clang11,cc,clang++-14 -std=c++11))
$(eval $(call wbem_example,clang20,cc,clang++-14 -std=c++20))
$(eval $(call wbem_example,gcc,c,gcc -std=c11,-lstdc++))
$(eval $(call wbem_example,clang,c,clang-14 -std=c11,-lstdc++))
# Plug-ins are linked with the C library alone: -z defs proves that they need nothing of libwql's.
$(B)/tests/plugins/undefined.so: DEFS :=
$(PLUGINS): DEFS ?= $(if $(SAN),,-Wl,-z,defs)
$(PLUGINS): $(B)/%.so: $(B)/obj/%.o
	@mkdir -p $(@D)
	$(CC) $(SAN) -shared $(DEFS) -o $@ $<
$(B)/tests/unit/test_plugin: | $(PLUGINS)

check: setup
	@MAKE="$(MAKE)" sh tools/check.sh
check-long: setup
	@MAKE="$(MAKE)" sh tools/check.sh --long
# Built optimised, as a user gets it, in a folder of its own; bench/README.md says how long it takes and how to read it.
bench: setup
	@$(MAKE) --no-print-directory -s -j2 B=build/optimised OPT="-O2 -g" SAN= build/optimised/bench/bench build/optimised/bench/wbem
	build/optimised/bench/bench --rows 1000000 --rows 10000000 --dir build/optimised --json build/bench.json
	build/optimised/bench/wbem --json build/bench-wbem.json
# The same with DuckDB, which it downloads: see the section "peers" there.
bench-peers: setup
	@sh bench/fetch_duckdb.sh build/duckdb
	@$(MAKE) --no-print-directory -s -j2 B=build/optimised OPT="-O2 -g" SAN= build/optimised/bench/peers
	build/optimised/bench/peers --duckdb build/duckdb/libduckdb.so --rows 1000000 --rows 10000000 --dir build/optimised --json build/bench-peers.json
	@$(MAKE) --no-print-directory -s bench-picture
bench-picture:
	awk -f bench/picture.awk build/bench-peers.json >build/bench-peers.svg || { rm -f build/bench-peers.svg; exit 1; }
demo: setup
	@$(MAKE) --no-print-directory -s -j2 lib
	@sh tools/demo.sh $(B)

# -- installing ------------------------------------------------------------------------------------------------------
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include/wql \
	    $(DESTDIR)$(PREFIX)/include/wbem/wrl $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 docs/wql.1 $(DESTDIR)$(PREFIX)/share/man/man1/wql.1
	install -m 755 $(B)/wql $(DESTDIR)$(PREFIX)/bin/wql
	for name in wql wbemcli; do \
	    install -m 755 $(B)/lib$$name.so.0 $(DESTDIR)$(PREFIX)/lib/lib$$name.so.0 && \
	    ln -sf lib$$name.so.0 $(DESTDIR)$(PREFIX)/lib/lib$$name.so && \
	    install -m 644 $(B)/lib$$name.a $(DESTDIR)$(PREFIX)/lib/lib$$name.a && \
	    sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' $$name.pc.in >$(DESTDIR)$(PREFIX)/lib/pkgconfig/$$name.pc || exit 1; \
	done
	install -m 644 include/wql/*.h $(DESTDIR)$(PREFIX)/include/wql/
	install -m 644 include/wbem/*.h $(DESTDIR)$(PREFIX)/include/wbem/
	install -m 644 include/wbem/wrl/*.h $(DESTDIR)$(PREFIX)/include/wbem/wrl/
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/share/man/man1/wql.1 $(DESTDIR)$(PREFIX)/bin/wql
	for name in wql wbemcli; do \
	    rm -f $(DESTDIR)$(PREFIX)/lib/lib$$name.so.0 $(DESTDIR)$(PREFIX)/lib/lib$$name.so $(DESTDIR)$(PREFIX)/lib/lib$$name.a \
	        $(DESTDIR)$(PREFIX)/lib/pkgconfig/$$name.pc; \
	done
	rm -rf $(DESTDIR)$(PREFIX)/include/wql $(DESTDIR)$(PREFIX)/include/wbem

clean:
	rm -rf build

-include $(shell find $(B)/obj $(B)/faulty $(B)/mutants $(B)/looks $(B)/examples/wbem -name '*.d' 2>/dev/null)
