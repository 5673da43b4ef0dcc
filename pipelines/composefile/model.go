package composefile

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// Model is what files on disk that belong together say, merged, with what they
// include and extend, but with variables as they stand and paths as they are
// written. The files are relative to dir.
func Model(ctx context.Context, dir string, files []string) (_ map[string]any, err error) {
	defer func() {
		// The parsers panic on some malformed files.
		if p := recover(); p != nil {
			err = fmt.Errorf("loading compose file %s: it is malformed: %v", quoted(files), p)
		}
	}()
	details := types.ConfigDetails{WorkingDir: dir, Environment: types.Mapping{}}
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil {
			return nil, fmt.Errorf("reading compose file %q: %w", f, err)
		}
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: filepath.Join(dir, f), Content: blankVersion(content)})
	}
	return loader.LoadModelWithContext(ctx, details, func(l *loader.Options) {
		l.SetProjectName("project", true)
		l.SkipResolveEnvironment, l.SkipResolveLabels = true, true
		l.SkipInterpolation, l.SkipNormalization, l.SkipConsistencyCheck, l.SkipValidation = true, true, true, true
		l.ResolvePaths = false
		l.Profiles = []string{"*"}
	})
}
