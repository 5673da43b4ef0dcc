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

// check looks at the host as Target.Check says.
func (r remote) check(ctx context.Context, target string) ([]deploy.Finding, error) {
	var out bytes.Buffer
	s := r.begin()
	s.Raw("git --version 2>/dev/null || echo none")
	parent := path.Dir(r.dir)
	s.Raw("near=" + shell.Quote(parent) + `; while [ ! -e "$near" ]; do near=$(dirname "$near"); done`)
	s.Raw(`[ -d "$near" ] && [ -w "$near" ] && [ -x "$near" ] && echo yes || echo no`)
	s.Raw(`(writable) 2>&1 || :`)
	if err := r.run(ctx, s, &out); err != nil {
		return nil, fmt.Errorf("looking at the host: %w", err)
	}
	version, rest, _ := strings.Cut(strings.TrimSpace(out.String()), "\n")
	writable, others, _ := strings.Cut(rest, "\n")
	git := deploy.Finding{Target: target, Subject: "git", OK: version != "none", Found: strings.TrimPrefix(version, "git version ")}
	if !git.OK {
		git.Advice = "install git (Debian, Ubuntu, Amazon Linux: package git)"
	}
	directory := deploy.Finding{Target: target, Subject: "directory", OK: writable == "yes", Found: r.dir}
	if !directory.OK {
		directory.Found = parent + " is not ours to write to, and what is in it is switched"
		directory.Advice = fmt.Sprintf("sudo mkdir -p %s && sudo chown USER %s", shell.Quote(parent), shell.Quote(parent))
	}
	if found, advice, of := strings.Cut(others, ": "); of && directory.OK {
		directory.OK, directory.Found, directory.Advice = false, found, advice
	}
	return []deploy.Finding{git, directory}, nil
}
