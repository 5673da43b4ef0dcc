package cli

import (
	"fmt"
	"time"

	"git.example/slipway/pipelines/lazy"
)

var longHex = lazy.Regexp(`^([a-z0-9]+:)?([0-9a-f]{12})[0-9a-f]{28,}$`)

// short is a digest or commit as people read it. Any other text stays as it is.
func short(id string) string { return longHex().ReplaceAllString(id, "$1$2") }

// seconds is how long something took.
func seconds(s float64) string { return fmt.Sprintf("%.1fs", s) }

// moment is a time as people compare it.
func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

// orDash is what a cell without a value shows.
func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
