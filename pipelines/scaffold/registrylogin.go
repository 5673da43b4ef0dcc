package scaffold

import (
	"fmt"
	"strings"

	"git.example/slipway/pipelines/config"
)

// registry adds the login of a registry that slipway.yaml gives none.
func (n *needs) registry(system System, name string, r config.Registry) {
	switch {
	case r.ECR != nil:
		n.token(system)
	case r.DockerHub != nil:
		n.login("docker.io", "DOCKER")
	case r.OCI != nil && r.OCI.Username == "" && r.OCI.Host == "ghcr.io" && system == GitHub:
		n.Packages = true
		n.with(`with-registry-auth --address ghcr.io --username "$GITHUB_ACTOR" --secret env://GITHUB_TOKEN`, variable{"GITHUB_TOKEN", true})
	case r.OCI != nil && r.OCI.Username == "":
		n.login(r.OCI.Host, strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(name)))
	}
}

func (n *needs) login(host, prefix string) {
	user, pass := prefix+"_USER", prefix+"_PASS"
	n.with(fmt.Sprintf(`with-registry-auth --address %s --username "$%s" --secret env://%s`, host, user, pass), variable{user, false}, variable{pass, true})
}
