// Peak runs a command and prints the most memory that it had at a time, in bytes.
//
// It is a program of its own because Linux counts what the process that starts a
// command has to the command's own peak: this one has next to nothing.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	command := exec.Command(os.Args[1], os.Args[2:]...)
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "peak: running %q: %v\n", os.Args[1], err)
		os.Exit(1)
	}
	usage := command.ProcessState.SysUsage().(*syscall.Rusage)
	fmt.Println(usage.Maxrss * 1024) // Linux counts in KiB
}
