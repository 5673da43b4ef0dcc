package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// session is a reader at a terminal, in a directory of its own.
type session struct {
	home, dir string
	env       []string
	// port is where the sample's page is, in the place of 8080.
	port string
	// names are what pages call things, and what they are called here, where
	// other tests and users are.
	names [][2]string
	// tags are those of releases here, by build number: commits differ from
	// those on pages.
	tags map[string]string
}

var releaseTag = regexp.MustCompile(`\b([0-9]+)_[0-9a-f]{7}\b`)

func newSession(t *testing.T, base string) *session {
	t.Helper()
	home := t.TempDir()
	stack, hello := "slipdocs"+freePort(), "hello"+freePort()
	s := &session{home: home, dir: filepath.Join(home, "hello"), port: freePort(), tags: map[string]string{}}
	registry := "127.0.0.1:" + freePort()
	s.names = [][2]string{
		{"busybox:1.36", base},
		{"127.0.0.1:5077", registry},
		{"slipway-tracker", stack},
		{".local/hello", ".local/" + hello},
		{"--project-name hello", "--project-name " + hello},
		{"hello-web-1", hello + "-web-1"},
	}
	s.env = []string{
		"HOME=" + home, "USER=ana", "DOCKER_CONFIG=" + dockerConfig(), "PATH=" + withoutDagger(t, os.Getenv("PATH")), "XDG_DATA_HOME=" + home + "/data",
		"GIT_AUTHOR_NAME=Ana", "GIT_AUTHOR_EMAIL=ana@example.com", "GIT_COMMITTER_NAME=Ana", "GIT_COMMITTER_EMAIL=ana@example.com",
		"GIT_CONFIG_GLOBAL=/dev/null",
	}
	if host, ok := os.LookupEnv("DOCKER_HOST"); ok {
		s.env = append(s.env, "DOCKER_HOST="+host)
	}
	if err := os.Mkdir(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(removeStacks(stack), removeStacks(hello), removeImages(registry)); err != nil {
			t.Logf("cleaning up: %v", err)
		}
	})
	return s
}

// removeImages removes what was pulled from a registry.
func removeImages(registry string) error {
	script := `docker image ls --digests --filter reference="$1/*/*" --format '{{.Repository}}@{{.Digest}}' | xargs -r docker rmi`
	if out, err := exec.Command("sh", "-c", script, "sh", registry).CombinedOutput(); err != nil {
		return fmt.Errorf("removing the images of %s: %w\n%s", registry, err, out)
	}
	return nil
}

// withoutDagger is a PATH without the dagger command, so that everything runs on
// Docker and reads the same everywhere: directories that have it give way to one
// with links to the rest.
func withoutDagger(t *testing.T, path string) string {
	t.Helper()
	dirs := filepath.SplitList(path)
	for i, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "dagger")); err != nil {
			continue
		}
		programs, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		dirs[i] = t.TempDir()
		for _, program := range programs {
			if program.Name() == "dagger" {
				continue
			}
			if err := os.Symlink(filepath.Join(dir, program.Name()), filepath.Join(dirs[i], program.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	return strings.Join(dirs, string(filepath.ListSeparator))
}

func (s *session) here(text string) string {
	for _, name := range s.names {
		text = strings.ReplaceAll(text, name[0], name[1])
	}
	return text
}

func (s *session) onPages(text string) string {
	for _, name := range s.names {
		text = strings.ReplaceAll(text, name[1], name[0])
	}
	text = strings.ReplaceAll(text, s.port, "8080")
	return strings.ReplaceAll(text, s.home, "/home/ana")
}

// write writes a file as pages show it; an embedded registry gets an address of
// its own.
func (s *session) write(t *testing.T, step step, mode fs.FileMode) {
	t.Helper()
	content := strings.ReplaceAll(step.content, "embedded: {}", "embedded: {address: 127.0.0.1:5077}")
	content = strings.ReplaceAll(content, "embedded: {path:", "embedded: {address: 127.0.0.1:5077, path:")
	for _, published := range []string{"127.0.0.1:%s:8080", "TRACKER_ADDRESS: 127.0.0.1:%s"} {
		content = strings.ReplaceAll(content, fmt.Sprintf(published, "8080"), fmt.Sprintf(published, s.port))
	}
	path := filepath.Join(s.dir, step.file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(s.here(content)), mode); err != nil {
		t.Fatal(err)
	}
}

// sample copies a sample and commits it.
func (s *session) sample(t *testing.T, from string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		s.write(t, step{file: name, content: string(content)}, info.Mode())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.commit(t)
}

func (s *session) commit(t *testing.T) {
	t.Helper()
	if out, err := s.run(t, "git init -q -b main && git add -A && git commit -q -m 'First version'"); err != nil {
		t.Fatalf("committing the sample: %v\n%s", err, out)
	}
}

// do does one step of a page.
func (s *session) do(t *testing.T, path string, step step) {
	t.Helper()
	if step.file != "" {
		s.write(t, step, 0o644)
		return
	}
	if _, known := notRun[step.command]; known || strings.HasPrefix(step.command, daggerCLI) {
		return
	}
	out, err := s.run(t, step.command)
	refused := slices.ContainsFunc(step.shown, func(line string) bool { return strings.HasPrefix(line, "error: ") })
	switch gone := missing(step.shown, out); {
	case refused && err == nil:
		t.Fatalf("%s:%d: $ %s\nshould fail and did not:\n%s", path, step.line, step.command, out)
	case !refused && err != nil:
		t.Fatalf("%s:%d: $ %s\n%v:\n%s", path, step.line, step.command, err, out)
	case len(gone) > 0:
		t.Errorf("%s:%d: $ %s\nthe page shows what was not printed:\n  %s\nprinted:\n%s",
			path, step.line, step.command, strings.Join(gone, "\n  "), out)
	}
}

// run runs a command in the session's directory, which it may change, and
// returns what it prints, as pages would show it.
func (s *session) run(t *testing.T, command string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), commandLimit)
	defer cancel()
	where := filepath.Join(s.home, "directory")
	command = releaseTag.ReplaceAllStringFunc(command, func(tag string) string {
		return cmp.Or(s.tags[releaseTag.FindStringSubmatch(tag)[1]], tag)
	})
	command = strings.ReplaceAll(s.here(command), "127.0.0.1:8080", "127.0.0.1:"+s.port)
	c := exec.CommandContext(ctx, "sh", "-c", command+"\nstatus=$?; pwd >"+where+"; exit $status")
	c.Dir, c.Env, c.WaitDelay = s.dir, s.env, time.Second
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	started := time.Now()
	err := c.Run()
	t.Logf("%5.1f s: %s", time.Since(started).Seconds(), command)
	for _, tag := range releaseTag.FindAllStringSubmatch(out.String(), -1) {
		s.tags[tag[1]] = tag[0]
	}
	if dir, readErr := os.ReadFile(where); readErr == nil {
		s.dir = strings.TrimSpace(string(dir))
	}
	return s.onPages(out.String()), err
}
