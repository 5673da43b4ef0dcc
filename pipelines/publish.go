package pipelines

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
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
	tag, err := p.tag()
	if err != nil {
		return Published{}, err
	}
	names, err := p.publishTo(o.Env, o.Registries)
	if err != nil {
		return Published{}, err
	}
	to := make([]destination, len(names))
	for i, name := range names {
		if to[i], err = p.destination(ctx, name); err != nil {
			return Published{}, err
		}
	}
	if done, ok, err := p.alreadyPublished(ctx, tag, to, o.SkipChecks); err != nil || ok {
		return done, err
	}
	files, err := p.deployFiles(ctx)
	if err != nil {
		return Published{}, err
	}
	images, err := p.images(ctx)
	if err != nil {
		return Published{}, err
	}
	if err := p.ensureRepositories(ctx, to, images); err != nil {
		return Published{}, err
	}
	work, err := p.assess(ctx, to[0])
	if err != nil {
		return Published{}, err
	}
	builder := newBuilder(p, tag.Name)
	defer builder.clean()
	checks, err := p.produce(ctx, work, builder, to[0], o)
	if err != nil {
		return Published{}, err
	}
	return p.write(ctx, tag, to, work, checks, files)
}

// produce runs the checks and builds the images that are missing, all at once;
// the first failure stops the rest.
func (p *Project) produce(ctx context.Context, work *assessment, builder *builder, to destination, o PublishOptions) ([]CheckResult, error) {
	exports, err := newExportStage(p.dir)
	if err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, image := range work.images {
		group.Go(func() error { return builder.push(ctx, image, to) })
	}
	run := checkRun{
		Project: p, images: &publishedImages{work: work, to: to}, exports: exports,
		memory: &checkMemory{project: p, repository: to.records(work.configured), bases: work.bases, rerun: o.RerunChecks},
	}
	var checks []CheckResult
	if !o.SkipChecks {
		group.Go(func() (err error) {
			checks, err = run.all(ctx, p.Config.Checks)
			return err
		})
	}
	err = group.Wait()
	return checks, errors.Join(err, exports.place())
}

// write gives the images their release tags in every registry, and then writes
// the record, the first registry's last of all.
func (p *Project) write(ctx context.Context, tag release.Tag, to []destination, work *assessment, checks []CheckResult, files map[string][]byte) (Published, error) {
	record := p.record(tag, work, checks, files)
	var published Published
	err := report.Run(ctx, p.reporter, "write release "+tag.Name, func(t *report.Task) error {
		for i := len(to) - 1; i >= 0; i-- {
			if err := p.writeTags(ctx, tag, to[0], to[i], work); err != nil {
				return err
			}
			written, err := p.registry.PutRecord(ctx, to[i].records(work.configured), record, files)
			if err != nil {
				return fmt.Errorf("writing the record of release %q: %w", tag.Name, err)
			}
			if i == 0 {
				record = written
			}
		}
		published = p.published(tag, to[0], work, record)
		published.Checks = checks
		t.Detail(report.Count(len(work.images), "image") + ", tag " + tag.Name)
		return nil
	})
	return published, err
}

// writeTags tags every image in the registry "in", copying it there from the
// first one when they differ.
func (p *Project) writeTags(ctx context.Context, tag release.Tag, from, in destination, work *assessment) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(registryParallel)
	for _, image := range work.images {
		group.Go(func() error {
			repository := in.repository(image.name, image.config)
			if in.name != from.name {
				if err := p.mirror(ctx, image, from.repository(image.name, image.config), repository); err != nil {
					return fmt.Errorf("mirroring image %q to registry %q: %w", image.name, in.name, err)
				}
			}
			if err := p.registry.Alias(ctx, repository, image.digest, tag.Name); err != nil {
				return fmt.Errorf("tagging image %q: %w", image.name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// mirror copies an image with its content tag. A registry that has built the
// same content itself keeps its own under that tag.
func (p *Project) mirror(ctx context.Context, image *assessedImage, from, to string) error {
	if err := p.registry.Copy(ctx, from+"@"+image.digest, to); err != nil {
		return err
	}
	err := p.registry.Alias(ctx, to, image.digest, image.contentTag)
	var taken *registry.TagConflict
	if errors.As(err, &taken) {
		return nil
	}
	return err
}

// record is the release record of this run.
func (p *Project) record(tag release.Tag, work *assessment, checks []CheckResult, files map[string][]byte) release.Record {
	record := release.Record{
		Version: 1, Project: p.Config.Project, Tag: tag.Name,
		Commit: p.Info.Commit, Branch: p.Info.Branch, Build: p.Info.Build, RunURL: p.Info.RunURL,
		Created: time.Now().UTC().Truncate(time.Second), Final: tag.Final,
		Images: map[string]release.RecordedImage{},
		Checks: map[string]release.RecordedCheck{},
	}
	for _, image := range work.images {
		record.Images[image.name] = release.RecordedImage{
			Repository: image.config.Repository, Digest: image.digest, Content: image.contentTag, Platforms: image.platforms,
		}
	}
	for _, name := range p.Config.Checks.Names() {
		record.Checks[name] = release.RecordedCheck{Skipped: true}
	}
	for _, c := range checks {
		record.Checks[c.Name] = release.RecordedCheck{Passed: true, Inputs: c.inputs, Seconds: c.Seconds}
	}
	return record
}
