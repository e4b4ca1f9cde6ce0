# `make help` lists the targets. Building and testing need Go and make; test-integration installs what else it needs.

export CGO_ENABLED = 0

GO ?= go
GOLANGCI_LINT_VERSION = v2.15.0
GOLANGCI_LINT = .tools/golangci-lint-$(GOLANGCI_LINT_VERSION)/golangci-lint
TOOL = $(GO) tool -modfile=tools/go.mod
BENCHTIME ?= 1s

# Packages that test the built programs, for minutes; they belong to test-integration.
SLOW = /test/(e2e|falsealarms)$$
# Packages with tests of the build tag `integration`.
INTEGRATION = ./test/... $(if $(wildcard rules/*.go),./rules/...) $(if $(wildcard dashboards/*.go),./dashboards/...) ./ui/...

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/leeway, the collector, and bin/leewayctl, the tool
	$(GO) build -o bin/ ./cmd/leeway ./cmd/leewayctl

.PHONY: run
run: build ## Show a real model's drift: profile, collector, replay (Ctrl-C ends it)
	examples/quickstart/run.sh

.PHONY: test
test: ## Vet, and run the tests that need nothing but Go
	$(GO) vet -stdmethods=false ./... # Prometheus' iterators have a Seek that is not io.Seeker's
	$(GO) test $$($(GO) list ./... | grep -Ev '$(SLOW)')

.PHONY: test-integration
test-integration: build ## Test the built programs, end to end, with Python clients, Prometheus, Alertmanager, OCB and Chromium (installs what it needs)
	.ci/install-test-tools
	PATH="$(CURDIR)/.tools/prometheus/usr/bin:$(CURDIR)/.tools/alertmanager/usr/bin:$$PATH" LEEWAY_PYTHON=$(CURDIR)/.venv/bin/python LEEWAY_BIN=$(CURDIR)/bin \
		$(GO) test -tags integration -count=1 -p 1 -timeout 40m $(INTEGRATION)

.PHONY: test-browser
test-browser: build ## Of test-integration, only the web page in Chromium
	.ci/install-test-tools
	LEEWAY_BIN=$(CURDIR)/bin $(GO) test -tags integration -count=1 -timeout 20m -run TestBrowser ./ui

.PHONY: bench
bench: bench-packages bench-pipelines ## Run all benchmarks (BENCHTIME=1s; docs/performance.md has figures)

.PHONY: bench-packages
bench-packages: ## Run the benchmarks beside the code
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) $$($(GO) list ./... | grep -Ev '$(SLOW)')

.PHONY: bench-pipelines
bench-pipelines: ## Measure whole pipelines: cost of a prediction, throughput, memory (Linux; BENCHFLAGS=-help)
	$(GO) run ./test/bench $(BENCHFLAGS)

.PHONY: lint
lint: $(GOLANGCI_LINT) ## Lint
	$(GOLANGCI_LINT) run ./...

$(GOLANGCI_LINT):
	GOBIN=$(CURDIR)/$(@D) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)

.PHONY: generate
generate: ## Write what is generated: cmd/leeway, the components' metadata, the names
	$(TOOL) builder --config builder-config.yaml --skip-get-modules --skip-compilation
	$(GO) generate ./...
	gofmt -w $$(git ls-files --cached --others --exclude-standard 'cmd/leeway/*.go' '*/generated_*.go')

.PHONY: ui
ui: ui/node_modules/.package-lock.json ## Build the web page, ui/dist (needs Node 20 and npm; what it makes is committed)
	cd ui && npm run --silent build

ui/node_modules/.package-lock.json: ui/package-lock.json
	cd ui && npm ci --silent

.PHONY: check-ui
check-ui: ui/node_modules/.package-lock.json ## Fail if ui/dist is not what ui/src makes, or its unit tests fail
	$(GO) test -tags integration -count=1 -run '^(TestBundle|TestUnits)$$' ./ui/

.PHONY: screenshots
screenshots: build ui/node_modules/.package-lock.json ## Take the pictures in docs/images: replays flights, opens the page in Chromium
	dashboards/screenshots/run.sh

.PHONY: check-generated
check-generated: ## Fail if what is generated is not what is committed
	.ci/check-generated

.PHONY: clean
clean: ## Remove what was built and installed here
	rm -rf bin build .tools .venv ui/node_modules ui/build
