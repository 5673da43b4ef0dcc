package targets

import (
	"strings"
	"testing"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/report"
)

const onECS = `version: 1
project: shop
images: {api: {context: api}}
registries: {main: {oci: {host: REGISTRY, insecure: true}}}
environments:
  prod:
    registry: main
    aws: {region: us-east-1}
    deploy:
      app: {ecs: {cluster: prod, services: {api: {}}}}
`

func onECSAt(t *testing.T, host string, reporter report.Reporter) *Environment {
	t.Helper()
	dir := t.TempDir()
	projecttest.Write(t, dir, "slipway.yaml", strings.Replace(onECS, "REGISTRY", host, 1))
	return openWith(t, dir, nil, reporter).prod(t)
}

// An image that the registry says it does not have stops a deploy; a registry
// that can't be asked from here does not.
func TestImageExists(t *testing.T) {
	host := registrytest.Serve(t)
	image := "/shop/api@sha256:" + strings.Repeat("a", 64)
	if err := onECSAt(t, host, nil).site.imageExists(t.Context(), host+image); err == nil || !strings.Contains(err.Error(), "a lifecycle rule or somebody has deleted it") {
		t.Errorf("an image that is not there: %v", err)
	}
	if err := onECSAt(t, "127.0.0.1:1", nil).site.imageExists(t.Context(), "127.0.0.1:1"+image); err != nil {
		t.Errorf("a registry that does not answer: %v", err)
	}
}

// A rollback that asks for the release's secrets says which ones it can't bring
// back.
func TestReleasedSecretsOfECS(t *testing.T) {
	said := &notices{}
	e := onECSAt(t, "127.0.0.1:1", said)
	versions := map[string]string{"aws-sm://prod/db": "v1", "aws-ssm:///prod/flag": "3"}
	d, err := e.ReleasedSecrets(t.Context(), "app", versions)
	if err != nil || len(d.PinnedSecrets) != 2 {
		t.Fatalf("pinned %v: %v", d.PinnedSecrets, err)
	}
	text := strings.Join(*said, "\n")
	for _, want := range []string{`target "app": today's secrets stay for`, `service "api", which has no task-definition in slipway.yaml`, "aws-ssm:///prod/flag"} {
		if !strings.Contains(text, want) {
			t.Errorf("notices do not say %q: %q", want, text)
		}
	}
	if strings.Contains(text, "aws-sm://prod/db") {
		t.Errorf("notices: %q", text)
	}
}

// Role sessions are tagged with the environment that they are for.
func TestAWSOptionsNameTheEnvironment(t *testing.T) {
	s := onECSAt(t, "127.0.0.1:1", nil).site
	if o := s.awsOptions(); o.Environment != "prod" || o.Region != "us-east-1" {
		t.Errorf("options: %+v", o)
	}
	s.config.AWS = nil
	if o := s.awsOptions(); o.Environment != "prod" {
		t.Errorf("without aws: %+v", o)
	}
}

// Where the journal of an environment without a host is: in the account that it
// signs in to, or nowhere.
func TestJournalOfTerraform(t *testing.T) {
	tests := map[string]struct{ registry, environment, want string }{
		"signed in":        {"{oci: {host: r.example.com}}", "aws: {region: us-east-1}", ""},
		"a registry there": {`{ecr: {account: "111111111111", region: us-east-1}}`, "protected: false", ""},
		"a directory":      {"{oci: {host: r.example.com}}", "journal: .journal", ""},
		"nowhere":          {"{oci: {host: r.example.com}}", "protected: false", "say where under environments.prod, with aws: for Parameter Store, or with journal:"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			projecttest.Write(t, dir, "slipway.yaml", "version: 1\nproject: shop\nimages: {api: {context: api}}\nregistries: {main: "+test.registry+
				"}\nenvironments:\n  prod:\n    registry: main\n    "+test.environment+"\n    deploy: {infra: {terraform: {dir: infra}}}\n")
			e := openWith(t, dir, nil, nil)
			environment, err := e.workspace.Environment("prod")
			if err != nil {
				t.Fatal(err)
			}
			s, _, err := e.site(t.Context(), environment)
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("error: %v", err)
				}
				return
			}
			parameters, there := s.files.(*aws.ParameterFiles)
			if err != nil || there == (name == "a directory") {
				t.Errorf("the journal is in %T: %v", s.files, err)
			}
			if there && parameters.Root() != "/slipway/shop/prod" {
				t.Errorf("root: %s", parameters.Root())
			}
		})
	}
}
