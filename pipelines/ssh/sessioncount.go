package ssh

import (
	"context"
	"errors"
	"time"

	xssh "golang.org/x/crypto/ssh"
)

// Sessions opens as many sessions on the connection as are ever used at once, ends
// them, and says how many there were of how many. A host that allows fewer is
// asked for no more than it allows.
func (h *Host) Sessions(ctx context.Context) (allowed, wanted int, err error) {
	conn, err := h.to.connect(ctx)
	if err != nil {
		return 0, sessionsAtOnce, err
	}
	allowed = conn.slots.count(0)
	for refusals := 0; allowed < sessionsAtOnce; {
		channel, requests, err := conn.open(ctx)
		var refused *xssh.OpenChannelError
		if errors.As(err, &refused) {
			// The host may still be about to end one that we saw the end of.
			if refusals++; refusals > 5 {
				break
			}
			if err := conn.pause(ctx, time.Duration(refusals)*10*time.Millisecond); err != nil {
				return allowed, sessionsAtOnce, err
			}
			continue
		}
		if err != nil {
			return allowed, sessionsAtOnce, err
		}
		allowed++
		defer channel.Close()
		go xssh.DiscardRequests(requests)
	}
	return allowed, sessionsAtOnce, nil
}
