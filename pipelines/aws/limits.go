package aws

import "time"

const (
	// attempts at one call; the SDK waits between them, longer each time, so a
	// service that throttles is asked for about a minute.
	attempts   = 10
	maxBackoff = 10 * time.Second
	// callLimit bounds what several wait for, all attempts together.
	callLimit = 2 * time.Minute
	// fresh is how long before its end a session or a token is renewed.
	fresh = 5 * time.Minute
)

// How many secrets and parameters one call may name
// (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html,
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html).
const (
	secretsPerCall    = 20
	parametersPerCall = 10
)

// writesAtOnce is how many parts of a file are written at once; Parameter Store
// takes three a second without complaint
// (https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm).
const writesAtOnce = 3
