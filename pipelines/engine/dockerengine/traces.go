package dockerengine

import (
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"sync/atomic"
)

// runLabel is on every container that this engine creates by itself; its value
// is the run's id.
const runLabel = "dev.slipway.run"

// projectLabel is on everything that compose creates.
const projectLabel = "com.docker.compose.project"

// prefix starts the name of each image and compose project of run id.
func prefix(id string) string { return "slipway-" + id }

// traces are what a run leaves on the machine while it lives: by them it finds
// what it has to remove, and the next run what a killed one left.
type traces struct {
	// id is the run's, in everything that is created.
	id      string
	counter atomic.Int64
	// containers says that there may be containers of this run, images that there
	// may be images that have a name of it.
	containers, images atomic.Bool
}

func newTraces() *traces {
	id := make([]byte, 5)
	rand.Read(id) // never fails
	return &traces{id: hex.EncodeToString(id)}
}

// next numbers what this run creates.
func (t *traces) next() string { return strconv.FormatInt(t.counter.Add(1), 10) }

// image is a new name for an image in the daemon's store.
func (t *traces) image() string { return prefix(t.id) + ":" + t.next() }

// project is a new name for a compose project.
func (t *traces) project() string { return prefix(t.id) + "-" + t.next() }
