package ecs

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
)

func TestDifferences(t *testing.T) {
	t.Parallel()
	whole := taskDefinition("api", "shop/app:1")
	tests := map[string]struct {
		a, b string
		want []string
	}{
		"the same":            {whole, whole, nil},
		"units":               {`{"family": "a", "cpu": "1 vCPU", "memory": "0.5 GB", C}`, `{"family": "a", "cpu": "1024", "memory": 512, C}`, nil},
		"half a CPU":          {`{"family": "a", "cpu": ".5 vcpu", C}`, `{"family": "a", "cpu": "512", C}`, nil},
		"empty and absent":    {`{"family": "a", "volumes": [], "tags": null, C}`, `{"family": "a", C}`, nil},
		"what AWS adds":       {`{"family": "a", "revision": 3, "status": "ACTIVE", "requiresAttributes": [{"name": "x"}], "registeredBy": "me", C}`, `{"family": "a", C}`, nil},
		"bridge":              {`{"family": "a", "networkMode": "bridge", C}`, `{"family": "a", C}`, nil},
		"another mode":        {`{"family": "a", "networkMode": "host", C}`, `{"family": "a", C}`, []string{"networkMode"}},
		"essential":           {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "essential": true, "cpu": 0}]}`, `{"family": "a", C}`, nil},
		"not essential":       {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "essential": false}]}`, `{"family": "a", C}`, []string{"x.essential"}},
		"order of containers": {`{"family": "a", "containerDefinitions": [{"name": "y", "image": "j"}, {"name": "x", "image": "i"}]}`, `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i"}, {"name": "y", "image": "j"}]}`, nil},
		"order of a list": {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}]}`,
			`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}]}`, nil},
		"order of a command": {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "command": ["b", "a"]}]}`,
			`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "command": ["a", "b"]}]}`, []string{"x.command"}},
		"a variable": {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "environment": [{"name": "A", "value": "c4n4ry"}]}]}`,
			`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "environment": [{"name": "A", "value": "1"}]}]}`, []string{"x.environment.A.value"}},
		"a new variable": {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "environment": [{"name": "A", "value": "c4n4ry"}]}]}`, `{"family": "a", C}`, []string{"x.environment"}},
		"ports of awsvpc": {`{"family": "a", "networkMode": "awsvpc", "containerDefinitions": [{"name": "x", "image": "i", "portMappings": [{"containerPort": 80}]}]}`,
			`{"family": "a", "networkMode": "awsvpc", "containerDefinitions": [{"name": "x", "image": "i", "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}]}]}`, nil},
		"ports of bridge": {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "portMappings": [{"containerPort": 80}]}]}`,
			`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}]}]}`, nil},
		"one port, two protocols": {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "portMappings": [{"containerPort": 53, "protocol": "udp"}, {"containerPort": 53}]}]}`,
			`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "portMappings": [{"containerPort": 53, "protocol": "tcp"}, {"containerPort": 53, "protocol": "udp"}]}]}`, nil},
		"a health check": {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "healthCheck": {"command": ["CMD", "true"]}}]}`,
			`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "healthCheck": {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3}}]}`, nil},
		"an unknown key": {`{"family": "a", "futureKey": {"depth": 1}, C}`, `{"family": "a", C}`, []string{"futureKey"}},
		"tags of others": {`{"family": "a", C}`, `{"family": "a", "tags": [{"key": "team", "value": "x"}], C}`, nil},
		"tags of ours":   {`{"family": "a", "tags": [{"key": "team", "value": "y"}], C}`, `{"family": "a", "tags": [{"key": "team", "value": "x"}], C}`, []string{"tags.team.value"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			read := func(text string) document {
				d, err := parse([]byte(strings.Replace(text, " C}", ` "containerDefinitions": [{"name": "x", "image": "i"}]}`, 1)))
				if err != nil {
					t.Fatal(err)
				}
				return d
			}
			got := differences(read(test.a), read(test.b))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(strings.Join(got, " "), "c4n4ry") {
				t.Error("a difference shows a value")
			}
		})
	}
}

// What ECS answers for a file is the same as the file.
func TestRegisteredIsTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := taskDefinition("big", "shop/app:1")
	arn := w.ecs.AddTaskDefinition(text)
	target := w.target()
	cluster, err := target.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	there, err := cluster.taskDefinition(t.Context(), arn)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := differences(file, there); len(diff) > 0 {
		t.Errorf("differences: %v", diff)
	}
}

func TestAssign(t *testing.T) {
	t.Parallel()
	images := map[string]deploy.Image{
		"api": {Reference: "host.example/shop/backend@sha256:1"}, "web": {Reference: "host.example/shop/web@sha256:2"},
	}
	tests := map[string]struct {
		image, name string
		containers  map[string]string
		want        map[string]string
	}{
		"by repository":       {image: "host.example/shop/backend:old", name: "app", want: map[string]string{"app": "api"}},
		"in another registry": {image: "other.example:5000/shop/backend:old", name: "app", want: map[string]string{"app": "api"}},
		"without a registry":  {image: "shop/web", name: "app", want: map[string]string{"app": "web"}},
		"by name":             {image: "<IMAGE>", name: "web", want: map[string]string{"web": "web"}},
		"as it is written":    {image: "nginx", name: "app", containers: map[string]string{"app": "web"}, want: map[string]string{"app": "web"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := document{"containerDefinitions": []any{map[string]any{"name": test.name, "image": test.image}}}
			got, err := serviceSpec{Containers: test.containers}.assign(d, images)
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
		})
	}
}

func TestParseSecretRef(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:secretsmanager:us-east-1:111111111111:secret:prod/db-AbCdEf"
	tests := map[string]SecretRef{
		arn:                              {ID: arn},
		arn + ":user::":                  {ID: arn, Key: "user"},
		arn + ":user:AWSPREVIOUS:":       {ID: arn, Key: "user", Stage: "AWSPREVIOUS"},
		arn + ":::0123":                  {ID: arn, Version: "0123"},
		"arn:aws:ssm:eu-1:1:parameter/a": {ID: "arn:aws:ssm:eu-1:1:parameter/a", Parameter: true},
		"/prod/db":                       {ID: "/prod/db", Parameter: true},
	}
	for from, want := range tests {
		got, err := parseSecretRef(from)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(from, diff, err)
		}
	}
	for _, from := range []string{arn + ":user", arn + ":user:AWSCURRENT", "arn:aws:s3:::bucket"} {
		if _, err := parseSecretRef(from); err == nil {
			t.Errorf("%s was read", from)
		}
	}
}

// Keys that AWS adds tomorrow survive, whether the document comes from a file
// or from what runs.
func TestUnknownKeysSurvive(t *testing.T) {
	t.Parallel()
	const keys = `"futureKey": {"depth": [1, 2.50]}, `
	future := strings.NewReplacer(`"family"`, keys+`"family"`, `"name": "app"`, keys+`"name": "app"`).Replace(taskDefinition("api", registry+"shop/app:1"))
	for name, fromFile := range map[string]bool{"from a file": true, "from what runs": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for _, structure := range []string{"RegisterTaskDefinitionRequest", "TaskDefinition", "ContainerDefinition"} {
				w.fake.AddMember("ecs", structure, "futureKey")
			}
			if fromFile {
				file(future)(w)
			} else {
				w.ecs.AddTaskDefinition(future)
				w.ecs.AddService(createService("api", "api:2", 2))
			}
			w.mustDeploy("1")
			w.mustDeploy("2")
			calls := w.fake.Calls("ecs", "RegisterTaskDefinition")
			if len(calls) != 2 {
				t.Fatalf("%d revisions registered, want 2", len(calls))
			}
			for _, call := range calls {
				text, err := json.Marshal(call.Input)
				if err != nil || strings.Count(string(text), `"futureKey":{"depth":[1,2.5]}`) != 2 {
					t.Errorf("registered %s", text)
				}
			}
			if plan := w.plan("2"); !plan.Empty() {
				t.Errorf("plan %+v", plan.Changes)
			}
		})
	}
}

// The file that init writes is what runs: deploying it changes images alone.
func TestInitTaskDefinition(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text, err := w.target().InitTaskDefinition(t.Context(), "api")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range append(readOnly, "volumes") {
		if strings.Contains(string(text), `"`+key+`"`) {
			t.Errorf("the file has %q:\n%s", key, text)
		}
	}
	file(string(text))(w)
	plan := w.plan("1")
	if len(plan.Changes) != 1 || plan.Changes[0].Note != "" {
		t.Errorf("plan %+v, want just another image", plan.Changes)
	}
	_, err = w.target().InitTaskDefinition(t.Context(), "apo")
	wantError(t, err, `no service "apo"`)
}

func FuzzParse(f *testing.F) {
	f.Add(taskDefinition("api", "shop/app:1"))
	f.Add(`{"taskDefinition": {"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "portMappings": [3, {"containerPort": null}], "environment": [null]}]}, "tags": [1]}`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parse([]byte(text))
		if err != nil {
			return
		}
		if !equal(d, d) {
			t.Error("it differs from itself")
		}
		encoded, err := d.encode("")
		if err != nil {
			t.Fatal(err)
		}
		again, err := parse(encoded)
		if err != nil || !equal(d, again) {
			t.Errorf("written and read again it differs: %v", err)
		}
		_, _ = d.secretRefs()
		d.clean()
	})
}
