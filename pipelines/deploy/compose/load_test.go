package compose_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/internal/longtest"
	"git.example/slipway/internal/waittest"
	"git.example/slipway/pipelines/config"
)

// requestsAtLeast are sent through the proxy during the deploys of a test.
const requestsAtLeast = 5000

// wrkScript counts, and shows what is no good answer.
const wrkScript = `
local n = 0
function response(status, headers, body)
  n = n + 1
  if n % 250 == 0 then io.write("count ", n, "\n"); io.flush() end
  if status ~= 200 then io.write("status ", status, " ", body, "\n"); io.flush() end
end
`

// load is steady load on an address.
type load struct {
	t      *testing.T
	cmd    *exec.Cmd
	count  atomic.Int64
	before int64 // count when the last phase ended
	output bytes.Buffer
	ended  chan struct{}
}

// startLoad sends requests until stop. With keep, connections are kept alive.
func startLoad(t *testing.T, address string, keep bool) *load {
	t.Helper()
	path, err := exec.LookPath("wrk")
	if err != nil {
		t.Skip("needs wrk (package wrk)")
	}
	script := filepath.Join(t.TempDir(), "count.lua")
	write(t, filepath.Dir(script), filepath.Base(script), wrkScript)
	args := []string{"-t", "1", "-c", "16", "-d", "10m", "--timeout", "5s", "-s", script}
	if !keep {
		args = append(args, "-H", "Connection: close")
	}
	l := &load{t: t, cmd: exec.Command(path, append(args, "http://"+address+"/")...), ended: make(chan struct{})}
	out, err := l.cmd.StdoutPipe()
	if err == nil {
		err = l.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.cmd.Process.Kill(); <-l.ended })
	go func() {
		defer close(l.ended)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if text, ok := strings.CutPrefix(lines.Text(), "count "); ok {
				n, _ := strconv.ParseInt(text, 10, 64)
				l.count.Store(n)
			} else {
				l.output.WriteString(lines.Text() + "\n")
			}
		}
		l.cmd.Wait()
	}()
	return l
}

