package plan

import (
	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/model"
)

// whyRecreate is why a service stops before it starts again; empty when the
// new container can start beside the old one.
func whyRecreate(strategy config.Strategy, m model.Model, s types.ServiceConfig) string {
	if strategy == config.Recreate {
		return "strategy: recreate"
	}
	if m.Ends(s) == container.MustEnd {
		return "it runs to its end"
	}
	if !m.RunsOurs(s.Name) {
		return "it is not an image of this release"
	}
	if ok, reason := composefile.CanRunTwice(s); !ok {
		return reason
	}
	return ""
}
