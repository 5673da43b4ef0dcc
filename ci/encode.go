package main

import (
	"encoding/json"
	"fmt"
)

// encode is a result as the command line prints it with --json.
func encode(result any) (string, error) {
	text, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return "", fmt.Errorf("encoding the result: %w", err)
	}
	return string(text) + "\n", nil
}
