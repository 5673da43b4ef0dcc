package composefile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// lockedData are directories whose owner allows one process at a time.
var lockedData = map[string]string{
	"/var/lib/postgresql": "PostgreSQL",
	"/var/lib/mysql":      "MySQL",
	"/data/db":            "MongoDB",
	"/var/lib/rabbitmq":   "RabbitMQ",
}

// CanRunTwice says whether a second container of the service can start beside
// the first one, as a rolling deploy does; if not, the reason reads as "it
// publishes the fixed host port 80". A file says no itself with
// deploy.update_config.order: stop-first.
func CanRunTwice(s types.ServiceConfig) (ok bool, reason string) {
	reason = whyOnce(s)
	return reason == "", reason
}

func whyOnce(s types.ServiceConfig) string {
	if s.ContainerName != "" {
		return fmt.Sprintf("it has the fixed container_name %q", s.ContainerName)
	}
	for _, port := range s.Ports {
		if port.Published != "" && port.Published != "0" && !strings.Contains(port.Published, "-") {
			return fmt.Sprintf("it publishes the fixed host port %s", port.Published)
		}
	}
	if s.NetworkMode == "host" || strings.Contains(s.NetworkMode, ":") {
		return fmt.Sprintf("it shares a network with network_mode: %s", s.NetworkMode)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Networks)) {
		if n := s.Networks[name]; n != nil && (n.Ipv4Address != "" || n.Ipv6Address != "" || n.MacAddress != "") {
			return fmt.Sprintf("it has a fixed address on network %s", name)
		}
	}
	if s.MacAddress != "" {
		return "it has a fixed mac_address"
	}
	if len(s.Devices) > 0 {
		return fmt.Sprintf("it uses the device %s", s.Devices[0].Source)
	}
	for _, v := range s.Volumes {
		for dir, owner := range lockedData {
			if !v.ReadOnly && (v.Target == dir || strings.HasPrefix(v.Target, dir+"/")) {
				return fmt.Sprintf("%s allows one process on the data in %s", owner, v.Target)
			}
		}
	}
	if s.Deploy != nil && s.Deploy.UpdateConfig != nil && s.Deploy.UpdateConfig.Order == "stop-first" {
		return "its deploy.update_config.order is stop-first"
	}
	return ""
}
