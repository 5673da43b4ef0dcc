package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"git.example/slipway/pipelines"
)

// confirm shows the plan and asks at a terminal before a protected environment is
// changed. Where nobody can answer, nobody is asked: CI.
func (g *globals) confirm(yes bool) func(ctx context.Context, question pipelines.Question) error {
	if yes || !g.env.InTerminal || !g.env.ErrTerminal {
		return nil
	}
	return func(ctx context.Context, question pipelines.Question) (err error) {
		ask := func() {
			fmt.Fprintln(g.env.Err)
			printPlan(onErr(g), question.Planned)
			err = askFor(g, ctx, question.Text)
		}
		if g.pause == nil {
			ask()
		} else {
			g.pause(ask) // nothing that moves may draw over the question
		}
		return err
	}
}

// askFor asks for a yes.
func askFor(g *globals, ctx context.Context, question string) error {
	fmt.Fprintf(g.env.Err, "%s [y/N] ", screen{g.env.color(g.env.ErrTerminal)}.bold(question))
	answer := make(chan string, 1)
	go func() { // reading ends with the process when nobody answers
		line, err := bufio.NewReader(g.env.In).ReadString('\n') // the end of the input is a no
		if errors.Is(err, io.EOF) {
			fmt.Fprintln(g.env.Err)
		}
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(g.env.Err)
		return context.Cause(ctx)
	case a := <-answer:
		if a != "y" && a != "yes" {
			return errors.New("nothing was changed: the answer was no")
		}
		return nil
	}
}

// onErr prints what others print as a result to standard error, such as a plan that is
// asked about.
func onErr(g *globals) *globals {
	other := *g
	other.env.Out, other.env.OutTerminal = g.env.Err, g.env.ErrTerminal
	return &other
}
