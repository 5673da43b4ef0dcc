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
	// Line and Column of its dollar in the file, from 1.
	Line, Column int
	// Default says that the use says what holds when the variable is unset:
	// ${X:-default}, ${X-default}, ${X:+alternative} and ${X+alternative}.
	Default bool
	// Required says that compose refuses the file when the variable is unset:
	// ${X:?message} and ${X?message}.
	Required bool
	// within are the uses in whose text this one stands, the outermost first.
	within []enclosing
}

// enclosing is a use that another one stands in: ${NAME:-…}.
type enclosing struct{ name, operator string }

// Counts says whether compose looks at the use at all: one in a default counts
// only when the other variable is unset, one in an alternative only when it is set.
func (v Variable) Counts(isSet func(name string) bool) bool {
	for _, e := range v.within {
		switch alternative := strings.Contains(e.operator, "+"); {
		case strings.Contains(e.operator, "?"):
			return false // it is part of a message
		case alternative != isSet(e.name):
			return false
		}
	}
	return true
}

// variable matches what follows a dollar: another one, {NAME with an operator, or
// NAME.
var variable = lazy.Regexp(`^\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)(:?[-+?])?|([A-Za-z_][A-Za-z0-9_]*))`)

// Variables are all uses of variables in the values of a compose file, in the
// order of the file. Comments and keys are not interpolated, so not looked at.
func Variables(content []byte) []Variable {
	var uses []Variable
	line, column := 1, 1
	tokens := lexer.Tokenize(string(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))))
	for _, t := range tokens {
		key := t.Next != nil && t.Next.Type == token.MappingValueType
		if t.Type != token.CommentType && !key {
			uses = append(uses, variablesIn(t.Origin, line, column)...)
		}
		line, column = after(t.Origin, line, column)
	}
	return uses
}

// after is the position behind text that starts at one.
func after(text string, line, column int) (int, int) {
	if end := strings.LastIndexByte(text, '\n'); end >= 0 {
		return line + strings.Count(text, "\n"), len(text) - end
	}
	return line, column + len(text)
}

// variablesIn are the uses in text, which starts at that position.
func variablesIn(text string, line, column int) []Variable {
	var uses []Variable
	var open []enclosing
	for i := 0; i < len(text); i++ {
		if text[i] == '}' && len(open) > 0 {
			open = open[:len(open)-1]
		}
		if text[i] != '$' {
			continue
		}
		m := variable().FindStringSubmatch(text[i:])
		if m == nil {
			continue
		}
		use := Variable{
			Name:     m[1] + m[3],
			Default:  strings.ContainsAny(m[2], "-+"),
			Required: strings.Contains(m[2], "?"),
			within:   append([]enclosing(nil), open...),
		}
		use.Line, use.Column = after(text[:i], line, column)
		if use.Name != "" {
			uses = append(uses, use)
		}
		if m[1] != "" {
			open = append(open, enclosing{m[1], m[2]})
		}
		i += len(m[0]) - 1
	}
	return uses
}
