package secrets

import "git.example/slipway/pipelines/report"

// RedactReporter passes events on to to without secrets in their texts.
func RedactReporter(to report.Reporter, r *Redactor) report.Reporter {
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
		e.Name = p.r.String(e.Name)
		event = e
	case report.TaskOutput:
		e.Line = p.r.String(e.Line)
		event = e
	case report.TaskDone:
		e.Detail, e.Err = p.r.String(e.Detail), p.r.Error(e.Err)
		event = e
	case report.Notice:
		e.Text = p.r.String(e.Text)
		event = e
	}
	p.to.Report(event)
}
