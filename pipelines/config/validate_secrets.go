package config

import "slices"

// secret reports a value that is not a reference, and keeps it out of every
// message: that of a wrong type would show it.
func (v validator) secret(path string) {
	n, ok := v.values[path]
	if !ok || !n.isScalar() || secretReference().MatchString(n.text) {
		return
	}
	v.hidden = append(v.hidden, n)
	v.problems = slices.DeleteFunc(v.problems, func(p Problem) bool { return p.Path == path })
	v.wrong(path, "a secret is not written here: want env://NAME or file://PATH")
}

// plainOrSecret reports a malformed reference in a value that may be one.
func (v validator) plainOrSecret(path, value string) {
	if isReference(value) && !secretReference().MatchString(value) {
		v.wrong(path, "%q is no reference: want env://NAME, file://PATH, aws-sm://SECRET#KEY or aws-ssm://PARAMETER", value)
	}
}

// environ checks variables and their values.
func (v validator) environ(path string, variables map[string]string) {
	for name, value := range variables {
		at := join(path, name)
		if !variableName().MatchString(name) {
			v.report(v.keys[at], path, "", "%q is no name of a variable", name)
		}
		v.plainOrSecret(at, value)
	}
}
