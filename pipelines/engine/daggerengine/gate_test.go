package daggerengine

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestGate(t *testing.T) {
	tests := map[string]struct {
		first, second map[string]string
		together      bool
	}{
		"nothing":          {nil, nil, true},
		"same value":       {map[string]string{"token": "a"}, map[string]string{"token": "a"}, true},
		"other name":       {map[string]string{"token": "a"}, map[string]string{"key": "b"}, true},
		"other value":      {map[string]string{"token": "a"}, map[string]string{"token": "b"}, false},
		"one of several":   {map[string]string{"token": "a", "key": "k"}, map[string]string{"other": "o", "key": "l"}, false},
		"empty is a value": {map[string]string{"token": ""}, map[string]string{"token": "b"}, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			g := newGate()
			leave, err := g.enter(t.Context(), tc.first)
			if err != nil {
				t.Fatal(err)
			}
			entered := make(chan func(), 1)
			go func() {
				leave, err := g.enter(t.Context(), tc.second)
				if err != nil {
					t.Error(err)
				}
				entered <- leave
			}()
			select {
			case leave := <-entered:
				if !tc.together {
					t.Error("both are in")
				}
				leave()
				return
			case <-time.After(100 * time.Millisecond):
				if tc.together {
					t.Error("the second one waits")
				}
			}
			leave()
			leave() // twice is once
			select {
			case leave := <-entered:
				leave()
			case <-time.After(10 * time.Second):
				t.Fatal("the second one never gets in")
			}
			if len(g.held) != 0 {
				t.Errorf("still held: %v", g.held)
			}
		})
	}
}

func TestGateCancelled(t *testing.T) {
	g := newGate()
	if _, err := g.enter(t.Context(), map[string]string{"a": "1"}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	cancel(cause)
	if _, err := g.enter(ctx, map[string]string{"a": "2"}); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}
