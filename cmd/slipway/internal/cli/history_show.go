package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

func newHistoryShow(g *globals, env *string) *cobra.Command {
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show everything of one deploy: what came, its steps, why it failed",
		Example: `  slipway history show 12 --env prod
  slipway history show latest --env prod
  slipway history show 12 --env prod --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := strconv.Atoi(args[0])
			if args[0] != "latest" && (err != nil || id < 1) {
				return flagError{fmt.Errorf("%q is no deploy: name one by the number that slipway history shows, or say latest", args[0])}
			}
			var told pipelines.DeployStory
			err = g.with(c.Context(), func(p *pipelines.Project) (err error) {
				if args[0] == "latest" {
					newest, err := p.History(c.Context(), pipelines.HistoryOptions{Env: *env, Limit: 1})
					if err != nil {
						return err
					}
					if len(newest) == 0 {
						return workspace.Usage("nothing was deployed here yet")
					}
					id = newest[0].ID
				}
				told, err = p.View().Story(c.Context(), *env, id)
				return err
			})
			if err != nil {
				return err
			}
			return g.print(told, func() { printStory(g, told) })
		},
	}
	refuseArgsAsUsage(c)
	g.envFlag(c, env, "environment of the deploy")
	return c
}

// outcome is how a deploy ended, coloured.
func (s screen) outcome(o journal.Outcome) string {
	switch o {
	case journal.OutcomeDeployed, journal.OutcomeRollback, journal.OutcomeAdopted:
		return s.green(string(o))
	case journal.OutcomeFailed, journal.OutcomeRolledBack:
		return s.red(string(o))
	}
	return s.yellow(string(o))
}

func printStory(g *globals, d pipelines.DeployStory) {
	out, s, e := g.env.Out, screenOf(g), d.Entry
	fmt.Fprintf(out, "Deploy %d of %s: release %s, %s\n\n", e.ID, s.bold(d.Environment), s.bold(e.Tag), s.outcome(e.Outcome))
	fact := func(name, value string) {
		if value != "" {
			printLine(g, 0, fmt.Sprintf("%-12s %s", name, value))
		}
	}
	fact("when", moment(e.Started)+tookOf(e))
	fact("by", whoIs(e.By))
	fact("run", e.By.RunURL)
	fact("commit", e.Commit)
	fact("before", e.Previous)
	fact("returned to", e.ReturnedTo)
	fact("promoted", e.PromotedFrom)
	fact("targets", strings.Join(e.Targets, ", "))
	fact("paths", strings.Join(e.Paths, ", "))
	for _, name := range slices.Sorted(maps.Keys(e.Digests)) {
		fact("image", name+" "+short(e.Digests[name]))
	}
	if e.Mixed {
		fact("mixed", s.red("not all of it could be put back"))
	}
	fmt.Fprintln(out)
	if e.Error != "" && (d.Story == nil || d.Story.Failure == "") {
		printLine(g, 0, s.red("Failed: ")+e.Error)
		fmt.Fprintln(out)
	}
	printShippingOfDeploy(g, d.Shipping)
	if d.Story == nil {
		fmt.Fprintln(out, "Its steps were not kept.")
		return
	}
	printStoryOfSteps(g, d.Story.Steps)
	if d.Story.Failure != "" {
		fmt.Fprintln(out)
		printMarkdown(g, d.Story.Failure)
	}
}

func printShippingOfDeploy(g *globals, s *pipelines.Shipping) {
	if s != nil && s.From != s.To {
		printShippingOf(g, s, "before")
	}
}

func tookOf(e journal.Entry) string {
	if e.Ended.IsZero() {
		return ""
	}
	return ", took " + seconds(e.Ended.Sub(e.Started).Seconds())
}

func whoIs(h journal.Holder) string {
	if h.Host == "" {
		return h.User
	}
	return strings.TrimSpace(h.User + " on " + h.Host)
}

// barWidth is how many columns the longest step has.
const barWidth = 30

// printStoryOfSteps prints the steps as bars over time.
func printStoryOfSteps(g *globals, steps []journal.StoryStep) {
	if len(steps) == 0 {
		return
	}
	s := screenOf(g)
	begin, end := steps[0].Started, steps[0].Started
	name := 0
	for _, step := range steps {
		if until := step.Started.Add(time.Duration(step.Seconds * float64(time.Second))); until.After(end) {
			end = until
		}
		name = max(name, utf8.RuneCountInString(step.Name))
	}
	all := max(end.Sub(begin).Seconds(), 0.001)
	fmt.Fprintf(g.env.Out, "%s in %s\n", report.Count(len(steps), "step"), seconds(all))
	for _, step := range steps {
		from := int(step.Started.Sub(begin).Seconds() / all * barWidth)
		long := max(1, int(step.Seconds/all*barWidth+0.5))
		from = min(from, barWidth-1)
		long = min(long, barWidth-from)
		bar := strings.Repeat("·", from) + strings.Repeat("█", long) + strings.Repeat("·", barWidth-from-long)
		symbol := s.green("✓")
		switch report.Outcome(step.Outcome) {
		case report.Failed:
			symbol, bar = s.red("✗"), s.red(bar)
		case report.Cancelled:
			symbol = s.yellow("-")
		}
		line := fmt.Sprintf("  %s %-*s  %s %7s", symbol, name, step.Name, bar, seconds(step.Seconds))
		if step.Detail != "" {
			line += "  " + s.dim(step.Detail)
		}
		if width := g.env.width(); width > 0 {
			line = cutLine(line, width)
		}
		fmt.Fprintln(g.env.Out, line)
	}
}
