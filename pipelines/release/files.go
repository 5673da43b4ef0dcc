package release

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// FileDigests are the digests to record for files, which are contents by path.
// A path is relative to the project, with slashes, and stays inside it.
func FileDigests(files map[string][]byte) (map[string]string, error) {
	digests := make(map[string]string, len(files))
	for name, content := range files {
		if err := checkPath(name); err != nil {
			return nil, err
		}
		digests[name] = fileDigest(content)
	}
	return digests, nil
}

// FilePaths are the paths of the recorded files in the order in which they are
// stored.
func (r Record) FilePaths() []string { return slices.Sorted(maps.Keys(r.Files)) }

// VerifyFiles checks that files, which were read from the registry, are the
// recorded ones: all of them, nothing else, with the recorded digests.
func (r Record) VerifyFiles(files map[string][]byte) error {
	for _, name := range r.FilePaths() {
		content, ok := files[name]
		if !ok {
			return fmt.Errorf("reading the files of release %q: %q is missing; publish the release again under another tag", r.Tag, name)
		}
		if got := fileDigest(content); got != r.Files[name] {
			return fmt.Errorf("reading the files of release %q: %q was changed: its digest is %s, recorded is %s", r.Tag, name, got, r.Files[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if _, ok := r.Files[name]; !ok {
			return fmt.Errorf("reading the files of release %q: %q is not recorded", r.Tag, name)
		}
	}
	return nil
}

func fileDigest(content []byte) string {
	return fmt.Sprintf("sha256:%x", sha256.Sum256(content))
}

// checkPath refuses what could be written outside the project when a release's
// files are laid out for a deploy.
func checkPath(name string) error {
	if name == "" || name == "." || name == ".." || path.Clean(name) != name || path.IsAbs(name) ||
		strings.HasPrefix(name, "../") || strings.ContainsAny(name, "\\:\x00\n") {
		return fmt.Errorf("recording file %q: a path is relative to the project, stays inside it, and has no '\\' or ':' in it", name)
	}
	return nil
}
