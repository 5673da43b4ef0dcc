// Command slipway tests, builds, publishes and deploys Dockerised apps.
package main

import (
	"os"

	"github.com/slipwayhq/slipway/cmd/slipway/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.System()))
}
