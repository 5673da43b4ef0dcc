package boundary

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestCheck(t *testing.T) {
	top := t.TempDir()
	root := filepath.Join(top, "repository")
	for _, dir := range []string{"app", "deep/er"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"inside": "app", "out": "..", "absolute": "/etc", "app/up": "../deep", "deep/er/out": "../../../..", "chain": "out", "dangling": "../nothing",
	} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(root, filepath.Join(top, "link")); err != nil {
		t.Fatal(err)
	}
	for path, in := range map[string]bool{
		".": true, "app": true, "app/Dockerfile": true, "inside/x": true, "app/up": true, "missing/deep": true,
		"..": false, "../repository": true, "../repository2": false, "out": false, "out/x": false, "absolute/passwd": false,
		"deep/er/out": false, "chain/x": false, "dangling": false, "dangling/x": false, "app/../..": false,
	} {
		for _, from := range []string{root, filepath.Join(top, "link")} {
			err := Check(from, filepath.Join(from, path))
			var outside *Outside
			if (err == nil) != in || err != nil && !errors.As(err, &outside) {
				t.Errorf("%s in %s: %v", path, from, err)
			}
		}
	}
}

func TestCacheDirectory(t *testing.T) {
	for cache, want := range map[string]string{
		"type=local,dest=/x": "/x", "dest=../y, type=local": "../y", "type=local,src=z": "z", "TYPE=Local,dest=a": "a",
		"type=registry,ref=x": "", "type=gha": "", "user/app:cache": "", "type=local": "",
	} {
		dir, local := CacheDirectory(cache)
		if local != (want != "") || local && dir != want {
			t.Errorf("%s: %q, %v", cache, dir, local)
		}
	}
}

func TestMode(t *testing.T) {
	for name, want := range map[string]fs.FileMode{
		"/srv/app/compose.yml": 0o644, "/srv/app/.slipway": 0o600, "/srv/app/.slipway/prod/live.json": 0o600, ".slipway/x": 0o600,
		"/srv/.slipway/.files": 0o600, "/srv/.slipway/.files/abc/nginx.conf": 0o644, "/srv/.slipway-images.yml": 0o644,
	} {
		if got := Mode(name, 0o644); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
