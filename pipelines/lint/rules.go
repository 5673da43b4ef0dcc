package lint

import "slices"

// Rules are all rules.
func Rules() []Rule {
	return slices.Concat(imageRules(), configRules(), serviceRules(), checkRules(), secretRules(), contextRules(), copyRules(), boundaryRules(), workflowRules(), daggerRules())
}
