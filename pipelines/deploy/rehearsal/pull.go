package rehearsal

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// pullTime is how long pulling one image may take.
const pullTime = 5 * time.Minute

// Pull is what a rehearsal pulls.
type Pull struct {
	// Images of the newest release that the target may run, by digest; none when
	// nothing is published yet.
	Images []string
	// Absent is a reference that the registry has not: what it says of it shows
	// whether the host reaches it. For when there are no images.
	Absent string
	// Login adds to a script that docker pulls with the deploy's login; nil where the
	// host's own counts.
	Login func(*shell.Script) error
}

// Pull pulls an image as a deploy does. One that the host did not have before is
// removed again.
func (s *Stages) Pull(ctx context.Context, of string, p Pull) deploy.Finding {
	return StepWithin(ctx, pullTime, "pull", func(ctx context.Context) (string, string, error) {
		if len(p.Images) == 0 {
			return s.pullNothing(ctx, p)
		}
		image := p.Images[0]
		for _, one := range p.Images {
			there, err := s.has(ctx, one)
			if err != nil {
				return "", "", err
			}
			if there {
				image = one
				break
			}
		}
		return s.pullOnce(ctx, of, p, image)
	})
}

// PullAll pulls images that are not the release's, as the host itself may. Those that
// are there already are left alone, as a deploy does.
func (s *Stages) PullAll(ctx context.Context, of string, images []string) deploy.Finding {
	return StepWithin(ctx, time.Duration(len(images))*pullTime, "other pulls", func(ctx context.Context) (string, string, error) {
		pulled := 0
		for _, image := range images {
			there, err := s.has(ctx, image)
			if err != nil {
				return "", "", err
			}
			if there {
				continue
			}
			if _, advice, err := s.pullOnce(ctx, of, Pull{}, image); err != nil {
				return "", othersAdvice(err, advice), err
			}
			pulled++
		}
		switch {
		case pulled == 0:
			return fmt.Sprintf("none: all %d are there", len(images)), "", nil
		case pulled < len(images):
			return fmt.Sprintf("%d, and removed; %d more are there", pulled, len(images)-pulled), "", nil
		}
		return fmt.Sprintf("%d, and removed", pulled), "", nil
	})
}

// pullOnce pulls an image, and removes it unless it was there before.
func (s *Stages) pullOnce(ctx context.Context, of string, p Pull, image string) (found, advice string, err error) {
	had, err := s.has(ctx, image)
	if err != nil {
		return "", "", err
	}
	note := path.Join(s.Dir(of), "image")
	if !had {
		if err := s.host.WriteFile(ctx, note, []byte(image), 0o600); err != nil { // should this be killed
			return "", "", err
		}
	}
	if err = s.pull(ctx, p, image); err != nil {
		advice, err = pullAdvice(err), fmt.Errorf("pulling %s: %s", short(image), said(err))
	} else if advice, err = s.create(ctx, of, image); err != nil {
		err = fmt.Errorf("making a container of %s: %w", short(image), err)
	}
	if !had {
		removed := s.removePulled(context.WithoutCancel(ctx), image, note)
		if err == nil && removed != nil {
			return "", "", fmt.Errorf("removing what was pulled: %w", removed)
		}
	}
	if err != nil {
		return "", advice, err
	}
	if had {
		return short(image) + ", which is there already", "", nil
	}
	return short(image) + ", and removed", "", nil
}

// has says whether the host has an image.
func (s *Stages) has(ctx context.Context, image string) (bool, error) {
	out, err := output(ctx, s.host, `docker image inspect "$1" >/dev/null 2>&1 && echo there; exit 0`, image)
	return strings.TrimSpace(out) != "", err
}

// removePulled removes an image, unless a container has come to use it meanwhile, or
// another rehearsal has removed it.
func (s *Stages) removePulled(ctx context.Context, image, note string) error {
	_, err := output(ctx, s.host, `docker image inspect "$1" >/dev/null 2>&1 || exit 0
why=$(docker image rm "$1" 2>&1) && exit
docker image inspect "$1" >/dev/null 2>&1 || exit 0
[ -n "$(docker ps -aq --filter "ancestor=$1")" ] || { echo "$why" >&2; exit 1; }`, image)
	if err != nil {
		return err
	}
	return s.host.Remove(ctx, note)
}

// pull pulls one image.
func (s *Stages) pull(ctx context.Context, p Pull, image string) error {
	script := &shell.Script{}
	if p.Login != nil {
		if err := p.Login(script); err != nil {
			return err
		}
	}
	script.Line("docker", "pull", "--quiet", image)
	return deploy.Again(ctx, func() error { return s.host.Run(ctx, script.Command(), nil, nil) })
}

// pullNothing asks for what there is not.
func (s *Stages) pullNothing(ctx context.Context, p Pull) (string, string, error) {
	err := s.pull(ctx, p, p.Absent)
	if err == nil {
		return p.Absent + " is there", "", nil
	}
	text := said(err)
	for _, answer := range []string{"manifest unknown", "not found: manifest", "name unknown", "not found", "repository does not exist", "no such manifest"} {
		if strings.Contains(text, answer) && !strings.Contains(text, "command not found") && !strings.Contains(text, "docker: not found") {
			return "the registry answers; nothing is published yet, so nothing was pulled", "", nil
		}
	}
	return "", pullAdvice(err), fmt.Errorf("asking for %s: %s", p.Absent, text)
}

// pullAdvice is what to do about a pull that failed.
func pullAdvice(err error) string {
	text := said(err)
	for _, known := range []struct{ says, advice string }{
		{"no space left", "make room where Docker's images are: `docker image prune --all`"},
		{"x509", "the host's Docker has to know the registry's CA: /etc/docker/certs.d/HOST/ca.crt"},
		{"HTTP response to HTTPS client", "the registry speaks plain HTTP: insecure-registries in the host's /etc/docker/daemon.json"},
		{"no such host", "the host can't resolve the registry's name: see its DNS"},
		{"connection refused", "nothing listens there, seen from the host: a registry on loopback is one of this machine"},
		{"unauthorized", "the registry does not accept the login; see registries in slipway.yaml"},
		{"incorrect username", "the registry does not accept the login; see registries in slipway.yaml"},
		{"denied", "the login may not pull there; let it, or see registries in slipway.yaml"},
		{"credential", "the credential helper in the user's ~/.docker/config.json does not work there: install it, or take credsStore and credHelpers out"},
		{"not found", "no registry has that image: is the reference right in the compose file?"},
		{"timeout", "the host does not reach the registry: a firewall, or a proxy that its Docker has to know"},
		{"toomanyrequests", "the registry has had enough pulls from there: log in, or wait"},
	} {
		if strings.Contains(text, known.says) {
			return known.advice
		}
	}
	return ""
}

// othersAdvice is that for an image which is pulled with the host's own login.
func othersAdvice(err error, advice string) string {
	text := said(err)
	for _, denial := range []string{"unauthorized", "denied", "incorrect username", "no basic auth", "authentication required"} {
		if strings.Contains(text, denial) {
			return "is there such an image? The deploy's login is for its own registry alone: `docker login`, there, as the user that deploys"
		}
	}
	return advice
}

// short is a reference with a digest as people read it.
func short(image string) string {
	name, digest, ok := strings.Cut(image, "@sha256:")
	if !ok || len(digest) < 12 {
		return image
	}
	return name + "@sha256:" + digest[:12]
}
