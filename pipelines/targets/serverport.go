package targets

import (
	"strconv"

	"git.example/slipway/pipelines/workspace"
)

// serverPort is the port that slipway.yaml has, else that of SERVER_PORT; 0 for the
// usual one.
func (a approach) serverPort(port int) (int, error) {
	text, _ := a.workspace.Lookup(serverPort)
	if port != 0 || text == "" {
		return port, nil
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return 0, workspace.Usage("%s is %q: want the number of a port", serverPort, text)
	}
	return port, nil
}
