package composefile

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Unknowable is a project that could not be read because values of variables are
// not known: with them it may be right.
type Unknowable struct{ Err error }

func (e *Unknowable) Error() string { return e.Err.Error() }

func (e *Unknowable) Unwrap() error { return e.Err }

// StandIns are made-up values of variables, by name.
type StandIns map[string]string

// Hide puts the variables' names in the place of their made-up values.
func (s StandIns) Hide(text string) string {
	for name, value := range s {
		if strings.Contains(value, firstNumber) {
			text = strings.ReplaceAll(text, value, "${"+name+"}")
		}
	}
	return text
}

// in says that a text is about one of the values.
func (s StandIns) in(text string) bool { return s.Hide(text) != text }

// firstNumber begins the made-up values: no file has it, and it is a port, too.
const firstNumber = "48"

// standIns are values for the variable with that index: no two variables get the
// same, which two ports must not have. The first one fits most places, others have
// room for a path, an address, a time or a word.
func standIns(index int) []string {
	n := firstNumber + fmt.Sprintf("%03d", (917+index)%1000)
	return []string{n, "./" + n, "/" + n, "127.48.0." + strconv.Itoa(1+index%250), "true", n + "s", "missing"}
}

// mostLoads bounds how often a file is read while values are looked for.
const mostLoads = 100

// LoadStandingIn is Load when the values of some variables are not known: each gets
// one that fits where it stands, and filled has them. The error is an *Unknowable
// when other values may have done.
func LoadStandingIn(ctx context.Context, o Options, unknown []string) (project *types.Project, filled StandIns, err error) {
	known, loads := o.Env, 0
	values := StandIns{}
	load := func() error {
		o.Env = maps.Clone(known)
		if o.Env == nil {
			o.Env = map[string]string{}
		}
		maps.Copy(o.Env, values)
		loads++
		project, err = Load(ctx, o)
		return err
	}
	for form := range standIns(0) {
		for i, name := range unknown {
			values[name] = standIns(i)[form]
		}
		if load() == nil {
			return project, values, nil
		}
		if !values.in(err.Error()) && form == 0 {
			return nil, nil, err // it is about something else
		}
	}
	for i, name := range unknown {
		values[name] = standIns(i)[0]
	}
	last := load()
	// Which variable an error is of is not known, so each is tried, as long as that
	// leads on to another error.
	for progress := true; progress && last != nil; {
		progress = false
		for i, name := range unknown {
			best := values[name]
			for _, value := range standIns(i) {
				if loads > mostLoads || ctx.Err() != nil {
					return nil, values, &Unknowable{last}
				}
				values[name] = value
				if load() == nil {
					return project, values, nil
				}
				if err.Error() != last.Error() && !strings.Contains(err.Error(), value) {
					last, progress, best = err, true, value
					break
				}
			}
			values[name] = best
		}
	}
	if last != nil && !values.in(last.Error()) {
		return nil, nil, last
	}
	return nil, values, &Unknowable{last}
}
