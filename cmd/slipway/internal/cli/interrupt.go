package cli

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// exitAtNextInterrupt ends the process when it is interrupted once more.
func exitAtNextInterrupt(env Environment) {
	again := make(chan os.Signal, 1)
	signal.Notify(again, os.Interrupt, syscall.SIGTERM)
	<-again
	if env.ErrTerminal {
		fmt.Fprint(env.raw.err, "\x1b[?25h\n") // the live progress hides the cursor
	}
	os.Exit(exitInterrupted)
}
