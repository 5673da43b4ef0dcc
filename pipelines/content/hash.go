package content

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"io"
	"maps"
	"slices"
)

// Hash is a SHA-256 sum: 64 lowercase hex characters.
type Hash string

// TagPrefix begins every content tag, and no tag of a release.
const TagPrefix = "content-"

// Tag is the tag that an image of that content has in a registry:
// TagPrefix and the first 32 characters.
func Tag(h Hash) string { return TagPrefix + string(h[:32]) }

// Digest is a Hash over what a thing was made from. Kind names what it is of,
// with a version, as "check inputs v1"; no two kinds share a digest. Each part
// counts on its own: moving a byte from one to the next changes the Hash.
func Digest(kind string, parts ...string) Hash {
	s := newSummer(kind)
	for _, part := range parts {
		s.text(part)
	}
	return s.sum()
}

// summer is a SHA-256 in which every value is preceded by its length, and every
// list by its count, so that different inputs never make the same bytes.
type summer struct{ hash hash.Hash }

func newSummer(kind string) summer {
	s := summer{sha256.New()}
	s.text(kind)
	return s
}

func (s summer) count(n int) {
	s.hash.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
}

func (s summer) text(value string) {
	s.count(len(value))
	io.WriteString(s.hash, value)
}

// set adds values in an order of their own; repeats count once.
func (s summer) set(values []string) {
	sorted := slices.Compact(slices.Sorted(slices.Values(values)))
	s.count(len(sorted))
	for _, value := range sorted {
		s.text(value)
	}
}

func (s summer) pairs(values map[string]string) {
	s.count(len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		s.text(key)
		s.text(values[key])
	}
}

func (s summer) sum() Hash { return Hash(hex.EncodeToString(s.hash.Sum(nil))) }
