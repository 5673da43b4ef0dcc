package pipelines

// How much runs at once. A project has up to 50 images; a machine of a CI
// provider has few cores, and registries limit requests per client.
const (
	registryParallel = 16
	buildsParallel   = 4
	checksParallel   = 8
)
