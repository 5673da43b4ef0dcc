package release

import (
	"maps"
	"slices"
)

// HostFile says of a recorded file that services need it on their hosts: they mount
// or read it.
type HostFile struct {
	// Mode is the one that git has: 0644, or 0755 for what can be executed.
	Mode string `json:"mode"`
	// Deploy says that it is a deploy file, too, such as a compose file.
	Deploy bool `json:"deploy,omitempty"`
}

// The modes of a host file.
const (
	ModeFile       = "0644"
	ModeExecutable = "0755"
)

// HostFilePaths are the paths of the files that hosts need, in order.
func (r Record) HostFilePaths() []string { return slices.Sorted(maps.Keys(r.HostFiles)) }

// LeastVersion is the oldest version of the format that has all of the record: a
// Slipway that knows no host files would deploy without them.
func (r Record) LeastVersion() int {
	if len(r.HostFiles) > 0 {
		return hostFilesVersion
	}
	return 1
}
