# Go, make and git are all that is needed. Everything else is pinned in a module under hack/ and built from source.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS = -s -w -X main.version=$(VERSION)

TOOL           = go tool -modfile=hack/tools/go.mod
CONTROLLER_GEN = $(TOOL) controller-gen
GOTESTSUM      = $(TOOL) gotestsum
KUSTOMIZE      = $(TOOL) kustomize
GOLANGCI_LINT  = go tool -modfile=hack/lint/go.mod golangci-lint-kube-api-linter

# The same flag for every build, so that they share one build cache.
export GOFLAGS := $(GOFLAGS) -trimpath

# One Go for all modules: an older one fetches it, also where GOTOOLCHAIN=local is its default.
export GOTOOLCHAIN ?= $(shell sed -n 's/^toolchain //p' go.mod)+auto

# Where kube-apiserver and etcd are.
ASSETS = $(or $(KUBEBUILDER_ASSETS),$(CURDIR)/bin/controlplane)

# The race detector needs cgo, that is a C compiler; without one the tests run without it. Everything else is built without
# cgo, as the image is, so that linters, tools and programs share what is compiled.
CGO  := $(shell go env CGO_ENABLED)
RACE := $(if $(filter 1,$(CGO)),-race)
export CGO_ENABLED = 0

IMAGE = ghcr.io/imgroup-operator/imgroup-operator

# Puts the image IMG, if there is one, where the manifests name the project's own.
SET_IMG = sed '$(if $(IMG),s|image: $(IMAGE):.*|image: $(IMG)|)'

LINT_PACKAGES ?= ./...
TEST_PACKAGES ?= ./...
TEST_TIMEOUT  ?= 15m
FUZZ_TIME     ?= 1m
KILLS         ?= 1000
ROUNDS        ?= 1000000

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "%-15s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: ## Build bin/manager
	go build -ldflags '$(LDFLAGS)' -o bin/manager .

.PHONY: build-plugin
build-plugin: ## Build bin/kubectl-imgroup, the kubectl plugin
	go build -ldflags '$(LDFLAGS)' -o bin/kubectl-imgroup ./cmd/kubectl-imgroup

.PHONY: run
run: controlplane build ## Run the operator against a control plane of its own; Ctrl-C stops everything, .local/ keeps the data
	@KUBEBUILDER_ASSETS='$(ASSETS)' go run ./hack/local run

.PHONY: demo
demo: controlplane build ## The same, unattended: send a day of callbacks, check the result
	@KUBEBUILDER_ASSETS='$(ASSETS)' go run ./hack/local demo

.PHONY: demo-pod
demo-pod: controlplane build ## The demo with the operator as a Pod of dist/install.yaml: its flags, user, rights, read-only root (Linux, root)
	@KUBEBUILDER_ASSETS='$(ASSETS)' go run ./hack/local -pod dist/install.yaml demo

.PHONY: image
image: ## Build what the Dockerfile builds without a container engine: an OCI layout in bin/image, on an empty base or BASE; push it to PUSH
	go run -C hack/image . -o '$(CURDIR)/bin/image' -version '$(VERSION)' -base '$(BASE)' -push '$(PUSH)'

.PHONY: sbom
sbom: ## Write bin/sbom.json, the operator's modules with hashes and licences (CycloneDX)
	@mkdir -p bin
	go build -C hack/supply -o '$(CURDIR)/bin/sbom-tool' github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
	GOOS=linux GOARCH=amd64 bin/sbom-tool app -json -licenses -main . -output bin/sbom.json .

.PHONY: licenses
licenses: ## Write docs/licenses.md; fail if a licence is not allowed
	hack/supply/licenses.sh

.PHONY: release
release: sbom ## Write VERSION (v0.1.0) into manifests and documents, and the files of its release to bin/release
	go run ./hack/release prepare '$(VERSION)'
	$(MAKE) --no-print-directory IMG= build-installer
	hack/supply/licenses.sh bin/licenses
	go run ./hack/release files '$(VERSION)'

