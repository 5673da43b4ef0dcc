package pipelines

import (
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/images"
)

// Planned is everything that a deploy would do.
type Planned struct {
	Environment string `json:"environment"`
	Tag         string `json:"tag"`
	// Published says that the release exists. When it does not, Images says what a
	// publish would do, and Targets are planned with the release that it would make.
	Published bool `json:"published"`
	// Record is the digest of the release record, where there is one.
	Record string `json:"record,omitempty"`
	// Offline says that nothing outside the checkout was asked: Targets say what
	// would run, and nothing of what differs from what runs.
	Offline bool `json:"offline,omitempty"`
	// First says that nothing was ever deployed to the environment.
	First  bool        `json:"first,omitempty"`
	Images []ImagePlan `json:"images,omitempty"`
	// Checks are those that ran for the plan, with Build.
	Checks []CheckResult `json:"checks,omitempty"`
	// Refused are why a deploy would refuse the release, if it would.
	Refused []string `json:"refused,omitempty"`
	// Wrong are why publishing or deploying would fail.
	Wrong []string `json:"wrong,omitempty"`
	// Unseen is what could not be looked at, so that the plan is not whole.
	Unseen  []Unseen      `json:"unseen,omitempty"`
	Targets []deploy.Plan `json:"targets,omitempty"`
	// Shipping is what comes, compared with what is live; nil where that was not read.
	Shipping *Shipping `json:"shipping,omitempty"`
}

// Question is what is asked before a protected environment is changed.
type Question struct {
	// Text reads as "Deploy 75_db4b44b to the protected environment prod?".
	Text string
	// Planned is what would be done.
	Planned Planned
}

// Unseen is something that a plan would have to look at and could not.
type Unseen struct {
	// Subject reads as "target stack" or "registry prod".
	Subject string `json:"subject"`
	// Why it was not seen.
	Why string `json:"why"`
}

// Empty says that there is nothing to do.
func (p Planned) Empty() bool {
	for _, target := range p.Targets {
		if !target.Empty() {
			return false
		}
	}
	return p.Published
}

// Whole says that everything was seen, but for what Offline leaves out, and that
// nothing is wrong.
func (p Planned) Whole() bool {
	return len(p.Wrong) == 0 && (p.Offline || len(p.Unseen) == 0)
}

// unseen notes what could not be looked at.
func (p *Planned) unseen(subject string, err error) {
	p.Unseen = append(p.Unseen, Unseen{Subject: subject, Why: err.Error()})
}

// ImagePlan is what a publish would do with one image.
type ImagePlan struct {
	Name   string      `json:"name"`
	Action ImageAction `json:"action"`
	// Content is the tag of the image's content; empty when it was not seen.
	Content string `json:"content,omitempty"`
	// Digest is empty for an image that has to be built. With Build it is the one that
	// was built for the plan: a publish builds it anew, to the same content and maybe
	// another digest.
	Digest string `json:"digest,omitempty"`
}

// ImageAction is what a publish would do with an image.
type ImageAction string

// The actions of a publish.
const (
	ReuseImage ImageAction = "reuse"
	BuildImage ImageAction = "build"
	// UnseenImage is an image of which nobody knows whether a registry has it.
	UnseenImage ImageAction = "unseen"
)

// imagePlans are what a publish would do with images.
func imagePlans(work *images.Assessment) []ImagePlan {
	var plans []ImagePlan
	for _, image := range work.Images {
		action := BuildImage
		if image.Digest != "" && !image.Apart {
			action = ReuseImage
		}
		plans = append(plans, ImagePlan{Name: image.Name, Action: action, Content: image.ContentTag, Digest: image.Digest})
	}
	return plans
}
