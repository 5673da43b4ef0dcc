package workflows

import (
	"bytes"
	"os"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestCircleCI holds .circleci/config.yml to the schema that CircleCI publishes
// (github.com/CircleCI-Public/circleci-yaml-language-server, schema.json). It is
// looked for in $CIRCLECI_SCHEMA and in ../shared/schemas beside the checkout.
func TestCircleCI(t *testing.T) {
	schema := circleSchema(t)
	text, err := os.ReadFile("../../.circleci/config.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(circleDocument(t, text)); err != nil {
		t.Error(err)
	}
	wrong := bytes.Replace(text, []byte("steps:"), []byte("stps:"), 1)
	if err := schema.Validate(circleDocument(t, wrong)); err == nil {
		t.Error("the schema finds nothing wrong with a misspelled key")
	}
}

// circleDocument is a file as the schema sees it.
func circleDocument(t *testing.T, text []byte) any {
	t.Helper()
	encoded, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func circleSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	path := os.Getenv("CIRCLECI_SCHEMA")
	if path == "" {
		path = "../../../shared/schemas/circleci.json"
	}
	file, err := os.Open(path)
	if err != nil {
		t.Skipf("CircleCI's schema is not here; set CIRCLECI_SCHEMA to it: %v", err)
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("circleci.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("circleci.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
