package pipelines

import (
	"git.example/slipway/pipelines/images"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// planner plans releases and deploys. It changes nothing.
type planner struct {
	workspace  *workspace.Workspace
	registries *published.Registries
	images     *images.Catalog
	targets    *targets.Environments
}

func (p *Project) planner() planner { return planner{p.workspace, p.registries, p.images, p.targets} }
