package proxy

import "slices"

// Routes are the services that a template names: with a container more, it
// gives another file.
func Routes(text string, services []string) ([]string, error) {
	each := func(n int) Servers {
		all := Servers{}
		for _, service := range services {
			all[service] = slices.Repeat([]Server{{Service: service, Name: service + "-1", Address: "192.0.2.1"}}, n)
		}
		return all
	}
	found := []string{}
	base, err := Render(text, each(1))
	if err != nil {
		return nil, err
	}
	for _, service := range services {
		more := each(1)
		more[service] = append(more[service], Server{Service: service, Name: service + "-2", Address: "192.0.2.2"})
		with, err := Render(text, more)
		if err != nil {
			return nil, err
		}
		if with != base {
			found = append(found, service)
		}
	}
	return found, nil
}
