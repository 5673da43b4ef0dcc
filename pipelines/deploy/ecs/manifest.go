package ecs

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// manifestFile is where a release's Desired has what its services are: a
// rollback goes by it, not by today's slipway.yaml.
const manifestFile = ".slipway/ecs.json"

// manifest is that file.
type manifest struct {
	Services []serviceSpec `json:"services"`
}

// serviceSpec is one service of a release.
type serviceSpec struct {
	Name string `json:"name"`
	// TaskDefinition and Create are files of the release; empty for none.
	TaskDefinition string            `json:"taskDefinition,omitempty"`
	Containers     map[string]string `json:"containers,omitempty"`
	DesiredCount   *int              `json:"desiredCount,omitempty"`
	Create         string            `json:"create,omitempty"`
}

// Files are the project's files that c names, which a release has to record.
func Files(c config.ECSTarget) []string {
	var files []string
	for _, s := range c.Services {
		for _, file := range []string{s.Value.TaskDefinition, s.Value.Create} {
			if file != "" {
				files = append(files, path.Clean(file))
			}
		}
	}
	return files
}

// Complete makes d what c is to run: of d's files those stay that c needs, with values
// in place of their placeholders, and the first of Main says what the services are.
// Without values, which nobody may ask for offline, any stands for them.
func Complete(ctx context.Context, c config.ECSTarget, d *deploy.Desired, values Values) error {
	if values == nil {
		values = noValues{}
	}
	var m manifest
	files := map[string]string{}
	for _, s := range c.Services {
		spec := serviceSpec{Name: s.Name, Containers: maps.Clone(s.Value.Containers), DesiredCount: s.Value.DesiredCount}
		for file, into := range map[string]*string{s.Value.TaskDefinition: &spec.TaskDefinition, s.Value.Create: &spec.Create} {
			if file == "" {
				continue
			}
			*into = path.Clean(file)
			content, ok := d.Files[*into]
			if !ok {
				return fmt.Errorf("service %q: the release does not have the file %q: publish this commit again, with another build number", s.Name, *into)
			}
			filled, err := fillIn(ctx, content, values)
			if err != nil {
				return fmt.Errorf("service %q: reading %q: %w", s.Name, *into, err)
			}
			files[*into] = filled
		}
		m.Services = append(m.Services, spec)
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	files[manifestFile] = string(text)
	d.Files, d.Main = files, []string{manifestFile}
	return nil
}

// Check refuses files that no release should be made of: a task definition
// that can't be read, that ECS refuses, or that does not have the containers that c
// names. Which images they run is known only when there is a release.
func Check(ctx context.Context, c config.ECSTarget, files map[string][]byte) error {
	for _, s := range c.Services {
		if file := s.Value.TaskDefinition; file != "" {
			text, err := fillIn(ctx, string(files[path.Clean(file)]), noValues{})
			var d document
			if err == nil {
				d, err = parseFile(file, text)
			}
			if err == nil {
				err = serviceSpec{Containers: s.Value.Containers}.checkNames(d)
			}
			if err == nil {
				err = d.checkModel()
			}
			if err == nil && !hasPlaceholders(string(files[path.Clean(file)])) {
				err = d.checkSizes()
			}
			if err != nil {
				return fmt.Errorf("service %q: reading task definition %q: %w", s.Name, file, err)
			}
		}
		if file := s.Value.Create; file != "" {
			text, err := fillIn(ctx, string(files[path.Clean(file)]), noValues{})
			if err == nil {
				_, err = readCreate(file, text, s.Name)
			}
			if err != nil {
				return fmt.Errorf("service %q: reading %q: %w", s.Name, file, err)
			}
		}
	}
	return nil
}

// Notes are what ECS may make of a release's task definitions that is not what they
// say, each with the service.
func Notes(d deploy.Desired) ([]string, error) {
	services, err := wantedServices(d)
	if err != nil {
		return nil, err
	}
	var notes []string
	for _, s := range services {
		if s.TaskDefinition == "" {
			continue
		}
		document, err := parseFile(s.TaskDefinition, d.Files[s.TaskDefinition])
		if err != nil {
			return nil, fmt.Errorf("service %q: reading task definition %q: %w", s.Name, s.TaskDefinition, err)
		}
		for _, note := range append(document.modelNotes(), document.sizeNotes()...) {
			notes = append(notes, fmt.Sprintf("service %s, %s: %s", s.Name, s.TaskDefinition, note))
		}
	}
	return notes, nil
}

// checkNames wants the containers to be there that slipway.yaml names.
func (s serviceSpec) checkNames(d document) error {
	for _, name := range slices.Sorted(maps.Keys(s.Containers)) {
		if _, ok := d.container(name); !ok {
			return fmt.Errorf("it has no container %q, which slipway.yaml names; it has %s", name, strings.Join(d.containerNames(), ", "))
		}
	}
	return nil
}

// wantedServices are the services that d has; none when nothing is to run.
func wantedServices(d deploy.Desired) ([]serviceSpec, error) {
	if len(d.Main) == 0 {
		return nil, nil
	}
	var m manifest
	if err := json.Unmarshal([]byte(d.Files[d.Main[0]]), &m); err != nil {
		return nil, fmt.Errorf("reading what release %s wants of ECS: %w; publish this commit again, with another build number", d.Release.Tag, err)
	}
	return m.Services, nil
}
