package targets

import (
	"context"
	"maps"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/workspace"
)

// kind is what the verbs have to know of one kind of target.
type kind interface {
	// files are the project's files that a deploy needs; a release records them.
	files() []string
	// ownDirs are directories of this machine that the target keeps things in, or is.
	ownDirs() []string
	// check adds to files those that they take in, and refuses what no release should
	// be made of.
	check(ctx context.Context, w *workspace.Workspace, files map[string][]byte) error
	// collect takes files of the repository that services need on hosts. Elsewhere
	// are directories of hosts that other targets have.
	collect(ctx context.Context, w *workspace.Workspace, files map[string][]byte, h *hostFiles, elsewhere []string) error
	// journal is where the environment's journal is when this target is the first
	// that can keep one; no files when it can't.
	journal(ctx context.Context, s *site) (deploy.Files, string, error)
	// target readies the target called name. It connects to nothing.
	target(ctx context.Context, s *site, name string) (deploy.Target, error)
	// describe sets what is this kind's own of d, which has the release r, its
	// images, files and variables.
	describe(ctx context.Context, s *site, r published.Release, d *deploy.Desired) error
	// contents are what the target has once d is deployed, a line each, as far as the
	// checkout alone tells.
	contents(ctx context.Context, s *site, d deploy.Desired) ([]string, error)
	// credentials sets what never comes from the journal: secrets as they are now,
	// and logins.
	credentials(ctx context.Context, s *site, d *deploy.Desired) error
	// releasedSecrets sets the secrets of the target called name in the versions of
	// an earlier deploy.
	releasedSecrets(ctx context.Context, s *site, name string, versions map[string]string, d *deploy.Desired) error
	// before are the steps before the deploy, such as migrations.
	before() []config.Step
	// keep is how many releases can be gone back to; 0 when it does not say.
	keep() int
	// uses are the names of the images of d that the target runs.
	uses(ctx context.Context, s *site, d deploy.Desired) ([]string, error)
	// differences are why what is wanted is not what is live, apart from images,
	// recorded files and slipway.yaml.
	differences(ctx context.Context, s *site, want, live deploy.Desired) []string
	// everyDeploy says that the target acts whenever another one is deployed.
	everyDeploy() bool
	// within are those of paths, which are relative to the project, that are the
	// target's, relative to it.
	within(paths []string) []string
	// hosts are the target on each of its machines, to look at.
	hosts(ctx context.Context, s *site, name string) ([]Host, error)
	// place is where the target is, as its kind and an address: two targets of one
	// place would change the same thing. Empty where there is no such place.
	place(ctx context.Context, s *site) (string, error)
	// at is this kind where another configuration of the same kind has it.
	at(recorded config.Target) kind
}

// plain is what a kind does of which nothing is special: it has no files, no
// hosts, no secrets, nothing to go back to, and uses every image.
type plain struct{}

func (plain) files() []string { return nil }

func (plain) ownDirs() []string { return nil }

func (plain) check(context.Context, *workspace.Workspace, map[string][]byte) error { return nil }

func (plain) collect(context.Context, *workspace.Workspace, map[string][]byte, *hostFiles, []string) error {
	return nil
}

func (plain) journal(context.Context, *site) (deploy.Files, string, error) { return nil, "", nil }

func (plain) describe(context.Context, *site, published.Release, *deploy.Desired) error { return nil }

func (plain) credentials(context.Context, *site, *deploy.Desired) error { return nil }

func (plain) releasedSecrets(context.Context, *site, string, map[string]string, *deploy.Desired) error {
	return nil
}

func (plain) before() []config.Step { return nil }

func (plain) keep() int { return 0 }

func (plain) uses(_ context.Context, _ *site, d deploy.Desired) ([]string, error) {
	return slices.Sorted(maps.Keys(d.Release.Images)), nil
}

func (plain) differences(context.Context, *site, deploy.Desired, deploy.Desired) []string { return nil }

func (plain) everyDeploy() bool { return false }

func (plain) within([]string) []string { return nil }

func (plain) hosts(context.Context, *site, string) ([]Host, error) { return nil, nil }
