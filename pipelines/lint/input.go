package lint

import (
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/survey"
)

// Input is what to look at.
type Input struct {
	Config *config.Config
	// Images are the project's images, those of a bake file included. Those that
	// Config writes out when nil.
	Images config.Map[config.Image]
	// Dir is the project's directory.
	Dir string
	// Repository is the directory that the project may take files from; not
	// looked at when empty.
	Repository string
	// Tree is the files of the project that git has; what Dockerfiles copy is not
	// looked at when nil.
	Tree *survey.Tree
	// Env are variables that will be set when compose files are interpolated,
	// besides those that Slipway itself sets.
	Env map[string]string
}
