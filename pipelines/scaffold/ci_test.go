package scaffold_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/scaffold"
)

const project = `version: 1
project: shop
checks: {unit: {image: "busybox:1.36", run: [env], env: {TOKEN: env://CHECK_TOKEN}}}
images: {app: {context: .}}
`

// TestCI compares the lines that matter. That the files are right for the CI
// systems is tested in tests/workflows.
func TestCI(t *testing.T) {
	tests := map[string]struct {
		config    string
		root      map[string]string
		github    []string
		notGitHub []string
		circle    []string
		notCircle []string
	}{
		"an embedded registry": {
			config:    "registries: {local: {embedded: {}}}\n",
			github:    []string{"    branches: [main]", "          check text", "          build names", "          lint text", "          CHECK_TOKEN: ${{ secrets.CHECK_TOKEN }}"},
			notGitHub: []string{"publish", "workflow_dispatch", "    if:"},
			circle:    []string{"          check text", "          build names", "      - check"},
			notCircle: []string{"publish", "filters"},
		},
		"a registry": {
			config: "registries: {hub: {dockerhub: {namespace: acme}}, local: {embedded: {}}}\n",
			root:   map[string]string{".git/refs/remotes/origin/HEAD": "ref: refs/remotes/origin/trunk\n"},
			github: []string{"    branches: [trunk]", "          publish --registry hub tag", "    if: github.event_name == 'pull_request'",
				"    if: github.event_name == 'push' && github.ref == 'refs/heads/trunk'", "          DOCKER_PASS: ${{ secrets.DOCKER_PASS }}"},
			circle: []string{"          publish --registry hub tag", "            branches: {only: trunk}", "          filters: {branches: {ignore: [trunk]}}"},
		},
		"GitHub's registry": {
			config: "registries: {ghcr: {oci: {host: ghcr.io, namespace: acme}}}\n",
			github: []string{"    permissions: {contents: read, packages: write}", "          GITHUB_TOKEN: ${{ github.token }}"},
			circle: []string{`          with-registry-auth --address ghcr.io --username "$GHCR_USER" --secret env://GHCR_PASS`},
		},
		"environments": {
			config: `registries: {ecr: {ecr: {account: "111111111111", region: us-east-1}}}
environments:
  staging: {when: {branch: "release/*"}, registry: ecr, deploy: {a: {ecs: {cluster: c, services: {app: {}}}}, b: {ecs: {cluster: d, services: {app: {}}}}}}
  prod: {when: {tag: "v*"}, registry: ecr, deploy: {a: {ecs: {cluster: c, services: {app: {}}}}}}
  dr: {registry: ecr, promote-from: prod, deploy: {a: {ecs: {cluster: e, services: {app: {}}}}}}
  lab: {when: {branch: "[ab]"}, registry: ecr, deploy: {a: {ecs: {cluster: f, services: {app: {}}}}}}
`,
			github: []string{
				"    branches: ['release/**']", "    tags: ['v**']", "        options: [staging, prod, dr]", "        options: [all, auto, a, b]",
				"    if: github.event_name == 'push' && startsWith(github.ref, 'refs/heads/release/') || inputs.environment == 'staging'",
				"    if: github.event_name == 'push' && startsWith(github.ref, 'refs/tags/v') || inputs.environment == 'prod'",
				"    if: inputs.environment == 'dr'",
				`          release --env staging ${ONLY:+--only "$ONLY"} --lock-wait 10m tag`,
				`          promote --env dr ${ONLY:+--only "$ONLY"} --lock-wait 10m tag`,
				"    permissions: {contents: read, id-token: write}", "    environment: prod",
				"# lab is not deployed from here: of its when, a CI file knows names with one * at most.",
			},
			notGitHub: []string{"publish"},
			circle: []string{
				"          release --env staging --lock-wait 10m tag", "            branches: {only: '/release/.*/'}",
				"            branches: {ignore: /.*/}", "            tags: {only: '/v.*/'}",
				"          with-secret --name CIRCLE_OIDC_TOKEN_V2 --value env://CIRCLE_OIDC_TOKEN_V2",
				"# dr is not deployed from here: it has no when.",
			},
			notCircle: []string{"publish", "promote"},
		},
		"servers": {
			config: `registries: {hub: {oci: {host: registry.example.com, username: env://HUB_USER, password: env://HUB_PASS}}}
environments:
  prod: {when: {branch: main}, registry: hub, deploy: {a: {compose: {file: c.yml, hosts: [{address: "env://SERVER_HOST"}]}}}}
  keyed: {when: {branch: main}, registry: hub, ssh: {key: "env://KEY"}, deploy: {a: {compose: {file: c.yml, path: /x, hosts: [d@app1.example.com]}}}}
  here: {when: {branch: main}, registry: hub, deploy: {a: {compose: {file: c.yml, path: x}}}}
`,
			github: []string{"          with-ssh --key env://SSH_KEY", "          with-secret --name KEY --value env://KEY",
				"          with-secret --name HUB_PASS --value env://HUB_PASS", "          SERVER_USER: ${{ vars.SERVER_USER }}",
				"          release --env keyed --lock-wait 10m tag", "# here is not deployed from here: target a has no hosts."},
			notGitHub: []string{"with-registry-auth"},
			circle:    []string{"      - add_ssh_keys", `          with-ssh --agent "$SSH_AUTH_SOCK"`},
		},
		"a place to publish to": {
			config:    "registries: {hub: {dockerhub: {namespace: acme}}}\nenvironments: {main: {when: {branch: main}, registry: hub}}\n",
			github:    []string{"          publish --env main tag"},
			notGitHub: []string{"workflow_dispatch", "environment:"},
			circle:    []string{"          publish --env main tag"},
		},
		"the blueprint": {
			config:    "registries: {local: {embedded: {}}}\n",
			root:      map[string]string{"dagger.json": `{"blueprint": {"source": "git.example/slipway@main"}}`},
			github:    []string{"          dagger call"},
			notGitHub: []string{"SLIPWAY:", "--source"},
			circle:    []string{"          ~/bin/dagger call"},
			notCircle: []string{"SLIPWAY:"},
		},
		"another module": {
			config: "registries: {local: {embedded: {}}}\n",
			root:   map[string]string{"dagger.json": `{"blueprint": {"source": "code.example.net/slipwayish"}}`},
			github: []string{"  SLIPWAY: git.example/slipway@v1.2.3", `          dagger -m "$SLIPWAY" call --source .`},
			circle: []string{"      SLIPWAY: git.example/slipway@v1.2.3"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := config.Parse("slipway.yaml", []byte(project+test.config))
			if err != nil {
				t.Fatal(err)
			}
			has(t, scaffold.GitHub, c, tree(test.root), test.github, test.notGitHub)
			has(t, scaffold.CircleCI, c, tree(test.root), test.circle, test.notCircle)
		})
	}
}

