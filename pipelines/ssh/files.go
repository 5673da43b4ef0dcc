package ssh

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"

	"github.com/pkg/sftp"

	"git.example/slipway/pipelines/boundary"
)

// ReadFile reads a file. One that does not exist is an error that wraps
// fs.ErrNotExist.
func (h *Host) ReadFile(ctx context.Context, name string) ([]byte, error) {
	return onFile(ctx, h, "reading", name, true, func(_ context.Context, files *filesSession) ([]byte, error) {
		f, err := files.client.Open(name)
		if err != nil {
			return nil, err
		}
		// Its answer is waited for by nobody: each is a way to the host and back.
		defer func() { go f.Close() }()
		return readAll(f)
	})
}

// wholeAtOnce is how much of a file is asked for at first: more than one packet of the
// protocol, so that the end of a small one is known by the first answers.
const wholeAtOnce = 40 << 10

// readAll is what is in a file.
func readAll(f *sftp.File) ([]byte, error) {
	var data bytes.Buffer
	first := make([]byte, wholeAtOnce)
	n, err := f.ReadAt(first, 0)
	data.Write(first[:n])
	if errors.Is(err, io.EOF) {
		return data.Bytes(), nil
	}
	if err == nil {
		_, err = f.Seek(int64(n), io.SeekStart)
	}
	if err == nil {
		_, err = f.WriteTo(&data)
	}
	return data.Bytes(), err
}

// WriteFile makes a file whole or not at all: written aside with mode 0600,
// given its mode, synced, renamed. Missing directories are made.
func (h *Host) WriteFile(ctx context.Context, name string, data []byte, mode fs.FileMode) error {
	// One name for both tries: a late rename of the first finds nothing.
	aside := path.Join(path.Dir(name), "."+path.Base(name)+"."+rand.Text()[:10])
	_, err := onFile(ctx, h, "writing", name, true, func(ctx context.Context, files *filesSession) (none, error) {
		f, err := files.create(aside)
		if err != nil {
			return none{}, err
		}
		_, err = f.Write(data)
		if err == nil {
			err = f.Chmod(boundary.Mode(name, mode.Perm()))
		}
		if _, can := files.client.HasExtension(fsync); can && err == nil {
			err = f.Sync()
		}
		err = errors.Join(err, f.Close())
		if err == nil {
			err = context.Cause(ctx)
		}
		if err == nil {
			err = files.client.PosixRename(aside, name)
		}
		if err != nil {
			files.client.Remove(aside)
		}
		return none{}, err
	})
	return err
}

// create makes a new file, and its directories. One that an earlier try left is
// replaced.
func (s *filesSession) create(name string) (*sftp.File, error) {
	const flags = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	f, err := s.client.OpenFile(name, flags)
	switch {
	case err == nil:
		return f, nil
	case errors.Is(err, fs.ErrNotExist):
		if err := s.makeParents(name); err != nil {
			return nil, err
		}
	case s.client.Remove(name) != nil:
		return nil, err
	}
	return s.client.OpenFile(name, flags)
}

// makeParents makes the directories above a path. Those for their owner alone are
// empty until they are that.
func (s *filesSession) makeParents(name string) error {
	for _, dir := range boundary.Parents(name) {
		if boundary.Mode(dir, 0o755) == 0o755 {
			continue
		}
		if err := s.client.MkdirAll(path.Dir(dir)); err != nil {
			return err
		}
		if s.client.Mkdir(dir) != nil {
			continue // it is there, or what comes next fails
		}
		if err := s.client.Chmod(dir, boundary.Mode(dir, 0o755)); err != nil {
			return err
		}
	}
	return s.client.MkdirAll(path.Dir(name))
}

// MkdirExclusive makes a directory, and its parents. One that exists is an
// error that wraps fs.ErrExist: of several callers one succeeds. When the
// connection breaks meanwhile the error wraps command.ErrLost, and the
// directory may have been made.
func (h *Host) MkdirExclusive(ctx context.Context, name string) error {
	_, err := onFile(ctx, h, "making directory", name, false, func(_ context.Context, files *filesSession) (none, error) {
		err := files.client.Mkdir(name)
		for tries := 0; err != nil && answered(err) && tries < 3; tries++ {
			// The protocol has no answer for "it exists".
			if _, missing := files.client.Lstat(name); missing == nil {
				return none{}, fs.ErrExist
			}
			if parents := files.makeParents(name); parents != nil {
				return none{}, parents
			}
			err = files.client.Mkdir(name)
		}
		return none{}, err
	})
	return err
}

// List is the names in a directory, sorted. None when it does not exist.
func (h *Host) List(ctx context.Context, name string) ([]string, error) {
	return onFile(ctx, h, "listing", name, true, func(_ context.Context, files *filesSession) ([]string, error) {
		entries, err := files.client.ReadDir(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		names := make([]string, len(entries))
		for i, e := range entries {
			names[i] = e.Name()
		}
		slices.Sort(names)
		return names, nil
	})
}

// none is the result of what has none.
type none struct{}

// onFile does something with a file, and says in errors what, with which one, where.
func onFile[T any](ctx context.Context, h *Host, doing, name string, repeatable bool, do func(context.Context, *filesSession) (T, error)) (T, error) {
	var result T
	err := checkPath(name)
	if err == nil {
		result, err = withFiles(ctx, h, repeatable, do)
	}
	if err == nil {
		return result, nil
	}
	var status *sftp.StatusError
	if errors.As(err, &status) && status.FxCode() == sftp.ErrSSHFxFailure {
		err = fmt.Errorf("the host says only %w; is the disk full, or something else in the place?", err)
	}
	return result, fmt.Errorf("%s %q on %s: %w", doing, name, h, err)
}

// checkPath refuses paths that would mean another place on each login.
func checkPath(name string) error {
	if !path.IsAbs(name) {
		return errors.New("the path must be absolute")
	}
	for _, c := range name {
		if c == 0 {
			return errors.New("the path has a NUL byte")
		}
	}
	return nil
}
