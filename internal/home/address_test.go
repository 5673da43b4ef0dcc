package main

import "testing"

func TestCurrent(t *testing.T) {
	tests := map[string]struct{ goMod, want string }{
		"first":           {"module code.example.net/a/b\n\ngo 1.26\n", "code.example.net/a/b"},
		"after a comment": {"// Ours.\nmodule  code.example.net/a\n", "code.example.net/a"},
		"none":            {"go 1.26\n", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := current([]byte(test.goMod))
			if got != test.want || (err != nil) != (test.want == "") {
				t.Errorf("%q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestCheckAddress(t *testing.T) {
	for address, want := range map[string]bool{
		"code.example.net/acme/slipway": true,
		"code.example.net/~ana/Slip.go": true,
		"code.example.net":              false,
		"code.example.net/":             false,
		"localhost/slipway":             false,
		"https://code.example.net/a":    false,
		"code.example.net/a b":          false,
		"code.example.net/a@main":       false,
		"code.example.net/../a":         false,
		"":                              false,
	} {
		if err := checkAddress(address); (err == nil) != want {
			t.Errorf("%q: %v, want right %t", address, err, want)
		}
	}
}

func TestMoved(t *testing.T) {
	const from, to = "a.example/b", "c.example/d/e"
	tests := map[string]struct{ text, want string }{
		"nothing":         {"b at a.example", "b at a.example"},
		"an import":       {`"a.example/b/pipelines"`, `"c.example/d/e/pipelines"`},
		"an address":      {"https://a.example/b/raw/main", "https://c.example/d/e/raw/main"},
		"a version":       {"a.example/b@main", "c.example/d/e@main"},
		"of git":          {"git clone https://a.example/b.git", "git clone https://c.example/d/e.git"},
		"twice":           {"a.example/b => a.example/b", "c.example/d/e => c.example/d/e"},
		"a sentence":      {"It is in a.example/b.", "It is in c.example/d/e."},
		"a longer name":   {"a.example/bcd a.example/b-c a.example/b_c", "a.example/bcd a.example/b-c a.example/b_c"},
		"a longer host":   {"a.a.example/b aa.example/b", "a.a.example/b aa.example/b"},
		"after a longer":  {"a.example/bc a.example/b", "a.example/bc c.example/d/e"},
		"at its own ends": {"a.example/b", "c.example/d/e"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := moved(test.text, from, to)
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			if back := moved(got, to, from); back != test.text {
				t.Errorf("back it is %q, want %q", back, test.text)
			}
		})
	}
}
