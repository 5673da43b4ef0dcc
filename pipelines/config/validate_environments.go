package config

import (
	"path"
	"slices"
	"strings"
)

func (v validator) environment(at string, e Entry[Environment]) {
	v.named(at, e.Name, entryName)
	registries := v.config.Registries.Names()
	v.refers(at+".registry", e.Value.Registry, "registry", registries)
	for i, name := range e.Value.Mirror {
		mirror := index(at+".mirror", i)
		v.refers(mirror, name, "registry", registries)
		if name != "" && (name == e.Value.Registry || slices.Contains(e.Value.Mirror[:i], name)) {
			v.wrong(mirror, "registry %q has the images already", name)
		}
	}
	v.refers(at+".promote-from", e.Value.PromoteFrom, "environment", v.config.Environments.Names())
	if e.Value.When != nil {
		v.when(at+".when", *e.Value.When)
	}
	if e.Value.SSH != nil {
		v.ssh(at+".ssh", *e.Value.SSH)
	}
	v.aws(at+".aws", e.Value.AWS)
	for _, target := range e.Value.Deploy {
		v.target(at+".deploy."+target.Name, target)
	}
}

func (v validator) when(at string, w When) {
	if len(v.values[at].pairs) == 0 && v.values[at].kind == mapping {
		v.wrong(at, "matches nothing: want a branch or a tag")
	}
	for key, pattern := range map[string]string{"branch": w.Branch, "tag": w.Tag} {
		if _, err := path.Match(pattern, ""); err != nil {
			v.wrong(at+"."+key, "%q is no pattern: want one such as main, release-* or v[0-9]*", pattern)
		}
	}
}

// promotions reports environments that wait for each other.
func (v validator) promotions() {
	from := func(name string) []string {
		e, _ := v.config.Environments.Get(name)
		if e.PromoteFrom == "" {
			return nil
		}
		return []string{e.PromoteFrom}
	}
	for _, circle := range circles(v.config.Environments.Names(), from) {
		v.wrong("environments."+circle[0]+".promote-from", "environments are promoted in a circle: %s", strings.Join(circle, " -> "))
	}
}
