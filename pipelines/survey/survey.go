package survey

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/dockerfile"
)

// Survey is what a repository has for a release.
type Survey struct {
	Tree   *Tree
	Images []Image
	Left   []Left
	// Stack is the compose files that say how the whole runs, nil for none; All are
	// all that could be read.
	Stack *Compose
	All   []*Compose
	// Unbuilt are images whose Dockerfile copies what git does not have.
	Unbuilt []Image
}

// Options are what a survey needs of others.
type Options struct {
	// Name is the project's, which the image of its folder is called like.
	Name string
	// Bake reads the targets of a bake file; nil leaves such files out.
	Bake func(ctx context.Context, file string) ([]Image, error)
}

// Look looks at a tree.
func Look(ctx context.Context, t *Tree, o Options) (*Survey, error) {
	s := &Survey{Tree: t}
	var left []Left
	s.All, s.Left = t.composeFiles(ctx)
	s.Stack, left = t.stack(ctx, s.All)
	s.Left = append(s.Left, left...)
	found, left := t.builds(s.ordered())
	s.Left = append(s.Left, left...)
	found = append(found, s.baked(ctx, o)...)
	found = append(found, t.inWorkflows()...)
	found = append(found, inCircleCI(t)...)
	found = append(found, inMakefiles(t)...)
	found = append(found, inSkaffold(t)...)
	for _, f := range t.Files {
		if isDockerfile(f) {
			found = append(found, Image{File: f, Context: path.Dir(f), Evidence: "where it is", kind: byPlace})
		}
	}
	s.choose(found, o.Name)
	s.Left = slices.DeleteFunc(s.Left, func(l Left) bool { return s.Stack != nil && slices.Contains(s.Stack.Files, l.What) })
	return s, ctx.Err()
}

// ordered are the compose files, that of the stack first.
func (s *Survey) ordered() []*Compose {
	if s.Stack == nil {
		return s.All
	}
	return append([]*Compose{s.Stack}, slices.DeleteFunc(slices.Clone(s.All), func(c *Compose) bool { return slices.Contains(s.Stack.Files, c.Files[0]) })...)
}

// baked are the targets of bake files.
func (s *Survey) baked(ctx context.Context, o Options) []Image {
	var all []Image
	for _, f := range s.Tree.Files {
		base := path.Base(f)
		if o.Bake == nil || !strings.HasPrefix(base, "docker-bake") || path.Ext(base) != ".hcl" && path.Ext(base) != ".json" || strings.Contains(base, "override") {
			continue
		}
		images, err := o.Bake(ctx, f)
		if err != nil {
			s.Left = append(s.Left, Left{f, lastLine(err.Error())})
			continue
		}
		for _, i := range images {
			i.kind, i.Evidence = byBake, fmt.Sprintf("%s, target %s", f, i.Name)
			if s.Tree.IsFile(i.File) && s.Tree.IsDir(i.Context) {
				all = append(all, i)
			}
		}
	}
	return all
}

// choose takes of each Dockerfile the builds with the best evidence.
func (s *Survey) choose(found []Image, project string) {
	slices.SortStableFunc(found, func(a, b Image) int { return int(a.kind) - int(b.kind) })
	byFile := map[string][]Image{}
	var files []string
	for _, i := range found {
		i.File = s.Tree.followed(i.File)
		if _, ok := byFile[i.File]; !ok {
			files = append(files, i.File)
		}
		byFile[i.File] = append(byFile[i.File], i)
	}
	var chosen []Image
	for _, f := range files {
		if why := whyNotOurs(f); strings.Contains(why, "template") {
			s.Left = append(s.Left, Left{f, why})
			continue
		}
		all := byFile[f]
		var err error
		for n := range all {
			if all[n].Parsed, err = parse(s.Tree.Read(f), all[n].Args); err != nil {
				break
			}
		}
		if err != nil {
			s.Left = append(s.Left, Left{f, fmt.Sprintf("it can't be read: %v", err)})
			continue
		}
		chosen = append(chosen, s.ofFile(f, all)...)
	}
	chosen = s.withoutVariants(chosen)
	chosen = s.withoutBases(chosen)
	for _, i := range chosen {
		if i.Name == "" {
			i.Name = s.nameByPlace(i, project)
		}
		if i.Buildable() && len(i.Before) == 0 {
			s.Images = append(s.Images, i)
		} else {
			s.Unbuilt = append(s.Unbuilt, i)
		}
	}
	distinctNames(s.Images)
}

var errEmpty = errors.New("it is empty")

func parse(content []byte, args map[string]string) (*dockerfile.File, error) {
	if len(strings.TrimSpace(string(content))) == 0 {
		return nil, errEmpty
	}
	return dockerfile.Parse(content, args)
}

