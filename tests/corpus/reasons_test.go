package corpus

import "strings"

// Why a key is in no stack. The versions that a reason names are those of the
// corpus's own Docker: Engine 20.10 (API 1.41) and Compose 2.40.
const (
	built      = "a release's images are built before it is deployed: `publish` builds them, and a deploy takes `build` out of the file (lint says so)"
	developing = "`docker compose watch` reads it, on a laptop; a deploy starts containers the same with it and without"
	newer      = "needs a newer Compose: 2.40 refuses the file, and so does a deploy, before anything changes"
	gpu        = "needs a GPU and its container runtime"
	windows    = "Windows containers only"
	modelled   = "needs Docker Model Runner"
	api43      = "needs Engine API 1.43"
	api44      = "needs Engine API 1.44: Compose refuses it here"
	api45      = "needs Engine API 1.45: this Engine would mount the whole volume"
	engine25   = "needs Engine 25: Compose refuses it here"
	engine28   = "needs Engine 28: Compose refuses it here"
	engine281  = "needs Engine 28.1: Compose refuses it here"
	swarm      = "needs Swarm: Compose refuses it"
	kernel     = "needs a kernel with real-time groups (CONFIG_RT_GROUP_SCHED)"
	quota      = "needs Docker's data on XFS with project quotas"
	provided   = "what it starts is no container of compose's, so that nothing can be proven of it"
)

// reasons say why a key is in no stack, and so are all below it: nothing of them can
// run here.
var reasons = map[string]string{
	"jobs":                                             newer,
	"models":                                           modelled,
	"services.*.models":                                modelled,
	"services.*.build":                                 built,
	"services.*.develop":                               developing,
	"services.*.pre_start":                             newer,
	"services.*.umask":                                 newer,
	"services.*.gpus":                                  gpu,
	"services.*.provider":                              provided,
	"services.*.credential_spec":                       windows,
	"services.*.cpu_rt_period":                         kernel,
	"services.*.cpu_rt_runtime":                        kernel,
	"services.*.storage_opt":                           quota,
	"services.*.healthcheck.start_interval":            engine25,
	"services.*.networks.*.interface_name":             engine281,
	"services.*.networks.*.mac_address":                api44,
	"services.*.networks.*.use_service_name_alias":     newer,
	"services.*.deploy.resources.reservations.devices": gpu,
	"services.*.volumes[].image":                       engine28,
	"services.*.volumes[].type = image":                engine28,
	"services.*.volumes[].type = cluster":              swarm,
	"services.*.volumes[].type = npipe":                windows,
	"services.*.volumes[].volume.subpath":              api45,
	"services.*.volumes[].bind.recursive = readonly":   api44,
	"secrets.*.driver":                                 swarm,
	"secrets.*.driver_opts":                            swarm,
	"secrets.*.template_driver":                        swarm,
	"secrets.*.external":                               swarm,
	"configs.*.template_driver":                        swarm,
	"configs.*.external":                               swarm,
}

// notes are for keys that stacks use and that do nothing here, so that all that is
// shown is that they are in nobody's way.
var notes = map[string]string{
	"version":                                                    "Compose reads it and warns",
	"services.*.annotations":                                     "this Engine ignores them: API 1.43",
	"services.*.networks.*.gw_priority":                          "this Engine ignores it: API 1.48",
	"networks.*.enable_ipv4":                                     "this Engine ignores it: API 1.48",
	"services.*.cpu_count":                                       "Windows reads it",
	"services.*.cpu_percent":                                     "Windows reads it",
	"services.*.isolation":                                       "Windows has others than `default`",
	"services.*.attach":                                          "`docker compose up` without `--detach` reads it",
	"services.*.volumes[].consistency":                           "Docker Desktop read it",
	"services.*.volumes[].bind.selinux":                          "SELinux reads it",
	"services.*.ports[].mode":                                    "Swarm reads it",
	"services.*.ports[].app_protocol":                            "others than Compose read it",
	"services.*.deploy.endpoint_mode":                            "Swarm reads it",
	"services.*.deploy.labels":                                   "Swarm reads them",
	"services.*.deploy.placement":                                "Swarm reads it",
	"services.*.deploy.rollback_config":                          "Swarm reads it",
	"services.*.deploy.update_config":                            "Swarm reads it; Slipway reads `order: stop-first`",
	"services.*.deploy.resources.reservations.generic_resources": "Swarm reads them",
}

// reasonFor is why a key is in no stack, and which entry of reasons says it: its own,
// or that of what it is in.
func reasonFor(key string) (entry, reason string) {
	for at, text := range reasons {
		if len(at) > len(entry) && covers(at, key) {
			entry, reason = at, text
		}
	}
	return entry, reason
}

// covers says whether an entry speaks of a key: it is the key, or what the key is in,
// or the key is a form or a value of it.
func covers(entry, key string) bool {
	rest, ok := strings.CutPrefix(key, entry)
	return ok && (rest == "" || strings.ContainsAny(rest[:1], ".[ "))
}
