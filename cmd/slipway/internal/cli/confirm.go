package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
)

// confirm asks at a terminal before a protected environment is changed. Where
// nobody can answer, nobody is asked: CI.
func (g *globals) confirm(yes bool) func(ctx context.Context, question string) error {
	if yes || !g.env.InTerminal || !g.env.ErrTerminal {
		return nil
	}
	return func(ctx context.Context, question string) error {
		fmt.Fprintf(g.env.Err, "\n%s [y/N] ", question)
		answer := make(chan string, 1)
		go func() { // reading ends with the process when nobody answers
			line, _ := bufio.NewReader(g.env.In).ReadString('\n') // the end of the input is a no
			answer <- strings.ToLower(strings.TrimSpace(line))
		}()
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case a := <-answer:
			if a != "y" && a != "yes" {
				return errors.New("nothing was changed: the answer was no")
			}
			return nil
		}
	}
}
