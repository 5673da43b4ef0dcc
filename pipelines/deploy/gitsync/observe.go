package gitsync

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// observe reads what is in the directory. All of it is one script, so that it
// is one round trip.
func observe(ctx context.Context, options Options, d deploy.Desired) (observation, error) {
	r := options.remote()
	s := r.begin()
	if options.switches() == config.SwitchAuto {
		s.Raw(lookForMounts)
	}
	s.Raw("plain_git; wait_for_others")
	s.Raw(lookAtDirectory)
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
		before: found.one("before"), adopt: found.one("adopt"), unseen: found.one("unseen"),
		ours: found.one("ours") != "", linked: found.one("linked") != "", mountPoint: found.one("mount_point") != "",
		state:   readState(found.one("state")),
		differs: differences(found, "differs"), edited: differences(found, "edited"),
	}
	o.changed, _ = strconv.Atoi(found.one("changed"))
	o.mounts = r.mountsShowing(found["mount"], found.one("parent"))
	if o.kind == "other" {
		return o, fmt.Errorf("%q on the host is no directory: move it away, or choose another path", r.dir)
	}
	return o, nil
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
