package workspace

import (
	"context"
	"fmt"

	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/secrets"
)

// registryClient talks to every registry of slipway.yaml. Logins that are given
// go before those that slipway.yaml names.
func (w *Workspace) registryClient(ctx context.Context, given map[string]registry.Login) (*registry.Client, error) {
	logins, err := w.configuredLogins(ctx)
	if err != nil {
		return nil, err
	}
	for host, login := range given {
		w.Redactor.Add(login.Password)
		logins[host] = login
	}
	return registry.New(registry.Options{
		Lookup: w.Lookup, Reporter: w.Reporter, Logins: logins, Provider: w.ecrLogin, Insecure: insecureHosts(w.Config),
	}), nil
}

// configuredLogins are the registry logins that slipway.yaml itself names.
func (w *Workspace) configuredLogins(ctx context.Context) (map[string]registry.Login, error) {
	logins := map[string]registry.Login{}
	for _, r := range w.Config.Registries {
		if r.Value.OCI == nil || r.Value.OCI.Username == "" {
			continue
		}
		username, references := r.Value.OCI.Username, map[string]string{"password": r.Value.OCI.Password}
		if secrets.IsRef(username) {
			references["username"] = username
		}
		values, err := w.Resolve(ctx, references)
		if err != nil {
			return nil, fmt.Errorf("registry %q: %w", r.Name, err)
		}
		if value, ok := values["username"]; ok {
			username = value.Reveal()
		}
		logins[r.Value.Host()] = registry.Login{Username: username, Password: values["password"]}
	}
	return logins, nil
}

// ecrLogin is the registry client's provider: AWS's own login for registries on
// ECR. Docker's configuration may have another one, unless slipway.yaml says
// who to be.
func (w *Workspace) ecrLogin(ctx context.Context, host string, refused bool) (registry.Login, bool, error) {
	for _, r := range w.Config.Registries {
		if r.Value.ECR == nil || r.Value.Host() != host {
			continue
		}
		o := ECROptions(*r.Value.ECR)
		if refused {
			w.AWS.Forget(o, r.Value.ECR.Account)
		}
		login, err := w.AWS.Login(ctx, o, r.Value.ECR.Account)
		if err != nil {
			return registry.Login{}, o.Explicit(), fmt.Errorf("registry %q: %w", r.Name, err)
		}
		w.Redactor.Add(login.Password)
		return registry.Login{Username: login.Username, Password: login.Password, Expires: login.Expires, Source: "AWS as " + login.As.ARN}, true, nil
	}
	return registry.Login{}, false, nil
}

// ECROptions is how to sign in to AWS for a registry.
func ECROptions(r config.ECR) aws.Options {
	return aws.Options{Region: r.Region, Profile: r.Profile, Role: r.Role, ExternalID: r.ExternalID, Endpoint: r.Endpoint}
}

func insecureHosts(c *config.Config) []string {
	var hosts []string
	for _, r := range c.Registries {
		if r.Value.OCI != nil && r.Value.OCI.Insecure {
			hosts = append(hosts, r.Value.Host())
		}
	}
	return hosts
}
