package fleet_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/sftp"
	xssh "golang.org/x/crypto/ssh"

	"git.example/slipway/internal/longtest"
	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/fleet"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/ssh"
)

// simulated is an SSH server of this process, which behaves as badly as a
// test says.
type simulated struct {
	dir  string // its files
	mu   sync.Mutex
	port int
	// delay is how long every packet to the client takes.
	delay time.Duration
	// drops are after how many bytes to the client connections are cut, one
	// after the other; later ones hold.
	drops []int
	// silent accepts connections and never answers; refuses ends them at once.
	silent, refuses bool
	connections     int
	live            []net.Conn
}

// keys are one key pair for all simulated servers and one for the client.
type keys struct {
	server xssh.Signer
	client xssh.PublicKey
	secret string
}

func newKeys(t *testing.T) keys {
	t.Helper()
	_, serverKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	server, err := xssh.NewSignerFromKey(serverKey)
	if err != nil {
		t.Fatal(err)
	}
	client, err := xssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	block, err := xssh.MarshalPrivateKey(private, "test")
	if err != nil {
		t.Fatal(err)
	}
	return keys{server: server, client: client, secret: string(pem.EncodeToMemory(block))}
}

func (k keys) options(port int) ssh.Options {
	return quick(ssh.Options{
		Address: sshtest.Address, Port: port, User: "deploy", Key: secrets.NewValue(k.secret),
		Fingerprints: []string{xssh.FingerprintSHA256(k.server.PublicKey())},
	})
}

func simulate(t *testing.T, k keys) *simulated {
	t.Helper()
	l, err := net.Listen("tcp", sshtest.Address+":0")
	if err != nil {
		t.Fatal(err)
	}
	s := &simulated{dir: t.TempDir(), port: l.Addr().(*net.TCPAddr).Port}
	config := &xssh.ServerConfig{PublicKeyCallback: func(_ xssh.ConnMetadata, key xssh.PublicKey) (*xssh.Permissions, error) {
		if string(key.Marshal()) != string(k.client.Marshal()) {
			return nil, errors.New("another key")
		}
		return nil, nil
	}}
	config.AddHostKey(k.server)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn, config)
		}
	}()
	t.Cleanup(func() {
		l.Close()
		s.cut()
	})
	return s
}

// name is what messages call it.
func (s *simulated) name() string { return net.JoinHostPort(sshtest.Address, strconv.Itoa(s.port)) }

// set changes how the server behaves from now on.
func (s *simulated) set(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

// cut ends all connections.
func (s *simulated) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.live {
		conn.Close()
	}
	s.live = nil
}

func (s *simulated) serve(conn net.Conn, config *xssh.ServerConfig) {
	defer conn.Close()
	s.mu.Lock()
	s.connections++
	s.live = append(s.live, conn)
	bad := &badConn{Conn: conn, delay: s.delay, left: -1}
	if len(s.drops) > 0 {
		bad.left, s.drops = s.drops[0], s.drops[1:]
	}
	silent, refuses := s.silent, s.refuses
	s.mu.Unlock()
	if refuses {
		return
	}
	if silent {
		io.Copy(io.Discard, conn)
		return
	}
	_, channels, requests, err := xssh.NewServerConn(bad, config)
	if err != nil {
		return
	}
	go answer(requests)
	for wanted := range channels {
		channel, requests, err := wanted.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				isSFTP := r.Type == "subsystem" && strings.HasSuffix(string(r.Payload), "sftp")
				r.Reply(isSFTP, nil)
				if isSFTP {
					go serveFiles(channel)
				}
			}
		}()
	}
}

func serveFiles(channel xssh.Channel) {
	defer channel.Close()
	server, err := sftp.NewServer(channel)
	if err == nil {
		server.Serve() // it ends with the connection, however that does
		server.Close()
	}
}

// answer says yes to keepalives.
func answer(requests <-chan *xssh.Request) {
	for r := range requests {
		if r.WantReply {
			r.Reply(true, nil)
		}
	}
}

// badConn is slow, and breaks after so many bytes; never when left is negative.
type badConn struct {
	net.Conn
	delay time.Duration
	mu    sync.Mutex
	left  int
}

func (c *badConn) Write(p []byte) (int, error) {
	time.Sleep(c.delay) // it is the slow network
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left >= 0 {
		if c.left -= len(p); c.left < 0 {
			c.Close()
			return 0, net.ErrClosed
		}
	}
	return c.Conn.Write(p)
}

// fileTarget deploys a file with the release's tag: what there is to do on a
// simulated host.
type fileTarget struct {
	host deploy.Host
	dir  string
}

func (f fileTarget) Name() string { return "app" }

func (f fileTarget) Pull(ctx context.Context, d deploy.Desired, _ io.Writer) error {
	return f.host.WriteFile(ctx, f.dir+"/images/"+d.Release.Tag, []byte("image"), 0o644)
}

func (f fileTarget) runs(ctx context.Context) (string, error) {
	tag, err := f.host.ReadFile(ctx, f.dir+"/release")
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(tag), err
}

func (f fileTarget) Observe(ctx context.Context, _ deploy.Desired) (deploy.Observed, error) {
	tag, err := f.runs(ctx)
	return deploy.Observed{State: tag}, err
}

