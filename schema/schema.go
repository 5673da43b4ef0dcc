// Package schema holds the JSON Schema of slipway.yaml. It is generated from
// the types of package config:
//
//	go test ./pipelines/config -run TestSchema -update
package schema

import _ "embed"

//go:embed slipway.schema.json
var document []byte

// JSON is the schema, a JSON Schema of draft 2020-12.
func JSON() []byte { return document }
