package pipelines

// EnvironmentOptions say which verb is asked about.
type EnvironmentOptions struct {
	// Env is the environment that was named; empty for none.
	Env string
	// Publish asks about a publish, which may be for several or for none.
	Publish bool
	// Plan is the saved plan of a deploy; nil for none.
	Plan *SavedPlan
}

// Environments are the names of the environments that a verb takes, for who has to
// know before it runs. Where none can be told, its error is that of the verb.
func (p *Project) Environments(o EnvironmentOptions) ([]string, error) {
	options := DeployOptions{Env: o.Env, Plan: o.Plan}
	if err := options.takePlan(p.Config.Project); err != nil {
		return nil, err
	}
	if !o.Publish {
		e, err := p.workspace.Environment(options.Env)
		return []string{e.Name}, err
	}
	found, err := p.workspace.Publishing(options.Env)
	names := make([]string, len(found))
	for i, e := range found {
		names[i] = e.Name
	}
	return names, err
}