// ofFile are the images of one Dockerfile, of which these builds were found, the
// best first.
func (s *Survey) ofFile(file string, builds []Image) []Image {
	best := builds[0]
	inStack := best.kind == byCompose && s.Stack != nil && slices.Contains(s.Stack.Files, best.Compose)
	if why := whyNotOurs(file); why != "" && !inStack && best.kind >= byCompose && !(best.kind == byBake || best.kind == byWorkflow && released(best)) {
		s.Left = append(s.Left, Left{file, why})
		return nil
	}
	if windows().MatchString(best.Parsed.Image("")) {
		s.Left = append(s.Left, Left{file, "it is for Windows"})
		return nil
	}
	if best.kind >= byOther {
		if best.kind == byOther && s.Stack == nil {
			best.Missing = s.Tree.Missing(s.released(best))
			if best.Buildable() {
				best.Name = ""
				return []Image{best}
			}
		}
		return []Image{s.inFittingContext(best)}
	}
	var kept []Image
	builds = s.tested(builds)
	for _, b := range builds {
		if b.kind != best.kind || b.kind == byCompose && b.Compose != best.Compose {
			break
		}
		b = s.released(b)
		at := slices.IndexFunc(kept, func(k Image) bool { return k.Context == b.Context && k.Target == b.Target })
		switch {
		case at >= 0 && preferred(b.Service) > preferred(kept[at].Service):
			kept[at] = b
		case at < 0:
			kept = append(kept, b)
		}
	}
	// A stage that another one is made from is a step of its build.
	kept = slices.DeleteFunc(kept, func(k Image) bool {
		part := slices.ContainsFunc(kept, func(other Image) bool { return other.Target != k.Target && isStageOf(other, k) })
		if part {
			s.Left = append(s.Left, Left{k.Evidence, fmt.Sprintf("stage %s of %s is a step of another image's build", k.Target, k.File)})
		}
		return part
	})
	for n := range kept {
		kept[n].Missing = s.Tree.Missing(kept[n])
		if kept[n].Buildable() {
			continue
		}
		// Weaker evidence with a context in which everything is wins over a build
		// that could not work.
		for _, other := range builds {
			other.Target = kept[n].Target
			if other.kind != byPlace && len(s.Tree.Missing(other)) == 0 {
				other.Name, other.Service, other.Compose = kept[n].Name, kept[n].Service, kept[n].Compose
				other.Missing = nil
				kept[n] = other
				break
			}
		}
	}
	return kept
}

// tested leaves out builds of stages for tests where another stage is built, too.
func (s *Survey) tested(builds []Image) []Image {
	isTest := func(i Image) bool { return i.Target != "" && devStage().MatchString(i.Target) }
	others := slices.ContainsFunc(builds, func(i Image) bool { return i.kind == builds[0].kind && !isTest(i) })
	if !others {
		return builds
	}
	return slices.DeleteFunc(slices.Clone(builds), func(i Image) bool {
		return isTest(i) && s.leave(i.Evidence, fmt.Sprintf("stage %s of %s is for development or tests", i.Target, i.File))
	})
}

// released says that a workflow's build is not of tests alone.
func released(i Image) bool {
	return !devWord().MatchString(i.Evidence) && !strings.Contains(strings.ToLower(i.Evidence), "test") && len(i.Platforms) > 0
}

// preferred says how well a service's name fits an image that several services run.
func preferred(service string) int {
	names := []string{"server", "backend", "api", "web", "app"}
	return slices.Index(names, strings.ToLower(service))
}

// isStageOf says that b's target is another stage that a's target is made of.
func isStageOf(a, b Image) bool {
	if a.Context != b.Context || b.Target == "" || a.File != b.File {
		return false
	}
	target := b.Parsed.Target(b.Target)
	for _, stage := range a.Parsed.Needed(a.Target) {
		if target != nil && stage.Name == target.Name && stage != a.Stage() {
			return true
		}
	}
	return false
}

// released is a build as it is for production: a stage for development gives way
// to the last one, and so do arguments that say so.
func (s *Survey) released(i Image) Image {
	if i.Target != "" && i.Parsed.Target(i.Target) == nil {
		s.Left = append(s.Left, Left{i.Evidence, fmt.Sprintf("%s has no stage %s: its last one is taken", i.File, i.Target)})
		i.Target = ""
	}
	if last := i.Parsed.Target(""); i.Target != "" && devStage().MatchString(i.Target) && !devStage().MatchString(last.Name) {
		s.Left = append(s.Left, Left{i.Evidence, fmt.Sprintf("stage %s is for development: the last stage of %s is released", i.Target, i.File)})
		i.Target = ""
	}
	if i.Target == "" && devStage().MatchString(i.Parsed.Target("").Name) {
		for n := len(i.Parsed.Stages) - 1; n >= 0; n-- {
			if name := i.Parsed.Stages[n].Name; productionStage(name) {
				s.Left = append(s.Left, Left{i.Evidence, fmt.Sprintf("the last stage of %s is for development: stage %s is released", i.File, name)})
				i.Target = name
				break
			}
		}
	}
	for key, value := range i.Args {
		if production, ok := Production(key, value); ok && production != value {
			s.Left = append(s.Left, Left{i.Evidence, fmt.Sprintf("argument %s=%s is for development: %s is taken", key, value, production)})
			i.Args[key] = production
		}
	}
	return i
}

