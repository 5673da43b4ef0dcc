package terraform

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// tagMap is a file such as image-tags.auto.tfvars.json:
//
//	{"image_tags": {"api": "sha-db4b44b", "frontend": "sha-db4b44b"}}
//
// It is changed in place, byte by byte: other keys, their order and how the file
// is laid out stay, so that a change of a tag is a change of one line. New keys
// come last, sorted.
type tagMap struct {
	variable string
	// data is the file; empty when there is none.
	data []byte
	// entries of the variable whose values are strings.
	entries map[string]string
	// spans are where the values of all entries are in data, in order.
	spans []span
	// open and end are the offsets after the variable's "{" and of its "}"; zero
	// when the variable is not there.
	open, end int
	// last is where the file's own last "}" is, and filled that something is before it.
	last   int
	filled bool
}

// span is where a value is in a file.
type span struct {
	key        string
	start, end int
}

// wantMap is what the file should have been.
const wantMap = `want {%q: {"IMAGE": "TAG"}}; repair it, or take it from git again`

// readTagMap reads the map in a file; one that does not exist is empty.
func readTagMap(path, variable string) (*tagMap, error) {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	m := &tagMap{variable: variable, data: data, entries: map[string]string{}}
	if err != nil {
		return m, nil
	}
	if err := m.parse(); err != nil {
		line := 1 + bytes.Count(data[:min(len(data), offset(err))], []byte("\n"))
		return nil, fmt.Errorf("line %d: %w; "+wantMap, line, err, variable)
	}
	return m, nil
}

// at is an error at an offset of the file.
type at struct {
	error
	offset int
}

func offset(err error) int {
	var here at
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &here):
		return here.offset
	case errors.As(err, &syntax):
		return int(syntax.Offset)
	}
	return 0
}

func (m *tagMap) parse() error {
	// All of it at once first: the decoder below stops after the first value.
	if err := json.Unmarshal(m.data, new(any)); err != nil {
		return fmt.Errorf("it is not JSON: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(m.data))
	_, last, err := object(d, func(key string) error {
		m.filled = true
		if key != m.variable {
			return d.Decode(new(json.RawMessage))
		}
		if m.open > 0 {
			return at{fmt.Errorf("%q is there twice", key), int(d.InputOffset())}
		}
		return m.parseVariable(d)
	})
	m.last = last
	return err
}

func (m *tagMap) parseVariable(d *json.Decoder) (err error) {
	m.open, m.end, err = object(d, func(key string) error {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		end := int(d.InputOffset())
		if slices.ContainsFunc(m.spans, func(s span) bool { return s.key == key }) {
			return at{fmt.Errorf("%q is there twice", key), end}
		}
		m.spans = append(m.spans, span{key, end - len(raw), end})
		var tag string
		if raw[0] == '"' && json.Unmarshal(raw, &tag) == nil {
			m.entries[key] = tag
		}
		return nil
	})
	return err
}

// object reads an object, whose "{" ends at open and whose "}" begins at end;
// each reads the value of one key.
func object(d *json.Decoder, each func(key string) error) (open, end int, err error) {
	token, err := d.Token()
	if err != nil {
		return 0, 0, err
	}
	open = int(d.InputOffset())
	if token != json.Delim('{') {
		return 0, 0, at{errors.New("this is no JSON object"), open}
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return 0, 0, err
		}
		if err := each(key.(string)); err != nil {
			return 0, 0, err
		}
	}
	_, err = d.Token()
	return open, int(d.InputOffset()) - 1, err
}

// hash pins the file; "none" when there is no file.
func (m *tagMap) hash() string {
	if m.data == nil {
		return "none"
	}
	sum := sha256.Sum256(m.data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// with is the file with these tags, and everything else as it is.
func (m *tagMap) with(tags map[string]string) ([]byte, error) {
	var out []byte
	from := 0
	splice := func(start, end int, text string) {
		out = append(append(out, m.data[from:start]...), text...)
		from = end
	}
	added := maps.Clone(tags)
	for _, s := range m.spans {
		tag, ours := tags[s.key]
		if !ours {
			continue
		}
		delete(added, s.key)
		old, ok := m.entries[s.key]
		if !ok {
			return nil, fmt.Errorf("its %q is %s, not a tag; "+wantMap, s.key, m.data[s.start:s.end], m.variable)
		}
		if old != tag {
			splice(s.start, s.end, quoted(tag))
		}
	}
	keys := slices.Sorted(maps.Keys(added))
	if len(keys) > 0 && len(m.spans) == 0 {
		return m.insert(keys, added), nil
	}
	for _, key := range keys {
		end := m.spans[len(m.spans)-1].end
		splice(max(from, end), max(from, end), ","+m.separator()+quoted(key)+": "+quoted(added[key]))
	}
	return append(out, m.data[from:]...), nil
}

// insert is the file with the variable's object where an empty one or none is.
func (m *tagMap) insert(keys []string, tags map[string]string) []byte {
	entries := make([]string, len(keys))
	for i, key := range keys {
		entries[i] = "\n    " + quoted(key) + ": " + quoted(tags[key])
	}
	object := "{" + strings.Join(entries, ",") + "\n  }"
	text, variable := string(m.data), "\n  "+quoted(m.variable)+": "+object
	switch before := strings.TrimRight(text[:m.last], " \t\r\n"); {
	case m.data == nil:
		return []byte("{" + variable + "\n}\n")
	case m.end > 0:
		return []byte(text[:m.open-1] + object + text[m.end+1:])
	case m.filled:
		return []byte(before + "," + variable + "\n" + text[m.last:])
	default:
		return []byte(before + variable + "\n" + text[m.last:])
	}
}

// separator is the white space before an entry of the map.
func (m *tagMap) separator() string {
	before := m.data[m.open:]
	white := string(before[:len(before)-len(bytes.TrimLeft(before, " \t\r\n"))])
	if white == "" {
		return " "
	}
	return white
}

func quoted(text string) string {
	q, _ := json.Marshal(text)
	return string(q)
}
