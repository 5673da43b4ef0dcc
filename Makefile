# Slipway's targets. `make` alone prints them.

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# Where this repository is, as go.mod says: make home moves it.
MODULE_PATH := $(shell awk '$$1 == "module" {print $$2; exit}' go.mod)
LDFLAGS := -s -w -X $(MODULE_PATH)/cmd/slipway/internal/cli.version=$(VERSION)
TEST    ?= ./...
# Where make install puts the command: for everybody, or for yourself where that is not allowed.
PREFIX  ?= $(shell test -w /usr/local/bin && echo /usr/local || echo "$$HOME/.local")

.DEFAULT_GOAL := help
.PHONY: help setup build install home demo demo-rollback demo-down test test-long fuzz campaign e2e lint bench update clean

help: ## print the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what is missing: Docker with buildx and compose (Debian and Ubuntu, as root)
	@.ci/setup

build: ## build bin/slipway
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/slipway ./cmd/slipway

install: build ## put slipway into PREFIX/bin (PREFIX=DIR; default: /usr/local, or ~/.local)
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 bin/slipway "$(DESTDIR)$(PREFIX)/bin/slipway"
	@case ":$$PATH:" in *":$(PREFIX)/bin:"*) ;; *) echo "add $(PREFIX)/bin to your PATH" ;; esac

home: ## have everything name the repository that you keep this in (MODULE=host/path)
	@go run ./internal/home "$(MODULE)"

demo: setup build ## take the sample from source to a running, verified release on this machine
	@examples/demo up

demo-rollback: setup build ## release a visible change of the sample, then roll it back
	@examples/demo rollback

demo-down: ## remove everything that the demo made
	@examples/demo down

test: ## run every test (TEST=./pipelines/config for one package)
	@.ci/setup tests
	go vet $(TEST)
	go test -p 2 -timeout 25m $(TEST)

test-long: ## run the tests that take minutes, too: faults at every step, load, every stack of the corpus
	@.ci/setup tests
	SLIPWAY_LONG_TESTS=1 go test -p 1 -timeout 90m ./pipelines ./pipelines/registry ./pipelines/deploy/... ./tests/corpus/...

fuzz: ## try random inputs on everything that is parsed (FUZZTIME=10m for each, ONLY=regexp of package.Name)
	go run ./internal/fuzzing -time $(or $(FUZZTIME),10m) -only '$(ONLY)' -log docs/fuzzing.jsonl

campaign: setup ## kill, starve and disturb it hundreds of times (PHASE=rolling SEEDS=1-50): takes hours
	@.ci/setup tests
	SLIPWAY_CAMPAIGN='$(or $(PHASE),all)' SLIPWAY_CAMPAIGN_SEEDS='$(SEEDS)' go test -count 1 -timeout 48h -v -run '^TestCampaign$$' ./tests/campaign
	go test -count 1 -run '^TestPage$$' ./tests/campaign -update

e2e: ## test the Dagger module on a Dagger engine, where one can be reached
	SLIPWAY_E2E=1 go test -count 1 -timeout 30m -v ./tests/e2e

lint: .cache/tools/staticcheck .cache/tools/actionlint ## gofmt, go vet, staticcheck, actionlint
	@files=$$(gofmt -l .); \
	if [ -n "$$files" ]; then echo "not formatted; run gofmt -w on:"; echo "$$files"; exit 1; fi
	go vet ./...
	cd ci && go vet ./...
	.cache/tools/staticcheck ./...
	.cache/tools/actionlint -shellcheck= -pyflakes= .github/workflows/*.yml examples/*/.github/workflows/*.yml

bench: setup build ## measure slipway against docker, in one table (BENCH="-runs 9 -json FILE -only plan-.*")
	go run ./internal/bench $(BENCH)

update: ## write the generated files and the golden files of the tests anew
	go test $$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -n 1 dirname | sort -u) -update

clean: ## remove what was built here
	rm -rf bin .cache/tools

.cache/tools/staticcheck: tools/staticcheck/go.mod tools/staticcheck/go.sum
	cd tools/staticcheck && go build -o ../../$@ honnef.co/go/tools/cmd/staticcheck

.cache/tools/actionlint: tools/actionlint/go.mod tools/actionlint/go.sum
	cd tools/actionlint && go build -o ../../$@ github.com/rhysd/actionlint/cmd/actionlint
