package config

import "testing"

func TestWhenMatch(t *testing.T) {
	tests := map[string]struct {
		when        When
		branch, tag string
		want        bool
	}{
		"branch":                     {When{Branch: "main"}, "main", "", true},
		"another branch":             {When{Branch: "main"}, "maintenance", "", false},
		"tag":                        {When{Tag: "v*"}, "", "v1.2.3", true},
		"star matches a slash":       {When{Branch: "feature*"}, "feature/login/form", "", true},
		"question mark and a slash":  {When{Branch: "release?1"}, "release/1", "", true},
		"class":                      {When{Branch: "v[12]"}, "v3", "", false},
		"a tag is not a branch":      {When{Branch: "v*"}, "", "v1", false},
		"either":                     {When{Branch: "main", Tag: "v*"}, "", "v1", true},
		"empty pattern matches none": {When{}, "", "", false},
		"star needs a name":          {When{Branch: "*"}, "", "", false},
		"malformed matches none":     {When{Branch: "[a"}, "[a", "", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.when.Match(test.branch, test.tag); got != test.want {
				t.Errorf("%+v.Match(%q, %q) is %v, want %v", test.when, test.branch, test.tag, got, test.want)
			}
		})
	}
}
