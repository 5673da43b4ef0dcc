package aws

import (
	"bytes"
	"encoding/json"
	"fmt"

	"git.example/slipway/pipelines/secrets"
)

// SecretID names one version of a secret in Secrets Manager.
type SecretID struct {
	// ID is the secret's name or ARN.
	ID string
	// Version is a version's id or a stage such as AWSPREVIOUS; AWSCURRENT when empty.
	Version string
}

// Secret is what Secrets Manager holds.
type Secret struct {
	// ID as it was asked for.
	ID string
	// Version is the id of the version that this is.
	Version string
	// Text is the whole of it.
	Text secrets.Value
	// Keys are those of a JSON object; nil where the text is none. A value that is
	// no string is its JSON text.
	Keys map[string]secrets.Value
}

// Key is one of the secret's keys.
func (s Secret) Key(name string) (secrets.Value, error) {
	doing := fmt.Sprintf("reading key %q of secret %q in Secrets Manager", name, s.ID)
	if s.Keys == nil {
		return secrets.Value{}, &Error{Doing: doing, Problem: "the secret is plain text, not a JSON object", Next: "leave the key out, or store a JSON object"}
	}
	value, ok := s.Keys[name]
	if !ok {
		return secrets.Value{}, &Error{Kind: ErrNotFound, Doing: doing, Problem: "it has no such key", Next: "add it to the secret, or correct the name"}
	}
	return value, nil
}

type secretKey struct {
	Options
	SecretID
}

func newSecret(id, version, text string) Secret {
	return Secret{ID: id, Version: version, Text: secrets.NewValue(text), Keys: jsonKeys(text)}
}

// jsonKeys are those of a JSON object; nil for any other text.
func jsonKeys(text string) map[string]secrets.Value {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil || object == nil {
		return nil
	}
	keys := map[string]secrets.Value{}
	for key, raw := range object {
		var plain string
		var compact bytes.Buffer
		switch {
		case json.Unmarshal(raw, &plain) == nil: // null too, which is empty
		case json.Compact(&compact, raw) == nil:
			plain = compact.String()
		}
		keys[key] = secrets.NewValue(plain)
	}
	return keys
}
