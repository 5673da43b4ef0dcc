package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// TestAgreement changes every value and key of every valid file in every wrong
// way, and wants one verdict from the schema and from the loader.
func TestAgreement(t *testing.T) {
	schema := compileSchema(t)
	for _, file := range files(t, "testdata/valid/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			verdicts := map[bool]int{}
			mutate(decodeAny(t, data), func(what string, mutant any) {
				text, err := json.Marshal(mutant)
				if err != nil {
					t.Fatal(err)
				}
				bySchema, byLoader := schema.Validate(decodeJSON(t, text)), structure(text)
				if (bySchema == nil) != (byLoader == nil) {
					t.Errorf("%s\nschema: %v\nloader: %v", what, bySchema, byLoader)
				}
				verdicts[byLoader == nil]++
			})
			if verdicts[true] == 0 || verdicts[false] == 0 {
				t.Errorf("%d valid and %d invalid mutants prove nothing", verdicts[true], verdicts[false])
			}
		})
	}
}

// TestFullNamesEveryKey keeps the mutated files complete.
func TestFullNamesEveryKey(t *testing.T) {
	var all strings.Builder
	for _, file := range files(t, "testdata/valid/*.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	for _, key := range keysOf(reflect.TypeFor[Config](), map[reflect.Type]bool{}) {
		if !strings.Contains(all.String(), key+":") {
			t.Errorf("no file of testdata/valid has the key %q: add it to full.yaml", key)
		}
	}
}

func keysOf(t reflect.Type, seen map[reflect.Type]bool) (keys []string) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return keysOf(t.Elem(), seen)
	case reflect.Struct:
		if seen[t] {
			return nil
		}
		seen[t] = true
		for i := range t.NumField() {
			keys = append(keys, keysOf(t.Field(i).Type, seen)...)
		}
		if !strings.HasPrefix(t.Name(), "Entry[") {
			for _, f := range fieldsOf(t) {
				keys = append(keys, f.name)
			}
		}
	}
	return keys
}

// mutate calls visit with root changed in one place at a time.
func mutate(root any, visit func(what string, mutant any)) {
	wrong := []any{nil, true, 7, 1.5, "word", "", "5m", []any{}, []any{"a"}, []any{1}, map[string]any{}, map[string]any{"a": "b"}}
	var walk func(path string, value any, set func(any) any)
	walk = func(path string, value any, set func(any) any) {
		for _, w := range wrong {
			visit(fmt.Sprintf("%s = %#v", path, w), set(w))
		}
		switch value := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(value)) {
				without := maps.Clone(value)
				delete(without, key)
				visit(path+"."+key+" removed", set(without))
				more := maps.Clone(without)
				more["zz"+key] = value[key]
				visit(path+"."+key+" renamed", set(more))
				walk(path+"."+key, value[key], func(v any) any {
					changed := maps.Clone(value)
					changed[key] = v
					return set(changed)
				})
			}
		case []any:
			for i := range value {
				walk(fmt.Sprintf("%s[%d]", path, i), value[i], func(v any) any {
					changed := slices.Clone(value)
					changed[i] = v
					return set(changed)
				})
			}
		}
	}
	walk("", root, func(v any) any { return v })
}

// structure is what the loader says of a document's keys and types, before
// names, references and grammars are looked at.
func structure(data []byte) error {
	d := newDocument("slipway.yaml", data)
	if root := readYAML(d, data); root != nil {
		(&decoder{d}).decode("", root, reflect.ValueOf(&Config{}).Elem())
	}
	return d.err()
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("slipway.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("slipway.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// decodeAny is YAML as a JSON Schema validator sees it.
func decodeAny(t *testing.T, data []byte) any {
	t.Helper()
	var document any
	if err := yaml.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return decodeJSON(t, text)
}

func decodeJSON(t *testing.T, data []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return value
}
