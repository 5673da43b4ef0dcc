package job

import (
	"encoding/json"
	"testing"
)

// What is kept on hosts is a format: another version waits for our jobs.
func TestJobKeepsItsFormat(t *testing.T) {
	const kept = `{"timeout":60000000000,"container":"c","tag":"7_abc","step":"before 0: migrate up"}`
	var j Job
	if err := json.Unmarshal([]byte(kept), &j); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(j); err != nil || string(again) != kept {
		t.Errorf("written again: %s (%v)", again, err)
	}
}
