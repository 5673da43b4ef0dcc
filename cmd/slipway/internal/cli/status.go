package cli

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
)

// watchEvery is how often status --watch looks again: a look is a few reads a host.
const watchEvery = 5 * time.Second

func newStatus(g *globals) *cobra.Command {
	var o pipelines.StatusOptions
	var watch bool
	c := &cobra.Command{
		Use:   "status",
		Short: "Show all environments in one look",
		Long: `Shows what is live in every environment, since when and by whom, how far that is
from the main branch, who holds the lock, and the last deploy that failed. One that
can't be read is said and hides no other one. Nothing is changed.`,
		Example: `  slipway status
  slipway status --env prod --verify       # and whether what runs is what was released
  slipway status --watch
  slipway status --json`,
		RunE: func(c *cobra.Command, _ []string) error {
			if watch && (g.json || g.resultFile != "") {
				return flagError{fmt.Errorf("--watch is for a screen: leave out --json and --result-file")}
			}
			var all []pipelines.EnvironmentStatus
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				if watch {
					return watchStatus(g, c.Context(), p, o)
				}
				all, err = p.View().Status(c.Context(), o)
				return err
			})
			if err != nil || watch {
				return err
			}
			if err := g.print(orEmpty(all), func() { printStatus(g, all, time.Now()) }); err != nil {
				return err
			}
			return statusExit(all)
		},
	}
	c.Flags().StringSliceVarP(&o.Envs, "env", "e", nil, "environment to look at (default: all)")
	_ = c.RegisterFlagCompletionFunc("env", g.completeNames(func(p *pipelines.Project) []string { return p.Config.Environments.Names() }))
	c.Flags().BoolVar(&o.Verify, "verify", false, "compare what runs with what was released, by digest")
	c.Flags().BoolVarP(&watch, "watch", "w", false, "look again every five seconds, until it is interrupted")
	return c
}

// statusExit fails where something was not seen, or is not as released.
func statusExit(all []pipelines.EnvironmentStatus) error {
	for _, s := range all {
		if s.Error != "" || len(s.Drift) > 0 {
			return exitError(exitFailed)
		}
	}
	return nil
}

// watchStatus shows the status anew until it is interrupted.
func watchStatus(g *globals, ctx context.Context, p *pipelines.Project, o pipelines.StatusOptions) error {
	for {
		all, err := p.View().Status(ctx, o)
		if ctx.Err() != nil {
			return nil // that is how it ends
		}
		if err != nil {
			return err
		}
		var screen bytes.Buffer
		other := *g
		other.env.Out = &screen
		now := time.Now()
		printStatus(&other, all, now)
		g.pause(func() {
			if g.env.OutTerminal && g.env.moves() {
				fmt.Fprint(g.env.raw.out, "\x1b[2J\x1b[H")
			}
			fmt.Fprintf(g.env.Out, "%s\n%s\n", screenOf(&other).dim(now.Format(time.TimeOnly)), screen.String())
		})
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchEvery):
		}
	}
}

func printStatus(g *globals, all []pipelines.EnvironmentStatus, now time.Time) {
	if len(all) == 0 {
		fmt.Fprintln(g.env.Out, "There is no environment in slipway.yaml yet.")
		return
	}
	s := screenOf(g)
	rows := make([][]string, len(all))
	for i, e := range all {
		rows[i] = []string{s.bold(e.Environment), liveCell(s, e), "-", "-", mainCell(s, e.Main), stateCell(s, e)}
		if e.Live != nil {
			rows[i][2], rows[i][3] = ago(pipelines.Since(*e.Live), now), orDash(e.Live.By.User)
		}
	}
	printTable(g, []string{"ENVIRONMENT", "LIVE", "SINCE", "BY", "MAIN", "STATE"}, rows)
	var more []string
	for _, e := range all {
		more = append(more, notes(g, e, now)...)
	}
	if len(more) == 0 {
		return
	}
	fmt.Fprintln(g.env.Out)
	for _, line := range more {
		printLine(g, 0, line)
	}
}

func liveCell(s screen, e pipelines.EnvironmentStatus) string {
	switch {
	case e.Live != nil:
		return e.Live.Tag
	case e.Error != "":
		return s.red("not known")
	}
	return s.dim("nothing yet")
}

// mainCell is how the live commit stands to the main branch.
func mainCell(s screen, at *pipelines.Position) string {
	switch {
	case at == nil:
		return "-"
	case at.Unknown != "":
		return "not known"
	case at.Ahead == 0 && at.Behind == 0:
		return s.green("up to date")
	case at.Ahead == 0:
		return s.yellow(fmt.Sprintf("%d behind", at.Behind))
	case at.Behind == 0:
		return s.yellow(fmt.Sprintf("%d ahead", at.Ahead))
	}
	return s.yellow(fmt.Sprintf("%d behind, %d ahead", at.Behind, at.Ahead))
}

func stateCell(s screen, e pipelines.EnvironmentStatus) string {
	var words []string
	switch {
	case e.Error != "":
		return s.red("can't be read")
	case e.Running != nil:
		words = append(words, s.yellow("deploying "+e.Running.Tag))
	case e.Lock != nil:
		words = append(words, s.yellow("locked"))
	}
	switch {
	case e.Verified && len(e.Drift) > 0:
		words = append(words, s.red(report.Count(len(e.Drift), "drift")))
	case e.Verified:
		words = append(words, s.green("as released"))
	}
	if failedLast(e) {
		words = append(words, s.red("last deploy failed"))
	}
	if len(words) == 0 {
		return s.green("ok")
	}
	return strings.Join(words, ", ")
}

// failedLast says that the newest deploy failed.
func failedLast(e pipelines.EnvironmentStatus) bool {
	return e.LastFailure != nil && (e.Live == nil || e.LastFailure.ID > e.Live.ID)
}

// notes are what there is to say of an environment besides, with the next command.
func notes(g *globals, e pipelines.EnvironmentStatus, now time.Time) []string {
	s := screenOf(g)
	var lines []string
	say := func(format string, args ...any) {
		lines = append(lines, s.bold(e.Environment)+": "+fmt.Sprintf(format, args...))
	}
	if e.Error != "" {
		say("%s", firstLine(e.Error))
	}
	if e.Lock != nil {
		say("locked %s by %s", ago(e.Lock.Since, now), e.Lock)
	}
	if failedLast(e) {
		f := e.LastFailure
		say("deploy %d of %s failed %s: %s. See `slipway history show %d --env %s`", f.ID, f.Tag, ago(pipelines.Since(*f), now), failureOf(*f), f.ID, e.Environment)
	}
	if len(e.Drift) > 0 {
		say("%s differ from the release. See `slipway verify --env %s`", report.Count(len(e.Drift), "thing"), e.Environment)
	}
	return lines
}

func failureOf(e journal.Entry) string {
	text := strings.TrimSuffix(firstLine(e.Error), ".")
	if e.ReturnedTo != "" {
		text += "; " + e.ReturnedTo + " runs again"
	}
	return text
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}
