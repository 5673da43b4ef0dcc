package composefile

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// lockedData are directories whose owner allows one process at a time.
var lockedData = map[string]string{
	"/var/lib/postgresql": "PostgreSQL",
	"/var/lib/mysql":      "MySQL",
	"/data/db":            "MongoDB",
	"/var/lib/rabbitmq":   "RabbitMQ",
	"/var/lib/docker":     "Docker",
}

// CanRunTwice says whether new containers of a service can start beside the old
// ones, as a rolling deploy does, when that makes so many at once; if not, the
// reason reads as "it publishes the fixed host port 80". A file says itself with
// deploy.update_config.order: stop-first that they can't, and with start-first
// that they can although they hold something that often only one can have.
func CanRunTwice(s types.ServiceConfig, atOnce int) (ok bool, reason string) {
	order := updateOrder(s)
	most, reason := MostAtOnce(s)
	switch {
	case most == 1:
	case most > 0 && most < atOnce:
		reason += fmt.Sprintf(", and a release beside the one before needs %d", atOnce)
	case order == "stop-first":
		reason = "its deploy.update_config.order is stop-first"
	case order == "start-first":
		return true, ""
	default:
		reason = HeldByOne(s)
	}
	return reason == "", reason
}

func updateOrder(s types.ServiceConfig) string {
	if s.Deploy == nil || s.Deploy.UpdateConfig == nil {
		return ""
	}
	return s.Deploy.UpdateConfig.Order
}

// MostAtOnce is how many containers of a service docker starts, and why not more;
// 0 for any number.
func MostAtOnce(s types.ServiceConfig) (most int, reason string) {
	if s.ContainerName != "" {
		return 1, fmt.Sprintf("it has the fixed container_name %q", s.ContainerName)
	}
	for _, port := range s.Ports {
		first, last, ok := PublishedRange(port)
		switch {
		case !ok:
		case first == last:
			return 1, fmt.Sprintf("it publishes the fixed host port %s", port.Published)
		case most == 0 || (last-first+1)/sharing(s, port) < most:
			most, reason = (last-first+1)/sharing(s, port), fmt.Sprintf("it publishes the host ports %s, which are %d", port.Published, last-first+1)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Networks)) {
		if n := s.Networks[name]; n != nil && (n.Ipv4Address != "" || n.Ipv6Address != "") {
			return 1, fmt.Sprintf("it has a fixed address on network %s", name)
		}
	}
	return most, reason
}

// sharing is how many of a container's ports come from the range of this one.
func sharing(s types.ServiceConfig, port types.ServicePortConfig) int {
	n := 0
	for _, other := range s.Ports {
		if other.Published == port.Published && other.Protocol == port.Protocol && other.HostIP == port.HostIP {
			n++
		}
	}
	return n
}

// PublishedRange are the first and the last host port that a port may get; not ok
// when docker takes any that is free.
func PublishedRange(port types.ServicePortConfig) (first, last int, ok bool) {
	from, to, isRange := strings.Cut(port.Published, "-")
	if !isRange {
		to = from
	}
	first, err := strconv.Atoi(from)
	last, err2 := strconv.Atoi(to)
	return first, last, err == nil && err2 == nil && first > 0 && last >= first
}

// HeldByOne is what a service holds that often only one process can have, as the
// reason why a second one may not start; empty when there is nothing such.
func HeldByOne(s types.ServiceConfig) string {
	if s.NetworkMode == "host" || strings.Contains(s.NetworkMode, ":") {
		return fmt.Sprintf("it shares a network with network_mode: %s", s.NetworkMode)
	}
	for _, mode := range []struct{ key, value string }{{"pid", s.Pid}, {"ipc", s.Ipc}} {
		if mode.value == "host" {
			return fmt.Sprintf("it works on the host itself with %s: host", mode.key)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Networks)) {
		if n := s.Networks[name]; n != nil && (n.MacAddress != "" || len(n.LinkLocalIPs) > 0) {
			return fmt.Sprintf("it has a fixed address on network %s", name)
		}
	}
	switch {
	case s.MacAddress != "":
		return "it has a fixed mac_address"
	case len(s.Devices) > 0:
		return fmt.Sprintf("it uses the device %s", s.Devices[0].Source)
	case len(s.DeviceCgroupRules) > 0:
		return fmt.Sprintf("it uses devices by the device_cgroup_rules %q", s.DeviceCgroupRules[0])
	case len(s.Gpus) > 0 || s.Deploy != nil && s.Deploy.Resources.Reservations != nil && len(s.Deploy.Resources.Reservations.Devices) > 0:
		return "it reserves a device, such as a GPU"
	}
	for _, v := range s.Volumes {
		if v.ReadOnly || v.Type == types.VolumeTypeTmpfs {
			continue
		}
		for _, dir := range slices.Sorted(maps.Keys(lockedData)) {
			if under(v.Target, dir) {
				return fmt.Sprintf("%s allows one process on the data in %s", lockedData[dir], v.Target)
			}
		}
		if v.Type == types.VolumeTypeBind && isDevice(v.Source) {
			return fmt.Sprintf("it uses the device %s", v.Source)
		}
		if makesSockets(v) {
			return fmt.Sprintf("it may make its socket in %s, which the next one would take from it", v.Target)
		}
	}
	return ""
}

// sharedDevices are what containers have of /dev without taking it from others.
var sharedDevices = []string{"/dev/shm", "/dev/log", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"}

func isDevice(path string) bool {
	return under(path, "/dev") && !slices.ContainsFunc(sharedDevices, func(shared string) bool { return under(path, shared) })
}

// makesSockets says that a service gets a directory in which sockets are made. A
// socket that is mounted by itself, such as docker's, was made by somebody else.
func makesSockets(v types.ServiceVolumeConfig) bool {
	for _, path := range []string{v.Source, v.Target} {
		if strings.HasSuffix(path, ".sock") || strings.HasSuffix(path, "socket") {
			return false
		}
	}
	ofHost := v.Type == types.VolumeTypeBind
	return under(v.Target, "/run") || under(v.Target, "/var/run") || ofHost && (under(v.Source, "/run") || under(v.Source, "/var/run"))
}

func under(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }
