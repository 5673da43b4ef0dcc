package registry

import (
	"errors"
	"fmt"
	"strings"
)

// explainAnswer tells of answers that no registry gives.
func explainAnswer(e *Error, at string, err error) bool {
	var answer *answerError
	switch {
	case errors.As(err, &answer) && answer.page:
		e.Kind, e.Problem = ErrUnavailable, fmt.Sprintf("%s does not answer as a registry: %s", at, answer)
		e.Next = "check its host and port, and whether a proxy or the sign-in page of a network answers in its place"
	case errors.As(err, &answer):
		e.Problem = fmt.Sprintf("%s does not answer as a registry: %s", at, answer)
		e.Next = "look at the registry and at proxies in between"
	// go-containerregistry's own comparisons have no type.
	case strings.Contains(err.Error(), "does not match requested digest"), strings.Contains(err.Error(), "error verifying"):
		e.Problem = fmt.Sprintf("what %s answers is not what the digest stands for (%s)", at, cause(err))
		e.Next = "its storage is damaged, or something in between changes content: look at the registry and at proxies in between"
	default:
		return false
	}
	return true
}
