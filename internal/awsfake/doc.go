// Package awsfake is the AWS APIs that Slipway uses, on the wire: an HTTP server
// for the real SDK. Every request and every answer is checked against AWS's
// published Smithy models; one that does not fit fails the test, and the request
// is answered as the service would.
//
// The models (github.com/aws/api-models-aws, Apache-2.0) are data for tests and
// no part of this repository. They are looked for in $AWS_API_MODELS, which is a
// clone of that repository or a directory with cloudwatch-logs.json, ecr.json, ecs.json,
// eventbridge.json, scheduler.json, secrets-manager.json, ssm.json and sts.json, and in ../shared/aws-models beside
// the checkout. A test that finds none is skipped.
//
//	s := awsfake.New(t, awsfake.Options{})  // sts answers already
//	s.Setenv(t)                             // or s.Env(), a lookup; or s.URL and Options.User
//
// Operations are functions. The SDK's names, in the document that the model
// describes; times are time.Time, blobs []byte:
//
//	s.Handle("ecs", "DescribeClusters", func(c *awsfake.Call) (any, error) {
//		if len(c.Strings("clusters")) == 0 {
//			return nil, &awsfake.Error{Code: "InvalidParameterException", Message: "Clusters cannot be empty."}
//		}
//		return map[string]any{"clusters": []any{}}, nil
//	})
//
// An error's code is one of the operation's in the model, or one that every
// service knows, such as ThrottlingException.
//
//	s.Fault("ecs", "UpdateService", 2, awsfake.Throttled)   // the next two calls
//	s.Fault("ecr", "*", -1, awsfake.Denied("*"))            // until Heal
//	s.Calls("ecs", "UpdateService")                         // who, when, what, outcome
//	s.Peak("ecs", "UpdateService", time.Second)             // most calls in any second
//	s.Clock.Advance(time.Minute)                            // the fake's time, for services that walk
//
// Identities are users with fixed keys (User) and sessions that end (Session,
// or sts AssumeRole). A call must be signed by a known access key, for its
// service, with the session's own token; the signature itself is not computed.
package awsfake
