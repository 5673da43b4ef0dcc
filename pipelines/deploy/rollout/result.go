package rollout

import (
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
)

// Result is a deploy that succeeded.
type Result struct {
	Entry journal.Entry `json:"entry"`
	// Plans that were applied, in order.
	Plans []deploy.Plan `json:"plans"`
	// Previous is the tag that was live before; empty for none.
	Previous string `json:"previous,omitempty"`
	// Proofs are what runs, by target.
	Proofs map[string]deploy.Proof `json:"proofs"`
}
