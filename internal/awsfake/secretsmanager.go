package awsfake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Secrets is Secrets Manager.
type Secrets struct {
	// PageSize of BatchGetSecretValue; what the caller wants, or 20, when zero.
	PageSize int

	s       *Server
	mu      sync.Mutex
	secrets []*secret
}

type secret struct {
	account, region, name, arn string
	versions                   []*version
	deleted                    bool
}

type version struct {
	id     string
	text   string
	binary []byte
	stages []string
	made   time.Time
}

// Secrets makes the fake answer for Secrets Manager.
func (s *Server) Secrets() *Secrets {
	m := &Secrets{s: s}
	s.Handle("secretsmanager", "GetSecretValue", m.get)
	s.Handle("secretsmanager", "BatchGetSecretValue", m.getBatch)
	s.Handle("secretsmanager", "DescribeSecret", m.describe)
	return m
}

// Put stores a new current version in the first account's region, and returns
// its id.
func (m *Secrets) Put(name, text string) string { return m.put(name, &version{text: text}) }

// PutBinary stores a new current version that is no text.
func (m *Secrets) PutBinary(name string, data []byte) string {
	return m.put(name, &version{binary: data})
}

// Delete marks a secret for deletion.
func (m *Secrets) Delete(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.secrets {
		if s.name == name {
			s.deleted = true
		}
	}
}

// ARN of a secret; empty if there is none.
func (m *Secrets) ARN(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.secrets {
		if s.name == name {
			return s.arn
		}
	}
	return ""
}

func (m *Secrets) put(name string, v *version) string {
	n, _ := strconv.Atoi(strings.TrimPrefix(m.s.id(""), "FAKE"))
	v.id, v.stages, v.made = fmt.Sprintf("%08x-aaaa-4bbb-8ccc-%012x", n, n), []string{"AWSCURRENT"}, m.s.Clock.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.secrets {
		if s.name != name {
			continue
		}
		for _, old := range s.versions {
			if slices.Contains(old.stages, "AWSCURRENT") {
				old.stages = []string{"AWSPREVIOUS"}
			} else {
				old.stages = nil
			}
		}
		s.versions = append(s.versions, v)
		return v.id
	}
	account, region := m.s.Admin.Account, m.s.Region
	m.secrets = append(m.secrets, &secret{account: account, region: region, name: name,
		arn:      fmt.Sprintf("arn:aws:secretsmanager:%s:%s:secret:%s-%06d", region, account, name, n%1e6),
		versions: []*version{v}})
	return v.id
}

func (m *Secrets) find(c *Call, id string) *secret {
	for _, s := range m.secrets {
		if s.region == c.Region && (s.arn == id || s.account == c.Identity.Account && s.name == id || strings.HasPrefix(id, "arn:") && strings.HasPrefix(s.arn, id+"-")) {
			return s
		}
	}
	return nil
}

var errNoSecret = &Error{Code: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret."}

func (m *Secrets) value(c *Call, id, versionID, stage string) (map[string]any, *Error) {
	s := m.find(c, id)
	if s == nil {
		return nil, errNoSecret
	}
	if s.deleted {
		return nil, &Error{Code: "InvalidRequestException", Message: "You can't perform this operation on the secret because it was marked for deletion."}
	}
	for _, v := range s.versions {
		if versionID != "" && v.id != versionID || versionID == "" && !slices.Contains(v.stages, stage) {
			continue
		}
		answer := map[string]any{"ARN": s.arn, "Name": s.name, "VersionId": v.id, "CreatedDate": v.made}
		if len(v.stages) > 0 {
			answer["VersionStages"] = v.stages
		}
		if v.binary != nil {
			answer["SecretBinary"] = v.binary
		} else {
			answer["SecretString"] = v.text
		}
		return answer, nil
	}
	if versionID != "" {
		return nil, &Error{Code: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret value for VersionId: " + versionID}
	}
	return nil, &Error{Code: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret value for staging label: " + stage}
}

func (m *Secrets) get(c *Call) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	stage := c.String("VersionStage")
	if stage == "" {
		stage = "AWSCURRENT"
	}
	answer, err := m.value(c, c.String("SecretId"), c.String("VersionId"), stage)
	if err != nil {
		return nil, err
	}
	return answer, nil
}

func (m *Secrets) getBatch(c *Call) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ids := c.Strings("SecretIdList")
	size := c.Int("MaxResults", 20)
	if m.PageSize > 0 {
		size = m.PageSize
	}
	start, _ := strconv.Atoi(c.String("NextToken"))
	end := min(start+size, len(ids))
	if start > len(ids) {
		return nil, &Error{Code: "InvalidNextTokenException", Message: "The NextToken value is invalid."}
	}
	var values, failures []any
	for _, id := range ids[start:end] {
		value, err := m.value(c, id, "", "AWSCURRENT")
		if err != nil {
			failures = append(failures, map[string]any{"SecretId": id, "ErrorCode": err.Code, "Message": err.Message})
			continue
		}
		values = append(values, value)
	}
	answer := map[string]any{"SecretValues": values, "Errors": failures}
	if end < len(ids) {
		answer["NextToken"] = strconv.Itoa(end)
	}
	return answer, nil
}

func (m *Secrets) describe(c *Call) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.find(c, c.String("SecretId"))
	if s == nil {
		return nil, errNoSecret
	}
	stages := map[string]any{}
	for _, v := range s.versions {
		if len(v.stages) > 0 {
			stages[v.id] = v.stages
		}
	}
	answer := map[string]any{"ARN": s.arn, "Name": s.name, "VersionIdsToStages": stages}
	if s.deleted {
		answer["DeletedDate"] = m.s.Clock.Now()
	}
	return answer, nil
}
