# safetycorr: capabilities correlations of safety benchmarks in PostgreSQL.
#
#   make help                                this list
#   make; make install; make installcheck    as every PGXS extension
#   make demo                                some benchmarks of the paper judged: begin here
#   make test                                the tests that need one server
#   make unit                                the tests of the statistics, without a server
#   make integration                         those with browsers, drivers, R and harnesses, which are large
#   make matrix [SUITE=trixie]               the tests on PostgreSQL 15, 17 and 18
#   make paper DATA=folder                   the paper's tables from its data
#   make dashboard [DATA=folder]             a page of results on localhost
#   make dashboard DB=database [SCHEMA=name] a page of a database of yours
#   make bench [ONLY=name]                   how fast it is (test/bench/run)
#
# demo, test, dashboard and bench install what they need first (test/setup) and run on a
# throwaway cluster (test/cluster).  PG_CONFIG=path chooses the server.

MODULE_big = safetycorr
PGFILEDESC = "safetycorr - capabilities correlations of safety benchmarks"

EXTENSION = safetycorr

# "make paper DATA=folder" names a folder by a variable that PGXS uses too, so
# ours is set with override and the caller's is kept.  The install script is
# listed by name: in a VPATH build a wildcard would install nothing.
PAPER_DATA := $(if $(filter command environment,$(firstword $(origin DATA))),$(DATA))
override DATA := sql/safetycorr--1.0.sql

# Regression tests, in the order they run: sql/NAME.sql, expected/NAME.out.
REGRESS = install types wide matrix annotations analyses described missing uncertainty eval_logs errors constants views eval_tables

# Tests compare text with non-ASCII labels in C order on any cluster.
ENCODING = UTF8
NO_LOCALE = 1

# The folder of this file, also in a build outside the source tree.
here := $(dir $(lastword $(MAKEFILE_LIST)))

