package release

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/lazy"
)

// recordVersion is the newest version of the record's format, and hostFilesVersion
// the one in which hosts first got files.
const (
	recordVersion    = 2
	hostFilesVersion = 2
)

// Encode is the record as it is stored: valid JSON, the same bytes for equal
// records.
func (r Record) Encode() ([]byte, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return json.Marshal(r)
}

// DecodeRecord reads a stored record and validates it. One of a format that came
// after this one is a *NewerFormat.
func DecodeRecord(data []byte) (Record, error) {
	var version struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return Record{}, fmt.Errorf("reading a release record: %w", err)
	}
	switch {
	case version.Version == nil:
		return Record{}, errors.New("reading a release record: it has no version; this is no release record")
	case *version.Version > recordVersion:
		return Record{}, &NewerFormat{Version: *version.Version, Known: recordVersion}
	}
	var r Record
	if err := json.Unmarshal(data, &r); err != nil {
		return Record{}, fmt.Errorf("reading a release record: %w", err)
	}
	return r, r.Validate()
}

var (
	digestGrammar  = lazy.Regexp(`^sha256:[0-9a-f]{64}$`)
	contentGrammar = lazy.Regexp(`^` + content.TagPrefix + `[0-9a-f]{32}$`)
)

// Validate says everything that is wrong with the record.
func (r Record) Validate() error {
	var problems []error
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if r.Version < 1 || r.Version > recordVersion {
		wrong("version is %d, not 1 to %d", r.Version, recordVersion)
	} else if r.Version < r.LeastVersion() {
		wrong("version is %d, and files for hosts came with version %d", r.Version, hostFilesVersion)
	}
	if r.Project == "" {
		wrong("project is empty")
	}
	if err := CheckTag(r.Tag); err != nil {
		wrong("%w", err)
	}
	if !git.IsCommit(r.Commit) {
		wrong("commit %q is not a full commit", r.Commit)
	}
	if r.Created.IsZero() {
		wrong("created is missing")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Images)) {
		problems = append(problems, r.Images[name].validate(name)...)
	}
	for _, name := range r.FilePaths() {
		if err := checkPath(name); err != nil {
			wrong("%w", err)
		}
		if !digestGrammar().MatchString(r.Files[name]) {
			wrong("file %q: %q is not a sha256 digest", name, r.Files[name])
		}
	}
	for _, name := range r.HostFilePaths() {
		if _, recorded := r.Files[name]; !recorded {
			wrong("file %q for hosts is not among the files", name)
		}
		if mode := r.HostFiles[name].Mode; mode != ModeFile && mode != ModeExecutable {
			wrong("file %q: %q is no mode, want %s or %s", name, mode, ModeFile, ModeExecutable)
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("checking the record of release %q: %w", r.Tag, errors.Join(problems...))
	}
	return nil
}

func (i RecordedImage) validate(name string) (problems []error) {
	wrong := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("image %q: "+format, append([]any{name}, args...)...))
	}
	if !digestGrammar().MatchString(i.Digest) {
		wrong("%q is not a sha256 digest", i.Digest)
	}
	if !contentGrammar().MatchString(i.Content) {
		wrong("%q is not a content tag", i.Content)
	}
	for _, platform := range slices.Sorted(maps.Keys(i.Platforms)) {
		if !digestGrammar().MatchString(i.Platforms[platform]) {
			wrong("platform %s: %q is not a sha256 digest", platform, i.Platforms[platform])
		}
	}
	return problems
}
