package lint

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// DaggerDefaults are the names in a .env file beside dagger.json that Dagger takes
// for arguments of Slipway's module which decide on the release, each with the
// argument. The module refuses what they give.
func DaggerDefaults() map[string]string {
	return map[string]string{
		"SOURCE": "--source", "CONFIG": "--config", "BUILDNUMBER": "--build-number", "COMMIT": "--commit",
		"BRANCH": "--branch", "GITTAG": "--git-tag", "DEPLOY_TAG": "deploy --tag", "DEPLOY_PLAN": "deploy --plan",
		"PLAN_TAG": "plan --tag", "PROMOTE_TAG": "promote --tag", "ROLLBACK_TO": "rollback --to",
	}
}

func daggerRules() []Rule {
	return []Rule{{
		ID: "dagger-default", Title: "a line of .env that Dagger takes for an argument", Severity: Warning,
		Why:   "Dagger 0.21 takes defaults of arguments from .env: DEPLOY_TAG there would be deploy --tag, and the module refuses it.",
		check: daggerDefault,
	}}
}

func daggerDefault(p *project, found finder) {
	if _, err := os.Stat(filepath.Join(p.dir, "dagger.json")); err != nil {
		return
	}
	defaults := DaggerDefaults()
	env := newFile(p.dir, filepath.Join(p.dir, ".env"))
	for i, line := range env.lines {
		name, _, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		name = strings.TrimSpace(name)
		argument := defaults[strings.TrimPrefix(strings.ToUpper(name), "SLIPWAY_")]
		if ok && argument != "" {
			found(position{env, i + 1, 1 + max(0, strings.Index(line, name))}, fmt.Sprintf("%s is %s for Dagger", name, argument), "give it another name")
		}
	}
}
