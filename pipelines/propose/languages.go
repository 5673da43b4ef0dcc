package propose

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"git.example/slipway/pipelines/lazy"
	"git.example/slipway/pipelines/survey"
)

// language is how a directory's tests are run.
type language struct {
	// marker is the file that the directory has.
	marker string
	// image is the official image, without its tag; tag is the one for a directory.
	image string
	tag   func(t *survey.Tree, dir string) string
	// run is the command, empty when the directory has no tests. It runs in a shell
	// when it has an operator.
	run func(t *survey.Tree, dir string) string
	// same are commands in a workflow that run the same tests.
	same func() *regexp.Regexp
}

var languages = []language{
	{"go.mod", "golang", goVersion, fixed("go test ./..."), lazy.Regexp(`\bgo test\b|\bgotestsum\b`)},
	{"package.json", "node", nodeVersion, nodeTests, lazy.Regexp(`\b(npm|pnpm|yarn|bun)\s+(run\s+)?test\b`)},
	{"Gemfile", "ruby", firstOf(".ruby-version", "3"), rubyTests, lazy.Regexp(`\brspec\b|rails test|rake test`)},
	{"pom.xml", "maven", constant("3-eclipse-temurin-21"), fixed("mvn --batch-mode test"), lazy.Regexp(`\bmvnw?\b`)},
	{"build.gradle", "gradle", constant("8-jdk21"), fixed("gradle test"), lazy.Regexp(`\bgradlew?\b`)},
	{"build.gradle.kts", "gradle", constant("8-jdk21"), fixed("gradle test"), lazy.Regexp(`\bgradlew?\b`)},
	{"Cargo.toml", "rust", firstOf("rust-toolchain", "1"), fixed("cargo test"), lazy.Regexp(`\bcargo test\b`)},
	{"composer.json", "composer", constant("2"), phpTests, lazy.Regexp(`\bphpunit\b|composer test|artisan test|\bpest\b`)},
	{"pyproject.toml", "python", firstOf(".python-version", "3"), pythonTests, lazy.Regexp(`\bpytest\b|\btox\b`)},
	{"requirements.txt", "python", firstOf(".python-version", "3"), pythonTests, lazy.Regexp(`\bpytest\b`)},
	{"mix.exs", "elixir", constant("1.17"), fixed("mix local.hex --force && mix deps.get && mix test"), lazy.Regexp(`\bmix test\b`)},
}

// mostDirs bounds in how many directories tests are looked for.
const mostDirs = 6

// languageChecks are the checks of the project's folder and of its images' contexts.
func languageChecks(s *survey.Survey, images []survey.Image) []check {
	dirs := []string{"."}
	for _, i := range images {
		for _, dir := range []string{i.Context, path.Dir(i.File)} {
			if !slices.Contains(dirs, dir) && len(dirs) < mostDirs {
				dirs = append(dirs, dir)
			}
		}
	}
	var all []check
	for _, dir := range dirs {
		done := map[string]bool{}
		for _, l := range languages {
			if !s.Tree.IsFile(inDir(dir, l.marker)) || done[l.image] {
				continue
			}
			command := l.run(s.Tree, dir)
			if command == "" {
				continue
			}
			done[l.image] = true
			all = append(all, l.check(s, images, dir, command))
		}
	}
	return all
}

func (l language) check(s *survey.Survey, images []survey.Image, dir, command string) check {
	name := "test"
	if dir != "." {
		name = component(path.Base(dir)) + "-test"
	} else if l.image != "golang" && s.Tree.IsFile("go.mod") {
		name = l.image + "-test"
	}
	run := "[" + strings.Join(strings.Fields(command), ", ") + "]"
	if strings.ContainsAny(command, "&|;") {
		run = "[sh, -c, " + scalar(command) + "]"
	}
	image := l.image + ":" + l.tag(s.Tree, dir)
	if base := baseOf(images, dir, l.image); base != "" {
		image = base
	}
	c := check{Name: name, YAML: fmt.Sprintf("{image: %s, mount: %s, workdir: /src, run: %s}", scalar(image), scalar(dir), run), Why: "from " + inDir(dir, l.marker)}
	if workflow := sure(s.Tree, l); workflow != "" && l.image == "golang" && dir == "." {
		c.Active, c.Why = true, "as "+workflow+" runs it"
	}
	return c
}

