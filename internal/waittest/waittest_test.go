package waittest

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestWithin(t *testing.T) {
	for name, test := range map[string]struct {
		from time.Duration
		want bool
	}{
		"at once": {0, true}, "after a while": {3 * time.Second, true}, "too late": {11 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				got := Within(10*time.Second, func() bool { return time.Since(began) >= test.from })
				if took := time.Since(began); got != test.want || took > 10200*time.Millisecond || took-test.from > 100*time.Millisecond {
					t.Errorf("it is %t after %s", got, took)
				}
			})
		})
	}
}
