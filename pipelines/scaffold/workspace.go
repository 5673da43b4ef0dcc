package scaffold

import (
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strconv"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/lazy"
)

// WorkspaceFile is the path of the file that Dagger 1.0 takes a repository's modules
// and environments from, relative to the repository.
const WorkspaceFile = "dagger.toml"

// Written is how a file begins that init wrote and may write anew.
const Written = "# Written by `slipway init"

// Workspace is the text of that file: the module at the root, with the repository
// for its source, and an overlay for each environment, so that "dagger call deploy
// --env prod" means that of slipway.yaml. False for a repository that has a module
// of its own, or where nothing says which module to call.
func Workspace(root fs.FS, c *config.Config, module Module) (text []byte, ok bool, err error) {
	file, there := module.file(root)
	if there && !module.is(file.Blueprint) {
		return nil, false, nil
	}
	called := file.Blueprint
	if !there {
		if called.Source, err = module.called(root); errors.Is(err, ErrNoModule) {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
	}
	text, err = render("dagger.toml", struct {
		Source, Pin  string
		Environments []environmentKey
	}{strconv.Quote(called.Source), strconv.Quote(called.Pin), environmentKeys(c)})
	return text, err == nil, err
}

// environmentKey is an environment's name as a string and as a key of TOML.
type environmentKey struct{ Name, Key string }

// bareKeys need no quotes in TOML.
var bareKeys = lazy.Regexp(`^[A-Za-z0-9_-]+$`)

func environmentKeys(c *config.Config) []environmentKey {
	names := slices.Clone(c.Environments.Names())
	keys := make([]environmentKey, len(names))
	for i, name := range names {
		keys[i] = environmentKey{strconv.Quote(name), name}
		if !bareKeys().MatchString(name) {
			keys[i].Key = strconv.Quote(name)
		}
	}
	return keys
}

// daggerFile is what a dagger.json says of other modules.
type daggerFile struct {
	Blueprint  dependency
	Toolchains []dependency
}

// file is the repository's dagger.json; false without one.
func (m Module) file(root fs.FS) (daggerFile, bool) {
	var file daggerFile
	text, err := fs.ReadFile(root, "dagger.json")
	if err != nil {
		return file, false
	}
	// Dagger itself says what is wrong with a file that can't be read.
	_ = json.Unmarshal(text, &file)
	return file, true
}
