package targets

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/release"
)

// Part is one image or target, compared with what is live.
type Part struct {
	Name    string `json:"name"`
	Changed bool   `json:"changed"`
	// Reasons are why, for people.
	Reasons []string `json:"reasons,omitempty"`
}

// Live is what is live of an environment, by target.
type Live struct {
	// Tag is empty before the first deploy.
	Tag     string
	Targets map[string]deploy.Desired
}

// Live reads what is live from the journal.
func (e *Environment) Live(ctx context.Context) (Live, error) {
	entry, err := e.Journal.Live(ctx)
	if err != nil || entry == nil {
		return Live{}, err
	}
	targets, err := e.Journal.Desired(ctx, entry.ID)
	if err != nil {
		return Live{}, fmt.Errorf("reading what is live in %s: %w", e.Name, err)
	}
	return Live{Tag: entry.Tag, Targets: targets}, nil
}

// ChangedTargets compares what every target should run with what is live of it.
func (e *Environment) ChangedTargets(ctx context.Context, want []rollout.Item, live Live) ([]Part, error) {
	parts := make([]Part, len(want))
	for i, item := range want {
		name := item.Target.Name()
		parts[i].Name = name
		before, known := live.Targets[name]
		if !known || before.Release.Tag == "" {
			parts[i].Changed, parts[i].Reasons = true, []string{"it is not deployed yet"}
			continue
		}
		reasons, err := e.differences(ctx, e.Targets[i], item.Desired, before)
		if err != nil {
			return nil, fmt.Errorf("comparing target %q: %w", name, err)
		}
		parts[i].Changed, parts[i].Reasons = len(reasons) > 0, reasons
	}
	return e.withEveryDeploy(parts), nil
}

// withEveryDeploy adds the targets that act whenever another one is deployed.
func (e *Environment) withEveryDeploy(parts []Part) []Part {
	if !slices.ContainsFunc(parts, func(p Part) bool { return p.Changed }) {
		return parts
	}
	for i, target := range e.Targets {
		if target.kind.everyDeploy() && !parts[i].Changed {
			parts[i].Changed, parts[i].Reasons = true, []string{"it runs with every deploy"}
		}
	}
	return parts
}

// differences are why a target differs from what is live of it.
func (e *Environment) differences(ctx context.Context, target Target, want, live deploy.Desired) ([]string, error) {
	reasons := []string{}
	for _, name := range cleaned(target.kind.files()) {
		if want.Files[name] != live.Files[name] {
			reasons = append(reasons, fmt.Sprintf("file %s differs from %s", name, live.Release.Tag))
		}
	}
	file := filepath.Base(e.site.workspace.Config.Path)
	now, then := e.site.configured(target.Name(), want.Files[file]), e.site.configured(target.Name(), live.Files[file])
	if now != nil && !reflect.DeepEqual(now, then) {
		reasons = append(reasons, fmt.Sprintf("its part of %s differs from %s", file, live.Release.Tag))
	}
	reasons = append(reasons, target.kind.differences(ctx, e.site, want, live)...)
	used, err := target.kind.uses(ctx, e.site, want)
	if err != nil {
		return nil, err
	}
	for _, name := range used {
		if have, ok := live.Release.Images[name]; !ok || have.Content != want.Release.Images[name].Content {
			reasons = append(reasons, fmt.Sprintf("image %s is not that of %s", name, live.Release.Tag))
		}
	}
	return reasons, nil
}

// configured is a target's part of a recorded slipway.yaml; nil when it can't
// be read.
func (s *site) configured(target, text string) *config.Target {
	recorded, err := config.Parse(filepath.Base(s.workspace.Config.Path), []byte(text))
	if err != nil {
		return nil
	}
	e, _ := recorded.Environments.Get(s.name)
	t, ok := e.Deploy.Get(target)
	if !ok {
		return nil
	}
	return &t
}

// ChangedImages compares every image of a record with the releases that are live
// in the targets that use it: those may have been deployed apart. An image that no
// target uses is compared with all.
func (e *Environment) ChangedImages(ctx context.Context, images []string, record release.Record, want []rollout.Item, live Live) ([]Part, error) {
	users := map[string][]string{}
	for i, target := range e.Targets {
		used, err := target.kind.uses(ctx, e.site, want[i].Desired)
		if err != nil {
			return nil, fmt.Errorf("comparing target %q: %w", target.Name(), err)
		}
		for _, image := range used {
			users[image] = append(users[image], target.Name())
		}
	}
	var parts []Part
	for _, image := range images {
		targets := users[image]
		if len(targets) == 0 {
			targets = e.Config.Deploy.Names()
		}
		parts = append(parts, live.image(image, record.Images[image], targets))
	}
	return parts, nil
}

// image compares an image with what is live in targets.
func (l Live) image(name string, want release.RecordedImage, targets []string) Part {
	part := Part{Name: name}
	for _, target := range targets {
		d, known := l.Targets[target]
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
