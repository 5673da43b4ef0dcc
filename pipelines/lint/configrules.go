package lint

import (
	"fmt"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/lazy"
)

func configRules() []Rule {
	return []Rule{
		{
			ID: "compose-invalid", Title: "a compose file that can't be read", Severity: Error,
			Why:   "Compose refuses the file, or would read something else from it than was meant.",
			check: composeInvalid,
		},
		{
			ID: "variable-unset", Title: "a variable that nothing sets", Severity: Warning,
			Why:   "Compose puts nothing in its place and goes on, unless .env on the server sets it.",
			check: variableUnset,
		},
		{
			ID: "version-obsolete", Title: "the obsolete version: key", Severity: Info,
			Why:   "Compose ignores it and warns about it.",
			check: versionObsolete,
		},
		{
			ID: "image-unused", Title: "an image that no service uses", Severity: Warning,
			Why:   "A release that no service uses is published and never deployed; the service that should use it runs something else.",
			check: imageUnused,
		},
	}
}

// errorLine is the line in the errors of compose-go and of its YAML parser.
var errorLine = lazy.Regexp(`(?:\.ya?ml:|line )(\d+)`)

func composeInvalid(p *project, found finder) {
	for _, s := range p.stacks {
		at := position{file: s.files[0]}
		if s.unknowable != nil {
			found(at, fmt.Sprintf("the file can't be read without values that only a deploy knows: %s", s.filled.Hide(s.unknowable.Error())), "", Info)
		}
		if s.err == nil {
			continue
		}
		if m := errorLine().FindStringSubmatch(s.err.Error()); m != nil && len(s.files) == 1 {
			at.line, _ = strconv.Atoi(m[1]) // digits
			at.column = 1
		}
		found(at, s.err.Error(), "")
	}
}

func variableUnset(p *project, found finder) {
	for _, s := range p.targets() {
		told := map[string]bool{}
		for _, v := range s.unset {
			message := fmt.Sprintf("nothing sets the variable %s, and it has no default", v.Name)
			fix := fmt.Sprintf("set it under env: in slipway.yaml, or write ${%s:-default}", v.Name)
			if !v.Required {
				fix += fmt.Sprintf(" or ${%s:?message}", v.Name)
			}
			why := s.refused[v.Name]
			switch {
			case s.variables.open != "":
				found(v.at, fmt.Sprintf("whether %s sets the variable %s can't be known here, and it has no default", s.variables.open, v.Name), "", Info)
			case v.Required:
				found(v.at, fmt.Sprintf("nothing sets the variable %s, which the file requires: compose refuses it", v.Name), fix, Error)
			case why != "" && !told[v.Name]:
				told[v.Name] = true
				found(v.at, fmt.Sprintf("nothing sets the variable %s, and compose refuses the file without it: %s", v.Name, s.filled.Hide(why)), fix, Error)
			default:
				found(v.at, message, fix)
			}
		}
	}
}

func versionObsolete(p *project, found finder) {
	for _, s := range p.stacks {
		for _, f := range s.all() {
			if at, ok := f.at("version"); ok {
				found(at, "version: is obsolete", "remove the line")
			}
		}
	}
}

func imageUnused(p *project, found finder) {
	for _, environment := range p.config.Environments {
		used := map[string]bool{}
		stacks, readable := 0, true
		for _, s := range p.targets() {
			if s.environment != environment.Name {
				continue
			}
			stacks++
			readable = readable && s.err == nil && s.unknowable == nil
			for image := range s.users {
				used[image] = true
			}
		}
		for _, image := range p.images {
			if stacks > 0 && stacks == len(environment.Value.Deploy) && readable && !used[image.Name] {
				found(p.file.near("images", image.Name),
					fmt.Sprintf("no service that environment %s deploys uses image %s", environment.Name, image.Name),
					"name it in a compose file as "+p.suggested(environment.Name, image.Name))
			}
		}
	}
}

// suggested is how a compose file names an image of ours, whatever the registry.
func (p *project) suggested(environment, image string) string {
	e, _ := p.config.Environments.Get(environment)
	r, _ := p.config.Registries.Get(e.Registry)
	i, _ := p.images.Get(image)
	return "${REGISTRY}/" + strings.TrimPrefix(r.Repository(p.config.Project, image, i), strings.TrimSuffix(r.Repository("", "", config.Image{Build: i.Build, Repository: "x"}), "x")) + ":${DEPLOY_TAG}"
}
