package cli

// redacted shows the text without secrets and keeps the kind of an error, which
// decides on the exit code.
type redacted struct {
	error
	cause error
}

func (r redacted) Unwrap() error { return r.cause }
