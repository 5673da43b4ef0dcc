package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"git.example/slipway/pipelines/deploy"
)

// What a host should have free: for files of releases and the journal, and where
// images are.
const (
	leastForFiles  = 100 << 20
	leastForImages = 2 << 30
	leastInodes    = 10_000
)

// freeScript says what is free in directory $1. A file system without a number of
// inodes says 0 or - of them.
const freeScript = `
column() { read -r _ && read -r _ all _ free _ && say "$1" "$free" "$1-all" "$all"; }
df -Pk "$1" 2>/dev/null | column kilobytes
df -Pi "$1" 2>/dev/null | column inodes
`

// Space compares what is free where a place is with what a deploy needs at least.
func (s *Stages) Space(ctx context.Context, of string) deploy.Finding {
	return space(ctx, s.host, "disk", s.places[of].near, leastForFiles)
}

// space compares what is free in a directory with what a deploy needs at least.
func space(ctx context.Context, h deploy.Host, subject, dir string, least int64) deploy.Finding {
	const advice = "make room: `docker image prune --all` removes images that no container uses; see df -h and df -i"
	return Step(ctx, subject, func(ctx context.Context) (string, string, error) {
		found, err := facts(ctx, h, freeScript, dir)
		if err != nil {
			return "", "", err
		}
		kilobytes, err := strconv.ParseInt(found["kilobytes"], 10, 64)
		if err != nil {
			return "", "see what df -P says of " + dir, errors.New("df does not say what is free in " + dir)
		}
		text := fmt.Sprintf("%s free in %s", size(kilobytes<<10), dir)
		if kilobytes<<10 < least {
			return "", advice, fmt.Errorf("%s, and a deploy wants %s", text, size(least))
		}
		inodes, err := strconv.ParseInt(found["inodes"], 10, 64)
		if err == nil && inodes < leastInodes && found["inodes-all"] != "0" {
			return "", advice, fmt.Errorf("%d inodes free in %s, and a deploy wants %d", inodes, dir, leastInodes)
		}
		return text, "", nil
	})
}

func size(bytes int64) string {
	if bytes >= 1<<30 {
		return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30))
	}
	return fmt.Sprintf("%d MB", bytes>>20)
}
