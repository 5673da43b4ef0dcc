package container

import (
	"strings"
	"testing"
)

// FuzzInspect wants an answer or an error from whatever a host's docker prints.
func FuzzInspect(f *testing.F) {
	f.Add(`[{"Id":"a","Name":"/x","Image":"sha256:1","State":{"Status":"running","Health":{"Status":"healthy","Log":[{"ExitCode":0,"Output":"o"}]}},"Config":{"Image":"i@sha256:00","Labels":{"com.docker.compose.service":"web"}},"NetworkSettings":{"Networks":{"n":{"IPAddress":"10.0.0.1"}}}}]`, `sha256:1 ["i@sha256:00","j"]`)
	f.Add(`[null,{"State":null,"Config":null,"NetworkSettings":{"Networks":{"n":null}}}]`, "x\n \n[]\na null")
	f.Fuzz(func(t *testing.T, inspect, images string) {
		all, err := parse([]byte(inspect + "\n" + images))
		if err != nil {
			return
		}
		for i, c := range all {
			if c.Config.Labels[LabelOneOff] == "True" {
				t.Errorf("a one-off command is in the list: %v", c)
			}
			c.Service()
			c.ConfigHash()
			c.Address([]string{"n"})
			c.Addresses()
			c.Status()
			c.Serves()
			c.Starting()
			c.AsWanted(MustEnd)
			all[i].RunsAny([]string{"sha256:00"})
			if strings.Contains(ShortReference(c.Config.Image), "\x00") != strings.Contains(c.Config.Image, "\x00") && !strings.Contains(c.Config.Image, "@sha256:") {
				t.Errorf("%q became %q", c.Config.Image, ShortReference(c.Config.Image))
			}
		}
		DescribeImages(all)
		if len(IDs(all)) != len(all) {
			t.Error("not every container has an id")
		}
	})
}
