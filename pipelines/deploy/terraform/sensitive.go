package terraform

import (
	"encoding/json"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"

	"git.example/slipway/pipelines/secrets"
)

// readPlan reads what `show -json` prints of a plan. It has secrets in the clear.
func readPlan(shown []byte) (*tfjson.Plan, error) {
	p := &tfjson.Plan{}
	p.UseJSONNumber(true)
	if err := json.Unmarshal(shown, p); err != nil {
		return nil, fmt.Errorf("reading Terraform's plan: %w", err)
	}
	return p, nil
}

// sensitive are a plan's secrets: the values of sensitive variables, and of
// attributes and outputs that are marked so. Terraform hides them where it knows
// the mark; providers lose it, such as terraform_data in its output.
func sensitive(p *tfjson.Plan) []secrets.Value {
	var all []secrets.Value
	add := func(text string) { all = append(all, secrets.NewValue(text)) }
	if p.Config != nil && p.Config.RootModule != nil {
		for name, v := range p.Config.RootModule.Variables {
			if given := p.Variables[name]; v.Sensitive && given != nil {
				texts(given.Value, true, add)
			}
		}
	}
	both := func(c *tfjson.Change) {
		if c != nil {
			texts(c.Before, c.BeforeSensitive, add)
			texts(c.After, c.AfterSensitive, add)
		}
	}
	for _, r := range p.ResourceChanges {
		both(r.Change)
	}
	for _, c := range p.OutputChanges {
		both(c)
	}
	return all
}

// texts adds the texts of value where marked, which has its shape, is true.
func texts(value, marked any, add func(string)) {
	if marked == false {
		return
	}
	switch value := value.(type) {
	case string:
		if marked == true && value != "" {
			add(value)
		}
	case map[string]any:
		marks, _ := marked.(map[string]any)
		for key, v := range value {
			texts(v, orAll(marked, marks[key]), add)
		}
	case []any:
		marks, _ := marked.([]any)
		for i, v := range value {
			var mark any
			if i < len(marks) {
				mark = marks[i]
			}
			texts(v, orAll(marked, mark), add)
		}
	}
}

// orAll is true when the whole is marked, else the mark of the part.
func orAll(whole, part any) any {
	if whole == true {
		return true
	}
	return part
}
