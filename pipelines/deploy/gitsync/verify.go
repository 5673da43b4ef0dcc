package gitsync

import (
	"context"
	"fmt"

	"git.example/slipway/pipelines/deploy"
)

// mostDrift is how many differences are told one by one.
const mostDrift = 20

// prove compares the files as Target.Verify says.
func prove(ctx context.Context, options Options, d deploy.Desired) (deploy.Proof, error) {
	o, err := observe(ctx, options, d, false)
	if err != nil {
		return deploy.Proof{}, err
	}
	proof := deploy.Proof{Unit: "checkout", Drift: o.drift(options.Dir, d)}
	if len(d.Sync) > 0 && o.kind != "missing" {
		shown := o.running(options.Dir)
		shown.ID, shown.Image = d.Sync[0].Commit, "tree:"+o.want
		proof.Running = []deploy.Running{shown}
	}
	return proof, nil
}

// drift is how the directory dir differs from d.
func (o observation) drift(dir string, d deploy.Desired) []deploy.Drift {
	wanted := ""
	if len(d.Sync) > 0 {
		wanted = layersText(d.Sync)
	}
	switch {
	case wanted == "" && !o.ours:
		return nil
	case wanted == "" && o.before != "":
		return nil // it was brought back, as what it was
	case wanted == "":
		if o.kind == "missing" || o.state.Tree == "" {
			return nil
		}
		return []deploy.Drift{{Subject: dir, Kind: deploy.DriftExtra, Got: o.text()}}
	case o.kind == "missing":
		return []deploy.Drift{{Subject: dir, Kind: deploy.DriftMissing, Want: wanted}}
	case o.want == "":
		return []deploy.Drift{{Subject: dir, Kind: deploy.DriftState, Want: wanted, Got: "a host that has lost it"}}
	case o.kind == "link" && !o.linked && !o.state.InPlace:
		return []deploy.Drift{{Subject: dir, Kind: deploy.DriftConfig, Want: wanted, Got: "a link to " + o.target}}
	}
	return o.fileDrift(wanted)
}

// fileDrift is every path that is not as it should be.
func (o observation) fileDrift(wanted string) []deploy.Drift {
	var drift []deploy.Drift
	for i, f := range o.differs {
		one := deploy.Drift{Subject: f.path, Kind: deploy.DriftConfig, Want: wanted, Got: "edited by hand"}
		switch f.kind {
		case "D":
			one.Kind, one.Got = deploy.DriftMissing, ""
		case "?":
			one.Kind, one.Want, one.Got = deploy.DriftExtra, "", "a file that nobody released"
		}
		if o.state.Tree != o.want && f.kind != "?" && f.kind != "D" {
			one.Got = o.text()
		}
		if i == mostDrift {
			one = deploy.Drift{Subject: fmt.Sprintf("%d more paths", len(o.differs)-mostDrift), Kind: deploy.DriftConfig, Want: wanted}
		}
		drift = append(drift, one)
		if i == mostDrift {
			break
		}
	}
	return drift
}
