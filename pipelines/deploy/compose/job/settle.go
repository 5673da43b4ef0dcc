package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// Settle waits for a job that a killed run left running, so that two of them
// never work on the stack at once. It returns the job when it ended well.
func (r Runner) Settle(ctx context.Context, log io.Writer) (*Job, error) {
	info, err := r.Stack.Host.ReadFile(ctx, path.Join(r.dir(), "job.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for a job that was left: %w", err)
	}
	var j Job
	if err := json.Unmarshal(info, &j); err != nil {
		return nil, fmt.Errorf("looking for a job that was left: %w", err)
	}
	if _, err := r.Stack.Host.ReadFile(ctx, path.Join(r.dir(), "pid")); errors.Is(err, fs.ErrNotExist) {
		return nil, nil // killed before it started
	}
	if _, err := r.Stack.Host.ReadFile(ctx, path.Join(r.dir(), "rc")); err == nil {
		log = io.Discard // it ended long ago; whoever started it has shown its output
	}
	if err := r.follow(ctx, j, log); err != nil {
		if context.Cause(ctx) != nil {
			return nil, err
		}
		return nil, nil // how it ended shows in what is observed next
	}
	return &j, nil
}
