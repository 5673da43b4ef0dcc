package enginetest

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"
)

// output is a log that can be read while it is written.
type output struct {
	mu    sync.Mutex
	bytes bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes.String()
}

// wait waits until the log has text.
func (o *output) wait(ctx context.Context, t *testing.T, text string) {
	t.Helper()
	for !strings.Contains(o.String(), text) {
		select {
		case <-ctx.Done():
			t.Fatalf("waiting for %q in the log: %v\n%s", text, ctx.Err(), o)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
