package e2e

import (
	"strings"
	"testing"
)

// twoEnvironments are chosen by branch. What they need differs.
const twoEnvironments = `version: 1
project: sample
images:
  app: {context: image}
registries:
  local: {oci: {host: REGISTRY}}
  disk: {embedded: {}}
environments:
  staging:
    when: {branch: main}
    registry: local
    deploy:
      app:
        compose:
          file: compose.yml
          path: /srv/sample
          env: {set: {TOKEN: env://TOKEN}}
          hosts: [ana@app1.internal]
  prod:
    when: {branch: "release/*"}
    registry: local
    deploy:
      app: {compose: {file: compose.yml, path: /srv/sample}}
  laptop:
    when: {branch: laptop}
    registry: disk
`

// TestChosenEnvironment calls verbs without an environment: what slipway.yaml says
// of the branch decides, and what the chosen one lacks is said before anything
// starts.
func TestChosenEnvironment(t *testing.T) {
	needEngine(t)
	tests := map[string]struct {
		args []string
		want string
	}{
		"the branch of git":       {[]string{"deploy"}, "with-secret --name TOKEN --value env://TOKEN"},
		"a release":               {[]string{"release"}, "with-secret --name TOKEN --value env://TOKEN"},
		"another branch":          {[]string{"--branch", "release/2", "deploy"}, `target "app" is on the machine`},
		"a publish":               {[]string{"--branch", "laptop", "publish"}, `registry "disk" is embedded`},
		"no branch of any":        {[]string{"--branch", "feature", "deploy"}, "no environment named: use --env"},
		"a variable":              {[]string{"with-variable", "--name", "DEPLOY_ENV", "--value", "prod", "verify"}, `target "app" is on the machine`},
		"the name goes before it": {[]string{"--branch", "release/2", "deploy", "--env", "staging"}, "with-secret --name TOKEN --value env://TOKEN"},
		"an unknown name":         {[]string{"deploy", "--env", "stagin"}, `unknown environment "stagin"`},
	}
	dir, _ := project(t, "pass", twoEnvironments)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := call(t, dir, nil, test.args...)
			if c.code != 2 || !strings.Contains(c.message(), test.want) {
				t.Errorf("exit code %d, want 2 and %q\n%s", c.code, test.want, c.message())
			}
		})
	}
	t.Run("a publish that runs", func(t *testing.T) {
		dir, host := project(t, "pass", strings.Replace(sample, "  staging: {registry: local}\n", "  staging: {registry: local, when: {branch: main}}\n  prod: {registry: local}\n", 1))
		args := append([]string{"--build-number", "1"}, service(host, "publish", "tag")...)
		if tag := ok(t, dir, nil, args...); !strings.HasPrefix(tag, "1_") {
			t.Errorf("published %q", tag)
		}
	})
}
