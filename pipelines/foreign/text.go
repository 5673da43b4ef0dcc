package foreign

import "strings"

// Text is text that others wrote as it may be shown, line by line.
func Text(text string) string {
	if isPlain(text) {
		return text
	}
	var c cleaner
	c.add([]byte(text))
	c.end()
	return string(c.out)
}

// Line is text that others wrote as it may be shown in the middle of a line of
// ours, such as a cell of a table: its line ends are shown as \n.
func Line(text string) string {
	cleaned := Text(text)
	if !strings.Contains(cleaned, "\n") {
		return cleaned
	}
	return strings.ReplaceAll(cleaned, "\n", `\n`)
}

// Error is an error with a text that may be shown. errors.Is and errors.As see what
// err is made of.
func Error(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	cleaned := Text(text)
	if cleaned == text {
		return err
	}
	return &cleanError{cleaned, err}
}

type cleanError struct {
	text  string
	cause error
}

func (e *cleanError) Error() string { return e.text }
func (e *cleanError) Unwrap() error { return e.cause }

// isPlain says at once of most texts that there is nothing to do.
func isPlain(text string) bool {
	if strings.HasPrefix(text, ":") || strings.Contains(text, "##") {
		return false
	}
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return !strings.HasPrefix(strings.TrimLeft(text, " "), ":")
}
