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
)

// benchmarks in the order of the table.
var benchmarks = []func(context.Context, *sample) (result, error){
	version.time, version.memory, completion.time, completion.memory,
	planFifty, planFiftyPublished, publishOne, publishCopied, publishNone, deployUnchanged, deployFleet, syncFiles, promoteTen,
	rolling.requests, rolling.failed, rolling.away, blueGreen.requests, blueGreen.failed, blueGreen.away,
}

func main() {
	var o options
	flag.StringVar(&o.slipway, "slipway", "bin/slipway", "program to measure")
	flag.IntVar(&o.runs, "runs", 5, "how often everything is measured; the median counts")
	flag.StringVar(&o.json, "json", "", "file to write the results to, as JSON")
	flag.Parse()
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
	for _, measure := range benchmarks {
		r, err := measure(ctx, s)
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
