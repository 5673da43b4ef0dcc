package progress

import (
	"errors"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"git.example/slipway/pipelines/report"
)

func TestLiveView(t *testing.T) {
	var m liveModel
	for _, e := range []report.Event{
		report.TaskStarted{ID: 1, Name: "check unit"},
		report.TaskStarted{ID: 2, Name: "image api"},
		report.TaskOutput{ID: 1, Line: "line one"},
		report.TaskOutput{ID: 1, Line: "\x1b[31mline two\x1b[0m"},
	} {
		next, _ := m.Update(e)
		m = next.(liveModel)
	}
	m.width = 60
	view := m.View().Content
	for _, want := range []string{"check unit", "image api", "line two"} {
		if !strings.Contains(view, want) {
			t.Errorf("the view lacks %q:\n%s", want, view)
		}
	}
	if strings.Contains(view, "line one") || strings.Contains(view, "\x1b[31m") {
		t.Errorf("only the last line, without its own colours, belongs there:\n%s", view)
	}
	for _, line := range strings.Split(view, "\n") {
		if ansi.StringWidth(line) >= 60 {
			t.Errorf("a line of %d columns on a terminal of 60: %q", ansi.StringWidth(line), line)
		}
	}
	next, _ := m.Update(report.TaskDone{ID: 1, Outcome: report.Failed, Err: errors.New("no")})
	if got := next.(liveModel).View().Content; strings.Contains(got, "check unit") || !strings.Contains(got, "image api") {
		t.Errorf("what ended has to leave, what runs has to stay:\n%s", got)
	}
}

// TestLiveOutput runs the real program: what ended stays on the screen with the
// last lines of what failed.
func TestLiveOutput(t *testing.T) {
	got := ansi.Strip(render(t, Options{Mode: TTY},
		report.TaskStarted{ID: 1, Name: "check unit"},
		report.TaskOutput{ID: 1, Line: "assertion failed"},
		report.TaskDone{ID: 1, Outcome: report.Failed, Err: errors.New("exit code 1")},
		report.TaskStarted{ID: 2, Name: "image api"},
		report.TaskDone{ID: 2, Outcome: report.Done},
	))
	for _, want := range []string{"✗ check unit exit code 1", "assertion failed", "✓ image api"} {
		if !strings.Contains(got, want) {
			t.Errorf("the output lacks %q:\n%s", want, got)
		}
	}
}
