package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/lint"
)

// lintFormats are the ways to write findings, as --format names them.
var lintFormats = map[string]func(*globals, []lint.Finding){
	"text": printFindings, "json": printFindings, "github": printAnnotations, "sarif": printSARIF,
}

// printAnnotations writes findings as GitHub Actions takes them from a step's output.
func printAnnotations(g *globals, findings []lint.Finding) {
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	message := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	for _, f := range findings {
		level := map[lint.Severity]string{lint.Error: "error", lint.Warning: "warning", lint.Info: "notice"}[f.Severity]
		place := "file=" + property.Replace(f.File)
		if f.Line > 0 {
			place += fmt.Sprintf(",line=%d,col=%d", f.Line, f.Column)
		}
		fmt.Fprintf(g.env.Out, "::%s %s,title=%s::%s\n", level, place, property.Replace(f.Rule), message.Replace(withFix(f)))
	}
}

func withFix(f lint.Finding) string {
	if f.Fix == "" {
		return f.Message
	}
	return f.Message + ": " + f.Fix
}

// SARIF 2.1.0, as far as it is written here.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
type (
	sarif struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver struct {
				Name    string      `json:"name"`
				Version string      `json:"version"`
				Rules   []sarifRule `json:"rules"`
			} `json:"driver"`
		} `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifRule struct {
		ID    string    `json:"id"`
		Short sarifText `json:"shortDescription"`
		Full  sarifText `json:"fullDescription"`
	}
	sarifResult struct {
		Rule      string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region *sarifRegion `json:"region,omitempty"`
		} `json:"physicalLocation"`
	}
	sarifRegion struct {
		Line   int `json:"startLine"`
		Column int `json:"startColumn"`
	}
)

// printSARIF writes findings for GitHub's code scanning and others.
func printSARIF(g *globals, findings []lint.Finding) {
	run := sarifRun{Results: []sarifResult{}}
	run.Tool.Driver.Name, run.Tool.Driver.Version = "slipway", ownVersion()
	for _, r := range lint.Rules() {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{r.ID, sarifText{r.Title}, sarifText{r.Why}})
	}
	for _, f := range findings {
		level := map[lint.Severity]string{lint.Error: "error", lint.Warning: "warning", lint.Info: "note"}[f.Severity]
		result := sarifResult{Rule: f.Rule, Level: level, Message: sarifText{withFix(f)}, Locations: make([]sarifLocation, 1)}
		result.Locations[0].Physical.Artifact.URI = f.File
		if f.Line > 0 {
			result.Locations[0].Physical.Region = &sarifRegion{f.Line, max(f.Column, 1)}
		}
		run.Results = append(run.Results, result)
	}
	e := json.NewEncoder(g.env.Out)
	e.SetIndent("", "  ")
	_ = e.Encode(sarif{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}) // a closed standard output is no failure
}
