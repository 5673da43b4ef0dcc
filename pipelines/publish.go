package pipelines

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/checks"
	"git.example/slipway/pipelines/images"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// PublishOptions say what to publish and where.
type PublishOptions struct {
	// Env publishes to that environment's registry and its mirrors.
	Env string
	// Registries are published to instead.
	Registries []string
	// SkipChecks publishes without the checks; the record says so, and a
	// protected environment refuses such a release.
	SkipChecks bool
	// RerunChecks runs checks whose very inputs have passed before.
	RerunChecks bool
}

// Published is a release that exists.
type Published struct {
	Tag    string `json:"tag"`
	Commit string `json:"commit"`
	// Final says that the tag may go to a protected environment; Why says why not.
	Final  bool             `json:"final"`
	Why    string           `json:"why,omitempty"`
	Images []PublishedImage `json:"images"`
	Checks []CheckResult    `json:"checks,omitempty"`
	// Record is the reference of the release record, Existed that the release
	// had been published before.
	Record  string `json:"record"`
	Existed bool   `json:"existed"`
	// digest of the record, if this run wrote it.
	digest string
}

// PublishedImage is one image of a release in the registry.
type PublishedImage struct {
	Name string `json:"name"`
	// Reference is repository:tag, Digest what it stands for.
	Reference string `json:"reference"`
	Digest    string `json:"digest"`
	// Built says that this run built it; else its content existed.
	Built bool `json:"built"`
}

// Publish runs the checks, builds the images whose content no registry has,
// gives all images the release's tag and writes the release record last. A run
// that was killed, or that runs twice at once, ends in the same digests.
func (p *Project) Publish(ctx context.Context, o PublishOptions) (Published, error) {
	tag, err := p.workspace.Tag()
	if err != nil {
		return Published{}, err
	}
	to, err := destinations(ctx, p.registries, o)
	if err != nil {
		return Published{}, err
	}
	existing, ok, err := p.registries.Existing(ctx, tag.Name, to, o.SkipChecks)
	if err != nil {
		return Published{}, err
	}
	if ok {
		existing.In = to[0]
		result := publishedOf(existing, tag)
		result.Existed = true
		return result, nil
	}
	if !o.SkipChecks {
		if err := checks.Refuse(ctx, p.workspace, p.Config.Checks); err != nil {
			return Published{}, err
		}
	}
	files, err := targets.Files(ctx, p.workspace)
	if err != nil {
		return Published{}, err
	}
	configured, err := p.images.All(ctx)
	if err != nil {
		return Published{}, err
	}
	repositories := published.Images{}
	for _, image := range configured {
		repositories[image.Name] = image.Value.Repository
	}
	would := release.Record{Tag: tag.Name, Images: map[string]release.RecordedImage{}}
	for _, image := range configured {
		would.Images[image.Name] = release.RecordedImage{}
	}
	if err := publishable(ctx, p.workspace, published.Release{Record: would, Files: files.Files}); err != nil {
		return Published{}, err
	}
	if err := p.registries.Prepare(ctx, to, repositories); err != nil {
		return Published{}, err
	}
	work, err := p.images.Assess(ctx, to[0])
	if err != nil {
		return Published{}, err
	}
	results, err := p.produce(ctx, tag.Name, work, to[0], o)
	if err != nil {
		return Published{}, err
	}
	written, err := p.registries.Write(ctx, to, files.Record(recordOf(p.workspace, tag, work.Recorded(), results)), files.Files)
	if err != nil {
		return Published{}, err
	}
	result := publishedOf(published.Release{Record: written.Record, In: to[0], Reference: to[0].Records() + ":" + release.RecordTag(tag.Name)}, tag)
	if !written.Existed {
		result.digest = written.Digest
	}
	for i, image := range result.Images {
		result.Images[i].Built = work.Get(image.Name).Built
	}
	result.Checks = results
	return result, nil
}

// destinations are the registries to publish to, the first one first.
func destinations(ctx context.Context, registries *published.Registries, o PublishOptions) ([]published.Destination, error) {
	names, err := registries.Names(o.Env, o.Registries)
	if err != nil {
		return nil, err
	}
	to := make([]published.Destination, len(names))
	for i, name := range names {
		if to[i], err = registries.Destination(ctx, name); err != nil {
			return nil, err
		}
	}
	return to, nil
}

// produce runs the checks and builds the images that are missing, all at once;
// the first failure stops the rest.
func (p *Project) produce(ctx context.Context, tag string, work *images.Assessment, to published.Destination, o PublishOptions) ([]CheckResult, error) {
	memory := checks.NewMemory(p.workspace, to.Records(), nil, work.Bases, o.RerunChecks)
	runner, err := checks.NewRunner(p.workspace, p.images, checks.NewPublishedImages(p.Config, work), memory)
	if err != nil {
		return nil, err
	}
	builder := p.images.NewBuilder(tag)
	defer builder.Close()
	group, ctx := errgroup.WithContext(ctx)
	for _, image := range work.Images {
		group.Go(func() error { return builder.Push(ctx, work, image) })
	}
	var results []CheckResult
	if !o.SkipChecks {
		group.Go(func() (err error) {
			results, err = runner.Run(ctx, p.Config.Checks)
			return err
		})
	}
	err = group.Wait()
	return results, errors.Join(err, runner.Place())
}

// recordOf is the release record that publishing these images makes.
func recordOf(w *workspace.Workspace, tag release.Tag, made map[string]release.RecordedImage, results []CheckResult) release.Record {
	record := release.Record{
		Version: 1, Project: w.Config.Project, Tag: tag.Name,
		Commit: w.Info.Commit, Branch: w.Info.Branch, Build: w.Info.Build, RunURL: w.Info.RunURL,
		Created: time.Now().UTC().Truncate(time.Second), Final: tag.Final,
		Images: made,
		Checks: map[string]release.RecordedCheck{},
	}
	for _, name := range w.Config.Checks.Names() {
		record.Checks[name] = release.RecordedCheck{Skipped: true}
	}
	for _, c := range results {
		record.Checks[c.Name] = release.RecordedCheck{Passed: true, Inputs: c.Inputs, Seconds: c.Seconds}
	}
	return record
}

// publishedOf is a release as its record tells it.
func publishedOf(r published.Release, tag release.Tag) Published {
	result := Published{Tag: tag.Name, Commit: r.Record.Commit, Final: tag.Final, Why: tag.Why, Record: r.Reference}
	for _, name := range slices.Sorted(maps.Keys(r.Record.Images)) {
		result.Images = append(result.Images, PublishedImage{
			Name: name, Reference: r.In.Recorded(r.Record, name) + ":" + tag.Name, Digest: r.Record.Images[name].Digest,
		})
	}
	return result
}
