package targets

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/internal/projecttest"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/run"
	"git.example/slipway/pipelines/release"
)

const withAWS = `version: 1
project: shop
images: {api: {context: .}}
registries: {local: {oci: {host: "localhost:1"}}}
environments:
  prod:
    registry: local
    aws: {region: eu-west-1}
    deploy:
      web:
        compose:
          file: compose.yml
          path: /opt/shop
          env: ENV
`

// awsEnvironment is the environment of withAWS, with an env file as given, and the
// project's directory.
func awsEnvironment(t *testing.T, env string) (e *Environment, dir string, _ *awsfake.Secrets, _ *awsfake.Parameters) {
	t.Helper()
	s := awsfake.New(t, awsfake.Options{Region: "eu-west-1"})
	s.Setenv(t)
	t.Setenv("AWS_REGION", "us-east-1") // slipway.yaml's goes before it
	dir = t.TempDir()
	projecttest.Write(t, dir, "slipway.yaml", strings.Replace(withAWS, "ENV", env, 1))
	return openWith(t, dir, map[string]string{"TOKEN": "canary-env"}, nil).prod(t), dir, s.Secrets(), s.Parameters()
}

func shownEnv(d deploy.Desired) map[string]string {
	shown := map[string]string{}
	for key, value := range d.Env {
		shown[key] = value.Reveal()
	}
	return shown
}

