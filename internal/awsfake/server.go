package awsfake

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
)

// Options configure a Server. The zero value is one account.
type Options struct {
	// Accounts there are; 111111111111 when empty. The first one's user is who
	// Env signs in.
	Accounts []string
	// Seed of what is left to chance, such as which defaults ECS fills in; random, and
	// told, when zero.
	Seed uint64
	// Region that Env names; us-east-1 when empty. The fake has all regions.
	Region string
}

// Handler answers one operation: the output's document, or an *Error.
type Handler func(c *Call) (any, error)

// Server is the fake.
type Server struct {
	URL    string
	Region string
	Clock  *Clock
	// Admin is the user of the first account.
	Admin Identity

	t      testing.TB
	models map[string]*model
	dir    string

	chance *rand.Rand

	mu         sync.Mutex
	closed     bool
	ids        int
	identities map[string]Identity
	handlers   map[string]Handler
	faults     []*fault
	lost       []*fault
	calls      []*Call
	roles      map[string]Role
}

// New starts a fake that ends with the test. It skips the test where AWS's
// models are not to be found.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{
		t: t, models: requireModels(t), dir: t.TempDir(), Region: o.Region, Clock: newClock(),
		identities: map[string]Identity{}, handlers: map[string]Handler{}, roles: map[string]Role{},
	}
	s.chance = seeded(t, o.Seed)
	if s.Region == "" {
		s.Region = "us-east-1"
	}
	if len(o.Accounts) == 0 {
		o.Accounts = []string{"111111111111"}
	}
	s.Admin = s.User(o.Accounts[0], "admin")
	s.handleSTS()
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closed = true
	})
	return s
}

// Handle gives an operation its function, in place of the one before. It panics
// when the model has no such operation.
func (s *Server) Handle(service, operation string, h Handler) {
	m, ok := s.models[service]
	if !ok || m.operations[operation] == nil {
		panic(fmt.Sprintf("awsfake: AWS's models have no operation %s of %s", operation, service))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handlers[service+" "+operation] = h
}

// EnvOf are the variables that sign in as i, and keep the SDK off this
// machine's own configuration.
func (s *Server) EnvOf(i Identity) map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL":            s.URL,
		"AWS_REGION":                  s.Region,
		"AWS_ACCESS_KEY_ID":           i.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY":       i.SecretAccessKey,
		"AWS_SESSION_TOKEN":           i.SessionToken,
		"AWS_CONFIG_FILE":             filepath.Join(s.dir, "config"),
		"AWS_SHARED_CREDENTIALS_FILE": filepath.Join(s.dir, "credentials"),
		"AWS_EC2_METADATA_DISABLED":   "true",
	}
}

// Env looks up the variables that sign in as Admin.
func (s *Server) Env() func(name string) (string, bool) {
	variables := s.EnvOf(s.Admin)
	return func(name string) (string, bool) {
		value, ok := variables[name]
		return value, ok && value != ""
	}
}

// Setenv signs in as Admin in the process's environment, where the SDK looks.
func (s *Server) Setenv(t testing.TB) { s.SetenvOf(t, s.Admin) }

// SetenvOf signs in as i.
func (s *Server) SetenvOf(t testing.TB, i Identity) {
	t.Helper()
	for _, name := range []string{"AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"} {
		t.Setenv(name, "")
	}
	for name, value := range s.EnvOf(i) {
		t.Setenv(name, value)
	}
}

// failed fails the test, unless it is over.
func (s *Server) failed(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.t.Errorf("awsfake: "+format, args...)
	}
}
