package embedded

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// uploadAge is how old an unfinished upload is when it is given up.
const uploadAge = 24 * time.Hour

// purgeUploads removes uploads that nobody finished. What can't be read or
// removed stays for the next time.
func purgeUploads(ctx context.Context, dir string, before time.Time) {
	root := filepath.Join(dir, "docker", "registry", "v2", "repositories")
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return fs.SkipAll
		}
		if err != nil || !entry.IsDir() {
			return nil
		}
		switch entry.Name() {
		case "_manifests", "_layers":
			return fs.SkipDir
		case "_uploads":
			uploads, _ := os.ReadDir(path)
			for _, upload := range uploads {
				if info, err := upload.Info(); err == nil && info.ModTime().Before(before) {
					_ = os.RemoveAll(filepath.Join(path, upload.Name()))
				}
			}
			return fs.SkipDir
		}
		return nil
	})
}
