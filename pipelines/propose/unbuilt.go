package propose

import (
	"fmt"
	"strings"

	"git.example/slipway/pipelines/lazy"
	"git.example/slipway/pipelines/survey"
)

// makes are commands that make what an image is then made of.
var makes = lazy.Regexp(`(?i)\b(goreleaser|go build|make\s+[\w-]+|(?:npm|pnpm|yarn|bun) (?:run )?(?:build|release|dist|compile|generate)[\w:-]*|mvn\w*\s[^\n]*|\./mvnw[^\n]*|gradle\w*\s[^\n]*|\./gradlew[^\n]*|cargo build[^\n]*|dotnet publish[^\n]*|promu [^\n]*)`)

// howToBuild says what has to be there before an image can be built, and how the
// repository itself makes it.
func howToBuild(t *survey.Tree, i survey.Image) string {
	text := fmt.Sprintf("%s: %s", i.File, whyUnbuilt(i))
	if len(i.Missing) > 0 && i.Missing[0].Ignored {
		return text + ": take it out of the ignore file"
	}
	if where, how := madeBy(t); how != "" {
		text += fmt.Sprintf("; it has to be made first (%s: %s)", where, how)
	}
	return text + ": make it in a stage of the Dockerfile, or as an artifact of slipway.yaml"
}

// madeBy is the command that the repository's own files build its program with.
func madeBy(t *survey.Tree) (where, how string) {
	for _, f := range t.Files {
		if !strings.HasPrefix(f, ".github/workflows/") || !strings.Contains(f, "release") && !strings.Contains(f, "build") && !strings.Contains(f, "publish") && !strings.Contains(f, "docker") {
			continue
		}
		if found := makes().FindString(string(t.Read(f))); found != "" {
			return f, strings.TrimSpace(found)
		}
	}
	for _, f := range []string{".goreleaser.yml", ".goreleaser.yaml"} {
		if t.IsFile(f) {
			return f, "goreleaser"
		}
	}
	if t.IsFile("Makefile") {
		return "Makefile", "make"
	}
	if t.IsFile("pom.xml") {
		return "pom.xml", "mvn package"
	}
	return "", ""
}
