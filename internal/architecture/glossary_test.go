package architecture

import (
	"fmt"
	"go/types"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fewestWords is how many words the glossary has at least.
const fewestWords = 15

// word is a row of the glossary.
type word struct {
	name, meaning string
	// unused are words that are not used for it.
	unused []string
}

// glossaryTable is the table of words.
var glossaryTable = regexp.MustCompile(`(?m)^\| word \| meaning \|(?: not \|)?\n\|[-| ]+\|\n((?:\|.*\n?)+)`)

// glossary are the rows of the page's table with the columns word and meaning,
// and perhaps a third: "not", with words in backquotes.
func glossary(page string) []word {
	table := glossaryTable.FindStringSubmatch(page)
	if table == nil {
		return nil
	}
	var words []word
	for _, row := range strings.Split(strings.TrimSpace(table[1]), "\n") {
		cells := strings.Split(strings.Trim(row, "|"), "|")
		w := word{name: strings.TrimSpace(cells[0])}
		if len(cells) > 1 {
			w.meaning = strings.TrimSpace(cells[1])
		}
		if len(cells) > 2 {
			for _, name := range quoted.FindAllStringSubmatch(cells[2], -1) {
				w.unused = append(w.unused, name[1])
			}
		}
		words = append(words, w)
	}
	return words
}

// glossaryProblems are rows of the glossary that explain nothing or something
// twice, and words that it does without and a package's types, functions or
// methods are called.
func glossaryProblems(words []word, packages []checked) []string {
	var problems []string
	if len(words) < fewestWords {
		problems = append(problems, fmt.Sprintf("%s: the glossary, a table of word and meaning, has %d words and should have at least %d", pageName, len(words), fewestWords))
	}
	instead := map[string]string{}
	seen := map[string]bool{}
	for _, w := range words {
		if w.meaning == "" {
			problems = append(problems, fmt.Sprintf("%s: the glossary does not say what %s is", pageName, w.name))
		}
		if seen[w.name] {
			problems = append(problems, fmt.Sprintf("%s: the glossary has %s twice", pageName, w.name))
		}
		seen[w.name] = true
		for _, name := range w.unused {
			instead[strings.ToLower(name)] = w.name
		}
	}
	var used []string
	for _, p := range packages {
		for ident, object := range p.info.Defs {
			_, isFunction := object.(*types.Func)
			_, isType := object.(*types.TypeName)
			if better := instead[strings.ToLower(ident.Name)]; better != "" && (isFunction || isType) && p.holds(object) {
				used = append(used, fmt.Sprintf("%s: %s is called %s in the glossary", p.at(ident.Pos()), ident.Name, better))
			}
		}
	}
	slices.Sort(used)
	return append(problems, used...)
}

func TestGlossary(t *testing.T) {
	report(t, glossaryProblems(glossary(page(t)), checkedPackages(t)))
}

func TestGlossaryProblems(t *testing.T) {
	// rows fill the table up to what it has to have.
	rows := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "| word %d | what it means | |\n", i)
		}
		return b.String()
	}
	const head, few = "# Words\n\n| word | meaning | not |\n| --- | --- | --- |\n", ": the glossary, a table of word and meaning, has %d words and should have at least 15"
	tests := map[string]struct {
		page, source string
		want         []string
	}{
		"enough words":       {page: head + rows(15)},
		"too few":            {page: head + rows(14), want: []string{pageName + fmt.Sprintf(few, 14)}},
		"another table":      {page: "| word | use |\n| --- | --- |\n" + rows(20), want: []string{pageName + fmt.Sprintf(few, 0)}},
		"two columns":        {page: "| word | meaning |\n| --- | --- |\n" + rows(15)},
		"no meaning":         {page: head + rows(15) + "| kind | | |\n", want: []string{pageName + ": the glossary does not say what kind is"}},
		"twice":              {page: head + rows(15) + "| word 3 | again | |\n", want: []string{pageName + ": the glossary has word 3 twice"}},
		"a word without use": {page: head + rows(15) + "| target | what is deployed | `staged`, `aim` |\n", source: "type Target int; var aim = 1; func f(staged int) {}"},
		"a type":             {page: head + rows(15) + "| target | what is deployed | `staged`, `aim` |\n", source: "type Staged int", want: []string{"x/x.go:2: Staged is called target in the glossary"}},
		"a method":           {page: head + rows(15) + "| target | what is deployed | `staged`, `aim` |\n", source: "type t int; func (t) aim() {}", want: []string{"x/x.go:2: aim is called target in the glossary"}},
		"a part of a name":   {page: head + rows(15) + "| target | what is deployed | `staged`, `aim` |\n", source: "func claim() {}"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			packages := checkSources(t, source{path: "x", files: map[string]string{"x.go": "package x\n" + test.source}})
			if diff := cmp.Diff(test.want, glossaryProblems(glossary(test.page), packages)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
