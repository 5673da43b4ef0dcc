package secrets

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"git.example/slipway/pipelines/command"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/google/go-cmp/cmp"
)

// awkward are values that env files are known to mangle.
var awkward = map[string]string{
	"EMPTY": "", "PLAIN": "abc-123", "SPACES": "  two  words  ", "TAB": "\ta\t",
	"DOLLAR": "pa$$w0rd$HOME${HOME}$", "HASH": "a #b#c", "EQUALS": "a=b==", "COLON": ": a: b",
	"SINGLE": "it's", "DOUBLE": `say "hi"`, "BOTH": `it's "both" $X \n`,
	"BACKSLASH": `C:\new\temp\`, "BACKSLASHES": `a\\`, "BACKSLASH_QUOTE": `\'\"`, "ESCAPES": `\n\t\0123\$`,
	"LINES": "one\ntwo\n\nthree\n", "CRLF": "one\r\ntwo", "PEM": "-----BEGIN KEY-----\nab+/=\n-----END KEY-----\n",
	"UNICODE": "grüße 🚢 \u00a0\u0085\u2028", "TILDE": "~/x:~", "GLOB": "* ? [a]", "BACKTICK": "`id`", "BANG": "!!",
	"JSON": `{"a":"b's \"c\""}`, "CONTROL": "\x01\x1b[31m\x7f", "SEMICOLON": "a; exit 1 & | < > ()", "EXPORT": "export A=b",
	"QUOTED": `"quoted"`, "SQUOTED": `'quoted'`, "OPEN": `"`, "OPEN_SINGLE": `'`, "ONLY_BACKSLASH": `\`,
}

func values(plain map[string]string) map[string]Value {
	vars := map[string]Value{}
	for name, value := range plain {
		vars[name] = NewValue(value)
	}
	return vars
}

func TestEncodeEnvIsReadBackByCompose(t *testing.T) {
	encoded, err := EncodeEnv(values(awkward))
	if err != nil {
		t.Fatal(err)
	}
	got, err := dotenv.Parse(bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(awkward, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzEncodeEnv(f *testing.F) {
	for _, value := range awkward {
		f.Add(value, "next")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		want := map[string]string{"A": a, "B": b}
		encoded, err := EncodeEnv(values(want))
		if err != nil {
			if both := a + b; utf8.ValidString(a) && utf8.ValidString(b) && !strings.Contains(both, "\x00") {
				t.Fatal(err)
			}
			return
		}
		// Variables of the host must not get into the values.
		lookup := func(string) (string, bool) { return "FROM_HOST", true }
		got, err := dotenv.ParseWithLookup(bytes.NewReader(encoded), lookup)
		if err != nil {
			t.Fatalf("%v in %q", err, encoded)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s in %q", diff, encoded)
		}
	})
}

func TestEncodeEnvIsReadBackByShell(t *testing.T) {
	encoded, err := EncodeEnv(values(awkward))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(file, encoded, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range awkward {
		t.Run(name, func(t *testing.T) {
			// An x at the end keeps the shell from trimming line ends.
			out, err := command.Command{Args: []string{"sh", "-c", `. "$0"; printf '%sx' "$` + name + `"`, file}}.Output(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSuffix(string(out), "x"); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestEncodeEnvNeverExecutes(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "env")
	encoded, err := EncodeEnv(values(map[string]string{"A": "it's `touch " + dir + "/ran` $(touch " + dir + "/ran)"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, encoded, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (command.Command{Args: []string{"sh", "-c", `. "$0"`, file}}).Run(context.Background(), nil, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("the shell executed the value")
	}
}

func TestEncodeEnvIsReadBackByDockerCompose(t *testing.T) {
	if exec.Command("docker", "compose", "version").Run() != nil {
		t.Skip("docker compose is not installed")
	}
	encoded, err := EncodeEnv(values(awkward))
	if err != nil {
		t.Fatal(err)
	}
	var interpolated strings.Builder
	for name := range awkward {
		interpolated.WriteString("      " + name + ": ${" + name + "}\n")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		".env": string(encoded),
		"docker-compose.yml": "services:\n  from-file: {image: x, env_file: .env}\n" +
			"  interpolated:\n    image: x\n    environment:\n" + interpolated.String(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := command.Command{Dir: dir, Args: []string{"docker", "compose", "config", "--format", "json"}}.Output(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Services map[string]struct{ Environment map[string]string }
	}
	if err := json.Unmarshal(out, &config); err != nil {
		t.Fatal(err)
	}
	for _, service := range []string{"from-file", "interpolated"} {
		got := config.Services[service].Environment
		for name, value := range got {
			// config shows $ as $$, so that its output can be read again.
			got[name] = strings.ReplaceAll(value, "$$", "$")
		}
		if diff := cmp.Diff(awkward, got); diff != "" {
			t.Errorf("%s: %s", service, diff)
		}
	}
}

func TestEncodeEnvRefuses(t *testing.T) {
	tests := map[string]struct{ name, value, want string }{
		"digit first": {"1A", "canary", `"1A"`}, "dash": {"A-B", "canary", `"A-B"`}, "no name": {"", "canary", `""`},
		"line in name": {"A\nB", "canary", `"A\nB"`}, "NUL": {"A", "canary\x00", "NUL"}, "bytes": {"A", "canary\xff", "UTF-8"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			encoded, err := EncodeEnv(values(map[string]string{tc.name: tc.value, "GOOD": "x"}))
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "canary") {
				t.Errorf("got %q, %v", encoded, err)
			}
		})
	}
}
