package ecs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// document is a task definition as JSON, with every key that it came with:
// AWS adds keys faster than any struct knows them.
type document map[string]any

// readOnly are the keys that DescribeTaskDefinition answers and
// RegisterTaskDefinition refuses.
var readOnly = []string{
	"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities",
	"registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt",
}

// parse reads what ECS answers. Numbers keep their digits.
func parse(data []byte) (document, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var d document
	if err := decoder.Decode(&d); err != nil {
		return nil, fmt.Errorf("it is no JSON object: %w", position(data, err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows after its JSON object")
	}
	return newDocument(d)
}

// newDocument is a task definition without what only ECS sets, out of what describes it
// if it is in that.
func newDocument(d document) (document, error) {
	if inner, ok := d["taskDefinition"].(map[string]any); ok {
		tags := d["tags"]
		d = inner
		if list := userTags(listOf(tags)); len(list) > 0 {
			d["tags"] = list
		}
	}
	for _, key := range readOnly {
		delete(d, key)
	}
	return d, d.validate()
}

// userTags are the tags that a user may set: AWS reserves those with "aws:", and a
// deploy sets its own.
func userTags(tags []any) []any {
	return slices.DeleteFunc(slices.Clone(tags), func(tag any) bool {
		t, _ := tag.(map[string]any)
		key, _ := t["key"].(string)
		return strings.HasPrefix(key, "aws:") || key == tagDocument
	})
}

// position adds the line to an error of JSON's syntax.
func position(data []byte, err error) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	before := data[:min(int(syntax.Offset), len(data))]
	return fmt.Errorf("line %d: %w", bytes.Count(before, []byte("\n"))+1, err)
}

func (d document) validate() error {
	if d.family() == "" {
		return errors.New(`it has no "family"`)
	}
	list, ok := d["containerDefinitions"].([]any)
	if !ok || len(list) == 0 {
		return errors.New(`it has no "containerDefinitions"`)
	}
	seen := map[string]bool{}
	for i, item := range list {
		c, ok := item.(map[string]any)
		if !ok {
			return fmt.Errorf("containerDefinitions[%d] is no JSON object", i)
		}
		name, _ := c["name"].(string)
		image, _ := c["image"].(string)
		switch {
		case name == "":
			return fmt.Errorf(`containerDefinitions[%d] has no "name"`, i)
		case image == "":
			return fmt.Errorf(`container %q has no "image"`, name)
		case seen[name]:
			return fmt.Errorf("two containers are called %q; give one of them another name", name)
		}
		seen[name] = true
	}
	return nil
}

func (d document) family() string {
	family, _ := d["family"].(string)
	return family
}

// container is one of a document's container definitions.
type container map[string]any

func (c container) name() string {
	name, _ := c["name"].(string)
	return name
}

func (c container) image() string {
	image, _ := c["image"].(string)
	return image
}

// containers are the document's own, not copies.
func (d document) containers() []container {
	list, _ := d["containerDefinitions"].([]any)
	var all []container
	for _, item := range list {
		if c, ok := item.(map[string]any); ok {
			all = append(all, c)
		}
	}
	return all
}

func (d document) container(name string) (container, bool) {
	for _, c := range d.containers() {
		if c.name() == name {
			return c, true
		}
	}
	return nil, false
}

func (d document) containerNames() []string {
	var names []string
	for _, c := range d.containers() {
		names = append(names, c.name())
	}
	return names
}

// withImages is a copy of d where containers run other images.
func (d document) withImages(images map[string]string) document {
	replaced := maps.Clone(d)
	var list []any
	for _, c := range d.containers() {
		c = maps.Clone(c)
		if image, ok := images[c.name()]; ok {
			c["image"] = image
		}
		list = append(list, map[string]any(c))
	}
	replaced["containerDefinitions"] = list
	return replaced
}

// encode writes JSON with sorted keys; indented when it is for people.
func (d document) encode(indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(d); err != nil {
		return nil, fmt.Errorf("writing a task definition: %w", err)
	}
	return b.Bytes(), nil
}
