package deploy

import (
	"context"
	"io/fs"
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

// SteadyFiles is Steady for files alone.
func SteadyFiles(f Files) Files { return steadyFiles{f} }

// steadyFiles repeats what may happen twice.
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
