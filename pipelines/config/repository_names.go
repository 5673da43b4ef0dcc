package config

import "strings"

// defaultAddress is where the embedded registry is served.
const defaultAddress = "127.0.0.1:5077"

// Host is the registry's host, with its port if it has one.
func (r Registry) Host() string {
	switch {
	case r.DockerHub != nil:
		return "docker.io"
	case r.ECR != nil && r.ECR.Host != "":
		return r.ECR.Host
	case r.ECR != nil:
		domain := "amazonaws.com"
		if strings.HasPrefix(r.ECR.Region, "cn-") {
			domain += ".cn"
		}
		return r.ECR.Account + ".dkr.ecr." + r.ECR.Region + "." + domain
	case r.OCI != nil:
		return r.OCI.Host
	case r.Embedded != nil && r.Embedded.Address != "":
		return r.Embedded.Address
	}
	return defaultAddress
}

// Repository is the full name of an image's repository: host, namespace, and
// then the image's own choice or "<project>/<image>". Docker Hub has no nested
// names; there it is "<project>-<image>".
func (r Registry) Repository(project, image string, c Image) string {
	if c.Repository != "" {
		return r.full(c.Repository)
	}
	return r.full(r.nested(project, image))
}

// RecordRepository is the full name of the repository in r that keeps release
// records: the configured one, or "<project>/release", which does not depend on
// the images: a new first image, or another order, hides no release.
func (c *Config) RecordRepository(r Registry) string {
	if c.Record != nil {
		return r.full(c.Record.Repository)
	}
	return r.full(r.nested(c.Project, "release"))
}

func (r Registry) nested(project, image string) string {
	if r.DockerHub != nil {
		return project + "-" + image
	}
	return project + "/" + image
}

// full puts host and namespace before a repository.
func (r Registry) full(repository string) string {
	parts := []string{r.Host()}
	switch {
	case r.DockerHub != nil:
		parts = append(parts, r.DockerHub.Namespace)
	case r.OCI != nil && r.OCI.Namespace != "":
		parts = append(parts, r.OCI.Namespace)
	}
	return strings.Join(append(parts, repository), "/")
}
