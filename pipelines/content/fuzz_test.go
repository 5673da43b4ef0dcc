package content

import (
	"slices"
	"testing"
)

// FuzzBases wants images, sorted, or an error from any Dockerfile.
func FuzzBases(f *testing.F) {
	f.Add("ARG V=1\nFROM a:$V AS b\nFROM b\nCOPY --from=c / /\nRUN --mount=from=d,target=/x true\nONBUILD COPY --from=e / /\n", "", "linux/amd64")
	f.Add("# syntax=x\n# escape=`\nFROM scratch\nRUN <<E\nx\nE\n", "x", "")
	f.Add("FROM a AS a\nFROM a AS a\nCOPY --from=1 . .\nCOPY --from=0 . .", "A", "x")
	f.Fuzz(func(t *testing.T, text, target, platform string) {
		found, err := Bases(BaseInputs{Dockerfile: Dockerfile{Path: "Dockerfile", Content: []byte(text)}, Target: target, Platform: platform})
		if err == nil && (!slices.IsSorted(found) || len(slices.Compact(slices.Clone(found))) != len(found)) {
			t.Errorf("%q has the images %q", text, found)
		}
	})
}
