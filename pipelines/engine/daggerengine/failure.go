package daggerengine

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"dagger.io/dagger"
)

// errorLines is how many lines of a failed step an error shows.
const errorLines = 15

// failed is what Dagger could not do, in its author's words.
type failed struct {
	doing, text string
	err         error
}

func (f *failed) Error() string { return f.doing + ": " + f.text }
func (f *failed) Unwrap() error { return f.err }

// explain says what went wrong while doing, such as `building image "api"`: the
// step that failed with the end of its output, without Dagger's path to it.
func explain(doing string, err error) error {
	var exec *dagger.ExecError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", doing, err)
	case errors.As(err, &exec):
		text := fmt.Sprintf("step %q ended with exit code %d", strings.Join(exec.Cmd, " "), exec.ExitCode)
		for _, output := range []string{exec.Stdout, exec.Stderr} {
			if output = strings.TrimSpace(output); output != "" {
				text += "\n" + lastLines(output, errorLines)
			}
		}
		return &failed{doing, text, err}
	}
	return &failed{doing, withoutPath(err.Error()), err}
}

// graphPath is how Dagger's API says where in a query an error is.
var graphPath = regexp.MustCompile(`^(input: |[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)+ |resolve: |failed to [a-z A-Z]+: )+`)

func withoutPath(text string) string {
	return strings.TrimSpace(graphPath.ReplaceAllString(text, ""))
}

// cleanup is a context to clean up with, also when ctx is cancelled.
func cleanup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
}
