package sshconfig

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// systemDirectory has the system's own configuration, and what it includes.
const systemDirectory = "/etc/ssh"

// None in place of a file is no configuration at all.
const None = "none"

// Machine is what ssh knows of where it runs.
type Machine struct {
	// Home is the user's home directory, User the name there.
	Home, User string
	// Name is the machine's.
	Name string
	// Lookup reads the environment.
	Lookup func(string) (string, bool)
}

// Config is what was read. The zero value says nothing of any host.
type Config struct {
	machine Machine
	// files are the user's and the system's, in this order.
	files [][]line
}

// Read reads the user's and the system's file, as ssh does; with a file (ssh -F)
// that one alone, and with "none" nothing. Of the usual files each may be missing.
func Read(m Machine, file string) (*Config, error) {
	c := &Config{machine: m}
	if file == None {
		return c, nil
	}
	type source struct {
		name string
		kind kind
	}
	sources := []source{{file, kind{user: true}}}
	if file == "" {
		sources = []source{{filepath.Join(systemDirectory, "ssh_config"), kind{}}}
		if m.Home != "" {
			user := source{filepath.Join(m.Home, ".ssh", "config"), kind{user: true, checked: true}}
			sources = []source{user, sources[0]}
		}
	} else if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading %s: there is no such file", file)
	}
	r := &reader{home: m.Home}
	for _, s := range sources {
		lines, err := r.read(s.name, s.kind, 0)
		if err != nil {
			return nil, err
		}
		c.files = append(c.files, lines)
	}
	return c, nil
}
