package lint

import "slices"

// Rule is one kind of mistake.
type Rule struct {
	ID       string
	Title    string
	Severity Severity
	// Why says in a sentence what goes wrong.
	Why   string
	check func(*project, finder)
}

// finder takes what a rule found.
type finder func(at place, message, fix string)

// Rules are all rules.
func Rules() []Rule {
	return slices.Concat(imageRules(), configRules(), serviceRules(), checkRules(), secretRules(), contextRules(), workflowRules())
}
