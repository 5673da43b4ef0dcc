package content

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is hashed is what BuildKit copies: the same paths, for ignore files with
// every kind of pattern. (Pipes count although older BuildKits leave them out.)
func TestListingIsWhatBuildKitCopies(t *testing.T) {
	if err := exec.Command("docker", "version").Run(); err != nil {
		t.Skipf("no Docker Engine can be reached: %v", err)
	}
	files := map[string]string{
		"Dockerfile": "FROM scratch\nCOPY . /\n", "a.log": "", "a.txt": "", "#hash": "", "src/a.log": "", "src/a.txt": "",
		"src/deep/b.log": "", "src/deep/b.txt": "", "src/deep/keep.log": "", "node_modules/m/i.js": "", "web/node_modules/m/i.js": "",
		"vendor/one/x": "", "vendor/two/y": "", "vendor/two/z/w": "", "tmp/x": "", "é/ü": "", ".env": "", ".hidden/x": "",
	}
	tests := []struct{ name, ignore, own string }{
		{name: "none"},
		{name: "names and globs", ignore: "*.log\nnode_modules\n/tmp/\n.env\n"},
		{name: "any depth", ignore: "**/*.log\n**/node_modules\n"},
		{name: "everything but", ignore: "*\n!src\n!vendor/two/z\n"},
		{name: "exceptions below", ignore: "src/**\n!src/deep/keep.log\n!**/b.txt\n"},
		{name: "excluded again", ignore: "vendor\n!vendor/two\nvendor/two/z\n"},
		{name: "comments and a mark", ignore: "\ufeff# a comment\n#hash\n\n  a.txt  \n"},
		{name: "the Dockerfile itself", ignore: "Dockerfile\n.dockerignore\n"},
		{name: "character classes", ignore: "src/a.[lt]*\n?.txt\né\n"},
		{name: "parent paths", ignore: "./src/../tmp\nsrc/./deep\n"},
		{name: "own file first", ignore: "src\n", own: "vendor\n"},
		{name: "own file that is empty", ignore: "src\n", own: "\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeFiles(t, dir, files)
			must(t, os.Chmod(filepath.Join(dir, "src/a.txt"), 0o755))
			must(t, os.Mkdir(filepath.Join(dir, "empty"), 0o755))
			must(t, os.Symlink("src/a.txt", filepath.Join(dir, "link")))
			must(t, os.Symlink("src", filepath.Join(dir, "linked")))
			if test.ignore != "" {
				writeFiles(t, dir, map[string]string{".dockerignore": test.ignore})
			}
			if test.own != "" {
				writeFiles(t, dir, map[string]string{"Dockerfile.dockerignore": test.own})
			}
			dockerfile, err := ReadDockerfile(dir, "Dockerfile")
			must(t, err)
			listing, err := walk(context.Background(), tree{root: dir, ignore: dockerfile.ignore}, nil)
			must(t, err)
			got := map[string]string{}
			for _, e := range listing.entries {
				got[e.path] = e.kind
			}
			if diff := cmp.Diff(copied(t, dir), got); diff != "" {
				t.Errorf("-BuildKit +ours\n%s", diff)
			}
		})
	}
}

// copied are the kinds of the files that a build of dir copies, by path.
func copied(t *testing.T, dir string) map[string]string {
	t.Helper()
	cmd := exec.Command("docker", "build", "--quiet", "--output", "type=tar,dest=-", dir)
	cmd.Env = append(os.Environ(), "DOCKER_BUILDKIT=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("docker build: %v\n%s", err, stderr.String())
	}
	kinds := map[string]string{}
	for archive := tar.NewReader(bytes.NewReader(out)); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return kinds
		}
		must(t, err)
		name := path.Clean(strings.TrimSuffix(header.Name, "/"))
		switch header.Typeflag {
		case tar.TypeDir:
			kinds[name] = "directory"
		case tar.TypeSymlink:
			kinds[name] = "link"
		default:
			kinds[name] = "file"
			if header.Mode&0o100 != 0 {
				kinds[name] = "executable"
			}
		}
		delete(kinds, ".")
	}
}
