package lint

import (
	"fmt"
	"regexp"
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

// secretName matches names of variables that hold a secret; publicName those
// that only seem so.
var (
	secretName = regexp.MustCompile(`(^|_)(PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|SECRET|SECRETS|TOKEN|PAT|APIKEY|CREDENTIAL|CREDENTIALS|WEBHOOK)(_|$)|(^|_)(API|ACCESS|SECRET|PRIVATE|ENCRYPTION|SIGNING|MASTER|AUTH|DEPLOY|SSH|LICENSE|FERNET)_?KEY(_|$)|_KEY_BASE$`)
	publicName = regexp.MustCompile(`(_FILE|_PATH|_DIR|_ID|_NAME|_ARN|_TTL|_EXPIRY|_EXPIRES|_LENGTH|_TYPE|_USER|_URL|_HEADER|_ENABLED|_ALGORITHM|_ISSUER)$|(^|_)PUBLIC(_|$)|^AWS_SECRETS_MANAGER$`)
	wordBreak  = regexp.MustCompile(`([a-z0-9])([A-Z])`)
)

// namesSecret says that a variable or key of that name holds a secret.
func namesSecret(name string) bool {
	name = strings.ToUpper(wordBreak.ReplaceAllString(name, "${1}_${2}"))
	name = strings.NewReplacer("-", "_", ".", "_").Replace(name)
	return secretName.MatchString(name) && !publicName.MatchString(name)
}

// shape is what some kind of secret looks like, whatever its name.
type shape struct {
	kind string
	text *regexp.Regexp
}

var shapes = []shape{
	{"an AWS access key", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY`)},
	{"a GitHub token", regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{30,})`)},
	{"a Slack token or webhook", regexp.MustCompile(`\bxox[abprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]+`)},
}

// login is a URL with a password that is no variable.
var login = regexp.MustCompile(`[a-z][a-z0-9+.-]*://[^/\s:@$]*:[^/\s@${}]+@`)

// shapeOf is what kind of secret a text looks like; empty for none.
func shapeOf(value string) string {
	for _, s := range shapes {
		if s.text.MatchString(value) {
			return s.kind
		}
	}
	return ""
}

// isLiteral says that a value stands for itself: no variable, no reference, and
// nothing that turns something on or off.
func isLiteral(value string) bool {
	switch strings.ToLower(value) {
	case "", "true", "false", "yes", "no", "on", "off", "null", "~", "0", "1":
		return false
	}
	return !strings.Contains(value, "$") && !secrets.IsRef(value)
}

// defaulted is a variable with a default: the default is written into the file.
var defaulted = regexp.MustCompile(`^\$\{\w+:?-([^$]*)\}$`)

func secretInClear(p *project, found finder) {
	tell := func(at place, what string) {
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
			if m := defaulted.FindStringSubmatch(value); m != nil {
				value = m[1]
			}
			switch {
			case namesSecret(name) && isLiteral(value) && !s.listedElsewhere():
				tell(s.at, fmt.Sprintf("a value for %s", name))
			case login.MatchString(value):
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
		for _, f := range s.files {
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
		if n >= 2 && s.path[n-2] == "args" && namesSecret(s.path[n-1]) && s.text != "" {
			found(s.at, fmt.Sprintf("the build argument %s stays in the image's history", s.path[n-1]),
				fmt.Sprintf("write secrets: {%s: env://%s} and, in the Dockerfile, RUN --mount=type=secret,id=%s", s.path[n-1], s.path[n-1], s.path[n-1]))
		}
	}
}
