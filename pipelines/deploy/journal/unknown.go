package journal

import (
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"sync"
)

// entryKeys are the keys that we know of an entry, in lower case: JSON's are
// read whatever their case.
var entryKeys = sync.OnceValue(func() map[string]bool {
	keys := map[string]bool{}
	for field := range reflect.TypeFor[Entry]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "-" {
			keys[strings.ToLower(name)] = true
		}
	}
	return keys
})

// MarshalJSON writes the keys that we don't know after those that we do.
func (e Entry) MarshalJSON() ([]byte, error) {
	type plain Entry
	known, err := json.Marshal(plain(e))
	if err != nil || len(e.Unknown) == 0 {
		return known, err
	}
	unknown, err := json.Marshal(e.Unknown)
	if err != nil {
		return nil, err
	}
	return append(append(known[:len(known)-1], ','), unknown[1:]...), nil
}

// UnmarshalJSON keeps the keys that we don't know.
func (e *Entry) UnmarshalJSON(data []byte) error {
	type plain Entry
	if err := json.Unmarshal(data, (*plain)(e)); err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	maps.DeleteFunc(all, func(key string, _ json.RawMessage) bool { return entryKeys()[strings.ToLower(key)] })
	if e.Unknown = nil; len(all) > 0 {
		e.Unknown = all
	}
	return nil
}
