package composefile

import (
	"fmt"

	"github.com/goccy/go-yaml"
)

// refuseVersion1 finds files of the first compose format, whose services stand
// at the top level. Whatever else is wrong with a file is compose-go's to say.
func refuseVersion1(path string, content []byte) error {
	var top map[string]any
	if err := yaml.Unmarshal(content, &top); err != nil {
		return nil
	}
	if top["services"] != nil || top["include"] != nil {
		return nil
	}
	for name, value := range top {
		service, ok := value.(map[string]any)
		if !ok || (service["image"] == nil && service["build"] == nil) {
			continue
		}
		return fmt.Errorf("loading compose file %q: it has no services: and %s: stands at the top level, "+
			"as in compose's first format, which no compose reads any more; "+
			"write services: as the first line and indent everything else below it", path, name)
	}
	return nil
}
