package ecs

import (
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

// falseByDefault are the switches that are off when nobody says.
var falseByDefault = []string{
	"privileged", "readonlyRootFilesystem", "interactive", "pseudoTerminal", "disableNetworking",
	"readOnly", "initProcessEnabled", "enableFaultInjection", "autoprovision",
}

// normal is the one form that two documents are compared in: lists without an
// order are keyed by name, what AWS fills in is filled in, units are numbers,
// and what is empty is left out. Keys that nobody knows stay as they are.
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
	if _, ok := d["networkMode"]; !ok {
		d["networkMode"] = "bridge"
	}
	if platforms, ok := d["requiresCompatibilities"].([]any); ok {
		d["requiresCompatibilities"] = sortedTexts(platforms)
	}
	var list []any
	for _, c := range d.containers() {
		list = append(list, map[string]any(c.defaults(d["networkMode"])))
	}
	d["containerDefinitions"] = list
	form, _ := normalForm("", map[string]any(d)).(map[string]any)
	return form
}

// defaults is a copy of c with what AWS fills in. Source:
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
func (c container) defaults(networkMode any) container {
	c = maps.Clone(c)
	if _, ok := c["essential"]; !ok {
		c["essential"] = true
	}
	if fmt.Sprint(c["cpu"]) == "0" {
		delete(c, "cpu")
	}
	if ports, ok := c["portMappings"].([]any); ok {
		var filled []any
		for _, item := range ports {
			filled = append(filled, portDefaults(item, networkMode))
		}
		c["portMappings"] = filled
	}
	if check, ok := c["healthCheck"].(map[string]any); ok {
		check = maps.Clone(check)
		for key, value := range map[string]string{"interval": "30", "timeout": "5", "retries": "3"} {
			if _, ok := check[key]; !ok {
				check[key] = json.Number(value)
			}
		}
		if fmt.Sprint(check["startPeriod"]) == "0" {
			delete(check, "startPeriod")
		}
		c["healthCheck"] = check
	}
	return c
}

func portDefaults(item, networkMode any) any {
	port, ok := item.(map[string]any)
	if !ok {
		return item
	}
	port = maps.Clone(port)
	if _, ok := port["protocol"]; !ok {
		port["protocol"] = "tcp"
	}
	if networkMode == "awsvpc" || networkMode == "host" {
		if _, ok := port["hostPort"]; !ok {
			port["hostPort"] = port["containerPort"]
		}
	} else if fmt.Sprint(port["hostPort"]) == "0" {
		delete(port, "hostPort") // any port of the host
	}
	return port
}

// normalForm drops what is empty and keys lists; nil for nothing.
func normalForm(key string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		form := map[string]any{}
		for k, inner := range v {
			if inner == false && slices.Contains(falseByDefault, k) {
				continue
			}
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

func normalList(key string, list []any) any {
	if len(list) == 0 {
		return nil
	}
	by, keyed := listKeys[key]
	form := map[string]any{}
	ordered := make([]any, len(list))
	for i, item := range list {
		ordered[i] = normalForm("", item)
		entry, ok := item.(map[string]any)
		name := fmt.Sprint(entry[by])
		if key == "portMappings" {
			name += "/" + fmt.Sprint(entry["protocol"])
		}
		if _, twice := form[name]; !ok || twice || entry[by] == nil {
			keyed = false
		}
		form[name] = ordered[i]
	}
	if keyed {
		return form
	}
	return ordered
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

// fingerprint is a digest of the normal form.
func (d document) fingerprint() string {
	text, err := json.Marshal(d.normal())
	if err != nil {
		return "" // what was read as JSON can be written
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}
