package targets

import "git.example/slipway/pipelines/deploy"

// pulls are what the hosts of an environment pull in a rehearsal.
type pulls struct {
	// desired has the images of the newest release, its files and variables; no
	// images where nothing is published yet.
	desired deploy.Desired
	// absent is a reference that the registry has not; empty where its registry can't
	// be used from here.
	absent string
	login  *deploy.Login
}
