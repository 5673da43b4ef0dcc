package hostfiles

import (
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/composefile"
)

// Missing is a path of the host's own that a service can't do without.
type Missing struct {
	composefile.Need
	// Services are all that need it.
	Services []string
	// Is says what is wrong with it, Advice what to do.
	Is, Advice string
}

// String reads as `"/srv/shop/app.conf", which service "web" mounts at /etc/app.conf, is not there: make it …`.
func (m Missing) String() string {
	return m.Problem() + ": " + m.Advice
}

// Problem is the same without the advice.
func (m Missing) Problem() string {
	return fmt.Sprintf("%q, which %s %s, %s", m.Path, services(m.Services), m.use(), m.Is)
}

func services(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	if len(quoted) == 1 {
		return "service " + quoted[0]
	}
	return "services " + strings.Join(quoted, ", ")
}

// use is what the services do with it.
func (m Missing) use() string {
	verb := func(one, many string) string {
		if len(m.Services) == 1 {
			return one
		}
		return many
	}
	switch m.Kind {
	case composefile.NeedMount:
		return verb("mounts", "mount") + " at " + m.Target
	case composefile.NeedVolume:
		return verb("mounts", "mount") + " as volume " + m.Name
	case composefile.NeedConfig, composefile.NeedSecret:
		return verb("has", "have") + " as " + string(m.Kind) + " " + m.Name
	}
	return verb("reads", "read") + " as " + string(m.Kind)
}

// Of are the needs that the host does not meet, in the order of needs.
func Of(needs []composefile.Need, found map[string]Found) []Missing {
	var all []Missing
	for _, n := range needs {
		if i := slices.IndexFunc(all, func(m Missing) bool { return m.Path == n.Path }); i >= 0 {
			if !slices.Contains(all[i].Services, n.Service) {
				all[i].Services = append(all[i].Services, n.Service)
			}
			continue
		}
		if m := judge(n, needs, found[n.Path]); m.Is != "" {
			m.Services = []string{n.Service}
			all = append(all, m)
		}
	}
	return all
}

// judge says what is wrong with a need of which the host has found; nothing when
// Is is empty.
func judge(n composefile.Need, needs []composefile.Need, found Found) Missing {
	m := Missing{Need: n}
	what := "make it on the host"
	switch {
	case n.IsFile() && n.InProject:
		what = "put the file there, or commit it, and it travels with the release"
	case n.IsFile():
		what = "put the file there"
	case n.InProject && n.ReadOnly && !n.Writable(needs):
		what = "make it on the host, or commit its files, and it travels with the release"
	}
	switch {
	case n.Optional && found == Nothing:
	case found == Nothing && n.Committed:
		m.Is = "is not there, and git has files for it that do not travel because a service may write to it"
		m.Advice = "put it on the host once, or mount it read-only (:ro) and it travels with the release"
	case found == Nothing && n.MadeWhenMissing(needs):
	case found == Nothing && n.Kind == composefile.NeedMount && !n.MustExist:
		m.Is, m.Advice = "is not there, and docker would mount an empty directory", what
	case found == Nothing:
		m.Is, m.Advice = "is not there", what
	case n.IsFile() && (found == Empty || n.Kind != composefile.NeedMount && found == Directory):
		m.Is = "is a directory where a file is wanted"
		m.Advice = "docker makes one of a file that is not there; remove it (rmdir) and " + what
	}
	return m
}
