package composefile

import (
	"bytes"
	"strings"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"git.example/slipway/pipelines/lazy"
)

// Variable is one use of a variable in a compose file.
type Variable struct {
	Name string
	// Line in the file, from 1.
	Line int
	// Default says that the use says what holds when the variable is unset:
	// ${X:-default}, ${X-default}, ${X:+alternative} and ${X+alternative}.
	Default bool
	// Required says that compose refuses the file when the variable is unset:
	// ${X:?message} and ${X?message}.
	Required bool
}

// variable matches an escaped dollar, ${NAME with an operator, and $NAME. The
// rest of a braced one is left, so that those in its default are found too.
var variable = lazy.Regexp(`\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(:?[-+?])?|\$([A-Za-z_][A-Za-z0-9_]*)`)

// Variables are all uses of variables in the values of a compose file, in the
// order of the file. Comments and keys are not interpolated, so not looked at.
func Variables(content []byte) []Variable {
	var uses []Variable
	line := 1
	tokens := lexer.Tokenize(string(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))))
	for _, t := range tokens {
		key := t.Next != nil && t.Next.Type == token.MappingValueType
		if t.Type != token.CommentType && !key {
			uses = append(uses, variablesIn(t.Origin, line)...)
		}
		line += strings.Count(t.Origin, "\n")
	}
	return uses
}

// variablesIn are the uses in text, which starts on the given line.
func variablesIn(text string, line int) []Variable {
	var uses []Variable
	for _, m := range variable().FindAllStringSubmatchIndex(text, -1) {
		group := func(n int) string {
			if m[2*n] < 0 {
				return ""
			}
			return text[m[2*n]:m[2*n+1]]
		}
		operator := group(2)
		use := Variable{
			Name:     group(1) + group(3),
			Line:     line + strings.Count(text[:m[0]], "\n"),
			Default:  strings.ContainsAny(operator, "-+"),
			Required: strings.Contains(operator, "?"),
		}
		if use.Name != "" {
			uses = append(uses, use)
		}
	}
	return uses
}
