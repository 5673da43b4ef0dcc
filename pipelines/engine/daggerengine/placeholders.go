package daggerengine

import (
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/secrets"
)

// placeholders stand for secrets in texts that are put together elsewhere, so
// that every use of a secret is seen, however short it is.
type placeholders struct {
	id      string
	secrets map[string]secrets.Value
}

func newPlaceholders(values map[string]secrets.Value, id string) placeholders {
	return placeholders{id: id, secrets: values}
}

// mark is what stands for a secret; an empty secret is empty, for the sake of
// defaults.
func (p placeholders) mark(name string) string {
	if p.secrets[name].Reveal() == "" {
		return ""
	}
	return "slipway-secret-" + p.id + "-" + name + "-"
}

// in names a secret that text holds.
func (p placeholders) in(text string) (name string, ok bool) {
	for _, name := range sortedKeys(p.secrets) {
		if mark := p.mark(name); mark != "" && strings.Contains(text, mark) {
			return name, true
		}
	}
	return "", false
}

// reveal is text with the secrets themselves.
func (p placeholders) reveal(text string) string {
	for name, value := range p.secrets {
		if mark := p.mark(name); mark != "" {
			text = strings.ReplaceAll(text, mark, value.Reveal())
		}
	}
	return text
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
