package foreign

import (
	"io"
	"sync"
)

// Writer passes on to w what it is given as it may be shown. What is the beginning
// of an escape sequence or of a character waits for its rest; all else is passed on
// at once. It is safe for several goroutines. Close passes on what waits, and does
// not close w.
func Writer(w io.Writer) io.WriteCloser { return &writer{to: w} }

type writer struct {
	mu sync.Mutex
	to io.Writer
	cleaner
}

// Write cleans p and passes it on.
func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.add(p)
	if err := w.pass(); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close passes on what waits for its rest.
func (w *writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end()
	return w.pass()
}

func (w *writer) pass() error {
	if len(w.out) == 0 {
		return nil
	}
	_, err := w.to.Write(w.out)
	w.out = w.out[:0]
	return err
}
