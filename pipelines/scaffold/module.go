package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

// ErrNoModule says that a CI file can't be written, because nobody said where the
// Dagger module is that it is to call.
var ErrNoModule = errors.New("nothing says where Slipway's module is")

// Module says where Slipway's Dagger module is, for a repository whose dagger.json
// does not.
type Module struct {
	// Address is one that somebody gave. It goes before that of a toolchain in
	// dagger.json.
	Address string
	// Own is the path of the Go module that the running program was built from: it
	// is in the same repository. One below the reserved domain .example is none.
	Own string
	// Version is a git tag, branch or commit: that of an address without one.
	Version string
}

// name is what Slipway's Dagger module calls itself.
const name = "slipway"

// dependency is another module in a dagger.json.
type dependency struct{ Name, Source, Pin string }

// called is the module that CI has to call: empty when it is the blueprint in the
// repository's dagger.json, so that a call needs none.
func (m Module) called(root fs.FS) (string, error) {
	file, _ := m.file(root)
	toolchain := slices.IndexFunc(file.Toolchains, m.is)
	switch {
	case m.is(file.Blueprint):
		return "", nil
	case m.Address != "":
		return m.versioned(m.Address)
	case toolchain >= 0:
		return m.versioned(file.Toolchains[toolchain].pinned())
	case m.Own != "" && !reserved(m.Own):
		return m.versioned(m.Own)
	}
	return "", ErrNoModule
}

// is says that a module in dagger.json is Slipway.
func (m Module) is(d dependency) bool {
	address, _ := cutVersion(d.Source)
	switch {
	case address == "":
		return false
	case d.Name != "":
		return d.Name == name
	case m.Address != "":
		given, _ := cutVersion(m.Address)
		return address == given || path.Base(address) == name
	}
	return path.Base(address) == name
}

// pinned is the module's source at the commit that dagger.json has.
func (d dependency) pinned() string {
	if address, _ := cutVersion(d.Source); d.Pin != "" {
		return address + "@" + d.Pin
	}
	return d.Source
}

// addresses are what can stand in a CI file as it is.
var addresses = lazy.Regexp(`^[\w./][\w.~:/@+-]*$`)

// versioned is the address with a version. A directory has none.
func (m Module) versioned(address string) (string, error) {
	if bare, _ := cutVersion(address); !addresses().MatchString(address) || !strings.Contains(bare, "/") {
		return "", fmt.Errorf("%q is no address of a module: want HOST/PATH, such as git.example/slipway, or a directory such as ./slipway", address)
	}
	if _, version := cutVersion(address); version != "" || strings.HasPrefix(address, ".") || strings.HasPrefix(address, "/") {
		return address, nil
	}
	return address + "@" + m.Version, nil
}

// cutVersion takes the version from an address: what follows an @ in its path.
// That of git@host:path is none.
func cutVersion(address string) (bare, version string) {
	rest := address
	if _, after, ok := strings.Cut(address, "://"); ok {
		rest = after
	}
	_, inHost, _ := strings.Cut(rest, "/")
	if _, version, ok := strings.Cut(inHost, "@"); ok {
		return strings.TrimSuffix(address, "@"+version), version
	}
	return address, ""
}

// reserved says that the host of a module path is below .example: nobody can own it.
func reserved(modulePath string) bool {
	host, _, _ := strings.Cut(modulePath, "/")
	return host == "example" || strings.HasSuffix(host, ".example")
}
