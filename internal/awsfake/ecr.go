package awsfake

import (
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"time"
)

// ECR is the part of it that is AWS's API; what clients push to is another
// server.
type ECR struct {
	// Passwords of the logins that GetAuthorizationToken gives, by account; a new
	// one each time where there is none.
	Passwords map[string]string
	// Lifetime of a login; 12 hours when zero.
	Lifetime time.Duration
	// Created is told about each new repository, before its creator.
	Created func(r Repository)

	s            *Server
	mu           sync.Mutex
	repositories map[string]Repository
	issued       int
}

// Repository is one of ECR's.
type Repository struct {
	Account, Region, Name string
	// Mutability is MUTABLE or IMMUTABLE.
	Mutability string
	ScanOnPush bool
	made       time.Time
}

// ECR makes the fake answer for ECR.
func (s *Server) ECR() *ECR {
	e := &ECR{s: s, repositories: map[string]Repository{}}
	s.Handle("ecr", "GetAuthorizationToken", e.token)
	s.Handle("ecr", "DescribeRepositories", e.describe)
	s.Handle("ecr", "CreateRepository", e.create)
	return e
}

// Add makes a repository, without a call.
func (e *ECR) Add(r Repository) {
	if r.Region == "" {
		r.Region = e.s.Region
	}
	if r.Mutability == "" {
		r.Mutability = "MUTABLE"
	}
	r.made = e.s.Clock.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.repositories[repositoryKey(r.Account, r.Region, r.Name)] = r
}

// Repository is one that there is.
func (e *ECR) Repository(account, region, name string) (Repository, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, ok := e.repositories[repositoryKey(account, region, name)]
	return r, ok
}

func repositoryKey(account, region, name string) string { return account + "/" + region + "/" + name }

func (e *ECR) token(c *Call) (any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	password, lifetime := e.Passwords[c.Identity.Account], e.Lifetime
	e.issued++
	if password == "" {
		password = fmt.Sprintf("ecr-password-%d", e.issued)
	}
	if lifetime == 0 {
		lifetime = 12 * time.Hour
	}
	return map[string]any{"authorizationData": []any{map[string]any{
		"authorizationToken": base64.StdEncoding.EncodeToString([]byte("AWS:" + password)),
		"expiresAt":          e.s.Clock.Now().Add(lifetime),
		"proxyEndpoint":      fmt.Sprintf("https://%s.dkr.ecr.%s.amazonaws.com", c.Identity.Account, c.Region),
	}}}, nil
}

func (e *ECR) account(c *Call) string {
	if account := c.String("registryId"); account != "" {
		return account
	}
	return c.Identity.Account
}

func (e *ECR) describe(c *Call) (any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var found []any
	for _, name := range c.Strings("repositoryNames") {
		r, ok := e.repositories[repositoryKey(e.account(c), c.Region, name)]
		if !ok {
			return nil, &Error{Code: "RepositoryNotFoundException",
				Message: fmt.Sprintf("The repository with name '%s' does not exist in the registry with id '%s'", name, e.account(c))}
		}
		found = append(found, r.document())
	}
	if len(c.Strings("repositoryNames")) == 0 {
		return nil, &Error{Code: "InvalidParameterException", Message: "awsfake lists no whole registry"}
	}
	return map[string]any{"repositories": found}, nil
}

func (r Repository) document() map[string]any {
	return map[string]any{
		"registryId": r.Account, "repositoryName": r.Name, "imageTagMutability": r.Mutability,
		"repositoryArn":              fmt.Sprintf("arn:aws:ecr:%s:%s:repository/%s", r.Region, r.Account, r.Name),
		"repositoryUri":              fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s", r.Account, r.Region, r.Name),
		"createdAt":                  r.made,
		"imageScanningConfiguration": map[string]any{"scanOnPush": r.ScanOnPush},
		"encryptionConfiguration":    map[string]any{"encryptionType": "AES256"},
	}
}

func (e *ECR) create(c *Call) (any, error) {
	r := Repository{Account: e.account(c), Region: c.Region, Name: c.String("repositoryName"), Mutability: "MUTABLE", made: c.Time}
	if is := c.String("imageTagMutability"); is != "" {
		r.Mutability = is
	}
	if scanning, ok := c.Input["imageScanningConfiguration"].(map[string]any); ok {
		r.ScanOnPush, _ = scanning["scanOnPush"].(bool)
	}
	if strings.HasPrefix(r.Name, "aws/") {
		return nil, &Error{Code: "InvalidParameterException", Message: "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must not start with aws'"}
	}
	e.mu.Lock()
	if _, ok := e.repositories[repositoryKey(r.Account, r.Region, r.Name)]; ok {
		e.mu.Unlock()
		return nil, &Error{Code: "RepositoryAlreadyExistsException",
			Message: fmt.Sprintf("The repository with name '%s' already exists in the registry with id '%s'", r.Name, r.Account)}
	}
	e.repositories[repositoryKey(r.Account, r.Region, r.Name)] = r
	created := e.Created
	e.mu.Unlock()
	if created != nil {
		created(r)
	}
	return map[string]any{"repository": r.document()}, nil
}
