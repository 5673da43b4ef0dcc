package ecs

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// listKeys are the lists whose order says nothing: by which key their items
// are told apart.
var listKeys = map[string]string{
	"containerDefinitions": "name", "environment": "name", "secrets": "name", "secretOptions": "name",
	"volumes": "name", "ulimits": "name", "mountPoints": "containerPath", "dependsOn": "containerName",
	"volumesFrom": "sourceContainer", "extraHosts": "hostname", "systemControls": "namespace",
	"resourceRequirements": "type", "tags": "key", "placementConstraints": "expression", "portMappings": "containerPort",
}

// normal is the one form that two documents are compared in: lists without an
// order are keyed by name, units are numbers, and what is empty is left out. What AWS
// fills in is not known here. Keys that nobody knows stay as they are.
func (d document) normal() map[string]any {
	d = maps.Clone(d)
	for _, key := range readOnly {
		delete(d, key)
	}
	for key, unit := range map[string]string{"cpu": "vcpu", "memory": "gb"} {
		if size, ok := d[key]; ok {
			d[key] = units(size, unit)
		}
	}
	if platforms, ok := d["requiresCompatibilities"].([]any); ok {
		d["requiresCompatibilities"] = sortedTexts(platforms)
	}
	form, _ := normalForm("", map[string]any(d)).(map[string]any)
	return form
}

// normalForm drops what is empty and keys lists; nil for nothing.
func normalForm(key string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		form := map[string]any{}
		for k, inner := range v {
			if n := normalForm(k, inner); n != nil {
				form[k] = n
			}
		}
		if len(form) == 0 {
			return nil
		}
		return form
	case []any:
		return normalList(key, v)
	case json.Number:
		return number(v)
	}
	return value
}

// named is a list whose items are told apart by a name, as an object.
type named map[string]any

func normalList(key string, list []any) any {
	if len(list) == 0 {
		return nil
	}
	by, distinct := listKeys[key]
	form := named{}
	ordered := make([]any, len(list))
	for i, item := range list {
		ordered[i] = normalForm("", item)
		entry, ok := item.(map[string]any)
		name := fmt.Sprint(entry[by])
		if key == "portMappings" && portsOf(list, name) > 1 {
			name += "/" + cmp.Or(textOf(entry["protocol"]), "tcp")
		}
		if _, twice := form[name]; !ok || twice || entry[by] == nil {
			distinct = false
		}
		form[name] = ordered[i]
	}
	if distinct {
		return form
	}
	return ordered
}

// portsOf counts the mappings of one port: more than one have other protocols.
func portsOf(list []any, port string) int {
	n := 0
	for _, item := range list {
		if entry, ok := item.(map[string]any); ok && fmt.Sprint(entry["containerPort"]) == port {
			n++
		}
	}
	return n
}

func textOf(value any) string {
	text, _ := value.(string)
	return text
}

// number writes one number in one way: 1024.0 and 1024 are the same.
func number(n json.Number) any {
	f, err := n.Float64()
	if err != nil {
		return n.String()
	}
	return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
}

// units reads "1 vCPU", ".5 vcpu", "0.5 GB", "512" or 512 as CPU units or MiB.
func units(size any, unit string) any {
	text := strings.ToLower(strings.ReplaceAll(fmt.Sprint(size), " ", ""))
	amount, whole := strings.CutSuffix(text, unit)
	f, err := strconv.ParseFloat(amount, 64)
	if err != nil {
		return size
	}
	if whole {
		f *= 1024
	}
	return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
}

func sortedTexts(list []any) []any {
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return sorted
}

// comparable are the normal forms of a wanted document and of one that is
// there. Tags count only when they are wanted: others tag as they like.
func comparable(wanted, there document) (map[string]any, map[string]any) {
	if len(listOf(wanted["tags"])) == 0 {
		wanted, there = maps.Clone(wanted), maps.Clone(there)
		delete(wanted, "tags")
		delete(there, "tags")
	}
	return wanted.normal(), there.normal()
}

func listOf(value any) []any {
	list, _ := value.([]any)
	return list
}

// fingerprint is a digest of the normal form: what was sent is told by it.
func (d document) fingerprint() string {
	text, err := json.Marshal(d.normal())
	if err != nil {
		return "" // what was read as JSON can be written
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}
