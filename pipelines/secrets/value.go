// Package secrets holds secret values and everything that touches them:
// references to where they are, their encoding into env files, and their
// removal from output.
package secrets

import "log/slog"

// redacted is what a secret looks like wherever it is printed.
const redacted = "[secret]"

// Value is a secret. Printing, formatting, logging or encoding it as JSON or
// text gives "[secret]"; only Reveal gives the value.
type Value struct{ plain string }

// NewValue makes a secret of plain.
func NewValue(plain string) Value { return Value{plain} }

// Reveal is the secret itself, for the one place that needs it.
func (v Value) Reveal() string { return v.plain }

// IsZero says that there is no secret.
func (v Value) IsZero() bool { return v.plain == "" }

func (v Value) String() string               { return redacted }
func (v Value) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// GoString keeps the secret out of what %#v prints.
func (v Value) GoString() string { return redacted }

// LogValue keeps the secret out of logs.
func (v Value) LogValue() slog.Value { return slog.StringValue(redacted) }
