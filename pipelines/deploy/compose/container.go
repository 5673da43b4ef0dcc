package compose

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"git.example/slipway/pipelines/shell"
)

// Labels that compose puts on containers.
const (
	labelProject    = "com.docker.compose.project"
	labelService    = "com.docker.compose.service"
	labelOneOff     = "com.docker.compose.oneoff"
	labelHash       = "com.docker.compose.config-hash"
	labelDir        = "com.docker.compose.project.working_dir"
	labelFiles      = "com.docker.compose.project.config_files"
	stateRunning    = "running"
	stateRestarting = "restarting"
	stateExited     = "exited"
	healthy         = "healthy"
	unhealthy       = "unhealthy"
)

// container is what docker tells of a container.
type container struct {
	ID           string `json:"Id"`
	Name         string
	Image        string
	Created      time.Time
	RestartCount int
	State        struct {
		Status    string
		ExitCode  int
		OOMKilled bool
		Error     string
		StartedAt time.Time
		Health    *struct {
			Status string
			Log    []struct {
				ExitCode int
				Output   string
			}
		}
	}
	Config struct {
		Image  string
		Labels map[string]string
	}
	NetworkSettings struct {
		Networks map[string]struct{ IPAddress, GlobalIPv6Address string }
	}
	// digests of its image in registries; see fillDigests.
	digests []string
}

func (c container) service() string { return c.Config.Labels[labelService] }
func (c container) hash() string    { return c.Config.Labels[labelHash] }
func (c container) oneOff() bool    { return c.Config.Labels[labelOneOff] == "True" }
func (c container) running() bool   { return c.State.Status == stateRunning }
func (c container) name() string    { return strings.TrimPrefix(c.Name, "/") }

// addresses are its IPs, in the order of its networks' names.
func (c container) addresses() []string {
	var all []string
	for _, name := range sortedKeys(c.NetworkSettings.Networks) {
		n := c.NetworkSettings.Networks[name]
		if ip := cmp.Or(n.IPAddress, n.GlobalIPv6Address); ip != "" {
			all = append(all, ip)
		}
	}
	return all
}

// address is its IP in the first of those networks that it is in, or in any.
func (c container) address(networks []string) string {
	for _, name := range networks {
		if n, in := c.NetworkSettings.Networks[name]; in {
			return cmp.Or(n.IPAddress, n.GlobalIPv6Address)
		}
	}
	return strings.Join(c.addresses()[:min(1, len(c.addresses()))], "")
}

// serves says that it may have requests to answer: it runs, and a health check
// has found nothing else.
func (c container) serves() bool {
	return c.running() && (c.health() == "" || c.health() == healthy)
}

// health is "", or docker's starting, healthy, unhealthy.
func (c container) health() string {
	if c.State.Health == nil || c.State.Health.Status == "none" {
		return ""
	}
	return c.State.Health.Status
}

// status reads as "running, healthy" or "exited with code 1".
func (c container) status() string {
	switch {
	case c.State.Status == stateExited:
		return fmt.Sprintf("exited with code %d", c.State.ExitCode)
	case c.health() != "":
		return c.State.Status + ", " + c.health()
	}
	return c.State.Status
}

// runs says whether the container's image is one of the accepted digests.
func (c container) runs(accepted []string) bool {
	for _, want := range accepted {
		if c.Image == want {
			return true
		}
		for _, have := range c.digests {
			if have == want {
				return true
			}
		}
	}
	return false
}

// image is what to call the image it runs: its digest, or docker's own id.
func (c container) image() string {
	if len(c.digests) > 0 {
		return c.digests[0]
	}
	return c.Image
}

// containers are those of a compose project that are no one-off commands, in
// the order of docker's list. With a service, only that one's.
func (t *Target) containers(ctx context.Context, project, service string) ([]container, error) {
	filter := "--filter label=" + labelProject + "=" + shell.Quote(project)
	if service != "" {
		filter += " --filter label=" + labelService + "=" + shell.Quote(service)
	}
	s := &script{}
	s.Raw("ids=$(docker ps -aq --no-trunc " + filter + ") || exit")
	s.Raw(`[ -z "$ids" ] || docker inspect --type container $ids || true`) // one may be gone by now
	out, err := t.output(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("listing containers: %w", err)
	}
	var all []container
	if len(bytes.TrimSpace(out)) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(out, &all); err != nil {
		return nil, fmt.Errorf("reading docker inspect: %w", err)
	}
	found := all[:0]
	for _, c := range all {
		if !c.oneOff() {
			found = append(found, c)
		}
	}
	return found, nil
}

// fillDigests asks for the registry digests of the containers' images. An image
// that was removed under its container has none.
func (t *Target) fillDigests(ctx context.Context, found []container) error {
	if len(found) == 0 {
		return nil
	}
	words := []string{"docker", "image", "inspect", "--format", "{{.Id}} {{json .RepoDigests}}"}
	seen := map[string]bool{}
	for _, c := range found {
		if !seen[c.Image] {
			words = append(words, c.Image)
		}
		seen[c.Image] = true
	}
	s := &script{}
	s.Raw(shell.Words(words...) + " 2>/dev/null || true")
	out, err := t.output(ctx, s)
	if err != nil {
		return fmt.Errorf("inspecting images: %w", err)
	}
	digests := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		id, list, _ := strings.Cut(strings.TrimSpace(line), " ")
		var references []string
		if err := json.Unmarshal([]byte(list), &references); err != nil {
			continue
		}
		for _, r := range references {
			if _, digest, ok := strings.Cut(r, "@"); ok {
				digests[id] = append(digests[id], digest)
			}
		}
	}
	for i := range found {
		found[i].digests = digests[found[i].Image]
	}
	return nil
}
