package config

import "strings"

func validateGitSync(v validator, at string, c GitSyncTarget) {
	validateHosts(v, at, c.Hosts, c.Batches)
	if c.Path != "" { // else it is reported as missing
		validateHostPath(v, at, c.Path, c.Hosts)
	}
	if strings.Trim(c.Path, "/") == "" && c.Path != "" {
		v.wrong(at+".path", "%q is the root directory: name the directory that is synced", c.Path)
	}
	v.local(at+".from", c.From, "the project")
}
