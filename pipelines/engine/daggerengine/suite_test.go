package daggerengine

import (
	"testing"

	"github.com/slipwayhq/slipway/pipelines/engine"
	"github.com/slipwayhq/slipway/pipelines/engine/enginetest"
)

func TestSuite(t *testing.T) {
	e, _ := start(t)
	enginetest.Suite(t, func(*testing.T) engine.Engine { return e }, enginetest.Environment{})
}
