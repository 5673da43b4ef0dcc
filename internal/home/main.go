// Home moves this repository to another address: the Go module, and everything that
// names it. The address stands in the first line of go.mod; all else follows it.
//
//	go run ./internal/home host/path
//
// It is what make home runs, from the repository's root.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	if len(os.Args) != 2 || os.Args[1] == "" {
		fmt.Fprintln(os.Stderr, "usage: make home MODULE=host/path")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	changed, err := moveTo(ctx, ".", os.Args[1])
	if err != nil {
		fmt.Fprintf(os.Stderr, "home: %v\n", err)
		os.Exit(1)
	}
	fmt.Printf("home: %s, %d files changed\n", os.Args[1], changed)
}
