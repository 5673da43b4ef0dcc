package aws

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go/logging"
	"golang.org/x/sync/singleflight"

	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

const (
	// attempts at one call; the SDK waits between them, longer each time, so a
	// service that throttles is asked for about a minute.
	attempts   = 10
	maxBackoff = 10 * time.Second
	// callLimit bounds what several wait for, all attempts together.
	callLimit = 2 * time.Minute
	// fresh is how long before its end a session or a token is renewed.
	fresh = 5 * time.Minute
)

// Sessions signs in, each way once. It is safe for several goroutines.
type Sessions struct {
	// Reporter gets notices, such as that a role's session can't be tagged. Set it
	// before the first call; nobody when nil.
	Reporter report.Reporter

	lookup release.Lookup
	run    Run

	signing    singleflight.Group
	mu         sync.Mutex
	configs    map[Options]sdk.Config
	identities map[Options]Identity
	logins     map[loginKey]Login
	secrets    map[secretKey]Secret
	parameters map[parameterKey]Parameter
	untagged   map[string]bool
}

// New makes sessions. It reads and sends nothing yet. lookup finds the
// variables of CI systems; the SDK reads its own from the process.
func New(lookup release.Lookup, run Run) *Sessions {
	if lookup == nil {
		lookup = func(string) (string, bool) { return "", false }
	}
	return &Sessions{
		lookup: lookup, run: run,
		configs: map[Options]sdk.Config{}, identities: map[Options]Identity{}, logins: map[loginKey]Login{},
		secrets: map[secretKey]Secret{}, parameters: map[parameterKey]Parameter{}, untagged: map[string]bool{},
	}
}

// Config is signed in as o says, with a region. Its credentials renew
// themselves. The error is ErrNoCredentials where there are none.
func (s *Sessions) Config(ctx context.Context, o Options) (sdk.Config, error) {
	s.mu.Lock()
	known, ok := s.configs[o]
	s.mu.Unlock()
	if ok {
		return known, nil
	}
	made, err := once(ctx, &s.signing, fmt.Sprintf("config %+v", o), func(ctx context.Context) (sdk.Config, error) {
		c, err := s.signIn(ctx, o)
		if err == nil {
			s.mu.Lock()
			s.configs[o] = c
			s.mu.Unlock()
		}
		return c, err
	})
	return made, err
}

// once runs do for all who ask for key at a time. One who is cancelled goes, and
// the others get the answer all the same.
func once[T any](ctx context.Context, group *singleflight.Group, key string, do func(context.Context) (T, error)) (T, error) {
	answers := group.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callLimit)
		defer cancel()
		return do(ctx)
	})
	select {
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	case answer := <-answers:
		return answer.Val.(T), answer.Err
	}
}

// signIn finds who to be, which is sure only when credentials have been had.
func (s *Sessions) signIn(ctx context.Context, o Options) (sdk.Config, error) {
	ci := s.ciToken()
	if o.Role == "" {
		return s.base(ctx, o, nil)
	}
	base := sdk.Config{}
	var err error
	if ci == nil {
		base, err = s.base(ctx, o, nil)
	} else {
		// The CI run's own identity comes before that of the machine it runs on.
		base, err = s.base(ctx, o, ci)
	}
	if ci != nil && errors.Is(err, ErrNoCredentials) {
		if base, err = s.load(ctx, Options{Region: o.Region, Endpoint: o.Endpoint}, ci); err != nil {
			return sdk.Config{}, err
		}
		base.Credentials = sdk.AnonymousCredentials{}
		return s.assume(ctx, base, o, s.webIdentity(base, o, ci))
	}
	if err != nil {
		return sdk.Config{}, err
	}
	return s.assume(ctx, base, o, s.assumeRole(base, o))
}

// base is o without its role.
func (s *Sessions) base(ctx context.Context, o Options, ci *ciToken) (sdk.Config, error) {
	c, err := s.load(ctx, o, ci)
	if err != nil {
		return sdk.Config{}, err
	}
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		return sdk.Config{}, s.noCredentials(o, err)
	}
	return c, nil
}

func (s *Sessions) load(ctx context.Context, o Options, ci *ciToken) (sdk.Config, error) {
	load := []func(*config.LoadOptions) error{
		config.WithRetryer(func() sdk.Retryer {
			return retry.NewStandard(func(r *retry.StandardOptions) {
				r.MaxAttempts, r.MaxBackoff = attempts, maxBackoff
				// Two who write one parameter at the same moment.
				r.Retryables = append(r.Retryables, retry.RetryableErrorCode{Codes: map[string]struct{}{"TooManyUpdates": {}}})
			})
		}),
		config.WithCredentialsCacheOptions(cache),
		config.WithLogger(logging.Nop{}),
	}
	if o.Region != "" {
		load = append(load, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Endpoint != "" {
		load = append(load, config.WithBaseEndpoint(o.Endpoint))
	}
	if ci != nil {
		load = append(load, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	}
	c, err := config.LoadDefaultConfig(ctx, load...)
	var absent config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &absent):
		return sdk.Config{}, &Error{Kind: ErrNoCredentials, Doing: "signing in to AWS",
			Problem: fmt.Sprintf("there is no profile %q in the AWS configuration", o.Profile),
			Next:    fmt.Sprintf("make it with \"aws configure --profile %s\", or correct its name in slipway.yaml", o.Profile), Err: err}
	case err != nil:
		return sdk.Config{}, &Error{Doing: "signing in to AWS", Problem: err.Error(), Next: "repair the AWS configuration", Err: err}
	case c.Region == "":
		return sdk.Config{}, &Error{Doing: "signing in to AWS", Problem: "no region is known",
			Next: "set \"region\" in slipway.yaml, or AWS_REGION"}
	}
	return c, nil
}

func cache(o *sdk.CredentialsCacheOptions) { o.ExpiryWindow = fresh }

// assume is c with a role's credentials, had once to see that they can be had.
func (s *Sessions) assume(ctx context.Context, c sdk.Config, o Options, provider sdk.CredentialsProviderFunc) (sdk.Config, error) {
	c.Credentials = sdk.NewCredentialsCache(provider, cache)
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		return sdk.Config{}, assumeError(o, err)
	}
	return c, nil
}

func (s *Sessions) notice(text string) {
	if s.Reporter != nil {
		s.Reporter.Report(report.Notice{Level: report.Warning, Text: text})
	}
}
