package journal

import (
	"fmt"
	"strings"
	"time"
)

// LockInfo is who holds an environment's lock.
type LockInfo struct {
	// N is the fencing number: it only grows, and the greatest one holds.
	N  int    `json:"n"`
	By Holder `json:"by"`
	// Release is the tag that is deployed.
	Release string    `json:"release,omitempty"`
	Since   time.Time `json:"since"`
	// Message is why somebody locked by hand.
	Message string `json:"message,omitempty"`
	// Manual locks never expire.
	Manual  bool    `json:"manual,omitempty"`
	Process process `json:"process"`
}

// Abandoned says that its holder has ended for sure, without giving it back.
func (i LockInfo) Abandoned() bool { return !i.Manual && i.Process.ended() }

func (i LockInfo) String() string {
	var b strings.Builder
	who := i.By.User
	if who == "" {
		who = "somebody"
	}
	b.WriteString(who)
	if i.By.Host != "" {
		fmt.Fprintf(&b, " on %s", i.By.Host)
	}
	if i.Release != "" {
		fmt.Fprintf(&b, ", deploying %s", i.Release)
	}
	if !i.Since.IsZero() {
		fmt.Fprintf(&b, ", since %s", i.Since.UTC().Format(time.RFC3339))
	}
	if i.By.RunURL != "" {
		fmt.Fprintf(&b, ", %s", i.By.RunURL)
	}
	if i.Message != "" {
		fmt.Fprintf(&b, ": %s", i.Message)
	}
	return b.String()
}

// Locked is the error when somebody else holds the lock.
type Locked struct{ Info LockInfo }

func (e *Locked) Error() string {
	if e.Info.Manual {
		return fmt.Sprintf("locking the environment: locked by hand by %s; free it with `slipway unlock`", e.Info)
	}
	return fmt.Sprintf("locking the environment: held by %s; wait for it to end (--lock-wait waits)", e.Info)
}
