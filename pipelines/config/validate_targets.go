package config

func validateTarget(v validator, path string, e Entry[Target]) {
	v.named(path, e.Name, entryName())
	if e.Name == AutoTargets {
		v.report(v.keys[path], "", "", "%q stands for the targets that changed in --only %s: give this one another name", e.Name, e.Name)
	}
	if e.Value.Compose != nil {
		validateCompose(v, path+".compose", *e.Value.Compose)
	}
	if e.Value.Terraform != nil {
		validateTerraform(v, path+".terraform", *e.Value.Terraform)
	}
	if e.Value.ECS != nil {
		validateECS(v, path+".ecs", *e.Value.ECS)
	}
	if e.Value.GitSync != nil {
		validateGitSync(v, path+".gitsync", *e.Value.GitSync)
	}
	if e.Value.Run != nil {
		validateRun(v, path+".run", *e.Value.Run)
	}
}
