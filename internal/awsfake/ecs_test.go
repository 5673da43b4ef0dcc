package awsfake

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/google/go-cmp/cmp"
)

// rolling is a service with tasks of web:1, updated to web:2.
func rolling(t *testing.T, tasks int, configuration string, behave func(TaskStart) Behaviour) (*Server, *ECS) {
	t.Helper()
	s := New(t, Options{})
	s.Clock.Speed(0)
	e := s.ECS()
	e.AddCluster("prod")
	for range 2 {
		e.AddTaskDefinition(`{"family": "web", "containerDefinitions": [{"name": "web", "image": "nginx:1"}]}`)
	}
	e.AddService(fmt.Sprintf(`{"cluster": "prod", "serviceName": "web", "taskDefinition": "web:1", "desiredCount": %d, "deploymentConfiguration": %s}`, tasks, configuration))
	e.Behave = behave
	_, err := ecs.NewFromConfig(configOf(s, s.Admin)).UpdateService(t.Context(), &ecs.UpdateServiceInput{
		Cluster: aws.String("prod"), Service: aws.String("web"), TaskDefinition: aws.String("web:2")})
	if err != nil {
		t.Fatal(err)
	}
	return s, e
}

func count(e *ECS) (one, two int) {
	for _, revision := range e.Runs("web") {
		if revision == "web:1" {
			one++
		} else {
			two++
		}
	}
	return one, two
}

// A rollout never goes below the minimum nor above the maximum, and ends.
func TestECSRolls(t *testing.T) {
	tests := map[string]struct {
		configuration string
		least, most   int
	}{
		"beside the old ones": {`{"minimumHealthyPercent": 100, "maximumPercent": 200}`, 4, 8},
		"one after the other": {`{"minimumHealthyPercent": 50, "maximumPercent": 100}`, 2, 4},
		"a little more":       {`{"minimumHealthyPercent": 100, "maximumPercent": 125}`, 4, 5},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, e := rolling(t, 4, test.configuration, nil)
			for range 120 {
				s.Clock.Advance(time.Second)
				if one, two := count(e); one+two < test.least || one+two > test.most {
					t.Fatalf("%d tasks run", one+two)
				}
			}
			if diff := cmp.Diff([]string{"PRIMARY COMPLETED web:2"}, e.Deployments("web")); diff != "" {
				t.Error(diff)
			}
			if one, two := count(e); one != 0 || two != 4 {
				t.Errorf("%d old and %d new tasks run", one, two)
			}
		})
	}
}

// The circuit breaker opens after half of the desired count, at least 3 tasks.
func TestECSCircuitBreaker(t *testing.T) {
	broken := func(s TaskStart) Behaviour {
		if s.Revision == 2 {
			return Behaviour{CannotPull: "manifest unknown"}
		}
		return Behaviour{}
	}
	tests := map[string]struct {
		tasks    int
		breaker  string
		want     []string
		failures int
	}{
		"with rollback":    {2, `{"enable": true, "rollback": true}`, []string{"PRIMARY COMPLETED web:1"}, 3},
		"without rollback": {2, `{"enable": true, "rollback": false}`, []string{"PRIMARY FAILED web:2", "ACTIVE COMPLETED web:1"}, 3},
		"a large service":  {20, `{"enable": true, "rollback": false}`, []string{"PRIMARY FAILED web:2", "ACTIVE COMPLETED web:1"}, 10},
		"off":              {2, `{"enable": false, "rollback": false}`, []string{"PRIMARY IN_PROGRESS web:2", "ACTIVE COMPLETED web:1"}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, e := rolling(t, test.tasks, `{"deploymentCircuitBreaker": `+test.breaker+`}`, broken)
			s.Clock.Advance(5 * time.Minute)
			if diff := cmp.Diff(test.want, e.Deployments("web")); diff != "" {
				t.Error(diff)
			}
			if one, _ := count(e); one != test.tasks {
				t.Errorf("%d old tasks run, want all %d", one, test.tasks)
			}
			failed := 0
			for _, d := range append(e.service("web").deployments, e.service("web").past...) {
				if d.rollout == "FAILED" {
					failed = d.failed
				}
			}
			if failed < test.failures || failed > test.failures+test.tasks || failed > 0 && test.failures == 0 {
				t.Errorf("it opened after %d failures, want %d", failed, test.failures)
			}
		})
	}
}

// Calls beyond the published rates are throttled, category by category.
func TestECSRates(t *testing.T) {
	s, _ := rolling(t, 1, `{}`, nil)
	client := ecs.NewFromConfig(configOf(s, s.Admin))
	list := func() string {
		_, err := client.ListTaskDefinitions(t.Context(), nil, once)
		return codeOf(err)
	}
	for i := range 50 {
		if got := list(); got != "<nil>" {
			t.Fatalf("call %d: %s", i, got)
		}
	}
	if got := list(); got != "ThrottlingException" {
		t.Errorf("the 51st call: %s", got)
	}
	s.Clock.Advance(time.Second)
	for range 20 {
		if got := list(); got != "<nil>" {
			t.Error(got)
		}
	}
	if got := list(); got != "ThrottlingException" {
		t.Errorf("20 calls after a second: %s", got)
	}
}
