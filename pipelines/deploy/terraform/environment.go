package terraform

// unset are variables that would change what the commands print or take.
var unset = []string{
	"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_LOG_PATH", // a log of theirs has every secret
	"TF_CLI_ARGS", "TF_CLI_ARGS_init", "TF_CLI_ARGS_plan", "TF_CLI_ARGS_apply", "TF_CLI_ARGS_show", "TF_CLI_ARGS_validate",
	"TF_CLI_ARGS_output", "TF_CLI_ARGS_version", "TF_CLI_ARGS_workspace",
}
