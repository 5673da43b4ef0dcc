package rehearsal

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
)

// Stages are where a rehearsal makes its files: a directory beside or in each
// place that a deploy writes to. A program on the host waits for the end of the
// rehearsal and removes them; when this process is killed that is the end, too.
type Stages struct {
	host deploy.Host
	name string
	// User is who logs in there.
	User   string
	places map[string]place
	// tried is what came of writing files, by the directory that the stage is in.
	tried map[string]error

	input   *io.PipeWriter // its end is the rehearsal's
	ended   chan struct{}
	removed error
	cleared []string
}

// place is a directory that a deploy writes to, or makes.
type place struct {
	// near is the nearest directory that there is; owner reads as "root:root drwxr-xr-x".
	near, owner string
	// problem is why nothing can be made there; empty when there is a stage.
	problem string
}

// stagePrefix begins the names of stages: what a killed rehearsal left is known by it.
const stagePrefix = ".slipway-setup-"

// stageScript makes the stages named $1 for the places that follow. It says who
// runs it, what a killed rehearsal had left, and of each place where the stage is;
// then it waits, unless $2 is no.
const stageScript = `
export LC_ALL=C
name=$1 wait=$2; shift 2
say() { printf '%s\0' "$@"; }
boot() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo unknown; }
nearest() {
	near=$1 blocked=
	while [ ! -d "$near" ]; do
		if [ -e "$near" ]; then blocked="$near is there, and no directory"
		elif [ -L "$near" ]; then blocked="$near is a link to what is not there, and no directory"; fi
		near=${near%/*}; [ -n "$near" ] || near=/
	done
}
remove() {
	[ ! -s "$1/container" ] || docker rm -f -v "$(cat "$1/container")" >/dev/null 2>&1 </dev/null
	[ ! -s "$1/image" ] || docker image rm "$(cat "$1/image")" >/dev/null 2>&1 </dev/null
	rm -rf "$1"
}
abandoned() {
	pid=; by=
	if [ ! -f "$1/by" ]; then [ -n "$(find "$1" -prune -mmin +10 2>/dev/null)" ]; return; fi
	read -r pid by <"$1/by"
	[ "$by" != "$(boot)" ] || ! kill -0 "$pid" 2>/dev/null
}
# A deploy may have made some of the directories meanwhile.
end() {
	for place; do
		while :; do
			[ ! -d "$place/$name" ] || remove "$place/$name"
			[ -n "$place" ] || break
			place=${place%/*}
		done
	done
}
trap 'exit 1' HUP INT TERM
[ "$wait" = no ] || trap 'end "$@"' EXIT
say user "$(id -un 2>/dev/null)"
for place; do
	nearest "$place"
	for old in "$near"/` + stagePrefix + `*; do
		[ -d "$old" ] && [ "$old" != "$near/$name" ] && abandoned "$old" || continue
		remove "$old"; [ -e "$old" ] || say cleared "$old"
	done
	problem=$blocked
	if [ -n "$problem" ]; then :
	elif [ ! -d "$near/$name" ] && problem=$(mkdir "$near/$name" 2>&1) && [ "$wait" != no ]; then
		problem=$( { echo "$$ $(boot)" >"$near/$name/by"; } 2>&1)
	fi
	say place "$place" "$near" "$(ls -ld "$near" 2>/dev/null | { read -r mode _ user group _; echo "$user:$group $mode"; })" "$problem"
done
say ready
[ "$wait" = no ] || cat >/dev/null
`

// Open makes a stage for each place. Sessions are how many programs the host runs at
// once for us: one that runs few gets nobody who waits, and Close removes the stages.
func Open(ctx context.Context, h deploy.Host, places []string, sessions int) (*Stages, error) {
	s := &Stages{host: h, name: stagePrefix + strings.ToLower(rand.Text()[:10]), places: map[string]place{}, tried: map[string]error{}, ended: make(chan struct{})}
	wait := "yes"
	const enough = 4 // files, who waits, a program, and one to end it
	if sessions < enough {
		wait = "no"
	}
	input, end := io.Pipe()
	s.input = end
	said := &saying{ready: make(chan struct{})}
	var errs bytes.Buffer
	running, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	go func() {
		defer close(s.ended)
		defer stop(nil)
		s.removed = h.Run(running, command.Command{
			Args: append([]string{"sh", "-c", stageScript, "sh", s.name, wait}, places...), Stdin: input, Detached: true,
		}, said, &errs)
		input.CloseWithError(io.ErrClosedPipe)
	}()
	select {
	case <-said.ready:
	case <-s.ended:
	case <-ctx.Done():
		s.input.Close()
		stop(context.Cause(ctx))
		return nil, context.Cause(ctx)
	}
	s.read(said.text())
	if len(s.places) < len(unique(places)) {
		s.input.Close()
		<-s.ended
		return nil, fmt.Errorf("making directories: %w", errors.Join(s.removed, errors.New(strings.TrimSpace(errs.String()))))
	}
	return s, nil
}

// read takes what stageScript says.
func (s *Stages) read(text string) {
	words := strings.Split(text, "\x00")
	for i := 0; i < len(words); i++ {
		switch {
		case words[i] == "user" && i+1 < len(words):
			s.User = words[i+1]
			i++
		case words[i] == "cleared" && i+1 < len(words):
			s.cleared = append(s.cleared, words[i+1])
			i++
		case words[i] == "place" && i+4 < len(words):
			s.places[words[i+1]] = place{near: words[i+2], owner: words[i+3], problem: words[i+4]}
			i += 4
		}
	}
}

// Dir is the stage of a place, and the nearest directory that there is; empty when
// nothing can be made there.
func (s *Stages) Dir(of string) string {
	if p := s.places[of]; p.problem == "" && p.near != "" {
		return path.Join(p.near, s.name)
	}
	return ""
}

// Cleared are the stages that a killed rehearsal had left, which are gone now.
func (s *Stages) Cleared() []string { return s.cleared }

// closeTime is how long the host has for removing the stages.
const closeTime = 30 * time.Second

// Close removes the stages, also when ctx was cancelled. What is still there is an
// error.
func (s *Stages) Close(ctx context.Context) error {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer done()
	s.input.Close()
	select {
	case <-s.ended:
	case <-ctx.Done():
	}
	var errs []error
	for _, p := range s.places {
		if p.problem == "" {
			errs = append(errs, s.host.Remove(ctx, path.Join(p.near, s.name)))
		}
	}
	return errors.Join(errs...)
}

// saying is what stageScript has said until now.
type saying struct {
	ready chan struct{}
	mu    sync.Mutex
	kept  []byte
	said  bool
}

func (s *saying) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, p...)
	if !s.said && bytes.HasSuffix(s.kept, []byte("ready\x00")) {
		s.said = true
		close(s.ready)
	}
	return len(p), nil
}

func (s *saying) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.kept)
}

func unique(all []string) map[string]bool {
	found := map[string]bool{}
	for _, one := range all {
		found[one] = true
	}
	return found
}
