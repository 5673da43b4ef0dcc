package scaffold

import (
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
)

// needs are what a job passes to the Dagger module, which sees nothing of its
// environment.
type needs struct {
	// With are the functions that pass it.
	With []string
	// Variables are what the settings of the CI system have to have for it.
	Variables []variable
	// Token says that AWS is signed in to with the run's OIDC token; Packages that
	// images go to GitHub's registry; Keys that hosts are logged in to with keys that
	// the CI system has.
	Token, Packages, Keys bool
}

// variable is one setting. Secret ones are kept from everybody to read.
type variable struct {
	Name   string
	Secret bool
}

// GitHub is the variable's value in a workflow.
func (v variable) GitHub() string {
	kind := "vars"
	if v.Secret {
		kind = "secrets"
	}
	if v.Name == "GITHUB_TOKEN" {
		return "${{ github.token }}"
	}
	return fmt.Sprintf("${{ %s.%s }}", kind, v.Name)
}

func (n *needs) with(function string, variables ...variable) {
	if slices.Contains(n.With, function) {
		return
	}
	n.With = append(n.With, function)
	for _, v := range variables {
		if !slices.Contains(n.Variables, v) {
			n.Variables = append(n.Variables, v)
		}
	}
}

// references adds the env:// references of parts of the configuration.
func (n *needs) references(parts ...any) {
	for _, part := range parts {
		for _, name := range config.References(part) {
			v := variable{Name: name, Secret: true}
			pass := fmt.Sprintf("with-secret --name %s --value env://%s", name, name)
			if strings.HasPrefix(name, "GITHUB_") && name != "GITHUB_TOKEN" { // GitHub sets it
				n.with(pass)
				continue
			}
			n.with(pass, v)
		}
	}
}

// environment adds what an environment's registries, targets and hosts are
// signed in to with.
func (n *needs) environment(system System, c *config.Config, e config.Environment) {
	for _, name := range append([]string{e.Registry}, e.Mirror...) {
		r, _ := c.Registries.Get(name)
		n.registry(system, name, r)
	}
	if e.AWS != nil || slices.ContainsFunc(e.Deploy, func(t config.Entry[config.Target]) bool { return t.Value.NeedsAWS() }) {
		n.token(system)
	}
	for _, target := range e.Deploy {
		for _, h := range target.Value.Hosts() {
			n.host(system, h.Over(e.SSH))
		}
	}
}

func (n *needs) token(system System) {
	n.Token = true
	if system == CircleCI {
		n.with("with-secret --name CIRCLE_OIDC_TOKEN_V2 --value env://CIRCLE_OIDC_TOKEN_V2")
		return
	}
	n.with(`with-variable --name ACTIONS_ID_TOKEN_REQUEST_URL --value "$ACTIONS_ID_TOKEN_REQUEST_URL"`)
	n.with("with-secret --name ACTIONS_ID_TOKEN_REQUEST_TOKEN --value env://ACTIONS_ID_TOKEN_REQUEST_TOKEN")
}

// host adds the key of a host that slipway.yaml gives none, and the variables
// that stand for what it does not say.
func (n *needs) host(system System, h config.Host) {
	if h.Key == "" && system == CircleCI {
		n.Keys = true
		n.with(`with-ssh --agent "$SSH_AUTH_SOCK"`)
	}
	if h.Key == "" && system == GitHub {
		n.with("with-ssh --key env://SSH_KEY", variable{"SSH_KEY", true})
	}
	if !strings.HasPrefix(h.Address, "env://") || h.User != "" {
		return
	}
	n.with(`with-variable --name SERVER_USER --value "$SERVER_USER"`, variable{"SERVER_USER", false})
	n.with(`with-variable --name SERVER_PORT --value "${SERVER_PORT:-22}"`, variable{"SERVER_PORT", false})
	n.with(`with-variable --name DEPLOY_PATH --value "${DEPLOY_PATH:-/home/$SERVER_USER}"`, variable{"DEPLOY_PATH", false})
}
