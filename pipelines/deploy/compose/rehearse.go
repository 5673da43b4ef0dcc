package compose

import (
	"context"
	"fmt"
	"slices"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rehearsal"
	"git.example/slipway/pipelines/shell"
)

// Rehearsal is what a rehearsal of a stack takes besides its host.
type Rehearsal struct {
	Stages *rehearsal.Stages
	// Docker is how the host's docker command is run.
	Docker deploy.Docker
	// Images and Absent are those of rehearsal.Pull; Absent is empty where pulling is
	// not rehearsed.
	Images []string
	Absent string
	// Login is the deploy's; nil for the host's own.
	Login *deploy.Login
	// Desired is what the stack should run of the newest release; it has no images
	// where nothing is published yet.
	Desired func(context.Context) (deploy.Desired, error)
}

// Places are the directories of the host that a deploy writes to.
func (t *Target) Places() []string { return []string{t.stack.Dir, t.stack.StateDir} }

// Programs are what the scripts of a deploy to a stack run on its host.
var Programs = append([]rehearsal.Program{
	{Use: "mkdir -m", Try: `mkdir -m 700 private && [ -d private ]`},
	{Use: "tail -c", Try: `printf abcdef >f && [ "$(tail -c +4 f)" = def ]`},
	{Use: "cp", Try: `echo x >g && cp g h && [ "$(cat h)" = x ]`},
	{Use: "chmod", Try: `echo x >i && chmod 644 i`},
	{Use: "sleep 0.1", Try: `sleep 0.1`},
	{Use: "kill", Try: `kill -0 $$`},
}, rehearsal.CommonPrograms...)

// Rehearse does on the host what a deploy does, and undoes it.
func (t *Target) Rehearse(ctx context.Context, r Rehearsal) []deploy.Finding {
	s, dir := r.Stages, t.stack.Dir
	findings, writable := s.Directories(ctx, dir, t.stack.StateDir)
	docker := s.Docker(ctx, r.Docker)
	findings = append(findings, docker)
	if writable {
		findings = append(findings, s.Programs(ctx, dir, Programs), s.Space(ctx, dir))
	}
	var compose, pull deploy.Finding
	if writable && !rehearsal.NoCommand(docker) {
		compose = s.Compose(ctx, dir, r.Docker)
		findings = append(findings, compose)
	}
	if docker.OK {
		if images, told := s.Images(ctx); told {
			findings = append(findings, images)
		}
	}
	if docker.OK && writable && r.Absent != "" {
		p := rehearsal.Pull{Images: r.Images, Absent: r.Absent}
		if r.Login != nil {
			p.Login = func(script *shell.Script) error { return logIn(script, *r.Login) }
		}
		pull = s.Pull(ctx, dir, p)
		findings = append(findings, pull)
	}
	if docker.OK && compose.OK && len(r.Images) > 0 {
		findings = append(findings, rehearsal.Step(ctx, "release", func(ctx context.Context) (string, string, error) {
			return t.rehearsePlan(ctx, r)
		}))
		if pull.OK { // what is in its way would be in theirs
			findings = append(findings, t.rehearseOthers(ctx, r)...)
		}
	}
	return findings
}

// rehearseOthers pulls the images of the newest release's services that are not its
// own, which the host pulls as its own Docker may. That they can't be told is the
// release's finding.
func (t *Target) rehearseOthers(ctx context.Context, r Rehearsal) []deploy.Finding {
	d, err := r.Desired(ctx)
	if err != nil {
		return nil
	}
	needed, err := t.needed(ctx, d)
	if err != nil {
		return nil
	}
	var others []string
	for image, login := range needed {
		if login == nil && !slices.Contains(r.Images, image) {
			others = append(others, image)
		}
	}
	if len(others) == 0 {
		return nil
	}
	slices.Sort(others)
	return []deploy.Finding{r.Stages.PullAll(ctx, t.stack.Dir, others)}
}

// rehearsePlan plans the newest release: what the stack has of its own has to be
// there, and nothing may be in its way. Planning changes nothing.
func (t *Target) rehearsePlan(ctx context.Context, r Rehearsal) (found, advice string, err error) {
	d, err := r.Desired(ctx)
	if err != nil {
		return "", "", err
	}
	observed, err := t.Observe(ctx, d)
	if err == nil {
		_, err = t.Plan(d, observed)
	}
	if err != nil {
		return "", "", fmt.Errorf("planning %s: %w", d.Release.Tag, err)
	}
	return d.Release.Tag + " can be deployed", "", nil
}
