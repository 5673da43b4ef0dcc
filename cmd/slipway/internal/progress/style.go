package progress

import (
	"strings"
	"time"

	"git.example/slipway/pipelines/report"
)

// style writes the symbols and colours of the outcomes.
type style struct{ color bool }

const (
	red    = "31"
	green  = "32"
	yellow = "33"
	dim    = "2"
)

func (s style) paint(code, text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// done is the line that a task's end is shown with.
func (s style) done(name string, e report.TaskDone, took time.Duration) string {
	symbol, code := "✓", green
	switch e.Outcome {
	case report.Failed:
		symbol, code = "✗", red
	case report.Cancelled:
		symbol, code = "-", yellow
	}
	words := []string{s.paint(code, symbol), name}
	if detail := detailOf(e); detail != "" {
		words = append(words, s.paint(dim, detail))
	}
	return strings.Join(append(words, s.paint(dim, elapsed(took))), " ")
}

func detailOf(e report.TaskDone) string {
	switch {
	case e.Outcome == report.Cancelled:
		return "cancelled"
	case e.Outcome == report.Reused && e.Detail == "":
		return "reused"
	case e.Detail != "":
		return e.Detail
	case e.Err != nil:
		first, _, _ := strings.Cut(e.Err.Error(), "\n")
		return first
	}
	return ""
}

func (s style) notice(n report.Notice) string {
	if n.Level == report.Warning {
		return s.paint(yellow, "warning:") + " " + n.Text
	}
	return n.Text
}
