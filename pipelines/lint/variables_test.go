package lint

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
)

// told are the findings of one rule: "line:column severity message".
func told(t *testing.T, rule string, changes map[string]string) []string {
	t.Helper()
	_, findings := run(t, changes)
	all := []string{}
	for _, f := range findings {
		if f.Rule == rule {
			all = append(all, fmt.Sprintf("%d:%d %s %s", f.Line, f.Column, f.Severity, f.Message))
		}
	}
	return all
}

const (
	byHand     = "slipway.yaml env: {set: {DB_PASSWORD: env://DB_PASSWORD}}"
	dbPassword = prod + " ${DB_PASSWORD}"
)

// What nothing sets is a warning, an error where compose then refuses the file, and
// no more than a note where it can't be known.
func TestUnsetVariables(t *testing.T) {
	type change = map[string]string
	for name, test := range map[string]struct {
		changes change
		want    []string
	}{
		"two on a line": {
			change{dbPassword: "${A}-${B}"},
			[]string{"6:20 warning nothing sets the variable A, and it has no default", "6:25 warning nothing sets the variable B, and it has no default"},
		},
		"one twice on a line": {
			change{dbPassword: "${A}-${A}"},
			[]string{"6:20 warning nothing sets the variable A, and it has no default", "6:25 warning nothing sets the variable A, and it has no default"},
		},
		"required": {
			change{dbPassword: "${A:?say it}"},
			[]string{"6:20 error nothing sets the variable A, which the file requires: compose refuses it"},
		},
		"required, and perhaps set by hand": {
			change{dbPassword: "${A:?say it}", byHand: "drain: 1s"},
			[]string{"6:20 info whether a .env in the stack's directory sets the variable A can't be known here, and it has no default"},
		},
		"perhaps in a secret": {
			change{dbPassword: "${A:?say it}", byHand: "env: {aws-secrets-manager: prod/tracker}"},
			[]string{`6:20 info whether the secret "prod/tracker" sets the variable A can't be known here, and it has no default`},
		},
		"in a secret, with its keys": {change{dbPassword: "${A:?say it}", byHand: "env: {aws-secrets-manager: {id: prod/tracker, keys: [A]}}"}, []string{}},
		"a secret that is text":      {change{dbPassword: "${A:?say it}", byHand: "env: {aws-secrets-manager: {id: prod/tracker, as: A}}"}, []string{}},
		"not in the secret's keys": {
			change{dbPassword: "${A:?say it}", byHand: "env: {aws-secrets-manager: {id: prod/tracker, keys: [B]}}"},
			[]string{"6:20 error nothing sets the variable A, which the file requires: compose refuses it"},
		},
		"perhaps a parameter": {
			change{dbPassword: "${A}", byHand: "env: {aws-parameters: /prod/tracker}"},
			[]string{`6:20 info whether a parameter below "/prod/tracker" sets the variable A can't be known here, and it has no default`},
		},
		"an env file that compose does not look at": {
			change{dbPassword: "${A}", byHand: "env: {file: app.env, set: {A: x}}"},
			[]string{"6:20 info whether a .env in the stack's directory sets the variable A can't be known here, and it has no default"},
		},
		"set to nothing": {change{dbPassword: "${A}", byHand: "env: {set: {A: ''}}"}, []string{}},
		"a default with a default": {
			change{dbPassword: "${A:-${B:-${C}}} ${A:+${D}} ${DEPLOY_TAG:-${E}} ${DEPLOY_TAG:+${F}} ${A:-${DEPLOY_TAG}} ${A?$G}"},
			[]string{
				"6:30 warning nothing sets the variable C, and it has no default", "6:82 warning nothing sets the variable F, and it has no default",
				"6:108 error nothing sets the variable A, which the file requires: compose refuses it",
			},
		},
		"compose's own": {change{dbPassword: "${COMPOSE_PROJECT_NAME}"}, []string{}},
		"a folder": {
			change{prod + " data:/var/lib/postgresql/data": "'${DATA_DIR}:/var/lib/postgresql/data'"},
			[]string{"12:16 error nothing sets the variable DATA_DIR, and compose refuses the file without it: invalid spec: :/var/lib/postgresql/data: empty section between colons"},
		},
		"a folder, perhaps": {
			change{prod + " data:/var/lib/postgresql/data": "'${DATA_DIR}:/var/lib/postgresql/data'", byHand: "drain: 1s"},
			[]string{
				"6:20 info whether a .env in the stack's directory sets the variable DB_PASSWORD can't be known here, and it has no default",
				"12:16 info whether a .env in the stack's directory sets the variable DATA_DIR can't be known here, and it has no default",
			},
		},
		"an image of others": {
			change{dbImage: "postgres:${PG}"},
			[]string{`10:21 error nothing sets the variable PG, and compose refuses the file without it: the image of service db is "postgres:"`},
		},
		"an image of ours, pinned anyway": {
			change{apiImage: "acme/tracker-api:${VERSION}"},
			[]string{"3:29 warning nothing sets the variable VERSION, and it has no default"},
		},
		"a port": {
			change{prod + " [data:/var/lib/postgresql/data]": "[data:/var/lib/postgresql/data]\n    ports: ['${PORT}:5432']"},
			[]string{"13:14 warning nothing sets the variable PORT, and it has no default"},
		},
		"a time and a number": {
			change{prod + " {test: [CMD, pg_isready]}": "{test: [CMD, pg_isready], interval: '${EVERY}', retries: '${TIMES}'}"},
			[]string{
				`13:55 error nothing sets the variable EVERY, and compose refuses the file without it: 'services[db].healthcheck.interval' time: invalid duration ""`,
				`13:76 error nothing sets the variable TIMES, and compose refuses the file without it: error while interpolating services.db.healthcheck.retries: failed to cast to expected type: strconv.Atoi: parsing "": invalid syntax`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, told(t, "variable-unset", test.changes)); diff != "" {
				t.Error(diff)
			}
			if invalid := told(t, "compose-invalid", test.changes); len(invalid) > 0 {
				t.Errorf("an invented error: %q", invalid)
			}
		})
	}
}

