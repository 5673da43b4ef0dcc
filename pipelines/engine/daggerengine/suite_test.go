package daggerengine

import (
	"testing"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/engine/enginetest"
)

func TestSuite(t *testing.T) {
	e, ctx := start(t)
	reaches := false
	enginetest.Suite(t, func(*testing.T) engine.Engine { return e }, enginetest.Environment{
		// Base images in a Dockerfile are the engine's own to pull.
		Registry: func(t *testing.T, address string) {
			if reaches {
				return
			}
			if _, err := e.conn.client.Container().From(address + "/busybox:1").Sync(ctx); err != nil {
				t.Skipf("the Dagger engine runs where it does not reach this machine's loopback: %v", err)
			}
			reaches = true
		},
	})
}
