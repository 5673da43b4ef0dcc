package secrets

import (
	"strings"

	"git.example/slipway/pipelines/lazy"
)

// secretName matches names of variables that hold a secret; publicName those
// that only seem so.
var (
	secretName = lazy.Regexp(`(^|_)(PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|SECRET|SECRETS|TOKEN|PAT|APIKEY|CREDENTIAL|CREDENTIALS|WEBHOOK)(_|$)|(^|_)(API|ACCESS|SECRET|PRIVATE|ENCRYPTION|SIGNING|MASTER|AUTH|DEPLOY|SSH|LICENSE|FERNET)_?KEY(_|$)|_KEY_BASE$`)
	publicName = lazy.Regexp(`(_FILE|_PATH|_DIR|_ID|_NAME|_ARN|_TTL|_EXPIRY|_EXPIRES|_LENGTH|_TYPE|_USER|_URL|_URI|_HOST|_PORT|_TIMEOUT|_LIFETIME|_AGE|_MIN|_MAX|_SIZE|_COUNT|_ROUNDS|_POLICY|_REQUIRED|_METHOD|_HEADER|_ENABLED|_ALGORITHM|_ISSUER)$|(^|_)PUBLIC(_|$)|^AWS_SECRETS_MANAGER$`)
	wordBreak  = lazy.Regexp(`([a-z0-9])([A-Z])`)
)

// IsName says that a variable or key of that name holds a secret.
func IsName(name string) bool {
	name = strings.ToUpper(wordBreak().ReplaceAllString(name, "${1}_${2}"))
	name = strings.NewReplacer("-", "_", ".", "_").Replace(name)
	return secretName().MatchString(name) && !publicName().MatchString(name)
}

// login is a URL with a password that is no variable.
var login = lazy.Regexp(`([a-z][a-z0-9+.-]*://[^/\s:@$]*:)([^/\s@${}]+)@`)

// Login is the password that is written into a URL; empty for none.
func Login(text string) string {
	if m := login().FindStringSubmatch(text); m != nil {
		return m[2]
	}
	return ""
}

// IsLiteral says that a value stands for itself: no variable, no reference, no file
// that has the secret, and nothing that turns something on or off.
func IsLiteral(value string) bool {
	switch strings.ToLower(value) {
	case "", "true", "false", "yes", "no", "on", "off", "null", "~", "0", "1":
		return false
	}
	return !strings.Contains(value, "$") && !IsRef(value) && !isPath(value)
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
