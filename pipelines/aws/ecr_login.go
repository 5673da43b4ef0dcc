package aws

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"git.example/slipway/pipelines/secrets"
)

// Login asks ECR for a login to an account's registry in o.Region. It is kept
// until shortly before it expires.
func (s *Sessions) Login(ctx context.Context, o Options, account string) (Login, error) {
	return s.logins.Do(ctx, loginKey{o, account}, limited(func(ctx context.Context) (Login, error) { return s.login(ctx, o, account) }))
}

// Forget drops the login of a registry that refused it, so that the next Login
// is a new one.
func (s *Sessions) Forget(o Options, account string) {
	s.logins.Forget(loginKey{o, account})
}

func (s *Sessions) login(ctx context.Context, o Options, account string) (Login, error) {
	doing := fmt.Sprintf("logging in to ECR in account %s, region %s", account, o.Region)
	c, err := s.Config(ctx, o)
	if err != nil {
		return Login{}, fmt.Errorf("%s: %w", doing, err)
	}
	who, err := s.identities.of(ctx, c, o)
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
