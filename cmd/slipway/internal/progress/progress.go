// Package progress renders a run's events: live on a terminal, as plain lines
// where output is piped, in log groups on GitHub Actions.
package progress

import (
	"fmt"
	"io"
	"time"

	"git.example/slipway/pipelines/report"
)

// Mode is how progress is shown.
type Mode string

// The modes; they are the values of --progress.
const (
	Auto  Mode = "auto"
	TTY   Mode = "tty"
	Plain Mode = "plain"
	Quiet Mode = "quiet"
)

// Options choose a renderer.
type Options struct {
	Mode Mode
	// Out is where progress goes: standard error.
	Out io.Writer
	// Terminal says that Out is a terminal.
	Terminal bool
	// Moves says that lines of the terminal can be drawn anew: not on one that is
	// dumb, and not in CI, whatever its terminal says.
	Moves bool
	// GitHub says that the run is on GitHub Actions, which folds log groups.
	GitHub bool
	Color  bool
}

// Renderer is a Reporter that must be closed to show its last state.
type Renderer interface {
	report.Reporter
	// Pause runs do, such as a question, while nothing is written.
	Pause(do func())
	Close()
}

// New makes the renderer that the options ask for.
func New(o Options) (Renderer, error) {
	style := style{color: o.Color}
	switch o.Mode {
	case Quiet:
		return quiet{o.Out, style}, nil
	case Plain:
		return newPlain(o.Out, style, o.GitHub), nil
	case TTY:
		return newLive(o.Out, style), nil
	case Auto, "":
		if o.Terminal && o.Moves && !o.GitHub {
			return newLive(o.Out, style), nil
		}
		return newPlain(o.Out, style, o.GitHub), nil
	}
	return nil, fmt.Errorf("unknown --progress %q: use auto, tty, plain or quiet", o.Mode)
}

// quiet shows warnings alone.
type quiet struct {
	out   io.Writer
	style style
}

func (q quiet) Report(e report.Event) {
	if n, ok := e.(report.Notice); ok && n.Level == report.Warning {
		fmt.Fprintln(q.out, q.style.notice(n))
	}
}

func (q quiet) Pause(do func()) { do() }

func (q quiet) Close() {}

// elapsed reads as "0.4s", "12.3s", "3m05s".
func elapsed(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}
