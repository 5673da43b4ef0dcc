package plan

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Plans that were saved before are applied: testdata/actions.json has every
// field of them, as the version wrote it that had no package plan yet.
func TestSavedActionsStayReadable(t *testing.T) {
	saved, err := os.ReadFile("testdata/actions.json")
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(saved))
	decoder.DisallowUnknownFields()
	var a Actions
	if err := decoder.Decode(&a); err != nil {
		t.Fatal(err)
	}
	again, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(saved), string(again)+"\n"); diff != "" {
		t.Errorf("the same actions (- saved, + now):\n%s", diff)
	}
}
