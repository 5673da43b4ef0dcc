package aws

import (
	"context"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"git.example/slipway/pipelines/keyed"
)

// Identity is who a session is.
type Identity struct {
	// Account of 12 digits.
	Account string
	ARN     string
}

// identities are who each way to sign in is.
type identities struct {
	known keyed.Once[Options, Identity]
}

// of asks AWS who o is, once, with a configuration that is signed in.
func (i *identities) of(ctx context.Context, c sdk.Config, o Options) (Identity, error) {
	if known, ok := i.known.Get(o); ok {
		return known, nil
	}
	out, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, err
	}
	who := Identity{Account: sdk.ToString(out.Account), ARN: sdk.ToString(out.Arn)}
	// The base of a role is somebody else than the role.
	if o.Role == "" || strings.Contains(who.ARN, ":assumed-role/"+roleName(o.Role)+"/") {
		i.known.Set(o, who)
	}
	return who, nil
}

// shown is who o is, as far as that can be found out.
func (i *identities) shown(ctx context.Context, c sdk.Config, o Options) string {
	if c.Credentials != nil {
		if who, err := i.of(ctx, c, o); err == nil {
			return who.ARN
		}
	}
	return "the identity in use"
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
