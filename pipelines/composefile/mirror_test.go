package composefile

import "testing"

// A file that can't be written for compose to read is an error, not a file less.
func TestMirrorThatCanNotBeWritten(t *testing.T) {
	m, err := newMirror(Options{
		Files: []string{"compose.yml"}, Dir: "/srv/shop",
		Contents: map[string][]byte{"compose.yml": []byte("services: {}\n"), "parts": []byte("services: {}\n"), "parts/base.yml": []byte("services: {}\n")},
	})
	if err == nil {
		m.remove()
		t.Error("a file and a directory of one name were written")
	}
}
