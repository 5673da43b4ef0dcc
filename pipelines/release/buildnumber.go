package release

import (
	"fmt"

	"git.example/slipway/pipelines/lazy"
)

var buildNumber = lazy.Regexp(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,39}$`)

// checkBuild refuses a build number that can't be part of a tag.
func checkBuild(build string) error {
	if build != "" && !buildNumber().MatchString(build) {
		return fmt.Errorf("reading the build number: %q can't be part of a tag; use at most 40 letters, digits, '.', '_' and '-'", build)
	}
	return nil
}
