package journal

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"testing"

	"git.example/slipway/pipelines/deploy"
)

// forgetful is a host that does not keep what is written to some file.
type forgetful struct {
	deploy.LocalHost
	file string
}

func (f forgetful) WriteFile(ctx context.Context, path string, data []byte, mode fs.FileMode) error {
	if len(path) > len(f.file) && path[len(path)-len(f.file):] == f.file {
		return nil
	}
	return f.LocalHost.WriteFile(ctx, path, data, mode)
}

// A rehearsal does what a deploy does with a journal, notices what does not work,
// and leaves nothing.
func TestRehearse(t *testing.T) {
	t.Parallel()
	for file, works := range map[string]bool{"no such file": true, "live.json": false, "history/1.json": false, "released": false} {
		dir := t.TempDir() + "/journal"
		if err := Rehearse(t.Context(), forgetful{file: file}, dir); (err == nil) != works {
			t.Errorf("without %s: %v", file, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("without %s: the journal is left", file)
		}
	}
}
