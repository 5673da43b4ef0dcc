// Package container is the containers of a compose stack: what docker tells of
// them, and what that means.
package container

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Labels that compose puts on containers.
const (
	LabelProject = "com.docker.compose.project"
	LabelService = "com.docker.compose.service"
	LabelOneOff  = "com.docker.compose.oneoff"
	LabelHash    = "com.docker.compose.config-hash"
	LabelDir     = "com.docker.compose.project.working_dir"
	LabelFiles   = "com.docker.compose.project.config_files"
)

// The states and healths of a container that decide something.
const (
	StateRunning    = "running"
	StateRestarting = "restarting"
	StateExited     = "exited"
	StateDead       = "dead"
	HealthStarting  = "starting"
	Healthy         = "healthy"
	Unhealthy       = "unhealthy"
)

// Container is what docker tells of a container.
type Container struct {
	ID string `json:"Id"`
	// Name is docker's, without its leading slash.
	Name string
	// Image is docker's own id of the image that it runs.
	Image        string
	Created      time.Time
	RestartCount int
	State        struct {
		Status    string
		ExitCode  int
		OOMKilled bool
		Error     string
		StartedAt time.Time
		Health    *Health
	}
	Config struct {
		// Image is the reference that it was started from.
		Image  string
		Labels map[string]string
	}
	HostConfig      HostConfig
	NetworkSettings struct {
		Networks map[string]Attachment
	}
	Mounts []Mount
	// digests of its image in registries; see All.
	digests []string
}

// HostConfig is how docker runs it on its host.
type HostConfig struct {
	// These read as "container:" and an id when it lives in another container.
	NetworkMode, PidMode, IpcMode string
}

// Attachment is its place in a network.
type Attachment struct{ NetworkID, IPAddress, GlobalIPv6Address string }

// Mount is a volume or a path of the host in it.
type Mount struct{ Type, Name, Source, Destination string }

// Health is what a container's health check has found.
type Health struct {
	Status string
	Log    []struct {
		ExitCode int
		Output   string
	}
}

// Service is the compose service that it belongs to.
func (c Container) Service() string { return c.Config.Labels[LabelService] }

// ConfigHash is compose's hash of the configuration that it was started with.
func (c Container) ConfigHash() string { return c.Config.Labels[LabelHash] }

// Running says that it runs, healthy or not.
func (c Container) Running() bool { return c.State.Status == StateRunning }

// Mode is how it has what a key of the compose file is about: network_mode, pid
// or ipc.
func (c Container) Mode(key string) string {
	switch key {
	case "network_mode":
		return c.HostConfig.NetworkMode
	case "pid":
		return c.HostConfig.PidMode
	case "ipc":
		return c.HostConfig.IpcMode
	}
	return ""
}

// Addresses are its IPs, in the order of its networks' names.
func (c Container) Addresses() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(c.NetworkSettings.Networks)) {
		n := c.NetworkSettings.Networks[name]
		if ip := cmp.Or(n.IPAddress, n.GlobalIPv6Address); ip != "" {
			all = append(all, ip)
		}
	}
	return all
}

// Address is its IP in the first of those networks that it is in, or in any.
func (c Container) Address(networks []string) string {
	for _, name := range networks {
		if n, in := c.NetworkSettings.Networks[name]; in {
			return cmp.Or(n.IPAddress, n.GlobalIPv6Address)
		}
	}
	return strings.Join(c.Addresses()[:min(1, len(c.Addresses()))], "")
}

// Health is "", or one of docker's: starting, healthy, unhealthy.
func (c Container) Health() string {
	if c.State.Health == nil || c.State.Health.Status == "none" {
		return ""
	}
	return c.State.Health.Status
}

// Status reads as "running, healthy" or "exited with code 1".
func (c Container) Status() string {
	switch {
	case c.State.Status == StateExited:
		return fmt.Sprintf("exited with code %d", c.State.ExitCode)
	case c.Health() != "":
		return c.State.Status + ", " + c.Health()
	}
	return c.State.Status
}

// Serves says that it may have requests to answer: it runs, and a health check
// has found nothing else.
func (c Container) Serves() bool {
	return c.Running() && (c.Health() == "" || c.Health() == Healthy)
}

// Starting says that its health check has just begun, or that it starts again.
func (c Container) Starting() bool {
	return c.Health() == HealthStarting || c.State.Status == StateRestarting
}

// IDs are the ids of containers.
func IDs(containers []Container) []string {
	all := make([]string, len(containers))
	for i, c := range containers {
		all[i] = c.ID
	}
	return all
}
