package secrets

import (
	"io"
	"strings"
	"sync"
)

// maxHeld bounds what is held back because secrets overlap each other.
const maxHeld = 64 << 10

// Writer passes on what it is given without secrets, also those that arrive in
// pieces: what may be the beginning of a secret is held back until it is clear
// that it is none. That is less than the longest secret and 64 KiB; Close writes
// what is held back. It is safe for several goroutines.
func (r *Redactor) Writer(w io.Writer) io.WriteCloser { return &writer{redactor: r, to: w} }

type writer struct {
	redactor *Redactor
	mu       sync.Mutex
	to       io.Writer
	held     string
	// before is the byte that was passed on last.
	before byte
}

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held += string(p)
	cut := len(w.held) - w.redactor.beginning(w.held)
	for _, s := range w.redactor.spans(w.held, w.before, 0) {
		if s.start >= cut || s.end <= cut {
			continue
		}
		// What comes next may belong to this secret and to one that overlaps it.
		if cut = s.start; len(w.held)-s.start > maxHeld {
			cut = s.end
		}
		break
	}
	if err := w.pass(cut); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close passes on what is held back. It does not close what it writes to.
func (w *writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pass(len(w.held))
}

func (w *writer) pass(cut int) error {
	if cut == 0 {
		return nil
	}
	text := w.held[:cut]
	var after byte
	if cut < len(w.held) {
		after = w.held[cut]
	}
	_, err := io.WriteString(w.to, replace(text, w.redactor.spans(text, w.before, after)))
	w.before, w.held = text[cut-1], w.held[cut:]
	return err
}

// beginning is the length of the longest end of text that may turn out to be a
// secret with what comes next.
func (r *Redactor) beginning(text string) int {
	if text == "" {
		return 0
	}
	r.mu.RLock()
	texts, words := r.texts, r.words
	r.mu.RUnlock()
	last, longest := text[len(text)-1], 0
	for _, secret := range texts {
		longest = max(longest, overlap(text, secret[:len(secret)-1], last))
	}
	for _, secret := range words {
		// A whole word too: it depends on the next byte whether it is alone.
		longest = max(longest, overlap(text, secret, last))
	}
	return longest
}

// overlap is the length of the longest start of head that text ends with. Last
// is text's last byte.
func overlap(text, head string, last byte) int {
	head = head[:min(len(head), len(text))]
	for {
		n := strings.LastIndexByte(head, last) + 1
		if n == 0 || strings.HasSuffix(text, head[:n]) {
			return n
		}
		head = head[:n-1]
	}
}
