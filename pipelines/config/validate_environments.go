package config

import (
	"slices"
	"strings"
)

func validateEnvironment(v validator, at string, e Entry[Environment]) {
	v.named(at, e.Name, entryName())
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
		validateWhen(v, at+".when", *e.Value.When)
	}
	if e.Value.SSH != nil {
		validateSSH(v, at+".ssh", *e.Value.SSH)
	}
	validateAWS(v, at+".aws", e.Value.AWS)
	validateNotify(v, at+".notify", e.Value.Notify)
	for _, target := range e.Value.Deploy {
		validateTarget(v, at+".deploy."+target.Name, target)
	}
}

// validatePromotions reports environments that wait for each other.
func validatePromotions(v validator) {
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
