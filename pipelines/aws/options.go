package aws

import (
	"cmp"
	"strings"

	"git.example/slipway/pipelines/lazy"
	"git.example/slipway/pipelines/release"
)

// Options are one way to sign in: what a registry or an environment of
// slipway.yaml says about AWS. The zero value is the SDK's default chain.
type Options struct {
	// Region, such as us-east-1; that of the environment or the profile when empty.
	Region string
	// Profile of ~/.aws/config.
	Profile string
	// Role is the ARN of a role to assume.
	Role string
	// ExternalID is what the role's trust policy asks for.
	ExternalID string
	// Endpoint is a URL for every service, in place of AWS's own.
	Endpoint string
	// Environment of slipway.yaml that this is for, a tag of the role's session;
	// empty for a registry, which several may have.
	Environment string
}

// Explicit says whether o names who to be: then nobody else will do.
func (o Options) Explicit() bool { return o.Profile != "" || o.Role != "" }

// Run describes the run, for the names and tags of role sessions, which is how
// CloudTrail shows it.
type Run struct {
	Project string
	// ID of the CI run, such as its build number; empty on a laptop.
	ID     string
	Commit string
	Actor  string
	CI     release.CI
}

var (
	// outsideName is what a session's name can't hold, and outsideTag what a
	// tag's value can't (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
	outsideName = lazy.Regexp(`[^\w+=,.@-]+`)
	outsideTag  = lazy.Regexp(`[^\p{L}\p{Z}\p{N}_.:/=+\-@]+`)
)

const (
	maxSessionName = 64
	maxTag         = 256
)

// sessionName is "slipway-<project>-<run>", in the characters that STS allows.
func (r Run) sessionName() string {
	parts := []string{"slipway"}
	for _, part := range []string{r.Project, cmp.Or(r.ID, r.Actor)} {
		if part = strings.Trim(outsideName().ReplaceAllString(part, "-"), "-"); part != "" {
			parts = append(parts, part)
		}
	}
	name := strings.Join(parts, "-")
	return name[:min(len(name), maxSessionName)]
}

// tags of a role's session for an environment, without the empty ones, in a fixed
// order.
func (r Run) tags(environment string) [][2]string {
	var tags [][2]string
	for _, tag := range [][2]string{
		{"project", r.Project}, {"environment", environment}, {"commit", r.Commit}, {"run", r.ID}, {"actor", r.Actor},
	} {
		value := []rune(outsideTag().ReplaceAllString(tag[1], "-"))
		if len(value) > 0 {
			tags = append(tags, [2]string{tag[0], string(value[:min(len(value), maxTag)])})
		}
	}
	return tags
}
