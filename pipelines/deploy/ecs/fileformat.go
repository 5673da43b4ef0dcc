package ecs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/tailscale/hujson"
)

// parseFile reads a task definition of the repository: JSON, which may have comments and
// commas too many, or YAML where its name says so.
func parseFile(name string, text string) (document, error) {
	value, err := decodeFile(name, []byte(text))
	if err != nil {
		return nil, err
	}
	if list, ok := value.([]any); ok {
		return nil, listError(list)
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("it is %s, and a task definition is an object with \"family\" and \"containerDefinitions\"", article(jsonKind(value)))
	}
	return newDocument(object)
}

// listError says what a task definition is to somebody who wrote its containers alone.
func listError(list []any) error {
	what := "a list"
	for _, item := range list {
		if c, ok := item.(map[string]any); ok && c["image"] != nil {
			what = "a list of containers"
		}
	}
	return fmt.Errorf(`it is %s, and a task definition is an object that has them: write {"family": "NAME", "containerDefinitions": [...]} around it, with the keys of the task, such as "cpu", "memory" and "networkMode", beside; "aws ecs describe-task-definition --task-definition NAME" shows a whole one`, what)
}

// decodeFile is what a file of the repository has. Numbers keep their digits.
func decodeFile(name string, data []byte) (any, error) {
	var err error
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml":
		if data, err = yaml.YAMLToJSON(data); err != nil {
			return nil, fmt.Errorf("it is no YAML: %w", yamlError(err))
		}
	default:
		if data, err = standardJSON(data); err != nil {
			return nil, fmt.Errorf("it is no JSON object: %w", err)
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("it is no JSON object: %w", position(data, err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows after its JSON object")
	}
	return value, nil
}

// standardJSON is JSON without comments and commas too many; lines stay where they are.
func standardJSON(data []byte) ([]byte, error) {
	standard, err := hujson.Standardize(bytes.TrimPrefix(bytes.Clone(data), []byte("\ufeff")))
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "hujson: "))
	}
	return standard, nil
}

// yamlError is the first line of an error, which quotes the file after it.
func yamlError(err error) error {
	first, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return errors.New(first)
}
