package gitsync

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// Check looks at what a deploy needs of the host. It changes nothing.
func (t *Target) Check(ctx context.Context) ([]deploy.Finding, error) {
	var out bytes.Buffer
	s := &script{}
	s.Raw("git --version 2>/dev/null || echo none")
	parent := path.Dir(t.Dir)
	s.Raw("near=" + shell.Quote(parent) + `; while [ ! -e "$near" ]; do near=$(dirname "$near"); done`)
	s.Raw(`[ -d "$near" ] && [ -w "$near" ] && [ -x "$near" ] && echo yes || echo no`)
	if err := t.run(ctx, s, &out); err != nil {
		return nil, fmt.Errorf("looking at the host: %w", err)
	}
	version, writable, _ := strings.Cut(strings.TrimSpace(out.String()), "\n")
	git := deploy.Finding{Target: t.Name(), Subject: "git", OK: version != "none", Found: strings.TrimPrefix(version, "git version ")}
	if !git.OK {
		git.Advice = "install git (Debian, Ubuntu, Amazon Linux: package git)"
	}
	directory := deploy.Finding{Target: t.Name(), Subject: "directory", OK: writable == "yes", Found: t.Dir}
	if !directory.OK {
		directory.Found = parent + " is not ours to write to, and what is in it is switched"
		directory.Advice = fmt.Sprintf("sudo mkdir -p %s && sudo chown USER %s", shell.Quote(parent), shell.Quote(parent))
	}
	return []deploy.Finding{git, directory}, nil
}
