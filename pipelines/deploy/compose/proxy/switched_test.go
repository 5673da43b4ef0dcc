package proxy

import (
	"encoding/json"
	"testing"
)

// What is kept on hosts is a format: other versions read it.
func TestSwitchedKeepsItsFormat(t *testing.T) {
	const kept = `{"file":"a\n","live":{"id":"10.0.0.2"},"before":["old"]}`
	var s Switched
	if err := json.Unmarshal([]byte(kept), &s); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(s); err != nil || string(again) != kept {
		t.Errorf("written again: %s (%v)", again, err)
	}
	if !s.SendsTo("id") || s.SendsTo("old") || !s.SentTo("old") {
		t.Errorf("read as %+v", s)
	}
}
