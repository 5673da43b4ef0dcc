package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
)

func newSetup(g *globals) *cobra.Command {
	var o pipelines.HostOptions
	c := &cobra.Command{
		Use:   "setup",
		Short: "Try on hosts all that a deploy does there",
		Long: `Does on every host of an environment what a deploy does there, each step for
real, and undoes it again: sessions and the login shell, files, programs, Docker,
compose, a pull with the deploy's login, the journal, space. Nothing stays on the
host. Says what to do where something does not work, and ends with exit code 1
then.`,
		Example: `  slipway setup --env prod
  slipway setup --env prod --host app1.example.com`,
		RunE: func(c *cobra.Command, _ []string) error {
			var findings []deploy.Finding
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				findings, err = p.Setup(c.Context(), o)
				return err
			})
			if err != nil {
				return err
			}
			if err := g.print(findings, func() { printSetup(g, findings) }); err != nil {
				return err
			}
			for _, f := range findings {
				if !f.OK {
					return exitError(exitFailed)
				}
			}
			return nil
		},
	}
	g.hostFlags(c, &o, "environment to check")
	return c
}

// printSetup prints a table for each host, and then what to do.
func printSetup(g *globals, findings []deploy.Finding) {
	var hosts []string
	rows := map[string][][]string{}
	var todo []string
	ready := true
	for _, f := range findings {
		host := f.Host
		if host == "" {
			host = "this machine"
		}
		if rows[host] == nil {
			hosts = append(hosts, host)
		}
		state := "ok"
		if !f.OK {
			state, ready = "fails", false
		}
		if text := toDo(f); text != "" {
			todo = append(todo, host+": "+text)
		}
		rows[host] = append(rows[host], []string{f.Subject, state, orDash(f.Target), shortened(orDash(f.Found))})
	}
	for i, host := range hosts {
		if i > 0 {
			fmt.Fprintln(g.env.Out)
		}
		fmt.Fprintln(g.env.Out, host)
		table(g.env.Out, []string{"  STEP", "STATE", "TARGET", "FOUND"}, indented(rows[host]))
	}
	if len(todo) > 0 {
		fmt.Fprintln(g.env.Out, "\nTo do:")
		for _, line := range todo {
			fmt.Fprintln(g.env.Out, "  "+line)
		}
	}
	if ready {
		fmt.Fprintln(g.env.Out, "\nReady to deploy to.")
	}
}

// toDo reads as "web: docker: permission denied; sudo usermod …"; empty where nothing
// is to do.
func toDo(f deploy.Finding) string {
	parts := []string{f.Subject + ": " + f.Found, f.Advice}
	switch {
	case f.OK && f.Advice == "":
		return ""
	case f.OK:
		parts = []string{f.Subject + ": " + f.Advice}
	case f.Advice == "":
		parts = parts[:1]
	}
	text := strings.Join(parts, "; ")
	if f.Target != "" {
		text = f.Target + ": " + text
	}
	return text
}

// indented are rows under the name of their host.
func indented(rows [][]string) [][]string {
	for _, row := range rows {
		row[0] = "  " + row[0]
	}
	return rows
}

// shortened is a text that fits in a table; the whole of it is under the tables.
func shortened(text string) string {
	const most = 90
	if all := []rune(text); len(all) > most {
		return string(all[:most-1]) + "…"
	}
	return text
}
