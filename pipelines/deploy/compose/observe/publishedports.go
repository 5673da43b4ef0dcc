package observe

import (
	"fmt"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// Port is a host port that a container publishes.
type Port struct {
	// Container is its name; Project and Service are empty when compose did not
	// start it.
	Container, Project, Service string
	// Address reads as "0.0.0.0", Number as "8080/tcp".
	Address, Number string
}

// publishedPorts asks for the host ports that running containers publish.
func publishedPorts(found *[]Port) stack.Question {
	script := &stack.Script{}
	script.Line("docker", "ps", "--no-trunc", "--format",
		`{{.Names}}|{{.Label "`+container.LabelProject+`"}}|{{.Label "`+container.LabelService+`"}}|{{.Ports}}`)
	return stack.Question{Script: script, Read: func(out []byte, err error) error {
		if err != nil {
			return fmt.Errorf("listing published ports: %w", err)
		}
		*found = parsePorts(string(out))
		return nil
	}}
}

// parsePorts reads lines of a container's name, project, service and ports.
func parsePorts(out string) []Port {
	var all []Port
	for line := range strings.Lines(out) {
		fields := strings.SplitN(strings.TrimSpace(line), "|", 4)
		if len(fields) < 4 {
			continue
		}
		for port := range strings.SplitSeq(fields[3], ", ") {
			host, inner, ok := strings.Cut(port, "->")
			colon := strings.LastIndexByte(host, ':')
			if !ok || colon < 0 {
				continue
			}
			_, protocol, _ := strings.Cut(inner, "/")
			for _, number := range numbers(host[colon+1:]) {
				all = append(all, Port{
					Container: fields[0], Project: fields[1], Service: fields[2],
					Address: strings.Trim(host[:colon], "[]"), Number: number + "/" + protocol,
				})
			}
		}
	}
	return all
}

// numbers are the ports of what docker prints: one, or the first and the last of
// several that a container has one after the other.
func numbers(printed string) []string {
	first, last, _ := strings.Cut(printed, "-")
	from, err := strconv.ParseUint(first, 10, 16)
	to, err2 := strconv.ParseUint(last, 10, 16)
	if err != nil || err2 != nil {
		return []string{printed}
	}
	var all []string
	for n := from; n <= to; n++ {
		all = append(all, strconv.FormatUint(n, 10))
	}
	return all
}
