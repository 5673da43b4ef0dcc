package secrets

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"git.example/slipway/pipelines/lazy"
)

// validName is what compose and every shell take as a variable's name.
var validName = lazy.Regexp(`^[A-Za-z_][A-Za-z0-9_]*$`)

// bare are values that need no quotes anywhere.
var bare = lazy.Regexp(`^[A-Za-z0-9_./:@%+,=-]*$`)

// EncodeEnv is the text of an env file with the given variables, by name.
// Compose reads exactly these values back, from env_file as from --env-file. So
// does a shell's "." unless a value has a quote ' together with a backtick
// (nothing is executed then either); "docker run --env-file", which knows no
// quotes, reads those values back that need none.
//
// Errors name the variable, never its value: a name that is not
// [A-Za-z_][A-Za-z0-9_]*, a value with a NUL or that is not UTF-8.
func EncodeEnv(vars map[string]Value) ([]byte, error) {
	var b bytes.Buffer
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		plain := vars[name].plain
		switch {
		case !validName().MatchString(name):
			failed = append(failed, fmt.Errorf("encoding variable %q: the name must be letters, digits and _ and not start with a digit", name))
		case strings.ContainsRune(plain, 0):
			failed = append(failed, fmt.Errorf("encoding variable %q: no environment can hold its value, which has a NUL byte; store it as base64", name))
		case !utf8.ValidString(plain):
			failed = append(failed, fmt.Errorf("encoding variable %q: its value is not UTF-8; store it as base64", name))
		default:
			fmt.Fprintf(&b, "%s=%s\n", name, quote(plain))
		}
	}
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// quote writes plain so that compose's parser and a shell read it as one word.
func quote(plain string) string {
	backslashes := len(plain) - len(strings.TrimRight(plain, `\`))
	switch {
	case bare().MatchString(plain):
		return plain
	case !strings.Contains(plain, "'") && backslashes%2 == 0:
		// Nothing is special in here, but to compose a backslash before the quote.
		return "'" + plain + "'"
	default:
		return `"` + doubleQuoted.Replace(plain) + `"`
	}
}

// doubleQuoted escapes what is special in double quotes. Compose knows no
// escape for a backtick but its code; a shell takes that as text.
var doubleQuoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", `\0140`)
