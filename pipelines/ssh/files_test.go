package ssh_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/sshtest"
)

func TestWriteFile(t *testing.T) {
	t.Parallel()
	h, s := newHost(t, sshtest.Config{})
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<18) // 4 MiB
	tests := map[string]struct {
		name string
		data []byte
		mode fs.FileMode
	}{
		"plain":              {"file", []byte("content"), 0o644},
		"secret":             {"secret", []byte("content"), 0o600},
		"for all":            {"all", []byte("#!/bin/sh"), 0o777},
		"empty":              {"empty", nil, 0o640},
		"large":              {"large", large, 0o644},
		"in new directories": {"a/b/c/file", []byte("content"), 0o644},
		"an awkward name":    {"it's a \"dir\" $(x)/näme 漢字\n*", []byte("content"), 0o600},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(s.Dir, test.name)
			for _, data := range [][]byte{[]byte("the one before"), test.data} {
				if err := h.WriteFile(t.Context(), file, data, test.mode); err != nil {
					t.Fatal(err)
				}
			}
			got, err := h.ReadFile(t.Context(), file)
			if err != nil || !bytes.Equal(got, test.data) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if info, err := os.Stat(file); err != nil || info.Mode() != test.mode {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
			names, err := h.List(t.Context(), filepath.Dir(file))
			for _, n := range names {
				if strings.HasPrefix(n, "."+filepath.Base(file)) {
					t.Errorf("%q is left", n)
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// The host's own umask lets everybody read: still nobody can while a file is
// written.
func TestWriteFileIsNeverReadableInBetween(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{NoSFTP: true, Lines: []string{"Subsystem sftp internal-sftp -u 0000"}})
	h := hostOf(t, s.Options())
	var open atomic.Bool
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			entries, _ := os.ReadDir(s.Dir)
			for _, e := range entries {
				if info, err := e.Info(); err == nil && info.Mode().Perm()&0o077 != 0 {
					open.Store(true)
				}
			}
		}
	})
	for range 50 {
		if err := h.WriteFile(t.Context(), filepath.Join(s.Dir, "secret"), []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	watching.Wait()
	if open.Load() {
		t.Error("others could read it")
	}
}

// A reader sees the old file or the new one, whole.
func TestWriteFileIsAtomic(t *testing.T) {
	t.Parallel()
	h, s := newHost(t, sshtest.Config{})
	file := filepath.Join(s.Dir, "file")
	content := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + i)}, 200_000) }
	if err := h.WriteFile(t.Context(), file, content(0), 0o644); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var reading sync.WaitGroup
	reading.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			data, err := os.ReadFile(file)
			if err != nil || len(data) != 200_000 || bytes.Count(data, data[:1]) != len(data) {
				t.Errorf("%d bytes, %v", len(data), err)
				return
			}
		}
	})
	for i := range 20 {
		if err := h.WriteFile(t.Context(), file, content(i), 0o644); err != nil {
			t.Error(err)
		}
	}
	close(done)
	reading.Wait()
}

