package cli

// color says whether text for a person may have colours: at a terminal, unless
// NO_COLOR is set (https://no-color.org).
func (e Environment) color(terminal bool) bool {
	if !terminal {
		return false
	}
	if value, ok := e.Lookup("NO_COLOR"); ok && value != "" {
		return false
	}
	if value, _ := e.Lookup("TERM"); value == "dumb" {
		return false
	}
	return true
}

// screen paints text where colours are wanted.
type screen struct{ color bool }

// screenOf is how results are painted.
func screenOf(g *globals) screen { return screen{g.env.color(g.env.OutTerminal)} }

func (s screen) paint(code, text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s screen) bold(text string) string   { return s.paint("1", text) }
func (s screen) dim(text string) string    { return s.paint("2", text) }
func (s screen) red(text string) string    { return s.paint("31", text) }
func (s screen) green(text string) string  { return s.paint("32", text) }
func (s screen) yellow(text string) string { return s.paint("33", text) }
