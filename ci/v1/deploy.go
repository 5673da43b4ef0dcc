// Code generated from ../deploy.go by make update; DO NOT EDIT.

package main

import (
	"context"

	"git.example/slipway/ci/v1/internal/dagger"
)

// What runs in an environment, proven by digest.
type EnvironmentState struct {
	// Tag of the release that runs.
	Tag string
	// Tag that was live before; empty for none, or when nothing was deployed.
	Previous string
	// What runs.
	Services []*RunningService
	// Tag maps that Terraform targets wrote, at their paths in the repository:
	// "tag-maps export --path .", to commit them.
	TagMaps *dagger.Directory
	// All of it to read, as the slipway command line prints it.
	Text string
	// All of it as JSON, as "slipway --json" prints it.
	Json string
}

// A service that runs.
type RunningService struct {
	Target string
	// Host where it runs; empty on the only one.
	Host string
	// Name of the service.
	Name string
	// Digest of the image that runs.
	Image string
	// Such as "running, healthy".
	State string
}

// Deploy a release to an environment
//
// Pulls by digest, takes the environment's lock, changes just what differs, and
// proves by digest that the release runs. A release that does not become healthy
// is taken back, and the function fails. Chain "text", "tag", "services" or "json".
//
// Nobody is asked before a protected environment changes: "plan" shows it first.
//
// +cache="never"
func (s *Slipway) Deploy(
	ctx context.Context,
	// Tag of the release; the newest one of this commit when omitted.
	// +optional
	tag string,
	// Target, or auto for those that differ from what is live; all of them when
	// omitted.
	// +optional
	only []string,
	// The only files or directories of git sync targets to change.
	// +optional
	paths []string,
	// Leave the tag maps of Terraform targets as they are.
	// +optional
	noTfvars bool,
	// Let an older or diverged commit replace the live one.
	// +optional
	allowDiverged bool,
	// Deploy although the environment to promote from has not verified the release.
	// +optional
	direct bool,
	// How long to wait for a lock that another deploy holds, such as 10m.
	// +optional
	lockWait string,
	// Plan to apply, as "plan saved" gave it: it is done exactly, or nothing is.
	// +optional
	plan *dagger.File,
) (*EnvironmentState, error) {
	env := s.Environment
	release := argument{"deploy", "tag", tag}
	if plan != nil {
		release = argument{"deploy", "plan", savedPlan}
	}
	return s.deployed(ctx, verb{
		args: deployFlags(flags{"deploy"}.text("--tag", tag), only, paths, noTfvars, allowDiverged, direct, lockWait),
		in:   oneEnvironment, env: env, changes: true, targets: true, only: only, saved: plan, release: release,
	})
}

// Publish, then deploy
//
// +cache="never"
func (s *Slipway) Release(
	ctx context.Context,
	// Target, or auto for those that differ from what is live; all of them when
	// omitted.
	// +optional
	only []string,
	// Publish without the checks; a protected environment refuses such a release.
	// +optional
	skipChecks bool,
	// Run checks whose very inputs have passed before.
	// +optional
	rerunChecks bool,
	// The only files or directories of git sync targets to change.
	// +optional
	paths []string,
	// Leave the tag maps of Terraform targets as they are.
	// +optional
	noTfvars bool,
	// Let an older or diverged commit replace the live one.
	// +optional
	allowDiverged bool,
	// Deploy although the environment to promote from has not verified the release.
	// +optional
	direct bool,
	// How long to wait for a lock that another deploy holds, such as 10m.
	// +optional
	lockWait string,
) (*EnvironmentState, error) {
	env := s.Environment
	args := publishFlags(flags{"release"}, skipChecks, rerunChecks)
	return s.deployed(ctx, verb{
		args: deployFlags(args, only, paths, noTfvars, allowDiverged, direct, lockWait),
		in:   oneEnvironment, env: env, changes: true, needs: ofPublish(skipChecks), targets: true, only: only,
	})
}

