package awsfake

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
)

// spy is a test that notes its failures.
type spy struct {
	testing.TB
	mu     sync.Mutex
	failed []string
}

func (s *spy) Errorf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = append(s.failed, fmt.Sprintf(format, args...))
}

func configOf(s *Server, i Identity) aws.Config {
	return aws.Config{Region: s.Region, BaseEndpoint: aws.String(s.URL),
		Credentials: credentials.NewStaticCredentialsProvider(i.AccessKeyID, i.SecretAccessKey, i.SessionToken)}
}

func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return fmt.Sprint(err)
}

func TestAnswers(t *testing.T) {
	s := New(t, Options{})
	began := s.Clock.Now().Truncate(time.Millisecond).UTC()
	s.Handle("ecs", "DescribeServices", func(c *Call) (any, error) {
		return map[string]any{"services": []map[string]any{{"serviceName": c.Strings("services")[0], "createdAt": began, "desiredCount": 2}}}, nil
	})
	out, err := ecs.NewFromConfig(configOf(s, s.Admin)).DescribeServices(t.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []ecstypes.Service{{ServiceName: aws.String("web"), CreatedAt: &began, DesiredCount: 2}}
	if diff := cmp.Diff(fmt.Sprint(*want[0].ServiceName, want[0].CreatedAt.UnixMilli(), want[0].DesiredCount),
		fmt.Sprint(*out.Services[0].ServiceName, out.Services[0].CreatedAt.UnixMilli(), out.Services[0].DesiredCount)); diff != "" {
		t.Error(diff)
	}
	calls := s.Calls("ecs", "*")
	if len(calls) != 1 || calls[0].Identity.ARN != s.Admin.ARN || calls[0].Region != "us-east-1" {
		t.Errorf("calls: %+v", calls)
	}
}

func TestModelIsKept(t *testing.T) {
	tests := map[string]struct {
		call   func(context.Context, *ecs.Client) error
		output any
		want   string
	}{
		"a required member is missing": {
			call: func(ctx context.Context, c *ecs.Client) error {
				_, err := c.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{}, func(o *ecs.Options) {
					o.APIOptions = append(o.APIOptions, removeValidation)
				})
				return err
			},
			want: "request ecs DescribeTaskDefinition: taskDefinition is required and missing",
		},
		"a value that the model does not know": {
			call: func(ctx context.Context, c *ecs.Client) error {
				_, err := c.ListTasks(ctx, &ecs.ListTasksInput{DesiredStatus: "SLEEPING"})
				return err
			},
			want: `request ecs ListTasks: desiredStatus is "SLEEPING", which is none of the model's values`,
		},
		"an answer with another type": {
			call: func(ctx context.Context, c *ecs.Client) error {
				_, err := c.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("web")}, once)
				return err
			},
			output: map[string]any{"taskDefinition": map[string]any{"revision": "4"}},
			want:   "answer of ecs DescribeTaskDefinition: taskDefinition.revision is a string, not a number",
		},
		"an answer with more": {
			call: func(ctx context.Context, c *ecs.Client) error {
				_, err := c.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("web")}, once)
				return err
			},
			output: map[string]any{"definition": 1},
			want:   "answer of ecs DescribeTaskDefinition: definition is no member of the model",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			watched := &spy{TB: t}
			s := New(watched, Options{})
			for _, operation := range []string{"DescribeTaskDefinition", "ListTasks"} {
				s.Handle("ecs", operation, func(*Call) (any, error) { return test.output, nil })
			}
			if err := test.call(t.Context(), ecs.NewFromConfig(configOf(s, s.Admin))); err == nil {
				t.Error("the call succeeded")
			}
			if len(watched.failed) == 0 || !strings.Contains(watched.failed[0], test.want) {
				t.Errorf("the test failed with %q, want %q", watched.failed, test.want)
			}
		})
	}
}

func once(o *ecs.Options) { o.RetryMaxAttempts = 1 }