// baseOf is the image of the language that an image of the directory is built on:
// the version that the repository names.
func baseOf(images []survey.Image, dir, language string) string {
	for _, i := range images {
		if i.Context != dir && dir != "." {
			continue
		}
		for _, stage := range i.Parsed.Stages {
			name, tag, ok := strings.Cut(stage.Base, ":")
			if ok && (name == language || strings.HasSuffix(name, "/library/"+language)) && !strings.ContainsAny(stage.Base, "$@") && version().MatchString(tag) {
				return stage.Base
			}
		}
	}
	return ""
}

// sure is the workflow that runs the same tests in a job that needs no services.
func sure(t *survey.Tree, l language) string {
	for _, job := range t.Jobs() {
		if !job.Services && !job.Containers && l.same().MatchString(job.Script) {
			return job.File
		}
	}
	return ""
}

func fixed(command string) func(*survey.Tree, string) string {
	return func(*survey.Tree, string) string { return command }
}

func constant(tag string) func(*survey.Tree, string) string {
	return func(*survey.Tree, string) string { return tag }
}

var version = lazy.Regexp(`\d+(\.\d+)*`)

// firstOf is the version in a file of the directory or of the project's folder.
func firstOf(file, otherwise string) func(*survey.Tree, string) string {
	return func(t *survey.Tree, dir string) string {
		for _, name := range []string{inDir(dir, file), file} {
			if v := version().FindString(string(t.Read(name))); v != "" {
				return v
			}
		}
		return otherwise
	}
}

var goLine = lazy.Regexp(`(?m)^(?:toolchain go|go )(\d+\.\d+)`)

func goVersion(t *survey.Tree, dir string) string {
	if m := goLine().FindSubmatch(t.Read(inDir(dir, "go.mod"))); m != nil {
		return string(m[1])
	}
	return "1"
}

// packageJSON is what is read of one.
type packageJSON struct {
	Scripts        map[string]string
	Engines        map[string]string
	PackageManager string
}

func readPackage(t *survey.Tree, dir string) packageJSON {
	var p packageJSON
	_ = json.Unmarshal(t.Read(inDir(dir, "package.json")), &p) // npm says what is wrong with it
	return p
}

func nodeVersion(t *survey.Tree, dir string) string {
	for _, name := range []string{inDir(dir, ".nvmrc"), inDir(dir, ".node-version"), ".nvmrc", ".node-version"} {
		if v := version().FindString(string(t.Read(name))); v != "" {
			return v
		}
	}
	if v := version().FindString(readPackage(t, dir).Engines["node"]); v != "" {
		major, _, _ := strings.Cut(v, ".")
		return major
	}
	return "lts"
}

func nodeTests(t *survey.Tree, dir string) string {
	script := readPackage(t, dir).Scripts["test"]
	if script == "" || strings.Contains(script, "no test specified") {
		return ""
	}
	switch {
	case t.IsFile(inDir(dir, "pnpm-lock.yaml")):
		return "corepack enable && pnpm install --frozen-lockfile && pnpm test"
	case t.IsFile(inDir(dir, "yarn.lock")):
		return "corepack enable && yarn install --frozen-lockfile && yarn test"
	case t.IsFile(inDir(dir, "package-lock.json")):
		return "npm ci && npm test"
	}
	return "npm install && npm test"
}

func rubyTests(t *survey.Tree, dir string) string {
	switch {
	case t.IsDir(inDir(dir, "spec")):
		return "bundle install && bundle exec rspec"
	case t.IsFile(inDir(dir, "bin/rails")) && t.IsDir(inDir(dir, "test")):
		return "bundle install && bin/rails test"
	}
	return ""
}

func phpTests(t *survey.Tree, dir string) string {
	if t.IsFile(inDir(dir, "phpunit.xml")) || t.IsFile(inDir(dir, "phpunit.xml.dist")) || t.IsFile(inDir(dir, "phpunit.dist.xml")) {
		return "composer install && vendor/bin/phpunit"
	}
	return ""
}

func pythonTests(t *survey.Tree, dir string) string {
	if !t.IsDir(inDir(dir, "tests")) && !t.IsDir(inDir(dir, "test")) {
		return ""
	}
	switch {
	case t.IsFile(inDir(dir, "uv.lock")):
		return "pip install uv && uv run pytest"
	case t.IsFile(inDir(dir, "poetry.lock")):
		return "pip install poetry && poetry install && poetry run pytest"
	case t.IsFile(inDir(dir, "requirements.txt")):
		return "pip install -r requirements.txt pytest && pytest"
	}
	return "pip install . pytest && pytest"
}
