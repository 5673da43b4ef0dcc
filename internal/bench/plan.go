package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// planFifty plans a release of fifty images that would have to be built.
func planFifty(ctx context.Context, s *sample) (result, error) {
	r := result{What: "plan of 50 images, not published", MostSeconds: 1}
	p, err := s.newProject(ctx, "fifty", fifty)
	if err != nil {
		return r, err
	}
	return r, r.time(ctx, s.runs, func(ctx context.Context, _ int) (time.Duration, error) { return p.slip(ctx, "plan") })
}

// planFiftyPublished plans the deploy of a release of fifty images. They are
// all the same, so that publishing them takes no time.
func planFiftyPublished(ctx context.Context, s *sample) (result, error) {
	r := result{What: "plan of 50 images, published", MostSeconds: 1}
	p, err := s.newProject(ctx, "released", fifty)
	if err != nil {
		return r, err
	}
	for _, image := range p.images {
		if err := write(p.context(image, "Dockerfile"), "FROM "+s.base+"\n"); err != nil {
			return r, err
		}
	}
	if err := p.commit(ctx); err != nil {
		return r, err
	}
	if _, err := p.slip(ctx, "publish", "--build-number", "1"); err != nil {
		return r, err
	}
	return r, r.time(ctx, s.runs, func(ctx context.Context, _ int) (time.Duration, error) { return p.slip(ctx, "plan") })
}

// planOffline plans fifty images and three targets from the checkout alone.
func planOffline(ctx context.Context, s *sample) (result, error) {
	r := result{What: "plan --offline of 50 images, 3 targets", MostSeconds: 1}
	p, err := s.newProject(ctx, "offline", fifty)
	if err != nil {
		return r, err
	}
	config := filepath.Join(p.dir, "slipway.yaml")
	content, err := os.ReadFile(config)
	if err != nil {
		return r, err
	}
	more := `      dags: {gitsync: {path: /srv/dags, from: service00, hosts: [nobody@127.0.0.1:1]}}
      purge: {run: {image: service01, command: [purge]}}
`
	if err := write(config, strings.TrimRight(string(content), "\n")+"\n"+more); err != nil {
		return r, err
	}
	if err := p.commit(ctx); err != nil {
		return r, err
	}
	return r, r.time(ctx, s.runs, func(ctx context.Context, _ int) (time.Duration, error) { return p.slip(ctx, "plan", "--offline") })
}

// planUnchanged plans a release that runs already, beside the two commands of compose
// which people look with.
func planUnchanged(ctx context.Context, s *sample) (result, error) {
	r := result{What: "plan of what runs already", Plain: "docker compose config and ps", MostRatio: 2}
	p, err := s.running(ctx)
	if err != nil {
		return r, err
	}
	plain := func(ctx context.Context, _ int) (time.Duration, error) {
		var total time.Duration
		for _, verb := range []string{"config", "ps"} {
			look := p.in("docker", "compose", "--project-name", p.stack+"-plain", verb)
			look.Env = p.up.Env
			took, err := timed(ctx, look)
			if err != nil {
				return 0, err
			}
			total += took
		}
		return total, nil
	}
	return r, r.compare(ctx, s.runs, func(ctx context.Context, _ int) (time.Duration, error) { return p.slip(ctx, "plan") }, plain)
}
