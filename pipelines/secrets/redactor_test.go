package secrets

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"testing"

	"git.example/slipway/pipelines/report"
	"github.com/google/go-cmp/cmp"
)

const (
	awkwardSecret = `p<"a$s&'s` + "`" + `\w/or+d?:@` + "\x01"
	pem           = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nshort\nkqhkiG9w0BAQEF\n-----END KEY-----\n"
)

func redactor(plain ...string) *Redactor {
	r := NewRedactor()
	for _, p := range plain {
		r.Add(NewValue(p))
	}
	return r
}

func TestRedactorRemovesEveryForm(t *testing.T) {
	encoded, err := EncodeEnv(values(map[string]string{"A": awkwardSecret}))
	if err != nil {
		t.Fatal(err)
	}
	marshalled, err := json.Marshal(awkwardSecret)
	if err != nil {
		t.Fatal(err)
	}
	var plainJSON bytes.Buffer
	encoder := json.NewEncoder(&plainJSON)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(awkwardSecret); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ text, want string }{
		"itself":        {"a " + awkwardSecret + " b", "a [secret] b"},
		"in a word":     {"a" + awkwardSecret + "b", "a[secret]b"},
		"env file":      {strings.TrimSpace(string(encoded)), `A="[secret]"`},
		"JSON":          {string(marshalled), `"[secret]"`},
		"plain JSON":    {strings.TrimSpace(plainJSON.String()), `"[secret]"`},
		"Go":            {fmt.Sprintf("%q", awkwardSecret), `"[secret]"`},
		"shell":         {`'` + strings.ReplaceAll(awkwardSecret, `'`, `'\''`) + `'`, `'[secret]'`},
		"query":         {"?a=" + url.QueryEscape(awkwardSecret) + "&b", "?a=[secret]&b"},
		"path":          {"/" + url.PathEscape(awkwardSecret) + "/", "/[secret]/"},
		"user":          {url.UserPassword("u", awkwardSecret).String(), "u:[secret]"},
		"nothing of it": {"p<a word", "p<a word"},
	}
	r := redactor(awkwardSecret)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, r.String(tc.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRedactorRemovesBase64(t *testing.T) {
	secret := "correct-horse>>>???"
	r := redactor(secret)
	for _, prefix := range []string{"", "u", "us", "user:"} {
		for _, suffix := range []string{"", "x", "xy", "xyz"} {
			for name, encoding := range map[string]*base64.Encoding{
				"std": base64.StdEncoding, "url": base64.URLEncoding, "raw": base64.RawStdEncoding,
			} {
				text := encoding.EncodeToString([]byte(prefix + secret + suffix))
				got := r.String(text)
				// At most one character on either side is shared with other bytes.
				left := len(strings.Replace(got, redacted, "", 1))
				if !strings.Contains(got, redacted) || left > 4+len(prefix+suffix)*2 {
					t.Errorf("%s of %q: %q became %q", name, prefix+"..."+suffix, text, got)
				}
			}
		}
	}
}

func TestRedactorRemovesLines(t *testing.T) {
	text := "key: |\n  -----BEGIN KEY-----\n  MIIEvQIBADANBg\n  short\n  kqhkiG9w0BAQEF\n"
	want := "key: |\n  [secret]\n  [secret]\n  short\n  [secret]\n"
	if diff := cmp.Diff(want, redactor(pem).String(text)); diff != "" {
		t.Error(diff)
	}
}

func TestRedactorRemovesShortSecretsAsWords(t *testing.T) {
	got := redactor("abc", "7").String("abc abcd xabc abc_ (abc) abc\n7 77 p7 $7")
	want := "[secret] abcd xabc abc_ ([secret]) [secret]\n[secret] 77 p7 $[secret]"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRedactorJoinsOverlaps(t *testing.T) {
	for text, want := range map[string]string{
		"xabcdefgx": "x[secret]x", "abcdabcd": "[secret][secret]", "lalalala": "[secret]", "abcdef": "[secret]ef",
	} {
		if got := redactor("abcd", "cdefg", "lala").String(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestRedactorWithoutSecrets(t *testing.T) {
	for _, r := range []*Redactor{redactor(), redactor("")} {
		if got := r.String("text"); got != "text" {
			t.Errorf("got %q", got)
		}
	}
}

// TestWriterAtEverySplit writes a text in two pieces and byte by byte.
func TestWriterAtEverySplit(t *testing.T) {
	text := "a " + awkwardSecret + " " + awkwardSecret + "b abc xabc " + pem + "abc\n-----BEGIN K 1234567 12345 xyzdef uvwx uvw"
	r := redactor(awkwardSecret, pem, "abc", "1234", "34567", "xyz", "defgh-1", "uvw")
	want := r.String(text)
	if strings.Contains(want, "short") || !strings.Contains(want, "xabc") || !strings.HasSuffix(want, "K [secret] [secret]5 xyzdef uvwx [secret]") {
		t.Fatalf("the text became %q", want)
	}
	var pieces [][]string
	for i := range len(text) + 1 {
		pieces = append(pieces, []string{text[:i], text[i:]})
	}
	pieces = append(pieces, strings.Split(text, ""))
	for _, split := range pieces {
		var out bytes.Buffer
		w := r.Writer(&out)
		for _, piece := range split {
			if n, err := w.Write([]byte(piece)); n != len(piece) || err != nil {
				t.Fatalf("wrote %d, %v", n, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Fatalf("in %d pieces, the first one %q: %s", len(split), split[0], diff)
		}
	}
}

func TestWriterPassesOnWhatIsNoSecret(t *testing.T) {
	var out bytes.Buffer
	w := redactor("secret-value").Writer(&out)
	fmt.Fprint(w, "Continue? [y/N] ")
	if out.String() != "Continue? [y/N] " {
		t.Errorf("only %q is out", out.String())
	}
	fmt.Fprint(w, "secret-")
	if out.String() != "Continue? [y/N] " {
		t.Errorf("the beginning of a secret is out: %q", out.String())
	}
}

func TestWriterHoldsLittle(t *testing.T) {
	var out bytes.Buffer
	w := redactor("aaaa").Writer(&out)
	for range 100 {
		fmt.Fprint(w, strings.Repeat("a", 10<<10))
	}
	if held := len(w.(*writer).held); held > 2*maxHeld {
		t.Errorf("%d bytes are held back", held)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "aaaa") {
		t.Error("a secret is out")
	}
}

func TestRedactedErrorKeepsItsKind(t *testing.T) {
	r := redactor("hunter22")
	err := r.Error(fmt.Errorf("opening hunter22: %w", fs.ErrNotExist))
	if err.Error() != "opening [secret]: file does not exist" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	var inner *fs.PathError
	if errors.As(r.Error(&fs.PathError{Op: "open", Path: "hunter22", Err: fs.ErrNotExist}), &inner) {
		t.Error("errors.As reaches the text with the secret")
	}
	if r.Error(nil) != nil {
		t.Error("no error became one")
	}
}

type recorder struct{ events []report.Event }

func (r *recorder) Report(e report.Event) { r.events = append(r.events, e) }

func TestCleanReporter(t *testing.T) {
	var got recorder
	to := CleanReporter(&got, redactor("hunter22"))
	for _, e := range []report.Event{
		report.TaskStarted{ID: 1, Name: "build hunter22"},
		report.TaskOutput{ID: 1, Line: "using hunter22"},
		report.TaskDone{ID: 1, Outcome: report.Failed, Detail: "hunter22", Err: errors.New("bad hunter22")},
		report.Notice{Level: report.Warning, Text: "hunter22!"},
	} {
		to.Report(e)
	}
	if text := fmt.Sprintf("%+v", got.events); strings.Contains(text, "hunter22") || strings.Count(text, redacted) != 5 || len(got.events) != 4 {
		t.Errorf("got %s", text)
	}
}

func BenchmarkWriter(b *testing.B) {
	r := redactor(awkwardSecret, pem, strings.Repeat(pem, 20))
	for i := range 10 {
		r.Add(NewValue(fmt.Sprintf("secret-number-%d", i)))
	}
	w := r.Writer(&bytes.Buffer{})
	line := []byte(strings.Repeat("some output of a build ", 5) + "\n")
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		w.Write(line)
	}
}
