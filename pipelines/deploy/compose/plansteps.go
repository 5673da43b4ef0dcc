package compose

// Steps is which of a release's steps a target runs. On several hosts each step
// runs once, on the first one.
type Steps string

// The steps of a target.
const (
	StepsAll    Steps = ""       // it is the only host
	StepsBefore Steps = "before" // the first of several hosts: those before its services change
	StepsAfter  Steps = "after"  // the first host, when all hosts are done: nothing but those after
	StepsNone   Steps = "none"   // the other hosts
)

func (s Steps) before() bool { return s == StepsAll || s == StepsBefore }

func (s Steps) after() bool { return s == StepsAll || s == StepsAfter }

// afterOnly plans the steps after a deploy, which another target of the same
// stack has made.
func (p *planner) afterOnly() error {
	p.actions.StepsOnly = true
	if p.model.project == nil {
		return nil
	}
	return p.steps("after", p.target.Config.After, nil)
}
