package cli

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// makefile has the targets of a team that promotes from staging to production.
//
//go:embed templates/Makefile
var makefile string

// makefileName is where make looks first where people write one.
const makefileName = "Makefile"

// initMakefile writes the Makefile into the current directory, or prints it.
func (g *globals) initMakefile(o initOptions) error {
	if o.stdout {
		_, err := fmt.Fprint(g.env.Out, makefile)
		return err
	}
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if o.force {
		how = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(makefileName, how, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return flagError{fmt.Errorf("%s is there already: print the targets with --stdout and take what you need, or replace it with --force", makefileName)}
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", makefileName, err)
	}
	_, err = f.WriteString(makefile)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", makefileName, err)
	}
	fmt.Fprintf(g.env.Err, "wrote %s\n", makefileName)
	return nil
}
