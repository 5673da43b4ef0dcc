package deploy

import (
	"errors"
	"fmt"
	"strings"
)

// HostError is what failed on one host.
type HostError struct {
	// Host is its name in messages.
	Host string
	Err  error
}

func (e *HostError) Error() string { return fmt.Sprintf("host %s: %v", e.Host, e.Err) }

// Unwrap gives the reason.
func (e *HostError) Unwrap() error { return e.Err }

// reason is the first line of the reason, without the host's name: what several
// hosts can have in common.
func (e *HostError) reason() string {
	first, _, _ := strings.Cut(e.Err.Error(), "\n")
	return strings.ReplaceAll(first, e.Host, "")
}

// HostErrors are what failed on several hosts, in the hosts' order. Hosts with
// the same reason are one line of the message.
type HostErrors []*HostError

// hostsInError is how many hosts an error names, and of how many of those with
// the same reason it tells all the facts.
const hostsInError = 3

// reasonsInError is how many different reasons an error tells.
const reasonsInError = 4

// Error names every reason in its first line; the facts follow, by host.
func (e HostErrors) Error() string {
	var reasons []string
	groups := map[string][]*HostError{}
	for _, h := range e {
		reason := h.reason()
		if groups[reason] == nil {
			reasons = append(reasons, reason)
		}
		groups[reason] = append(groups[reason], h)
	}
	var first, facts strings.Builder
	for i, reason := range reasons {
		if i == reasonsInError {
			fmt.Fprintf(&first, "; and %d other reasons", len(reasons)-i)
			break
		}
		if i > 0 {
			first.WriteString("; ")
		}
		told, _, _ := strings.Cut(groups[reason][0].Err.Error(), "\n")
		fmt.Fprintf(&first, "%s: %s", hostList(groups[reason]), told)
		for _, h := range groups[reason][:min(len(groups[reason]), hostsInError)] {
			_, rest, _ := strings.Cut(h.Err.Error(), "\n")
			for line := range strings.Lines(rest) {
				fmt.Fprintf(&facts, "\n  %s | %s", h.Host, strings.TrimSpace(line))
			}
		}
	}
	return first.String() + facts.String()
}

// Unwrap gives every host's error.
func (e HostErrors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, h := range e {
		errs[i] = h
	}
	return errs
}

// FailedHosts are the hosts' errors in err; none when it is another one.
func FailedHosts(err error) HostErrors {
	var hosts HostErrors
	errors.As(err, &hosts)
	return hosts
}

// hostList reads as "host app1" or "48 hosts (app3, app4, app5, …)".
func hostList(hosts []*HostError) string {
	if len(hosts) == 1 {
		return "host " + hosts[0].Host
	}
	var names []string
	for _, h := range hosts[:min(len(hosts), hostsInError)] {
		names = append(names, h.Host)
	}
	if len(hosts) > hostsInError {
		names = append(names, "…")
	}
	return fmt.Sprintf("%d hosts (%s)", len(hosts), strings.Join(names, ", "))
}

// ShortHosts reads as "app1", "app1, app2" or "app1, app2 +48".
func ShortHosts(hosts []string) string {
	const shown = 2
	if len(hosts) <= shown {
		return strings.Join(hosts, ", ")
	}
	return fmt.Sprintf("%s +%d", strings.Join(hosts[:shown], ", "), len(hosts)-shown)
}
