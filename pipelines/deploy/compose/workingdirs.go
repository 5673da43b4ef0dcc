package compose

import (
	"bytes"
	"context"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
)

// WorkingDirs are the directories that stacks on a host were started from, by the
// labels that compose itself wrote; none where there is no Docker.
func WorkingDirs(ctx context.Context, host deploy.Host) ([]string, error) {
	var out bytes.Buffer
	list := command.Command{Args: []string{"docker", "ps", "--all", "--format", `{{.Label "` + container.LabelDir + `"}}`}}
	if err := host.Run(ctx, list, &out, nil); err != nil {
		if command.ExitCode(err) > 0 {
			return nil, nil
		}
		return nil, err
	}
	var dirs []string
	for line := range strings.Lines(out.String()) {
		if dir := strings.TrimSpace(line); path.IsAbs(dir) {
			dirs = append(dirs, path.Clean(dir))
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs), nil
}
