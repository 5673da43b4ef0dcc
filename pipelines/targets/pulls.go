package targets

import (
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/published"
)

// pulls are what the hosts of an environment get in a rehearsal.
type pulls struct {
	// desired has the images of the newest release, its files and variables; no
	// images where nothing is published yet.
	desired deploy.Desired
	// newest is that release.
	newest published.Release
	// checkout are the files of a release of the working tree, unfit why there can't
	// be one.
	checkout Released
	unfit    error
	// absent is a reference that the registry has not; empty where its registry can't
	// be used from here.
	absent string
	login  *deploy.Login
}
