package awsfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// modelFiles are the models by the name that a service signs with.
var modelFiles = map[string]string{
	"ecr": "ecr", "ecs": "ecs", "events": "eventbridge", "logs": "cloudwatch-logs", "scheduler": "scheduler", "secretsmanager": "secrets-manager", "ssm": "ssm", "sts": "sts",
}

// model is one service's API.
type model struct {
	name       string // that it signs with
	target     string // of X-Amz-Target; the service shape's name
	version    string
	namespace  string // of XML
	query      bool   // awsQuery
	rest       bool   // restJson1; else awsJson1_1
	shapes     map[string]*shape
	operations map[string]*shape
}

// shape is one shape of the Smithy JSON AST
// (https://smithy.io/2.0/spec/json-ast.html).
type shape struct {
	Type    string                     `json:"type"`
	Version string                     `json:"version"`
	Members map[string]*reference      `json:"members"`
	Member  *reference                 `json:"member"`
	Key     *reference                 `json:"key"`
	Value   *reference                 `json:"value"`
	Input   *reference                 `json:"input"`
	Output  *reference                 `json:"output"`
	Errors  []*reference               `json:"errors"`
	Traits  map[string]json.RawMessage `json:"traits"`
}

type reference struct {
	Target string                     `json:"target"`
	Traits map[string]json.RawMessage `json:"traits"`
}

// load reads the models once a process.
var load = sync.OnceValues(func() (map[string]*model, error) {
	dir, err := modelDir()
	if err != nil {
		return nil, err
	}
	models := map[string]*model{}
	for name, file := range modelFiles {
		path, err := modelFile(dir, file)
		if err != nil {
			return nil, err
		}
		if models[name], err = readModel(name, path); err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
	}
	return models, nil
})

var errNoModels = errors.New("AWS's API models are not here; set AWS_API_MODELS to a clone of github.com/aws/api-models-aws")

// Available says whether AWS's models are to be found.
func Available() bool {
	_, err := load()
	return err == nil
}

func requireModels(t testing.TB) map[string]*model {
	t.Helper()
	models, err := load()
	if errors.Is(err, errNoModels) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return models
}

func modelDir() (string, error) {
	if dir := os.Getenv("AWS_API_MODELS"); dir != "" {
		return dir, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			beside := filepath.Join(filepath.Dir(dir), "shared", "aws-models")
			if _, err := os.Stat(beside); err == nil {
				return beside, nil
			}
		}
		dir = filepath.Dir(dir)
	}
	return "", errNoModels
}

func modelFile(dir, name string) (string, error) {
	flat := filepath.Join(dir, name+".json")
	if _, err := os.Stat(flat); err == nil {
		return flat, nil
	}
	found, err := filepath.Glob(filepath.Join(dir, "models", name, "service", "*", name+"-*.json"))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%s has no model of %s", dir, name)
	}
	return found[len(found)-1], nil
}

func readModel(name, path string) (*model, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Shapes map[string]*shape `json:"shapes"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	m := &model{name: name, shapes: file.Shapes, operations: map[string]*shape{}}
	for id, s := range file.Shapes {
		switch s.Type {
		case "operation":
			m.operations[local(id)] = s
		case "service":
			m.target, m.version = local(id), s.Version
			_, m.query = s.Traits["aws.protocols#awsQuery"]
			_, m.rest = s.Traits["aws.protocols#restJson1"]
			var xmlns struct{ URI string }
			_ = json.Unmarshal(s.Traits["smithy.api#xmlNamespace"], &xmlns)
			m.namespace = xmlns.URI
		}
	}
	return m, nil
}

func local(id string) string {
	_, name, _ := strings.Cut(id, "#")
	return name
}

// shape is the one that ref names; those of Smithy's prelude are not in the file.
func (m *model) shape(ref *reference) *shape {
	if ref == nil || ref.Target == "smithy.api#Unit" {
		return &shape{Type: "structure"}
	}
	if s, ok := m.shapes[ref.Target]; ok {
		return s
	}
	kind := strings.TrimPrefix(strings.ToLower(local(ref.Target)), "primitive")
	return &shape{Type: kind}
}

// failure is the shape of an error's code among those that the operation, or
// the whole service, declares.
func (m *model) failure(operation, code string) (*shape, bool) {
	op, ok := m.operations[operation]
	if !ok {
		return nil, false
	}
	for _, ref := range op.Errors {
		s := m.shape(ref)
		if local(ref.Target) == code || errorCode(s) == code {
			return s, true
		}
	}
	return nil, false
}

// errorCode is what awsQuery calls an error; empty if the shape's own name.
func errorCode(s *shape) string {
	var trait struct{ Code string }
	_ = json.Unmarshal(s.Traits["aws.protocols#awsQueryError"], &trait)
	return trait.Code
}

func (s *shape) status() int {
	var status int
	if json.Unmarshal(s.Traits["smithy.api#httpError"], &status) == nil && status != 0 {
		return status
	}
	if string(s.Traits["smithy.api#error"]) == `"server"` {
		return 500
	}
	return 400
}

var (
	longEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4,6})`)
	patterns   sync.Map // of text to *regexp.Regexp, nil for one that Go can't read
)

// pattern compiles a model's ECMAScript expression; nil when Go has no such
// construct (looking ahead and behind), which leaves that one unchecked.
func pattern(text string) *regexp.Regexp {
	if known, ok := patterns.Load(text); ok {
		return known.(*regexp.Regexp)
	}
	compiled, err := regexp.Compile(longEscape.ReplaceAllString(text, `\x{$1}`))
	if err != nil {
		compiled = nil
	}
	patterns.Store(text, compiled)
	return compiled
}
