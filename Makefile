# reuseportd: build, run, test and install. `make help` lists the targets.

PREFIX  ?= /usr
SYSCONFDIR ?= /etc
DESTDIR ?=
# ARCH=arm64 builds for another architecture, below out/arm64.
HOST_ARCH := $(patsubst x86_64,amd64,$(patsubst aarch64,arm64,$(shell uname -m)))
ARCH    ?= $(HOST_ARCH)
OUT     := $(CURDIR)/out$(if $(filter-out $(HOST_ARCH),$(ARCH)),/$(ARCH))
# Make and the shell would take each part of a path with a space for a path of its own.
ifneq ($(words $(CURDIR) $(OUT)),2)
$(error the path of the sources has a space: $(CURDIR))
endif
# The library: a folder that the daemon searches beside its own, or that the packages link to.
LIBRARYDIR ?= $(PREFIX)/lib/reuseportd
CONFIGURATION ?= Release

MANUAL  = reuseportd.8 reuseportctl.1 reuseportd.yaml.5 libreuseport.7
UNITDIR ?= $(PREFIX)/lib/systemd/system
# The first line of the examples, for editors.
INSTALLED_SCHEMA = 1s|[^=]*$$|$(PREFIX)/share/reuseportd/reuseportd.schema.json|
# The links of the pages that stand beside docs/ here, and beside its pages when installed.
INSTALLED_LINKS = s|](docs/|](|g; s|](config/|](|g; s|"docs/|"|g; s|\.\./docs/||g
MANIFESTS = $(patsubst deploy/%,%,$(wildcard deploy/kubernetes/*/*.yaml deploy/quadlet/*.container deploy/nomad/*.hcl))
EXAMPLES = $(notdir $(patsubst %/reuseportd.yaml,%,$(wildcard config/examples/*/reuseportd.yaml)))
# More words for dotnet publish.
PUBLISH_OPTIONS ?=
DOTNET  := dotnet
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

# The command that builds a suite of tests, and the one that runs it. With -failSkips, a skipped test is a failed one: a target
# for one kind of test has no success without them.
build-suite = $(DOTNET) build tests/$(1).Tests -c Release -p:Locked=true -v quiet --nologo -clp:NoSummary
suite = $$(find tests/$(1).Tests/bin/Release -name $(1).Tests -type f -perm -u+x | head -n 1) -noColor -noLogo

# A cross compiler of Debian makes what is in C, and links what NativeAOT makes.
TRIPLE_amd64 := x86_64-linux-gnu
TRIPLE_arm64 := aarch64-linux-gnu
RUNTIME_amd64 := linux-x64
RUNTIME_arm64 := linux-arm64
CROSS :=
CROSS_TOOLS :=
CROSS_PUBLISH :=
ifneq ($(ARCH),$(HOST_ARCH))
ifeq ($(TRIPLE_$(ARCH)),)
$(error ARCH=$(ARCH): the architectures are amd64 and arm64)
endif
# These run the programs.
NATIVE_ONLY := test-image dist test-packages test-reproducible
ifneq ($(filter $(NATIVE_ONLY),$(MAKECMDGOALS)),)
$(error make $(filter $(NATIVE_ONLY),$(MAKECMDGOALS)) is for the architecture of this machine, and not for ARCH=$(ARCH))
endif
CROSS := CC=$(TRIPLE_$(ARCH))-gcc AR=$(TRIPLE_$(ARCH))-ar
CROSS_TOOLS := $(TRIPLE_$(ARCH))-gcc:gcc-$(subst _,-,$(TRIPLE_$(ARCH))) \
	file=/usr/$(TRIPLE_$(ARCH))/include/stdlib.h:libc6-dev-$(ARCH)-cross
CROSS_PUBLISH := -p:RuntimeIdentifier=$(RUNTIME_$(ARCH)) -p:NativeShimDirectory=$(OUT)/native/ \
	-p:ObjCopyName=$(TRIPLE_$(ARCH))-objcopy -p:RunAnalyzers=false --artifacts-path $(OUT)/build