// has: the file has these lines, and those texts nowhere.
func has(t *testing.T, system scaffold.System, c *config.Config, root fstest.MapFS, wanted, unwanted []string) {
	t.Helper()
	text, err := scaffold.CI(system, root, c, scaffold.Module{Address: "git.example/slipway", Version: "v1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := scaffold.CI(system, root, c, scaffold.Module{Address: "git.example/slipway", Version: "v1.2.3"})
	if diff := cmp.Diff(string(text), string(again)); diff != "" || err != nil {
		t.Errorf("%s is not the same twice: %v\n%s", system, err, diff)
	}
	for _, line := range wanted {
		if !strings.Contains("\n"+string(text), "\n"+line+"\n") && !strings.Contains("\n"+string(text), "\n"+line+":\n") {
			t.Errorf("%s has no line %q", system, line)
		}
	}
	for _, part := range unwanted {
		if strings.Contains(string(text), part) {
			t.Errorf("%s has %q", system, part)
		}
	}
	if t.Failed() {
		t.Logf("%s", text)
	}
}

func TestFound(t *testing.T) {
	tests := map[string]struct {
		files map[string]string
		want  []scaffold.System
	}{
		"none":   {},
		"github": {files: map[string]string{".github/CODEOWNERS": ""}, want: []scaffold.System{scaffold.GitHub}},
		"both":   {files: map[string]string{".github/CODEOWNERS": "", ".circleci/other.yml": ""}, want: scaffold.Systems()},
		"a file": {files: map[string]string{".github": ""}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, scaffold.Found(tree(test.files))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func tree(files map[string]string) fstest.MapFS {
	root := fstest.MapFS{}
	for path, text := range files {
		root[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}
