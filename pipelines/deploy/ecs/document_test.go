package ecs

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
)

// What is compared is what people wrote. Nothing here knows what AWS fills in.
func TestDifferences(t *testing.T) {
	t.Parallel()
	whole := taskDefinition("api", "shop/app:1")
	const variables = `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}]}`
	tests := map[string]struct {
		a, b string
		// want are the differences of two documents of one making, items those of what is
		// wanted from what AWS answers, and sent those of what was sent.
		want, items, sent []string
	}{
		"the same":         {a: whole, b: whole},
		"units":            {a: `{"family": "a", "cpu": "1 vCPU", "memory": "0.5 GB", C}`, b: `{"family": "a", "cpu": "1024", "memory": 512, C}`},
		"half a CPU":       {a: `{"family": "a", "cpu": ".5 vcpu", C}`, b: `{"family": "a", "cpu": "512", C}`},
		"empty and absent": {a: `{"family": "a", "volumes": [], "tags": null, C}`, b: `{"family": "a", C}`},
		"what only ECS sets": {a: `{"family": "a", C}`,
			b: `{"family": "a", "revision": 3, "status": "ACTIVE", "requiresAttributes": [{"name": "x"}], "registeredBy": "me", C}`},
		"a number as text": {a: `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "memory": "512"}]}`,
			b: `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "memory": 512}]}`},
		"another mode": {a: `{"family": "a", "networkMode": "host", C}`, b: `{"family": "a", "networkMode": "bridge", C}`,
			want: []string{"networkMode"}, items: []string{"networkMode"}, sent: []string{"networkMode"}},
		"a key that is filled in": {a: `{"family": "a", C}`, b: `{"family": "a", "networkMode": "bridge", C}`, want: []string{"networkMode"}},
		"a key of a container that is filled in": {a: `{"family": "a", C}`,
			b: `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "essential": true, "cpu": 0}]}`, want: []string{"x.cpu", "x.essential"}},
		"a key deep down that is filled in": {a: `{"family": "a", "volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}], C}`,
			b:    `{"family": "a", "volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": "/"}}], C}`,
			want: []string{"volumes.v.efsVolumeConfiguration.rootDirectory"}},
		"a key that was dropped": {a: `{"family": "a", "futureKey": {"depth": 1}, C}`, b: `{"family": "a", C}`,
			want: []string{"futureKey"}, items: []string{"futureKey"}, sent: []string{"futureKey"}},
		"order of containers": {a: `{"family": "a", "containerDefinitions": [{"name": "y", "image": "j"}, {"name": "x", "image": "i"}]}`,
			b: `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i"}, {"name": "y", "image": "j"}]}`},
		"order of a list": {a: variables,
			b: `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}]}`},
		"order of a command": {a: `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "command": ["b", "a"]}]}`,
			b:    `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "command": ["a", "b"]}]}`,
			want: []string{"x.command"}, items: []string{"x.command"}, sent: []string{"x.command"}},
		"a variable": {a: `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "environment": [{"name": "A", "value": "c4n4ry"}]}]}`,
			b:    `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "environment": [{"name": "A", "value": "1"}]}]}`,
			want: []string{"x.environment.A.value"}, items: []string{"x.environment.A.value"}, sent: []string{"x.environment.A.value"}},
		"a variable that goes": {a: `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "environment": [{"name": "A", "value": "1"}]}]}`, b: variables,
			want: []string{"x.environment.B"}, items: []string{"x.environment.B"}},
		"a container that goes": {a: `{"family": "a", C}`, b: `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i"}, {"name": "y", "image": "j"}]}`,
			want: []string{"y"}, items: []string{"y"}},
		"a protocol that is filled in": {a: `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "portMappings": [{"containerPort": 80}]}]}`,
			b:    `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}]}]}`,
			want: []string{"x.portMappings.80.hostPort", "x.portMappings.80.protocol"}},
		"one port, two protocols": {a: `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "portMappings": [{"containerPort": 53, "protocol": "udp"}, {"containerPort": 53, "protocol": "tcp"}]}]}`,
			b: `{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "portMappings": [{"containerPort": 53, "protocol": "tcp"}, {"containerPort": 53, "protocol": "udp"}]}]}`},
		"tags of others": {a: `{"family": "a", C}`, b: `{"family": "a", "tags": [{"key": "team", "value": "x"}], C}`},
		"tags of ours": {a: `{"family": "a", "tags": [{"key": "team", "value": "y"}], C}`, b: `{"family": "a", "tags": [{"key": "team", "value": "x"}], C}`,
			want: []string{"tags.team.value"}, items: []string{"tags.team.value"}, sent: []string{"tags.team.value"}},
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
			for l, want := range map[left][]string{leftCounts: test.want, leftItemsCount: test.items, leftIsFilledIn: test.sent} {
				got := differences(read(test.a), read(test.b), l)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(l, diff)
				}
				if strings.Contains(strings.Join(got, " "), "c4n4ry") {
					t.Error("a difference shows a value")
				}
			}
		})
	}
}

// What ECS answers for a file is that file with more in it, whatever it fills in.
func TestRegisteredHasWhatWasSent(t *testing.T) {
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
	if !there.has(file) {
		t.Errorf("differences: %v", differences(file, there.document, leftItemsCount))
	}
	if there.is(file) {
		t.Error("a revision that nobody noted anything of counts as made from the file")
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
		if len(differences(d, d, leftCounts)) > 0 {
			t.Error("it differs from itself")
		}
		encoded, err := d.encode("")
		if err != nil {
			t.Fatal(err)
		}
		again, err := parse(encoded)
		if err != nil || len(differences(d, again, leftCounts)) > 0 {
			t.Errorf("written and read again it differs: %v", err)
		}
		_, _ = d.secretRefs()
		d.clean()
	})
}