func (f fileTarget) Plan(d deploy.Desired, o deploy.Observed) (deploy.Plan, error) {
	p := deploy.Plan{Target: "app", Tag: d.Release.Tag}
	if o.State != d.Release.Tag {
		p.Changes = []deploy.Change{{Kind: deploy.Replace, Subject: "file", Before: o.State.(string), After: d.Release.Tag}}
	}
	return p, nil
}

func (f fileTarget) Apply(ctx context.Context, d deploy.Desired, _ deploy.Plan, s deploy.Session) error {
	if err := s.Fence(ctx); err != nil {
		return err
	}
	return f.host.WriteFile(ctx, f.dir+"/release", []byte(d.Release.Tag), 0o644)
}

func (f fileTarget) Verify(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	tag, err := f.runs(ctx)
	if err != nil || tag != d.Release.Tag {
		return deploy.Proof{Drift: []deploy.Drift{{Subject: "file", Kind: deploy.DriftImage, Want: d.Release.Tag, Got: tag}}}, err
	}
	return deploy.Proof{Running: []deploy.Running{{Subject: "file", Image: tag}}}, nil
}

// Two hundred hosts behind SSH: slow ones, ones that lose their connections,
// ones that refuse them, ones that never answer.
func TestTwoHundredConnections(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	const n = 200
	k := newKeys(t)
	pool := ssh.NewPool()
	t.Cleanup(func() { pool.Close() })
	var servers []*simulated
	var all []fileTarget
	o := fleet.Options{Name: "app"}
	for range n {
		s := simulate(t, k)
		target := fileTarget{deploy.Steady(pool.Host(k.options(s.port))), s.dir}
		servers, all = append(servers, s), append(all, target)
		o.Members = append(o.Members, fleet.Member{Host: s.name(), Target: target})
	}
	journal := journal.New(deploy.LocalHost{}, t.TempDir(), journal.LeaseTimes{TTL: time.Minute})
	deployTag := func(tag string) error {
		item := rollout.Item{Target: fleet.New(o), Desired: deploy.Desired{Release: release.Record{Tag: tag}}}
		_, err := rollout.Run(t.Context(), rollout.Deployment{Journal: journal, Tag: tag, Targets: []rollout.Item{item}})
		return err
	}
	serve := func(want map[string]int) {
		t.Helper()
		got := map[string]int{}
		for _, target := range all {
			tag, err := target.runs(t.Context())
			if err != nil {
				tag = "unreachable"
			}
			got[tag]++
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("hosts by what they run (-want +got):\n%s", diff)
		}
	}

	if err := deployTag("1"); err != nil {
		t.Fatal(err)
	}
	for i, s := range servers {
		if s.connections != 1 {
			t.Errorf("%d connections to host %d, want one", s.connections, i)
		}
	}

	// Every third host is slow, every fourth loses its connection, some twice.
	for i, s := range servers {
		s.set(func() {
			if i%3 == 0 {
				s.delay = time.Duration(i%20) * time.Millisecond
			}
			if i%4 == 0 {
				s.drops = []int{5000, 4000 + 10*i}[:1+i/4%2]
			}
		})
		s.cut()
	}
	if err := deployTag("2"); err != nil {
		t.Fatal(err)
	}
	serve(map[string]int{"2": n})

	// Some can't be reached before: nothing is changed.
	servers[7].set(func() { servers[7].silent = true })
	servers[8].set(func() { servers[8].refuses = true })
	servers[7].cut()
	servers[8].cut()
	err := deployTag("3")
	if err == nil || !strings.Contains(err.Error(), "host "+servers[7].name()) || !strings.Contains(err.Error(), "host "+servers[8].name()) {
		t.Errorf("error: %v", err)
	}
	serve(map[string]int{"2": n - 2, "unreachable": 2})
	for _, i := range []int{7, 8} {
		servers[i].set(func() { servers[i].silent, servers[i].refuses = false, false })
		servers[i].cut()
	}
	serve(map[string]int{"2": n})

	// Some are gone in the middle, for good: all the others come back, and the
	// next deploy takes the lost ones along.
	gone := []int{120, 150, 199}
	o.Members[60].Target = breaking{all[60], func() {
		for _, i := range gone {
			servers[i].set(func() { servers[i].refuses = true })
			servers[i].cut()
		}
	}}
	err = deployTag("4")
	t.Log(err)
	if err == nil || !strings.Contains(err.Error(), "going back failed, too") || strings.Count(err.Error(), "\n") > 5 {
		t.Errorf("error: %v", err)
	}
	serve(map[string]int{"2": n - len(gone), "unreachable": len(gone)})
	for _, i := range gone {
		servers[i].set(func() { servers[i].refuses = false })
	}
	o.Members[60].Target = all[60]
	if err := deployTag("5"); err != nil {
		t.Fatal(err)
	}
	serve(map[string]int{"5": n})
}

// breaking is a target in whose turn something breaks.
type breaking struct {
	fileTarget
	how func()
}

func (b breaking) Apply(ctx context.Context, d deploy.Desired, p deploy.Plan, s deploy.Session) error {
	if !d.Reachable {
		b.how()
	}
	return b.fileTarget.Apply(ctx, d, p, s)
}
