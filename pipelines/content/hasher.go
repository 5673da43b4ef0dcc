package content

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sync/semaphore"

	"git.example/slipway/pipelines/keyed"
)

// Hasher hashes what images are built from. One serves a whole run: it reads a
// directory that several images share once. It is safe for several goroutines.
type Hasher struct {
	// reads bounds the files that are open at once.
	reads   *semaphore.Weighted
	buffers sync.Pool
	// without are paths in a directory that are no part of any content.
	without func(root string) []string

	mu    sync.Mutex
	trees *trees
	files map[string]hashedFile
}

// trees are those that were read since the last Rescan.
type trees = keyed.Once[tree, *listing]

// hashedFile is the hash of a file as it was when it was read.
type hashedFile struct {
	info fs.FileInfo
	hash string
}

// readsAtOnce is how many files are read at once: several for each core, which
// hashes one while the disk brings the others.
func readsAtOnce() int { return 4 * runtime.GOMAXPROCS(0) }

// NewHasher makes a Hasher that has read nothing yet. Without says which paths in a
// directory, relative to it and with slashes, are no part of any content; nil for
// none.
func NewHasher(without func(root string) []string) *Hasher {
	if without == nil {
		without = func(string) []string { return nil }
	}
	return &Hasher{
		without: without,
		reads:   semaphore.NewWeighted(int64(readsAtOnce())),
		buffers: sync.Pool{New: func() any { return new([64 << 10]byte) }},
		trees:   &trees{RetryErrors: true},
		files:   map[string]hashedFile{},
	}
}

// Rescan makes the next Content list directories anew, which is how a change
// during a build is found out. Files that are as they were are not read again.
func (h *Hasher) Rescan() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.trees = &trees{RetryErrors: true}
}

// file hashes the content of the file at path, or takes the hash from an
// earlier read when size, time and inode are the same.
func (h *Hasher) file(ctx context.Context, path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	h.mu.Lock()
	known, ok := h.files[path]
	h.mu.Unlock()
	if ok && unchanged(known.info, info) {
		return known.hash, nil
	}
	if err := h.reads.Acquire(ctx, 1); err != nil {
		return "", context.Cause(ctx)
	}
	defer h.reads.Release(1)
	sum := sha256.New()
	// BuildKit sends a socket as an empty file.
	if info.Mode()&fs.ModeSocket == 0 {
		if err := h.read(ctx, path, sum); err != nil {
			return "", err
		}
	}
	read := hashedFile{info: info, hash: hex.EncodeToString(sum.Sum(nil))}
	if after, err := os.Lstat(path); err == nil && unchanged(info, after) {
		h.mu.Lock()
		h.files[path] = read
		h.mu.Unlock()
	}
	return read.hash, nil
}

func unchanged(before, after fs.FileInfo) bool {
	return before.Size() == after.Size() && before.ModTime().Equal(after.ModTime()) && os.SameFile(before, after)
}

func (h *Hasher) read(ctx context.Context, path string, to io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	buffer := h.buffers.Get().(*[64 << 10]byte)
	defer h.buffers.Put(buffer)
	for ctx.Err() == nil {
		n, err := file.Read(buffer[:])
		to.Write(buffer[:n])
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("reading %q: %w", path, err)
		}
	}
	return context.Cause(ctx)
}
