package ecs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"git.example/slipway/pipelines/deploy"
)

// observedService is one service: what runs there and what is to run.
type observedService struct {
	spec    serviceSpec
	there   bool // it is in the cluster
	service types.Service
	primary types.Deployment
	running document // of the primary deployment's revision
	// wanted is nil where only a revision is known: in what was adopted.
	wanted document
	// assigned are the containers that run our images, with their names.
	assigned map[string]string
	// revision is one that is registered already and is what is wanted; empty
	// when there is none.
	revision string
	// remove says that a deploy of ours created the service, for a release that
	// is not wanted.
	remove bool
}

// current is the revision that the service's newest deployment runs.
func (s observedService) current() string { return aws.ToString(s.primary.TaskDefinition) }

// runs says that the newest deployment's revision is what is wanted.
func (s observedService) runs() bool { return s.there && s.revision == s.current() }

// setWanted works out the document that the release wants.
func (s *observedService) setWanted(d deploy.Desired) error {
	base, from := s.running, "its task definition "+shortARN(s.current())
	if file := s.spec.TaskDefinition; file != "" {
		from = fmt.Sprintf("task definition %q", file)
		var err error
		if base, err = parse([]byte(d.Files[file])); err != nil {
			return fmt.Errorf("reading %s: %w", from, err)
		}
	}
	if base == nil {
		return errors.New("it is not there yet, so slipway.yaml has to name its task-definition")
	}
	var err error
	if s.wanted, s.assigned, err = s.spec.pinned(base, d); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if s.there && equal(s.wanted, s.running) {
		s.revision = s.current()
	}
	return nil
}

// images are those of our containers, or of all when nobody knows which are.
func (s observedService) images(d document) string {
	text := ""
	for _, c := range d.containers() {
		if _, ours := s.assigned[c.name()]; !ours && len(s.assigned) > 0 {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += short(c.image())
	}
	return text
}

// after are the images that come.
func (s observedService) after() string {
	if s.wanted == nil {
		return shortARN(s.revision)
	}
	return s.images(s.wanted)
}

// changed are the paths of the task definition that change, images apart.
func (s observedService) changed() string {
	if s.wanted == nil {
		return "back to " + shortARN(s.revision)
	}
	var paths []string
	for _, path := range differences(s.wanted, s.running) {
		container, key, _ := strings.Cut(path, ".")
		if _, ours := s.assigned[container]; ours && key == "image" {
			continue
		}
		paths = append(paths, path)
	}
	if len(paths) == 0 {
		return ""
	}
	return "changes " + strings.Join(paths, ", ")
}

// countNote says that the desired count changes; empty when it does not, or
// when nobody says what it should be.
func (s observedService) countNote() string {
	if s.spec.DesiredCount == nil || !s.there || int(s.service.DesiredCount) == *s.spec.DesiredCount {
		return ""
	}
	return fmt.Sprintf("desired count %d -> %d", s.service.DesiredCount, *s.spec.DesiredCount)
}

// pin is what a saved plan saw of a service.
func (s observedService) pin() deploy.Pin {
	value := "not there"
	if s.there {
		value = fmt.Sprintf("%s %s", shortARN(s.current()), aws.ToString(s.primary.Id))
	}
	return deploy.Pin{Subject: s.spec.Name, Value: value}
}

// wantedText names what should run.
func (s observedService) wantedText() string {
	if s.revision != "" {
		return shortARN(s.revision)
	}
	paths := differences(s.wanted, s.running)
	return "a task definition with other " + strings.Join(paths, ", ")
}

// stepContainer is the container that a step runs in: the one that is named,
// or the only one that is ours.
func (s observedService) stepContainer(name string) (string, error) {
	d := s.wanted
	if d == nil {
		d = s.running
	}
	if name != "" {
		if _, ok := d.container(name); !ok {
			return "", fmt.Errorf("service %q has no container %q; it has %s", s.spec.Name, name, strings.Join(d.containerNames(), ", "))
		}
		return name, nil
	}
	var ours []string
	for _, container := range d.containerNames() {
		if _, ok := s.assigned[container]; ok || len(d.containerNames()) == 1 {
			ours = append(ours, container)
		}
	}
	if len(ours) != 1 {
		return "", fmt.Errorf("service %q has the containers %s: say with the key container in which it runs", s.spec.Name, strings.Join(d.containerNames(), ", "))
	}
	return ours[0], nil
}
