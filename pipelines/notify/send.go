package notify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nicholas-fedor/shoutrrr"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"git.example/slipway/pipelines/secrets"
)

// patience is how long a service may take: a deploy waits for it at its end.
const patience = 10 * time.Second

// Channel is a service that is told.
type Channel struct {
	// Name is what slipway.yaml calls it: the reference to its URL.
	Name string
	URL  secrets.Value
}

// Send tells all channels at once, and waits for none longer than ten seconds. The
// errors name the channels, never their URLs.
func Send(ctx context.Context, channels []Channel, m Message) []error {
	errs := make([]error, len(channels))
	var sending sync.WaitGroup
	for i, c := range channels {
		sending.Go(func() {
			if err := send(ctx, c, m); err != nil {
				errs[i] = fmt.Errorf("notifying %s of %q: %w", c.Name, m.Event, err)
			}
		})
	}
	sending.Wait()
	return slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}

func send(ctx context.Context, c Channel, m Message) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- deliver(c.URL.Reveal(), m) }() // the library takes no context: it ends by its own timeout
	select {
	case <-ctx.Done():
		return errors.New("no answer in time")
	case err := <-done:
		return scrubbed(err, c.URL.Reveal())
	}
}

func deliver(raw string, m Message) error {
	sender, err := shoutrrr.CreateSender(service(strings.TrimSpace(raw)))
	if err != nil {
		return err
	}
	return errors.Join(sender.Send(m.Title()+"\n"+m.Text(), &types.Params{"title": m.Title()})...)
}

// service is the library's URL of a webhook's address: people paste what Slack, Discord
// and Teams show. Any other address gets JSON with a title and a message.
func service(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return raw
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	switch {
	case u.Host == "hooks.slack.com" && len(parts) == 4 && parts[0] == "services":
		return fmt.Sprintf("slack://hook:%s-%s-%s@webhook", parts[1], parts[2], parts[3])
	case (u.Host == "discord.com" || u.Host == "discordapp.com") && len(parts) == 4 && parts[1] == "webhooks":
		return fmt.Sprintf("discord://%s@%s", parts[3], parts[2])
	case strings.HasSuffix(u.Host, ".webhook.office.com"):
		return "teams+" + raw
	}
	query := u.Query()
	if !query.Has("template") {
		query.Set("template", "json")
	}
	u.RawQuery = query.Encode()
	return "generic+" + u.String()
}

// secretPart is how short a part of a URL may be that could be a secret.
const secretPart = 6

// scrubbed is an error of the library's without anything of the URL but its service: it
// names URLs whole, and makes others of their parts.
func scrubbed(err error, raw string) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	parts := []string{raw, service(raw)}
	for _, whole := range []string{raw, service(raw)} {
		parts = append(parts, strings.FieldsFunc(whole, func(r rune) bool { return strings.ContainsRune("/:@?&=-+.#%", r) })...)
		if u, err := url.Parse(whole); err == nil {
			password, _ := u.User.Password()
			parts = append(parts, u.Host, u.Path, u.User.Username(), password, u.RawQuery)
			for _, values := range u.Query() {
				parts = append(parts, values...)
			}
		}
	}
	for i, part := range parts {
		if decoded, err := url.PathUnescape(part); err == nil {
			parts[i] = decoded
			parts = append(parts, part)
		}
	}
	slices.SortFunc(parts, func(a, b string) int { return len(b) - len(a) })
	for _, part := range parts {
		if len(part) >= secretPart && !slices.Contains(harmless, part) {
			text = strings.ReplaceAll(text, part, "…")
		}
	}
	return errors.New(cut(strings.Join(strings.Fields(text), " "), longReason))
}

// harmless are words of URLs that are no secrets.
var harmless = []string{"generic", "discord", "webhook", "webhooks", "services", "template", "telegram", "mattermost", "rocketchat"}
