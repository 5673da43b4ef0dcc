package pipelines

import (
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// View looks at all environments and releases of a project, and changes nothing: its
// methods are the verbs status, releases, history show, diff and stats.
type View struct {
	workspace  *workspace.Workspace
	registries *published.Registries
	targets    *targets.Environments
}

// View is what the verbs that look stand on.
func (p *Project) View() View { return View{p.workspace, p.registries, p.targets} }
