# Packages of reuseportd: make deb, dist, test-packages, test-reproducible.

# Directory.Build.props has the version. VERSION=0.1.1 makes packages of another version from the same sources.
VERSION := $(shell sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
# What a package is made of.
PACKAGED := $(shell build-aux/sources | tr '\0' '\n' | grep -vE '^(tests|bench|\.ci)/|[ :]')

.PHONY: deb packaging-tools dist test-packages test-reproducible

deb: packaging-tools $(OUT)/deb/.$(VERSION) ## Debian packages, into out/deb; checked by lintian

packaging-tools: build-tools
	@build-aux/need dh:debhelper dpkg-buildpackage:dpkg-dev lintian:lintian python3:python3

$(OUT)/deb/.$(VERSION): $(PACKAGED)
	@echo "building the Debian packages of version $(VERSION) (NativeAOT, some minutes)"
	@build-aux/deb $(OUT)/deb $(VERSION)
	@lintian --allow-root --fail-on error,warning --tag-display-limit 0 $(OUT)/deb/reuseportd_$(VERSION)_*.changes
	@ls -l $(OUT)/deb/*_$(VERSION)_*.deb | awk '{ printf "%9d bytes  %s\n", $$5, $$9 }'
	@touch $@

# The later version of the tests of upgrades: the same sources.
NEXT = $(shell echo $(VERSION) | awk -F. '{ print $$1 "." $$2 "." $$3 + 1 }')

$(OUT)/packages/root:
	@build-aux/need debootstrap:debootstrap
	@echo "making a bare Debian (debootstrap)"
	@build-aux/debian-root $@

test-packages: deb testworkers | $(OUT)/packages/root ## the packages in a bare Debian: install, upgrade, purge
	@$(MAKE) --no-print-directory deb VERSION=$(NEXT)
	@build-aux/need systemd-nspawn:systemd-container
	@$(call build-suite,EndToEnd)
	@REUSEPORTD_OUT=$(OUT) $(call suite,EndToEnd) -diagnostics -namespace EndToEnd.Tests.Packages

test-reproducible: deb ## builds the packages once more, in another folder, and compares their bytes
	@build-aux/reproducible $(OUT)/deb $(VERSION)

# Files that are added to a release: the images of `make image`, if they were made.
DIST_FILES ?= $(wildcard $(OUT)/image/*.tar)
dist: deb $(DIST_FILES) ## a release, into out/dist: packages, archives of programs and sources, SBOM, SHA256SUMS
	@build-aux/need node:nodejs npm:npm
	@build-aux/dist $(OUT) $(VERSION) $(DIST_FILES)
