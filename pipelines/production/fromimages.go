package production

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/dockerfile"
	"git.example/slipway/pipelines/lazy"
	"git.example/slipway/pipelines/survey"
)

// mostAlone is how many images are taken for ones that need nothing of each other.
const mostAlone = 3

// mostPorts bounds how many ports of one image are published.
const mostPorts = 4

// FromImages is the stack of images that no compose file runs: each is a service
// that publishes the port that its Dockerfile names. More than a few need something
// that says how they find each other: then the stack is nil, and why says so.
func FromImages(ctx context.Context, s *survey.Survey, o Options) (_ *Stack, why string, _ error) {
	if len(s.Images) > mostAlone {
		return nil, fmt.Sprintf("%d images, and no compose file that says how they find each other: write one", len(s.Images)), nil
	}
	services := mapping()
	taken := map[int]bool{}
	var said, silent []string
	volumes := mapping()
	for _, i := range s.Images {
		published, target, from := portOf(s, i)
		if target == 0 && len(s.Images) > 1 && (!starts(i) || strings.Contains(i.Name, "build") || strings.Contains(i.Name, "base")) {
			said = append(said, fmt.Sprintf("image %s is no service: it names no port, and nothing says that it serves", i.Name))
			continue
		}
		build := mapping("context", "./"+i.Context)
		if name := i.Dockerfile(); name != "" {
			set(build, "dockerfile", text(name))
		}
		if i.Target != "" {
			set(build, "target", text(i.Target))
		}
		service := mapping()
		set(service, "build", build)
		if target == 0 {
			silent = append(silent, i.Name)
		} else {
			ports := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
			publish := func(published, target int, from string) {
				for taken[published] {
					published++
				}
				taken[published] = true
				ports.Content = append(ports.Content, quotedText(fmt.Sprintf("%s:%d:%d", loopback, published, target)))
				said = append(said, fmt.Sprintf("service %s publishes port %d of its container on %s:%d (%s)", i.Name, target, loopback, published, from))
			}
			publish(published, target, from)
			for _, other := range i.Stage().Ports {
				if other != target && len(ports.Content) < mostPorts {
					publish(unprivileged(other), other, "its Dockerfile")
				}
			}
			set(service, "ports", ports)
		}
		mounts := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for n, v := range i.Stage().Volumes {
			name := i.Name + "-data"
			if n > 0 {
				name += strconv.Itoa(n + 1)
			}
			mounts.Content = append(mounts.Content, text(name+":"+v))
			set(volumes, name, &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle})
		}
		if len(mounts.Content) > 0 {
			set(service, "volumes", mounts)
		}
		set(services, i.Name, service)
	}
	root := mapping()
	set(root, "services", services)
	if len(volumes.Content) > 0 {
		set(root, "volumes", volumes)
	}
	content, err := yaml.Marshal(root)
	if err != nil {
		return nil, "", err
	}
	const name = "docker-compose.images.yml"
	project, err := composefile.Load(ctx, composefile.Options{Files: []string{filepath.Join(s.Tree.Dir, name)}, Dir: s.Tree.Dir, Contents: map[string][]byte{filepath.Join(s.Tree.Dir, name): content}})
	if err != nil {
		return nil, "", err
	}
	m := &maker{Options: o, survey: s, compose: &survey.Compose{Files: []string{name}, Project: project}, content: content, stack: &Stack{}, ours: map[string]survey.Image{}, dropped: map[string]string{}}
	stack, err := m.make(ctx)
	if err != nil {
		return nil, "", err
	}
	stack.Said = append(said, stack.Said...)
	for _, name := range silent {
		stack.Said = append(stack.Said, fmt.Sprintf("service %s publishes no port: its Dockerfile has no EXPOSE", name))
	}
	return stack, "", nil
}

// starts says that an image has a command or a health check of its own.
func starts(i survey.Image) bool {
	return slices.ContainsFunc(i.Parsed.Lineage(i.Target), func(s *dockerfile.Stage) bool { return s.Starts || s.Health })
}

var runPort = lazy.Regexp(`docker\s+(?:container\s+)?run\b[^\n]*?(?:\s-\w*p|--publish)[ =]['"]?(?:\d+\.\d+\.\d+\.\d+:)?(\d+):(\d+)`)

// portOf is where an image answers: as the README runs it, or as its Dockerfile
// says. A port below 1024 is published 8000 higher.
func portOf(s *survey.Survey, i survey.Image) (published, target int, from string) {
	target = exposed(i)
	if len(s.Images) == 1 {
		for _, f := range s.Tree.Files {
			if !strings.HasPrefix(strings.ToLower(f), "readme") {
				continue
			}
			for _, m := range runPort().FindAllStringSubmatch(string(s.Tree.Read(f)), -1) {
				host, _ := strconv.Atoi(m[1])
				inside, _ := strconv.Atoi(m[2])
				if target == 0 || inside == target || slices.Contains(i.Stage().Ports, inside) {
					return unprivileged(host), inside, f
				}
			}
		}
	}
	if target == 0 {
		target = portInCommand(i)
	}
	return unprivileged(target), target, "its Dockerfile"
}

// portInCommand is the port that the image's variables or command name; 0 for none.
func portInCommand(i survey.Image) int {
	for _, stage := range i.Parsed.Lineage(i.Target) {
		if n, err := strconv.Atoi(stage.Env["PORT"]); err == nil {
			return n
		}
		if m := portInText().FindStringSubmatch(stage.Command); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n
		}
	}
	return 0
}

var portInText = lazy.Regexp(`(?:--port[ =]|-p |--bind[ =]\S*:|-b \S*:|0\.0\.0\.0:|--listen[ =]\S*:)(\d{2,5})`)

func unprivileged(port int) int {
	if port > 0 && port < 1024 {
		return port + 8000
	}
	return port
}
