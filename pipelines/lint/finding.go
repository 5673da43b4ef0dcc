package lint

// Severity is how much a finding matters.
type Severity string

// The severities. A release with an Error goes wrong or is refused.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Finding is one mistake in one place.
type Finding struct {
	// File is relative to the project's directory.
	File string `json:"file"`
	// Line and Column count from 1; both are 0 when the finding is of the whole file.
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Severity Severity `json:"severity"`
	// Rule is the rule's id, which a comment "# slipway:ignore id" on the line or
	// the one above silences.
	Rule string `json:"rule"`
	// Message says what is wrong. It never has a secret's value.
	Message string `json:"message"`
	// Fix says what to do.
	Fix string `json:"fix,omitempty"`
}
