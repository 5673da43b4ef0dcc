package survey

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"git.example/slipway/pipelines/lazy"
)

// inCircleCI are the images that a CircleCI file builds.
func inCircleCI(t *Tree) []Image {
	var all []Image
	for _, name := range []string{".circleci/config.yml", ".circleci/config.yaml"} {
		var doc any
		if !t.IsFile(name) || yaml.Unmarshal(t.Read(name), &doc) != nil {
			continue
		}
		for _, script := range texts(doc) {
			for _, i := range t.buildsIn(script, ".") {
				i.kind, i.Evidence = byCircleCI, name
				all = append(all, i)
			}
		}
	}
	return all
}

// texts are the strings in a YAML value that may be scripts.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, texts(item)...)
		}
		return all
	case map[string]any:
		var all []string
		for _, k := range sortedKeys(v) {
			all = append(all, texts(v[k])...)
		}
		return all
	}
	return nil
}

var (
	makeAssignment = lazy.Regexp(`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_-]*)\s*(?:\?|:|::)?=\s*(.*)$`)
	makeVariable   = lazy.Regexp(`\$[({]([A-Za-z_][A-Za-z0-9_-]*)[)}]`)
)

// inMakefiles are the images that Makefiles, and the shell scripts that are
// called like building, build.
func inMakefiles(t *Tree) []Image {
	var all []Image
	for _, name := range t.Files {
		base := strings.ToLower(path.Base(name))
		isMake := base == "makefile" || base == "gnumakefile" || strings.HasSuffix(base, ".mk") || base == "justfile" || base == "taskfile.yml"
		isScript := strings.HasSuffix(base, ".sh") && (strings.Contains(base, "build") || strings.Contains(base, "docker") || strings.Contains(base, "publish") || strings.Contains(base, "release"))
		if !isMake && !isScript || strings.Count(name, "/") > 2 || whyNotOurs(path.Join(path.Dir(name), "Dockerfile")) != "" && strings.Contains(name, "/") {
			continue
		}
		text, dir := string(t.Read(name)), "."
		if isMake {
			text, dir = makeFilled(text), path.Dir(name)
		}
		for _, i := range t.buildsIn(text, dir) {
			i.kind, i.Evidence = byMakefile, name
			all = append(all, i)
		}
	}
	return all
}

// makeFilled is a Makefile with its own plain variables filled in.
func makeFilled(text string) string {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		if m := makeAssignment().FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil && !strings.HasPrefix(line, "\t") && !strings.Contains(m[2], "$(shell") {
			values[m[1]] = strings.TrimSpace(m[2])
		}
	}
	for range 3 {
		text = makeVariable().ReplaceAllStringFunc(text, func(use string) string {
			if v, ok := values[makeVariable().FindStringSubmatch(use)[1]]; ok {
				return v
			}
			return use
		})
	}
	return text
}

// inSkaffold are the artifacts of skaffold files.
func inSkaffold(t *Tree) []Image {
	var all []Image
	for _, name := range t.Files {
		if base := path.Base(name); base != "skaffold.yaml" && base != "skaffold.yml" {
			continue
		}
		dec := yaml.NewDecoder(strings.NewReader(string(t.Read(name))))
		for {
			var doc struct {
				Build struct {
					Artifacts []struct {
						Image, Context string
						Docker         struct {
							Dockerfile, Target string
							Args               map[string]any `yaml:"buildArgs"`
						}
					}
				}
			}
			if dec.Decode(&doc) != nil {
				break
			}
			for _, a := range doc.Build.Artifacts {
				i := Image{Name: nameOfTag(a.Image), Context: path.Join(path.Dir(name), a.Context), Target: a.Docker.Target, kind: bySkaffold, Evidence: name}
				i.File = path.Join(i.Context, "Dockerfile")
				if a.Docker.Dockerfile != "" {
					i.File = path.Join(i.Context, a.Docker.Dockerfile)
				}
				for k, v := range a.Docker.Args {
					if text := scalar(v); !strings.Contains(text, "{{") {
						i.Args = with(i.Args, k, text)
					}
				}
				if t.IsFile(i.File) && t.IsDir(i.Context) {
					all = append(all, i)
				}
			}
		}
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
