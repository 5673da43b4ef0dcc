package survey

import (
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

var noComponent = lazy.Regexp(`[^a-z0-9]+`)

// elsewhere are directories whose Dockerfiles are no part of a release unless
// something builds them, and what they are.
var elsewhere = map[string]string{
	"node_modules": "a dependency", "vendor": "a dependency", "third_party": "a dependency",
	"testdata": "data of tests", "test": "for tests", "tests": "for tests", "testing": "for tests", "e2e": "for tests", "cypress": "for tests", "playwright": "for tests", "fixtures": "data of tests", "integration": "for tests",
	".devcontainer": "an editor's container", ".github": "for CI", ".circleci": "for CI", ".gitlab": "for CI", ".ci": "for CI", "ci": "for CI", "hack": "a tool of the developers", "tools": "a tool of the developers",
	"example": "an example", "examples": "an example", "samples": "an example", "demo": "an example", "docs": "documentation", "doc": "documentation", "website": "documentation",
	"benchmark": "a benchmark", "benchmarks": "a benchmark", "dev": "for development", "development": "for development", "local": "for development",
	"rpm": "a builder of packages", "seed-data": "data for trying it out",
}

var (
	devWord  = lazy.Regexp(`(?i)(^|[._/-])(dev|devel|development|debug|local|test|tests|testing|ci|e2e|playwright|cypress|bench|lint|devcontainer|site|docs|website)([._/-]|$)`)
	devStage = lazy.Regexp(`(?i)(^|[_-])(dev|devel|development|debug|local|test|tests|testing|ci|lint)([_-]|$)`)
	// builderName is a Dockerfile of what other builds happen in.
	builderName = lazy.Regexp(`^dockerfile[._-](build|builder|compile)$|^(build|builder)\.dockerfile$`)
	windows     = lazy.Regexp(`(?i)(windows|nanoserver|servercore|ltsc20)`)
)

// whyNotOurs says what a Dockerfile is for by where it is; empty when it may be
// an image of the release.
func whyNotOurs(file string) string {
	dir, base := path.Split(file)
	for _, part := range strings.Split(strings.Trim(dir, "/"), "/") {
		if why, ok := elsewhere[strings.ToLower(part)]; ok {
			return "it is " + why
		}
	}
	if parts := strings.Split(strings.ToLower(strings.Trim(dir, "/")), "/"); len(parts) > 1 && strings.HasPrefix(parts[len(parts)-2], "pack") && (parts[len(parts)-1] == "debian" || parts[len(parts)-1] == "deb") {
		return "it is a builder of packages"
	}
	switch name := strings.ToLower(base); {
	case strings.HasSuffix(name, ".j2"), strings.HasSuffix(name, ".template"), strings.HasSuffix(name, ".tmpl"), strings.HasSuffix(name, ".erb"), strings.HasSuffix(name, ".in"):
		return "it is a template"
	case devWord().MatchString(strings.TrimSuffix(strings.TrimPrefix(name, "dockerfile"), "dockerfile")):
		return "it is for development or tests"
	case builderName().MatchString(name):
		return "it is a step of a build"
	case windows().MatchString(file):
		return "it is for Windows"
	}
	return ""
}

// isDockerfile says that a path looks like a Dockerfile.
func isDockerfile(file string) bool {
	base := strings.ToLower(path.Base(file))
	if strings.HasSuffix(base, ".dockerignore") || strings.HasSuffix(base, ".md") || strings.HasSuffix(base, ".sh") || strings.HasSuffix(base, ".go") {
		return false
	}
	return base == "dockerfile" || base == "containerfile" || strings.HasPrefix(base, "dockerfile.") || strings.HasPrefix(base, "dockerfile-") || strings.HasPrefix(base, "containerfile.") ||
		strings.HasSuffix(base, ".dockerfile") || strings.HasSuffix(base, ".containerfile")
}

// flavours are names of base systems: Dockerfiles that differ in nothing else
// are variants of one image.
var flavours = []string{"alpine", "debian", "ubuntu", "distroless", "slim", "scratch", "bookworm", "bullseye", "trixie", "buster", "ubi", "centos", "fedora", "arm", "arm64", "armv7", "amd64", "aarch64", "multiarch", "cuda", "gpu", "cpu", "rocm", "rootless", "minimal", "multistage", "nomultistage", "buildx", "release", "goreleaser", "base", "prod", "production"}

// flavour is what makes a Dockerfile a variant of the one beside it, empty for none.
func flavour(file string) string {
	base := strings.ToLower(path.Base(file))
	base = strings.Trim(strings.NewReplacer("dockerfile", "", "containerfile", "").Replace(base), ".-_")
	for _, word := range strings.FieldsFunc(base, func(r rune) bool { return r == '.' || r == '-' || r == '_' }) {
		if slices.Contains(flavours, word) {
			return word
		}
	}
	if base == "" && isFlavour(path.Base(path.Dir(file))) {
		return strings.ToLower(path.Base(path.Dir(file)))
	}
	return ""
}

// isFlavour says that a folder is called like a base system, alone or with more.
func isFlavour(dir string) bool {
	first, _, _ := strings.Cut(strings.ToLower(dir), "-")
	return slices.Contains(flavours, first) && first != "base" && first != "prod" && first != "production" && first != "release"
}

// family is what variants of one image have in common: the folder that they are
// in, or the one above for folders that are called like a flavour.
func family(file string) string {
	dir := path.Dir(file)
	if isFlavour(path.Base(dir)) {
		return path.Dir(dir)
	}
	return dir
}
