package config

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
)

const referenceFile = "../../docs/configuration.md"

// keysBlock is where the page has the table of a type's keys.
var keysBlock = regexp.MustCompile(`(?s)(<!-- keys of (\w+) -->\n).*?(<!-- end of keys -->)`)

// TestReference keeps the tables of docs/configuration.md those of the schema,
// with every type in it.
func TestReference(t *testing.T) {
	schema, err := reflectSchema()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]*jsonschema.Schema{"Config": schema}
	for name, definition := range schema.Definitions {
		types[name] = definition
		if name == "Images" || name == "Host" || name == "AWSSecret" {
			types[name] = definition.AnyOf[0] // the other form is a map, or a string
		}
	}
	var there []string
	got := keysBlock.ReplaceAllStringFunc(string(page), func(block string) string {
		parts := keysBlock.FindStringSubmatch(block)
		definition, ok := types[parts[2]]
		if !ok {
			t.Errorf("%s has keys of %s, and there is no such type", referenceFile, parts[2])
			return block
		}
		there = append(there, parts[2])
		return parts[1] + keysTable(definition) + parts[3]
	})
	for name := range types {
		if !slices.Contains(there, name) {
			t.Errorf("%s has no keys of %s", referenceFile, name)
		}
	}
	if *update {
		if err := os.WriteFile(referenceFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(page), got); diff != "" {
		t.Errorf("%s is behind the schema; run go test ./pipelines/config -update (- page, + schema):\n%s", referenceFile, diff)
	}
}

// keysTable is a type's keys in Markdown.
func keysTable(s *jsonschema.Schema) string {
	var b strings.Builder
	b.WriteString("| key | value | default | |\n| --- | --- | --- | --- |\n")
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		fallback := ""
		switch {
		case slices.Contains(s.Required, p.Key):
			fallback = "required"
		case p.Value.Default != nil:
			fallback = fmt.Sprintf("`%v`", p.Value.Default)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", p.Key, valueOf(p.Value), fallback, meaning(p.Value.Description))
	}
	return b.String()
}

// fieldIs is how a comment in Go begins.
var fieldIs = regexp.MustCompile(`^[A-Z]\w* (?:is|are) (\w)`)

// meaning is a comment in Go without the field's name, where that reads well.
func meaning(comment string) string {
	text := fieldIs.ReplaceAllStringFunc(comment, func(start string) string {
		return strings.ToUpper(fieldIs.FindStringSubmatch(start)[1])
	})
	return strings.ReplaceAll(text, "|", "\\|")
}

// valueOf says what a key's value is.
func valueOf(s *jsonschema.Schema) string {
	switch {
	case s.Ref != "":
		name := s.Ref[strings.LastIndex(s.Ref, "/")+1:]
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	case len(s.Enum) > 0:
		words := make([]string, len(s.Enum))
		for i, word := range s.Enum {
			words[i] = fmt.Sprintf("`%v`", word)
		}
		return strings.Join(words, " or ")
	case len(s.AnyOf) > 0 && s.AnyOf[0].Type == "integer":
		return "number or string"
	case len(s.AnyOf) > 0:
		return "string or list"
	case s.Type == "array":
		return "list of " + valueOf(s.Items)
	case s.Type == "object" && s.AdditionalProperties.Ref != "":
		return "name: " + valueOf(s.AdditionalProperties)
	case s.Type == "object":
		return "name: value"
	case s.Type == "string" && strings.Contains(s.Pattern, "ms|s|m|h"):
		return "duration"
	case s.Type == "":
		return "value"
	}
	return s.Type
}
