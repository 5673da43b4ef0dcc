//go:build !noembedded

package embedded

import (
	"context"
	"fmt"
	"net/http"

	"github.com/distribution/distribution/v3/configuration"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem" // registers the driver
)

// handler is distribution over the directory. It keeps nothing in memory that
// another process could change. ctx carries its log and ends its background work.
func (s *store) handler(ctx context.Context) (handler http.Handler, err error) {
	config := &configuration.Configuration{Storage: configuration.Storage{
		"filesystem":  configuration.Parameters{"rootdirectory": s.dir},
		"delete":      configuration.Parameters{"enabled": true},
		"maintenance": configuration.Parameters{"uploadpurging": map[any]any{"enabled": false}},
	}}
	config.HTTP.Secret = s.secret
	config.HTTP.RelativeURLs = true
	// NewApp panics on what it does not like.
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	return handlers.NewApp(ctx, config), nil
}