func productionStage(name string) bool {
	name = strings.ToLower(name)
	return slices.Contains([]string{"prod", "production", "final", "release", "runtime", "runner", "app", "deploy"}, name) || strings.HasSuffix(name, "_prod") || strings.HasSuffix(name, "-prod") || strings.HasSuffix(name, "_production")
}

// Production is what a variable that names the mode of a program is in production;
// false when it is no such variable.
func Production(name, value string) (string, bool) {
	upper := strings.ToUpper(name)
	mode := strings.HasSuffix(upper, "_ENV") || upper == "ENVIRONMENT" || upper == "ENV" || upper == "APP_ENV" || strings.HasSuffix(upper, "_ENVIRONMENT") || upper == "NODE_ENV"
	switch lower := strings.ToLower(value); {
	case mode && lower == "development":
		return "production", true
	case mode && lower == "dev":
		return "prod", true
	case (upper == "DEBUG" || strings.HasSuffix(upper, "_DEBUG")) && (lower == "true" || lower == "1"):
		return map[string]string{"true": "false", "1": "0"}[lower], true
	}
	return value, mode
}

// inFittingContext is an image of a Dockerfile that nothing else speaks of, with
// the context in which what it copies is tracked.
func (s *Survey) inFittingContext(i Image) Image {
	i = s.released(Image{File: i.File, Context: path.Dir(i.File), Parsed: i.Parsed, Evidence: "where it is", kind: byPlace})
	fewest := -1
	best := i
	for _, dir := range contexts(i.File) {
		i.Context = dir
		i.Missing = s.Tree.Missing(i)
		if fewest < 0 || len(i.Missing) < fewest {
			best, fewest = i, len(i.Missing)
		}
	}
	if best.Context != path.Dir(best.File) {
		best.Evidence = fmt.Sprintf("what it copies is in %s", best.Context)
	}
	return best
}

// withoutVariants keeps one of Dockerfiles that make the same image from other
// base systems.
func (s *Survey) withoutVariants(images []Image) []Image {
	kept := map[string]int{}
	var all []Image
	for _, i := range images {
		if i.kind == byCompose {
			all = append(all, i)
			kept[kinship(i)] = len(all) - 1
			continue
		}
		key := kinship(i)
		at, there := kept[key]
		if !there {
			kept[key] = len(all)
			all = append(all, i)
			continue
		}
		first, variant := all[at], i
		if first.kind > i.kind || first.kind == i.kind && (first.Buildable() == i.Buildable() && flavour(first.File) != "" && flavour(i.File) == "" || !first.Buildable() && i.Buildable()) {
			first, variant = i, first
		}
		if sameImage(first, variant) {
			all[at] = first
			if first.File != variant.File {
				s.Left = append(s.Left, Left{variant.File, fmt.Sprintf("it is a variant of %s", first.File)})
			}
			continue
		}
		all = append(all, i)
	}
	return all
}

// kinship is what variants of one image have in common.
func kinship(i Image) string {
	if i.Context == path.Dir(i.File) && isFlavour(path.Base(i.Context)) {
		return family(i.File) + "\x00own"
	}
	return family(i.File) + "\x00" + i.Context
}

// sameImage says that two builds are variants of one image: in one family, and
// one of them is called like a flavour or both make what is called alike.
func sameImage(a, b Image) bool {
	if a.File == b.File {
		return false
	}
	if flavour(a.File) == "" && flavour(b.File) == "" {
		return a.Name != "" && a.Name == b.Name && a.kind == b.kind
	}
	return true
}

// withoutBases leaves out images that others are FROM or that are called so.
func (s *Survey) withoutBases(images []Image) []Image {
	if len(images) < 2 {
		return images
	}
	return slices.DeleteFunc(images, func(i Image) bool {
		return i.kind == byPlace && len(i.Stage().Command) == 0 && !i.Stage().Starts && len(i.Stage().Ports) == 0 && strings.Contains(strings.ToLower(i.File), "base") && s.leave(i.File, "it is a base for other images")
	})
}

func (s *Survey) leave(what, why string) bool {
	s.Left = append(s.Left, Left{what, why})
	return true
}

// nameByPlace is the project's name for an image of its folder, or else that of
// the folder that says most.
func (s *Survey) nameByPlace(i Image, project string) string {
	base := strings.ToLower(path.Base(i.File))
	if name, ok := strings.CutSuffix(base, ".dockerfile"); ok && flavour(i.File) == "" {
		return component(name)
	}
	if _, name, ok := strings.Cut(base, "dockerfile."); ok && flavour(i.File) == "" {
		return component(name)
	}
	dir := path.Dir(i.File)
	for dir != "." && slices.Contains([]string{"docker", "build", "scripts", "deploy", "packaging", "container", "src", "app", "alpine", "debian", "distroless", "package", "dist"}, strings.ToLower(path.Base(dir))) {
		if path.Base(dir) == "app" && path.Dir(dir) != "." {
			break
		}
		dir = path.Dir(dir)
	}
	if dir == "." {
		return component(project)
	}
	return component(path.Base(dir))
}
