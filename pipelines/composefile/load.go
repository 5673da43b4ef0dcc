// Package composefile answers questions about compose files: which service
// uses which of our images, in which order services start, which of them can
// run twice, which variables a file needs. The model is compose-go's.
package composefile

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/lazy"
)

// Options say what to load.
type Options struct {
	// Files of one compose project; later ones override earlier ones. A
	// relative one is relative to Dir.
	Files []string
	// Dir is the project directory: relative mounts and contexts are made
	// absolute with it. It need not exist.
	Dir string
	// Name is the compose project's name. When empty it is what compose itself
	// takes: COMPOSE_PROJECT_NAME in Env, the file's own name, the name of Dir.
	Name string
	// Env are the variables for interpolation. Nothing comes from the process's
	// own environment. An unset variable without a default is the empty string,
	// as in compose; see Variables.
	Env map[string]string
	// Contents are files that are not on disk, such as those of a release
	// record, with those that they take in: by path as in Files. Dir is that of the
	// first of Files.
	Contents map[string][]byte
	// Profiles to enable; "*" is all.
	Profiles []string
	// Resolved says that the file is what compose itself made of one: it checked
	// the references, and left out services that no profile activates although
	// others name them as dependencies that may be missing.
	Resolved bool
}

// Load reads a compose project: merged, interpolated and checked for unknown
// keys, dangling references and cycles. Files that env_file and label_file name
// are not read: they are on the host. Every file format since version 2 is
// read as the Compose Specification, as compose itself does.
func Load(ctx context.Context, o Options) (_ *types.Project, err error) {
	defer func() {
		// The parsers panic on some malformed files.
		if p := recover(); p != nil {
			err = fmt.Errorf("loading compose file %s: it is malformed: %v", quoted(o.Files), p)
		}
	}()
	if len(o.Files) == 0 {
		return nil, errors.New("loading a compose project: no file named")
	}
	files := make([]types.ConfigFile, len(o.Files))
	texts := map[string][]byte{}
	for i, path := range o.Files {
		content, err := o.read(path)
		if err != nil {
			return nil, fmt.Errorf("reading compose file %q: %w", path, err)
		}
		if len(bytes.TrimSpace(content)) == 0 {
			return nil, fmt.Errorf("loading compose file %q: it is empty", path)
		}
		if err := cmp.Or(refuseVersion1(path, content), refuseCircles(path, content)); err != nil {
			return nil, err
		}
		files[i] = types.ConfigFile{Filename: o.abs(path), Content: blankVersion(content)}
		texts[o.abs(path)] = content
	}
	env := types.Mapping(o.Env).Clone()
	if env == nil {
		env = types.Mapping{}
	}
	details := types.ConfigDetails{WorkingDir: o.Dir, ConfigFiles: files, Environment: env}
	load := loader.LoadWithContext
	if len(o.Contents) > 0 && TakesIn(slices.Collect(maps.Values(texts))...) {
		load = o.loadMirrored
	}
	project, err := load(ctx, details, func(l *loader.Options) {
		name, explicit := o.projectName()
		l.SetProjectName(name, explicit)
		l.SkipResolveEnvironment, l.SkipResolveLabels = true, true
		l.SkipConsistencyCheck = o.Resolved
		l.Profiles = o.Profiles
		l.Interpolate.Substitute = substitute
	})
	if err != nil {
		return nil, fmt.Errorf("loading compose file %s: %w", quoted(o.Files), explain(err, texts))
	}
	return project, nil
}

// loadMirrored loads a project whose files take in others that are in o.Contents.
func (o Options) loadMirrored(ctx context.Context, details types.ConfigDetails, set ...func(*loader.Options)) (*types.Project, error) {
	m, err := newMirror(o)
	if err != nil {
		return nil, err
	}
	defer m.remove()
	mirrored := details
	mirrored.WorkingDir = m.path(o.Dir)
	model, err := loader.LoadModelWithContext(ctx, mirrored, set...)
	if err != nil {
		return nil, errors.New(m.real(err.Error()))
	}
	name, _ := model["name"].(string)
	real, _ := m.realAll(model).(map[string]any)
	options := loader.ToOptions(&details, set)
	if name != "" {
		options.SetProjectName(name, true)
	}
	return loader.ModelToProject(real, options, details)
}

func (o Options) read(path string) ([]byte, error) {
	if content, ok := o.Contents[path]; ok {
		return content, nil
	}
	return os.ReadFile(o.abs(path))
}

func (o Options) abs(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(o.Dir, path)
}

// projectName follows compose's order; a name that is only guessed from the
// directory gives way to the file's own.
func (o Options) projectName() (name string, explicit bool) {
	if o.Name != "" {
		return o.Name, true
	}
	if name := o.Env[consts.ComposeProjectName]; name != "" {
		return name, true
	}
	return loader.NormalizeProjectName(filepath.Base(o.Dir)), false
}

// substitute is compose's own, without its warnings to the process's log.
func substitute(text string, lookup template.Mapping) (string, error) {
	return template.SubstituteWithOptions(text, lookup, template.WithoutLogging)
}

// obsoleteVersion is the top-level version key, which compose ignores.
var obsoleteVersion = lazy.Regexp(`(?m)^version[ \t]*:[ \t]*["']?[\d.]*["']?[ \t]*(#.*)?\r?$`)

// blankVersion takes the obsolete version key out, keeping line numbers:
// compose-go would print a warning about it to the process's log.
func blankVersion(content []byte) []byte {
	return obsoleteVersion().ReplaceAll(content, nil)
}

func quoted(paths []string) string {
	q := make([]string, len(paths))
	for i, p := range paths {
		q[i] = fmt.Sprintf("%q", p)
	}
	return strings.Join(q, ", ")
}
