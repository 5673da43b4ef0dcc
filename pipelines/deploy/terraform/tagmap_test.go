package terraform

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestTagMapWith(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file string // "-" for none
		tags map[string]string
		want string
	}{
		"no file":            {"-", map[string]string{"b": "2", "a": "1"}, "{\n  \"image_tags\": {\n    \"a\": \"1\",\n    \"b\": \"2\"\n  }\n}\n"},
		"nothing to change":  {`{ "image_tags":{"a" :"1"} }`, map[string]string{"a": "1"}, `{ "image_tags":{"a" :"1"} }`},
		"one value":          {"{\n\t\"image_tags\": {\"b\": \"1\", \"a\": \"1\"}\n}", map[string]string{"a": "2"}, "{\n\t\"image_tags\": {\"b\": \"1\", \"a\": \"2\"}\n}"},
		"others untouched":   {`{"big": 12345678901234567890, "image_tags": {"x": "y"}, "n": [1.0, null]}` + "\n", map[string]string{"x": "z"}, `{"big": 12345678901234567890, "image_tags": {"x": "z"}, "n": [1.0, null]}` + "\n"},
		"order kept":         {`{"image_tags": {"z": "1", "a": "1"}}`, map[string]string{"a": "2", "z": "3"}, `{"image_tags": {"z": "3", "a": "2"}}`},
		"new ones last":      {"{\n  \"image_tags\": {\n    \"z\": \"1\"\n  }\n}\n", map[string]string{"c": "3", "b": "2", "z": "4"}, "{\n  \"image_tags\": {\n    \"z\": \"4\",\n    \"b\": \"2\",\n    \"c\": \"3\"\n  }\n}\n"},
		"new after another":  {`{"image_tags": {"a": "1", "other": "9"}}`, map[string]string{"a": "2", "b": "3"}, `{"image_tags": {"a": "2", "other": "9", "b": "3"}}`},
		"empty map":          {"{\n  \"image_tags\": {}\n}\n", map[string]string{"a": "1"}, "{\n  \"image_tags\": {\n    \"a\": \"1\"\n  }\n}\n"},
		"no map":             {"{\n  \"region\": \"eu\"\n}\n", map[string]string{"a": "1"}, "{\n  \"region\": \"eu\",\n  \"image_tags\": {\n    \"a\": \"1\"\n  }\n}\n"},
		"empty file object":  {"{}\n", map[string]string{"a": "1"}, "{\n  \"image_tags\": {\n    \"a\": \"1\"\n  }\n}\n"},
		"odd other value":    {`{"image_tags": {"odd": {"x": []}, "a": "1"}}`, map[string]string{"a": "2"}, `{"image_tags": {"odd": {"x": []}, "a": "2"}}`},
		"escapes":            {`{"image_tags": {"a\u0062": "1"}}`, map[string]string{"ab": "2"}, `{"image_tags": {"a\u0062": "2"}}`},
		"the name elsewhere": {`{"other": {"image_tags": {"a": "9"}}, "image_tags": {"a": "1"}}`, map[string]string{"a": "2"}, `{"other": {"image_tags": {"a": "9"}}, "image_tags": {"a": "2"}}`},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := readTagMap(mapFile(t, tc.file), "image_tags")
			if err != nil {
				t.Fatal(err)
			}
			got, err := m.with(tc.tags)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Error(diff)
			}
			again, err := readTagMap(mapFile(t, string(got)), "image_tags")
			if err != nil {
				t.Fatal(err)
			}
			if same, err := again.with(tc.tags); err != nil || string(same) != string(got) {
				t.Errorf("a second time: %q, %v", same, err)
			}
			for key, tag := range tc.tags {
				if again.entries[key] != tag {
					t.Errorf("%s is %q", key, again.entries[key])
				}
			}
		})
	}
}

func TestTagMapRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ file, want string }{
		"text":           {"image_tags = {\n", "line 1: it is not JSON: invalid character 'i'"},
		"cut off":        {"{\n\"image_tags\": {\"a\": \"1\"\n", "line 3: it is not JSON: unexpected end"},
		"a conflict":     {"{\n\"image_tags\": {\n<<<<<<< HEAD\n", "line 3: it is not JSON"},
		"empty":          {"", "it is not JSON"},
		"a list":         {"[]", "no JSON object"},
		"another shape":  {`{"image_tags": "sha-1"}`, "no JSON object"},
		"twice":          {"{\"image_tags\": {\n\"a\": \"1\",\n\"a\": \"2\"}}", `line 3: "a" is there twice`},
		"the map twice":  {`{"image_tags": {}, "image_tags": {}}`, `"image_tags" is there twice`},
		"not a tag":      {`{"image_tags": {"a": 1}}`, `"a" is 1, not a tag`},
		"more after it":  {`{} {}`, "it is not JSON"},
		"not even a tag": {`{"image_tags": {"a": null}}`, `"a" is null, not a tag`},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := readTagMap(mapFile(t, tc.file), "image_tags")
			if err == nil {
				_, err = m.with(map[string]string{"a": "2"})
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "repair it") {
				t.Errorf("error: %v", err)
			}
		})
	}
}

// What is written is JSON with exactly the changes, whatever the file was.
func FuzzTagMap(f *testing.F) {
	f.Add(`{"image_tags": {"a": "1"}, "x": 1}`, "a", "2")
	f.Add("{}", "b", "\"\n")
	f.Fuzz(func(t *testing.T, file, key, tag string) {
		if !utf8.ValidString(key) || !utf8.ValidString(tag) {
			return // no JSON can hold it
		}
		path := filepath.Join(t.TempDir(), "map.json")
		if err := os.WriteFile(path, []byte(file), 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := readTagMap(path, "image_tags")
		if err != nil {
			return
		}
		got, err := m.with(map[string]string{key: tag})
		if err != nil {
			return
		}
		var before, after map[string]any
		if json.Unmarshal([]byte(file), &before) != nil || json.Unmarshal(got, &after) != nil {
			t.Fatalf("%q became %q", file, got)
		}
		tags, _ := before["image_tags"].(map[string]any)
		if tags == nil {
			tags = map[string]any{}
		}
		tags[key] = tag
		before["image_tags"] = tags
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("%q became %q: %s", file, got, diff)
		}
	})
}

func mapFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image-tags.auto.tfvars.json")
	if content == "-" {
		return path
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
