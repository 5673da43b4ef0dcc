package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"git.example/slipway/pipelines/lazy"
)

// refusal is AWS's sentence about a permission that is missing.
var refusal = lazy.Regexp(`^User: (\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))?(.*)`)

// explain is Sessions.Explain with the configuration that was used.
func explain(ctx context.Context, who *identities, c sdk.Config, o Options, doing string, err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, context.Cause(ctx))
	}
	code, message := apiError(err)
	e := &Error{Doing: doing, Err: err}
	switch {
	case denied[code]:
		e.Kind = ErrDenied
		e.Problem, e.Next = explainDenial(ctx, who, c, o, message)
	case expired[code]:
		e.Kind, e.Problem, e.Next = ErrExpired, "the AWS session has expired", signInAgain(o)
	case unknown[code]:
		e.Kind, e.Problem, e.Next = ErrDenied, "AWS does not know these credentials ("+code+")", signInAgain(o)
	case throttle[code]:
		e.Kind, e.Problem, e.Next = ErrThrottled, "AWS limits the rate of requests and did so for all attempts ("+code+")", "run the command again later"
	default:
		e.Problem, e.Next = describe(err)
	}
	return e
}

func explainDenial(ctx context.Context, identities *identities, c sdk.Config, o Options, message string) (problem, next string) {
	who, action, resource := "", "", ""
	if parts := refusal().FindStringSubmatch(message); parts != nil {
		who, action, resource = parts[1], parts[2], parts[3]
	}
	if who == "" {
		who = identities.shown(ctx, c, o)
	}
	if action == "" {
		return fmt.Sprintf("%s was refused: %s", who, strings.TrimSuffix(message, ".")), "allow it in the policies of that identity, or sign in as another one"
	}
	problem = fmt.Sprintf("%s may not %s", who, action)
	if resource != "" && resource != "*" {
		problem += " on " + resource
	}
	if strings.Contains(message, "explicit deny") {
		return problem + " (an explicit deny)", "remove the deny from its policies, or sign in as another identity"
	}
	return problem, fmt.Sprintf("allow %s in its policies, or sign in as another identity", action)
}

func signInAgain(o Options) string {
	if o.Profile != "" {
		return fmt.Sprintf("sign in again, such as with \"aws sso login --profile %s\"", o.Profile)
	}
	return "sign in again, or give this run fresh credentials"
}
