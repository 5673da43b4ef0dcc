package compose

import (
	"context"
	"fmt"
	"path"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// adopt describes a stack that was started by hand, or by what deployed before
// us, so that a failed first deploy can go back to it: the compose files its
// containers name, and the image references they were started from.
func (t *Target) adopt(ctx context.Context, d deploy.Desired, o observation) (*deploy.Desired, error) {
	before := &deploy.Desired{
		Project: d.Project, Environment: d.Environment,
		Files: map[string]string{}, Adopted: map[string]string{},
	}
	files, dir := "", ""
	for _, service := range sortedKeys(o.containers) {
		for _, c := range o.containers[service] {
			if strings.Contains(c.Config.Labels[labelFiles], "/.slipway/") {
				continue // another target of ours has the same project
			}
			before.Adopted[service] = c.Config.Image
			if files == "" {
				files, dir = c.Config.Labels[labelFiles], c.Config.Labels[labelDir]
			}
		}
	}
	if len(before.Adopted) == 0 {
		return nil, nil
	}
	for i, file := range strings.Split(files, ",") {
		if !path.IsAbs(file) {
			file = path.Join(dir, file)
		}
		content, err := t.Host.ReadFile(ctx, file)
		if err != nil {
			return nil, fmt.Errorf("adopting the stack that runs as %q: its compose file can't be read, so a failed deploy could not go back to it: %w; "+
				"put the file back, or take the stack down first", o.model.name, err)
		}
		name := fmt.Sprintf("adopted/%d-%s", i, path.Base(file))
		before.Files[name] = string(content)
		before.Main = append(before.Main, name)
	}
	if _, err := t.observe(ctx, *before); err != nil {
		return nil, fmt.Errorf("adopting the stack that runs as %q: a failed deploy could not go back to it: %w; "+
			"if it was started with variables of a shell, put them into %s", o.model.name, err, path.Join(t.Dir, dotEnv))
	}
	return before, nil
}
