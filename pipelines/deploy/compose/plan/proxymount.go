package plan

import (
	"fmt"
	"path"

	"github.com/compose-spec/compose-go/v2/types"
)

// refuseMount is the error when the proxy can't see a new file under that path.
// A file that is mounted by itself stays the old one when another takes its name.
func refuseMount(proxy types.ServiceConfig, file string) error {
	for _, v := range proxy.Volumes {
		switch {
		case v.Type != types.VolumeTypeBind:
		case path.Clean(v.Source) == file:
			return fmt.Errorf("switch: service %q mounts the file %q by itself, and would not see a new one: mount the directory it is in", proxy.Name, file)
		case path.Clean(v.Source) == path.Dir(file):
			return nil
		}
	}
	return fmt.Errorf("switch: service %q does not mount the directory %q, so it can't read the file there: add it to its volumes", proxy.Name, path.Dir(file))
}
