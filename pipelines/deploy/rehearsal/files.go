package rehearsal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// oddName has what paths may have and scripts stumble over.
const oddName = "it's a ünïcödé $dir"

// Directories tries the directory of a target and the one that it keeps its own files
// in, where that is another one by now. Writable says that later steps have a stage in
// the first.
func (s *Stages) Directories(ctx context.Context, dir, own string) (findings []deploy.Finding, writable bool) {
	first := s.directory(ctx, "directory", dir)
	findings = append(findings, first)
	if s.places[own].near != s.places[dir].near {
		findings = append(findings, s.directory(ctx, "own files", own))
	}
	return findings, first.OK
}

// directory writes, replaces and removes files of a place as a deploy does, and
// looks at them as the host's programs see them.
func (s *Stages) directory(ctx context.Context, subject, of string) deploy.Finding {
	return Step(ctx, subject, func(ctx context.Context) (string, string, error) {
		p := s.places[of]
		found := of
		if p.near != path.Clean(of) {
			found += " (made by the first deploy)"
		}
		switch {
		case strings.Contains(p.problem, notDirectory):
			return "", s.directoryAdvice(p, of), errors.New(p.problem)
		case p.problem != "":
			return "", s.directoryAdvice(p, of), fmt.Errorf("making a directory in %s (%s) as %s: %s", p.near, p.owner, s.User, lastPart(p.problem))
		}
		err, tried := s.tried[p.near]
		if !tried {
			err = s.writeFiles(ctx, s.Dir(of))
			s.tried[p.near] = err
		}
		if err != nil {
			return "", filesAdvice(err), err
		}
		return found, "", nil
	})
}

// notDirectory is what stageScript says of something else in a directory's place.
const notDirectory = "and no directory"

// lastPart is the reason in what mkdir says, which begins with its name and the
// directory.
func lastPart(said string) string {
	if at := strings.LastIndex(said, ": "); at >= 0 {
		return said[at+2:]
	}
	return said
}

// directoryAdvice is what to do about a place in which nothing can be made.
func (s *Stages) directoryAdvice(p place, of string) string {
	switch {
	case strings.Contains(p.problem, "Read-only"):
		return "mount it writable, or say another path in slipway.yaml"
	case strings.Contains(p.problem, "No space"), strings.Contains(p.problem, "quota"):
		return "make room there: df -h, df -i, quota"
	case strings.Contains(p.problem, notDirectory):
		return "move that away, or say another path in slipway.yaml"
	}
	if strings.HasPrefix(p.owner, s.User+":") && strings.Contains(p.problem, "Permission denied") {
		return fmt.Sprintf("it is the user's, who may not write there by its mode: `chmod u+rwx %s`", shell.Quote(p.near))
	}
	if p.near == path.Clean(of) || strings.Contains(p.near, "/.slipway") {
		return fmt.Sprintf("`sudo chown -R %s %s`", s.User, shell.Quote(p.near))
	}
	return fmt.Sprintf("`sudo mkdir -p %s && sudo chown %s %s`", shell.Quote(of), s.User, shell.Quote(of))
}

func filesAdvice(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return "let the user write there: `sudo chown`"
	}
	return ""
}

// errElsewhere is the error of a host whose SFTP server has another root.
var errElsewhere = errors.New("files over SFTP and programs are in different directories, which is what ChrootDirectory of sshd does; a deploy needs both to see the same")

// writeFiles does what a deploy does with files in a directory.
func (s *Stages) writeFiles(ctx context.Context, stage string) error {
	names, err := s.host.List(ctx, path.Dir(stage))
	if err != nil {
		return err
	}
	if !slices.Contains(names, path.Base(stage)) {
		return errElsewhere
	}
	dir := path.Join(stage, oddName)
	defer s.host.Remove(context.WithoutCancel(ctx), dir) // for later steps, when one fails
	if err := s.host.MkdirExclusive(ctx, dir); err != nil {
		return err
	}
	if err := s.host.MkdirExclusive(ctx, dir); !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("making the directory %q twice was no error, and locks rest on that (%v)", dir, err)
	}
	file := path.Join(dir, "below", "a file")
	for _, version := range []struct {
		content []byte
		mode    fs.FileMode
		shown   string
	}{
		{bytes.Repeat([]byte("one\x00\xff\n"), 20_000), 0o600, "-rw-------"},
		{[]byte("two"), 0o644, "-rw-r--r--"}, // over the first, by a rename
	} {
		if err := s.host.WriteFile(ctx, file, version.content, version.mode); err != nil {
			return err
		}
		got, err := s.host.ReadFile(ctx, file)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, version.content) {
			return fmt.Errorf("the file %q has not what was written: %d bytes of %d", file, len(got), len(version.content))
		}
		shown, err := output(ctx, s.host, `ls -l "$1" && wc -c <"$1"`, file)
		if err != nil {
			return errors.Join(errElsewhere, err)
		}
		if !strings.HasPrefix(shown, version.shown) {
			return fmt.Errorf("the file %q has the mode %.10s, and not %s: which file system is that?", file, shown, version.shown)
		}
	}
	return s.host.Remove(ctx, dir)
}
