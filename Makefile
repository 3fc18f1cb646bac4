# Names for what one does with this tree; CMakePresets.json says how. `make` alone lists them.

PREFIX ?= /usr/local
JOBS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
N ?= 3
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help deps programs build executors test test-long adversary kill-points demo golden docs site conformance lint format bench asan tsan fuzz lab-up lab-down install deb release dev clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

deps: ## install what the build needs and this machine lacks (Debian, Ubuntu, macOS with Homebrew)
	@.ci/deps build

programs: ## build what runs, without the tests, into build/bin/
	@.ci/deps programs
	@test -f build/build.ninja || cmake --preset dev -DPLUMB_TESTS=OFF
	@cmake --build build --parallel $(JOBS) --target programs

# A folder that was made for the programs alone learns of the tests here, and keeps what it has built.
build: deps ## build everything into build/, the programs into build/bin/
	@test -f build/build.ninja && grep -q '^PLUMB_TESTS:BOOL=ON' build/CMakeCache.txt || cmake --preset dev -DPLUMB_TESTS=ON
	@cmake --build build --parallel $(JOBS)

executors: build ## build plumb-exec for arm64, armv7 and riscv64 too; plumb then reaches such hosts
	@.ci/deps executors
	@JOBS=$(JOBS) cmake/executors build

test: build ## build, and run every test; as root with the lab of real hosts. At the end: what was skipped, and why
	@[ "$$(id -u)" != 0 ] || .ci/deps lab inventory logins editors servers || echo 'test: not all that the lab and the logins need is to be had here'
	@.ci/test build -LE long

test-long: build ## what `make test` does, with many more of the cases that are made by chance, and races that take long
	@PLUMB_LONG=1 .ci/test build

adversary: build ## what a hostile local user, host, plan or reader could get: nothing
	@.ci/test build -R '^(adversary|local_user|account_kills)[.]|^controller_kills'

kill-points: build ## kill the executor, or let its writing fail, at calls that write, for every kind
	@PLUMB_LONG=1 build/tests/meet kills

# Where nothing is built yet, a program that is not optimised is there in half the time and shows the same.
demo: ## a tour of plumb on a scratch folder, checked as it goes
	@.ci/deps programs
	@folder=build; test -f build/build.ninja || folder=build/demo; \
	{ test -f $$folder/build.ninja || cmake --preset demo; } && \
	cmake --build $$folder --parallel $(JOBS) --target programs && docs/demo/demo.sh $$folder/bin/plumb

golden: build ## rewrite the expected outputs of the golden cases, for review with git diff
	@PLUMB_GOLDEN=rewrite ctest --test-dir build --parallel 2 --output-on-failure -L unit

docs: build ## rewrite docs/reference/ from the schemas and the list of codes
	@build/bin/plumb-docs . docs/reference

site: ## build the documentation as a site, in build/site/; needs npm
	@code=0; docs/site/build || code=$$?; [ $$code = 77 ] || exit $$code

conformance: build ## judge every kind alike, as root, and rewrite docs/reference/conformance.md
	@build/tests/conformance --whole --page docs/reference/conformance.md

lint: ## check format and run clang-tidy over the tree
	@.ci/lint

format: ## format every source file
	@.ci/deps lint
	@git ls-files -z '*.cc' '*.h' | xargs -0 clang-format -i

bench: build ## measure what is released; see testdata/bench
	@.ci/deps lab
	@.ci/deps bench || echo 'bench: without the tools that are not to be had here'
	@cmake --preset release
	@cmake --build build/release --parallel $(JOBS) --target programs
	@testdata/bench/ssh build/release/bin/plumb
	@testdata/bench/packages build/release/bin/plumb
	@testdata/bench/far build/release/bin/plumb build/tests/lab_link
	@testdata/bench/local build/release/bin/plumb
	@testdata/bench/offline build/release/bin/plumb
	@testdata/bench/fleets build/release/bin/plumb
	@testdata/bench/sessions build/release/bin/plumb
	@testdata/bench/large build/release/bin/plumb
	@testdata/bench/lsp build/release/bin/plumb

asan: deps ## build and run the unit tests with the address and undefined-behaviour sanitizers
	@.ci/sanitize asan

tsan: deps ## build and run the unit tests with the thread sanitizer
	@.ci/sanitize tsan

fuzz: ## run each fuzz target for FUZZ_SECONDS (60)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) .ci/fuzz

lab-up: ## start N (3) hosts of the lab
	@testdata/lab/lab up $(N)

lab-down: ## stop the lab
	@testdata/lab/lab down

install: deps ## build for release and install under PREFIX (/usr/local), through sudo where that is needed
	@cmake --preset release
	@cmake --build build/release --parallel $(JOBS)
	@as=; [ "$$(id -u)" = 0 ] || { mkdir -p "$(DESTDIR)$(PREFIX)" 2>/dev/null && [ -w "$(DESTDIR)$(PREFIX)" ]; } || as=sudo; \
	$$as cmake --install build/release --prefix "$(PREFIX)"

deb: deps ## build a Debian package for this machine's release of Debian, in build/packages/
	@.ci/deps release
	@cmake --preset release
	@cmake --build build/release --parallel $(JOBS)
	@cmake/packaging/pack build/packages linux-$$(uname -m) build/release/bin/plumb build/release/bin/plumb-exec*

release: deps ## build all of a release in build/packages/, on Debian 12: packages for it and others, sums, signed with RELEASE_KEY
	@.ci/deps executors release
	@JOBS=$(JOBS) RELEASE_KEY=$(RELEASE_KEY) cmake/packaging/release build

dev: deps ## build what changed, and run the tests that it touches
	@.ci/dev

clean: ## remove build/
	@rm -rf build
