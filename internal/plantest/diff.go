// Package plantest compares what was planned before something was published with
// what a deploy did once it was.
package plantest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/release"
)

// Diff is how the plans that a deploy applied differ from those that were made
// before the release was published, when the digests that publishing brought are
// filled in; empty when they don't. A plan may note more than the deploy, which does not
// look at what a change comes from.
func Diff(planned pipelines.Planned, done rollout.Result) string {
	built := slices.ContainsFunc(planned.Images, func(i pipelines.ImagePlan) bool { return i.Action == pipelines.BuildImage })
	before, after := filled(planned, done), shown(planned, done)
	for i := range min(len(before), len(after)) {
		before[i].Notes = slices.DeleteFunc(before[i].Notes, func(note string) bool { return !slices.Contains(after[i].Notes, note) })
	}
	return cmp.Diff(readable(before, built), readable(after, built), cmpopts.EquateEmpty())
}

// plan is one target's, with the actions as lines of text.
type plan struct {
	deploy.Plan
	Actions []string
}

// fingerprint is the hash of something that has digests in it.
var fingerprint = regexp.MustCompile(`("fingerprint": )".*"`)

// readable are plans whose actions are lines; without hashes of what has digests in
// it when some are not the ones that were planned with.
func readable(plans []deploy.Plan, built bool) []plan {
	var all []plan
	for _, p := range plans {
		var actions any
		json.Unmarshal(p.Actions, &actions)
		text, _ := json.MarshalIndent(actions, "", " ")
		if built {
			text = fingerprint.ReplaceAll(text, []byte("$1"))
		}
		p.Actions = nil
		all = append(all, plan{p, strings.Split(string(text), "\n")})
	}
	return all
}

// filled are the targets of a plan with the digests of images that were built
// meanwhile in the places of those that were not known, but for where people read
// "(built at publish)".
func filled(planned pipelines.Planned, done rollout.Result) []deploy.Plan {
	var fill []string
	for _, image := range planned.Images {
		if image.Action == pipelines.BuildImage {
			fill = append(fill, replacements(pending(image), done.Entry.Digests[image.Name])...)
		}
	}
	return replaced(planned.Targets, strings.NewReplacer(fill...).Replace)
}

// shown are the plans of a deploy as people would have read them before the images
// were built that the plan said it would build.
func shown(planned pipelines.Planned, done rollout.Result) []deploy.Plan {
	var hide []string
	for _, image := range planned.Images {
		if image.Action == pipelines.BuildImage {
			hide = append(hide, replacements(done.Entry.Digests[image.Name], pending(image))...)
		}
	}
	hidden := strings.NewReplacer(hide...)
	all := replaced(done.Plans, func(text string) string { return text })
	for i, p := range all {
		for j, c := range p.Changes {
			for _, text := range []*string{&c.Subject, &c.Note, &c.Before, &c.After} {
				*text = release.ShowPending(hidden.Replace(*text))
			}
			p.Changes[j] = c
		}
		for j, note := range p.Notes {
			p.Notes[j] = release.ShowPending(hidden.Replace(note))
		}
		all[i] = p
	}
	return all
}

// replacements are pairs of what stands for a digest, whole and cut as plans show it,
// and what comes in its place.
func replacements(from, to string) []string {
	short := func(digest string) string {
		_, hex, _ := strings.Cut(digest, ":")
		return hex[:min(12, len(hex))]
	}
	return []string{from, to, "@" + short(from), "@" + short(to), "sha256:" + short(from), "sha256:" + short(to)}
}

// replaced are copies of plans whose pins and actions have another text.
func replaced(plans []deploy.Plan, by func(string) string) []deploy.Plan {
	var all []deploy.Plan
	for _, p := range plans {
		p.Changes = append([]deploy.Change{}, p.Changes...)
		p.Notes = append([]string(nil), p.Notes...)
		p.Pins = append([]deploy.Pin(nil), p.Pins...)
		for i := range p.Pins {
			p.Pins[i].Value = by(p.Pins[i].Value)
		}
		p.Actions = json.RawMessage(by(string(p.Actions)))
		all = append(all, p)
	}
	return all
}

// pending is what a plan has in the place of an image's digest.
func pending(image pipelines.ImagePlan) string {
	return release.PendingDigest(image.Name + " " + image.Content)
}
