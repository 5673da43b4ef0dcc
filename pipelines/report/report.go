// Package report carries what a run does to whoever shows it: the library
// emits typed events to a Reporter that it is given; the command line, a job
// summary or a test renders them. Nothing in the library prints.
package report

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// Reporter takes events. It is called from several goroutines at once.
type Reporter interface {
	Report(Event)
}

// Event is one of TaskStarted, TaskOutput, TaskDone and Notice.
type Event interface{ event() }

// TaskStarted opens a task: one check, one image, one phase of a deploy.
type TaskStarted struct {
	ID int64
	// Name reads as "build api" or "check unit".
	Name string
}

// TaskOutput is one line, without its line ending, of what a task printed.
type TaskOutput struct {
	ID   int64
	Line string
}

// TaskDone closes a task.
type TaskDone struct {
	ID      int64
	Outcome Outcome
	// Detail says how in a few words, such as "reused sha256:12ab…".
	Detail string
	// Err is the reason of a Failed task; whoever gets the error handles it,
	// so a renderer shows no more of it than its first line.
	Err error
}

// Notice is a sentence to the user that belongs to no task.
type Notice struct {
	Level Level
	Text  string
}

func (TaskStarted) event() {}
func (TaskOutput) event()  {}
func (TaskDone) event()    {}
func (Notice) event()      {}

// Outcome is how a task ended.
type Outcome string

// The outcomes of a task.
const (
	Done      Outcome = "done"
	Reused    Outcome = "reused" // nothing had to be done
	Failed    Outcome = "failed"
	Cancelled Outcome = "cancelled" // another task's failure or the user stopped it
)

// Level is how much a notice matters.
type Level string

// The levels of a notice.
const (
	Info    Level = "info"
	Warning Level = "warning"
)

// Discard drops every event.
var Discard Reporter = discard{}

type discard struct{}

func (discard) Report(Event) {}

var lastID atomic.Int64

// Task is a running task. It is an io.Writer for the task's output, safe for
// several goroutines; lines are reported whole.
type Task struct {
	reporter Reporter
	id       int64
	mu       sync.Mutex
	partial  []byte
	detail   string
	outcome  Outcome
}

// Run reports a task named name around do. The task's outcome is do's error,
// or what do set with Task.Reused and Task.Detail.
func Run(ctx context.Context, r Reporter, name string, do func(*Task) error) error {
	t := &Task{reporter: r, id: lastID.Add(1), outcome: Done}
	r.Report(TaskStarted{ID: t.id, Name: name})
	err := do(t)
	t.flush()
	switch {
	case err == nil:
		r.Report(TaskDone{ID: t.id, Outcome: t.outcome, Detail: t.detail})
	case ctx.Err() != nil && (errors.Is(err, context.Cause(ctx)) || errors.Is(err, ctx.Err())):
		r.Report(TaskDone{ID: t.id, Outcome: Cancelled, Err: err})
	default:
		r.Report(TaskDone{ID: t.id, Outcome: Failed, Detail: t.detail, Err: err})
	}
	return err
}

// Detail sets the few words that the task's end is shown with.
func (t *Task) Detail(text string) { t.detail = text }

// Reused marks the task as one that found its work already done.
func (t *Task) Reused(detail string) { t.outcome, t.detail = Reused, detail }

// maxLine is the longest line that is reported; longer ones are cut into
// several, so that a program without line ends can't fill the memory.
const maxLine = 16 << 10

// Write reports the whole lines in p and keeps the rest for the next call.
func (t *Task) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.partial = append(t.partial, p...)
	for {
		end := bytes.IndexByte(t.partial, '\n')
		switch {
		case end >= 0:
			t.line(t.partial[:end])
			t.partial = t.partial[end+1:]
		case len(t.partial) > maxLine:
			t.line(t.partial[:maxLine])
			t.partial = t.partial[maxLine:]
		default:
			return len(p), nil
		}
	}
}

func (t *Task) line(raw []byte) {
	t.reporter.Report(TaskOutput{ID: t.id, Line: string(bytes.TrimRight(raw, "\r"))})
}

func (t *Task) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.partial) > 0 {
		t.line(t.partial)
		t.partial = nil
	}
}
