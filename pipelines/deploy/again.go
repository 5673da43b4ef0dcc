package deploy

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"git.example/slipway/pipelines/command"
)

// againWaits are before the second try, the third and so on.
var againWaits = []time.Duration{100 * time.Millisecond, time.Second, 3 * time.Second}

// Again calls do, and once more, a few times at most, when the connection to
// the host was lost meanwhile. Do is something that may happen twice.
func Again(ctx context.Context, do func() error) error {
	err := do()
	if !errors.Is(err, command.ErrLost) {
		return err
	}
	for _, wait := range againWaits {
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
		if err = do(); err == nil || errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return err
}
