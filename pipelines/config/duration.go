package config

import (
	"time"

	"git.example/slipway/pipelines/lazy"
)

// Duration is a duration such as 90s or 1h30m.
type Duration time.Duration

// durationPattern is what JSON Schema and the loader both take; time.ParseDuration
// would also take signs and a bare 0.
const durationPattern = `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`

var durations = lazy.Regexp(durationPattern)

func (v *Duration) decode(d *decoder, path string, n *node) {
	parsed, err := time.ParseDuration(n.text)
	if n.kind != text || err != nil || !durations().MatchString(n.text) {
		d.wrong(path, "want a duration such as 90s, 5m or 1h30m")
		return
	}
	*v = Duration(parsed)
}

// Or is d, or the default when d is zero.
func (v Duration) Or(fallback time.Duration) time.Duration {
	if v == 0 {
		return fallback
	}
	return time.Duration(v)
}
