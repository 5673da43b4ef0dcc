package registry

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// watch is one request that is waited for. Its time runs only while the server
// is waited for: not while an upload's bytes come from elsewhere, or while nobody
// reads what it sends.
type watch struct {
	patience       *patience
	cancel         context.CancelCauseFunc
	registry, host string
	// answer is how long the answer to the whole request may take.
	answer time.Duration

	mu sync.Mutex
	// phase is what is waited for: "answer", "upload", "download".
	phase string
	// moved are the bytes of this phase, of those that there are; marked were
	// moved when the time began to run.
	moved, of, marked int64
	limit, waited     time.Duration
	// since is when the time was started last; zero while it stands.
	since        time.Time
	giveUp, tell *time.Timer
	told, over   bool
	stalled      *stalledError
}

// enter begins a phase of the request. Once there is an answer the rest of the
// request is of no interest.
func (w *watch) enter(phase string, of int64, limit time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.phase == "download" {
		return
	}
	w.phase, w.of, w.moved, w.marked, w.limit = phase, of, 0, 0, limit
	w.stop()
	w.waited, w.told = 0, false
	w.run()
}

// run lets the time run, stop halts it; both under the lock.
func (w *watch) run() {
	if w.over || !w.since.IsZero() {
		return
	}
	w.since = time.Now()
	w.giveUp = time.AfterFunc(w.limit-w.waited, w.expire)
	if !w.told {
		w.tell = time.AfterFunc(w.patience.tell-w.waited, w.say)
	}
}

func (w *watch) stop() {
	if w.since.IsZero() {
		return
	}
	w.waited += time.Since(w.since)
	w.since = time.Time{}
	w.giveUp.Stop()
	if w.tell != nil {
		w.tell.Stop()
	}
}

// sending is a body that is uploaded: reading it is waiting for somebody else.
func (w *watch) sending(body io.ReadCloser, of int64) io.ReadCloser {
	w.enter("upload", of, w.patience.stall)
	return &watched{ReadCloser: body, watch: w, before: w.stop, after: w.run, ended: func() { w.enter("answer", 0, w.answer) }}
}

// receiving is a body that is downloaded.
func (w *watch) receiving(body io.ReadCloser, of int64) io.ReadCloser {
	w.enter("download", of, w.patience.stall)
	w.mu.Lock()
	w.stop()
	w.mu.Unlock()
	return &watched{ReadCloser: body, watch: w, before: w.run, after: w.stop, ended: func() { _ = w.end(nil) }}
}

// move notes bytes that went either way.
func (w *watch) move(n int) {
	if w.moved += int64(n); w.moved-w.marked >= leastMoved {
		w.marked, w.waited, w.told = w.moved, 0, false
	}
}

// state is how far it got; under the lock.
func (w *watch) state() stalledError {
	after := w.waited
	if !w.since.IsZero() {
		after += time.Since(w.since)
	}
	return stalledError{host: w.host, phase: w.phase, moved: w.moved, of: w.of, after: after}
}

// expire gives the request up.
func (w *watch) expire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	// A timer that fired while it was being stopped means nothing.
	if s := w.state(); !w.over && s.after >= w.limit {
		s.after = w.limit
		w.stalled = &s
		w.cancel(w.stalled)
	}
}

// say tells the user what is waited for.
func (w *watch) say() {
	w.mu.Lock()
	s := w.state()
	due := !w.over && !w.told && s.after >= w.patience.tell
	w.told = w.told || due
	w.mu.Unlock()
	if due {
		w.patience.say(w.registry, s)
	}
}

// end stops watching. It is err, or why the request was given up.
func (w *watch) end(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop()
	w.over = true
	w.cancel(nil)
	return w.reason(err)
}

// reason is err, or why the request was given up; under the lock.
func (w *watch) reason(err error) error {
	if w.stalled != nil && err != nil && !errors.Is(err, io.EOF) {
		return w.stalled
	}
	return err
}

// watched is a body whose bytes are noted.
type watched struct {
	io.ReadCloser
	watch *watch
	// before and after reading let the time run, or stop it.
	before, after func()
	ended         func()
	once          sync.Once
}

func (b *watched) Read(p []byte) (int, error) {
	w := b.watch
	w.mu.Lock()
	b.before()
	w.mu.Unlock()
	n, err := b.ReadCloser.Read(p)
	w.mu.Lock()
	w.stop()
	w.move(n)
	b.after()
	err = w.reason(err)
	w.mu.Unlock()
	if err != nil {
		b.once.Do(b.ended)
	}
	return n, err
}

func (b *watched) Close() error {
	err := b.ReadCloser.Close()
	b.once.Do(b.ended)
	return err
}
