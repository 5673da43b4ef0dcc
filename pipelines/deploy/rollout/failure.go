package rollout

import (
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// Failure is a deploy that did not succeed.
type Failure struct {
	Tag    string
	Target string
	// Err is why.
	Err error
	// ReturnedTo is the tag that runs again. Empty when there was none: what
	// the deploy had started is removed.
	ReturnedTo string
	// ReturnErr is why the release before could not be brought back; nil when
	// it was, or when no target had been changed.
	ReturnErr error
	// Changed says that the change of a target had begun when it failed.
	Changed bool
	// abandoned says that the lock was lost, so nothing was put back.
	abandoned bool
}

func (e *Failure) Error() string {
	first, rest, _ := strings.Cut(e.Err.Error(), "\n")
	var b strings.Builder
	fmt.Fprintf(&b, "deploying %s: %s", e.Tag, first)
	switch {
	case len(deploy.FailedHosts(e.ReturnErr)) > 0:
		fmt.Fprintf(&b, "; going back failed, too, and the next deploy makes it good: %v", e.ReturnErr)
	case e.ReturnErr != nil:
		fmt.Fprintf(&b, "; going back failed, too: %v", e.ReturnErr)
	case e.abandoned:
		b.WriteString("; nothing more was changed, and the next deploy makes it good: deploy again")
	case !e.Changed:
		b.WriteString("; no target was changed")
	case e.ReturnedTo == "":
		b.WriteString("; nothing ran before, so what it started was removed")
	default:
		fmt.Fprintf(&b, "; %s runs again", e.ReturnedTo)
	}
	if rest != "" {
		b.WriteString("\n" + rest)
	}
	return b.String()
}

// Unwrap gives why, and why going back failed if it did.
func (e *Failure) Unwrap() []error {
	return slices.DeleteFunc([]error{e.Err, e.ReturnErr}, func(err error) bool { return err == nil })
}
