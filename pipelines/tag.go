package pipelines

import "git.example/slipway/pipelines/release"

// tag is the release tag of this build.
func (p *Project) tag() (release.Tag, error) {
	if p.noCommit != nil {
		return release.Tag{}, p.noCommit
	}
	template, err := release.ParseTemplate(p.Config.Tag)
	if err != nil {
		return release.Tag{}, err
	}
	return template.Render(p.Info)
}