// Bring the release of one environment to the next
//
// Copies it by digest to that environment's registry and deploys it there. Nothing
// is rebuilt. A release that the first environment has not verified is refused.
//
// +cache="never"
func (s *Slipway) Promote(
	ctx context.Context,
	// Environment to promote from; what promote-from in slipway.yaml says when
	// omitted.
	// +optional
	from string,
	// Tag of the release; the one that runs there when omitted.
	// +optional
	tag string,
	// Target, or auto for those that differ from what is live; all of them when
	// omitted.
	// +optional
	only []string,
	// The only files or directories of git sync targets to change.
	// +optional
	paths []string,
	// Leave the tag maps of Terraform targets as they are.
	// +optional
	noTfvars bool,
	// Let an older or diverged commit replace the live one.
	// +optional
	allowDiverged bool,
	// Deploy although the environment to promote from has not verified the release.
	// +optional
	direct bool,
	// How long to wait for a lock that another deploy holds, such as 10m.
	// +optional
	lockWait string,
) (*EnvironmentState, error) {
	env := s.Environment
	args := flags{"promote"}.text("--from", from).text("--tag", tag)
	return s.deployed(ctx, verb{
		args: deployFlags(args, only, paths, noTfvars, allowDiverged, direct, lockWait),
		in:   oneEnvironment, env: env, promotes: true, from: from, changes: true, targets: true, only: only,
		release: argument{"promote", "tag", tag},
	})
}

// The secrets of AWS that a release runs with.
type Secrets string

const (
	// Those of today.
	Current Secrets = "current"
	// The versions that the release had.
	Released Secrets = "released"
)

// Go back to the last release that verified
//
// It uses the files that were recorded with that release; nothing is built.
//
// +cache="never"
func (s *Slipway) Rollback(
	ctx context.Context,
	// Tag of the release; the last one before that verified when omitted.
	// +optional
	to string,
	// Target to bring back; all of them when omitted.
	// +optional
	only []string,
	// The only files or directories of git sync targets to change.
	// +optional
	paths []string,
	// Secrets of AWS to run with.
	// +optional
	// +default="current"
	secrets Secrets,
	// Command that undoes migrations, run in the live release first, such as
	// "app: rake db:rollback STEP=2".
	// +optional
	down []string,
	// How long to wait for a lock that another deploy holds, such as 10m.
	// +optional
	lockWait string,
) (*EnvironmentState, error) {
	env := s.Environment
	return s.deployed(ctx, verb{
		args: flags{"rollback"}.text("--to", to).list("--only", only).list("--paths", paths).text("--secrets", string(secrets)).list("--down", down).text("--lock-wait", lockWait).is("--yes", true),
		in:   oneEnvironment, env: env, changes: true, targets: true, only: only,
		release: argument{"rollback", "to", to},
	})
}

func deployFlags(f flags, only, paths []string, noTfvars, allowDiverged, direct bool, lockWait string) flags {
	return f.list("--only", only).list("--paths", paths).is("--no-tfvars", noTfvars).is("--allow-diverged", allowDiverged).
		is("--direct", direct).text("--lock-wait", lockWait).is("--yes", true)
}

// deployed runs a verb that ends in a deploy.
func (s *Slipway) deployed(ctx context.Context, v verb) (*EnvironmentState, error) {
	var result struct {
		Entry    struct{ Tag string }
		Previous string
		Plans    []struct{ Target string }
		Proofs   map[string]proof
	}
	v.terraform = true
	e, err := s.do(ctx, v, &result)
	if err != nil {
		return nil, err
	}
	deployed := &EnvironmentState{
		Tag: result.Entry.Tag, Previous: result.Previous, TagMaps: tagMaps(e.container, e.terraform), Text: e.text, Json: e.json,
	}
	for _, plan := range result.Plans {
		deployed.Services = append(deployed.Services, result.Proofs[plan.Target].services(plan.Target)...)
	}
	return deployed, nil
}

// proof is what runs of one target.
type proof struct{ Running []running }

type running struct{ Host, Subject, Image, State string }

func (p proof) services(target string) []*RunningService { return services(target, p.Running) }

func services(target string, running []running) []*RunningService {
	var found []*RunningService
	for _, r := range running {
		found = append(found, &RunningService{Target: target, Host: r.Host, Name: r.Subject, Image: r.Image, State: r.State})
	}
	return found
}
