package deploy

import (
	"fmt"
	"slices"
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

// Unmended is the drift that a deploy would have mended: what runs is not what was
// released. The rest is known and stays: it is said, and fails no deploy.
func (p Proof) Unmended() []Drift {
	return slices.DeleteFunc(slices.Clone(p.Drift), func(d Drift) bool { return d.Kind == DriftKept })
}

// Kept is what a deploy leaves as it is although the release has it otherwise.
func (p Proof) Kept() []Drift {
	return slices.DeleteFunc(slices.Clone(p.Drift), func(d Drift) bool { return d.Kind != DriftKept })
}

// OfHost is a text about it with its host before it, where there are several.
func (d Drift) OfHost(text string) string {
	if d.Host == "" {
		return text
	}
	return d.Host + ": " + text
}

func (d Drift) String() string {
	text := d.OfHost(fmt.Sprintf("%s %s", d.Subject, d.Kind))
	if d.Want != "" {
		text += ": want " + d.Want
	}
	if d.Got != "" {
		text += ": got " + d.Got
	}
	return text
}
