package aws

import (
	"time"

	"git.example/slipway/pipelines/secrets"
)

// Login is what a registry on ECR takes.
type Login struct {
	Username string
	Password secrets.Value
	// Expires is when the registry stops taking it: after 12 hours, or with the
	// session that it was made in.
	Expires time.Time
	// As is whose login it is.
	As Identity
}

type loginKey struct {
	Options
	account string
}

// expiring says that a login is too near its end to begin with it.
func (l Login) expiring() bool { return time.Until(l.Expires) <= fresh }
