package lint

import (
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/secrets"
)

func secretRules() []Rule {
	return []Rule{
		{
			ID: "secret-in-clear", Title: "a secret written into a file", Severity: Error,
			Why:   "What is in the repository is in its history, in every clone and in every build context, for ever.",
			check: secretInClear,
		},
		{
			ID: "secret-in-build-arg", Title: "a secret as a build argument", Severity: Error,
			Why:   "Build arguments can be read from the image's history by everybody who can pull it.",
			check: secretInBuildArg,
		},
	}
}

func secretInClear(p *project, found finder) {
	tell := func(at position, what string) {
		found(at, what+" is written into the file",
			"take it out, change it where it is used, and refer to it: env://NAME in slipway.yaml, ${NAME} in a compose file")
	}
	for _, f := range p.files() {
		for _, s := range f.yaml.scalars() {
			if kind := shapeOf(s.text); kind != "" {
				tell(s.at, kind)
				continue
			}
			// Checks run on data of their own: "password: test" is no secret there.
			if f.test || f.yaml == p.file && s.path[0] == "checks" {
				continue
			}
			name, value := s.key(), s.text
			if left, right, ok := strings.Cut(s.text, "="); ok && s.listed() {
				name, value = left, right
			}
			if m := defaulted().FindStringSubmatch(value); m != nil {
				value = m[1]
			}
			switch {
			case secrets.IsName(name) && secrets.IsLiteral(value) && !s.listedElsewhere():
				tell(s.at, fmt.Sprintf("a value for %s", name))
			case secrets.Login(value) != "":
				tell(s.at, "the password of a URL")
			}
		}
	}
}

// listed says that the scalar is an item of a list.
func (s scalar) listed() bool { return len(s.path) > 0 && s.key() != s.path[len(s.path)-1] }

// listedElsewhere says that the scalar is an item that is no assignment: names
// in a list under secrets:.
func (s scalar) listedElsewhere() bool { return s.listed() && !strings.Contains(s.text, "=") }

// scanned is a file to look for secrets in; test says that no deploy uses it.
type scanned struct {
	yaml *file
	test bool
}

func (p *project) files() []scanned {
	all := []scanned{{yaml: p.file}}
	for _, s := range p.stacks {
		for _, f := range s.all() {
			all = append(all, scanned{f, s.check != nil})
		}
	}
	for _, f := range slices.Concat(p.workflows, p.circleci) {
		all = append(all, scanned{f, true})
	}
	return all
}

func secretInBuildArg(p *project, found finder) {
	for _, s := range p.file.scalars() {
		n := len(s.path)
		if n >= 2 && s.path[n-2] == "args" && secrets.IsName(s.path[n-1]) && s.text != "" {
			found(s.at, fmt.Sprintf("the build argument %s stays in the image's history", s.path[n-1]),
				fmt.Sprintf("write secrets: {%s: env://%s} and, in the Dockerfile, RUN --mount=type=secret,id=%s", s.path[n-1], s.path[n-1], s.path[n-1]))
		}
	}
}
