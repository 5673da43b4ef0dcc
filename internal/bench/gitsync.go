package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// syncedFiles is how many files the directory has, and changedFiles how many of
// them a release changes.
const (
	syncedFiles  = 5000
	changedFiles = 3
)

// syncFiles deploys a change of a few files to a host behind a real sshd.
func syncFiles(ctx context.Context, s *sample) (result, error) {
	r := result{
		What:  fmt.Sprintf("git sync, %d of 5,000 files changed, over SSH", changedFiles),
		Plain: "ssh host git pull", MostSeconds: 1,
	}
	server, err := s.startSSH(ctx)
	if err != nil {
		return r, err
	}
	defer server.stop()
	p, err := s.newProject(ctx, "dags", 1)
	if err != nil {
		return r, err
	}
	if err := p.syncsTo(server); err != nil {
		return r, err
	}
	for i := range syncedFiles {
		if err := p.dag(i, "0"); err != nil {
			return r, err
		}
	}
	if err := p.commit(ctx); err != nil {
		return r, err
	}
	clone := filepath.Join(s.dir, "clone")
	if _, err := timed(ctx, p.in("git", "clone", "-q", p.dir, clone)); err != nil {
		return r, err
	}
	next := func(ctx context.Context, round int) error { // a release with a change
		for i := range changedFiles {
			if err := p.dag(i, strconv.Itoa(round+1)); err != nil {
				return err
			}
		}
		return p.commit(ctx)
	}
	ours := func(ctx context.Context, round int) (time.Duration, error) {
		if err := next(ctx, round); err != nil {
			return 0, err
		}
		if _, err := p.slip(ctx, "publish", "--build-number", strconv.Itoa(round+1)); err != nil {
			return 0, err
		}
		return p.slip(ctx, "deploy", "--yes")
	}
	if _, err := ours(ctx, -1); err != nil { // the first one carries all of it
		return r, err
	}
	err = r.compare(ctx, s.runs, ours, func(ctx context.Context, round int) (time.Duration, error) {
		if err := next(ctx, round); err != nil {
			return 0, err
		}
		return timed(ctx, server.command(p, "git -C "+clone+" pull -q"))
	})
	return r, err
}

// dag writes one of the files.
func (p *project) dag(i int, content string) error {
	return write(filepath.Join(p.dir, "dags", fmt.Sprintf("team%d", i%50), fmt.Sprintf("dag%d.py", i)), fmt.Sprintf("print(%d, %s)\n", i, content))
}

// syncsTo makes the project's only target the directory on that host.
func (p *project) syncsTo(server *sshServer) error {
	yaml := filepath.Join(p.dir, "slipway.yaml")
	config, err := os.ReadFile(yaml)
	if err != nil {
		return err
	}
	whole, _, _ := strings.Cut(string(config), "    deploy:\n")
	return write(yaml, whole+fmt.Sprintf(`    ssh: {user: %s, key: "file://%s", known-hosts: "file://%s"}
    deploy:
      dags: {gitsync: {path: %s, from: dags, hosts: ["%s"]}}
`, server.user, server.key, server.knownHosts, filepath.Join(p.sample.dir, "synced", "dags"), server.address))
}
