package lint

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write generated files")

const page = "../../docs/lint.md"

// TestPage keeps the page that describes the rules the one of the rules.
func TestPage(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`# What slipway lint finds

` + "`slipway lint`" + ` reads slipway.yaml, the compose files that it names, the build
contexts of its images, .github/workflows and .circleci. It ends with exit code 1
when there is an error. No message has a secret in it.

To silence a rule in one place, write a comment on the line or above it:

` + "```yaml" + `
image: postgres:16   # slipway:ignore image-digest
` + "```" + `

Compose files of checks run on data of their own: there, a literal
` + "`POSTGRES_PASSWORD: test`" + ` is no secret. Whatever looks like an access key, a
private key or a token is one everywhere.

Compose files are read as a deploy reads them, with the variables that it sets and those of ` + "`env:`" + `. What nothing
sets is a warning, and an error where compose refuses the file without it. What only the host or a secret's content
decides can't be known here: that is a note, and no error follows from it. A finding is where the thing is written, be
that an anchor, or a file that another one extends or includes.

What ` + "`build-in-production` and `image-latest`" + ` find in the files of an environment with ` + "`protected: true`" + ` is refused
there as well: publishing, deploying and promoting end with the same finding, from the files as the release has them.
In another environment's files, publishing says it as a warning. A comment that silences a finding accepts it there, too.

| rule | severity | finds | because |
| --- | --- | --- | --- |
`)
	for _, r := range Rules() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.ID, r.Severity, r.Title, r.Why)
	}
	if *update {
		if err := os.WriteFile(page, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("run go test ./pipelines/lint -update: %s", diff)
	}
}
