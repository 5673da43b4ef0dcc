package pipelines

import (
	"context"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/release"
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
type ChangedPart struct {
	Name    string `json:"name"`
	Changed bool   `json:"changed"`
	// Reasons are why, for people.
	Reasons []string `json:"reasons,omitempty"`
}

// Changes compares the working tree with what is live. It needs no engine,
// builds nothing and changes nothing.
func (p *Project) Changes(ctx context.Context, o ChangesOptions) (Changes, error) {
	environment, err := p.environment(o.Env)
	if err != nil {
		return Changes{}, err
	}
	if p.noCommit != nil {
		return Changes{}, p.noCommit
	}
	s, err := p.stage(ctx, environment, nil)
	if err != nil {
		return Changes{}, err
	}
	if err := s.connect(ctx, withoutHost); err != nil {
		return Changes{}, err
	}
	live, err := s.live(ctx)
	if err != nil {
		return Changes{}, err
	}
	record, want, err := p.wanted(ctx, s)
	if err != nil {
		return Changes{}, err
	}
	result := Changes{Environment: s.name, Live: live.tag, Commit: p.Info.Commit, Images: []string{}, Targets: []string{}}
	if result.All.Targets, err = p.changedTargets(ctx, s, want, live); err != nil {
		return Changes{}, err
	}
	if result.All.Images, err = p.changedImages(ctx, s, record, want, live); err != nil {
		return Changes{}, err
	}
	for _, image := range result.All.Images {
		if image.Changed {
			result.Images = append(result.Images, image.Name)
		}
	}
	for _, target := range result.All.Targets {
		if target.Changed {
			result.Targets = append(result.Targets, target.Name)
		}
	}
	return result, nil
}

// wanted is what the targets would run of a release of this working tree. Its
// images have content tags, and digests of nothing: nothing was built.
func (p *Project) wanted(ctx context.Context, s *stage) (release.Record, []rollout.Item, error) {
	record := release.Record{Project: p.Config.Project, Tag: "working-tree", Commit: p.Info.Commit, Images: map[string]release.RecordedImage{}}
	images, err := p.images(ctx)
	if err != nil {
		return record, nil, err
	}
	bases := newBaseDigests(p)
	for _, image := range images {
		hash, err := p.content(ctx, image.Name, image.Value.Build, image.Value.Platforms, bases)
		if err != nil {
			return record, nil, err
		}
		record.Images[image.Name] = release.RecordedImage{
			Repository: image.Value.Repository, Digest: "sha256:" + strings.Repeat("0", 64), Content: content.Tag(hash),
		}
	}
	files, err := p.deployFiles(ctx)
	if err != nil {
		return record, nil, err
	}
	items, err := p.complete(ctx, s, record, files)
	return record, items, err
}

// liveParts is what is live, by target.
type liveParts struct {
	tag     string
	targets map[string]deploy.Desired
}

// live reads the journal.
func (s *stage) live(ctx context.Context) (liveParts, error) {
	entry, err := s.journal.Live(ctx)
	if err != nil || entry == nil {
		return liveParts{}, err
	}
	targets, err := s.journal.Desired(ctx, entry.ID)
	if err != nil {
		return liveParts{}, fmt.Errorf("reading what is live in %s: %w", s.name, err)
	}
	return liveParts{tag: entry.Tag, targets: targets}, nil
}

// changedImages compares every image with the releases that are live in the
// targets that use it: those may have been deployed apart. An image that no
// target uses is compared with all.
func (p *Project) changedImages(ctx context.Context, s *stage, record release.Record, want []rollout.Item, live liveParts) ([]ChangedPart, error) {
	images, err := p.images(ctx)
	if err != nil {
		return nil, err
	}
	users := map[string][]string{}
	for i, target := range s.targets {
		used, err := uses(ctx, s, target.kind, want[i].Desired)
		if err != nil {
			return nil, fmt.Errorf("comparing target %q: %w", target.Name(), err)
		}
		for _, image := range used {
			users[image] = append(users[image], target.Name())
		}
	}
	var parts []ChangedPart
	for _, image := range images {
		targets := users[image.Name]
		if len(targets) == 0 {
			targets = s.config.Deploy.Names()
		}
		parts = append(parts, live.image(image.Name, record.Images[image.Name], targets))
	}
	return parts, nil
}

// image compares an image with what is live in targets.
func (l liveParts) image(name string, want release.RecordedImage, targets []string) ChangedPart {
	part := ChangedPart{Name: name}
	for _, target := range targets {
		d, known := l.targets[target]
		have, recorded := d.Release.Images[name]
		reason := ""
		switch {
		case !known || d.Release.Tag == "":
			reason = fmt.Sprintf("target %s is not deployed yet", target)
		case !recorded:
			reason = fmt.Sprintf("%s, which target %s has, is without it", d.Release.Tag, target)
		case have.Content != want.Content:
			reason = fmt.Sprintf("its content is not that of %s, which target %s has", d.Release.Tag, target)
		default:
			continue
		}
		part.Changed, part.Reasons = true, append(part.Reasons, reason)
	}
	return part
}
