package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/fleet"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/release"
)

// fleetRuns is how often a fleet is measured: its hosts only wait, so that the
// runs hardly differ.
const fleetRuns = 2

// deployFleet deploys to fifty hosts that take a second for every step.
func deployFleet(ctx context.Context, s *sample) (result, error) {
	r := result{What: "fleet of 50, canary then halves", Plain: "the same on one host", MostRatio: 4}
	err := r.compare(ctx, min(s.runs, fleetRuns),
		func(ctx context.Context, _ int) (time.Duration, error) {
			o := fleet.Options{Name: "app"}
			for i := range fifty {
				o.Members = append(o.Members, fleet.Member{Host: fmt.Sprintf("app%d", i+1), Target: &slowHost{}})
			}
			return s.deployTo(ctx, fleet.New(o))
		},
		func(ctx context.Context, _ int) (time.Duration, error) { return s.deployTo(ctx, &slowHost{}) })
	return r, err
}

// deployTo deploys to a target that runs nothing yet.
func (s *sample) deployTo(ctx context.Context, target deploy.Target) (time.Duration, error) {
	dir, err := os.MkdirTemp(s.dir, "journal")
	if err != nil {
		return 0, err
	}
	const tag = "1"
	item := rollout.Item{Target: target, Desired: deploy.Desired{Release: release.Record{Tag: tag}}}
	began := time.Now()
	_, err = rollout.Run(ctx, rollout.Deployment{
		Journal: journal.New(deploy.LocalHost{}, dir, journal.LeaseTimes{}), Tag: tag, Targets: []rollout.Item{item},
	})
	return time.Since(began), err
}

// slowHost is a target that takes a second for everything.
type slowHost struct{ runs string }

func (h *slowHost) Name() string { return "app" }

func (h *slowHost) Pull(context.Context, deploy.Desired, io.Writer) error { return aSecond() }

func (h *slowHost) Observe(context.Context, deploy.Desired) (deploy.Observed, error) {
	return deploy.Observed{}, aSecond()
}

func (h *slowHost) Plan(d deploy.Desired, _ deploy.Observed) (deploy.Plan, error) {
	return deploy.Plan{Tag: d.Release.Tag, Changes: []deploy.Change{{Kind: deploy.Start, Subject: "web", After: d.Release.Tag}}}, nil
}

func (h *slowHost) Apply(_ context.Context, d deploy.Desired, _ deploy.Plan, _ deploy.Session) error {
	h.runs = d.Release.Tag
	return aSecond()
}

func (h *slowHost) Verify(_ context.Context, d deploy.Desired) (deploy.Proof, error) {
	if h.runs != d.Release.Tag {
		return deploy.Proof{Drift: []deploy.Drift{{Subject: "web", Kind: deploy.DriftImage, Want: d.Release.Tag, Got: h.runs}}}, aSecond()
	}
	return deploy.Proof{Running: []deploy.Running{{Subject: "web", Image: h.runs}}}, aSecond()
}

func aSecond() error {
	time.Sleep(time.Second)
	return nil
}
