package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// composeUp is the plain tool's start of the release with that build number, as
// a stack of its own.
func (p *project) composeUp(ctx context.Context, build string) (*exec.Cmd, error) {
	head := exec.CommandContext(ctx, "git", "rev-parse", "--short=7", "HEAD")
	head.Dir = p.dir
	commit, err := head.Output()
	if err != nil {
		return nil, fmt.Errorf("reading the commit: %w", err)
	}
	up := p.in("docker", "compose", "--project-name", p.stack+"-plain", "up", "--detach")
	up.Env = append(up.Env, "REGISTRY="+p.host, "DEPLOY_TAG="+build+"_"+strings.TrimSpace(string(commit)))
	return up, nil
}
