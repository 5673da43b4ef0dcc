package proxy

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"git.example/slipway/pipelines/deploy/compose/container"
)

// Server is a container as templates see it.
type Server struct {
	// Service is the one it belongs to.
	Service string
	// Name resolves to the container in its networks.
	Name string
	// Address is its IP in a network that it shares with the proxy. It is another
	// one when the container starts again.
	Address string
}

// Servers are the containers that the proxy sends requests to, by service.
type Servers map[string][]Server

// ServersOf are containers as a template sees them, with an entry for each
// service, and addresses in the proxy's networks.
func ServersOf(serving []container.Container, services, networks []string) Servers {
	all := Servers{}
	for _, service := range services {
		all[service] = nil
	}
	for _, c := range serving {
		all[c.Service()] = append(all[c.Service()], Server{Service: c.Service(), Name: c.Name, Address: c.Address(networks)})
	}
	return all
}

// CheckTemplate is the error when the template of a switch can't be read.
func CheckTemplate(name string, content []byte) error {
	_, err := parse(name, string(content))
	return err
}

func parse(name, text string) (*template.Template, error) {
	parsed, err := template.New(name).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("reading the template of the switch: %w", err)
	}
	return parsed, nil
}

// Render is the content of the proxy's file. It ends with a line end.
func Render(text string, all Servers) (string, error) {
	parsed, err := parse("switch", text)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := parsed.Execute(&b, all); err != nil {
		return "", fmt.Errorf("making the proxy's file: %w; it knows the services %s", err, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
	if !bytes.HasSuffix(b.Bytes(), []byte("\n")) {
		b.WriteByte('\n')
	}
	return b.String(), nil
}
