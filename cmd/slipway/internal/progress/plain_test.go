package progress

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/report"
)

var times = regexp.MustCompile(`\d+\.\d+s`)

// render shows events with a renderer and returns the text, times replaced.
func render(t *testing.T, o Options, events ...report.Event) string {
	t.Helper()
	var out bytes.Buffer
	o.Out = &out
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		r.Report(e)
	}
	r.Close()
	return times.ReplaceAllString(out.String(), "TIME")
}

func TestPlain(t *testing.T) {
	events := []report.Event{
		report.TaskStarted{ID: 1, Name: "check unit"},
		report.TaskStarted{ID: 2, Name: "image api"},
		report.TaskOutput{ID: 1, Line: "ok"},
		report.TaskOutput{ID: 1, Line: "text ::error::that is no command"},
		report.TaskDone{ID: 2, Outcome: report.Reused, Detail: "same content"},
		report.TaskDone{ID: 1, Outcome: report.Failed, Err: errors.New("exit code 1\nmore")},
		report.Notice{Level: report.Warning, Text: "50% of: something"},
		report.Notice{Level: report.Info, Text: "engine: docker"},
	}
	tests := []struct {
		name    string
		options Options
		want    string
	}{
		{"lines", Options{Mode: Plain}, `> check unit
> image api
  check unit | ok
  check unit | text ::error::that is no command
✓ image api same content TIME
✗ check unit exit code 1 TIME
warning: 50% of: something
engine: docker
`},
		{"groups of GitHub Actions", Options{GitHub: true}, `✓ image api same content TIME
::group::✗ check unit exit code 1 TIME
ok
text ::error::that is no command
::endgroup::
::error title=check unit::exit code 1
::warning::50%25 of: something
engine: docker
`},
		{"quiet", Options{Mode: Quiet}, "warning: 50% of: something\n"},
		{"auto where output is piped", Options{}, `> check unit
> image api
  check unit | ok
  check unit | text ::error::that is no command
✓ image api same content TIME
✗ check unit exit code 1 TIME
warning: 50% of: something
engine: docker
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, render(t, test.options, events...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestColorOnlyWhenAsked(t *testing.T) {
	events := []report.Event{report.TaskStarted{ID: 1, Name: "a"}, report.TaskDone{ID: 1, Outcome: report.Done}}
	if got := render(t, Options{Mode: Plain}, events...); strings.Contains(got, "\x1b") {
		t.Errorf("escape sequences without colour: %q", got)
	}
	if got := render(t, Options{Mode: Plain, Color: true}, events...); !strings.Contains(got, "\x1b[32m✓") {
		t.Errorf("no green tick with colour: %q", got)
	}
}

func TestGroupsBoundMemory(t *testing.T) {
	events := []report.Event{report.TaskStarted{ID: 1, Name: "flood"}}
	for range 5 * maxGroupLines {
		events = append(events, report.TaskOutput{ID: 1, Line: "x"})
	}
	events = append(events, report.TaskDone{ID: 1, Outcome: report.Done})
	got := render(t, Options{GitHub: true}, events...)
	if lines := strings.Count(got, "\nx"); lines < maxGroupLines || lines > 2*maxGroupLines {
		t.Errorf("%d lines held, want between %d and %d", lines, maxGroupLines, 2*maxGroupLines)
	}
	if !strings.Contains(got, "earlier lines dropped") {
		t.Error("dropping lines is not said")
	}
}

func TestUnknownMode(t *testing.T) {
	if _, err := New(Options{Mode: "loud"}); err == nil || !strings.Contains(err.Error(), "loud") {
		t.Errorf("got %v, want an error that names the mode", err)
	}
}
