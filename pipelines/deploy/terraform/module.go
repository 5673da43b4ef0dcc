package terraform

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"git.example/slipway/pipelines/config"
)

// module is a root module with its tag map, as slipway.yaml names them.
type module struct {
	// project is the project's directory.
	project string
	config  config.TerraformTarget
}

// MapFile is the path of the tag map of a target of the project in the directory
// project.
func MapFile(project string, c config.TerraformTarget) string { return module{project, c}.mapFile() }

// dir is the root module's directory.
func (m module) dir() string { return filepath.Join(m.project, m.config.Dir) }

// mapFile is the tag map's path.
func (m module) mapFile() string { return filepath.Join(m.dir(), m.mapName()) }

// shown is how plans and messages call the tag map.
func (m module) shown() string { return filepath.ToSlash(filepath.Join(m.config.Dir, m.mapName())) }

// mapName is the tag map as slipway.yaml has it, relative to the directory.
func (m module) mapName() string {
	if m.config.TagMap == "" {
		return "image-tags.auto.tfvars.json"
	}
	return m.config.TagMap
}

// variable is the one that the tag map sets.
func (m module) variable() string {
	if m.config.Variable == "" {
		return "image_tags"
	}
	return m.config.Variable
}

// key is an image's key in the map.
func (m module) key(image string) string {
	if key, ok := m.config.Keys[image]; ok {
		return key
	}
	return image
}

// timeout is how long one run of the program may take.
func (m module) timeout() time.Duration { return m.config.Timeout.Or(30 * time.Minute) }

// lockTimeout is how long the program waits for the lock of the state.
func (m module) lockTimeout() time.Duration { return m.config.LockTimeout.Or(time.Minute) }

// readMap reads the tag map.
func (m module) readMap() (*tagMap, error) {
	found, err := readTagMap(m.mapFile(), m.variable())
	if err != nil {
		return nil, fmt.Errorf("reading tag map %q: %w", m.shown(), err)
	}
	return found, nil
}

// realMapFile is the file to replace, behind symbolic links, and its mode.
func (m module) realMapFile() (string, fs.FileMode, error) {
	path, err := filepath.EvalSymlinks(m.mapFile())
	if errors.Is(err, fs.ErrNotExist) {
		return m.mapFile(), 0o644, nil
	}
	if err != nil {
		return "", 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", 0, err
	}
	return path, info.Mode().Perm(), nil
}
