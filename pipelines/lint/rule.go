package lint

import "github.com/compose-spec/compose-go/v2/types"

// Rule is one kind of mistake.
type Rule struct {
	ID       string
	Title    string
	Severity Severity
	// Why says in a sentence what goes wrong.
	Why string
	// refuses says that a protected environment takes no release with such an error.
	refuses bool
	check   func(*project, finder)
}

// finder takes what a rule found, and how much it matters where that is not what
// the rule says.
type finder func(at position, message, fix string, as ...Severity)

// eachService makes a rule of one that looks at one deployed service.
func eachService(check func(*stack, types.ServiceConfig, finder)) func(*project, finder) {
	return func(p *project, found finder) {
		for _, s := range p.targets() {
			for _, service := range s.services() {
				check(s, service, func(at position, message, fix string, as ...Severity) {
					found(at, s.filled.Hide(message), s.filled.Hide(fix), as...)
				})
			}
		}
	}
}
