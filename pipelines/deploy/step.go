package deploy

// Step is a command in a service of a target.
type Step struct {
	Target, Service string
	Command         []string
}
