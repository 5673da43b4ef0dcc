package composefile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOutside(t *testing.T) {
	tests := []struct {
		name, content string
		want          []string
	}{
		{"none", "services: {a: {image: x}, b: {extends: a}, c: {extends: {service: a}}}", nil},
		{"include", "include: [db.yml, {path: cache.yml}, {path: [a.yml, b.yml]}]", []string{"a.yml", "b.yml", "cache.yml", "db.yml"}},
		{"extends", "services: {a: {extends: {file: base.yml, service: x}}, b: {extends: {file: base.yml, service: y}}}", []string{"base.yml"}},
		{"malformed", "services: [", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Outside([]byte(test.content))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
