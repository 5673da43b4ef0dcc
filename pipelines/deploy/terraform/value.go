package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// Values are what the state of a directory has: outputs, and attributes of resources.
// Nothing is changed, and no secret is given out.
type Values struct{ state *tfjson.State }

// Values reads the state.
func (t *Target) Values(ctx context.Context) (Values, error) {
	p, err := t.launch(ctx, io.Discard)
	if err != nil {
		return Values{}, err
	}
	shown, err := p.json(ctx, "show", "-json")
	if err != nil {
		return Values{}, err
	}
	state := &tfjson.State{}
	state.UseJSONNumber(true)
	if err := json.Unmarshal(shown, state); err != nil {
		return Values{}, fmt.Errorf("reading Terraform's state: %w", err)
	}
	return Values{state}, nil
}

// Text is the value of an output ("output.NAME"), or of an attribute of a resource
// ("aws_subnet.a.id", "module.net.aws_subnet.a[0].tags.Name"), as text.
func (v Values) Text(address string) (string, error) {
	if v.state.Values == nil {
		return "", errors.New("the state of Terraform is empty: apply the code first")
	}
	if name, ok := strings.CutPrefix(address, "output."); ok {
		return v.output(name)
	}
	for _, r := range resources(v.state.Values.RootModule) {
		path, ok := strings.CutPrefix(address, r.Address+".")
		if !ok {
			continue
		}
		var marked any
		_ = json.Unmarshal(r.SensitiveValues, &marked) // absent in old states
		value, secret := any(r.AttributeValues), marked
		for _, key := range strings.Split(path, ".") {
			object, _ := value.(map[string]any)
			marks, _ := secret.(map[string]any)
			value, secret = object[key], orAll(secret, marks[key])
		}
		return textOf(address, value, secret == true)
	}
	return "", fmt.Errorf("the state of Terraform has no resource at %q: it has %s", address, some(addresses(v.state.Values.RootModule)))
}

func (v Values) output(name string) (string, error) {
	o := v.state.Values.Outputs[name]
	if o == nil {
		var names []string
		for name := range v.state.Values.Outputs {
			names = append(names, "output."+name)
		}
		return "", fmt.Errorf("the state of Terraform has no output %q: it has %s", name, some(names))
	}
	return textOf("output."+name, o.Value, o.Sensitive)
}

// textOf is a value that can be written in one place.
func textOf(address string, value any, secret bool) (string, error) {
	if secret {
		return "", fmt.Errorf("%s is sensitive: hand secrets to tasks by \"secrets\", from Secrets Manager or Parameter Store", address)
	}
	switch value := value.(type) {
	case string:
		return value, nil
	case json.Number, bool:
		return fmt.Sprint(value), nil
	case nil:
		return "", fmt.Errorf("%s is not there, or has no value", address)
	}
	return "", fmt.Errorf("%s is a list or an object: name one of its values", address)
}

// resources are those of a module and of the modules in it.
func resources(m *tfjson.StateModule) []*tfjson.StateResource {
	if m == nil {
		return nil
	}
	all := slices.Clone(m.Resources)
	for _, child := range m.ChildModules {
		all = append(all, resources(child)...)
	}
	return all
}

func addresses(m *tfjson.StateModule) []string {
	var all []string
	for _, r := range resources(m) {
		all = append(all, r.Address)
	}
	return all
}

// mostNamed is how many names an error has.
const mostNamed = 10

func some(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	if len(names) > mostNamed {
		return strings.Join(names[:mostNamed], ", ") + ", and others"
	}
	return strings.Join(names, ", ")
}
