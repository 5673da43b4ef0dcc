package job

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// Settle waits for a job that a killed run left running, so that two of them
// never work on the stack at once. It returns the job when it ended well. Then is run
// on the host when nothing runs any more, in the same session if it can be; whether it
// works does not matter.
func (r Runner) Settle(ctx context.Context, log io.Writer, then *stack.Script) (*Job, error) {
	left, err := r.left(ctx, then)
	if err != nil {
		return nil, fmt.Errorf("looking for a job that was left: %w", err)
	}
	if left == nil {
		return nil, nil
	}
	if left.status == statusRuns {
		err := r.follow(ctx, left.job, log)
		if ended := context.Cause(ctx); err != nil && ended != nil {
			return nil, err
		}
		_ = r.Stack.Run(ctx, then, nil, nil)
		if err != nil {
			return nil, nil // how it ended shows in what is observed next
		}
		return &left.job, nil
	}
	if left.status != "0" {
		return nil, nil
	}
	return &left.job, nil // whoever started it has shown its output
}

// leftJob is a job that was started, and its status as look has it.
type leftJob struct {
	job    Job
	status string
}

// left is the job that was started last; nil when there is none. Unless it runs, the
// script then is run.
func (r Runner) left(ctx context.Context, then *stack.Script) (*leftJob, error) {
	s := &stack.Script{}
	s.Raw("status=")
	s.Raw("if cd " + shell.Quote(r.dir()) + " 2>/dev/null && [ -f job.json ] && [ -f pid ]; then")
	s.Raw(`if [ -f rc ]; then status=$(cat rc); else status=$(` + alive + `); fi`)
	s.Raw(`printf '%s\n' "${status:-gone}"; cat job.json || exit`)
	s.Raw("fi")
	s.Raw(`[ "$status" = ` + statusRuns + ` ] || {`)
	s.Raw("cd /")
	s.Append(&then.Script)
	s.Raw("} >/dev/null 2>&1 || true")
	var out bytes.Buffer
	err := deploy.Again(ctx, func() error {
		out.Reset()
		return r.Stack.Run(ctx, s, &out, nil)
	})
	if err != nil || out.Len() == 0 {
		return nil, err
	}
	status, info, _ := strings.Cut(out.String(), "\n")
	left := &leftJob{status: strings.TrimSpace(status)}
	return left, json.Unmarshal([]byte(info), &left.job)
}
