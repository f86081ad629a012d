# Packages of reuseportd: make deb, dist, test-packages, test-reproducible.

# VERSION=0.1.1 makes packages of another version from the same sources.
VERSION := $(shell build-aux/version)

.PHONY: deb packaging-tools dist dist-sources test-packages test-reproducible

deb: packaging-tools ## Debian packages, into out/deb; checked by lintian; ARCH=arm64, too
	@build-aux/deb $(OUT)/deb $(VERSION) $(ARCH)

packaging-tools: build-tools
	@build-aux/need dh:debhelper dpkg-buildpackage:dpkg-dev lintian:lintian python3:python3 git:git

# The later version of the tests of upgrades: the same sources.
NEXT = $(shell echo $(VERSION) | awk -F. '{ print $$1 "." $$2 "." $$3 + 1 }')

# They boot the packages' own systemd, which needs root. A skipped test would be one of a machine that did not boot.
test-packages: deb testworkers ## the packages in a bare Debian: install, upgrade, purge; as root
	@$(MAKE) --no-print-directory deb VERSION=$(NEXT)
	@build-aux/need systemd-nspawn:systemd-container
	@build-aux/system bookworm $(OUT)/packages/root python3
	@$(call build-suite,EndToEnd)
	@REUSEPORTD_OUT=$(OUT) $(call suite,EndToEnd) -failSkips -diagnostics -namespace EndToEnd.Tests.Packages

test-reproducible: deb ## builds the packages once more, in another folder, and compares their bytes
	@build-aux/reproducible $(OUT)/deb $(VERSION)

# Before the builds, which take minutes.
dist-sources:
	@build-aux/dist --check

dist: dist-sources deb image ## a release, into out/dist: packages, images, archives of programs and sources, SBOM, SHA256SUMS
	@build-aux/need node:nodejs npm:npm
	@build-aux/dist $(OUT) $(VERSION) $(ARCH)
