package terraform

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"git.example/slipway/pipelines/deploy"
)

// change is one resource or output that a plan changes, without its secrets.
type change struct {
	// Address of the resource, or "output.NAME". An object that a replacement
	// left behind has its key after it.
	Address string `json:"address"`
	// Hash is over what is known of the change, with sensitive values masked.
	Hash string `json:"hash"`

	shown deploy.Change
}

// readChanges are the changes of a plan, by address. Of the plan's values nothing
// but the names of attributes gets into what is returned; hide removes secrets
// from what is hashed.
func readChanges(p *tfjson.Plan, hide func(string) string) []change {
	var all []change
	for _, r := range p.ResourceChanges {
		if c := r.Change; c != nil && changes(c, r.PreviousAddress) {
			all = append(all, resourceChange(r, hide))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.OutputChanges)) {
		if c := p.OutputChanges[name]; c != nil && !c.Actions.NoOp() {
			shown := deploy.Change{Kind: kindOf(c), Subject: "output." + name}
			all = append(all, change{Address: shown.Subject, Hash: hash(masked(c, hide), attributes(c)), shown: shown})
		}
	}
	slices.SortFunc(all, func(a, b change) int { return cmp.Compare(a.Address, b.Address) })
	return all
}

// changes says whether anything happens to a resource. Data sources that are read
// while applying change nothing.
func changes(c *tfjson.Change, moved string) bool {
	return moved != "" || c.Importing != nil || !c.Actions.NoOp() && !c.Actions.Read()
}

func resourceChange(r *tfjson.ResourceChange, hide func(string) string) change {
	c := r.Change
	shown := deploy.Change{Kind: kindOf(c), Subject: r.Address, Note: strings.Join(attributes(c), ", ")}
	var notes []string
	if r.DeposedKey != "" {
		shown.Subject += " (deposed " + r.DeposedKey + ")"
	}
	if r.PreviousAddress != "" {
		notes = append(notes, "it was "+r.PreviousAddress)
	}
	if c.Importing != nil {
		notes = append(notes, "imported")
	}
	switch shown.Kind {
	case deploy.Create, deploy.Destroy, forget:
		shown.Note = "" // all of its attributes
	}
	if shown.Note != "" {
		notes = append(notes, shown.Note)
	}
	shown.Note = strings.Join(notes, "; ")
	return change{
		Address: shown.Subject, shown: shown,
		Hash: hash(r.PreviousAddress, c.Importing != nil, c.Actions, c.ReplacePaths, masked(c, hide), attributes(c)),
	}
}

// Kinds of change that only Terraform has.
const (
	move   deploy.Kind = "move"   // a resource has another address
	forget deploy.Kind = "forget" // a resource stays, and Terraform no longer knows it
)

func kindOf(c *tfjson.Change) deploy.Kind {
	switch {
	case c.Actions.Replace(), slices.Contains(c.Actions, tfjson.ActionForget) && len(c.Actions) > 1:
		return deploy.Replace
	case c.Actions.Create():
		return deploy.Create
	case c.Actions.Delete():
		return deploy.Destroy
	case c.Actions.Forget():
		return forget
	case c.Actions.NoOp():
		return move
	}
	return deploy.Update
}

// attributes are the names of the attributes that change, also secret ones.
func attributes(c *tfjson.Change) []string {
	before, _ := c.Before.(map[string]any)
	after, _ := c.After.(map[string]any)
	unknown, _ := c.AfterUnknown.(map[string]any)
	names := map[string]bool{}
	for _, values := range []map[string]any{before, after, unknown} {
		for name := range values {
			if !reflect.DeepEqual(before[name], after[name]) || hasTrue(unknown[name]) {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// masked are the values before and after as JSON, without those that are secret.
func masked(c *tfjson.Change, hide func(string) string) string {
	return hide(encode(mask(c.Before, c.BeforeSensitive), mask(c.After, c.AfterSensitive), c.AfterUnknown))
}

// mask is value with its sensitive parts replaced. sensitive has its shape, with
// true in the place of what is sensitive.
func mask(value, sensitive any) any {
	switch sensitive := sensitive.(type) {
	case bool:
		if sensitive {
			return "(sensitive)"
		}
	case map[string]any:
		values, ok := value.(map[string]any)
		if !ok {
			break
		}
		out := make(map[string]any, len(values))
		for key, v := range values {
			out[key] = mask(v, sensitive[key])
		}
		return out
	case []any:
		values, ok := value.([]any)
		if !ok {
			break
		}
		out := make([]any, len(values))
		for i, v := range values {
			out[i] = v
			if i < len(sensitive) {
				out[i] = mask(v, sensitive[i])
			}
		}
		return out
	}
	return value
}

// hasTrue says whether anything in a tree of booleans is true.
func hasTrue(tree any) bool {
	switch tree := tree.(type) {
	case bool:
		return tree
	case map[string]any:
		for _, v := range tree {
			if hasTrue(v) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(tree, hasTrue)
	}
	return false
}

// encode is values as JSON, whose keys are sorted.
func encode(values ...any) string {
	text, err := json.Marshal(values)
	if err != nil {
		return fmt.Sprint(values...) // what came from JSON can be written as such
	}
	return string(text)
}

// hash is the SHA-256 of values as JSON.
func hash(values ...any) string {
	sum := sha256.Sum256([]byte(encode(values...)))
	return hex.EncodeToString(sum[:])
}

// hashAll is the hash of a whole plan.
func hashAll(all []change) string {
	hashes := make([]string, len(all))
	for i, c := range all {
		hashes[i] = c.Address + " " + c.Hash
	}
	return "sha256:" + hash(hashes)
}

// differences are the addresses that two plans change differently.
func differences(planned, fresh []change) []string {
	hashes := map[string]string{}
	for _, c := range planned {
		hashes[c.Address] = c.Hash
	}
	var different []string
	for _, c := range fresh {
		if before, ok := hashes[c.Address]; !ok || before != c.Hash {
			different = append(different, c.Address)
		}
		delete(hashes, c.Address)
	}
	return append(different, slices.Sorted(maps.Keys(hashes))...)
}
