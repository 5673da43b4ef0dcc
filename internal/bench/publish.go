package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"time"
)

// publishOne changes one image, whose build takes a second of a processor.
func publishOne(ctx context.Context, s *sample) (result, error) {
	p, err := s.newProject(ctx, "changing", ten)
	if err != nil {
		return result{}, err
	}
	r := result{What: "publish, 1 image of 10 changed", Plain: "docker buildx build --push of it", MostRatio: 1.3}
	return p.publishChanged(ctx, r)
}

// publishCopied changes one image that is built in no time: what remains is
// all that slipway does besides.
func publishCopied(ctx context.Context, s *sample) (result, error) {
	r := result{What: "publish, the same, just a COPY", Plain: "docker buildx build --push of it"}
	p, err := s.newProject(ctx, "copying", ten)
	if err != nil {
		return r, err
	}
	for _, image := range p.images {
		if err := write(p.context(image, "Dockerfile"), "FROM "+s.base+"\nCOPY src /src\n"); err != nil {
			return r, err
		}
	}
	if err := p.commit(ctx); err != nil {
		return r, err
	}
	return p.publishChanged(ctx, r)
}

// publishChanged publishes with one image changed, again and again.
func (p *project) publishChanged(ctx context.Context, r result) (result, error) {
	if _, err := p.slip(ctx, "publish", "--build-number", "first"); err != nil {
		return r, err
	}
	changed := p.images[0]
	err := r.compare(ctx, p.runs,
		func(ctx context.Context, round int) (time.Duration, error) {
			if err := p.change(changed); err != nil {
				return 0, err
			}
			if err := p.commit(ctx); err != nil {
				return 0, err
			}
			return p.slip(ctx, "publish", "--build-number", strconv.Itoa(round))
		},
		func(ctx context.Context, round int) (time.Duration, error) {
			if err := p.change(changed); err != nil {
				return 0, err
			}
			return timed(ctx, p.build(p.context(changed), fmt.Sprintf("%s/plain/%s:%d", p.host, changed, round)))
		})
	return r, err
}

// publishNone publishes a commit that changes no image, without a Docker that
// answers: no engine is started.
func publishNone(ctx context.Context, s *sample) (result, error) {
	r := result{What: "publish, none of 10 images changed", Plain: "docker buildx build --push of each, cached"}
	p, err := s.newProject(ctx, "steady", ten)
	if err != nil {
		return r, err
	}
	if _, err := p.slip(ctx, "publish", "--build-number", "first"); err != nil {
		return r, err
	}
	plain := func(ctx context.Context, round int) (time.Duration, error) {
		var took time.Duration
		for _, image := range p.images {
			one, err := timed(ctx, s.build(p.context(image), fmt.Sprintf("%s/plain/%s:%d", s.host, image, round)))
			if err != nil {
				return 0, err
			}
			took += one
		}
		return took, nil
	}
	if _, err := plain(ctx, 0); err != nil { // fills the cache
		return r, err
	}
	err = r.compare(ctx, s.runs, func(ctx context.Context, round int) (time.Duration, error) {
		if err := p.commit(ctx); err != nil {
			return 0, err
		}
		publish := p.in(s.options.slipway, "--engine", "docker", "publish", "--build-number", strconv.Itoa(round))
		publish.Env = append(publish.Env, "DOCKER_HOST=unix://"+filepath.Join(s.dir, "no-docker.sock"))
		return timed(ctx, publish)
	}, plain)
	return r, err
}
