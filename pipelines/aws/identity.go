package aws

import (
	"context"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Identity is who a session is.
type Identity struct {
	// Account of 12 digits.
	Account string
	ARN     string
}

// Identity asks AWS who o is, once.
func (s *Sessions) Identity(ctx context.Context, o Options) (Identity, error) {
	c, err := s.Config(ctx, o)
	if err != nil {
		return Identity{}, err
	}
	who, err := s.identity(ctx, c, o)
	if err != nil {
		return Identity{}, s.explain(ctx, sdk.Config{}, o, "asking AWS who this is", err)
	}
	return who, nil
}

func (s *Sessions) identity(ctx context.Context, c sdk.Config, o Options) (Identity, error) {
	s.mu.Lock()
	known, ok := s.identities[o]
	s.mu.Unlock()
	if ok {
		return known, nil
	}
	out, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, err
	}
	who := Identity{Account: sdk.ToString(out.Account), ARN: sdk.ToString(out.Arn)}
	s.mu.Lock()
	defer s.mu.Unlock()
	// The base of a role is somebody else than the role.
	if o.Role == "" || strings.Contains(who.ARN, ":assumed-role/"+roleName(o.Role)+"/") {
		s.identities[o] = who
	}
	return who, nil
}

func roleName(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// requireAccount refuses a role of another account than the one meant: to write
// to the wrong account is the costly mistake. Without a role any account will
// do, because resources can be open to other accounts.
func requireAccount(o Options, who Identity, account, what string) error {
	if o.Role == "" || account == "" || who.Account == account {
		return nil
	}
	return &Error{Kind: ErrDenied, Doing: "signing in to AWS",
		Problem: fmt.Sprintf("role %s is of account %s, and %s is of account %s", o.Role, who.Account, what, account),
		Next:    "correct \"role\" or \"account\" in slipway.yaml"}
}