func TestEnvFilesFromAWS(t *testing.T) {
	tests := map[string]struct {
		env      string
		want     map[string]string
		versions map[string]string
		problem  string
	}{
		"a JSON secret": {
			env:      "{aws-secrets-manager: prod/shop}",
			want:     map[string]string{"DATABASE_URL": "canary-db", "PORT": "5432"},
			versions: map[string]string{"aws-sm://prod/shop": "SHOP"},
		},
		"some keys": {
			env:      "{aws-secrets-manager: {id: prod/shop, keys: [PORT]}}",
			want:     map[string]string{"PORT": "5432"},
			versions: map[string]string{"aws-sm://prod/shop": "SHOP"},
		},
		"plain text": {
			env:      "{aws-secrets-manager: {id: prod/license, as: LICENSE}}",
			want:     map[string]string{"LICENSE": "canary-license"},
			versions: map[string]string{"aws-sm://prod/license": "LICENSE"},
		},
		"parameters": {
			env:      "{aws-parameters: /prod/shop}",
			want:     map[string]string{"FLAG": "canary-flag", "LEVEL": "info"},
			versions: map[string]string{"aws-ssm:///prod/shop/FLAG": "2", "aws-ssm:///prod/shop/LEVEL": "1"},
		},
		"references, and slipway.yaml first": {
			env:      `{aws-secrets-manager: prod/shop, set: {PORT: "1", URL: "aws-sm://prod/shop#DATABASE_URL", L: "aws-sm://prod/license", F: "aws-ssm:///prod/shop/FLAG", T: env://TOKEN}}`,
			want:     map[string]string{"DATABASE_URL": "canary-db", "PORT": "1", "URL": "canary-db", "L": "canary-license", "F": "canary-flag", "T": "canary-env"},
			versions: map[string]string{"aws-sm://prod/shop": "SHOP", "aws-sm://prod/license": "LICENSE", "aws-ssm:///prod/shop/FLAG": "2"},
		},
		"without AWS": {env: "{set: {A: b}}", want: map[string]string{"A": "b"}},
		"missing": {
			env:     "{aws-secrets-manager: prod/gone, aws-parameters: /gone}",
			problem: "reading secret \"prod/gone\" from Secrets Manager: there is no such secret in region eu-west-1",
		},
		"missing key": {
			env:     "{aws-secrets-manager: {id: prod/shop, keys: [PORT, GONE]}}",
			problem: `reading key "GONE" of secret "prod/shop" in Secrets Manager: it has no such key`,
		},
		"missing key of a reference": {
			env:     `{set: {A: "aws-sm://prod/shop#GONE"}}`,
			problem: `A: reading key "GONE" of secret "prod/shop"`,
		},
		"plain text without a name": {
			env:     "{aws-secrets-manager: prod/license}",
			problem: `it is plain text, not a JSON object; say which variable it is with "as"`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e, _, manager, parameters := awsEnvironment(t, test.env)
			versions := map[string]string{
				"SHOP":    manager.Put("prod/shop", `{"DATABASE_URL": "canary-db", "PORT": 5432}`),
				"LICENSE": manager.Put("prod/license", "canary-license"),
			}
			parameters.Put("/prod/shop/FLAG", "old")
			parameters.Put("/prod/shop/FLAG", "canary-flag")
			parameters.Put("/prod/shop/LEVEL", "info")
			for reference, version := range test.versions {
				if id, ok := versions[version]; ok {
					test.versions[reference] = id
				}
			}
			var d deploy.Desired
			err := e.Targets[0].kind.credentials(t.Context(), e.site, &d)
			if test.problem != "" {
				if err == nil || !strings.Contains(err.Error(), test.problem) || strings.Contains(err.Error(), "canary") {
					t.Errorf("error %v, want %s", err, test.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, shownEnv(d)); diff != "" {
				t.Errorf("env (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.versions, d.SecretVersions); diff != "" {
				t.Errorf("versions (-want +got):\n%s", diff)
			}
			for _, value := range test.want {
				if strings.HasPrefix(value, "canary") && strings.Contains(e.site.workspace.Redactor.String(value), "canary") {
					t.Errorf("%s is not redacted", value)
				}
			}
		})
	}
}

func TestReleasedSecrets(t *testing.T) {
	e, dir, manager, parameters := awsEnvironment(t, `{aws-secrets-manager: prod/shop, aws-parameters: /prod/shop/, set: {PLAIN: x}}`)
	manager.Put("prod/shop", `{"PASSWORD": "old"}`)
	parameters.Put("/prod/shop/FLAG", "old")
	var released deploy.Desired
	if err := e.Targets[0].kind.credentials(t.Context(), e.site, &released); err != nil {
		t.Fatal(err)
	}

	again := openWith(t, dir, nil, nil).prod(t)
	manager.Put("prod/shop", `{"PASSWORD": "new", "MORE": "new"}`)
	parameters.Put("/prod/shop/FLAG", "new")
	parameters.Put("/prod/shop/MORE_FLAGS", "new")
	got, err := again.ReleasedSecrets(t.Context(), "web", released.SecretVersions)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"PASSWORD": "old", "FLAG": "old", "PLAIN": "x"}, shownEnv(got)); diff != "" {
		t.Errorf("env (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(released.SecretVersions, got.SecretVersions); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	if _, err := again.ReleasedSecrets(t.Context(), "web", nil); err == nil || err.Error() != "the versions of its secrets were not recorded; leave out --secrets released" {
		t.Errorf("without versions: %v", err)
	}
}

const runsOnRollback = `version: 1
project: shop
images: {api: {context: .}}
registries: {local: {oci: {host: "localhost:1"}}}
environments:
  prod:
    registry: local
    journal: journal
    aws: {region: eu-west-1}
    deploy:
      purge: {run: {image: alpine, command: [./purge.sh], on-rollback: true, env: {TOKEN: "aws-sm://prod/shop#TOKEN"}}}
`

// A container that runs when a release comes back gets the release's secrets.
func TestReleasedSecretsOfARun(t *testing.T) {
	fake := awsfake.New(t, awsfake.Options{Region: "eu-west-1"})
	fake.Setenv(t)
	manager := fake.Secrets()
	dir := t.TempDir()
	projecttest.Write(t, dir, "slipway.yaml", runsOnRollback)
	manager.Put("prod/shop", `{"TOKEN": "canary-old"}`)
	e := openWith(t, dir, nil, nil).prod(t)
	released := deploy.Desired{Release: release.Record{Tag: "1"}}
	if err := e.Targets[0].kind.credentials(t.Context(), e.site, &released); err != nil {
		t.Fatal(err)
	}
	manager.Put("prod/shop", `{"TOKEN": "canary-new"}`)
	e = openWith(t, dir, nil, nil).prod(t)
	got, err := e.ReleasedSecrets(t.Context(), "purge", released.SecretVersions)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(released.SecretVersions, got.SecretVersions); diff != "" || len(got.SecretVersions) != 1 {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	for want, versions := range map[string]map[string]string{"canary-old": got.SecretVersions, "canary-new": nil} {
		_, secret, err := e.Targets[0].Target.(*run.Target).Env(t.Context(), versions)
		if err != nil || secret["TOKEN"].Reveal() != want {
			t.Errorf("the container gets %q, want %q: %v", secret["TOKEN"].Reveal(), want, err)
		}
	}
}
