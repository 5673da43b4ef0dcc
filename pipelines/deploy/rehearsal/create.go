package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// createScript makes a container of image $2, which is not started, and removes it.
// $1 is the stage, which has the container's name should this be killed. It says for
// which platform the image and the host's Docker are.
const createScript = `
say image "$(docker image inspect --format '{{.Os}}/{{.Architecture}}' "$2" 2>/dev/null)"
say host "$(docker version --format '{{.Server.Os}}/{{.Server.Arch}}' 2>/dev/null)"
say variable "$DOCKER_DEFAULT_PLATFORM"
for file in /proc/sys/fs/binfmt_misc/qemu-*; do [ ! -e "$file" ] || say emulated yes; done
if out=$(docker create --cidfile "$1/container" "$2" true 2>&1); then
	out=$(docker rm -v "$(cat "$1/container")" 2>&1) || say problem "$out"
else
	say problem "$out"
fi
rm -f "$1/container"
exit 0
`

// create makes a container of an image that is there, and removes it.
func (s *Stages) create(ctx context.Context, of, image string) (advice string, err error) {
	found, err := facts(ctx, s.host, createScript, s.Dir(of), image)
	if err != nil {
		return "", err
	}
	problem := lastLine(found["problem"]) // before it is what a try to pull said
	fits := runsOn(found["image"], found["host"]) || found["emulated"] != ""
	switch {
	case found["problem"] != "" && found["variable"] != "" && found["variable"] != found["host"]:
		return "take DOCKER_DEFAULT_PLATFORM out of the startup file or the environment that sets it there", fmt.Errorf("DOCKER_DEFAULT_PLATFORM is %s there: %s", found["variable"], problem)
	case !fits:
		return "it has to be built for the host's platform: see platforms of an image in slipway.yaml", fmt.Errorf("the image is for %s, and the host is %s", found["image"], found["host"])
	case found["problem"] != "":
		return "", errors.New(problem)
	}
	return "", nil
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndex(text, "\n")+1:]
}

// runsOn says whether a host runs what is built for a platform, as far as that is
// known.
func runsOn(image, host string) bool {
	if image == "" || host == "" || image == host {
		return true
	}
	imageOS, imageArch, _ := strings.Cut(image, "/")
	hostOS, hostArch, _ := strings.Cut(host, "/")
	return imageArch == "" || imageOS == hostOS && (hostArch == "amd64" && imageArch == "386" || hostArch == "arm64" && imageArch == "arm")
}
