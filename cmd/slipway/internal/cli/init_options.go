package cli

// initOptions say which files to write.
type initOptions struct {
	makefile, tagMaps bool
	force, stdout     bool
	// ci are the CI systems to write files for.
	ci []string
	// module is the address of Slipway's Dagger module that they call.
	module string
	// own is the path of the Go module that this program was built from.
	own string
	// taskDefinition is a service of env on ECS.
	taskDefinition, env string
}
