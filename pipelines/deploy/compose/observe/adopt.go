package observe

import (
	"context"
	"fmt"
	"path"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/envfile"
)

// adopt describes a stack that was started by hand, or by what deployed before
// us, so that a failed first deploy can go back to it: the compose files its
// containers name, and the image references they were started from.
func (l Look) adopt(ctx context.Context, d deploy.Desired, o Observation) (*deploy.Desired, error) {
	before := &deploy.Desired{
		Project: d.Project, Environment: d.Environment,
		Files: map[string]string{}, Adopted: map[string]string{},
	}
	files, dir := "", ""
	for _, service := range o.Services() {
		for _, c := range o.Containers[service] {
			if c.Released() {
				continue // another target of ours has the same project
			}
			before.Adopted[service] = c.Config.Image
			if files == "" {
				files, dir = c.Config.Labels[container.LabelFiles], c.Config.Labels[container.LabelDir]
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
		content, err := l.Host.Host.ReadFile(ctx, file)
		if err != nil {
			return nil, fmt.Errorf("adopting the stack that runs as %q: its compose file can't be read, so a failed deploy could not go back to it: %w; "+
				"put the file back, or take the stack down first", o.Model.Name, err)
		}
		name := fmt.Sprintf("adopted/%d-%s", i, path.Base(file))
		before.Files[name] = string(content)
		before.Main = append(before.Main, name)
	}
	if _, err := l.Stack(ctx, *before); err != nil {
		return nil, fmt.Errorf("adopting the stack that runs as %q: a failed deploy could not go back to it: %w; "+
			"if it was started with variables of a shell, put them into %s", o.Model.Name, err, path.Join(l.Host.Dir, envfile.DotEnv))
	}
	return before, nil
}
