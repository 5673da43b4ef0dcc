// Bench measures slipway against the plain tools on this machine, in one run,
// so that the ratios hold on a busy or slow machine, too. It is what make bench
// runs, from the repository's root; it needs Docker with buildx and compose.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
)

// benchmarks in the order of the table.
var benchmarks = []benchmark{
	{"version", version.time}, {"version-memory", version.memory}, {"completion", completion.time}, {"completion-memory", completion.memory},
	{"plan-new", planFifty}, {"plan-published", planFiftyPublished}, {"plan-offline", planOffline}, {"plan-unchanged", planUnchanged},
	{"publish-one", publishOne}, {"publish-copied", publishCopied}, {"publish-none", publishNone},
	{"deploy-unchanged", deployUnchanged}, {"deploy-fleet", deployFleet}, {"git-sync", syncFiles}, {"promote", promoteTen},
	{"rolling-requests", rolling.requests}, {"rolling-failed", rolling.failed}, {"rolling-away", rolling.away},
	{"blue-green-requests", blueGreen.requests}, {"blue-green-failed", blueGreen.failed}, {"blue-green-away", blueGreen.away},
}

// benchmark is a row of the table, and its name on the command line.
type benchmark struct {
	name    string
	measure func(context.Context, *sample) (result, error)
}

func main() {
	var o options
	flag.StringVar(&o.slipway, "slipway", "bin/slipway", "program to measure")
	flag.IntVar(&o.runs, "runs", 5, "how often everything is measured; the median counts")
	only := flag.String("only", "", "regular expression of the rows to measure, by name (default: all); -only help lists them")
	flag.StringVar(&o.json, "json", "", "file to write the results to, as JSON")
	flag.Parse()
	var err error
	if o.only, err = regexp.Compile("^(" + *only + ")$"); err != nil {
		fmt.Fprintf(os.Stderr, "bench: -only: %v\n", err)
		os.Exit(2)
	}
	if *only == "" {
		o.only = regexp.MustCompile("")
	}
	if *only == "help" {
		for _, b := range benchmarks {
			fmt.Println(b.name)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, o); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, o options) (err error) {
	if o.slipway, err = filepath.Abs(o.slipway); err != nil {
		return err
	}
	s, err := newSample(ctx, o)
	if err != nil {
		return fmt.Errorf("making the sample: %w", err)
	}
	defer func() { err = errors.Join(err, s.close()) }()
	var results []result
	for _, b := range benchmarks {
		if !o.only.MatchString(b.name) {
			continue
		}
		r, err := b.measure(ctx, s)
		if errors.Is(err, errSkipped) {
			fmt.Fprintf(os.Stderr, "%s: %v\n", r.What, err)
			continue
		}
		if err != nil {
			return fmt.Errorf("measuring %s: %w", r.What, err)
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", r.What, r.value(r.Ours))
		results = append(results, r)
	}
	fmt.Fprintln(os.Stderr)
	table(os.Stdout, o.runs, results)
	if o.json == "" {
		return nil
	}
	content, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(o.json, append(content, '\n'), 0o644)
}
