package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
)

// Load reads, checks and completes the file at path. What is wrong with its
// content comes as an *Error with everything at once.
func Load(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading configuration: %w", err)
	}
	c, err := Parse(path, data)
	if err != nil {
		return nil, err
	}
	if c.Path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("reading configuration %q: %w", path, err)
	}
	return c, nil
}

// Parse is Load for content that is already read. The name stands for the file
// in errors and becomes Config.Path.
func Parse(name string, data []byte) (*Config, error) {
	d := newDocument(name, data)
	c := &Config{Path: name}
	root := readYAML(d, data)
	if root == nil && len(d.problems) == 0 {
		d.report(position{}, "", "", "the file is empty; a first version is:\n%s", example)
	}
	if root != nil {
		(&decoder{d}).decode("", root, reflect.ValueOf(c).Elem())
		validate(d, c)
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	return c, nil
}
