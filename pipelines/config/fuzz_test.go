package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzParse wants either a Config or an *Error whose text can be made.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/valid/*.yaml", "testdata/invalid/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range found {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("slipway.yaml", data)
		var problems *Error
		switch {
		case err == nil && c.Version == 1 && c.Project != "" && c.Tag != "":
		case errors.As(err, &problems) && len(problems.Problems) > 0 && err.Error() != "":
		default:
			t.Errorf("gives %+v, %v", c, err)
		}
	})
}
