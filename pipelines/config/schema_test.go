package config

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
)

const schemaFile = "../../schema/slipway.schema.json"

// TestSchema keeps the published JSON Schema the one of the types.
func TestSchema(t *testing.T) {
	schema, err := reflectSchema()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(schema); err != nil {
		t.Fatal(err)
	}
	golden(t, schemaFile, b.Bytes())
}

// reflectSchema makes the JSON Schema of Config. Comments in the source become
// descriptions, which is why this runs as a test and the result is kept.
func reflectSchema() (*jsonschema.Schema, error) {
	r := &jsonschema.Reflector{
		FieldNameTag:   "yaml",
		ExpandedStruct: true,
		Anonymous:      true,
		Mapper:         scalarSchema,
	}
	if err := r.AddGoComments("git.example/slipway/pipelines/config", ".", jsonschema.WithFullComment()); err != nil {
		return nil, err
	}
	for name, comment := range r.CommentMap {
		r.CommentMap[name] = strings.ReplaceAll(comment, "\n", " ")
	}
	s := r.Reflect(Config{})
	image := r.Reflect(Image{}) // which the reflector does not see behind Images
	image.Version = ""
	s.Definitions["Image"] = image
	s.ID = "https://git.example/slipway/raw/main/schema/slipway.schema.json"
	s.Title = "slipway.yaml"
	s.PatternProperties = map[string]*jsonschema.Schema{"^x-": jsonschema.TrueSchema}
	return s, nil
}

// scalarSchema is the schema of the types that have a form of their own in
// YAML, as their decode methods take it.
func scalarSchema(t reflect.Type) *jsonschema.Schema {
	one := uint64(1)
	word := &jsonschema.Schema{Type: "string", MinLength: &one}
	literal := &jsonschema.Schema{Extras: map[string]any{"type": []string{"string", "number", "boolean"}}}
	switch t {
	case reflect.TypeFor[Command]():
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{word, {Type: "array", Items: literal, MinItems: &one}}}
	case reflect.TypeFor[Strings]():
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{word, {Type: "array", Items: word, MinItems: &one}}}
	case reflect.TypeFor[Batches]():
		size := &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "integer", Minimum: "1"}, {Type: "string", Pattern: batchPattern}}}
		return &jsonschema.Schema{Type: "array", Items: size, MinItems: &one}
	case reflect.TypeFor[Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: durationPattern}
	case reflect.TypeFor[map[string]string]():
		return &jsonschema.Schema{Type: "object", AdditionalProperties: literal}
	}
	if t.Kind() == reflect.String {
		return word
	}
	return nil
}

// JSONSchemaAlias makes the schema of a Map that of a mapping.
func (Map[T]) JSONSchemaAlias() any { return map[string]T{} }

// JSONSchemaExtend adds the other form that a Host has: a string.
func (Host) JSONSchemaExtend(s *jsonschema.Schema) {
	mapping := *s
	*s = jsonschema.Schema{Description: s.Description, AnyOf: []*jsonschema.Schema{&mapping, {Type: "string", Pattern: hostText().String()}}}
}

// JSONSchemaExtend adds the other form that an AWSSecret has: a string.
func (AWSSecret) JSONSchemaExtend(s *jsonschema.Schema) {
	mapping := *s
	*s = jsonschema.Schema{Description: s.Description, AnyOf: []*jsonschema.Schema{&mapping, {Type: "string", MinLength: new(uint64(1))}}}
}

// JSONSchemaExtend adds the other form that Images have: written out by name.
func (Images) JSONSchemaExtend(s *jsonschema.Schema) {
	bake := *s
	*s = jsonschema.Schema{Description: s.Description, AnyOf: []*jsonschema.Schema{
		&bake,
		{Type: "object", AdditionalProperties: &jsonschema.Schema{Ref: "#/$defs/Image"}},
	}}
}
