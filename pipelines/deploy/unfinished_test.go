package deploy

import "testing"

func TestUnfinished(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		".state.json.1234567890": "state.json", ".state.json.7": "state.json", ".state.json.ABCDEFGH27": "state.json", "..env.ABCDEFGH27": ".env",
		"state.json": "", ".state.json": "", ".state.json.": "", ".state.json.old": "", ".state.json.ABCDEFGH2": "", ".state.json.ABCDEFGH271": "", ".state.json.abcdefgh27": "",
	} {
		if of, ok := Unfinished(name); of != want || ok != (want != "") {
			t.Errorf("%q is of %q, %v", name, of, ok)
		}
	}
}
