package content

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkContent hashes 50 images that share a context of 10,000 files of
// 2 KiB, as one run does.
func BenchmarkContent(b *testing.B) {
	dir := b.TempDir()
	text := make([]byte, 2<<10)
	for i := range 10000 {
		name := filepath.Join(dir, fmt.Sprintf("d%d", i%100), fmt.Sprintf("f%d", i))
		must(b, os.MkdirAll(filepath.Dir(name), 0o755))
		must(b, os.WriteFile(name, text, 0o644))
	}
	writeFiles(b, dir, map[string]string{"Dockerfile": "FROM scratch\n", ".dockerignore": "**/*.log\nnode_modules\n!keep.log\n"})
	for _, images := range []int{1, 50} {
		b.Run(fmt.Sprintf("images=%d", images), func(b *testing.B) {
			for b.Loop() {
				hasher := NewHasher(nil)
				for i := range images {
					_, err := hasher.Content(context.Background(), Inputs{Name: "x", Context: dir, Dockerfile: "Dockerfile",
						Target: fmt.Sprint(i), Platforms: []string{"linux/amd64"}})
					must(b, err)
				}
			}
		})
	}
}
