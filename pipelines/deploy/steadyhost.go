package deploy

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"git.example/slipway/pipelines/command"
)

// Steady is a host whose files are read and written again when the connection
// is lost meanwhile: doing that twice changes nothing. MkdirExclusive and Run
// are not repeated.
func Steady(h Host) Host { return steadyHost{Host: h, steadyFiles: steadyFiles{h}} }

// steadyHost takes Run and MkdirExclusive from the host itself.
type steadyHost struct {
	Host
	steadyFiles
}

// ReadFile reads a file.
func (h steadyHost) ReadFile(ctx context.Context, path string) ([]byte, error) {
	return h.steadyFiles.ReadFile(ctx, path)
}

// WriteFile makes a file.
func (h steadyHost) WriteFile(ctx context.Context, path string, data []byte, mode fs.FileMode) error {
	return h.steadyFiles.WriteFile(ctx, path, data, mode)
}

// List lists a directory.
func (h steadyHost) List(ctx context.Context, path string) ([]string, error) {
	return h.steadyFiles.List(ctx, path)
}

// Remove removes a file or a directory.
func (h steadyHost) Remove(ctx context.Context, path string) error {
	return h.steadyFiles.Remove(ctx, path)
}

// MkdirExclusive makes a directory.
func (h steadyHost) MkdirExclusive(ctx context.Context, path string) error {
	return h.Host.MkdirExclusive(ctx, path)
}

// steadyFiles is Steady for files alone.
type steadyFiles struct{ Files }

func (f steadyFiles) ReadFile(ctx context.Context, path string) (data []byte, err error) {
	err = Again(ctx, func() error {
		data, err = f.Files.ReadFile(ctx, path)
		return err
	})
	return data, err
}

func (f steadyFiles) WriteFile(ctx context.Context, path string, data []byte, mode fs.FileMode) error {
	return Again(ctx, func() error { return f.Files.WriteFile(ctx, path, data, mode) })
}

func (f steadyFiles) List(ctx context.Context, path string) (names []string, err error) {
	err = Again(ctx, func() error {
		names, err = f.Files.List(ctx, path)
		return err
	})
	return names, err
}

func (f steadyFiles) Remove(ctx context.Context, path string) error {
	return Again(ctx, func() error { return f.Files.Remove(ctx, path) })
}

// againWaits are before the second try, the third and so on.
var againWaits = []time.Duration{100 * time.Millisecond, time.Second, 3 * time.Second}

// Again calls do, and once more, a few times at most, when the connection to
// the host was lost meanwhile. Do is something that may happen twice.
func Again(ctx context.Context, do func() error) error {
	err := do()
	if !errors.Is(err, command.ErrLost) {
		return err
	}
	for _, wait := range againWaits {
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
		if err = do(); err == nil || errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return err
}
