package command

import "strings"

// tailBytes is how much of standard error an Error keeps.
const tailBytes = 4 << 10

// Tail keeps the last 4 KiB that are written to it, for an Error.
type Tail struct{ kept []byte }

func (t *Tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if extra := len(t.kept) - tailBytes; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
	return len(p), nil
}

// String is what was kept, trimmed.
func (t *Tail) String() string { return strings.TrimSpace(string(t.kept)) }
