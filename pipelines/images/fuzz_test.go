package images

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzBake wants images or an error from what buildx prints of a bake file, the
// same each time, in order.
func FuzzBake(f *testing.F) {
	f.Add(`{"target":{"api":{"context":".","dockerfile":"Dockerfile","args":{"A":"1"},"tags":["shop/api:1"],"secret":[{"id":"t","env":"T"}],"ssh":[{"id":"default"}],"cache-from":[{"type":"registry","ref":"x"}],"platforms":["linux/amd64"]},"b":{"context":"/repo/b","contexts":{"x":"target:api"}}}}`)
	f.Add(`{"target":{"":null,"x":{"tags":[":"]}}}`)
	f.Fuzz(func(t *testing.T, printed string) {
		first, err := parseBake("bake.hcl", "/repo", []byte(printed))
		if err != nil {
			return
		}
		second, err := parseBake("bake.hcl", "/repo", []byte(printed))
		if diff := cmp.Diff(first, second); err != nil || diff != "" {
			t.Errorf("the second time it differs: %v %s", err, diff)
		}
		for i, image := range first {
			if i > 0 && first[i-1].Name >= image.Name {
				t.Errorf("%q comes before %q", first[i-1].Name, image.Name)
			}
			if c := image.Value.Context; filepath.IsAbs(c) && strings.HasPrefix(c, "/repo/") {
				t.Errorf("context %q is not relative", c)
			}
		}
	})
}
