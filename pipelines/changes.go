package pipelines

import (
	"context"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/images"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// ChangesOptions say what to compare with.
type ChangesOptions struct {
	// Env is as in DeployOptions.
	Env string
}

// Changes are what of the working tree differs from what is live in an
// environment, not from the last commit: a deploy that was cancelled or failed
// loses nothing.
type Changes struct {
	Environment string `json:"environment"`
	// Live is the tag of the live release; empty before the first deploy.
	Live string `json:"live"`
	// Commit is HEAD's full commit.
	Commit string `json:"commit"`
	// Images and Targets are the names of those that differ, in the config's order.
	Images  []string `json:"images"`
	Targets []string `json:"targets"`
	All     All      `json:"all"`
}

// All is every image and every target, changed or not.
type All struct {
	Images  []ChangedPart `json:"images"`
	Targets []ChangedPart `json:"targets"`
}

// ChangedPart is one image or target.
type ChangedPart = targets.Part

// Changes compares the working tree with what is live. It needs no engine,
// builds nothing and changes nothing.
func (p *Project) Changes(ctx context.Context, o ChangesOptions) (Changes, error) {
	inConfig, err := p.workspace.Environment(o.Env)
	if err != nil {
		return Changes{}, err
	}
	if err := p.workspace.Commit(); err != nil {
		return Changes{}, err
	}
	environment, err := p.targets.Open(ctx, inConfig, nil)
	if err != nil {
		return Changes{}, err
	}
	if err := environment.Connect(ctx, targets.WithoutHost); err != nil {
		return Changes{}, err
	}
	if err := p.targets.FindJournal(ctx, environment); err != nil {
		return Changes{}, err
	}
	live, err := environment.Live(ctx)
	if err != nil {
		return Changes{}, err
	}
	configured, err := p.images.All(ctx)
	if err != nil {
		return Changes{}, err
	}
	tree, err := treeRelease(ctx, p.workspace, p.images, configured)
	if err != nil {
		return Changes{}, err
	}
	want, err := environment.Described(ctx, tree)
	if err != nil {
		return Changes{}, err
	}
	result := Changes{Environment: environment.Name, Live: live.Tag, Commit: p.Info.Commit}
	if result.All.Targets, err = environment.ChangedTargets(ctx, want, live); err != nil {
		return Changes{}, err
	}
	if result.All.Images, err = environment.ChangedImages(ctx, configured.Names(), tree.Record, want, live); err != nil {
		return Changes{}, err
	}
	result.Images, result.Targets = changed(result.All.Images), changed(result.All.Targets)
	return result, nil
}

// changed are the names of those that differ; none is no nil.
func changed(parts []ChangedPart) []string {
	names := []string{}
	for _, part := range parts {
		if part.Changed {
			names = append(names, part.Name)
		}
	}
	return names
}

// treeRelease is a release of this working tree as far as it is known without
// building: its images have content tags, and digests of nothing.
func treeRelease(ctx context.Context, w *workspace.Workspace, catalog *images.Catalog, configured config.Map[config.Image]) (published.Release, error) {
	record := release.Record{Project: w.Config.Project, Tag: "working-tree", Commit: w.Info.Commit, Images: map[string]release.RecordedImage{}}
	bases := images.NewBases(w)
	for _, image := range configured {
		hash, err := catalog.Content(ctx, image.Name, image.Value.Build, image.Value.Platforms, bases)
		if err != nil {
			return published.Release{}, err
		}
		record.Images[image.Name] = release.RecordedImage{
			Repository: image.Value.Repository, Digest: "sha256:" + strings.Repeat("0", 64), Content: content.Tag(hash),
		}
	}
	files, err := targets.Files(ctx, w)
	return published.Release{Record: files.Record(record), Files: files.Files}, err
}
