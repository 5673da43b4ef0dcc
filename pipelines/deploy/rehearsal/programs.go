package rehearsal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// Program is one use of a program by the scripts of a deploy.
type Program struct {
	// Use is what messages call it, such as "mv -T".
	Use string
	// Try does it in an empty directory, and fails when the host's can't.
	Try string
}

// CommonPrograms are what scripts of every kind of target run, ours here included.
var CommonPrograms = []Program{
	{"cat", `echo x >a && [ "$(cat a)" = x ]`},
	{"mkdir -p", `mkdir -p b/c && [ -d b/c ]`},
	{"mv", `echo y >d && mv d a && [ "$(cat a)" = y ]`},
	{"rm -rf", `rm -rf b && [ ! -e b ]`},
	{"ls -ld", `ls -ld . >/dev/null`},
	{"id -un", `[ -n "$(id -un)" ]`},
	{"wc -c", `[ "$(wc -c <a)" -eq 2 ]`},
}

// ProgramAdvice is what to do about a script that did not run; empty where its error
// says that.
func ProgramAdvice(err error) string {
	switch {
	case err == nil:
	case strings.Contains(err.Error(), "fork"), strings.Contains(err.Error(), "Resource temporarily unavailable"):
		return "the user may run too few processes there: see ulimit -u, /etc/security/limits.conf, and the startup files"
	case strings.Contains(err.Error(), "File size limit"):
		return "the user may write no larger files there: see ulimit -f, /etc/security/limits.conf, and the startup files"
	}
	return ""
}

// Programs tries what the scripts of a target run.
func (s *Stages) Programs(ctx context.Context, of string, programs []Program) deploy.Finding {
	return Step(ctx, "programs", func(ctx context.Context) (string, string, error) {
		var script strings.Builder
		script.WriteString("mkdir \"$1/programs\" && cd \"$1/programs\" || exit\n")
		for i, p := range programs {
			fmt.Fprintf(&script, "( %s ) >/dev/null 2>&1 || say %d no\n", p.Try, i)
		}
		script.WriteString("cd / && rm -rf \"$1/programs\"\nexit 0\n")
		found, err := facts(ctx, s.host, script.String(), s.Dir(of))
		if err != nil {
			return "", "", err
		}
		var missing []string
		for i, p := range programs {
			if found[fmt.Sprint(i)] != "" && !slices.Contains(missing, p.Use) {
				missing = append(missing, p.Use)
			}
		}
		if len(missing) > 0 {
			return "", "install them: the host's userland has to be GNU's (coreutils, findutils, sed, grep) or busybox's", fmt.Errorf("these do not work there: %s", strings.Join(missing, ", "))
		}
		return fmt.Sprintf("all %d that scripts run", len(programs)), "", nil
	})
}
