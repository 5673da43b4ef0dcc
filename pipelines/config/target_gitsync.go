package config

// GitSyncTarget is a directory of the repository on hosts, such as Airflow's
// DAGs: exactly as the release's commit has it, without restarting what reads it.
type GitSyncTarget struct {
	// Path is the directory on the host that others read, such as /opt/airflow/dags.
	// On this machine a relative path is relative to the project. Behind SSH it
	// is absolute.
	Path string `yaml:"path"`
	// From is the directory in the repository, relative to slipway.yaml. All of
	// the project when absent.
	From string `yaml:"from,omitempty"`
	// Hosts are the machines that get the directory. This machine when absent.
	Hosts []Host `yaml:"hosts,omitempty"`
	// Batches are how many hosts are changed at a time, as in a compose target.
	Batches Batches `yaml:"batches,omitempty"`
	// Switch is link (a symbolic link at the path is switched, all at once),
	// in-place (file by file, each by rename, for a container that mounts the
	// folder itself) or auto, which looks at what containers mount.
	Switch Switch `yaml:"switch,omitempty" jsonschema:"enum=auto,enum=link,enum=in-place,default=auto"`
	// Keep is how many of the last releases are kept for rollback.
	Keep int `yaml:"keep,omitempty" jsonschema:"minimum=1,default=5"`
}

// Switch is how a commit takes the place of another.
type Switch string

// The ways to switch.
const (
	SwitchAuto    Switch = "auto"
	SwitchLink    Switch = "link"
	SwitchInPlace Switch = "in-place"
)
