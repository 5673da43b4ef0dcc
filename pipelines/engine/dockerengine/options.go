package dockerengine

import (
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Name is the engine's name.
const Name = "docker"

// Options say where Docker is. The zero value is the docker of PATH.
type Options struct {
	// Program is the docker command line; "docker" when empty.
	Program string
	// Dir holds scratch directories, one a run, readable by the user alone.
	// A directory of the user's in the system's temporary directory when empty.
	Dir string
	// Answer is how long Docker has to answer what it needs no time for; 20 seconds
	// when zero.
	Answer time.Duration
	// Lookup reads the environment, to find the user's Docker configuration
	// (DOCKER_CONFIG, HOME). Without it logins of Docker's own are not seen by
	// builds and pulls that have a login of their own.
	Lookup func(string) (string, bool)
}

// withDefaults is o with all of its fields set.
func (o Options) withDefaults() Options {
	if o.Program == "" {
		o.Program = "docker"
	}
	if o.Dir == "" {
		o.Dir = filepath.Join(os.TempDir(), "slipway-docker-"+strconv.Itoa(os.Getuid()))
	}
	if o.Answer == 0 {
		o.Answer = 20 * time.Second
	}
	if o.Lookup == nil {
		o.Lookup = func(string) (string, bool) { return "", false }
	}
	return o
}
