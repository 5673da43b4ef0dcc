package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"git.example/slipway/internal/sshtest"
)

// hostCount is how many hosts behind SSH the scripts have.
const hostCount = 3

// sshHosts are real SSH servers for the scripts:
//
//	$SSH_USER          logs in on all of them
//	$SSH_KEY_FILE      with this key
//	$SSH_KNOWN_HOSTS   has their keys
//	$SSH_PORT1 ...     their ports on 127.0.0.1
//	$SSH_ROOT          a directory, which is another one on each of them:
//	$SSH_ROOT1 ...     where it really is
//
// They share this machine's Docker engine.
func sshHosts(t *testing.T) func(*testscript.Env) {
	root := fmt.Sprintf("/srv/slipway-scripts-%d", os.Getpid())
	var hosts []*sshtest.Server
	var known strings.Builder
	for range hostCount {
		host := sshtest.Start(t, sshtest.Config{Mount: root})
		hosts = append(hosts, host)
		known.WriteString(host.KnownHostsLines(host.Port))
		host.Authorize(hosts[0].Key + ".pub")
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	knownHosts := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(knownHosts, []byte(known.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(env *testscript.Env) {
		env.Setenv("SSH_USER", hosts[0].User)
		env.Setenv("SSH_KEY_FILE", hosts[0].Key)
		env.Setenv("SSH_KNOWN_HOSTS", knownHosts)
		env.Setenv("SSH_ROOT", root)
		for i, host := range hosts {
			env.Setenv(fmt.Sprintf("SSH_PORT%d", i+1), fmt.Sprint(host.Port))
			env.Setenv(fmt.Sprintf("SSH_ROOT%d", i+1), host.Dir)
		}
	}
}

// canHost says whether scripts can have hosts behind SSH here: that takes sshd,
// and root for mounts.
func canHost() bool {
	_, err := os.Stat("/usr/sbin/sshd")
	return err == nil && os.Getuid() == 0
}
