//go:build noembedded

package embedded

import (
	"context"
	"errors"
	"net/http"
)

// handler is none in a slipway that is built without distribution, which is a
// good part of the time that building takes. The Dagger module builds one: the
// disk of a container does not stay.
func (s *store) handler(context.Context) (http.Handler, error) {
	return nil, errors.New("this slipway was built without the embedded registry (-tags noembedded)")
}