// A value that only a deploy knows is no error wherever it stands, and no made-up one
// is ever told.
func TestValuesThatOnlyADeployKnows(t *testing.T) {
	for _, line := range []string{
		"ports: ['${DB_PASSWORD}:80']", "volumes: ['${DB_PASSWORD}:/x']", "mem_limit: ${DB_PASSWORD}", "privileged: ${DB_PASSWORD}",
		"depends_on: ['${DB_PASSWORD}']", "extends: {file: '${DB_PASSWORD}.yml', service: a}", "container_name: x-${DB_PASSWORD}",
		"ports: ['${DB_PASSWORD}:80', '${NOTHING}:81', '${NOTHING_ELSE}:81']",
	} {
		t.Run(line, func(t *testing.T) {
			_, findings := run(t, map[string]string{prod + " {test: [CMD, \"true\"]}\n    depends_on: {db: {condition: service_healthy}}": "{test: [CMD, \"true\"]}\n    " + line})
			for _, f := range findings {
				if f.Severity == Error || strings.Contains(f.Message+f.Fix, "48917") || strings.Contains(f.Message+f.Fix, "env://") {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

// A stack on this machine has its .env here.
func TestHandMadeEnvFileHere(t *testing.T) {
	dir := write(t, map[string]string{byHand: "drain: 1s", dbPassword: "${A:?x} ${B:?x}", "slipway.yaml path: /opt/tracker": "path: stack", "stack/.env": "A=canary\n"})
	c, err := config.Load(filepath.Join(dir, "slipway.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	lint := func() string {
		findings, err := Run(t.Context(), Input{Config: c, Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(findings)
	}
	if got := lint(); !strings.Contains(got, "nothing sets the variable B") || strings.Contains(got, "variable A") || strings.Contains(got, "canary") {
		t.Error(got)
	}
	if err := os.Remove(filepath.Join(dir, "stack/.env")); err != nil {
		t.Fatal(err)
	}
	if got := lint(); !strings.Contains(got, "info") || strings.Contains(got, "nothing sets") {
		t.Error(got)
	}
}
