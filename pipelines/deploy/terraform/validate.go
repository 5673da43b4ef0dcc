package terraform

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// NotValidated is why the code could not be looked at.
type NotValidated struct{ Why error }

// whyBytes is how much of the reason is shown.
const whyBytes = 300

func (e *NotValidated) Error() string {
	text := strings.Join(strings.Fields(e.Why.Error()), " ")
	if len(text) > whyBytes {
		text = strings.ToValidUTF8(text[:whyBytes], "") + "..."
	}
	return "not validated: " + text
}

func (e *NotValidated) Unwrap() error { return e.Why }

// Validate has Terraform look at the code, with the providers and modules that are on
// this machine, and nothing else: no backend, no state, no network. The error is what
// is wrong, a line each; one that is a NotValidated says that nothing was looked at.
func Validate(ctx context.Context, o Options) error {
	p, err := o.findProgram(ctx)
	if err != nil {
		return &NotValidated{err}
	}
	if p.aside, err = newAside(p.module); err != nil {
		return err
	}
	err = p.validate(ctx, o.Mirrors)
	return errors.Join(err, p.end())
}

// offlineConfig has the program take providers from these directories alone.
func offlineConfig(mirrors []string) string {
	var b strings.Builder
	b.WriteString("provider_installation {\n")
	for _, dir := range append([]string{"/nonexistent"}, mirrors...) {
		fmt.Fprintf(&b, "  filesystem_mirror { path = %q }\n", dir)
	}
	b.WriteString("}\n")
	return b.String()
}

func (p *program) validate(ctx context.Context, mirrors []string) error {
	rc := filepath.Join(p.aside.dir, "offline.tfrc")
	if err := os.WriteFile(rc, []byte(offlineConfig(mirrors)), 0o600); err != nil {
		return err
	}
	const nowhere = "http://127.0.0.1:9" // the discard port: what asks for a module by HTTP gets none
	p.env = append(p.env, "TF_DATA_DIR="+p.aside.data(), "TF_CLI_CONFIG_FILE="+rc, "GIT_TERMINAL_PROMPT=0", "GIT_SSH_COMMAND=false",
		"HTTP_PROXY="+nowhere, "HTTPS_PROXY="+nowhere, "NO_PROXY=")
	missing := p.run(ctx, io.Discard, p.aside.dir, "init", "-backend=false", "-input=false", "-no-color")
	out, failed := p.command("validate", "-json", "-no-color").Output(ctx) // errors make it fail, too
	var found tfjson.ValidateOutput
	if err := json.Unmarshal(out, &found); err != nil {
		return &NotValidated{cmp.Or(missing, failed, err)}
	}
	var wrong []error
	for _, d := range found.Diagnostics {
		if d.Severity == tfjson.DiagnosticSeverityError && (missing == nil || !slices.Contains(unready, d.Summary)) {
			wrong = append(wrong, p.module.diagnosed(d))
		}
	}
	if len(wrong) == 0 && missing != nil {
		return &NotValidated{missing}
	}
	return errors.Join(wrong...)
}

// unready are errors of a directory for which not everything is here.
var unready = []string{"Missing required provider", "Module not installed", "Inconsistent dependency lock file", "Module not found"}

// diagnosed is an error of the code with its place in the project.
func (m module) diagnosed(d tfjson.Diagnostic) error {
	text := d.Summary
	if d.Detail != "" {
		text += ": " + strings.Join(strings.Fields(d.Detail), " ")
	}
	if d.Range == nil {
		return errors.New(text)
	}
	return fmt.Errorf("%s:%d: %s", path.Join(filepath.ToSlash(m.config.Dir), filepath.ToSlash(d.Range.Filename)), d.Range.Start.Line, text)
}
