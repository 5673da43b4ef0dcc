// Package published has the releases that exist in registries: where a release
// goes, which release a tag or a commit means, and how a release is written,
// mirrored and copied. What a release is made of is package release.
package published

import (
	"context"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/trust"
	"git.example/slipway/pipelines/workspace"
)

// Registries are the registries of slipway.yaml. Close them to end those that
// are served.
type Registries struct {
	workspace *workspace.Workspace
	// images are for records from before they had a place of their own.
	images   func(context.Context) (config.Map[config.Image], error)
	embedded embeddedServers
	// Signatures are those of release records.
	Signatures Signatures
}

// New are the registries of a workspace. NoEmbedded refuses embedded ones: for
// where no disk outlives the run. Images are asked for where only they tell
// where an old release record is.
func New(w *workspace.Workspace, noEmbedded bool, images func(context.Context) (config.Map[config.Image], error)) *Registries {
	return &Registries{workspace: w, Signatures: Signatures{Trust: trust.Of(w), workspace: w}, images: images, embedded: embeddedServers{lookup: w.Lookup, dir: w.Dir, refused: noEmbedded}}
}

// Dry has embedded registries that are served from now on write nothing on this
// disk: one that is not there yet is an empty one.
func (r *Registries) Dry() { r.embedded.dry = true }

// Close ends the embedded registries.
func (r *Registries) Close() error { return r.embedded.close() }

// Destination readies the registry named name; an embedded one is served from
// then on, until the registries are closed.
func (r *Registries) Destination(ctx context.Context, name string) (Destination, error) {
	d, err := r.Named(name)
	if err != nil {
		return Destination{}, err
	}
	c := d.config
	if c.Embedded != nil && r.embedded.refused {
		return Destination{}, workspace.Usage("registry %q is embedded: it lives on the machine that runs the slipway command line; use that, or another registry", name)
	}
	if c.Embedded != nil {
		if err := r.embedded.serve(ctx, *c.Embedded); err != nil {
			return Destination{}, err
		}
	}
	return d, nil
}

// Named is the registry named name as slipway.yaml has it. Nothing is served or
// asked: it tells how images are called there.
func (r *Registries) Named(name string) (Destination, error) {
	w := r.workspace
	c, ok := w.Config.Registries.Get(name)
	if !ok {
		return Destination{}, unknown(w.Config, name)
	}
	return Destination{Name: name, project: w.Config, config: c, client: w.Registry, redactor: w.Redactor}, nil
}

func unknown(c *config.Config, name string) error {
	return workspace.Usage("unknown registry %q: %s", name, workspace.Choices("registries", c.Registries.Names(), c.Path))
}
