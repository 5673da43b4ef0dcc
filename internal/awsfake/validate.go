package awsfake

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"time"
	"unicode/utf8"
)

// problem is one thing in a document that its model forbids.
type problem struct{ path, text string }

func (p problem) String() string { return fmt.Sprintf("%s %s", p.path, p.text) }

// checker compares a document (as encoding/json decodes into any) with a shape.
type checker struct {
	m        *model
	problems []problem
}

// check is what is wrong with value as the shape that ref names.
func (m *model) check(ref *reference, value any) []problem {
	c := &checker{m: m}
	c.value("", ref, value)
	return c.problems
}

func (c *checker) say(path, format string, args ...any) {
	if path == "" {
		path = "the document"
	}
	c.problems = append(c.problems, problem{path, fmt.Sprintf(format, args...)})
}

func (c *checker) value(path string, ref *reference, value any) {
	s := c.m.shape(ref)
	traits := maps.Clone(s.Traits)
	if ref != nil && ref.Traits != nil {
		if traits == nil {
			traits = map[string]json.RawMessage{}
		}
		maps.Copy(traits, ref.Traits)
	}
	switch s.Type {
	case "structure", "union":
		c.structure(path, s, value)
	case "list", "set":
		c.list(path, s, traits, value)
	case "map":
		c.mapping(path, s, traits, value)
	case "string", "enum":
		c.text(path, s, traits, value)
	case "boolean":
		if _, ok := value.(bool); !ok {
			c.say(path, "is %s, not a boolean", kind(value))
		}
	case "byte", "short", "integer", "long", "intenum", "float", "double", "biginteger", "bigdecimal":
		c.number(path, s, traits, value)
	case "timestamp":
		if _, ok := value.(float64); !ok {
			c.say(path, "is %s, not a time in seconds", kind(value))
		}
	case "blob":
		c.blob(path, traits, value)
	case "document":
	default:
		c.say(path, "has a shape of type %q, which awsfake does not know", s.Type)
	}
}

func (c *checker) structure(path string, s *shape, value any) {
	document, ok := value.(map[string]any)
	if !ok {
		c.say(path, "is %s, not a structure", kind(value))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(document)) {
		member, ok := s.Members[name]
		switch {
		case !ok:
			c.say(join(path, name), "is no member of the model")
		case document[name] == nil: // null is as good as absent
		default:
			c.value(join(path, name), member, document[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Members)) {
		if _, required := s.Members[name].Traits["smithy.api#required"]; required && document[name] == nil {
			c.say(join(path, name), "is required and missing")
		}
	}
	if s.Type == "union" && len(document) != 1 {
		c.say(path, "is a union with %d members", len(document))
	}
}

func (c *checker) list(path string, s *shape, traits map[string]json.RawMessage, value any) {
	items, ok := value.([]any)
	if !ok {
		c.say(path, "is %s, not a list", kind(value))
		return
	}
	c.length(path, traits, len(items), "items")
	for i, item := range items {
		c.value(fmt.Sprintf("%s[%d]", path, i), s.Member, item)
	}
}

func (c *checker) mapping(path string, s *shape, traits map[string]json.RawMessage, value any) {
	document, ok := value.(map[string]any)
	if !ok {
		c.say(path, "is %s, not a map", kind(value))
		return
	}
	c.length(path, traits, len(document), "entries")
	for _, key := range slices.Sorted(maps.Keys(document)) {
		c.value(join(path, key), s.Key, key)
		c.value(join(path, key), s.Value, document[key])
	}
}

func (c *checker) text(path string, s *shape, traits map[string]json.RawMessage, value any) {
	text, ok := value.(string)
	if !ok {
		c.say(path, "is %s, not a string", kind(value))
		return
	}
	if s.Type == "enum" && !s.names(text) {
		c.say(path, "is %q, which is none of the model's values", text)
	}
	c.length(path, traits, utf8.RuneCountInString(text), "characters")
	var expression string
	if json.Unmarshal(traits["smithy.api#pattern"], &expression) != nil {
		return
	}
	if re := pattern(expression); re != nil && !re.MatchString(text) {
		c.say(path, "does not match %s", expression)
	}
}

// names says whether value is one of an enum's.
func (s *shape) names(value string) bool {
	for name, member := range s.Members {
		var is string
		if json.Unmarshal(member.Traits["smithy.api#enumValue"], &is) != nil {
			is = name
		}
		if is == value {
			return true
		}
	}
	return false
}

func (c *checker) number(path string, s *shape, traits map[string]json.RawMessage, value any) {
	n, ok := value.(float64)
	if !ok {
		c.say(path, "is %s, not a number", kind(value))
		return
	}
	if s.Type != "float" && s.Type != "double" && n != math.Trunc(n) {
		c.say(path, "is %v, not a whole number", n)
	}
	var limits struct{ Min, Max *float64 }
	_ = json.Unmarshal(traits["smithy.api#range"], &limits)
	if limits.Min != nil && n < *limits.Min || limits.Max != nil && n > *limits.Max {
		c.say(path, "is %v, out of range %s", n, traits["smithy.api#range"])
	}
}

func (c *checker) blob(path string, traits map[string]json.RawMessage, value any) {
	text, ok := value.(string)
	if !ok {
		c.say(path, "is %s, not base64", kind(value))
		return
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		c.say(path, "is not base64")
		return
	}
	c.length(path, traits, len(data), "bytes")
}

func (c *checker) length(path string, traits map[string]json.RawMessage, n int, what string) {
	var limits struct{ Min, Max *int }
	_ = json.Unmarshal(traits["smithy.api#length"], &limits)
	if limits.Min != nil && n < *limits.Min || limits.Max != nil && n > *limits.Max {
		c.say(path, "has %d %s, the model allows %s", n, what, traits["smithy.api#length"])
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func kind(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case float64:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "a structure"
	}
	return fmt.Sprintf("a %T", value)
}

// document brings what a handler returned to what encoding/json decodes into
// any: times become seconds, blobs base64, absent things vanish.
func document(value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case time.Time:
		return float64(v.UnixMilli()) / 1000, nil
	case []byte:
		return base64.StdEncoding.EncodeToString(v), nil
	case json.RawMessage:
		var decoded any
		err := json.Unmarshal(v, &decoded)
		return decoded, err
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return document(v.Elem().Interface())
	case reflect.Map:
		out := map[string]any{}
		for _, key := range v.MapKeys() {
			item, err := document(v.MapIndex(key).Interface())
			if err != nil {
				return nil, err
			}
			if item != nil {
				out[key.String()] = item
			}
		}
		return out, nil
	case reflect.Slice:
		out := make([]any, v.Len())
		for i := range out {
			item, err := document(v.Index(i).Interface())
			if err != nil {
				return nil, err
			}
			out[i] = item
		}
		return out, nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var decoded any
	err = json.Unmarshal(text, &decoded)
	return decoded, err
}
