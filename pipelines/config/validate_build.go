package config

// validateBuild checks what images, artifacts and checks are built from.
func validateBuild(v validator, path string, b Build) {
	v.inProject(path+".context", b.Context)
	v.inProject(path+".dockerfile", b.Dockerfile)
	for name, value := range b.Args {
		if at := join(path+".args", name); isReference(value) {
			v.wrong(at, "a build argument stays in the image's history: give a secret to the build with secrets")
		}
	}
	for id := range b.Secrets {
		v.secret(join(path+".secrets", id))
	}
	for name, where := range b.Contexts {
		if at := join(path+".contexts", name); where == "" {
			v.wrong(at, "can't be empty")
		}
	}
	for name, to := range b.Artifacts {
		at := join(path+".artifacts", name)
		v.refers(at, name, "artifact", v.config.Artifacts.Names())
		v.local(at, to, "the build context")
	}
}
