package foreign_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/runnertest"
	"git.example/slipway/pipelines/foreign"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "",
		"a line\nand another":                  "a line\nand another",
		"10%\r20%\r\ndone":                     "10%\n20%\ndone",
		"\n\n::a\n":                            "\n\n:\\:a\n",
		"a ::b:: c":                            "a ::b:: c",
		"pkg::name":                            "pkg::name",
		": :":                                  ": :",
		"# heading\n## heading\n### [link](x)": "# heading\n## heading\n### [link](x)",
		"##[group]x":                           `##\[group]x`,
		"##vso[a]##[b]":                        `##vso\[a]##\[b]`,
		"\x1b[31mred\x1b[0m":                   "\x1b[31mred\x1b[0m",
		"\x1b[1;38;5;8mgrey\nplain":            "\x1b[1;38;5;8mgrey\x1b[0m\nplain",
		"\x1b[38;2;8;8;8mgrey\x1b[48;2;1;8;8m": "\x1b[38;2;8;8;8mgrey\x1b[48;2;1;8;8m\x1b[0m",
		"\x1b[8mconcealed":                     "concealed",
		"\x1b[1;8mconcealed":                   "concealed",
		"\x1b[2K\x1b[1Aup":                     "up",
		"\x1b]0;title\atext":                   "text",
		"\x1b]8;;http://x\x1b\\text":           "text",
		"\x1b]0;never\nended":                  "]0;never\nended",
		"\x1b(Btext\x1b7\x1bc":                 "text",
		"end\x1b":                              "end",
		"\xffa\xc3":                            `\xffa\xc3`,
		"\x00\x7f\u0085\u202e\u2028":           `\x00\x7f\u0085\u202e\u2028`,
		"ü 日本 👨‍👩‍👧 ⚠️ \ufffd": "ü 日本 👨‍👩‍👧 ⚠️ \ufffd",
		"a\U000e0041": `a\U000e0041`,
		"\u3000::x":   "\u3000:\\:x",
	} {
		got := foreign.Text(text)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
		if again := foreign.Text(got); again != got {
			t.Errorf("%q becomes %q and then %q", text, got, again)
		}
	}
}

// TestRunnersFindNothing feeds each hostile line, alone, within text, and two of
// them joined, to the runners' rules.
func TestRunnersFindNothing(t *testing.T) {
	lines := runnertest.Hostile()
	for i, a := range lines {
		if len(runnertest.Commands(a)) == 0 && len(runnertest.Unfit(a)) == 0 && !strings.Contains(a, "\x1b[") {
			t.Errorf("%q is not hostile", a)
		}
		for _, b := range append(lines[i:i:i], lines...) {
			for _, text := range []string{a, a + "\n" + b, a + b, "\x1b[1m" + a + "\x1b[0m" + b, a[:len(a)/2] + b + a[len(a)/2:]} {
				harmless(t, text, foreign.Text(text))
				document, err := json.Marshal(map[string]string{a: b})
				if err != nil {
					t.Fatal(err)
				}
				harmless(t, text, string(foreign.JSON(document)))
			}
		}
	}
}

func harmless(t *testing.T, from, text string) {
	t.Helper()
	for _, found := range append(runnertest.Commands(text), runnertest.Unfit(text)...) {
		t.Errorf("%q became %s", from, found)
	}
}

func TestJSONKeepsItsValue(t *testing.T) {
	for _, line := range append(runnertest.Hostile(), "###", "a # b", "#\u00fc", "\U0001f600", "\U000e0041", "\"\\\n\t") {
		value := map[string][]string{strings.ToValidUTF8(line, "?"): {strings.ToValidUTF8(line, "?")}}
		document, err := json.MarshalIndent(value, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		var got map[string][]string
		if err := json.Unmarshal(foreign.JSON(document), &got); err != nil {
			t.Fatalf("%s: %v", foreign.JSON(document), err)
		}
		if diff := cmp.Diff(value, got); diff != "" {
			t.Error(diff)
		}
	}
}

// TestWriterAtEverySplit writes in two pieces and byte by byte what Text cleans whole.
func TestWriterAtEverySplit(t *testing.T) {
	text := strings.Join(runnertest.Hostile(), "\n")
	want := foreign.Text(text)
	write := func(pieces ...string) {
		t.Helper()
		var out bytes.Buffer
		w := foreign.Writer(&out)
		for _, piece := range pieces {
			if n, err := w.Write([]byte(piece)); n != len(piece) || err != nil {
				t.Fatalf("wrote %d, %v", n, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Fatalf("in %d pieces, the first one %q: %s", len(pieces), pieces[0], diff)
		}
	}
	for i := range len(text) + 1 {
		write(text[:i], text[i:])
	}
	write(strings.Split(text, "")...)
	var single []string
	for i := range len(text) {
		single = append(single, text[i:i+1])
	}
	write(single...)
}

func TestWriterWaitsForNoLineEnd(t *testing.T) {
	var out bytes.Buffer
	fmt.Fprint(foreign.Writer(&out), "Continue? [y/N] ")
	if out.String() != "Continue? [y/N] " {
		t.Errorf("only %q is out", out.String())
	}
}

func TestWriterHoldsLittle(t *testing.T) {
	var out bytes.Buffer
	w := foreign.Writer(&out)
	fmt.Fprint(w, "\x1b]"+strings.Repeat("x", 100<<10))
	if out.Len() < 90<<10 {
		t.Errorf("%d bytes are out", out.Len())
	}
}

func TestErrorKeepsItsKind(t *testing.T) {
	err := foreign.Error(fmt.Errorf("reading\r::error::x: %w", fs.ErrNotExist))
	if err.Error() != "reading\n:\\:error::x: file does not exist" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %q", err)
	}
	if foreign.Error(nil) != nil || foreign.Error(fs.ErrNotExist) != fs.ErrNotExist {
		t.Error("an error changed that had no need to")
	}
}

func TestLine(t *testing.T) {
	if got := foreign.Line("a\r\nb\n::c"); got != `a\nb\n:\:c` {
		t.Errorf("got %q", got)
	}
}

func FuzzText(f *testing.F) {
	for _, line := range runnertest.Hostile() {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text string) { harmless(t, text, foreign.Text(text)) })
}

func BenchmarkWriter(b *testing.B) {
	line := []byte(strings.Repeat("some output of a build ", 5) + "\n")
	var out bytes.Buffer
	w := foreign.Writer(&out)
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		out.Reset()
		w.Write(line)
	}
}
