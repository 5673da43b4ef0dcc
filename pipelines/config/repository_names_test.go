package config

import "testing"

func TestRegistryNames(t *testing.T) {
	hub := Registry{DockerHub: &DockerHub{Namespace: "acme"}}
	ecr := Registry{ECR: &ECR{Account: "111111111111", Region: "us-east-1"}}
	china := Registry{ECR: &ECR{Account: "111111111111", Region: "cn-north-1"}}
	oci := Registry{OCI: &OCI{Host: "ghcr.io", Namespace: "acme/apps"}}
	bare := Registry{OCI: &OCI{Host: "localhost:5000"}}
	embedded := Registry{Embedded: &EmbeddedRegistry{}}
	moved := Registry{Embedded: &EmbeddedRegistry{Address: "127.0.0.1:6000"}}
	tests := map[string]struct {
		registry            Registry
		host, usual, chosen string
	}{
		"docker hub":      {hub, "docker.io", "docker.io/acme/tracker-api", "docker.io/acme/backend"},
		"ecr":             {ecr, "111111111111.dkr.ecr.us-east-1.amazonaws.com", "111111111111.dkr.ecr.us-east-1.amazonaws.com/tracker/api", "111111111111.dkr.ecr.us-east-1.amazonaws.com/backend"},
		"ecr in china":    {china, "111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn", "111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn/tracker/api", "111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn/backend"},
		"oci":             {oci, "ghcr.io", "ghcr.io/acme/apps/tracker/api", "ghcr.io/acme/apps/backend"},
		"no namespace":    {bare, "localhost:5000", "localhost:5000/tracker/api", "localhost:5000/backend"},
		"embedded":        {embedded, "127.0.0.1:5077", "127.0.0.1:5077/tracker/api", "127.0.0.1:5077/backend"},
		"embedded, moved": {moved, "127.0.0.1:6000", "127.0.0.1:6000/tracker/api", "127.0.0.1:6000/backend"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.registry.Host(); got != test.host {
				t.Errorf("host is %q, want %q", got, test.host)
			}
			if got := test.registry.Repository("tracker", "api", Image{}); got != test.usual {
				t.Errorf("default repository is %q, want %q", got, test.usual)
			}
			if got := test.registry.Repository("tracker", "api", Image{Repository: "backend"}); got != test.chosen {
				t.Errorf("chosen repository is %q, want %q", got, test.chosen)
			}
		})
	}
}

// Where records are depends on no image.
func TestRecordRepository(t *testing.T) {
	oci := Registry{OCI: &OCI{Host: "ghcr.io", Namespace: "acme"}}
	tests := map[string]struct {
		config   Config
		registry Registry
		want     string
	}{
		"by the project": {Config{Project: "tracker"}, oci, "ghcr.io/acme/tracker/release"},
		"on docker hub":  {Config{Project: "tracker"}, Registry{DockerHub: &DockerHub{Namespace: "acme"}}, "docker.io/acme/tracker-release"},
		"configured":     {Config{Project: "tracker", Record: &Record{Repository: "tracker/releases"}}, oci, "ghcr.io/acme/tracker/releases"},
		"with images":    {Config{Project: "tracker", Images: Images{Named: Map[Image]{{Name: "web"}}}}, oci, "ghcr.io/acme/tracker/release"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.config.RecordRepository(test.registry); got != test.want {
				t.Errorf("record repository is %q, want %q", got, test.want)
			}
		})
	}
}
