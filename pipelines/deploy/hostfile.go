package deploy

import "git.example/slipway/pipelines/release"

// HostFile is a file that a service of a release mounts or reads on its host.
type HostFile struct {
	// Mode is 0644 or 0755.
	Mode    string `json:"mode"`
	Content []byte `json:"content"`
}

// Executable says that the file can be executed.
func (f HostFile) Executable() bool { return f.Mode == release.ModeExecutable }
