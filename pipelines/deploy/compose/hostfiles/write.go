package hostfiles

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// filesAtOnce bounds how many files are written to one host at a time: they share
// its connection.
const filesAtOnce = 4

// Write makes versions that are not on the host as they were released. Each is
// written aside and renamed: nothing sees half of one, and a container keeps what it
// has mounted.
func Write(ctx context.Context, s stack.Stack, d deploy.Desired, versions []Version) error {
	if len(versions) == 0 {
		return nil
	}
	var seen []Seen
	if err := s.Ask(ctx, See(s, d, versions, &seen)); err != nil {
		return err
	}
	done := map[string]bool{}
	for _, v := range seen {
		if v.Intact() || done[v.Place] {
			continue
		}
		done[v.Place] = true
		if err := write(ctx, s, d, v.Version); err != nil {
			return fmt.Errorf("writing %q of the release: %w", v.Name, err)
		}
	}
	return nil
}

func write(ctx context.Context, s stack.Stack, d deploy.Desired, v Version) error {
	final := path.Dir(v.Place)
	aside := path.Join(Dir(s), ".new-"+path.Base(final))
	// The user's umask may be 077, and services run as other users: what is mounted can
	// be read as git has it. What it is in can't, and need not: docker is root, or us.
	ready := &stack.Script{}
	ready.Line("mkdir", "-p", Dir(s))
	ready.Line("chmod", "700", Dir(s))
	ready.Line("rm", "-rf", aside)
	if err := s.Run(ctx, ready, nil, nil); err != nil {
		return stack.Failure(err)
	}
	group, writing := errgroup.WithContext(ctx)
	group.SetLimit(filesAtOnce)
	for _, in := range slices.Sorted(maps.Keys(v.Files)) {
		f := d.HostFiles[v.Files[in]]
		mode := fs.FileMode(0o644)
		if f.Executable() {
			mode = 0o755
		}
		group.Go(func() error {
			return s.Host.WriteFile(writing, path.Join(aside, path.Base(v.Place), in), f.Content, mode)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	// The digest says what is in the place, so one that is there was changed by hand.
	done := &stack.Script{}
	done.Raw("find " + shell.Quote(aside) + " -type d -exec chmod 755 {} + || exit")
	old := path.Join(Dir(s), ".old-"+path.Base(final))
	done.Raw("rm -rf " + shell.Quote(old) + " || exit")
	done.Raw("[ ! -e " + shell.Quote(final) + " ] || " + shell.Words("mv", final, old) + " || exit")
	done.Raw(shell.Words("mv", aside, final) + " || exit")
	done.Line("rm", "-rf", old)
	return stack.Failure(s.Run(ctx, done, nil, nil))
}

// Prune removes the versions that no release on the host has any more, and no
// container. What releases have is in the override files beside their compose files.
func Prune(ctx context.Context, s stack.Stack) error {
	script := &stack.Script{}
	script.Raw("cd " + shell.Quote(Dir(s)) + " 2>/dev/null || exit 0")
	script.Raw(`ids=$(docker ps -aq --no-trunc) || exit`)
	script.Raw(`used=$([ -z "$ids" ] || docker inspect --format '{{range .Mounts}}{{println .Source}}{{end}}' $ids 2>/dev/null)`)
	script.Raw(`find . -maxdepth 1 '(' -name '.new-*' -o -name '.old-*' ')' -mtime +0 -exec rm -rf {} +`) // another environment may write just now
	script.Raw(`for v in *; do
	[ -e "$v" ] || continue
	case $used in *"/.files/$v/"*) continue;; esac
	grep -qF "/.files/$v/" ../*/targets/*/files/*/` + stack.FilesOverride + ` 2>/dev/null && continue
	rm -rf "$v"
done`)
	if err := s.Run(ctx, script, nil, nil); err != nil {
		return fmt.Errorf("removing the files of old releases: %w", stack.Failure(err))
	}
	return nil
}
