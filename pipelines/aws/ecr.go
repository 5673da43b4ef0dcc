package aws

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"git.example/slipway/pipelines/secrets"
)

// Login is what a registry on ECR takes.
type Login struct {
	Username string
	Password secrets.Value
	// Expires is when the registry stops taking it: after 12 hours, or with the
	// session that it was made in.
	Expires time.Time
	// As is whose login it is.
	As Identity
}

type loginKey struct {
	Options
	account string
}

// Login asks ECR for a login to an account's registry in o.Region. It is kept
// until shortly before it expires.
func (s *Sessions) Login(ctx context.Context, o Options, account string) (Login, error) {
	key := loginKey{o, account}
	s.mu.Lock()
	known, ok := s.logins[key]
	s.mu.Unlock()
	if ok && time.Until(known.Expires) > fresh {
		return known, nil
	}
	return once(ctx, &s.signing, fmt.Sprintf("login %+v", key), func(ctx context.Context) (Login, error) {
		login, err := s.login(ctx, o, account)
		if err == nil {
			s.mu.Lock()
			s.logins[key] = login
			s.mu.Unlock()
		}
		return login, err
	})
}

// Forget drops the login of a registry that refused it, so that the next Login
// is a new one.
func (s *Sessions) Forget(o Options, account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.logins, loginKey{o, account})
}

func (s *Sessions) login(ctx context.Context, o Options, account string) (Login, error) {
	doing := fmt.Sprintf("logging in to ECR in account %s, region %s", account, o.Region)
	c, err := s.Config(ctx, o)
	if err != nil {
		return Login{}, fmt.Errorf("%s: %w", doing, err)
	}
	who, err := s.identity(ctx, c, o)
	if err != nil {
		return Login{}, s.explain(ctx, sdk.Config{}, o, doing, err)
	}
	if err := requireAccount(o, who, account, "the registry"); err != nil {
		return Login{}, fmt.Errorf("%s: %w", doing, err)
	}
	out, err := ecr.NewFromConfig(c).GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return Login{}, s.explain(ctx, c, o, doing, err)
	}
	if len(out.AuthorizationData) == 0 {
		return Login{}, &Error{Doing: doing, Problem: "ECR gave no token", Next: "run the command again"}
	}
	data := out.AuthorizationData[0]
	text, err := base64.StdEncoding.DecodeString(sdk.ToString(data.AuthorizationToken))
	username, password, ok := strings.Cut(string(text), ":")
	if err != nil || !ok {
		return Login{}, &Error{Doing: doing, Problem: "ECR's token is not of the form that it documents", Next: "run the command again"}
	}
	login := Login{Username: username, Password: secrets.NewValue(password), Expires: sdk.ToTime(data.ExpiresAt), As: who}
	if session, err := c.Credentials.Retrieve(ctx); err == nil && session.CanExpire && session.Expires.Before(login.Expires) {
		login.Expires = session.Expires
	}
	return login, nil
}
