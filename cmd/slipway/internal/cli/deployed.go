package cli

import (
	"context"
	"fmt"
	"strings"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/rollout"
)

// deploy runs a verb that deploys and prints what runs after it.
func (g *globals) deploy(ctx context.Context, do func(*pipelines.Project) (rollout.Result, error)) error {
	var result rollout.Result
	err := g.with(ctx, func(p *pipelines.Project) (err error) {
		result, err = do(p)
		return err
	})
	if err != nil {
		return err
	}
	return g.print(result, func() { printDeployed(g, result) })
}

func printDeployed(g *globals, r rollout.Result) {
	if len(r.Plans) == 0 {
		fmt.Fprintf(g.env.Out, "Nothing to deploy: nothing differs from what is live (%s).\n", r.Entry.Tag)
		return
	}
	rows := [][]string{}
	for _, p := range r.Plans {
		for _, run := range r.Proofs[p.Target].Running {
			rows = append(rows, []string{run.Host, p.Target, run.Subject, short(run.Image), run.State})
		}
	}
	if len(rows) > 0 {
		hostTable(g, []string{"TARGET", "SERVICE", "IMAGE", "STATE"}, rows)
	}
	var kept []string
	for _, p := range r.Plans {
		for _, d := range r.Proofs[p.Target].Kept() {
			kept = append(kept, fmt.Sprintf("  %s of target %s: %s", d.OfHost(d.Subject), p.Target, d.Got))
		}
	}
	proven := "proven by digest"
	if len(kept) > 0 {
		proven = "its images proven by digest, but not all is as released"
	}
	fmt.Fprintf(g.env.Out, "\nRelease %s runs, %s", r.Entry.Tag, proven)
	if r.Previous != "" && r.Previous != r.Entry.Tag {
		fmt.Fprintf(g.env.Out, " (before: %s)", r.Previous)
	}
	fmt.Fprintln(g.env.Out, ".")
	if len(kept) > 0 {
		fmt.Fprintf(g.env.Out, "Kept as it was made, and different in the release (the notes above say what to do):\n%s\n", strings.Join(kept, "\n"))
	}
}
