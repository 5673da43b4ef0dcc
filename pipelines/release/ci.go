package release

import "strings"

// fromCI is what the environment says about the run. It has everything but
// what only a git checkout knows.
func fromCI(env Lookup) Info {
	get := func(names ...string) string {
		for _, name := range names {
			if value, ok := env(name); ok && strings.TrimSpace(value) != "" {
				return strings.TrimSpace(value)
			}
		}
		return ""
	}
	var info Info
	switch {
	case get("CIRCLECI") == "true" || get("CIRCLE_BUILD_NUM") != "":
		info = Info{
			CI:     CircleCI,
			Build:  get("CIRCLE_BUILD_NUM"),
			Commit: get("CIRCLE_SHA1"),
			Branch: get("CIRCLE_BRANCH"),
			GitTag: get("CIRCLE_TAG"),
			RunURL: get("CIRCLE_BUILD_URL"),
			Actor:  get("CIRCLE_USERNAME"),
			Source: get("CIRCLE_REPOSITORY_URL"),
			// Set for pull requests from forks, whose branch is "pull/N".
			PullRequest: get("CIRCLE_PR_NUMBER") != "",
		}
	case get("GITHUB_ACTIONS") == "true" || get("GITHUB_RUN_NUMBER") != "":
		info = fromGitHub(get)
	case get("CI", "BUILD_NUMBER", "GIT_COMMIT", "SLIPWAY_BUILD_NUMBER") != "":
		info = Info{
			CI:     Generic,
			Build:  get("BUILD_NUMBER"),
			Commit: get("GIT_COMMIT"),
			// Jenkins writes "origin/main".
			Branch: strings.TrimPrefix(get("GIT_BRANCH"), "origin/"),
			RunURL: get("BUILD_URL"),
		}
	}
	if info.Actor == "" {
		info.Actor = get("USER", "LOGNAME")
	}
	return info
}

func fromGitHub(get func(...string) string) Info {
	info := Info{
		CI:          GitHub,
		Build:       get("GITHUB_RUN_NUMBER"),
		Commit:      get("GITHUB_SHA"),
		Actor:       get("GITHUB_ACTOR"),
		PullRequest: get("GITHUB_HEAD_REF") != "",
	}
	switch {
	case info.PullRequest:
		// GITHUB_REF_NAME is "12/merge" here.
		info.Branch = get("GITHUB_HEAD_REF")
	case get("GITHUB_REF_TYPE") == "tag":
		info.GitTag = get("GITHUB_REF_NAME")
	default:
		info.Branch = get("GITHUB_REF_NAME")
	}
	if server, repository := get("GITHUB_SERVER_URL"), get("GITHUB_REPOSITORY"); server != "" && repository != "" {
		info.Source = server + "/" + repository
		if run := get("GITHUB_RUN_ID"); run != "" {
			info.RunURL = info.Source + "/actions/runs/" + run
		}
	}
	return info
}

// fromSlipway are the variables that any CI system can set to say it outright.
func fromSlipway(env Lookup) (o Overrides, runURL string) {
	get := func(name string) string {
		value, _ := env(name)
		return strings.TrimSpace(value)
	}
	return Overrides{
		Build:  get("SLIPWAY_BUILD_NUMBER"),
		Commit: get("SLIPWAY_COMMIT"),
		Branch: get("SLIPWAY_BRANCH"),
		GitTag: get("SLIPWAY_GIT_TAG"),
	}, get("SLIPWAY_RUN_URL")
}
