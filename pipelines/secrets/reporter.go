package secrets

import (
	"strings"

	"git.example/slipway/pipelines/foreign"
	"git.example/slipway/pipelines/report"
)

// CleanReporter passes events on to to without secrets in their texts, and without
// what must not reach a terminal or a log. A line with carriage returns becomes
// several.
func CleanReporter(to report.Reporter, r *Redactor) report.Reporter {
	return &reporter{to, r}
}

type reporter struct {
	to report.Reporter
	r  *Redactor
}

// Report passes on one event.
func (p *reporter) Report(event report.Event) {
	switch e := event.(type) {
	case report.TaskStarted:
		e.Name = foreign.Line(p.r.String(e.Name))
		event = e
	case report.TaskOutput:
		for _, line := range strings.Split(foreign.Text(p.r.String(e.Line)), "\n") {
			p.to.Report(report.TaskOutput{ID: e.ID, Line: line})
		}
		return
	case report.TaskDone:
		e.Detail, e.Err = foreign.Line(p.r.String(e.Detail)), foreign.Error(p.r.Error(e.Err))
		event = e
	case report.Notice:
		e.Text = foreign.Text(p.r.String(e.Text))
		event = e
	}
	p.to.Report(event)
}
