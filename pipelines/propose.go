package pipelines

import (
	"context"
	"errors"
	"path"
	"path/filepath"
	"time"

	"github.com/distribution/reference"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/images"
	"git.example/slipway/pipelines/propose"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/survey"
)

// ProposeOptions say what the files to start with are for.
type ProposeOptions struct {
	// Dir is the project's folder.
	Dir string
	// Lookup reads environment variables, for logins to registries.
	Lookup func(name string) (string, bool)
	// Server is how an environment on servers is deployed to; nil for none.
	Server *propose.Server
}

// Propose looks at a repository that has no slipway.yaml, and makes the files that
// it would start with. It writes nothing. Without anything to release the error is
// propose.ErrNothing.
func Propose(ctx context.Context, o ProposeOptions) (propose.Proposal, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return propose.Proposal{}, err
	}
	tree, err := filesOf(ctx, dir)
	if err != nil {
		return propose.Proposal{}, err
	}
	pins := pinner{client: registry.New(registry.Options{Lookup: o.Lookup, RetryFor: time.Millisecond})}
	return propose.Propose(ctx, tree, propose.Options{
		Folder: filepath.Base(dir), Pin: pins.pin, Server: o.Server,
		Bake: func(ctx context.Context, file string) ([]survey.Image, error) { return baked(ctx, dir, file) },
	})
}

// filesOf are those that git has of a folder, or all of one in no repository.
func filesOf(ctx context.Context, dir string) (*survey.Tree, error) {
	files, err := git.Listed(ctx, dir)
	if errors.Is(err, git.ErrNoRepository) {
		return survey.Walk(dir)
	}
	if err != nil {
		return nil, err
	}
	return survey.NewTree(dir, files), nil
}

// baked are the targets of a bake file, with paths relative to the project.
func baked(ctx context.Context, dir, file string) ([]survey.Image, error) {
	named, err := images.Bake(ctx, dir, config.Images{Bake: file})
	if err != nil {
		return nil, err
	}
	var all []survey.Image
	for _, e := range named {
		b := e.Value
		i := survey.Image{Name: e.Name, Context: path.Clean(filepath.ToSlash(b.Context)), Target: b.Target, Args: b.Args, Secrets: b.Secrets, Contexts: b.Contexts, Platforms: b.Platforms}
		i.File = path.Join(i.Context, "Dockerfile")
		if b.Dockerfile != "" {
			i.File = path.Join(i.Context, filepath.ToSlash(b.Dockerfile))
		}
		if b.Repository != "" {
			i.Tags = []string{b.Repository}
		}
		all = append(all, i)
	}
	return all, nil
}

// pinner finds digests as long as registries answer at once.
type pinner struct {
	client *registry.Client
	silent map[string]bool
}

// patience is how long a registry may take to say what an image is.
const patience = 3 * time.Second

func (p *pinner) pin(ctx context.Context, image string) string {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return ""
	}
	host := reference.Domain(named)
	if p.silent[host] {
		return ""
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	found, err := p.client.Resolve(ctx, reference.TagNameOnly(named).String())
	if err != nil {
		if p.silent == nil {
			p.silent = map[string]bool{}
		}
		p.silent[host] = ctx.Err() != nil || !errors.Is(err, registry.ErrNotFound)
		return ""
	}
	return found.Digest
}
