package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"git.example/slipway/cmd/slipway/internal/progress"
	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/report"
)

// terminal is a pseudo-terminal with an emulator behind it: what is on its screen is
// what a person sees, and what it is asked, it answers into the input.
type terminal struct {
	keyboard, tty *os.File
	screen        *vt.SafeEmulator
}

func newTerminal(t *testing.T, columns, rows int) *terminal {
	t.Helper()
	keyboard, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	w := &terminal{keyboard: keyboard, tty: tty, screen: vt.NewSafeEmulator(columns, rows)}
	w.resize(t, columns, rows)
	go func() { _, _ = io.Copy(w.screen, keyboard) }() // ends with the terminal
	go func() { _, _ = io.Copy(keyboard, w.screen) }()
	t.Cleanup(func() { _ = tty.Close(); _ = keyboard.Close(); _ = w.screen.Close() })
	return w
}

func (w *terminal) resize(t *testing.T, columns, rows int) {
	t.Helper()
	w.screen.Resize(columns, rows)
	if err := pty.Setsize(w.tty, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		t.Fatal(err)
	}
}

// shows waits until the screen has a text.
func (w *terminal) shows(t *testing.T, text string) string {
	t.Helper()
	until := time.Now().Add(5 * time.Second)
	for {
		seen := w.screen.String()
		if strings.Contains(seen, text) {
			return seen
		}
		if time.Now().After(until) {
			t.Fatalf("the screen does not show %q:\n%s", text, seen)
		}
		<-time.After(20 * time.Millisecond)
	}
}

func (w *terminal) environment(variables map[string]string) Environment {
	return Environment{
		In: w.tty, Out: w.tty, Err: w.tty, InTerminal: true, OutTerminal: true, ErrTerminal: true,
		Width:  func() int { return columns(w.tty) },
		Lookup: func(name string) (string, bool) { value, ok := variables[name]; return value, ok },
	}
}

func asked() pipelines.Question {
	return pipelines.Question{Text: "Deploy 7_abcdef0 to the protected environment prod?", Planned: pipelines.Planned{
		Environment: "prod", Tag: "7_abcdef0", Published: true,
		Shipping: &pipelines.Shipping{From: "6_1234567", To: "7_abcdef0", Count: 1, Commits: []git.Commit{{Hash: strings.Repeat("ab", 20), Subject: "Speak louder", Author: "Ana"}}},
		Targets: []deploy.Plan{{Target: "stack", Changes: []deploy.Change{{Kind: deploy.Replace, Subject: "web",
			Before: "registry.example.com/team/project/web@1234567890ab", After: "registry.example.com/team/project/web@ba0987654321", Note: "it publishes a fixed port of the host"}}}},
	}}
}

// The plan and the question stay on the screen, whatever runs meanwhile, and a yes is
// taken for one.
func TestQuestionIsSeen(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {200, 50}, {60, 20}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			w := newTerminal(t, size[0], size[1])
			env := w.environment(map[string]string{"TERM": "xterm-256color"})
			shown, err := progress.New(progress.Options{Out: w.tty, Terminal: true, Moves: env.moves(), Color: true})
			if err != nil {
				t.Fatal(err)
			}
			g := &globals{env: env, pause: shown.Pause}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			var busy sync.WaitGroup
			for id := range int64(30) { // more than a terminal of 24 lines has
				shown.Report(report.TaskStarted{ID: id, Name: fmt.Sprintf("pull on host-%d", id)})
				busy.Go(func() {
					for n := 0; ctx.Err() == nil; n++ {
						shown.Report(report.TaskOutput{ID: id, Line: fmt.Sprintf("layer %d", n)})
						<-time.After(7 * time.Millisecond)
					}
				})
			}
			w.shows(t, "pull on host-0")
			answered := make(chan error, 1)
			go func() { answered <- g.confirm(false)(ctx, asked()) }()
			w.shows(t, "prod? [y/N]")
			w.resize(t, size[0]+5, size[1])
			<-time.After(300 * time.Millisecond) // three pictures of what would draw over it
			seen := w.shows(t, "prod? [y/N]")
			for _, want := range []string{"Environment prod, release 7_abcdef0", "Speak louder", "Target stack:", "replace"} {
				if !strings.Contains(seen, want) {
					t.Errorf("the plan above the question lacks %q:\n%s", want, seen)
				}
			}
			if strings.Contains(seen, "pull on host") && strings.LastIndex(seen, "pull on host") > strings.Index(seen, "Environment prod") {
				t.Errorf("progress is drawn over the question:\n%s", seen)
			}
			if _, err := w.keyboard.WriteString("y\n"); err != nil {
				t.Fatal(err)
			}
			if err := <-answered; err != nil {
				t.Errorf("a yes was not taken for one: %v", err)
			}
			w.shows(t, "[y/N] y\n⠋ pull on host-0") // and it goes on, below it
			stop()
			busy.Wait()
			shown.Report(report.TaskDone{ID: 3, Outcome: report.Done})
			shown.Close()
			w.shows(t, "✓ pull on host-3")
		})
	}
}

// On a terminal that is dumb, and in CI, nothing is drawn anew.
func TestNeverLive(t *testing.T) {
	for name, variables := range map[string]map[string]string{
		"a dumb terminal": {"TERM": "dumb"}, "CI": {"TERM": "xterm", "CI": "true"}, "CI that says 1": {"CI": "1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTerminal(t, 80, 24)
			env := w.environment(variables)
			shown, err := progress.New(progress.Options{Out: w.tty, Terminal: true, Moves: env.moves(), Color: env.color(true)})
			if err != nil {
				t.Fatal(err)
			}
			shown.Report(report.TaskStarted{ID: 1, Name: "check unit"})
			w.shows(t, "> check unit")
			shown.Report(report.TaskDone{ID: 1, Outcome: report.Done})
			w.shows(t, "check unit 0.0s")
			shown.Close()
		})
	}
}

// A table fits the terminal, and words stay whole.
func TestTableFits(t *testing.T) {
	heading := []string{"ID", "RELEASE", "OUTCOME", "ERROR"}
	rows := [][]string{{"12", "75_db4b44b", "rolled-back to 74_1c9e2f0", "deploying 75_db4b44b: target \"stack\": service \"web\" is not healthy after 30s: connection refused"}}
	for _, width := range []int{60, 80, 120, 200} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			var out strings.Builder
			writeTable(&out, width, screen{}, heading, rows)
			for line := range strings.Lines(out.String()) {
				if n := len(strings.TrimRight(line, "\n")); n > width {
					t.Errorf("a line of %d columns: %q", n, line)
				}
			}
			for _, word := range []string{"75_db4b44b", "rolled-back", "refused", "connection"} {
				if !strings.Contains(out.String(), word) {
					t.Errorf("%q is not whole:\n%s", word, out.String())
				}
			}
		})
	}
}
