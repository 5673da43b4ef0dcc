package config

import (
	"strings"

	"github.com/distribution/reference"
)

func (v validator) gitSync(at string, c GitSyncTarget) {
	v.hosts(at, c.Hosts, c.Batches)
	if c.Path != "" { // else it is reported as missing
		v.hostPath(at, c.Path, c.Hosts)
	}
	if strings.Trim(c.Path, "/") == "" && c.Path != "" {
		v.wrong(at+".path", "%q is the root directory: name the directory that is synced", c.Path)
	}
	v.local(at+".from", c.From, "the project")
}

func (v validator) run(at string, c RunTarget) {
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
