package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker for releases.
var version string

type versionInfo struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

func newVersion(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  slipway version --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			info := versionInfo{Version: ownVersion(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
			return g.print(info, func() {
				fmt.Fprintf(g.env.Out, "slipway %s %s %s/%s\n", info.Version, info.Go, info.OS, info.Arch)
			})
		},
	}
}

// ownVersion is the version of this program.
func ownVersion() string {
	own := version
	if build, ok := debug.ReadBuildInfo(); ok && own == "" {
		own = build.Main.Version
	}
	if own == "" {
		own = "(devel)"
	}
	return own
}

// ownModule is the path of the Go module that this program was built from; empty
// where the build does not say.
func ownModule() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return build.Main.Path
}
