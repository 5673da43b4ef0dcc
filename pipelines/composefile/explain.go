package composefile

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"git.example/slipway/pipelines/lazy"
)

// schemaError is how compose-go words a breach of its schema: the file, the
// path of the value, what is wrong.
var schemaError = lazy.Regexp(`^validating (.+?): ([^ ]*) (.+)$`)

var unknownKeys = lazy.Regexp(`^additional properties '([^']+)'.* not allowed$`)

// explain adds the line to compose-go's schema errors and puts its odder ones
// into words. Other errors are as they were.
func explain(err error, contents map[string][]byte) error {
	m := schemaError().FindStringSubmatch(err.Error())
	if m == nil {
		return err
	}
	file, path, problem := m[1], m[2], m[3]
	content, ok := contents[file]
	if !ok {
		content, _ = os.ReadFile(file) // an included file; without it there is no line
	}
	if key := unknownKeys().FindStringSubmatch(problem); key != nil {
		path, problem = strings.TrimPrefix(path+"."+key[1], "."), "false schema"
	}
	if problem == "false schema" {
		problem = "is not a key of the Compose Specification (keys of your own start with x-)"
	}
	where := file
	if line := lineOf(content, path); line > 0 {
		where = fmt.Sprintf("%s:%d", file, line)
	}
	return errors.New(where + ": " + path + " " + problem)
}

// lineOf is the line of the value at a dotted path, 0 when there is none.
func lineOf(content []byte, path string) int {
	file, err := parser.ParseBytes(content, 0)
	if err != nil {
		return 0
	}
	at, err := yaml.PathString("$." + strings.ReplaceAll(path, "$", ""))
	if err != nil {
		return 0
	}
	node, err := at.FilterFile(file)
	if err != nil {
		return 0
	}
	return node.GetToken().Position.Line
}
