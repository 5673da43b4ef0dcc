package rehearsal

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"git.example/slipway/pipelines/deploy"
)

// mostClock is how far a host's clock may be from the one here. Locks don't rest on
// it: whoever watches a heartbeat does so by its own clock. Certificates and the
// tokens of registries do, and theirs is the bound.
const mostClock = 5 * time.Minute

// Clock compares the host's clock with the one here.
func Clock(ctx context.Context, h deploy.Host) deploy.Finding {
	return Step(ctx, "clock", func(ctx context.Context) (string, string, error) {
		before := time.Now()
		out, err := output(ctx, h, "date +%s")
		if err != nil {
			return "", "", err
		}
		seconds, err := strconv.ParseInt(strings.TrimSpace(out), 10, 64)
		if err != nil {
			return "", "see what date +%s says", fmt.Errorf("date says %q", OneLine(out))
		}
		took := time.Since(before)
		apart := time.Unix(seconds, 0).Sub(before.Add(took / 2)).Round(time.Second)
		if apart.Abs() > mostClock+took {
			return "", "set it: `sudo timedatectl set-ntp true`, or chrony", fmt.Errorf("%s from the one here; registries and certificates allow %s", signed(apart), mostClock)
		}
		if apart.Abs() <= 2*time.Second+took {
			return "as here", "", nil
		}
		return signed(apart) + " from the one here", "", nil
	})
}

func signed(d time.Duration) string {
	if d > 0 {
		return "+" + d.String()
	}
	return d.String()
}

// Temporary makes a directory as scripts do that have something to hide.
func Temporary(ctx context.Context, h deploy.Host) deploy.Finding {
	return Step(ctx, "/tmp", func(ctx context.Context) (string, string, error) {
		_, err := output(ctx, h, `
umask 077
[ -z "$TMPDIR" ] || { dir=$(mktemp -d 2>/dev/null) && rmdir "$dir"; } || { echo "nothing can be made in $TMPDIR, which is TMPDIR there" >&2; exit 1; }
dir=$(mktemp -d /tmp/slipway-XXXXXX) || exit
trap 'rm -rf "$dir"' EXIT
mkdir -m 700 "$dir/sub" && cat >"$dir/sub/file" <<'END' && [ "$(cat "$dir/sub/file")" = "it's" ]
it's
END`)
		switch {
		case err != nil && strings.Contains(said(err), "TMPDIR"):
			return "", "make that directory, or take TMPDIR out of the startup file or the environment that sets it", err
		case err != nil:
			return "", "let the user write to /tmp (mode 1777), and make room there", err
		}
		return "written to", "", nil
	})
}
