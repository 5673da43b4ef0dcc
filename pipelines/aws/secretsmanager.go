package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"git.example/slipway/pipelines/lazy"
)

// Secrets reads secrets, each once in a run, in the order of ids. The error
// joins those of all that can't be read.
func (s *Sessions) Secrets(ctx context.Context, o Options, ids ...SecretID) ([]Secret, error) {
	found := make([]Secret, len(ids))
	var current []string
	for _, id := range ids {
		if _, ok := s.secrets.Get(secretKey{o, id}); !ok && id.Version == "" {
			current = append(current, id.ID)
		}
	}
	if len(current) > 1 {
		if err := s.readBatches(ctx, o, current); err != nil {
			return nil, err
		}
	}
	var problems []error
	for i, id := range ids {
		secret, err := s.secret(ctx, o, id)
		if err != nil {
			problems = append(problems, err)
		}
		found[i] = secret
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return found, nil
}

// readBatches remembers those of ids that can be read together. Whatever can't
// be is asked for alone afterwards, which tells why; so is everything where
// reading batches is not allowed.
func (s *Sessions) readBatches(ctx context.Context, o Options, ids []string) error {
	c, err := s.Config(ctx, o)
	if err != nil {
		return err
	}
	client := secretsmanager.NewFromConfig(c)
	for len(ids) > 0 {
		some := ids[:min(secretsPerCall, len(ids))]
		ids = ids[len(some):]
		pages := secretsmanager.NewBatchGetSecretValuePaginator(client, &secretsmanager.BatchGetSecretValueInput{SecretIdList: some})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if code, _ := apiError(err); denied[code] {
				return nil
			}
			if err != nil {
				return s.explain(ctx, c, o, "reading secrets from Secrets Manager", err)
			}
			for _, v := range page.SecretValues {
				for _, id := range some {
					if v.SecretString != nil && isSecret(id, sdk.ToString(v.Name), sdk.ToString(v.ARN)) {
						s.secrets.Set(secretKey{o, SecretID{ID: id}}, newSecret(id, sdk.ToString(v.VersionId), *v.SecretString))
					}
				}
			}
		}
	}
	return nil
}

// isSecret says whether id (name, ARN, or ARN without its random end) is the
// secret that has this name and ARN.
func isSecret(id, name, arn string) bool {
	return id == name || id == arn || strings.HasPrefix(id, "arn:") && strings.HasPrefix(arn, id+"-")
}

// versionID is the form of a version's id, which no stage's name has.
var versionID = lazy.Regexp(`^[0-9a-zA-Z-]{32,64}$`)

func (s *Sessions) secret(ctx context.Context, o Options, id SecretID) (Secret, error) {
	if secret, ok := s.secrets.Get(secretKey{o, id}); ok {
		return secret, nil
	}
	doing := fmt.Sprintf("reading secret %q from Secrets Manager", id.ID)
	c, err := s.Config(ctx, o)
	if err != nil {
		return Secret{}, fmt.Errorf("%s: %w", doing, err)
	}
	return s.secrets.Do(ctx, secretKey{o, id}, limited(func(ctx context.Context) (Secret, error) {
		input := &secretsmanager.GetSecretValueInput{SecretId: &id.ID}
		switch {
		case versionID().MatchString(id.Version):
			input.VersionId = &id.Version
		case id.Version != "":
			input.VersionStage = &id.Version
		}
		out, err := secretsmanager.NewFromConfig(c).GetSecretValue(ctx, input)
		if err != nil {
			return Secret{}, s.secretError(ctx, c, o, id, doing, err)
		}
		if out.SecretString == nil {
			return Secret{}, &Error{Doing: doing, Problem: "it is binary", Next: "store it as text or as a JSON object"}
		}
		return newSecret(id.ID, sdk.ToString(out.VersionId), *out.SecretString), nil
	}))
}

func (s *Sessions) secretError(ctx context.Context, c sdk.Config, o Options, id SecretID, doing string, err error) error {
	e := &Error{Doing: doing, Err: err}
	_, message := apiError(err)
	var absent *types.ResourceNotFoundException
	var request *types.InvalidRequestException
	var key *types.DecryptionFailure
	switch {
	case errors.As(err, &absent) && id.Version != "":
		e.Kind, e.Problem, e.Next = ErrNotFound, fmt.Sprintf("there is no such secret in region %s, or it has no version %q", c.Region, id.Version), "create it, or correct its name and version"
	case errors.As(err, &absent):
		e.Kind, e.Problem, e.Next = ErrNotFound, "there is no such secret in region "+c.Region, "create it, or correct its name or the region"
	case errors.As(err, &request) && strings.Contains(message, "deletion"):
		e.Kind, e.Problem = ErrNotFound, "it is marked for deletion"
		e.Next = fmt.Sprintf("restore it with \"aws secretsmanager restore-secret --secret-id %s\", or name another one", id.ID)
	case errors.As(err, &key):
		e.Kind, e.Problem, e.Next = ErrDenied, "it can't be decrypted with its KMS key", "allow kms:Decrypt on that key to this identity"
	default:
		return s.explain(ctx, c, o, doing, err)
	}
	return e
}
