package deploy

import (
	"fmt"
	"strings"
)

// Unproven is a release that was applied, but is not what runs.
type Unproven struct{ Drift []Drift }

func (e *Unproven) Error() string {
	var b strings.Builder
	b.WriteString("verifying: what runs is not what was released")
	for _, d := range e.Drift {
		fmt.Fprintf(&b, "\n  %s", d)
	}
	return b.String()
}

func (d Drift) String() string {
	text := fmt.Sprintf("%s %s", d.Subject, d.Kind)
	if d.Host != "" {
		text = d.Host + ": " + text
	}
	if d.Want != "" {
		text += ": want " + d.Want
	}
	if d.Got != "" {
		text += ": got " + d.Got
	}
	return text
}
