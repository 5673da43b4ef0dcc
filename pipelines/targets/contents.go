package targets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/ecs"
	"git.example/slipway/pipelines/deploy/terraform"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

// contents are the services with the images of ours that they run.
func (k ecsKind) contents(_ context.Context, _ *site, d deploy.Desired) ([]string, error) {
	var lines []string
	for _, service := range k.Services {
		line := "service " + service.Name
		if service.Value.TaskDefinition != "" {
			line += ": task definition " + service.Value.TaskDefinition
		}
		for _, container := range slices.Sorted(maps.Keys(service.Value.Containers)) {
			line += fmt.Sprintf(", container %s runs image %s", container, service.Value.Containers[container])
		}
		lines = append(lines, line)
	}
	notes, err := ecs.Notes(d)
	return append(lines, notes...), err
}

// contents are the files of the directory at the release's commit.
func (k gitsyncKind) contents(ctx context.Context, s *site, d deploy.Desired) ([]string, error) {
	if s.workspace.Git == nil || len(d.Sync) == 0 || d.Sync[0].Tree == "" {
		return nil, fmt.Errorf("this clone does not have commit %.7s: fetch it", d.Release.Commit)
	}
	entries, err := s.workspace.Git.Entries(ctx, d.Sync[0].Tree)
	if err != nil {
		return nil, err
	}
	files := 0
	for _, e := range entries {
		if e.Kind == "blob" {
			files++
		}
	}
	return []string{fmt.Sprintf("%s of %s at commit %.7s", report.Count(files, "file"), k.From, d.Sync[0].Commit)}, nil
}

// contents are the tags that the map gets; the code is validated where that can be
// done on this machine.
func (k terraformKind) contents(ctx context.Context, s *site, d deploy.Desired) ([]string, error) {
	var lines []string
	for _, image := range slices.Sorted(maps.Keys(d.Images)) {
		lines = append(lines, fmt.Sprintf("image %s gets the tag %s in %s", image, d.Release.Tag, terraform.MapFile("", k.TerraformTarget)))
	}
	err := terraform.Validate(ctx, terraform.Options{Project: s.workspace.Dir, Config: k.TerraformTarget, Mirrors: mirrors(s.workspace.Lookup)})
	var unseen *terraform.NotValidated
	if errors.As(err, &unseen) {
		return append(lines, "Terraform's code was "+unseen.Error()), nil
	}
	return lines, err
}

// mirrors are where Terraform's own documentation has people keep providers
// (https://developer.hashicorp.com/terraform/cli/config/config-file).
func mirrors(lookup release.Lookup) []string {
	var dirs []string
	if cache, ok := lookup("TF_PLUGIN_CACHE_DIR"); ok && cache != "" {
		dirs = append(dirs, cache)
	}
	if home, ok := lookup("HOME"); ok {
		dirs = append(dirs, filepath.Join(home, ".terraform.d", "plugins"), filepath.Join(home, ".terraform.d", "plugin-cache"))
	}
	return dirs
}

// contents are the container: its image, its command, the keys of its environment.
func (k runKind) contents(_ context.Context, _ *site, d deploy.Desired) ([]string, error) {
	image := k.Image
	if ours, ok := d.Images[image]; ok {
		image = release.ShowPending(ours.Reference)
	}
	lines := []string{strings.TrimSpace(image + ": " + strings.Join(k.Command, " "))}
	if len(k.Env) > 0 {
		lines = append(lines, "environment: "+strings.Join(slices.Sorted(maps.Keys(k.Env)), ", "))
	}
	return lines, nil
}
