package release_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"git.example/slipway/pipelines/release"
)

// FuzzDecodeRecord wants a record that is accepted to be read back as it was
// from what Encode writes: a record comes from a registry.
func FuzzDecodeRecord(f *testing.F) {
	f.Add(`{"version":1,"project":"p","tag":"1_abcdef0","commit":"abcdef0abcdef0abcdef0abcdef0abcdef0abcde","created":"2024-01-02T03:04:05Z","images":{},"files":{}}`)
	f.Add(`{"version":2}`)
	f.Add(`{"version":1,"Version":1,"images":{"a":{"digest":"sha256:00"}},"files":{"../x":""}}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := release.DecodeRecord([]byte(text))
		if err != nil {
			return
		}
		encoded, err := r.Encode()
		if err != nil {
			t.Fatalf("it was read and can't be written: %v", err)
		}
		again, err := release.DecodeRecord(encoded)
		if err != nil {
			t.Fatalf("what was written can't be read: %v", err)
		}
		if diff := cmp.Diff(r, again, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("it is read back differently: %s", diff)
		}
	})
}
