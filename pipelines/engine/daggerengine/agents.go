package daggerengine

import (
	"slices"
	"strings"
)

// agentSockets are the distinct sockets of SSH agents.
func agentSockets(ssh []string, lookup func(string) (string, bool)) []string {
	var sockets []string
	for _, agent := range ssh {
		_, socket, ok := strings.Cut(agent, "=")
		if !ok {
			socket, _ = lookup("SSH_AUTH_SOCK")
		}
		if socket != "" && !slices.Contains(sockets, socket) {
			sockets = append(sockets, socket)
		}
	}
	return sockets
}
