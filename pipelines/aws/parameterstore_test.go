package aws_test

import (
	"errors"
	"fmt"
	"testing"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/aws"
)

func TestParameters(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	store := s.Parameters()
	var names []string
	for i := range 23 {
		name := fmt.Sprintf("/prod/tracker/K%02d", i)
		store.Put(name, fmt.Sprint(i))
		names = append(names, name)
	}
	store.Put("/prod/tracker/K00", "new")
	store.Put("/prod/tracker/below/X", "x")
	sessions := aws.New(nil, run)
	below, err := sessions.ParametersBelow(t.Context(), aws.Options{}, "/prod/tracker/")
	if err != nil || len(below) != 23 || below[0].Value.Reveal() != "new" || below[0].Version != "2" {
		t.Errorf("%d parameters, the first %+v, %v", len(below), below[0], err)
	}
	if n := len(s.Calls("ssm", "GetParametersByPath")); n != 3 {
		t.Errorf("%d pages, want 3", n)
	}
	named, err := aws.New(nil, run).Parameters(t.Context(), aws.Options{}, append(names, "/prod/tracker/K00:1")...)
	if err != nil || named[0].Value.Reveal() != "new" || named[23].Value.Reveal() != "0" {
		t.Errorf("%v", err)
	}
	if _, err := sessions.Parameters(t.Context(), aws.Options{}, names...); err != nil {
		t.Error(err)
	}
	if n := len(s.Calls("ssm", "GetParameters")); n != 3 {
		t.Errorf("%d calls, want 3 for 24 names and none for what is known", n)
	}
}

func TestParametersFail(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	s.Parameters().Put("/a", "1")
	sessions := aws.New(nil, run)
	_, err := sessions.Parameters(t.Context(), aws.Options{}, "/a", "/b", "/c:3")
	if want := "reading parameters from Parameter Store: there is no /b, /c:3 in region us-east-1; create them, or correct the names or the region"; !errors.Is(err, aws.ErrNotFound) || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	_, err = sessions.ParametersBelow(t.Context(), aws.Options{}, "/prod")
	if want := `reading the parameters below "/prod" from Parameter Store: there are none in region us-east-1; create them, or correct the path or the region`; !errors.Is(err, aws.ErrNotFound) || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
