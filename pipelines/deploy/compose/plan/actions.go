package plan

import (
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/hostfiles"
	"git.example/slipway/pipelines/deploy/compose/kept"
)

// Actions are a plan's private part: what applying it does, in order. Plans are
// saved, so what is here is a format: a name in it stays what it is.
type Actions struct {
	Project string `json:"project"`
	// Pins are the references that services run.
	Pins map[string]string `json:"pins,omitempty"`
	// Keep are volumes and networks that compose may only use as they are.
	Keep []kept.Kept `json:"keep,omitempty"`
	// Env says that the env file is written, or removed.
	Env bool `json:"env,omitempty"`
	// StepsOnly says that nothing but steps is done: what runs stays as it is.
	StepsOnly bool `json:"stepsOnly,omitempty"`
	// Services that are the release's.
	Services []string `json:"services,omitempty"`
	Do       []Action `json:"do,omitempty"`
	// Files are those that the release brings, and FilesOverride what has services
	// mount them.
	Files         []hostfiles.Version `json:"files,omitempty"`
	FilesOverride string              `json:"filesOverride,omitempty"`
	// Stale are services whose files are put back, so that they start anew.
	Stale []string `json:"stale,omitempty"`
}

// Action is one thing to do. Exactly one of its kinds is set.
type Action struct {
	// Up are services that start at once; they need nothing of each other.
	Up     []Up    `json:"up,omitempty"`
	Switch *Switch `json:"switch,omitempty"`
	Stop   *Stop   `json:"stop,omitempty"`
	Step   *Step   `json:"step,omitempty"`
	Remove *Remove `json:"remove,omitempty"`
}

// Up starts containers of a service, then waits until they are healthy.
type Up struct {
	Service string `json:"service"`
	// Scale is how many containers there are afterwards, those of Old included.
	Scale int `json:"scale"`
	// Want is how many of them have to be healthy that are not in Old.
	Want int `json:"want"`
	// Clear are containers that do not run, removed first.
	Clear []string `json:"clear,omitempty"`
	// ClearVolumes are those of them whose anonymous volumes go with them.
	ClearVolumes []string `json:"clearVolumes,omitempty"`
	// Beside leaves the running containers as they are.
	Beside bool `json:"beside,omitempty"`
	// Force starts new containers although compose sees no change.
	Force bool `json:"force,omitempty"`
	// Skip says that enough containers are there already; they only have to
	// become healthy.
	Skip bool `json:"skip,omitempty"`
	// Old are the containers that the new ones take over from.
	Old []string `json:"old,omitempty"`
	// Ends says that the service is to end with exit code 0, not to run on.
	Ends container.Ending `json:"ends,omitempty"`
}

// Switch moves the proxy over to the containers that run, but for some.
type Switch struct {
	// Services that it sends requests to.
	Services []string `json:"services"`
	// Exclude are containers that the proxy no longer sends requests to, or not
	// yet.
	Exclude []string `json:"exclude,omitempty"`
	// Networks are those of the proxy, by docker's name.
	Networks []string `json:"networks,omitempty"`
}

// Stop stops and removes containers that are not needed any more.
type Stop struct {
	Services []Retired `json:"services"`
	// Drain says that they go on for a while, because they may have requests to
	// answer that they do not have yet.
	Drain bool `json:"drain,omitempty"`
}

// Retired are the old containers of a service.
type Retired struct {
	Service    string   `json:"service"`
	Containers []string `json:"containers"`
	// Released are those of them that a release of ours started: their anonymous
	// volumes, which no other container gets, go with them.
	Released []string `json:"released,omitempty"`
	// Hooks run in each of them first.
	Hooks []Hook `json:"hooks,omitempty"`
}

// Hook is a command of a service's pre_stop.
type Hook struct {
	Command    []string          `json:"command"`
	User       string            `json:"user,omitempty"`
	Privileged bool              `json:"privileged,omitempty"`
	WorkingDir string            `json:"workingDir,omitempty"`
	Env        map[string]string `json:"env,omitempty"`
}

// Remove stops and removes services that the release does not have; All says
// that nothing of the project is left then, so its networks go, too.
type Remove struct {
	Services   []string `json:"services"`
	Containers []string `json:"containers"`
	All        bool     `json:"all,omitempty"`
	// Drain says that a proxy was switched away from them just now.
	Drain bool `json:"drain,omitempty"`
}

// Step is a one-off command.
type Step struct {
	Key     string          `json:"key"`
	Service string          `json:"service"`
	Command []string        `json:"command"`
	Timeout config.Duration `json:"timeout,omitempty"`
}
