package dockerengine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/slipwayhq/slipway/pipelines/command"
)

// tailLines is how many lines of a failed program's output its error shows when
// the program gives no summary of its own.
const tailLines = 12

// failed is a docker command that failed, told by what it printed. The arguments
// of a build say nothing to its author.
type failed struct {
	doing string
	text  string
	err   error
}

func (f *failed) Error() string { return f.doing + ": " + f.text }
func (f *failed) Unwrap() error { return f.err }

// explain is err, told as what doing (such as `building image "api"`) printed.
func explain(doing string, err error) error {
	var ran *command.Error
	if !errors.As(err, &ran) || ran.ExitCode < 0 || ran.Stderr == "" {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return &failed{doing: doing, text: summary(ran.Stderr), err: err}
}

// summary is BuildKit's own account of a failure, which starts at a line of
// dashes after the progress; else the last lines.
func summary(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	for i, line := range lines {
		if strings.TrimSpace(line) == "------" {
			return strings.Join(lines[i+1:], "\n")
		}
	}
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, "ERROR: "); ok {
			return text
		}
	}
	return strings.Join(lines[max(0, len(lines)-tailLines):], "\n")
}
