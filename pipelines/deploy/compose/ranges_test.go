package compose_test

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
)

// freeRange is the first of so many host ports that are free, one after the other.
func freeRange(t *testing.T, n int) int {
	t.Helper()
	for range 50 {
		first, err := strconv.Atoi(freePort(t))
		if err != nil {
			t.Fatal(err)
		}
		free := 0
		for ; free < n; free++ {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", first+free))
			if err != nil {
				break
			}
			l.Close()
		}
		if free == n {
			return first
		}
	}
	t.Skip("no free ports one after the other")
	return 0
}

func TestPortRanges(t *testing.T) {
	t.Parallel()
	const file = `
services:
  web:
    image: ${WEB_REPOSITORY}:${DEPLOY_TAG}
    init: true
    ports: ["127.0.0.1:FIRST-LAST:80"]
    scale: SCALE
    stop_grace_period: 1s
`
	for name, test := range map[string]struct {
		ports      int
		old, new   int
		kind, note string
	}{
		"as many as containers": {ports: 2, old: 2, new: 2, kind: "recreate web", note: "which are 2, and a release beside the one before needs 4"},
		"enough for two":        {ports: 4, old: 2, new: 2, kind: "replace web"},
		"fewer containers":      {ports: 3, old: 3, new: 1, kind: "recreate web", note: "which are 3, and a release beside the one before needs 4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needDocker(t)
			first := freeRange(t, test.ports)
			of := func(scale int) string {
				return strings.NewReplacer("FIRST", strconv.Itoa(first), "LAST", strconv.Itoa(first+test.ports-1), "SCALE", strconv.Itoa(scale)).Replace(file)
			}
			s := newStack(t, of(test.old))
			s.image("1", "web", "ok")
			s.image("2", "web", "ok")
			s.mustDeploy("1")
			s.Files["compose.yml"] = of(test.new)
			plan := s.mustDeploy("2").Plans[0]
			if got := kinds(plan); len(got) != 1 || got[0] != test.kind || !strings.Contains(plan.Changes[0].Note, test.note) {
				t.Errorf("plan: %v: %s", got, plan.Changes[0].Note)
			}
			if want := strings.TrimSpace(strings.Repeat("2 ", test.new)); s.version("web") != want {
				t.Errorf("web serves %q, want %q", s.version("web"), want)
			}
		})
	}
}
