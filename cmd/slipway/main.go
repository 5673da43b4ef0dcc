// Command slipway tests, builds, publishes and deploys Dockerised apps.
package main

import (
	"os"

	"git.example/slipway/cmd/slipway/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.System()))
}
