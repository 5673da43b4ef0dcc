package dockerengine

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzOutput wants an answer or an error from whatever docker and buildx print.
func FuzzOutput(f *testing.F) {
	f.Add("Driver: docker\nBuildKit version: v0.8+unknown\n", `{"containerimage.digest":"sha256:00"}`)
	f.Add("v0.99999999999999999999.1", `{"services":{"a":{"image":"x","depends_on":{"b":null}}}}`)
	f.Add("x@sha256:"+strings.Repeat("0", 64), "null")
	f.Fuzz(func(t *testing.T, text, document string) {
		oldBuildKit(field(text, "BuildKit version:"))
		summary(text)
		if digest := digestIn(strings.Split(text, "\n"), "docker.io/library/x"); digest != "" && !strings.Contains(text, digest) {
			t.Errorf("digest %q is not in %q", digest, text)
		}
		if digest, err := parseMetadata([]byte(document)); err == nil && digest == "" {
			t.Errorf("no digest and no error for %q", document)
		}
		var m model
		if json.Unmarshal([]byte(document), &m) != nil {
			return
		}
		_ = m.replace(map[string]string{"x": "y"})
		for name := range m.Services {
			started(m, name)
			isolation(m, "p", name)
		}
	})
}
