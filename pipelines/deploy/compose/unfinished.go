package compose

import (
	"path"
	"strings"

	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/proxy"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/deploy/compose/state"
	"git.example/slipway/pipelines/shell"
)

// A file is written beside its place and then renamed, as deploy.Unfinished says:
// the rest of the name is of digits, or of base32 over SSH. The latter is
// spelled out: a release may have a file of its own called .env.production.
var (
	restBySSH  = strings.Repeat("[A-Z2-7]", 10)
	restByUs   = "[0-9]*[0-9]"
	unfinished = []string{restBySSH, restByUs}
)

// sweepUnfinished is a script that removes what a killed run had begun to write, an
// env file with its values among it. The lock is held, so nobody writes now. What it
// left in the directory of a job goes with that.
func (t *Target) sweepUnfinished() *stack.Script {
	s := &stack.Script{}
	var words []string
	for _, file := range []string{
		state.Path(t.stack), proxy.TemplateFile(t.stack), envfile.Path(t.stack), path.Join(t.stack.Dir, ".slipway", ".gitignore"),
	} {
		for _, rest := range unfinished {
			words = append(words, shell.Quote(path.Join(path.Dir(file), "."+path.Base(file)))+"."+rest)
		}
	}
	files := shell.Quote(path.Join(t.stack.StateDir, "files")) + "/*/.*"
	for _, extension := range []string{".yml", ".yaml"} {
		for _, rest := range unfinished {
			words = append(words, files+extension+"."+rest)
		}
	}
	s.Raw("export LC_ALL=C") // else [A-Z] may have small letters
	s.Raw("rm -f " + strings.Join(words, " "))
	return s
}
