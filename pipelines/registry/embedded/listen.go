package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"
)

// idHeader names the directory that a registry serves.
const idHeader = "X-Slipway-Registry"

// listen opens the address, alone or beside others that serve the same
// directory. The listener is nil where another process serves it for all.
func listen(ctx context.Context, address, id string) (net.Listener, error) {
	// The first one takes the address for itself, which only one can, and opens
	// it to others afterwards. So two that start at once can't both be the first.
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err == nil {
		if err := share(listener); err != nil {
			_ = listener.Close()
			return nil, fmt.Errorf("sharing %s: %w", address, err)
		}
		return listener, nil
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return nil, err
	}
	if err := identify(ctx, address, id); err != nil {
		return nil, err
	}
	return join(ctx, address)
}

// identify makes sure that who listens on address serves our directory.
func identify(ctx context.Context, address, id string) error {
	var answer error
	for range 5 { // one that starts up just now needs a moment
		if answer = ask(ctx, address, id); answer == nil || !errors.Is(answer, errNoAnswer) {
			return answer
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(100 * time.Millisecond):
		}
	}
	return answer
}

var errNoAnswer = errors.New("it does not answer as a registry")

func ask(ctx context.Context, address, id string) error {
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/v2/", nil)
	if err != nil {
		return err
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return taken(address, errNoAnswer)
	}
	_ = resp.Body.Close()
	switch resp.Header.Get(idHeader) {
	case id:
		return nil
	case "":
		return taken(address, errors.New("it is another program"))
	}
	return taken(address, errors.New("it is a Slipway registry with another directory"))
}

func taken(address string, why error) error {
	return fmt.Errorf("%s is in use by another service: %w; end it, or set another \"address\" for the embedded registry in slipway.yaml", address, why)
}