endif

DAEMON_SOURCES  := $(shell find src/Supervisor -name '*.cs' -not -path '*/obj/*' -not -path '*/bin/*')
CONTROL_SOURCES := $(wildcard src/Control/Completion/reuseportctl.*) \
	$(shell find src/Control src/Supervisor/Api/Contract src/Supervisor/Model src/Supervisor/Configuration/Text \
		src/Supervisor/Configuration/Yaml src/Supervisor/Configuration/Values \
		-name '*.cs' -not -path '*/obj/*' -not -path '*/bin/*')
NATIVE_SOURCES  := $(wildcard src/Supervisor/Native/*/*.[chS]) src/Supervisor/Native/Makefile
BUILD_FILES     := Directory.Build.props Directory.Build.targets Directory.Packages.props global.json BannedSymbols.txt

.PHONY: help lines build run test fuzz coverage test-arm64 test-controllers test-examples test-image test-matrix test-otlp \
	test-outsiders test-upgrades image bench \
	audit install uninstall clean schema man native preload testworkers build-tools test-tools

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

lines:
	@build-aux/lines

build: lines build-tools preload native ## daemon, client and library; ARCH=arm64, too
	@$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j 2) $(OUT)/bin/reuseportd $(OUT)/bin/reuseportctl

build-tools:
	@command -v $(DOTNET) >/dev/null 2>&1 || { \
		echo "make: there is no 'dotnet' here: the .NET 10 SDK is needed," \
			"see https://learn.microsoft.com/dotnet/core/install/linux" >&2; \
		exit 1; }
	@build-aux/need 'gcc:gcc' 'clang:clang' 'file=/usr/include/zlib.h:zlib1g-dev' \
		'file=/usr/include/stdlib.h:libc6-dev' 'file=/usr/include/linux/bpf.h:linux-libc-dev' $(CROSS_TOOLS)

native:
	@command -v clang >/dev/null 2>&1 || { \
		echo "make: there is no 'clang' here, which makes the program that the kernel runs: 'make build-tools' installs it" >&2; \
		exit 1; }
	@$(MAKE) --no-print-directory -s -C src/Supervisor/Native OUT=$(OUT)/native $(CROSS)

preload:
	@$(MAKE) --no-print-directory -s -C src/Preload OUT=$(OUT)/lib $(CROSS)

$(OUT)/bin/reuseportd: $(DAEMON_SOURCES) $(NATIVE_SOURCES) src/Supervisor/Supervisor.csproj \
		src/Supervisor/packages.lock.json $(BUILD_FILES) | native
	@echo "building reuseportd (NativeAOT, a minute or so)"
	@build-aux/publish src/Supervisor/Supervisor.csproj $(CONFIGURATION) $(OUT)/publish/reuseportd $@ \
		$(CROSS_PUBLISH) $(PUBLISH_OPTIONS)

$(OUT)/bin/reuseportctl: $(CONTROL_SOURCES) src/Control/Control.csproj src/Control/packages.lock.json $(BUILD_FILES)
	@echo "building reuseportctl (NativeAOT)"
	@build-aux/publish src/Control/Control.csproj $(CONFIGURATION) $(OUT)/publish/reuseportctl $@ $(CROSS_PUBLISH) $(PUBLISH_OPTIONS)

run: build $(OUT)/hello/hello ## start the bundled example in the foreground: four copies of a single-threaded server on one port
	@build-aux/need 'curl:curl'
	@echo
	@echo "four workers on 127.0.0.1:8080; stop with Ctrl-C. In another terminal:"
	@echo "    for i in 1 2 3 4 5 6 7 8; do curl -s http://127.0.0.1:8080/; done"
	@echo "    out/bin/reuseportctl status -o wide"
	@echo
	@exec build-aux/foreground $(OUT)/bin/reuseportd --config $(OUT)/hello

$(OUT)/hello/hello: config/examples/hello/hello.c config/examples/hello/reuseportd.yaml
	@mkdir -p $(@D)
	@$(CC) -O2 -Wall -Wextra -Werror -o $@ $<
	@cp config/examples/hello/reuseportd.yaml $(@D)/

testworkers:
	@build-aux/need 'go:golang-go' $(if $(CROSS),,'musl-gcc:musl-tools')
	@$(MAKE) --no-print-directory -s -C tests/TestWorkers OUT=$(OUT)/testworkers $(CROSS) $(if $(CROSS),GOARCH=$(ARCH))

# The servers are installed while the programs are compiled.
test: build-tools ## every suite; installs the servers that are tested with
	@$(MAKE) --no-print-directory -j 3 build test-tools
	@build-aux/test $(OUT)

test-tools: build-tools
	@build-aux/test-tools
	@$(MAKE) --no-print-directory testworkers

FUZZ_FACTOR = 10
fuzz: native ## the tests of properties and damaged files with ten times the inputs; FUZZ_FACTOR=N; five minutes of CPU
	@$(call build-suite,Decisions)
	@FUZZ_FACTOR=$(FUZZ_FACTOR) $(call suite,Decisions)

coverage: native preload testworkers ## line and branch coverage by folder, from the suites that run under the JIT; five minutes
	@build-aux/need 'python3:python3'
	@build-aux/coverage $(OUT)

# METHOD=kernel and METHOD=seccomp run it with another method; SUITE=go has the tests of Go's standard library.
# OUTSIDERS='test_socket test_os' is a part; see tests/Outsiders/cpython --help.
METHOD = preload
SUITE = cpython
test-outsiders: build ## CPython's own suite as a worker, with METHOD (preload, kernel, seccomp) and without; half an hour
	@build-aux/need 'python3:python3' 'file=/usr/bin/python3.11:python3.11' \
		'file=/usr/lib/python3.11/test/test_socket.py:libpython3.11-testsuite' 'go:golang-go' \
		'file=/usr/share/go-1.19/src/net/net_test.go:golang-1.19-src'
	@tests/Outsiders/$(SUITE) --out $(OUT) --method $(METHOD) $(OUTSIDERS)

# Ten versions of this source. The later ones write another form of the state.
VERSIONS = 1 2 3 4 5 6 7 8 9 10
LATER = 6 7 8 9 10
$(OUT)/versions/%/reuseportd: $(DAEMON_SOURCES) $(NATIVE_SOURCES) src/Supervisor/Supervisor.csproj \
		src/Supervisor/packages.lock.json $(BUILD_FILES) | native
	@echo "building version $* of reuseportd (NativeAOT, a minute or two)"
	@nice -n 15 build-aux/publish src/Supervisor/Supervisor.csproj $(CONFIGURATION) $(OUT)/versions/publish $@ \
		--artifacts-path $(OUT)/versions/build -p:RunAnalyzers=false -p:NativeDebugSymbols=false -p:Version=1.0.$* \
		$(if $(filter $*,$(LATER)),-p:StateForm=later)

test-controllers: build testworkers ## limits in an emulated machine with all cgroup controllers; four minutes
	@build-aux/virtual-machine $(OUT)
	@$(call build-suite,EndToEnd)
	@REUSEPORTD_OUT=$(OUT) $(call suite,EndToEnd) -failSkips -namespace EndToEnd.Tests.Controllers

test-otlp: build ## the decoder of OpenTelemetry for JavaScript takes the metrics that the daemon posts; some seconds
	@build-aux/need node:nodejs npm:npm
	@npm install --prefix $(OUT)/otlp --no-save --no-audit --no-fund --ignore-scripts --loglevel error \
		@opentelemetry/otlp-transformer@0.52.1
	@node tests/Otlp/accept.js $(OUT) $(OUT)/otlp

test-upgrades: build testworkers ## ten versions that replace each other under load; half an hour, the second time two minutes
	@for version in $(VERSIONS); do $(MAKE) --no-print-directory $(OUT)/versions/$$version/reuseportd || exit 1; done
	@build-aux/need node:nodejs python3:python3 nginx:nginx-light curl:curl systemd-nspawn:systemd-container
	@$(call build-suite,EndToEnd)
	@REUSEPORTD_OUT=$(OUT) $(call suite,EndToEnd) -failSkips -namespace EndToEnd.Tests.Upgrades

# Two images: see deploy/image and docs/decisions/48-the-image.md.
image: build ## container images, into this user's store and out/image; two minutes; ARCH=arm64 makes reuseportd-files only
	@build-aux/need 'mmdebstrap:mmdebstrap' 'buildah:buildah' 'skopeo:skopeo' 'newuidmap:uidmap' 'python3:python3' 'git:git'
	@build-aux/image $(OUT) $(ARCH)

# kustomize and the generator of Quadlet. Debian 12 has none, and those of Debian 13 need only its libc.
$(OUT)/manifest-tools:
	@rm -rf $@.new
	@build-aux/debs trixie $(ARCH) $@.new kustomize podman
	@rm -rf $@.new.apt
	@mv $@.new $@

# The images are made under a strict umask, which must not reach their files.
test-image: build testworkers $(OUT)/hello/hello $(OUT)/manifest-tools ## the images by podman, as root and rootless; minutes
	@umask 077 && $(MAKE) --no-print-directory image
	@build-aux/need 'podman:podman' 'crun:crun' 'runc:runc' 'catatonit:catatonit' 'newuidmap:uidmap' \
		'file=/usr/lib/podman/netavark:netavark' 'curl:curl' 'python3:python3' 'setpriv:util-linux' node:nodejs npm:npm \
		'ip:iproute2' 'systemd-analyze:systemd'
	@build-aux/sbom-check $(OUT)/sbom-check $(OUT)/image/*.cdx.json
	@$(call build-suite,EndToEnd)
	@REUSEPORTD_OUT=$(OUT) $(call suite,EndToEnd) $(if $(filter 0,$(shell id -u)),-failSkips) -namespace EndToEnd.Tests.Images

test-examples: build testworkers ## each folder of config/examples with its server, as its page says; some minutes
	@build-aux/need cc:gcc python3:python3 node:nodejs gunicorn:gunicorn puma:puma php:php-cli go:golang-go \
		escript:erlang-base redis-server:redis-server redis-cli:redis-tools unbound:unbound dnsmasq:dnsmasq-base \
		curl:curl dig:bind9-dnsutils file=/bin/nc.openbsd:netcat-openbsd ip:iproute2 setpriv:util-linux
	@build-aux/statsd
	@$(call build-suite,EndToEnd)
	@REUSEPORTD_OUT=$(OUT) $(call suite,EndToEnd) -failSkips -showLiveOutput -namespace EndToEnd.Tests.Examples

# Each is a kernel or a system that Debian or Ubuntu has today; KERNELS=trixie SYSTEMS= runs a part.
KERNELS = bullseye bookworm trixie sid
SYSTEMS = bullseye bookworm trixie sid jammy noble
KERNELS_ARM64 = bookworm trixie

test-arm64: build-tools native ## the daemon for arm64 on an emulated processor; builds it, and half an hour more
	@$(MAKE) --no-print-directory image testworkers ARCH=arm64
	@build-aux/need qemu-system-aarch64:qemu-system-arm python3:python3 objdump:binutils xz:xz-utils zstd:zstd
	@$(call build-suite,EndToEnd)
	@$(call build-suite,Linux)
	@$(call suite,Linux) -class '*KernelNumbersTests'
	@REUSEPORTD_OUT=$(OUT) $(call suite,EndToEnd) -failSkips -class '*ForeignImageTests'
	@build-aux/platforms $(OUT) arm64 $(KERNELS_ARM64)

test-matrix: build testworkers ## the daemon on other kernels and with other versions of systemd; as root; half an hour
	@build-aux/need qemu-system-x86_64:qemu-system-x86 setfattr:attr insmod:kmod xz:xz-utils zstd:zstd python3:python3 \
		objdump:binutils systemd-nspawn:systemd-container curl:curl
	@$(call build-suite,EndToEnd)
	@$(if $(strip $(KERNELS)),build-aux/platforms $(OUT) kernels $(KERNELS))
	@$(if $(strip $(SYSTEMS)),build-aux/platforms $(OUT) systems $(SYSTEMS))

include build-aux/packages.mk

schema: native ## config/reuseportd.schema.json, for editors, from the readers of the configuration
	@$(call build-suite,Decisions)
	@GOLDEN_UPDATE=1 $(call suite,Decisions) -method '*Of_ReaderShape_IsTheInstalledFile' >/dev/null

man: native ## docs/man and docs/reference, from the commands, the options and the keys of the configuration
	@$(call build-suite,Decisions)
	@$(call build-suite,Control)
	@for suite in Decisions Control; do \
		GOLDEN_UPDATE=1 $(call suite,$$suite) -class '*ManualTests' >/dev/null || exit 1; \
	done

# BENCH_ROUNDS=1 is quick; BENCH='--row replace --peer s6 --peer reuseportd' is part of it; see python3 -m bench --help.
bench: build testworkers ## beside s6, runit, systemd, supervisord, PM2, nginx, haproxy and a bare loop; as root
	@build-aux/need 'python3:python3' 'valgrind:valgrind'
	@python3 -m bench --out $(OUT) $(BENCH)
	@$(if $(BENCH),,bench/preload/run.sh)

audit: ## what is known against the packages that it is built with; asks the network
	@$(DOTNET) list Supervisor.sln package --vulnerable --include-transitive

install: ## to DESTDIR= PREFIX=/usr; run 'make build' first
	@test -x $(OUT)/bin/reuseportd || { echo "run 'make build' first" >&2; exit 1; }
	install -D -m 0755 $(OUT)/bin/reuseportd $(DESTDIR)$(PREFIX)/bin/reuseportd
	install -D -m 0755 $(OUT)/bin/reuseportctl $(DESTDIR)$(PREFIX)/bin/reuseportctl
	install -D -m 0644 $(OUT)/lib/libreuseport.so $(DESTDIR)$(LIBRARYDIR)/libreuseport.so
	install -d -m 0755 $(DESTDIR)$(UNITDIR)
	sed 's|/usr/bin/|$(PREFIX)/bin/|g; s|/usr/share/doc/|$(PREFIX)/share/doc/|g' deploy/systemd/reuseportd.service \
		> $(DESTDIR)$(UNITDIR)/reuseportd.service
	chmod 0644 $(DESTDIR)$(UNITDIR)/reuseportd.service
	install -D -m 0644 config/reuseportd.schema.json $(DESTDIR)$(PREFIX)/share/reuseportd/reuseportd.schema.json
	install -d -m 0755 $(DESTDIR)$(PREFIX)/share/reuseportd/prometheus
	install -m 0644 deploy/prometheus/* $(DESTDIR)$(PREFIX)/share/reuseportd/prometheus/
	for page in $(MANUAL); do install -D -m 0644 docs/man/$$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$page; done
	install -D -m 0644 src/Control/Completion/reuseportctl.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/reuseportctl
	install -D -m 0644 src/Control/Completion/reuseportctl.fish \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/reuseportctl.fish
	install -D -m 0644 src/Control/Completion/reuseportctl.zsh $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_reuseportctl
	install -D -m 0644 deploy/systemd/sysctl.d/50-reuseportd.conf $(DESTDIR)$(PREFIX)/lib/sysctl.d/50-reuseportd.conf
	install -D -m 0644 deploy/systemd/sysusers.d/reuseportd.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/reuseportd.conf
	install -D -m 0644 deploy/systemd/tmpfiles.d/reuseportd.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/reuseportd.conf
	test -d $(DESTDIR)$(SYSCONFDIR)/reuseportd/services.d || install -d -m 0755 $(DESTDIR)$(SYSCONFDIR)/reuseportd/services.d
	test -e $(DESTDIR)$(SYSCONFDIR)/reuseportd/reuseportd.yaml || \
		{ sed '$(INSTALLED_SCHEMA)' config/reuseportd.yaml > $(DESTDIR)$(SYSCONFDIR)/reuseportd/reuseportd.yaml && \
		  chmod 0644 $(DESTDIR)$(SYSCONFDIR)/reuseportd/reuseportd.yaml; }
	install -d -m 0755 $(DESTDIR)$(PREFIX)/share/doc/reuseportd/examples
	for folder in $(EXAMPLES); do \
		install -d -m 0755 $(DESTDIR)$(PREFIX)/share/doc/reuseportd/examples/$$folder && \
		install -m 0644 config/examples/$$folder/*.* $(DESTDIR)$(PREFIX)/share/doc/reuseportd/examples/$$folder/ || exit 1; \
	done
	install -m 0644 config/examples/README.md $(DESTDIR)$(PREFIX)/share/doc/reuseportd/examples/
	sed -i '$(INSTALLED_SCHEMA)' $(DESTDIR)$(PREFIX)/share/doc/reuseportd/examples/*/reuseportd.yaml
	sed -i '$(INSTALLED_LINKS)' $(DESTDIR)$(PREFIX)/share/doc/reuseportd/examples/README.md \
		$(DESTDIR)$(PREFIX)/share/doc/reuseportd/examples/*/README.md
	for file in $(MANIFESTS); do \
		install -D -m 0644 deploy/$$file $(DESTDIR)$(PREFIX)/share/doc/reuseportd/deploy/$$file || exit 1; \
	done
	install -m 0644 LICENSE docs/*.md docs/openapi.json $(DESTDIR)$(PREFIX)/share/doc/reuseportd/
	for page in README.md CONTRIBUTING.md CHANGELOG.md; do \
		sed '$(INSTALLED_LINKS)' $$page > $(DESTDIR)$(PREFIX)/share/doc/reuseportd/$$page && \
		chmod 0644 $(DESTDIR)$(PREFIX)/share/doc/reuseportd/$$page || exit 1; \
	done
	for folder in guide guide/migrating reference decisions images; do \
		install -d -m 0755 $(DESTDIR)$(PREFIX)/share/doc/reuseportd/$$folder && \
		install -m 0644 docs/$$folder/*.* $(DESTDIR)$(PREFIX)/share/doc/reuseportd/$$folder/ || exit 1; \
	done
	@test -n "$(DESTDIR)" || ! test -S /run/reuseportd/control.sock || \
		echo "a daemon runs: 'systemctl daemon-reload' reads the new unit," \
			"'reuseportctl reexec' replaces the daemon by the new program, and the workers run on"

uninstall: ## what install put there; the configuration stays
	rm -f $(DESTDIR)$(PREFIX)/bin/reuseportd $(DESTDIR)$(PREFIX)/bin/reuseportctl
	rm -f $(DESTDIR)$(LIBRARYDIR)/libreuseport.so
	rm -rf $(DESTDIR)$(PREFIX)/lib/reuseportd $(DESTDIR)$(PREFIX)/share/reuseportd $(DESTDIR)$(PREFIX)/share/doc/reuseportd
	for page in $(MANUAL); do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$page; done
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/reuseportctl
	rm -f $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/reuseportctl.fish
	rm -f $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_reuseportctl
	rm -f $(DESTDIR)$(UNITDIR)/reuseportd.service
	rm -f $(DESTDIR)$(PREFIX)/lib/sysctl.d/50-reuseportd.conf
	rm -f $(DESTDIR)$(PREFIX)/lib/sysusers.d/reuseportd.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/reuseportd.conf

clean: ## all that was built, and the images in this user's store; what was installed in the system stays
	@build-aux/clean $(CURDIR)/out