# src/load is a program of its own.
LOADER = safetycorr-load
LOADER_OBJS := $(patsubst $(here)%.c,%.o,$(sort $(wildcard $(here)src/load/*.c)))
LOADER_HDRS := $(wildcard $(here)src/load/*.h)

OBJS = $(filter-out $(LOADER_OBJS),$(patsubst $(here)%.c,%.o,$(sort $(wildcard $(addprefix $(here)src/,*/*.c */*/*.c)))))
HDRS = $(filter-out $(LOADER_HDRS),$(wildcard $(addprefix $(here)src/,*/*.h */*/*.h)))

# The server's headers are not clean under -Wextra: as system headers they are
# not warned about.
PG_CPPFLAGS = -I$(here)src -isystem $(includedir_server) $(GSL_CPPFLAGS)

# Without contraction an expression gives the same bits with FMA as without.
PG_CFLAGS = -Wextra -ffp-contract=off

# GSL's own cblas by name: another BLAS would change last bits.
GSL_CONFIG ?= gsl-config
GSL_LIBS := $(or $(shell $(GSL_CONFIG) --libs-without-cblas 2>/dev/null),-lgsl)
GSL_CPPFLAGS := $(filter-out -I/usr/include,$(shell $(GSL_CONFIG) --cflags 2>/dev/null))
SHLIB_LINK = $(GSL_LIBS) -lgslcblas -lm

EXTRA_CLEAN = test/unit/build test/fuzz/build $(LOADER) $(LOADER_OBJS)

# "make dashboard DB=..." reads a database that is there and builds nothing in C.
of_database := $(and $(filter dashboard,$(MAKECMDGOALS)),$(filter command environment,$(firstword $(origin DB))))

# Refused before PGXS or the compiler say something else about it.
PG_CONFIG ?= pg_config
export PG_CONFIG
server := $(if $(of_database),,$(shell $(PG_CONFIG) --version 2>/dev/null))
major := $(shell echo '$(server)' | sed -n '1s/^[^0-9]*\([0-9]*\).*/\1/p')
ifneq ($(server),)
ifneq ($(shell test '$(major)' -ge 15 2>/dev/null && echo yes),yes)
$(error safetycorr needs PostgreSQL 15 or later, $(PG_CONFIG) is of $(server))
endif
endif

# pg_config may be there (libpq-dev has one) while PGXS is not.
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)

ifneq ($(wildcard $(PGXS)),)

include $(PGXS)

# Loops over the elements of rows are worth vectorising; no bit depends on it.
src/stats/correlation/moments.o src/stats/base/products.o src/stats/component/lanczos.o \
	src/stats/component/power_method.o src/functions/shared/arrays.o: override CFLAGS += -O3
src/stats/resampling/refit_lanes.o: override CFLAGS += -O3 -fno-math-errno

# PG_CFLAGS does not reach the bitcode, which JIT inlines.
BITCODE_CFLAGS += -ffp-contract=off

# PGXS of a server built without --enable-depend (Debian's) knows no headers,
# and makes no folders in a build outside the source tree.
OBJDIRS := $(addprefix $(CURDIR)/,$(patsubst %/,%,$(sort $(dir $(OBJS) $(LOADER_OBJS)))))

$(OBJS) $(OBJS:.o=.bc): $(HDRS) $(here)Makefile | $(OBJDIRS)

# The loader is a client: it has libpq's headers and none of the server's.
# (PGXS knows programs only where there is no module, and forgets scripts when
# it uninstalls.)
all: $(LOADER)

$(LOADER_OBJS): override CPPFLAGS := -I$(here)src -I$(includedir) -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
$(LOADER_OBJS): $(LOADER_HDRS) $(here)Makefile | $(OBJDIRS) libpq-is-there

$(LOADER): $(LOADER_OBJS)
	$(CC) $(CFLAGS) $(LOADER_OBJS) $(LDFLAGS) $(LDFLAGS_EX) -L$(libdir) -lpq -o $@

libpq-is-there:
	@echo '#include <libpq-fe.h>' | $(CC) -I$(includedir) -E -x c - >/dev/null 2>&1 || \
	  { echo "libpq-fe.h is not there, which $(LOADER) is built with:" >&2; \
	    echo "install libpq's development files (Debian: libpq-dev)" >&2; exit 1; }

install: install-loader

install-loader: $(LOADER)
	$(MKDIR_P) '$(DESTDIR)$(bindir)'
	$(INSTALL_PROGRAM) $(LOADER) '$(DESTDIR)$(bindir)/$(LOADER)'

uninstall: uninstall-loader

uninstall-loader:
	rm -f '$(DESTDIR)$(bindir)/$(LOADER)'

.PHONY: libpq-is-there install-loader uninstall-loader

$(OBJDIRS):
	mkdir -p $@

else

all install installcheck uninstall clean:
	@echo "PGXS is not there: $(or $(PGXS),$(PG_CONFIG) was not found)" >&2
	@echo "Install the server's development files (Debian: postgresql-server-dev-all)," >&2
	@echo "or name another server by PG_CONFIG=path, or try \"make demo\"." >&2
	@exit 1

.PHONY: all install installcheck uninstall clean

endif

# Each of these runs make again once test/setup is through: by then PGXS is
# there, and this file reads differently.
# (Their lines begin with + for the sake of make -j: the word MAKE is not in them.)
build = $(MAKE) --no-print-directory -s $(parallel) all
parallel = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(or $(shell nproc 2>/dev/null),1))

.PHONY: help test integration matrix demo paper dashboard bench unit

help:
	@sed -n "s/^#   make/make/p" "$(here)Makefile"

ifeq ($(here),./)

test:
	@test/setup test
	+@$(build)
	@test/run

# Dashboards in a browser, drivers of other languages, packages of R, harnesses: what
# they want is large, so it is not part of "make test".
integration:
	@test/setup integration
	+@$(build)
	@test/run integration

# make matrix [SUITE=trixie]
matrix:
	@test/matrix $(SUITE)

# The compiler's output would push the answer off the screen.
demo:
	@test/setup demo
	+@log=$$(mktemp) && trap 'rm -f "$$log"' EXIT && \
	  { $(build) >"$$log" 2>&1 || { cat "$$log" >&2; exit 1; }; }
	@test/cluster psql -X -v ON_ERROR_STOP=1 -f test/demo.sql

paper:
	$(if $(PAPER_DATA),,$(error usage: make paper DATA=folder, the data folder of the paper's repository))
	@test/setup demo
	+@$(build)
	@test/cluster test/paper '$(PAPER_DATA)'

# make dashboard [DATA=folder] [PORT=number] [OUT=folder] [PICTURES=yes]: of the scores
# that the project ships, or of the data folder of the paper's repository.
# make dashboard DB=database [SCHEMA=name] [PORT=number] [OUT=folder]: of a database.
# What DB says, a password maybe, goes on in the environment as it stands.
dashboard: export PORT := $(PORT)
dashboard: export OUT := $(OUT)
ifneq ($(of_database),)
dashboard: export SAFETYCORR_DB := $(value DB)
dashboard: export SAFETYCORR_SCHEMA := $(value SCHEMA)
dashboard:
	$(if $(PAPER_DATA)$(PICTURES),$(error DATA and PICTURES are of the scores that the project ships: without DB))
	@test/setup page
	@test/integration/dashboard --database
else
dashboard:
	$(if $(and $(SCHEMA),$(filter command,$(firstword $(origin SCHEMA)))),$(error SCHEMA is of a database of yours: with DB))
	@test/setup dashboard
	+@$(build)
	@test/cluster test/integration/dashboard $(if $(PICTURES),--pictures) $(if $(PAPER_DATA),'$(PAPER_DATA)')
endif

# make bench [ONLY=name,name] [SCALE=0.01] [UPDATE=yes] [SYMMV=full]: make hands
# what is set here down to test/bench/run in the environment.  Its largest
# tables, two of 1.2 GB, are to stay in shared buffers.
bench: export CLUSTER_CONF = shared_buffers = 3GB
bench:
	@test/setup bench
	+@$(build)
	@PYTHONDONTWRITEBYTECODE=1 test/cluster $(or $(TEST_PYTHON),/usr/bin/python3) test/bench/run

unit:
	@$(MAKE) --no-print-directory -k -C test/unit check

else

# Outside the source tree only what PGXS does is of use.
test integration matrix demo paper dashboard bench unit:
	$(MAKE) -C $(here) $@

endif
