package ecs

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

// Values are what the placeholders of a file stand for. None of them is a secret: what
// a task definition says can be read by everybody who may describe it.
type Values interface {
	// Variable is one of the environment that deploys.
	Variable(name string) (string, bool)
	// Parameter is one of Parameter Store that is no secret.
	Parameter(ctx context.Context, name string) (string, error)
	// Terraform is an output ("output.NAME"), or an attribute of a resource
	// ("aws_subnet.a.id"), of the state.
	Terraform(ctx context.Context, address string) (string, error)
}

// placeholder is {{ word "argument" … }}; arguments are in backquotes or in quotes,
// which may be escaped as in a JSON string. Other braces, such as a log driver's
// {{.Name}}, are the file's own.
var placeholder = lazy.Regexp("\\{\\{-?\\s*(env|must_env|ssm|tfstate)((?:\\s+(?:`[^`]*`|\"[^\"\\\\]*\"|\\\\\"[^\"\\\\]*\\\\\"|'[^']*'))+)\\s*-?\\}\\}")

// argument is one of a placeholder's.
var argument = lazy.Regexp("`([^`]*)`|\\\\\"([^\"\\\\]*)\\\\\"|\"([^\"\\\\]*)\"|'([^']*)'")

// unknownPlaceholder is a placeholder whose arguments can't be read.
var unknownPlaceholder = lazy.Regexp(`\{\{-?\s*(env|must_env|ssm|tfstate)\b`)

// fillIn replaces the placeholders of a file by what they stand for.
func fillIn(ctx context.Context, text string, values Values) (string, error) {
	var filled strings.Builder
	at := 0
	for _, found := range placeholder().FindAllStringSubmatchIndex(text, -1) {
		line := strings.Count(text[:found[0]], "\n") + 1
		value, err := valueOf(ctx, text[found[2]:found[3]], arguments(text[found[4]:found[5]]), values)
		if err != nil {
			return "", fmt.Errorf("line %d: %s: %w", line, text[found[0]:found[1]], err)
		}
		filled.WriteString(text[at:found[0]])
		filled.WriteString(inString(value))
		at = found[1]
	}
	filled.WriteString(text[at:])
	if left := unknownPlaceholder().FindStringIndex(filled.String()); left != nil {
		line := strings.Count(filled.String()[:left[0]], "\n") + 1
		return "", fmt.Errorf("line %d: a placeholder can't be read: write {{ must_env `NAME` }}, {{ env `NAME` `default` }}, {{ ssm `/path` }} or {{ tfstate `output.NAME` }}", line)
	}
	return filled.String(), nil
}

// hasPlaceholders says that a file is not what will be registered.
func hasPlaceholders(text string) bool { return unknownPlaceholder().MatchString(text) }

func arguments(text string) []string {
	var all []string
	for _, found := range argument().FindAllStringSubmatch(text, -1) {
		all = append(all, found[1]+found[2]+found[3]+found[4])
	}
	return all
}

// valueOf is what a placeholder stands for.
func valueOf(ctx context.Context, word string, args []string, values Values) (string, error) {
	most := 1
	if word == "env" {
		most = 2
	}
	if len(args) > most {
		return "", fmt.Errorf("it has %d arguments, and %s takes %d", len(args), word, most)
	}
	switch word {
	case "ssm":
		return values.Parameter(ctx, args[0])
	case "tfstate":
		return values.Terraform(ctx, args[0])
	}
	value, set := values.Variable(args[0])
	switch {
	case set && (value != "" || word == "must_env"):
		return value, nil
	case len(args) == 2:
		return args[1], nil
	case word == "env" && set:
		return "", nil
	}
	return "", fmt.Errorf("there is no variable %s in the environment of this run: set it, or give it a default: {{ env `%s` `default` }}", args[0], args[0])
}

// inString is text as it is written in a JSON string.
func inString(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // into memory
	quoted := strings.TrimSuffix(b.String(), "\n")
	return quoted[1 : len(quoted)-1]
}

// noValues stand for any, where a file is read before its values are known.
type noValues struct{}

func (noValues) Variable(string) (string, bool)                    { return "1", true }
func (noValues) Parameter(context.Context, string) (string, error) { return "1", nil }
func (noValues) Terraform(context.Context, string) (string, error) { return "1", nil }
