package config

import "github.com/distribution/reference"

func validateCheck(v validator, path string, e Entry[Check]) {
	c := e.Value
	v.named(path, e.Name, entryName())
	if c.Build != nil {
		validateBuild(v, path+".build", *c.Build)
	}
	if c.Image != "" {
		if _, err := reference.ParseNormalizedNamed(c.Image); err != nil {
			v.wrong(path+".image", "reading image %q: %v", c.Image, err)
		}
	}
	v.environ(path+".env", c.Env)
	v.inProject(path+".mount", c.Mount)
	v.absolute(path+".workdir", c.Workdir)
	if c.Compose != nil {
		v.allInProject(path+".compose.file", c.Compose.File)
		refuseContainerKeys(v, path)
	}
}

// refuseContainerKeys reports the keys that a check with compose can't have.
func refuseContainerKeys(v validator, path string) {
	for _, key := range []string{"run", "mount", "workdir"} {
		at := path + "." + key
		if _, there := v.values[at]; there {
			v.report(v.keys[at], at, "", "does nothing in a compose check: set it on the service in the compose file")
		}
	}
}
