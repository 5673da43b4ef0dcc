package secrets

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"
)

// Redactor removes secrets from text: each becomes "[secret]", also as base64,
// in a URL, in JSON, in an env file or a shell command, and line by line (lines
// of eight bytes and more) when it has several. A secret of fewer than four
// bytes is removed only where it stands as a word of its own. It is safe for
// several goroutines.
type Redactor struct {
	mu    sync.RWMutex
	known map[string]bool
	// texts are removed wherever they stand, words only between other characters
	// than letters, digits and _.
	texts, words []string
}

// NewRedactor makes a Redactor that knows values.
func NewRedactor(values ...Value) *Redactor {
	r := &Redactor{}
	r.Add(values...)
	return r
}

// Add makes values secrets from now on.
func (r *Redactor) Add(values ...Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil {
		r.known = map[string]bool{}
	}
	for _, v := range values {
		for _, form := range forms(v.plain) {
			switch {
			case form == "" || r.known[form]:
				continue
			case len(form) < minForm:
				r.words = append(r.words, form)
			default:
				r.texts = append(r.texts, form)
			}
			r.known[form] = true
		}
	}
}

// String is text without secrets.
func (r *Redactor) String(text string) string {
	return replace(text, r.spans(text, 0, 0))
}

// Error is err with a text without secrets. errors.Is sees the causes of err,
// errors.As does not: their texts are not redacted.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	return &redactedError{r.String(err.Error()), err}
}

type redactedError struct {
	text  string
	cause error
}

func (e *redactedError) Error() string        { return e.text }
func (e *redactedError) Is(target error) bool { return errors.Is(e.cause, target) }

// span is text[start:end].
type span struct{ start, end int }

// spans are where secrets stand in text, in order and apart from each other.
// Before and after are the bytes around text, 0 when there are none.
func (r *Redactor) spans(text string, before, after byte) []span {
	r.mu.RLock()
	texts, words := r.texts, r.words
	r.mu.RUnlock()
	var found []span
	find := func(secret string, alone bool) {
		for from := 0; ; {
			at := strings.Index(text[from:], secret)
			if at < 0 {
				return
			}
			s := span{from + at, from + at + len(secret)}
			from = s.start + 1
			if !alone || !inWord(byteAt(text, s.start-1, before, after)) && !inWord(byteAt(text, s.end, before, after)) {
				found = append(found, s)
			}
		}
	}
	for _, secret := range texts {
		find(secret, false)
	}
	for _, secret := range words {
		find(secret, true)
	}
	slices.SortFunc(found, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	return merge(found)
}

// byteAt is text[i], or the byte before or after the text.
func byteAt(text string, i int, before, after byte) byte {
	switch {
	case i < 0:
		return before
	case i >= len(text):
		return after
	}
	return text[i]
}

func inWord(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// merge joins spans that overlap.
func merge(sorted []span) []span {
	var merged []span
	for _, s := range sorted {
		if last := len(merged) - 1; last >= 0 && s.start < merged[last].end {
			merged[last].end = max(merged[last].end, s.end)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

func replace(text string, spans []span) string {
	if len(spans) == 0 {
		return text
	}
	var b strings.Builder
	from := 0
	for _, s := range spans {
		b.WriteString(text[from:s.start])
		b.WriteString(redacted)
		from = s.end
	}
	b.WriteString(text[from:])
	return b.String()
}
