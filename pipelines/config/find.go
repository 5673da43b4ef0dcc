package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// example is the smallest useful file.
const example = `  version: 1
  project: myapp
  images: {web: {context: .}}`

// missing says that no directory from here up has a slipway.yaml. It is a fs.ErrNotExist.
type missing struct{ start string }

func (m missing) Error() string {
	return fmt.Sprintf("no slipway.yaml in %s or above it; create one with `slipway init`, or by hand, for example:\n%s", m.start, example)
}

func (missing) Is(target error) bool { return target == fs.ErrNotExist }

// Find is the path of the slipway.yaml or slipway.yml of a directory inside a
// project: the nearest one upward, no farther than the root of the git
// repository. A relative dir gives a relative path. Without one the error is
// fs.ErrNotExist.
func Find(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("looking for slipway.yaml: %w", err)
	}
	for at := start; ; at, dir = filepath.Dir(at), filepath.Join(dir, "..") {
		long, short := filepath.Join(dir, "slipway.yaml"), filepath.Join(dir, "slipway.yml")
		switch {
		case exists(long) && exists(short):
			return "", fmt.Errorf("%s and %s are both there; delete one", long, short)
		case exists(long):
			return long, nil
		case exists(short):
			return short, nil
		}
		if exists(filepath.Join(dir, ".git")) || at == filepath.Dir(at) {
			return "", missing{start}
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
