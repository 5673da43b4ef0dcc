package lint

import (
	"regexp"
	"strings"

	"git.example/slipway/pipelines/lazy"
	"git.example/slipway/pipelines/secrets"
)

// secretName matches names of variables that hold a secret; publicName those
// that only seem so.
var (
	secretName = lazy.Regexp(`(^|_)(PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|SECRET|SECRETS|TOKEN|PAT|APIKEY|CREDENTIAL|CREDENTIALS|WEBHOOK)(_|$)|(^|_)(API|ACCESS|SECRET|PRIVATE|ENCRYPTION|SIGNING|MASTER|AUTH|DEPLOY|SSH|LICENSE|FERNET)_?KEY(_|$)|_KEY_BASE$`)
	publicName = lazy.Regexp(`(_FILE|_PATH|_DIR|_ID|_NAME|_ARN|_TTL|_EXPIRY|_EXPIRES|_LENGTH|_TYPE|_USER|_URL|_URI|_HOST|_PORT|_TIMEOUT|_LIFETIME|_AGE|_MIN|_MAX|_SIZE|_COUNT|_ROUNDS|_POLICY|_REQUIRED|_METHOD|_HEADER|_ENABLED|_ALGORITHM|_ISSUER)$|(^|_)PUBLIC(_|$)|^AWS_SECRETS_MANAGER$`)
	wordBreak  = lazy.Regexp(`([a-z0-9])([A-Z])`)
)

// namesSecret says that a variable or key of that name holds a secret.
func namesSecret(name string) bool {
	name = strings.ToUpper(wordBreak().ReplaceAllString(name, "${1}_${2}"))
	name = strings.NewReplacer("-", "_", ".", "_").Replace(name)
	return secretName().MatchString(name) && !publicName().MatchString(name)
}

// shape is what some kind of secret looks like, whatever its name.
type shape struct {
	kind string
	text func() *regexp.Regexp
}

var shapes = []shape{
	{"an AWS access key", lazy.Regexp(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"a private key", lazy.Regexp(`-----BEGIN [A-Z ]*PRIVATE KEY`)},
	{"a GitHub token", lazy.Regexp(`\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{30,})`)},
	{"a Slack token or webhook", lazy.Regexp(`\bxox[abprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]+`)},
}

// login is a URL with a password that is no variable.
var login = lazy.Regexp(`[a-z][a-z0-9+.-]*://[^/\s:@$]*:[^/\s@${}]+@`)

// shapeOf is what kind of secret a text looks like; empty for none.
func shapeOf(value string) string {
	for _, s := range shapes {
		if s.text().MatchString(value) {
			return s.kind
		}
	}
	return ""
}

// isLiteral says that a value stands for itself: no variable, no reference, no file
// that has the secret, and nothing that turns something on or off.
func isLiteral(value string) bool {
	switch strings.ToLower(value) {
	case "", "true", "false", "yes", "no", "on", "off", "null", "~", "0", "1":
		return false
	}
	return !strings.Contains(value, "$") && !secrets.IsRef(value) && !isPath(value)
}

// path is one in which nothing is but names: two of them at least below the root, as
// in /run/secrets/db, because a password may begin with a slash, too.
var path = lazy.Regexp(`^(file://|~|\.{1,2})?(/[\w.@-]+)+/?$|^[A-Za-z]:[\\/][\w.@\\/ -]+$`)

// isPath says that a value is where something is.
func isPath(value string) bool {
	if !path().MatchString(value) {
		return false
	}
	return !strings.HasPrefix(value, "/") || strings.Count(strings.TrimSuffix(value, "/"), "/") > 1
}

// defaulted is a variable with a default: the default is written into the file.
var defaulted = lazy.Regexp(`^\$\{\w+:?-([^$]*)\}$`)
