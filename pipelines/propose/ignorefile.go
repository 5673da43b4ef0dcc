package propose

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"

	"git.example/slipway/pipelines/lazy"
	"git.example/slipway/pipelines/survey"
)

// left are what no image needs: history, secrets, what is this machine's, what is
// installed anew, and what a release is described by.
var left = []string{".git", ".github", ".circleci", ".env", ".env.*", ".local", ".slipway", "**/node_modules", "**/__pycache__", "**/.venv", "**/.DS_Store", ".vscode", ".idea", "*.log", "slipway.yaml", "docker-compose*.yml", "compose*.y*ml"}

var asksGit = lazy.Regexp(`\bgit\s+(describe|rev-parse|log|status|rev-list|tag)\b|\.git\b`)

// ignoreFiles are a .dockerignore for each context that has none.
func ignoreFiles(t *survey.Tree, images []survey.Image) []File {
	var files []File
	for _, i := range images {
		name := path.Join(i.Context, ".dockerignore")
		if t.IsFile(name) || t.IsFile(i.File+".dockerignore") || slices.ContainsFunc(files, func(f File) bool { return f.Path == name }) {
			continue
		}
		text := "# What no image needs. A change there builds nothing anew.\n"
		for _, pattern := range left {
			if !needed(t, images, i.Context, pattern) {
				text += pattern + "\n"
			}
		}
		files = append(files, File{Path: name, Text: []byte(text)})
	}
	return files
}

// needed says that leaving a pattern out would leave out what git has and a
// Dockerfile may want.
func needed(t *survey.Tree, images []survey.Image, context, pattern string) bool {
	matcher, err := patternmatcher.New([]string{pattern})
	if err != nil {
		return true
	}
	for _, i := range images {
		if i.Context != context {
			continue
		}
		for _, source := range i.Parsed.Sources(i.Target) {
			if out, err := matcher.MatchesOrParentMatches(source.Path); err != nil || out {
				return true
			}
		}
		for _, stage := range i.Parsed.Needed(i.Target) {
			if pattern == ".git" && slices.ContainsFunc(stage.Scripts, asksGit().MatchString) {
				return true
			}
		}
	}
	switch pattern {
	case ".git", ".github", ".circleci", "slipway.yaml", "docker-compose*.yml", "compose*.y*ml", ".vscode", ".idea":
		return false
	}
	for _, f := range t.Files {
		inside := f
		if context != "." {
			var ok bool
			if inside, ok = strings.CutPrefix(f, context+"/"); !ok {
				continue
			}
		}
		if out, err := matcher.MatchesOrParentMatches(inside); err == nil && out && !strings.HasSuffix(inside, "example") && !strings.HasSuffix(inside, "sample") {
			// A .env that git has is read by PHP's frameworks; elsewhere it is for compose.
			return !strings.HasPrefix(path.Base(inside), ".env") || t.IsFile("composer.json") || t.IsFile(path.Join(context, "composer.json"))
		}
	}
	return false
}
