package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"git.example/slipway/internal/waittest"
	"git.example/slipway/pipelines/registry/embedded"
)

// TestMain lets the test binary stand for another command that serves the
// registry until its input ends.
func TestMain(m *testing.M) {
	if address := os.Getenv("TEST_SERVE_ADDRESS"); address != "" {
		server, err := embedded.Serve(context.Background(), embedded.Options{Address: address, Dir: os.Getenv("TEST_SERVE_DIR")})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("serving")
		_, _ = bufio.NewReader(os.Stdin).ReadByte()
		if err := server.Close(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// process is another command that serves the registry.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	close func()
}

func startProcess(t *testing.T, address, dir string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TEST_SERVE_ADDRESS="+address, "TEST_SERVE_DIR="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: cmd, close: func() { _ = stdin.Close() }}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || line != "serving\n" {
		t.Fatalf("the other command said %q, %v", line, err)
	}
	return p
}

func (p *process) end() {
	p.t.Helper()
	p.close()
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("the other command: %v", err)
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", anyPort)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// Commands come and go while images are pushed without a pause: no push fails.
func TestHandover(t *testing.T) {
	address, dir := freeAddress(t), t.TempDir()
	current := startProcess(t, address, dir)
	stop := make(chan struct{})
	var pushing sync.WaitGroup
	var mu sync.Mutex
	pushed := map[string]string{}
	for worker := range 2 {
		pushing.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				image, err := random.Image(256<<10, 2)
				if err != nil {
					t.Error(err)
					return
				}
				ref, err := name.ParseReference(fmt.Sprintf("%s/shop/w%d:%d", address, worker, i))
				if err != nil {
					t.Error(err)
					return
				}
				if err := remote.Write(ref, image); err != nil {
					t.Errorf("pushing %s: %v", ref, err)
					return
				}
				digest, _ := image.Digest()
				mu.Lock()
				pushed[ref.String()] = digest.String()
				mu.Unlock()
			}
		})
	}
	enough := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(pushed) >= 4
	}
	for i := 0; i < 5 || i < 30 && !enough(); i++ {
		next := startProcess(t, address, dir)
		time.Sleep(100 * time.Millisecond) // so that it ends somewhere in the middle of pushes
		current.end()
		current = next
	}
	close(stop)
	pushing.Wait()
	if !enough() {
		t.Errorf("only %d images were pushed", len(pushed))
	}
	for ref, digest := range pushed {
		if got := resolve(t, ref); got != digest {
			t.Errorf("%s is %s, want %s", ref, got, digest)
		}
	}
	current.end()
}

// Many commands that start at the same moment all serve, or wait to.
func TestServersThatStartAtOnce(t *testing.T) {
	address, dir := freeAddress(t), t.TempDir()
	servers := make([]*embedded.Server, 8)
	var starting sync.WaitGroup
	for i := range servers {
		starting.Go(func() {
			server, err := embedded.Serve(t.Context(), embedded.Options{Address: address, Dir: dir})
			if err != nil {
				t.Error(err)
				return
			}
			servers[i] = server
		})
	}
	starting.Wait()
	digest := push(t, address+"/shop/api:1", 1<<16)
	for _, server := range servers {
		if got := resolve(t, address+"/shop/api:1"); got != digest {
			t.Errorf("got %s, want %s", got, digest)
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Of two directories that are served on one address at the same moment, one wins
// and the other is told so.
func TestTwoDirectoriesAtOnce(t *testing.T) {
	for range 5 {
		address := freeAddress(t)
		var starting sync.WaitGroup
		var mu sync.Mutex
		var servers []*embedded.Server
		var failures []error
		for range 2 {
			dir := t.TempDir()
			starting.Go(func() {
				server, err := embedded.Serve(t.Context(), embedded.Options{Address: address, Dir: dir})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					failures = append(failures, err)
				} else {
					servers = append(servers, server)
				}
			})
		}
		starting.Wait()
		if len(servers) != 1 || len(failures) != 1 || !strings.Contains(failures[0].Error(), "another directory") {
			t.Errorf("%d serve, errors %v", len(servers), failures)
		}
		for _, server := range servers {
			_ = server.Close()
		}
	}
}

// A command that is killed in the middle of a push leaves nothing that the next
// one trips over.
func TestKilledInAPush(t *testing.T) {
	address, dir := freeAddress(t), t.TempDir()
	for round := range 4 {
		victim := startProcess(t, address, dir)
		image, err := random.Image(4<<20, 3)
		if err != nil {
			t.Fatal(err)
		}
		ref, err := name.ParseReference(address + "/shop/api:1")
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(5+20*round)*time.Millisecond, func() { _ = victim.cmd.Process.Kill() })
		_ = remote.Write(ref, image, remote.WithRetryBackoff(remote.Backoff{Steps: 1}))
		victim.kill()

		next := startProcess(t, address, dir)
		if err := remote.Write(ref, image); err != nil {
			t.Fatalf("round %d: pushing again: %v", round, err)
		}
		digest, _ := image.Digest()
		if got := resolve(t, ref.String()); got != digest.String() {
			t.Errorf("round %d: the tag is %s, want %s", round, got, digest)
		}
		next.end()
	}
}

// Close lets the request in flight end, up to its limit.
func TestCloseDrains(t *testing.T) {
	for name, test := range map[string]struct {
		drain time.Duration
		cut   bool
	}{"in time": {10 * time.Second, false}, "too long": {100 * time.Millisecond, true}} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, embedded.Options{Address: anyPort, Dir: t.TempDir(), Drain: test.drain})
			started := make(chan struct{})
			done := make(chan error, 1)
			go func() { done <- slowUpload(server.Address(), 400*time.Millisecond, started) }()
			<-started
			err := server.Close()
			if cut := err != nil; cut != test.cut {
				t.Errorf("closing: %v", err)
			}
			if failed := <-done; (failed != nil) != test.cut {
				t.Errorf("the upload: %v", failed)
			}
		})
	}
}

func TestStaleUploadsArePurged(t *testing.T) {
	dir := t.TempDir()
	uploads := filepath.Join(dir, "docker/registry/v2/repositories/shop/api/_uploads")
	for name, age := range map[string]time.Duration{"old": 25 * time.Hour, "new": time.Hour} {
		path := filepath.Join(uploads, name)
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	server := serve(t, embedded.Options{Address: anyPort, Dir: dir})
	waittest.For(t, "the old upload to go", func() bool {
		_, err := os.Stat(filepath.Join(uploads, "old"))
		return os.IsNotExist(err)
	})
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(uploads)
	if err != nil || len(left) != 1 || left[0].Name() != "new" {
		t.Errorf("left are %v, %v, want the new one", left, err)
	}
}
