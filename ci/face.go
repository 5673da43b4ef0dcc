package main

import "git.example/slipway/pipelines/config"

// unnamed refuses a verb for which nobody named an environment. Here none: the
// command line chooses. Where "dagger --env" may have been meant it is another one.
func unnamed(*config.Config, verb) error { return nil }
