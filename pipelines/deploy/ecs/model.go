package ecs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/smithy-go"
)

// checkModel holds a task definition to the API's model, as the SDK has it: objects,
// lists and values in their places, and what has to be there.
func (d document) checkModel() error {
	wrong := d.againstModel().wrong
	if len(wrong) == 0 {
		wrong = d.missing()
	}
	if len(wrong) == 0 {
		return nil
	}
	return errors.New(strings.Join(wrong, "; "))
}

// modelNotes are what a task definition has that the model does not know, or has
// otherwise: ECS may be newer than the SDK, and drops keys which it does not know
// without a word.
func (d document) modelNotes() []string { return d.againstModel().notes }

func (d document) againstModel() modelDifferences {
	var found modelDifferences
	found.look(reflect.TypeFor[ecs.RegisterTaskDefinitionInput](), map[string]any(d), "")
	slices.Sort(found.wrong)
	slices.Sort(found.notes)
	return found
}

// modelDifferences are where a document and the model differ.
type modelDifferences struct{ wrong, notes []string }

func (m *modelDifferences) note(format string, args ...any) {
	m.notes = append(m.notes, fmt.Sprintf(format, args...))
}

// look compares a value, which is at a place of the document, with its type.
func (m *modelDifferences) look(t reflect.Type, value any, at string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	is, want := jsonKind(value), modelKind(t)
	switch {
	case is == "null":
		return
	case is != want && (structured(is) || structured(want)):
		m.wrong = append(m.wrong, fmt.Sprintf("%s is %s, and ECS wants %s", at, article(is), article(want)))
		return
	case is != want:
		m.note("%s is %s, and ECS has %s there", at, article(is), article(want))
		return
	}
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			m.key(t, key, inner, strings.TrimPrefix(at+"."+key, "."))
		}
	case []any:
		for i, inner := range v {
			m.look(t.Elem(), inner, fmt.Sprintf("%s[%d]", at, i))
		}
	case string:
		if words := modelWords(t); len(words) > 0 && !slices.Contains(words, v) {
			m.note("%s is %q, and as far as this slipway knows ECS takes %s", at, v, strings.Join(words, ", "))
		}
	}
}

// key looks at what an object has under a key.
func (m *modelDifferences) key(t reflect.Type, key string, inner any, at string) {
	if t.Kind() == reflect.Map {
		m.look(t.Elem(), inner, at)
		return
	}
	field, ok := modelField(t, key)
	if !ok {
		m.note("%s is no key that ECS has, as far as this slipway knows: it drops what it does not know%s", at, closest(t, key))
		return
	}
	m.look(field.Type, inner, at)
}

// errNotSent ends a call that everything but its sending was done for.
var errNotSent = errors.New("not sent")

type unsent struct{}

func (unsent) Do(*http.Request) (*http.Response, error) { return nil, errNotSent }

// missing are the keys that the model requires and d does not have: the SDK looks for
// them before it sends a request.
func (d document) missing() []string {
	data, err := json.Marshal(d)
	if err != nil {
		return []string{err.Error()}
	}
	var in ecs.RegisterTaskDefinitionInput
	_ = json.Unmarshal(data, &in) // a number that should be a string is not there, and not required
	client := ecs.New(ecs.Options{Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, HTTPClient: unsent{}, Retryer: aws.NopRetryer{}})
	_, err = client.RegisterTaskDefinition(context.Background(), &in)
	var invalid smithy.InvalidParamsError
	if !errors.As(err, &invalid) {
		return nil
	}
	var lines []string
	for _, each := range invalid.Errs() {
		var param smithy.InvalidParamError
		if errors.As(each, &param) {
			lines = append(lines, modelPath(strings.TrimPrefix(param.Field(), "RegisterTaskDefinitionInput."))+" is missing")
		}
	}
	return lines
}

// modelField is the field of a key: the API's keys are the SDK's names with a small
// first letter.
func modelField(t reflect.Type, key string) (reflect.StructField, bool) {
	if key == "" || key[0] < 'a' || key[0] > 'z' {
		return reflect.StructField{}, false
	}
	return t.FieldByName(strings.ToUpper(key[:1]) + key[1:])
}

// modelWords are the words that a type of the SDK has; none for one that takes any.
func modelWords(t reflect.Type) []string {
	method := reflect.New(t).Elem().MethodByName("Values")
	if !method.IsValid() {
		return nil
	}
	var words []string
	values := method.Call(nil)[0]
	for i := range values.Len() {
		words = append(words, values.Index(i).String())
	}
	return words
}

// closest names the key that was meant, where one is alike but for case and an s.
func closest(t reflect.Type, key string) string {
	alike := func(s string) string { return strings.TrimSuffix(strings.ToLower(s), "s") }
	for i := range t.NumField() {
		name := t.Field(i).Name
		if alike(name) == alike(key) {
			return "; it has " + strings.ToLower(name[:1]) + name[1:]
		}
	}
	return ""
}

// modelPath is a path of the SDK's as the file has it: ContainerDefinitions[0].Name
// is containerDefinitions[0].name there.
func modelPath(path string) string {
	parts := strings.Split(path, ".")
	for i, part := range parts {
		if part != "" {
			parts[i] = strings.ToLower(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, ".")
}

// jsonKind is what a value is in JSON.
func jsonKind(value any) string {
	switch value.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "list"
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	}
	return "null"
}

// modelKind is what a value of a type is in JSON.
func modelKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Map, reflect.Struct:
		return "object"
	case reflect.Slice:
		return "list"
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	}
	return "number"
}

func structured(kind string) bool { return kind == "object" || kind == "list" }

func article(kind string) string {
	if kind == "object" {
		return "an object"
	}
	return "a " + kind
}
