package aws

import (
	"context"
	"time"
)

const (
	// settling is how long a read may lag behind a write of this process.
	settling   = 2 * time.Second
	firstPause = 50 * time.Millisecond
)

// untilSettled tries until try is done, for as long as reads may lag; the last
// try knows that it is.
func untilSettled(ctx context.Context, try func(last bool) (done bool, err error)) error {
	began := time.Now()
	for pause := firstPause; ; pause *= 2 {
		last := time.Since(began)+pause > settling
		if done, err := try(last); done || err != nil {
			return err
		}
		if last {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}
