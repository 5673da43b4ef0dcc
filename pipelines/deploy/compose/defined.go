package compose

import (
	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/deploy/compose/kept"
)

// Defined are the volumes and networks that a project uses and does not leave to
// docker, as text: "volume data, network front". What the host has of them stays as
// it is, so only a look at it tells whether they are as the files say.
func Defined(p *types.Project) string { return kept.Defined(p) }
