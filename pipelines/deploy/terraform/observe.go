package terraform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/git"
)

// observation is what Plan works from.
type observation struct {
	// was are the map's entries, and hash is the file's.
	was  map[string]string
	hash string
	// tags are the entries that the release sets.
	tags    map[string]string
	changes []change
	// program reads as "terraform 1.11.4".
	program string
	// commit that the infrastructure code is of; empty when it is in no repository.
	commit string
	// edited says that the code differs from that commit.
	edited bool
}

// Pull does nothing: whatever runs the images pulls them.
func (t *Target) Pull(context.Context, deploy.Desired, io.Writer) error { return nil }

// Observe reads the tag map, looks where the release's tags lead, and lets
// Terraform plan. It writes nothing but what `init` makes in .terraform.
func (t *Target) Observe(ctx context.Context, d deploy.Desired) (deploy.Observed, error) {
	o, err := t.observe(ctx, d)
	if err != nil {
		return deploy.Observed{}, err
	}
	observed := deploy.Observed{State: o}
	for _, image := range t.images(d) {
		if tag, ok := o.was[t.key(image)]; ok {
			observed.Running = append(observed.Running, deploy.Running{Subject: image, ID: t.variable() + "." + t.key(image), State: tag})
		}
	}
	observed.Previous = t.previous(d, o)
	return observed, nil
}

func (t *Target) observe(ctx context.Context, d deploy.Desired) (observation, error) {
	var o observation
	m, err := t.readMap()
	if err != nil {
		return o, err
	}
	o.was, o.hash = m.entries, m.hash()
	if t.before == nil {
		t.before = maps.Clone(m.entries)
	}
	if err := t.checkTags(ctx, d); err != nil {
		return o, err
	}
	if o.tags, err = t.wanted(ctx, d, m.entries); err != nil {
		return o, err
	}
	p, err := t.program(ctx, io.Discard)
	if err != nil {
		return o, err
	}
	o.program = p.name + " " + p.version
	if o.commit, o.edited, err = t.codeCommit(ctx); err != nil {
		return o, err
	}
	plan, err := t.makePlan(ctx, p, m, o.tags, io.Discard)
	if err != nil {
		return o, err
	}
	o.changes = plan.changes
	return o, plan.remove()
}

func (t *Target) readMap() (*tagMap, error) {
	m, err := readTagMap(t.mapFile(), t.variable())
	if err != nil {
		return nil, fmt.Errorf("reading tag map %q: %w", t.shown(), err)
	}
	return m, nil
}

// codeCommit is the commit of the infrastructure code, and whether the tree was
// edited since. Tag maps do not count: deploys write them.
func (t *Target) codeCommit(ctx context.Context) (string, bool, error) {
	repository, err := git.Open(ctx, t.dir())
	if errors.Is(err, git.ErrNoRepository) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	without := []string{}
	for _, path := range append([]string{t.mapFile()}, t.TagMaps...) {
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			continue // there is none, so it was not edited
		}
		if path, err = filepath.Rel(repository.Dir(), filepath.Join(dir, filepath.Base(path))); err == nil {
			without = append(without, filepath.ToSlash(path))
		}
	}
	state, err := repository.Without(without...).State(ctx)
	if errors.Is(err, git.ErrNoCommit) {
		return "", false, nil
	}
	return state.Commit, state.Dirty, err
}

// madePlan is a plan file in a private directory, and what it changes.
type madePlan struct {
	dir     string
	changes []change
}

func (p madePlan) file() string { return filepath.Join(p.dir, "plan") }

func (p madePlan) tags() string { return filepath.Join(p.dir, "tags.tfvars.json") }

// remove removes the plan file.
func (p madePlan) remove() error { return os.RemoveAll(p.dir) }

// makePlan lets Terraform plan with the tags, whatever the map in the directory
// says. The caller removes the plan.
func (t *Target) makePlan(ctx context.Context, p *program, m *tagMap, tags map[string]string, log io.Writer) (plan madePlan, err error) {
	content, err := m.with(tags)
	if err != nil {
		return plan, fmt.Errorf("reading tag map %q: %w", t.shown(), err)
	}
	if plan.dir, err = privateDir(); err != nil {
		return plan, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(plan.dir)
		}
	}()
	if err := os.WriteFile(plan.tags(), content, 0o600); err != nil {
		return plan, err
	}
	args := []string{"plan", "-input=false", "-no-color", "-lock-timeout=" + t.lockTimeout().String(), "-out=" + plan.file()}
	for _, file := range t.Config.VarFiles {
		args = append(args, "-var-file="+file)
	}
	var printed bytes.Buffer // until it is known what is secret in it
	if err := t.run(ctx, p, &printed, plan.dir, append(args, "-var-file="+plan.tags())...); err != nil {
		return plan, err
	}
	text, err := p.json(ctx, "show", "-json", plan.file())
	if err != nil {
		return plan, err
	}
	shown, err := readPlan(text)
	if err != nil {
		return plan, err
	}
	p.secrets.Add(sensitive(shown)...)
	plan.changes = readChanges(shown, p.secrets.String)
	_, err = io.WriteString(log, p.secrets.String(printed.String()))
	return plan, err
}