.PHONY: release-check
release-check: test test-modules image sbom ## What a release needs: all tests, also on the oldest supported Kubernetes; image, SBOM, licences in bin/
	hack/supply/licenses.sh bin/licenses
	hack/controlplane/build.sh oldest
	KUBEBUILDER_ASSETS='$(CURDIR)/bin/controlplane-oldest' $(GOTESTSUM) --format pkgname --format-hide-empty-pkg -- -count=1 -timeout $(TEST_TIMEOUT) \
		./api/... ./controllers/... ./test/e2e ./test/install

.PHONY: generate
generate: ## Generate the deep copies in api/
	$(CONTROLLER_GEN) object:headerFile=hack/boilerplate/boilerplate.go.txt paths=./api/...

.PHONY: manifests
manifests: ## Generate config/crd/bases and config/rbac/role.yaml
	$(CONTROLLER_GEN) crd paths=./api/... output:crd:dir=config/crd/bases
	$(CONTROLLER_GEN) rbac:roleName=imgroup-operator-manager paths=./controllers/... output:rbac:dir=config/rbac

.PHONY: docs
docs: ## Generate docs/reference and docs/dataflow.svg
	hack/docs/generate.sh

.PHONY: golden
golden: controlplane ## Regenerate the plugin's golden files and docs/kubectl-imgroup.md; look at the difference
	KUBEBUILDER_ASSETS='$(ASSETS)' go test -count=1 ./cmd/kubectl-imgroup -update

.PHONY: browser
browser: ## Get the Chromium that test/ui needs, if there is none (Debian, root)
	@hack/browser.sh

.PHONY: pictures
pictures: controlplane browser ## Take the pictures of docs/ui anew; look at them
	KUBEBUILDER_ASSETS='$(ASSETS)' go test -C test/ui -count=1 -run TestPictures -update

.PHONY: build-installer
build-installer: ## Write dist/install.yaml: config/default in one file, with the image IMG
	@mkdir -p bin dist
	$(KUSTOMIZE) build config/default -o bin/install.yaml
	$(SET_IMG) bin/install.yaml >dist/install.yaml

.PHONY: deploy
deploy: ## Install config/default with the image IMG into the cluster of kubectl's context
	$(if $(IMG),,$(error IMG=registry.example.com/imgroup-operator:TAG is needed))
	@mkdir -p bin
	$(KUSTOMIZE) build config/default -o bin/install.yaml
	$(SET_IMG) bin/install.yaml | kubectl apply -f -

.PHONY: undeploy
undeploy: ## Remove the operator; the CRDs with all IMApps and IMGroups, the namespace and the journals stay
	@# While the replicas end they write what they hold, for which they need their rights.
	kubectl -n imgroup-system delete statefulset imgroup-operator --cascade=foreground --ignore-not-found
	for part in manager rbac; do $(KUSTOMIZE) build config/$$part | kubectl delete --ignore-not-found -f -; done

.PHONY: fmt
fmt: ## Format the Go code
	$(GOLANGCI_LINT) fmt ./...

.PHONY: lint
lint: ## Lint, import arrows and API conventions among it
	$(GOLANGCI_LINT) run $(LINT_PACKAGES)

# The modules below this one that have code of ours. Where it stands on hundreds of packages that nothing else
# here uses, only those linters run that do not have to read all of these.
MODULES       = docs/recipes hack/alerts hack/image test/gitops
HEAVY_MODULES = hack/docs hack/journals test/gitops/argocd test/recipes test/ui
LINT_MODULE   = go tool -modfile='$(CURDIR)/hack/lint/go.mod' golangci-lint-kube-api-linter run -c '$(CURDIR)/.golangci.yml' ./...

.PHONY: lint-modules
lint-modules: ## The same in the modules below this one
	@set -e; for module in $(MODULES); do (cd $$module && $(LINT_MODULE)); done
	@set -e; for module in $(HEAVY_MODULES); do (cd $$module && $(LINT_MODULE) --fast-only); done

.PHONY: verify
verify: ## Regenerate, lint, check go.mod, manifests, documents and workflows; fail on any difference
	hack/verify.sh

.PHONY: verify-modules
verify-modules: ## Lint the modules below this one, check their go.mod and all licences; fail on any difference
	hack/verify.sh modules licenses

.PHONY: test-verify
test-verify: ## Check that verify fails where it must
	hack/verify_test.sh

.PHONY: controlplane
controlplane: ## Build kube-apiserver and etcd into bin/controlplane; KUBEBUILDER_ASSETS is honoured
	@hack/controlplane/build.sh

