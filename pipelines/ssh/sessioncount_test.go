package ssh_test

import (
	"testing"

	"git.example/slipway/internal/sshtest"
)

// Sessions are counted beside those that are open, and given back.
func TestSessions(t *testing.T) {
	t.Parallel()
	for most, want := range map[int]int{0: 8, 1: 1, 3: 3, 20: 8} {
		h, _ := newHost(t, sshtest.Config{MaxSessions: most})
		for range 2 {
			allowed, wanted, err := h.Sessions(t.Context())
			if allowed != want || wanted != 8 || err != nil {
				t.Errorf("MaxSessions %d: %d of %d, %v", most, allowed, wanted, err)
			}
			if most != 1 {
				if _, err := h.List(t.Context(), "/"); err != nil { // keeps one open
					t.Error(err)
				}
			}
		}
		mustRun(t, h, sh("true"))
	}
}