func TestWriteFileOverALinkOrADirectory(t *testing.T) {
	t.Parallel()
	h, s := newHost(t, sshtest.Config{})
	target, link, dir := filepath.Join(s.Dir, "target"), filepath.Join(s.Dir, "link"), filepath.Join(s.Dir, "dir")
	if err := errors.Join(os.WriteFile(target, []byte("target"), 0o644), os.Symlink(target, link), os.Mkdir(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	if err := h.WriteFile(t.Context(), link, []byte("new"), 0o644); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(target); string(data) != "target" {
		t.Errorf("the link's target: %q", data)
	}
	wantError(t, h.WriteFile(t.Context(), dir, []byte("new"), 0o644), "writing", dir, h.String(), "something else in the place")
	if names, err := h.List(t.Context(), s.Dir); err != nil || len(names) != 3 {
		t.Errorf("%q, %v", names, err)
	}
}

func TestMissingFiles(t *testing.T) {
	t.Parallel()
	h, s := newHost(t, sshtest.Config{})
	missing := filepath.Join(s.Dir, "missing", "file")
	if _, err := h.ReadFile(t.Context(), missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading: %v", err)
	} else {
		wantError(t, err, missing, h.String())
	}
	if names, err := h.List(t.Context(), missing); names != nil || err != nil {
		t.Errorf("listing: %q, %v", names, err)
	}
	if err := h.Remove(t.Context(), missing); err != nil {
		t.Errorf("removing: %v", err)
	}
	for name, err := range map[string]error{
		"relative": h.WriteFile(t.Context(), "a/b", nil, 0o644),
		"empty":    h.Remove(t.Context(), ""),
	} {
		t.Run(name, func(t *testing.T) { wantError(t, err, "the path must be absolute") })
	}
	wantError(t, h.Remove(t.Context(), "//"), "that is everything")
}

func TestList(t *testing.T) {
	t.Parallel()
	h, s := newHost(t, sshtest.Config{})
	var want []string
	for i := range 300 {
		want = append(want, fmt.Sprintf("name %03d", i))
		if err := os.WriteFile(filepath.Join(s.Dir, want[i]), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := h.List(t.Context(), s.Dir)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	h, s := newHost(t, sshtest.Config{})
	kept := filepath.Join(s.Dir, "kept")
	tree := filepath.Join(s.Dir, "tree")
	make := func() {
		for _, dir := range []string{"a/b c", "empty", "a/.hidden"} {
			if err := os.MkdirAll(filepath.Join(tree, dir), 0o755); err != nil {
				t.Fatal(err)
			}
			for i := range 30 {
				os.WriteFile(filepath.Join(tree, dir, fmt.Sprint("file'", i)), nil, 0o400)
			}
		}
		os.Symlink(kept, filepath.Join(tree, "a", "link"))
		os.Symlink("/no/such", filepath.Join(tree, "dangling"))
	}
	if err := errors.Join(os.Mkdir(kept, 0o755), os.WriteFile(kept+"/file", nil, 0o644), os.Symlink(kept, s.Dir+"/link")); err != nil {
		t.Fatal(err)
	}
	make()
	for _, name := range []string{tree + "/a/b c/file'1", tree + "/", s.Dir + "/link"} {
		if err := h.Remove(t.Context(), name); err != nil {
			t.Error(err)
		}
		if exists(strings.TrimSuffix(name, "/")) {
			t.Errorf("%s is left", name)
		}
	}
	if !exists(kept + "/file") {
		t.Error("what a link leads to was removed")
	}
}

// Of many callers on several connections one makes the directory.
func TestMkdirExclusive(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{})
	for round := range 10 {
		dir := fmt.Sprintf("%s/new %d/lock/1", s.Dir, round)
		var made, existed atomic.Int32
		var calling sync.WaitGroup
		for range 3 {
			h := hostOf(t, s.Options())
			for range 5 {
				calling.Go(func() {
					switch err := h.MkdirExclusive(t.Context(), dir); {
					case err == nil:
						made.Add(1)
					case errors.Is(err, fs.ErrExist):
						existed.Add(1)
					default:
						t.Error(err)
					}
				})
			}
		}
		calling.Wait()
		if made.Load() != 1 || existed.Load() != 14 {
			t.Errorf("%d made it, to %d it existed", made.Load(), existed.Load())
		}
	}
	h := hostOf(t, s.Options())
	file := filepath.Join(s.Dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := h.MkdirExclusive(t.Context(), file); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file: %v", err)
	}
	if err := h.MkdirExclusive(t.Context(), file+"/dir"); err == nil || errors.Is(err, fs.ErrExist) {
		t.Errorf("in a file: %v", err)
	}
}

func TestNoSFTP(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		lines []string
		want  string
	}{
		"none":         {nil, "has no SFTP server; set Subsystem sftp internal-sftp"},
		"missing":      {[]string{"Subsystem sftp /no/such"}, "can't be used"},
		"talkative":    {[]string{"Subsystem sftp /bin/echo hello"}, "can't be used"},
		"without ours": {[]string{"Subsystem sftp internal-sftp -P posix-rename"}, "posix-rename@openssh.com"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := newHost(t, sshtest.Config{NoSFTP: true, Lines: test.lines})
			_, err := h.ReadFile(t.Context(), filepath.Join(s.Dir, "file"))
			wantError(t, err, h.String(), test.want, "Subsystem sftp internal-sftp")
			if err := h.Run(t.Context(), sh("true"), nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
}
