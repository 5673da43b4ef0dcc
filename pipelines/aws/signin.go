package aws

import (
	"context"
	"errors"
	"fmt"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go/logging"

	"git.example/slipway/pipelines/release"
)

// signer finds out who to be, and has the credentials of that.
type signer struct {
	lookup     release.Lookup
	run        Run
	identities *identities
	// notice tells the user something.
	notice func(text string)

	mu sync.Mutex
	// untagged are roles that don't let their sessions be tagged.
	untagged map[string]bool
}

// signIn finds who to be, which is sure only when credentials have been had.
func (s *signer) signIn(ctx context.Context, o Options) (sdk.Config, error) {
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
func (s *signer) base(ctx context.Context, o Options, ci *ciToken) (sdk.Config, error) {
	c, err := s.load(ctx, o, ci)
	if err != nil {
		return sdk.Config{}, err
	}
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		return sdk.Config{}, s.noCredentials(o, err)
	}
	return c, nil
}

func (s *signer) load(ctx context.Context, o Options, ci *ciToken) (sdk.Config, error) {
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
func (s *signer) assume(ctx context.Context, c sdk.Config, o Options, provider sdk.CredentialsProviderFunc) (sdk.Config, error) {
	c.Credentials = sdk.NewCredentialsCache(provider, cache)
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		return sdk.Config{}, assumeError(o, err)
	}
	return c, nil
}
