// App is the program in the images that are measured: "app build" stands for
// the work of a build step, "app serve" for a service, "app web" for one that
// answers HTTP, with "app check" as its health check.
package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// rounds of packing take about a second, as the least of compilers does.
const rounds = 100

func run(args []string) error {
	if len(args) == 1 && args[0] == "build" {
		for range rounds {
			if err := pack("/src", "/out.gz"); err != nil {
				return err
			}
		}
		return nil
	}
	switch {
	case len(args) == 1 && args[0] == "web":
		return web()
	case len(args) == 1 && args[0] == "check":
		return check()
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	<-stop
	return nil
}

// pack compresses the files of a directory into one file.
func pack(from, to string) error {
	files, err := filepath.Glob(filepath.Join(from, "*"))
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	packed := gzip.NewWriter(out)
	for _, name := range files {
		if err := add(packed, name); err != nil {
			return err
		}
	}
	if err := packed.Close(); err != nil {
		return err
	}
	return out.Close()
}

func add(to io.Writer, name string) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = io.Copy(to, in)
	return err
}
