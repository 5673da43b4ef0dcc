package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"git.example/slipway/pipelines/keyed"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

// Sessions signs in, each way once. It is safe for several goroutines.
type Sessions struct {
	// Reporter gets notices, such as that a role's session can't be tagged. Set it
	// before the first call; nobody when nil.
	Reporter report.Reporter

	signer     *signer
	identities *identities
	configs    keyed.Once[Options, sdk.Config]
	logins     keyed.Once[loginKey, Login]
	secrets    keyed.Once[secretKey, Secret]
	parameters keyed.Once[parameterKey, Parameter]
}

// New makes sessions. It reads and sends nothing yet. lookup finds the
// variables of CI systems; the SDK reads its own from the process.
func New(lookup release.Lookup, run Run) *Sessions {
	if lookup == nil {
		lookup = func(string) (string, bool) { return "", false }
	}
	s := &Sessions{identities: &identities{}}
	s.signer = &signer{lookup: lookup, run: run, identities: s.identities, notice: s.notice, untagged: map[string]bool{}}
	s.configs.RetryErrors, s.secrets.RetryErrors = true, true
	s.logins.RetryErrors, s.logins.Stale = true, Login.expiring
	return s
}

// Config is signed in as o says, with a region. Its credentials renew
// themselves. The error is ErrNoCredentials where there are none.
func (s *Sessions) Config(ctx context.Context, o Options) (sdk.Config, error) {
	return s.configs.Do(ctx, o, limited(func(ctx context.Context) (sdk.Config, error) { return s.signer.signIn(ctx, o) }))
}

// Identity asks AWS who o is, once.
func (s *Sessions) Identity(ctx context.Context, o Options) (Identity, error) {
	c, err := s.Config(ctx, o)
	if err != nil {
		return Identity{}, err
	}
	who, err := s.identities.of(ctx, c, o)
	if err != nil {
		return Identity{}, s.explain(ctx, sdk.Config{}, o, "asking AWS who this is", err)
	}
	return who, nil
}

// Explain turns the SDK's error into one that names who was refused what. Doing
// reads as `describing service "web"`. An *Error stays as it is.
func (s *Sessions) Explain(ctx context.Context, o Options, doing string, err error) error {
	c, signedIn := s.configs.Get(o)
	if !signedIn {
		c.Credentials = nil
	}
	return s.explain(ctx, c, o, doing, err)
}

func (s *Sessions) explain(ctx context.Context, c sdk.Config, o Options, doing string, err error) error {
	return explain(ctx, s.identities, c, o, doing, err)
}

// limited is do with a limit to its time, for what several wait for.
func limited[T any](do func(context.Context) (T, error)) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) {
		ctx, cancel := context.WithTimeout(ctx, callLimit)
		defer cancel()
		return do(ctx)
	}
}

func (s *Sessions) notice(text string) {
	if s.Reporter != nil {
		s.Reporter.Report(report.Notice{Level: report.Warning, Text: text})
	}
}
