package pipelines

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/composefile"
)

// deployFiles are the files that deploys of this release need, slipway.yaml
// among them, by path relative to the project.
func (p *Project) deployFiles(ctx context.Context) (map[string][]byte, error) {
	names := []string{filepath.Base(p.Config.Path)}
	for _, environment := range p.Config.Environments {
		for _, target := range environment.Value.Deploy {
			names = append(names, kindOf(target.Value).files()...)
		}
	}
	files := map[string][]byte{}
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			return nil, fmt.Errorf("reading deploy file %q: %w", name, err)
		}
		files[filepath.ToSlash(filepath.Clean(name))] = content
	}
	for _, environment := range p.Config.Environments {
		for _, target := range environment.Value.Deploy {
			if err := kindOf(target.Value).check(ctx, p, files); err != nil {
				return nil, fmt.Errorf("target %q of environment %q: %w", target.Name, environment.Name, err)
			}
		}
	}
	return files, nil
}

// wholeComposeFile refuses a compose file that takes in others, which a deploy
// would not have.
func wholeComposeFile(name string, content []byte) error {
	others := composefile.Outside(content)
	if len(others) == 0 {
		return nil
	}
	return fmt.Errorf("reading deploy file %q: it takes in %s by include or extends, and a deploy has just the files that slipway.yaml names; merge them into one file with `docker compose config --no-interpolate`, or list them under file", name, strings.Join(others, ", "))
}
