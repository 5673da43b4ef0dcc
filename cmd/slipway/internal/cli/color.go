package cli

// color says whether text for a person may have colours: at a terminal, unless
// NO_COLOR is set (https://no-color.org).
func (e Environment) color(terminal bool) bool {
	if value, ok := e.Lookup("NO_COLOR"); ok && value != "" {
		return false
	}
	if value, _ := e.Lookup("TERM"); value == "dumb" {
		return false
	}
	return terminal
}
