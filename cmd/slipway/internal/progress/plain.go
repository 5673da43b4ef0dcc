package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"git.example/slipway/pipelines/report"
)

// plain writes one line an event, prefixed by its task; on GitHub Actions it
// writes commands of the runner, which the texts of events can't be: it holds a task's lines back and writes them as one folded group at its end.
type plain struct {
	mu      sync.Mutex
	out     io.Writer
	style   style
	groups  bool
	running map[int64]*plainTask
}

type plainTask struct {
	name    string
	started time.Time
	lines   []string
	dropped int
}

// maxGroupLines is how many lines a group holds back in memory, up to twice that.
const maxGroupLines = 5000

// hold keeps the last lines, at least maxGroupLines of them.
func (t *plainTask) hold(line string) {
	if len(t.lines) == 2*maxGroupLines {
		t.dropped += maxGroupLines
		t.lines = append(t.lines[:0], t.lines[maxGroupLines:]...)
	}
	t.lines = append(t.lines, line)
}

func newPlain(out io.Writer, s style, groups bool) *plain {
	return &plain{out: out, style: s, groups: groups, running: map[int64]*plainTask{}}
}

func (p *plain) Report(event report.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case report.TaskStarted:
		p.running[e.ID] = &plainTask{name: e.Name, started: time.Now()}
		if !p.groups {
			fmt.Fprintf(p.out, "> %s\n", e.Name)
		}
	case report.TaskOutput:
		t := p.running[e.ID]
		switch {
		case t == nil || e.Line == "":
		case !p.groups:
			fmt.Fprintf(p.out, "  %s | %s\n", t.name, e.Line)
		default:
			t.hold(e.Line)
		}
	case report.TaskDone:
		if t := p.running[e.ID]; t != nil {
			delete(p.running, e.ID)
			p.end(t, e)
		}
	case report.Notice:
		p.notice(e)
	}
}

func (p *plain) end(t *plainTask, e report.TaskDone) {
	line := p.style.done(t.name, e, time.Since(t.started))
	if !p.groups || len(t.lines) == 0 {
		fmt.Fprintln(p.out, line)
	} else {
		fmt.Fprintf(p.out, "::group::%s\n", line)
		if t.dropped > 0 {
			fmt.Fprintf(p.out, "(%d earlier lines dropped)\n", t.dropped)
		}
		for _, l := range t.lines {
			fmt.Fprintln(p.out, l)
		}
		fmt.Fprintln(p.out, "::endgroup::")
	}
	if p.groups && e.Outcome == report.Failed {
		fmt.Fprintf(p.out, "::error title=%s::%s\n", workflowProperty(t.name), workflowMessage(detailOf(e)))
	}
}

func (p *plain) notice(n report.Notice) {
	if p.groups && n.Level == report.Warning {
		fmt.Fprintf(p.out, "::warning::%s\n", workflowMessage(n.Text))
		return
	}
	fmt.Fprintln(p.out, p.style.notice(n))
}

// Pause holds whoever reports until do has ended.
func (p *plain) Pause(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
}

func (p *plain) Close() {}

// workflowMessage escapes the text of a GitHub Actions workflow command, and
// workflowProperty a value before it, as the runner reads them.
// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
func workflowMessage(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func workflowProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(workflowMessage(text))
}
