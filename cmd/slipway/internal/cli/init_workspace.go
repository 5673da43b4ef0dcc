package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/scaffold"
)

// initWorkspace writes the file that Dagger 1.0 takes environments from, for a
// repository that calls the module. One that somebody else wrote stays.
func (g *globals) initWorkspace(ctx context.Context, dir string, c *config.Config, o *initOptions) error {
	file := filepath.Join(dir, scaffold.WorkspaceFile)
	text, ok, err := scaffold.Workspace(os.DirFS(dir), c, scaffold.Module{Address: o.module, Own: o.own, Version: moduleVersion()})
	if err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	if !ok {
		return nil
	}
	there, err := os.ReadFile(file)
	switch {
	case err == nil && !bytes.HasPrefix(there, []byte(scaffold.Written)):
		fmt.Fprintf(g.env.Err, "kept %s: slipway init did not write it\n", file)
		return nil
	case err == nil && !o.force:
		fmt.Fprintf(g.env.Err, "kept %s\n", file)
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("writing %s: %w", file, err)
	}
	if err := g.write(ctx, file, text); err != nil {
		return err
	}
	o.written = append(o.written, file)
	return nil
}
