package dockerengine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// model is what we read of a compose project, as "compose config" prints it.
type model struct {
	Services map[string]service
	Networks map[string]resource
	Volumes  map[string]resource
}

type service struct {
	Image         string
	Build         json.RawMessage
	ContainerName string `json:"container_name"`
	NetworkMode   string `json:"network_mode"`
	Networks      map[string]json.RawMessage
	Ports         []json.RawMessage
	Profiles      []string
}

// resource is a network or volume.
type resource struct {
	Name     string
	External bool
}

func (s service) builds() bool { return len(s.Build) > 0 && string(s.Build) != "null" }

// replace makes services run the given references and build nothing.
func (m model) replace(references map[string]string) error {
	for name, reference := range references {
		s, ok := m.Services[name]
		if !ok {
			return fmt.Errorf("an image is given for service %q, which the compose file does not have", name)
		}
		s.Image, s.Build = reference, nil
		m.Services[name] = s
	}
	return nil
}

// isolation is the YAML of an override that keeps a check apart from everything
// else on the machine: two runs at once don't meet, and nothing that somebody
// named, built or filled is taken, replaced or removed.
//
// Published ports are taken out (services talk over the network), as are
// container names (which stay as names on the network), and names of networks,
// volumes and built images. What is external stays. The service whose end ends
// the check is not restarted.
func isolation(m model, project, last string) []byte {
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	built := builtImages(m, project)
	line("services:")
	for _, name := range slices.Sorted(maps.Keys(m.Services)) {
		s := m.Services[name]
		line("  %s:", strconv.Quote(name))
		line("    ports: !reset []")
		if image, ok := built[s.Image]; ok && s.Image != "" {
			line("    image: %s", strconv.Quote(image))
			if !s.builds() {
				line("    pull_policy: never")
			}
		}
		if name == last {
			line(`    restart: "no"`)
		}
		if s.ContainerName != "" {
			line("    container_name: !reset null")
			aliases(line, s)
		}
	}
	resources(line, "networks", m.Networks, project)
	resources(line, "volumes", m.Volumes, project)
	return b.Bytes()
}

// builtImages maps the image names that services build to ones of the project.
func builtImages(m model, project string) map[string]string {
	built := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(m.Services)) {
		if s := m.Services[name]; s.builds() && s.Image != "" && built[s.Image] == "" {
			built[s.Image] = project + "-" + name
		}
	}
	return built
}

func aliases(line func(string, ...any), s service) {
	if s.NetworkMode != "" || len(s.Networks) == 0 {
		return
	}
	line("    networks:")
	for _, network := range slices.Sorted(maps.Keys(s.Networks)) {
		line("      %s: {aliases: [%s]}", strconv.Quote(network), strconv.Quote(s.ContainerName))
	}
}

func resources(line func(string, ...any), kind string, all map[string]resource, project string) {
	apart := map[string]resource{}
	for key, r := range all {
		if !r.External {
			apart[key] = r
		}
	}
	if len(apart) == 0 {
		return
	}
	line("%s:", kind)
	for _, key := range slices.Sorted(maps.Keys(apart)) {
		line("  %s: {name: %s}", strconv.Quote(key), strconv.Quote(project+"_"+key))
	}
}

// started are the services that a check starts: those without a profile, as
// "compose up" would, and last.
func started(m model, last string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(m.Services)) {
		if name == last || len(m.Services[name].Profiles) == 0 {
			names = append(names, name)
		}
	}
	return names
}
