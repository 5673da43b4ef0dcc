package compose_test

import (
	"cmp"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"git.example/slipway/pipelines/config"
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
    ports: [PORTS]
    stop_grace_period: 1s
    MORE
`
	const short, long = `"127.0.0.1:RANGE:80"`, `{target: 80, published: "RANGE", host_ip: 127.0.0.1, mode: host}`
	for name, test := range map[string]struct {
		ports    int
		written  string
		old, new int
		config   config.ComposeTarget
		more     string
		// kind and note are those of the second deploy; refused, in its place.
		kind, note, refused string
	}{
		"as many as containers":    {ports: 2, written: short, old: 2, new: 2, kind: "recreate web", note: "which are 2, and a release beside the one before needs 4"},
		"enough for two":           {ports: 4, written: long, old: 2, new: 2, kind: "replace web"},
		"fewer containers":         {ports: 3, written: long, old: 3, new: 1, kind: "recreate web", note: "which are 3, and a release beside the one before needs 4"},
		"more containers":          {ports: 3, written: short, old: 1, new: 2, kind: "replace web"},
		"more than there are":      {ports: 2, written: short, old: 2, new: 3, refused: `service "web" can't run 3 times: it publishes the host ports`},
		"both of one service":      {ports: 4, written: short + `, "127.0.0.1:RANGE:81"`, old: 2, new: 2, kind: "recreate web", note: "which are 4, and a release beside the one before needs 4"},
		"beside one of UDP":        {ports: 4, written: short + `, "127.0.0.1:RANGE:53/udp"`, old: 2, new: 2, kind: "replace web"},
		"blue-green":               {ports: 2, written: short, old: 2, new: 2, config: config.ComposeTarget{Strategy: config.BlueGreen}, kind: "recreate web", note: "which are 2"},
		"the file says that it is": {ports: 2, written: short, old: 2, new: 2, more: "deploy: {update_config: {order: start-first}}", kind: "recreate web", note: "which are 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needDocker(t)
			first := freeRange(t, test.ports)
			ports := strings.ReplaceAll(test.written, "RANGE", fmt.Sprintf("%d-%d", first, first+test.ports-1))
			s := newStack(t, strings.NewReplacer("PORTS", ports, "MORE", test.more).Replace(file))
			s.Config.Strategy = cmp.Or(test.config.Strategy, s.Config.Strategy)
			s.image("1", "web", "ok")
			s.image("2", "web", "ok")
			s.Config.Scale = config.Map[int]{{Name: "web", Value: test.old}}
			s.mustDeploy("1")
			s.Config.Scale = config.Map[int]{{Name: "web", Value: test.new}}
			result, err := s.deploy("2")
			if test.refused != "" {
				if err == nil || !strings.Contains(err.Error(), test.refused) {
					t.Errorf("error %v, want %q", err, test.refused)
				}
				if want := strings.TrimSpace(strings.Repeat("1 ", test.old)); s.version("web") != want {
					t.Errorf("web serves %q, want %q", s.version("web"), want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			plan := result.Plans[0]
			if got := kinds(plan); len(got) != 1 || got[0] != test.kind || !strings.Contains(plan.Changes[0].Note, test.note) {
				t.Errorf("plan: %v: %s", got, plan.Changes[0].Note)
			}
			if want := strings.TrimSpace(strings.Repeat("2 ", test.new)); s.version("web") != want {
				t.Errorf("web serves %q, want %q", s.version("web"), want)
			}
		})
	}
}
