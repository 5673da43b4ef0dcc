package rollout

import (
	"errors"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/foreign"
)

// Bundle is everything that there is to know of the failure, as Markdown for
// the summary of a CI run: why, what runs now, and of every host that failed
// the facts. Secrets are still in it.
func (e *Failure) Bundle() string {
	var b strings.Builder
	first, _, _ := strings.Cut(e.Error(), "\n")
	fmt.Fprintf(&b, "## Release %s was not deployed\n\n%s\n", inText(e.Tag), inText(first))
	hosts := deploy.FailedHosts(e.Err)
	if len(hosts) == 0 {
		b.WriteString(facts(e.Err))
	}
	for _, h := range hosts {
		reason, _, _ := strings.Cut(h.Err.Error(), "\n")
		fmt.Fprintf(&b, "\n### %s\n\n%s\n%s", inText(h.Host), inText(reason), facts(h.Err))
	}
	if e.ReturnErr != nil {
		fmt.Fprintf(&b, "\n### Going back\n%s", block(e.ReturnErr.Error()))
	}
	return b.String()
}

// facts are what an error tells below its first line.
func facts(err error) string {
	var stopped *deploy.Stopped
	if errors.As(err, &stopped) {
		return fmt.Sprintf("\nService `%s`, container `%s`\n%s", inCode(stopped.Subject), inCode(stopped.Container), block(strings.Join(stopped.Facts, "\n")))
	}
	_, rest, _ := strings.Cut(err.Error(), "\n")
	if strings.TrimSpace(rest) == "" {
		return ""
	}
	return block(rest)
}

// inText is text that can be read in Markdown as it is: it makes no link, image or
// HTML. Commands in backquotes stay.
func inText(text string) string { return markup.Replace(foreign.Line(text)) }

var markup = strings.NewReplacer("&", "&amp;", "<", "&lt;", "[", `\[`, "]", `\]`)

// inCode is text between backquotes.
func inCode(text string) string { return strings.ReplaceAll(foreign.Line(text), "`", "'") }

// block is text as it is. Its fence is longer than any in the text.
func block(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return "\n" + fence + "\n" + strings.TrimRight(text, "\n") + "\n" + fence + "\n"
}
