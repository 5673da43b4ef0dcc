package config

import "github.com/distribution/reference"

func validateRun(v validator, at string, c RunTarget) {
	if c.Image != "" {
		if _, err := reference.ParseNormalizedNamed(c.Image); err != nil {
			v.wrong(at+".image", "reading image %q: %v", c.Image, err)
		}
	}
	v.environ(at+".env", c.Env)
	for i, file := range c.Files {
		v.inProject(index(at+".files", i), file)
		v.local(index(at+".files", i), file, "the project")
	}
	v.absolute(at+".workdir", c.Workdir)
}
