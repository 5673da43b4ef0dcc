// Package aws signs in to AWS: the SDK's own chain of credentials, named
// profiles, roles, and the tokens of GitHub Actions and CircleCI. On that stand
// the logins of ECR, secrets, and files kept in parameters.
package aws
