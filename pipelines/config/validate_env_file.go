package config

import "git.example/slipway/pipelines/lazy"

var (
	secretID      = lazy.Regexp(`^[a-zA-Z0-9/_+=.@:-]+$`)
	parameterPath = lazy.Regexp(`^/[a-zA-Z0-9_./-]*$`)
)

// validateEnvSources checks where an env file's secrets come from.
func validateEnvSources(v validator, path string, e EnvFile) {
	if s := e.AWSSecretsManager; s != nil {
		at := path + ".aws-secrets-manager"
		v.matches(at, s.ID, secretID(), "the name or ARN of a secret")
		for i, key := range s.Keys {
			v.matches(index(at+".keys", i), key, variableName(), "a name that a variable can have")
		}
		v.matches(at+".as", s.As, variableName(), "a name that a variable can have")
		if s.As != "" && len(s.Keys) > 0 {
			v.wrong(at+".as", "a plain secret has no keys: take out as or keys")
		}
	}
	v.matches(path+".aws-parameters", e.AWSParameters, parameterPath(), "a path such as /prod/tracker/")
}
