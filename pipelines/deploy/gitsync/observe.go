package gitsync

import (
	"context"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/git"
)

// observe reads what is in the directory. All of it is one script, so that it
// is one round trip. Docker is asked only when a release is to take its place
// there: comparing files needs no answer of it.
func observe(ctx context.Context, options Options, d deploy.Desired, switching bool) (observation, error) {
	r := options.remote()
	s := r.begin()
	s.Raw("writable; wait_for_others")
	s.Raw(lookAtDirectory)
	if switching && options.switches() == config.SwitchAuto && len(d.Sync) > 0 {
		options.askDocker(s)
	}
	s.Set("format", objectFormat(d.Sync))
	s.Raw(lookAside)
	s.Raw("plain_git")
	s.Raw(`if [ -f "$repo/slipway" ]; then`)
	s.Raw(take)
	makeTree(s, d.Sync)
	s.Raw(lookAtFiles)
	s.Raw("fi")
	found, err := r.facts(ctx, s)
	if err != nil {
		return observation{}, err
	}
	o := observation{
		kind: found.one("kind"), target: found.one("target"), want: found.one("want"),
		before: found.one("before"), adopt: found.one("adopt"), containers: r.containersIn(found),
		ours: found.one("ours") != "", linked: found.one("linked") != "", mountPoint: found.one("mount_point") != "",
		state:   readState(found.one("state")),
		differs: differences(found, "differs"), edited: differences(found, "edited"), changed: differences(found, "changed"),
	}
	if o.kind == "other" {
		return o, fmt.Errorf("%q on the host is no directory: move it away, or choose another path", r.dir)
	}
	if !switching {
		return o, nil
	}
	return o.withComing(ctx, options.Repo, d, git.ParseEntries(strings.Join(found["has"], "\x00")))
}

// differences pairs the letters and the paths that a script said.
func differences(found facts, name string) []difference {
	var all []difference
	for _, line := range found[name] {
		kind, where, _ := strings.Cut(line, " ")
		all = append(all, difference{kind, where})
	}
	return all
}
