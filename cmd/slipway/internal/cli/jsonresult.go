package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/foreign"
)

// print writes the result of a command: as JSON with --json, else as text does.
// A result file gets the JSON first.
func (g *globals) print(result any, text func()) error {
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(result); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	document := foreign.JSON(content.Bytes())
	if err := g.keep(document); err != nil {
		return err
	}
	if !g.json {
		text()
		return nil
	}
	if _, err := g.env.Out.Write(document); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// keep writes the file of --result-file, if one is asked for.
func (g *globals) keep(content []byte) error {
	if g.resultFile == "" {
		return nil
	}
	if err := (deploy.LocalHost{}).WriteFile(context.Background(), g.resultFile, content, 0o600); err != nil {
		return fmt.Errorf("writing --result-file: %w", err)
	}
	return nil
}

// orEmpty is a list that JSON shows as [] and not as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
