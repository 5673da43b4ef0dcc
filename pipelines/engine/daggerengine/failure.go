package daggerengine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"dagger.io/dagger"

	"git.example/slipway/pipelines/lazy"
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
	return &failed{doing, plain(err.Error()), err}
}

// noise is what Dagger puts before an error's own text: paths in its query, ids
// of its objects (which hold the query itself), and its own functions' accounts.
var noise = lazy.Regexp(`^(input|inputs|resolve|select|load \w+@.*|load xxh3:\w+|[a-z]\w*(\.\w+)+|failed to [a-zA-Z -]+)$`)

// plain is an error's text without noise.
func plain(text string) string {
	parts := strings.Split(text, ": ")
	var kept []string
	for i, part := range parts {
		if i < len(parts)-1 && noise().MatchString(part) || len(kept) > 0 && kept[len(kept)-1] == part {
			continue
		}
		kept = append(kept, part)
	}
	return strings.TrimSpace(strings.Join(kept, ": "))
}

// cantConvert is how the engine says that its Dockerfile builds lack something.
var cantConvert = lazy.Regexp(`llbtodagger: unsupported op "[^"]*"(?: \([^)]*\))?: (.*)`)

// refused is err, or what says that another engine can do it.
func refused(subject string, err error) error {
	if m := cantConvert().FindStringSubmatch(err.Error()); m != nil {
		return unsupported(subject, "this in a Dockerfile: "+m[1])
	}
	return err
}

// cleanup is a context to clean up with, also when ctx is cancelled.
func cleanup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
}
