package ecs

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
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
	running revision // the primary deployment's
	// wanted is nil where only a revision is known: in what was adopted.
	wanted document
	// assigned are the containers that run our images, with their names.
	assigned map[string]string
	// revision is one that is registered already and is what is wanted; empty
	// when there is none.
	revision string
	// recorded says that the revision is what the release ran before.
	recorded bool
	// base is the revision to register another one from; empty for the release's file,
	// or what runs where there is none.
	base string
	// gone is why a recorded revision can't be had again, for the plan; empty when it can.
	gone string
	// before is what changes are told against: what runs, or what that was made from.
	before document
	// exact says that before has nothing which AWS filled in.
	exact bool
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
	base, from := s.running.document, "its task definition "+shortARN(s.current())
	if file := s.spec.TaskDefinition; file != "" {
		from = fmt.Sprintf("task definition %q", file)
		var err error
		if base, err = parseFile(file, d.Files[file]); err != nil {
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
	if s.there && s.running.is(s.wanted) {
		s.revision = s.current()
	}
	s.exact = s.spec.TaskDefinition == ""
	return nil
}

// setBefore finds what the running revision was made from: what the live deploy wants,
// if it is that. Without it, keys that the file no longer has can't be told from those
// that AWS filled in.
func (s *observedService) setBefore(live *deploy.Desired) {
	s.before = s.running.document
	if live == nil || s.exact || s.running.made == "" {
		return
	}
	file := live.Files[s.spec.TaskDefinition]
	specs, err := wantedServices(*live)
	if err != nil || file == "" {
		return
	}
	for _, spec := range specs {
		if spec.Name != s.spec.Name {
			continue
		}
		base, err := parseFile(s.spec.TaskDefinition, file)
		if err != nil {
			return
		}
		if made, _, err := spec.pinned(base, *live); err == nil && made.fingerprint() == s.running.made {
			s.before, s.exact = made, true
		}
	}
}

// differences are how what is wanted differs from before.
func (s observedService) differences() []string {
	l := leftItemsCount
	if s.exact {
		l = leftCounts
	}
	return differences(s.wanted, s.before, l)
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
	if s.wanted == nil || s.recorded {
		return "back to " + cmp.Or(shortARN(s.revision), shortARN(s.base))
	}
	if paths := s.imagesApart(s.differences()); len(paths) > 0 {
		return "changes " + strings.Join(paths, ", ")
	}
	if !s.exact && len(s.imagesApart(differences(s.wanted, s.before, leftCounts))) > 0 {
		return "keys that only what runs has go, unless ECS filled them in"
	}
	return ""
}

// imagesApart are paths without those of our containers' images.
func (s observedService) imagesApart(paths []string) []string {
	return slices.DeleteFunc(paths, func(path string) bool {
		container, key, _ := strings.Cut(path, ".")
		_, ours := s.assigned[container]
		return ours && key == "image"
	})
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
	if paths := s.differences(); len(paths) > 0 {
		return "a task definition with other " + strings.Join(paths, ", ")
	}
	return "a revision that was made from the release's task definition"
}

// stepContainer is the container that a step runs in: the one that is named,
// or the only one that is ours.
func (s observedService) stepContainer(name string) (string, error) {
	d := s.wanted
	if d == nil {
		d = s.running.document
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