func TestFaults(t *testing.T) {
	tests := map[string]struct {
		fault Fault
		want  string
	}{
		"throttled": {Throttled, "ThrottlingException"},
		"broken":    {Broken, "InternalFailure"},
		"expired":   {Expired, "ExpiredTokenException"},
		"denied":    {Denied("*"), "AccessDeniedException"},
		"dropped":   {Dropped, "EOF"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := New(t, Options{})
			s.Handle("ecs", "ListClusters", func(*Call) (any, error) { return nil, nil })
			s.Fault("ecs", "ListClusters", 1, test.fault)
			client := ecs.NewFromConfig(configOf(s, s.Admin))
			if _, err := client.ListClusters(t.Context(), nil, once); !strings.Contains(codeOf(err), test.want) {
				t.Errorf("error: %v", err)
			}
			if _, err := client.ListClusters(t.Context(), nil, once); err != nil {
				t.Errorf("the second call: %v", err)
			}
		})
	}
}

func TestIdentities(t *testing.T) {
	s := New(t, Options{})
	s.Handle("ecs", "ListClusters", func(*Call) (any, error) { return nil, nil })
	session := s.Session("111111111111", "ci", "run", s.Clock.Now().Add(time.Hour))
	stolen := session
	stolen.SessionToken = "x"
	list := func(i Identity) string {
		_, err := ecs.NewFromConfig(configOf(s, i)).ListClusters(t.Context(), nil, once)
		return codeOf(err)
	}
	if got := list(session); got != "<nil>" {
		t.Error(got)
	}
	if got := list(stolen); got != "UnrecognizedClientException" {
		t.Errorf("another token: %s", got)
	}
	if got := list(Identity{AccessKeyID: "AKIANOBODY", SecretAccessKey: "x"}); got != "UnrecognizedClientException" {
		t.Errorf("nobody: %s", got)
	}
	s.Clock.Advance(2 * time.Hour)
	if got := list(session); got != "ExpiredTokenException" {
		t.Errorf("after its end: %s", got)
	}
}

func TestAssumeRole(t *testing.T) {
	s := New(t, Options{})
	role := s.Role(Role{Account: "222222222222", Name: "deploy", Trusted: []string{s.Admin.ARN}})
	closed := s.Role(Role{Account: "222222222222", Name: "closed"})
	client := sts.NewFromConfig(configOf(s, s.Admin))
	out, err := client.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("run-1"),
		Tags: []ststypes.Tag{{Key: aws.String("commit"), Value: aws.String("abc")}, {Key: aws.String("run"), Value: aws.String("7")}}})
	if err != nil {
		t.Fatal(err)
	}
	if want := "arn:aws:sts::222222222222:assumed-role/deploy/run-1"; *out.AssumedRoleUser.Arn != want {
		t.Errorf("arn %s, want %s", *out.AssumedRoleUser.Arn, want)
	}
	who, err := sts.NewFromConfig(configOf(s, Identity{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken})).
		GetCallerIdentity(t.Context(), nil)
	if err != nil || *who.Account != "222222222222" {
		t.Errorf("%v %v", who, err)
	}
	_, err = client.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &closed, RoleSessionName: aws.String("run-1")})
	if codeOf(err) != "AccessDenied" || !strings.Contains(err.Error(), "is not authorized to perform: sts:AssumeRole on resource: "+closed) {
		t.Errorf("a closed role: %v", err)
	}
}

func TestPeak(t *testing.T) {
	s := New(t, Options{})
	s.Clock.Speed(0)
	s.Handle("ecs", "ListClusters", func(*Call) (any, error) { return nil, nil })
	client := ecs.NewFromConfig(configOf(s, s.Admin))
	for range 5 {
		if _, err := client.ListClusters(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(300 * time.Millisecond)
	}
	if got := s.Peak("ecs", "ListClusters", time.Second); got != 4 {
		t.Errorf("%d calls in a second, want 4", got)
	}
}

// removeValidation lets the SDK send what it would refuse itself.
func removeValidation(stack *middleware.Stack) error {
	_, err := stack.Initialize.Remove("OperationInputValidation")
	return err
}
