package pipelines

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// FuzzSavedPlan wants a saved plan that is accepted to be read back as it was.
func FuzzSavedPlan(f *testing.F) {
	f.Add(`{"version":1,"project":"p","environment":"prod","tag":"1_abcdef0","created":"2024-01-02T03:04:05Z","digests":{"a":"sha256:00"},"targets":[{"target":"stack"}]}`)
	f.Add(`{"version":1,"tag":"t","environment":"e","targets":[null]}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ReadSavedPlan("plan.json", []byte(text))
		if err != nil {
			return
		}
		data, err := json.Marshal(s)
		if err != nil {
			t.Skip() // what came raw is no JSON by itself
		}
		again, err := ReadSavedPlan("plan.json", data)
		if err != nil {
			t.Fatalf("%s can't be read: %v", data, err)
		}
		sameJSON := cmp.Comparer(func(a, b json.RawMessage) bool {
			var x, y any // nothing is null
			_, _ = json.Unmarshal(a, &x), json.Unmarshal(b, &y)
			return cmp.Equal(x, y)
		})
		if diff := cmp.Diff(s, again, cmpopts.EquateEmpty(), sameJSON); diff != "" {
			t.Errorf("it is read back differently: %s", diff)
		}
	})
}
