package production

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"git.example/slipway/pipelines/lazy"
)

// loopback is where ports are published until somebody says otherwise.
const loopback = "127.0.0.1"

// debugPorts are those of debuggers and of what reloads pages.
var debugPorts = []uint32{9229, 9230, 5858, 5005, 2345, 35729, 24678, 5678}

// ports keeps what a service publishes on this machine. Databases publish nothing:
// who needs them is in the stack.
func (m *maker) ports(name string, s *yaml.Node, model types.ServiceConfig, ours bool) {
	all := get(s, "ports")
	if all == nil || all.Kind != yaml.SequenceNode {
		return
	}
	if _, data := datastore(model.Image); data && !ours && len(m.compose.Project.Services) > 1 {
		remove(s, "ports")
		m.say("service %s publishes no port: the others reach it in the stack", name)
		return
	}
	var kept []*yaml.Node
	for _, item := range all.Content {
		target := portTarget(item)
		if ours && len(all.Content) > 1 && slices.ContainsFunc(debugPorts, func(p uint32) bool { return target == fmt.Sprint(p) }) {
			continue
		}
		kept = append(kept, onLoopback(item))
	}
	all.Content = kept
	if len(kept) == 0 {
		remove(s, "ports")
	}
}

func portTarget(item *yaml.Node) string {
	value := item.Value
	if item.Kind == yaml.MappingNode {
		if t := get(item, "target"); t != nil {
			value = t.Value
		}
	}
	value, _, _ = strings.Cut(value, "/")
	return value[strings.LastIndex(value, ":")+1:]
}

// onLoopback is a port without a host address, or with every one, on loopback.
func onLoopback(item *yaml.Node) *yaml.Node {
	if item.Kind == yaml.MappingNode {
		if ip := get(item, "host_ip"); ip == nil || ip.Value == "0.0.0.0" || ip.Value == "" {
			set(item, "host_ip", text(loopback))
		}
		remove(item, "mode")
		return item
	}
	switch parts := outside(item.Value); {
	case len(parts) == 1 && strings.Contains(parts[0], "$"):
		return item
	case len(parts) == 1:
		return quotedText(loopback + "::" + item.Value)
	case len(parts) == 2 && strings.Contains(parts[0], ":"): // an address in a default
		return item
	case len(parts) == 2:
		return quotedText(loopback + ":" + item.Value)
	case strings.HasPrefix(item.Value, "0.0.0.0:"):
		return quotedText(loopback + strings.TrimPrefix(item.Value, "0.0.0.0"))
	}
	return item
}

// outside are the parts between colons that stand in no variable.
func outside(value string) []string {
	var parts []string
	depth, start := 0, 0
	for i, r := range value {
		switch {
		case r == '{' || r == '[':
			depth++
		case r == '}' || r == ']':
			depth--
		case r == ':' && depth == 0:
			parts = append(parts, value[start:i])
			start = i + 1
		}
	}
	return append(parts, value[start:])
}

var serverPort = lazy.Regexp(`loadbalancer\.server\.port[=: ]+"?(\d+)|https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d+)`)

// published makes sure that the stack can be reached: where no service publishes a
// port, the one of ours whose port is known does.
func (m *maker) published(services *yaml.Node) {
	for _, name := range keys(services) {
		if get(get(services, name), "ports") != nil || get(get(services, name), "network_mode") != nil {
			return
		}
	}
	for _, name := range keys(services) {
		image, ours := m.ours[name]
		if !ours {
			continue
		}
		port := exposed(image)
		scalars(get(services, name), func(n *yaml.Node) {
			if found := serverPort().FindStringSubmatch(n.Value); found != nil && port == 0 {
				port, _ = strconv.Atoi(found[1] + found[2])
			}
		})
		if port == 0 {
			continue
		}
		set(get(services, name), "ports", &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{quotedText(fmt.Sprintf("%s:%d:%d", loopback, unprivileged(port), port))}})
		m.say("service %s publishes its port %d on this machine: no other service publishes one", name, port)
		return
	}
}
