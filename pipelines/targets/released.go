package targets

import "git.example/slipway/pipelines/release"

// Released are the files of a release.
type Released struct {
	// Files are all of them by path relative to the project, slipway.yaml among them.
	Files map[string][]byte
	// hosts says which of them services need on their hosts, and directories which
	// directories travel, and of which hosts have their own.
	hosts       map[string]release.HostFile
	directories map[string]bool
}

// Record notes in a record what its files are for.
func (f Released) Record(r release.Record) release.Record {
	r.HostFiles, r.HostDirectories = f.hosts, f.directories
	r.Version = r.LeastVersion()
	return r
}
