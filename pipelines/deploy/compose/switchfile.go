package compose

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"text/template"

	"git.example/slipway/pipelines/deploy"
)

// server is a container as templates see it.
type server struct {
	// Service is the one it belongs to.
	Service string
	// Name resolves to the container in its networks.
	Name string
	// Address is its IP in a network that it shares with the proxy. It is another
	// one when the container starts again.
	Address string
}

// servers are the containers that the proxy sends requests to, by service.
type servers map[string][]server

// CheckTemplate is the error when the template of a switch can't be read.
func CheckTemplate(name string, content []byte) error {
	_, err := parseTemplate(name, string(content))
	return err
}

func parseTemplate(name, text string) (*template.Template, error) {
	parsed, err := template.New(name).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("reading the template of the switch: %w", err)
	}
	return parsed, nil
}

// render is the content of the proxy's file. It ends with a line end.
func render(text string, all servers) (string, error) {
	parsed, err := parseTemplate("switch", text)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := parsed.Execute(&b, all); err != nil {
		return "", fmt.Errorf("making the proxy's file: %w; it knows the services %s", err, strings.Join(sortedKeys(all), ", "))
	}
	if !bytes.HasSuffix(b.Bytes(), []byte("\n")) {
		b.WriteByte('\n')
	}
	return b.String(), nil
}

// routed are the services that a template names: with a container more, it
// gives another file.
func routed(text string, services []string) ([]string, error) {
	each := func(n int) servers {
		all := servers{}
		for _, service := range services {
			all[service] = slices.Repeat([]server{{Service: service, Name: service + "-1", Address: "192.0.2.1"}}, n)
		}
		return all
	}
	found := []string{}
	base, err := render(text, each(1))
	if err != nil {
		return nil, err
	}
	for _, service := range services {
		more := each(1)
		more[service] = append(more[service], server{Service: service, Name: service + "-2", Address: "192.0.2.2"})
		with, err := render(text, more)
		if err != nil {
			return nil, err
		}
		if with != base {
			found = append(found, service)
		}
	}
	return found, nil
}

// live are the containers that serve: running, of the given services, and not
// excluded.
func live(all []container, services, exclude []string) []container {
	var serving []container
	for _, c := range all {
		if c.running() && slices.Contains(services, c.service()) && !slices.Contains(exclude, c.ID) {
			serving = append(serving, c)
		}
	}
	slices.SortFunc(serving, func(a, b container) int { return strings.Compare(a.name(), b.name()) })
	return serving
}

// serversOf are containers as a template sees them, with an entry for each
// service.
func serversOf(serving []container, services, networks []string) servers {
	all := servers{}
	for _, service := range services {
		all[service] = nil
	}
	for _, c := range serving {
		all[c.service()] = append(all[c.service()], server{Service: c.service(), Name: c.name(), Address: c.address(networks)})
	}
	return all
}

// switched is what the proxy was switched to, in the target's state directory.
// The proxy has read File when it is there.
type switched struct {
	// File is the content of the proxy's file.
	File string `json:"file"`
	// Live are the containers that serve, by id, with their addresses: a proxy
	// looks names up when it reads the file.
	Live map[string]string `json:"live"`
	// Before are those that did before.
	Before []string `json:"before,omitempty"`
}

// addressesOf are containers as Live has them.
func addressesOf(serving []container) map[string]string {
	addresses := map[string]string{}
	for _, c := range serving {
		addresses[c.ID] = strings.Join(c.addresses(), " ")
	}
	return addresses
}

// next is s after a switch to serving.
func (s switched) next(file string, serving []container) switched {
	n := switched{File: file, Live: addressesOf(serving), Before: sortedKeys(s.Live)}
	if addressesSame(n, s) {
		n.Before = s.Before
	}
	return n
}

func addressesSame(a, b switched) bool { return maps.Equal(a.Live, b.Live) }

// knew says that the proxy sends requests to a container, or did until the
// last switch.
func (s switched) knew(id string) bool {
	_, is := s.Live[id]
	return is || slices.Contains(s.Before, id)
}

// templateFile is where the newest template is kept on the host: a release from
// before there was one comes back with it.
const templateFile = "switch.tmpl"

// switchTemplate is the template of d, or the one that is kept.
func (t *Target) switchTemplate(d deploy.Desired, kept string) (string, error) {
	name := path.Clean(t.Config.Switch.Template)
	if text, ok := d.Files[name]; ok {
		return text, nil
	}
	if kept == "" {
		return "", fmt.Errorf("the release %s has no file %q: it was published before slipway.yaml named that; publish again", tagOf(d), name)
	}
	return kept, nil
}
