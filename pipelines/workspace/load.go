package workspace

import (
	"errors"
	"io/fs"

	"git.example/slipway/pipelines/config"
)

// load reads slipway.yaml.
func load(o Options) (*config.Config, error) {
	path := o.Config
	if path == "" {
		found, err := config.Find(o.Dir)
		if err != nil {
			return nil, Usage("%v", err)
		}
		path = found
	}
	c, err := config.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Usage("%v", err)
	}
	return c, err
}
