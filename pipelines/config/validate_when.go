package config

import "path"

func validateWhen(v validator, at string, w When) {
	if len(v.values[at].pairs) == 0 && v.values[at].kind == mapping {
		v.wrong(at, "matches nothing: want a branch or a tag")
	}
	for key, pattern := range map[string]string{"branch": w.Branch, "tag": w.Tag} {
		if _, err := path.Match(pattern, ""); err != nil {
			v.wrong(at+"."+key, "%q is no pattern: want one such as main, release-* or v[0-9]*", pattern)
		}
	}
}
