package pipelines

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
)

// imageUser is a kind of target that uses some of the images only. Others are
// taken to use all.
type imageUser interface {
	// uses are the names of the images of d that the target runs.
	uses(ctx context.Context, s *stage, d deploy.Desired) ([]string, error)
}

// changedTargets compares every target with what is live of it.
func (p *Project) changedTargets(ctx context.Context, s *stage, want []rollout.Item, live liveParts) ([]ChangedPart, error) {
	parts := make([]ChangedPart, len(want))
	for i, item := range want {
		name := item.Target.Name()
		parts[i].Name = name
		before, known := live.targets[name]
		if !known || before.Release.Tag == "" {
			parts[i].Changed, parts[i].Reasons = true, []string{"it is not deployed yet"}
			continue
		}
		reasons, err := p.differences(ctx, s, s.targets[i], item.Desired, before)
		if err != nil {
			return nil, fmt.Errorf("comparing target %q: %w", name, err)
		}
		parts[i].Changed, parts[i].Reasons = len(reasons) > 0, reasons
	}
	return withSteps(s, parts), nil
}

// withSteps adds the containers that are steps of a deploy: they run for every
// release, so they run whenever another target is deployed.
func withSteps(s *stage, parts []ChangedPart) []ChangedPart {
	if !slices.ContainsFunc(parts, func(p ChangedPart) bool { return p.Changed }) {
		return parts
	}
	for i, target := range s.targets {
		if _, step := target.kind.(runKind); step && !parts[i].Changed {
			parts[i].Changed, parts[i].Reasons = true, []string{"it runs with every deploy"}
		}
	}
	return parts
}

// differences are why a target differs from what is live of it.
func (p *Project) differences(ctx context.Context, s *stage, target staged, want, live deploy.Desired) ([]string, error) {
	reasons := []string{}
	for _, name := range cleaned(target.kind.files()) {
		if want.Files[name] != live.Files[name] {
			reasons = append(reasons, fmt.Sprintf("file %s differs from %s", name, live.Release.Tag))
		}
	}
	now, then := p.configured(s.name, target.Name(), want.Files), p.configured(s.name, target.Name(), live.Files)
	if now != nil && !reflect.DeepEqual(now, then) {
		reasons = append(reasons, fmt.Sprintf("its part of %s differs from %s", filepath.Base(p.Config.Path), live.Release.Tag))
	}
	if k, ok := target.kind.(gitsyncKind); ok {
		reasons = append(reasons, k.differs(ctx, p, want, live)...)
	}
	used, err := uses(ctx, s, target.kind, want)
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
func (p *Project) configured(environment, target string, files map[string]string) *config.Target {
	name := filepath.Base(p.Config.Path)
	recorded, err := config.Parse(name, []byte(files[name]))
	if err != nil {
		return nil
	}
	e, _ := recorded.Environments.Get(environment)
	t, ok := e.Deploy.Get(target)
	if !ok {
		return nil
	}
	return &t
}

// uses are the images that a target runs.
func uses(ctx context.Context, s *stage, k kind, d deploy.Desired) ([]string, error) {
	if user, ok := k.(imageUser); ok {
		return user.uses(ctx, s, d)
	}
	return sortedNames(d.Release.Images), nil
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// differs compares the directory's tree in two commits: other changes of the
// repository are none of this target.
func (k gitsyncKind) differs(ctx context.Context, p *Project, want, live deploy.Desired) []string {
	if len(want.Sync) == 0 || len(live.Sync) == 0 {
		return []string{"what is live of it is no commit"}
	}
	top, below := want.Sync[0], live.Sync[0]
	for _, layer := range live.Sync[1:] {
		return []string{fmt.Sprintf("single paths of commit %.7s are live", layer.Commit)}
	}
	if below.Tree == "" && p.repo != nil {
		below.Tree, _ = p.repo.Tree(ctx, below.Commit, below.From)
	}
	switch {
	case top.Commit == below.Commit && top.From == below.From, top.Tree != "" && top.Tree == below.Tree:
		return nil
	case top.Tree == "" || below.Tree == "":
		return []string{fmt.Sprintf("this clone can't tell whether commits %.7s and %.7s differ", below.Commit, top.Commit)}
	}
	if p.repo != nil {
		if paths, err := p.repo.Changed(ctx, below.Tree, top.Tree); err == nil {
			return []string{fmt.Sprintf("%s since commit %.7s", pathsText(paths), below.Commit)}
		}
	}
	return []string{fmt.Sprintf("its files are not those of commit %.7s", below.Commit)}
}

// pathsText reads as "a.py and 2 more differ".
func pathsText(paths []string) string {
	switch len(paths) {
	case 0:
		return "nothing differs"
	case 1:
		return paths[0] + " differs"
	}
	return fmt.Sprintf("%s and %d more differ", paths[0], len(paths)-1)
}

// uses are none: git has the files.
func (k gitsyncKind) uses(context.Context, *stage, deploy.Desired) ([]string, error) { return nil, nil }

// uses are the images that the container is of.
func (k runKind) uses(_ context.Context, _ *stage, d deploy.Desired) ([]string, error) {
	if _, ours := d.Release.Images[k.Image]; ours {
		return []string{k.Image}, nil
	}
	return nil, nil
}
