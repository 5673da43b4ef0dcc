package ssh_test

import (
	"path/filepath"
	"testing"

	"git.example/slipway/internal/sshtest"
)

func BenchmarkConnect(b *testing.B) {
	s := sshtest.Start(b, sshtest.Config{})
	for b.Loop() {
		if err := hostOf(b, s.Options()).Connect(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRunTrue(b *testing.B) {
	h := hostOf(b, sshtest.Start(b, sshtest.Config{}).Options())
	for b.Loop() {
		if err := h.Run(b.Context(), sh("true"), nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadFile(b *testing.B) {
	s := sshtest.Start(b, sshtest.Config{})
	h, file := hostOf(b, s.Options()), filepath.Join(s.Dir, "file")
	if err := h.WriteFile(b.Context(), file, []byte("content"), 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := h.ReadFile(b.Context(), file); err != nil {
			b.Fatal(err)
		}
	}
}
