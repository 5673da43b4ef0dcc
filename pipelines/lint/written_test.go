package lint

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A finding is where it is written: in an anchor, in what is merged in, in the file
// that is extended or included.
func TestWhereItIsWritten(t *testing.T) {
	type change = map[string]string
	const services = "services:\n"
	for name, test := range map[string]struct {
		changes change
		want    []string
	}{
		"an anchor that is merged in": {
			change{prod + " services:": "x-base: &base\n  image: redis\n  restart: always\nservices:\n  cache:\n    <<: *base\n  more:\n    <<: *base\n    restart: always"},
			[]string{prod + ":2:3 cache", prod + ":2:3 more"},
		},
		"one of several": {
			change{prod + " services:": "x-a: &a {restart: always}\nx-b: &b\n  <<: *a\n  image: redis\nservices:\n  cache:\n    <<: [*a, *b]"},
			[]string{prod + ":4:3 cache"},
		},
		"its own goes before": {
			change{prod + " services:": "x-base: &base {image: 'redis:7', restart: always}\nservices:\n  cache:\n    <<: *base\n    image: redis"},
			[]string{prod + ":5:5 cache"},
		},
		"a service that is an alias": {
			change{prod + " services:": "x-base: &base\n  image: redis\n  restart: always\nservices:\n  cache: *base"},
			[]string{prod + ":2:3 cache"},
		},
		"all services are": {
			change{prod: "x-all: &all\n  api:\n    image: acme/tracker-api\nservices: *all\n"},
			[]string{prod + ":3:5 api"},
		},
		"extends in the file": {
			change{prod + " services:": "services:\n  base: {image: redis, restart: always}\n  cache: {extends: base}"},
			[]string{prod + ":2:10 base", prod + ":2:10 cache"},
		},
		"extends another file": {
			change{prod + " services:": "services:\n  cache: {extends: {file: base/common.yml, service: base}}", "base/common.yml": services + "  base:\n    extends: {file: more.yml, service: most}\n    restart: always\n", "base/more.yml": services + "\n  most:\n    image: redis\n  other: {image: nginx}\n"},
			[]string{"base/more.yml:4:5 cache"},
		},
		"an included file": {
			change{prod + " services:": "include: [base/common.yml, {path: [base/two.yml]}]\nservices:", "base/common.yml": services + "  cache:\n    image: redis\n    restart: always\n", "base/two.yml": services + "  proxy: {image: nginx, restart: always}\n"},
			[]string{"base/common.yml:3:5 cache", "base/two.yml:2:11 proxy"},
		},
		"silenced where it is written": {
			change{prod + " services:": "include: [base/common.yml]\nservices:", "base/common.yml": services + "  cache:\n    image: redis # slipway:ignore image-latest\n    restart: always\n"},
			[]string{},
		},
		"circles": {
			change{prod + " services:": "x-a: &a {b: &b {<<: *b, c: 1}}\nx-d: {<<: [*b, *b]}\nservices:"}, []string{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, findings := run(t, test.changes)
			got := []string{}
			for _, f := range findings {
				var service string
				if n, _ := fmt.Sscanf(f.Message, "the image of service %s has the tag latest, or none", &service); n == 1 {
					got = append(got, fmt.Sprintf("%s:%d:%d %s", f.File, f.Line, f.Column, service))
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s\n%+v", diff, findings)
			}
		})
	}
}

// Variables of an included file are of the file; those of one with an env file of its
// own are not known.
func TestVariablesOfIncludedFiles(t *testing.T) {
	changes := map[string]string{
		prod + " services:": "include: [a.yml, {path: b.yml, env_file: b.env}]\nservices:",
		"a.yml":             "services:\n  a: {image: 'redis:7-${A}', restart: always}\n", "b.yml": "services:\n  b: {image: 'redis:7-${B}', restart: always}\n", "b.env": "B=1\n",
	}
	if diff := cmp.Diff([]string{"2:23 warning nothing sets the variable A, and it has no default"}, told(t, "variable-unset", changes)); diff != "" {
		t.Error(diff)
	}
}
