package survey

import (
	"path"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

var (
	buildCommand = lazy.Regexp(`\b(?:docker|podman|nerdctl|buildah|img)\s+(?:image\s+|builder\s+)?(?:(?:buildx\s+)?build|bud)\s`)
	shellVar     = lazy.Regexp(`\$(?:\{\{[^}]*\}\}|\{[^}]*\}|\([^)]*\)|[A-Za-z_][A-Za-z0-9_]*)`)
	cdCommand    = lazy.Regexp(`(?:^|&&|;)\s*cd\s+([^\s;&|]+)`)
)

// valued are the flags of docker build that take a value in the next word.
var valued = map[string]bool{
	"-t": true, "--tag": true, "-f": true, "--file": true, "--target": true, "--build-arg": true, "--platform": true, "--label": true,
	"--cache-from": true, "--cache-to": true, "--secret": true, "--ssh": true, "-o": true, "--output": true, "--progress": true, "--builder": true,
	"--network": true, "--build-context": true, "--iidfile": true, "--metadata-file": true, "--attest": true, "--annotation": true, "--memory": true,
	"-m": true, "--shm-size": true, "--ulimit": true, "--add-host": true, "--cpuset-cpus": true, "--isolation": true, "--provenance": false, "--format": true,
}

// buildsIn are the images that the docker commands of a script build. Relative
// paths in it start at dir.
func (t *Tree) buildsIn(script, dir string) []Image {
	var all []Image
	script = strings.ReplaceAll(strings.ReplaceAll(script, "\\\r\n", " "), "\\\n", " ")
	at := dir
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		found := buildCommand().FindStringIndex(line)
		cd := cdCommand().FindStringSubmatch(line)
		here := at
		if cd != nil && !strings.Contains(cd[1], "$") {
			here = path.Join(at, strings.Trim(cd[1], `"'`))
			if found == nil {
				at = here
			}
		}
		if found == nil {
			continue
		}
		if i, ok := t.buildOf(words(line[found[1]:]), here); ok {
			all = append(all, i)
		}
	}
	return all
}

// words are the words of one command of a shell, up to where it ends.
func words(line string) []string {
	var all []string
	var word strings.Builder
	quote, inside := rune(0), false
	flush := func() {
		if inside {
			all = append(all, word.String())
		}
		word.Reset()
		inside = false
	}
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, inside = r, true
		case r == ' ' || r == '\t' || r == '\n':
			flush()
		case r == ';' || r == '|' || r == '&' || r == '>' || r == '<' || r == ')':
			flush()
			return all
		default:
			inside = true
			word.WriteRune(r)
		}
	}
	flush()
	return all
}

// buildOf is the image of the arguments of docker build; false when they leave
// open what is built.
func (t *Tree) buildOf(args []string, dir string) (Image, bool) {
	i := Image{}
	file, context, tag := "", "", ""
	for n := 0; n < len(args); n++ {
		name, value, joined := strings.Cut(args[n], "=")
		if !strings.HasPrefix(name, "-") {
			if context == "" {
				context = args[n]
			}
			continue
		}
		if !joined && valued[name] {
			if n++; n < len(args) {
				value = args[n]
			}
		}
		switch name {
		case "--check":
			return i, false
		case "-f", "--file":
			file = value
		case "--target":
			i.Target = value
		case "-t", "--tag":
			if tag == "" {
				tag = value
			}
		case "--build-arg":
			if key, v, ok := strings.Cut(value, "="); ok && !shellVar().MatchString(v) {
				i.Args = with(i.Args, key, v)
			}
		}
	}
	if context == "" || context == "-" || strings.Contains(context, "://") || strings.Contains(context, "$") || strings.Contains(file, "$") || strings.Contains(i.Target, "$") {
		return i, false
	}
	i.Context = path.Join(dir, context)
	i.File = path.Join(i.Context, "Dockerfile")
	if file != "" {
		i.File = path.Join(dir, file)
	}
	i.Name = nameOfTag(tag)
	return i, t.IsDir(i.Context) && t.IsFile(i.File)
}

// nameOfTag is the last part of a repository, empty when it is not written out.
func nameOfTag(tag string) string {
	repository := path.Base(tag)
	repository, _, _ = strings.Cut(repository, "@")
	if at := strings.LastIndex(repository, ":"); at > 0 {
		repository = repository[:at]
	}
	if repository == "." || repository == "/" || strings.ContainsAny(repository, "${}()<>") {
		return ""
	}
	return component(repository)
}

func with(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[key] = value
	return m
}
