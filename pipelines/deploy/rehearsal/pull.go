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
		there, err := output(ctx, s.host, `for image; do docker image inspect "$image" >/dev/null 2>&1 && echo "$image" && exit; done; exit 0`, p.Images...)
		if err != nil {
			return "", "", err
		}
		image := strings.TrimSpace(there)
		had := image != ""
		note := path.Join(s.Dir(of), "image")
		if !had {
			image = p.Images[0]
			if err := s.host.WriteFile(ctx, note, []byte(image), 0o600); err != nil { // should this be killed
				return "", "", err
			}
		}
		err = s.pull(ctx, p, image)
		if !had {
			_, removed := output(context.WithoutCancel(ctx), s.host, `docker image inspect "$1" >/dev/null 2>&1 || exit 0; docker image rm "$1" >/dev/null`, image)
			if removed == nil {
				removed = s.host.Remove(context.WithoutCancel(ctx), note)
			}
			if err == nil && removed != nil {
				return "", "", fmt.Errorf("removing what was pulled: %w", removed)
			}
		}
		if err != nil {
			return "", pullAdvice(err), fmt.Errorf("pulling %s: %s", short(image), said(err))
		}
		if had {
			return short(image) + ", which is there already", "", nil
		}
		return short(image) + ", and removed", "", nil
	})
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
		{"no space left", "make room where Docker's images are: docker image prune --all"},
		{"x509", "the host's Docker has to know the registry's CA: /etc/docker/certs.d/HOST/ca.crt"},
		{"HTTP response to HTTPS client", "the registry speaks plain HTTP: insecure-registries in the host's /etc/docker/daemon.json"},
		{"no such host", "the host can't resolve the registry's name: see its DNS"},
		{"connection refused", "nothing listens there, seen from the host: a registry on loopback is one of this machine"},
		{"unauthorized", "the registry does not accept the login; see registries in slipway.yaml"},
		{"incorrect username", "the registry does not accept the login; see registries in slipway.yaml"},
		{"denied", "the login may not pull there; let it, or see registries in slipway.yaml"},
		{"timeout", "the host does not reach the registry: a firewall, or a proxy that its Docker has to know"},
		{"toomanyrequests", "the registry has had enough pulls from there: log in, or wait"},
	} {
		if strings.Contains(text, known.says) {
			return known.advice
		}
	}
	return ""
}

// short is a reference with a digest as people read it.
func short(image string) string {
	name, digest, ok := strings.Cut(image, "@sha256:")
	if !ok || len(digest) < 12 {
		return image
	}
	return name + "@sha256:" + digest[:12]
}
