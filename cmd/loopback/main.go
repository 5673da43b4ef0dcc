// Command loopback listens on loopback addresses, passes connections on to
// somewhere else, and runs a command that finds its services there:
//
//	loopback 127.0.0.1:5000=registry:5000 -- slipway publish
//
// The Dagger module runs slipway with it, in a container that reaches the
// caller's services by names only. It ends with the command's exit code.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

const exitUsage = 2

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
	}
	os.Exit(code)
}

func run(args []string) (int, error) {
	end := slices.Index(args, "--")
	if end < 0 || end == len(args)-1 {
		return exitUsage, errors.New("loopback: want ADDRESS=TO... -- COMMAND")
	}
	for _, forward := range args[:end] {
		address, to, _ := strings.Cut(forward, "=")
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return 1, fmt.Errorf("serving %s: %w", address, err)
		}
		go accept(listener, to)
	}
	return command(args[end+1:])
}

// command runs to its end and gets the signals of this process.
func command(words []string) (int, error) {
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if err := cmd.Start(); err != nil {
		return 1, fmt.Errorf("starting %s: %w", words[0], err)
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s) // it may have ended by now
		}
	}()
	err := cmd.Wait()
	if exit := (*exec.ExitError)(nil); err == nil || errors.As(err, &exit) && exit.Exited() {
		return cmd.ProcessState.ExitCode(), nil
	}
	return 1, fmt.Errorf("running %s: %w", words[0], err)
}

func accept(listener net.Listener, to string) {
	for {
		from, err := listener.Accept()
		if err != nil {
			return
		}
		go pass(from, to)
	}
}

// pass copies both ways until both have ended.
func pass(from net.Conn, address string) {
	defer from.Close()
	to, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer to.Close()
	done := make(chan error, 2)
	oneWay := func(to, from net.Conn) {
		_, err := io.Copy(to, from)
		done <- errors.Join(err, to.(*net.TCPConn).CloseWrite())
	}
	go oneWay(to, from)
	go oneWay(from, to)
	<-done
	<-done
}
