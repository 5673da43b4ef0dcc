package pipelines

// PlanOptions say what to plan.
type PlanOptions struct {
	// Env, Tag, Only and Paths are as in DeployOptions.
	Env   string
	Tag   string
	Only  []string
	Paths []string
	// NoTfvars, AllowDiverged and Direct are as in DeployOptions.
	NoTfvars      bool
	AllowDiverged bool
	Direct        bool
	// Offline asks nothing outside the checkout: no registry, host, cloud, secret or
	// engine.
	Offline bool
	// Build runs the checks and builds what no registry has, for this plan alone: in
	// a registry of this machine, which no publish reads.
	Build bool
	// SkipChecks and RerunChecks are as in PublishOptions.
	SkipChecks  bool
	RerunChecks bool
}

// deploy are the options of the deploy that is planned.
func (o PlanOptions) deploy(environment string) DeployOptions {
	return DeployOptions{
		Env: environment, Tag: o.Tag, Only: o.Only, Paths: o.Paths, NoTfvars: o.NoTfvars, AllowDiverged: o.AllowDiverged, Direct: o.Direct,
	}
}
