package daggerengine

import (
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"sync/atomic"

	"dagger.io/dagger"
)

// connection is the session with the Dagger engine, as all that works in it uses
// it.
type connection struct {
	client *dagger.Client
	logs   *logs
	// names are those that the session knows one value of.
	names *gate
	// id makes names of this run its own.
	id      string
	counter atomic.Int64
}

func newConnection(client *dagger.Client, logs *logs) *connection {
	id := make([]byte, 5)
	rand.Read(id) // never fails
	return &connection{client: client, logs: logs, names: newGate(), id: hex.EncodeToString(id)}
}

// next names something of this run.
func (c *connection) next() string { return c.id + "-" + strconv.FormatInt(c.counter.Add(1), 10) }

// secret is a secret under a name that nothing else has.
func (c *connection) secret(value string) *dagger.Secret {
	return c.client.SetSecret("slipway "+c.next(), value)
}

// hostDirectory is a directory of this machine as it is now.
func (c *connection) hostDirectory(path string) *dagger.Directory {
	return c.client.Host().Directory(path, dagger.HostDirectoryOpts{NoCache: true})
}

// hostFile is a file of this machine as it is now.
func (c *connection) hostFile(path string) *dagger.File {
	return c.client.Host().File(path, dagger.HostFileOpts{NoCache: true})
}