.PHONY: test
test: verify test-verify controlplane ## What every change must pass: verify, and all tests but those of test-modules
	$(if $(CAN_RUN_PODS),$(MAKE) --no-print-directory demo-pod >bin/demo-pod.log 2>&1 && tail -n 1 bin/demo-pod.log || { cat bin/demo-pod.log; exit 1; },@echo 'demo-pod is left out: it needs Linux and root')
	KUBEBUILDER_ASSETS='$(ASSETS)' $(GOTESTSUM) --format pkgname --format-hide-empty-pkg --raw-command -- \
		env CGO_ENABLED=$(CGO) go test -json $(RACE) -vet=off -timeout $(TEST_TIMEOUT) $(TEST_PACKAGES)

# A read-only root takes mounts and a network of its own, and those take Linux and root with all its rights.
CAN_RUN_PODS = $(shell [ "$$(id -u)" = 0 ] && unshare --net --mount true 2>/dev/null && echo yes)

# Tests that need modules which the operator does not. They run without the race detector, which would build all those modules
# once more: what they start of ours runs with it in the other tests.
TEST_MODULES = hack/alerts hack/image hack/docs test/gitops test/recipes test/ui

.PHONY: test-modules
test-modules: verify-modules controlplane ## What must pass too: verify-modules, and the tests that have modules of their own, such as Argo CD's
	@$(if $(CAN_GET_NGINX),$(MAKE) --no-print-directory test-mirror,echo 'test-mirror is left out: it needs nginx, or the apt-get that gets it')
	@set -e; modules='$(TEST_MODULES)'; \
	hack/browser.sh || { echo 'test/ui is left out: see above'; modules='$(filter-out test/ui,$(TEST_MODULES))'; }; \
	for module in $$modules; do \
		KUBEBUILDER_ASSETS='$(ASSETS)' $(GOTESTSUM) --format pkgname --format-hide-empty-pkg --raw-command -- \
			go test -C $$module -json -vet=off -timeout $(TEST_TIMEOUT) ./...; \
	done

CAN_GET_NGINX = $(shell hack/nginx.sh >/dev/null 2>&1 && echo yes)

.PHONY: test-mirror
test-mirror: controlplane ## docs/mirror.md with a real nginx: NGINX, or that of the PATH, or of Debian or Ubuntu
	KUBEBUILDER_ASSETS='$(ASSETS)' NGINX="$$(hack/nginx.sh)" $(GOTESTSUM) --format pkgname --raw-command -- \
		go test -json -tags nginx -vet=off -timeout $(TEST_TIMEOUT) ./test/mirror

.PHONY: test-fuzz
test-fuzz: ## Fuzz each target for FUZZ_TIME (1m)
	@set -e; for package in $$(go list ./...); do \
		for target in $$(go test -run '^$$' -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZ_TIME) $$package; \
		done; \
	done

.PHONY: bench
bench: controlplane build ## Measure the figures that the project promises, in about 40 minutes; see hack/bench/doc.go
	KUBEBUILDER_ASSETS='$(ASSETS)' go run ./hack/bench

.PHONY: bench-quick
bench-quick: controlplane build ## The same in under 3 minutes: shorter, with fewer groups
	KUBEBUILDER_ASSETS='$(ASSETS)' go run ./hack/bench -quick

# What make test does briefly is done for long here. Mounting file systems needs root.
CHAOS = -kills $(KILLS) -damages 300 -mounts=$(if $(filter 0,$(shell id -u)),true,false) -rolls 30 -leader-ends 8

.PHONY: chaos
chaos: controlplane ## Power losses (ROUNDS, 1000000), kills (KILLS, 1000), damaged journals, full disks, restarts and lost leaders for hours; compares with the oracle
	go test -count=1 -v -timeout 5h ./internal/journal -run PowerLosses -rounds $(ROUNDS)
	KUBEBUILDER_ASSETS='$(ASSETS)' go test -count=1 -v -timeout 5h -run 'Kills|DamagedJournal|DiskThatRefuses|DiskFails|AtItsBound|RollingRestarts|ReplicasConverge' \
		./test/e2e $(CHAOS)

.PHONY: clean
clean: ## Remove what was built, but dist/install.yaml, and the data of make run
	rm -rf bin .local