var (
	wrkSockets = regexp.MustCompile(`Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)`)
	wrkStatus  = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)`)
)

// stop ends the load once it was enough, and wants every request answered.
func (l *load) stop() {
	l.t.Helper()
	if !waittest.Within(2*time.Minute, func() bool { return l.count.Load() >= requestsAtLeast }) {
		l.t.Fatalf("only %d requests were answered", l.count.Load())
	}
	l.cmd.Process.Signal(syscall.SIGINT) // it prints its summary
	<-l.ended
	report := l.output.String()
	if !strings.Contains(report, "requests in") {
		l.t.Fatalf("wrk has no summary:\n%s", report)
	}
	if failed := wrkSockets.FindString(report) + wrkStatus.FindString(report); failed != "" {
		l.t.Errorf("requests failed: %s\n%s", failed, report)
	}
	l.t.Logf("%d requests", l.count.Load())
}

// passed logs how many requests were answered in a phase that has ended.
func (l *load) passed(phase string) {
	l.t.Helper()
	now := l.count.Load()
	l.t.Logf("%s: %d requests", phase, now-l.before)
	l.before = now
}

// proxied is a stack of an example, whose target is the one of its slipway.yaml.
func proxied(t *testing.T, example string, strategy config.Strategy) (s *stack, address string) {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "examples", example)
	s = newStack(t, "")
	loaded, err := config.Load(filepath.Join(dir, "slipway.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	project := s.Config.Project
	s.Config = *loaded.Environments[0].Value.Deploy[0].Value.Compose
	s.Config.Project, s.Config.Strategy = project, strategy
	s.Files = map[string]string{}
	for _, name := range []string{s.Config.File[0], s.Config.Switch.Template} {
		s.Files[name] = strings.ReplaceAll(read(t, dir, name), "/behind-"+example+"/", "/"+s.Project+"/")
	}
	address = "127.0.0.1:" + freePort(t)
	write(t, s.Dir, ".env", "ADDRESS="+address+"\nNGINX_IMAGE="+nginxImage+"\nCADDY_IMAGE="+caddyImage+"\n")
	return s, address
}

// answers waits until the proxy answers with a release.
func answers(t *testing.T, address, release string) {
	t.Helper()
	last := ""
	if !waittest.Within(10*time.Second, func() bool {
		answer, err := http.Get("http://" + address + "/")
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		last = strings.TrimSpace(string(body))
		return last == release
	}) {
		t.Fatalf("the proxy answers %q, want %q", last, release)
	}
}

// Under steady load, a good release takes over and a bad one does not, and no
// request fails: the bad one listens, and answers nothing but errors.
func TestNoRequestFailsWithASwitch(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	for _, proxy := range []string{"nginx", "caddy"} {
		for _, strategy := range []config.Strategy{config.Rolling, config.BlueGreen} {
			t.Run(proxy+" "+string(strategy), func(t *testing.T) { // one at a time: the load is to be on one
				needDocker(t)
				map[string]func(*testing.T){"nginx": needNginx, "caddy": needCaddy}[proxy](t)
				s, address := proxied(t, proxy, strategy)
				s.server("1", "web", "ok")
				s.server("2", "web", "ok")
				s.server("3", "web", "broken")
				s.mustDeploy("1")
				answers(t, address, "1")
				load := startLoad(t, address, false) // a reload closes idle connections, see docs/zero-downtime.md
				kept := startKept(t, address)
				second := s.mustDeploy("2")
				if want := []string{"replace web", "switch proxy"}; !cmp.Equal(kinds(second.Plans[0]), want) {
					t.Errorf("plan %v, want %v", kinds(second.Plans[0]), want)
				}
				answers(t, address, "2")
				load.passed("good release")
				s.Config.HealthTimeout = config.Duration(3 * time.Second)
				if _, err := s.deploy("3"); err == nil {
					t.Error("a release that is not healthy was deployed")
				}
				answers(t, address, "2")
				load.passed("bad release")
				live := "2"
				if strategy == config.BlueGreen {
					if _, err := deploytest.Rollback(t, s.deployment("2"), ""); err != nil {
						t.Error(err)
					}
					live = "1"
				}
				answers(t, address, live)
				load.stop()
				kept.stop()
				if n := len(s.containers("web")); n != 2 {
					t.Errorf("web has %d containers, want the 2 of scale", n)
				}
				if again := s.mustDeploy(live); !again.Plans[0].Empty() {
					t.Errorf("deploying the same again changes %v", again.Plans[0].Changes)
				}
			})
		}
	}
}

// kept is a client that keeps its connections, as HTTP wants it: it sends a
// request again when its connection was closed before an answer began.
type kept struct {
	t          *testing.T
	quit, done chan struct{}
	count      int
	failed     []string
}

func startKept(t *testing.T, address string) *kept {
	k := &kept{t: t, quit: make(chan struct{}), done: make(chan struct{})}
	client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	go func() {
		defer close(k.done)
		for {
			select {
			case <-k.quit:
				return
			default:
			}
			k.count++
			answer, err := client.Get("http://" + address + "/")
			if err != nil {
				k.failed = append(k.failed, err.Error())
				continue
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				k.failed = append(k.failed, answer.Status)
			}
		}
	}()
	t.Cleanup(k.end)
	return k
}

func (k *kept) end() {
	select {
	case <-k.quit:
	default:
		close(k.quit)
	}
	<-k.done
}

func (k *kept) stop() {
	k.t.Helper()
	k.end()
	if len(k.failed) > 0 {
		k.t.Errorf("%d of %d requests on kept connections failed: %v", len(k.failed), k.count, k.failed)
	}
}

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// documented is the stack of docs/zero-downtime.md whose proxy's configuration
// has that text.
func documented(t *testing.T, text string) string {
	t.Helper()
	for _, block := range yamlBlock.FindAllStringSubmatch(read(t, filepath.Join("..", "..", "..", "docs"), "zero-downtime.md"), -1) {
		if strings.Contains(block[1], text) {
			return block[1]
		}
	}
	t.Fatalf("docs/zero-downtime.md has no block with %q", text)
	return ""
}

// The same without a switch, with proxies that follow Docker's DNS. They close
// no connections, so these are kept. The bad release listens to nothing.
func TestNoRequestFailsByDNS(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	proxies := map[string]struct {
		need     func(*testing.T)
		text     string
		strategy config.Strategy // with one service the other one does the same
	}{"nginx": {needNginx, "resolver", config.Rolling}, "caddy": {needCaddy, "dynamic a", config.BlueGreen}}
	for name, proxy := range proxies {
		t.Run(name, func(t *testing.T) {
			needDocker(t)
			proxy.need(t)
			s := newStack(t, documented(t, proxy.text))
			s.Config.Strategy, s.Config.Drain = proxy.strategy, config.Duration(3*time.Second)
			address := "127.0.0.1:" + freePort(t)
			write(t, s.Dir, ".env", "ADDRESS="+address+"\nNGINX_IMAGE="+nginxImage+"\nCADDY_IMAGE="+caddyImage+"\n")
			s.server("1", "web", "ok")
			s.server("2", "web", "ok")
			s.server("3", "web", "silent")
			s.mustDeploy("1")
			answers(t, address, "1")
			load := startLoad(t, address, true)
			s.mustDeploy("2")
			answers(t, address, "2")
			load.passed("good release")
			s.Config.HealthTimeout = config.Duration(3 * time.Second)
			if _, err := s.deploy("3"); err == nil {
				t.Error("a release that is not healthy was deployed")
			}
			answers(t, address, "2")
			load.passed("bad release")
			load.stop()
		})
	}
}
