package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

var (
	mention   = regexp.MustCompile("(?:[`/ ])slipway ([a-z]+)([^`\n|;&>]*)")
	option    = regexp.MustCompile(`--[a-z-]+`)
	link      = regexp.MustCompile(`\]\(([^)#:]*)(?:#([^)]*))?\)`)
	heading   = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noAnchor  = regexp.MustCompile(`[^\pL\pN _-]`)
	untyped   = regexp.MustCompile("(?ms)^```\n[^`]*?^(?:\\$ |slipway |make |docker |go )")
	yamlBlock = regexp.MustCompile("(?ms)^```ya?ml\n(.*?)^```$")
	// message is the first column of a table of troubleshooting.md.
	message = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")
)

// TestDocsCommands: every command line of slipway that a page mentions, also in
// a sentence or a workflow, has a command and options that exist.
func TestDocsCommands(t *testing.T) {
	help := map[string]string{}
	for _, p := range everyPage(t) {
		if untyped.MatchString(p.text) {
			t.Errorf("%s: a block without a language has commands: write console, so that they are tested", p.path)
		}
		for _, m := range mention.FindAllStringSubmatch(p.text, -1) {
			command, options := m[1], option.FindAllString(m[2], -1)
			if _, known := help[command]; !known {
				out, _ := exec.Command("slipway", command, "--help").CombinedOutput()
				help[command] = string(out)
			}
			if !strings.Contains(help[command], "slipway "+command) {
				if len(options) > 0 {
					t.Errorf("%s: slipway %s%s: there is no such command", p.path, command, m[2])
				}
				continue // a sentence that goes on after the name
			}
			for _, o := range options {
				if !regexp.MustCompile(o + `\b`).MatchString(help[command]) {
					t.Errorf("%s: slipway %s%s: there is no option %s", p.path, command, m[2], o)
				}
			}
		}
	}
}

// TestDocsLinks: links within the repository lead somewhere, the index has every
// page, and the list of examples every example.
func TestDocsLinks(t *testing.T) {
	var index string
	for _, p := range everyPage(t) {
		if strings.HasSuffix(p.path, "docs/README.md") {
			index = p.text
		}
		for _, l := range link.FindAllStringSubmatch(p.text, -1) {
			to := p.path
			if l[1] != "" {
				to = filepath.Join(filepath.Dir(p.path), l[1])
			}
			text, err := os.ReadFile(to)
			if err != nil {
				t.Errorf("%s: the link to %s leads nowhere", p.path, l[1])
			}
			if l[2] != "" && !slices.Contains(anchors(string(text)), l[2]) {
				t.Errorf("%s: %s has no heading #%s", p.path, to, l[2])
			}
		}
	}
	for _, p := range pages(t) {
		name := filepath.Base(p.path)
		if name != "README.md" && !strings.Contains(index, "]("+name+")") {
			t.Errorf("docs/README.md has no link to %s", name)
		}
	}
	list := readPages(t, "../../examples/README.md")[0].text
	for _, p := range readPages(t, "../../examples/*/README.md") {
		if name := filepath.Base(filepath.Dir(p.path)); !strings.Contains(list, "]("+name+"/README.md)") {
			t.Errorf("examples/README.md has no link to %s", name)
		}
	}
}

// anchors are what GitHub calls the headings of a page.
func anchors(page string) []string {
	var all []string
	for _, h := range heading.FindAllStringSubmatch(page, -1) {
		all = append(all, strings.ReplaceAll(noAnchor.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
	}
	return all
}

// TestDocsYAML: every block of YAML is YAML. Those of slipway.yaml are loaded by
// a test of package config.
func TestDocsYAML(t *testing.T) {
	for _, p := range everyPage(t) {
		for _, block := range yamlBlock.FindAllStringSubmatch(p.text, -1) {
			var value any
			if err := yaml.Unmarshal([]byte(block[1]), &value); err != nil {
				t.Errorf("%s: %v in:\n%s", p.path, err, block[1])
			}
		}
	}
}

// TestTroubleshooting: the messages of that page are those of the code.
func TestTroubleshooting(t *testing.T) {
	var code strings.Builder
	for _, root := range []string{"../../pipelines", "../../cmd", "../../ci"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			code.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	said := strings.NewReplacer(`\"`, `"`, "\" +\n", "").Replace(code.String())
	page, err := os.ReadFile("../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	found := message.FindAllStringSubmatch(string(page), -1)
	if len(found) < 10 {
		t.Fatalf("only %d messages: is the page's form another one?", len(found))
	}
	for _, m := range found {
		for part := range strings.SplitSeq(m[1], "…") {
			if part = strings.TrimSpace(part); len(part) > 3 && !strings.Contains(said, part) {
				t.Errorf("troubleshooting.md: no message of the code has %q", part)
			}
		}
	}
}
