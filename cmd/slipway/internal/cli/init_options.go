package cli

// initOptions say which files to write.
type initOptions struct {
	makefile, tagMaps bool
	force, stdout     bool
	// ci are the CI systems to write files for.
	ci []string
	// taskDefinition is a service of env on ECS.
	taskDefinition, env string
}
