package config

// ComposeTarget is a compose stack.
type ComposeTarget struct {
	// File is the compose file, or several that are merged in order.
	File Strings `yaml:"file"`
	// Path is the stack's directory on the host; relative mounts of the
	// compose file are relative to it. On this machine a relative path is relative
	// to the project. Behind SSH it is absolute; /home/USER when absent.
	Path string `yaml:"path,omitempty"`
	// Hosts are the machines that run the stack, each the whole of it. This machine
	// when absent.
	Hosts []Host `yaml:"hosts,omitempty"`
	// Batches are how many hosts are changed at a time, as numbers or percentages
	// of all: one after the other, and what is left over at last. One, then half of
	// them, then the rest when absent.
	Batches Batches `yaml:"batches,omitempty"`
	// Project is the compose project's name. As compose itself chooses it when
	// empty, so that a stack that already runs is adopted.
	Project string `yaml:"project,omitempty"`
	// Env is written into the stack's .env file.
	Env *EnvFile `yaml:"env,omitempty"`
	// HostFiles are files and directories that are the host's own although git has
	// them, relative to Path, as the compose file names them. Without it, what git has
	// travels with a release.
	HostFiles Strings `yaml:"host-files,omitempty"`
	// Before are steps before the new containers, such as migrations.
	Before []Step `yaml:"before,omitempty"`
	// After are steps when the new containers are healthy.
	After []Step `yaml:"after,omitempty"`
	// Strategy is rolling (one service after the other: start the new containers
	// beside the old ones, switch when they are healthy), blue-green (the new
	// containers of all services, then one switch when all are healthy) or recreate.
	Strategy Strategy `yaml:"strategy,omitempty" jsonschema:"enum=rolling,enum=blue-green,enum=recreate,default=rolling"`
	// Switch moves the stack's proxy over to the new containers. Without it that is
	// the proxy's own business.
	Switch *ProxySwitch `yaml:"switch,omitempty"`
	// Drain is how long the old containers go on after the new ones took over.
	Drain Duration `yaml:"drain,omitempty" jsonschema:"default=5s"`
	// Scale is how many containers services have, whatever the compose file says.
	Scale Map[int] `yaml:"scale,omitempty"`
	// HealthTimeout is how long a new container may take to become healthy.
	HealthTimeout Duration `yaml:"health-timeout,omitempty" jsonschema:"default=2m"`
	// Settle is how long a service without a health check must run without a restart.
	Settle Duration `yaml:"settle,omitempty" jsonschema:"default=5s"`
	// Keep is how many of the last releases are kept for rollback, the live one
	// among them. At least two are.
	Keep int `yaml:"keep,omitempty" jsonschema:"minimum=1,default=5"`
}

// Strategy is how new containers take the place of old ones.
type Strategy string

// The strategies of a compose target.
const (
	Rolling   Strategy = "rolling"
	BlueGreen Strategy = "blue-green"
	Recreate  Strategy = "recreate"
)
