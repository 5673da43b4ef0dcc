package aws

import (
	"context"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// assumeRole gets a role's credentials with base's, tagged where that is allowed.
func (s *signer) assumeRole(base sdk.Config, o Options) sdk.CredentialsProviderFunc {
	client := sts.NewFromConfig(base)
	return func(ctx context.Context) (sdk.Credentials, error) {
		input := &sts.AssumeRoleInput{RoleArn: &o.Role, RoleSessionName: sdk.String(s.run.sessionName())}
		if o.ExternalID != "" {
			input.ExternalId = &o.ExternalID
		}
		if !s.isUntagged(o.Role) {
			for _, tag := range s.run.tags(o.Environment) {
				input.Tags = append(input.Tags, types.Tag{Key: sdk.String(tag[0]), Value: sdk.String(tag[1])})
			}
		}
		out, err := client.AssumeRole(ctx, input)
		if err != nil && len(input.Tags) > 0 && taggingDenied(err) {
			s.setUntagged(o.Role)
			input.Tags = nil
			out, err = client.AssumeRole(ctx, input)
		}
		if err != nil {
			return sdk.Credentials{}, explain(ctx, s.identities, base, o, "assuming role "+o.Role, err)
		}
		return credentials(out.Credentials, "AssumeRole"), nil
	}
}

// taggingDenied knows a trust policy without sts:TagSession.
func taggingDenied(err error) bool {
	code, message := apiError(err)
	return denied[code] && strings.Contains(message, "sts:TagSession")
}

func (s *signer) isUntagged(role string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.untagged[role]
}

func (s *signer) setUntagged(role string) {
	s.mu.Lock()
	s.untagged[role] = true
	s.mu.Unlock()
	s.notice(fmt.Sprintf("role %s does not allow sts:TagSession: its session has no tags; allow it in the role's trust policy to see project, commit and run in CloudTrail", role))
}

func credentials(c *types.Credentials, source string) sdk.Credentials {
	return sdk.Credentials{
		AccessKeyID: sdk.ToString(c.AccessKeyId), SecretAccessKey: sdk.ToString(c.SecretAccessKey),
		SessionToken: sdk.ToString(c.SessionToken), Source: source,
		CanExpire: true, Expires: sdk.ToTime(c.Expiration),
	}
}
