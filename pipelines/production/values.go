package production

import (
	"encoding/base64"
	"encoding/hex"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/lazy"
	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/survey"
)

// Value is a variable that the stack's .env has.
type Value struct {
	Name string
	// Secret says that the value is in a file that git does not have, and Text what
	// it is; otherwise Text stands in slipway.yaml.
	Secret bool
	Text   string
	// Why says where it is from.
	Why string
	// Asked says that nobody knows it: it is empty until somebody writes it.
	Asked bool
}

// values finds out what the variables of a stack are.
type values struct {
	m *maker
	// made are the secrets that are generated, by variable.
	made map[string]string
	// kept are those whose value the repository has, and others rely on.
	kept map[string]string
	// of are the variables that take the place of passwords, by password.
	of map[string]string
	// files are further samples of env files, by file.
	files []survey.Samples
	// held are variables that secrets of the file are read from.
	held []string
}

func newValues(m *maker) *values {
	return &values{m: m, made: map[string]string{}, kept: map[string]string{}, of: map[string]string{}}
}

// envFile takes the variables of the sample of an env file; false when there is none.
func (v *values) envFile(name string) bool {
	s := v.m.survey.Tree.Samples(path.Dir(name))
	if path.Base(name) != ".env" {
		s = v.m.survey.Tree.SamplesOf(name)
	}
	if s.File == "" {
		return false
	}
	if !slices.ContainsFunc(v.files, func(f survey.Samples) bool { return f.File == s.File }) {
		v.files = append(v.files, s)
	}
	return true
}

// known is the value of a variable, as far as it is known.
func (v *values) known(name string) (string, bool) {
	for _, value := range v.m.stack.Values {
		if value.Name == name {
			return value.Text, true
		}
	}
	return "", false
}

var insecureDefault = lazy.Regexp(`\$\{([A-Za-z_][A-Za-z0-9_]*):?-([^}$]+)\}`)

// replace puts variables in the place of passwords that are written out.
func (v *values) replace(services *yaml.Node) {
	users := map[string]int{} // in how many services a password is
	ofOurs := map[string]bool{}
	note := func(service, password string) {
		if password == "" {
			return
		}
		users[password]++
		if !v.isDatastore(service) {
			ofOurs[password] = true
		}
	}
	for _, name := range keys(services) {
		for _, a := range assignments(get(services, name)) {
			note(name, passwordIn(a))
		}
	}
	// The name that a database calls its password by is the best for the variable.
	names := keys(services)
	slices.SortStableFunc(names, func(a, b string) int { return rank(v.isDatastore(a)) - rank(v.isDatastore(b)) })
	for _, name := range names {
		for _, a := range assignments(get(services, name)) {
			password := passwordIn(a)
			if password == "" {
				continue
			}
			variable, ok := v.of[kindOf(a.name)+password]
			if !ok {
				variable = v.variable(a)
				v.of[kindOf(a.name)+password] = variable
				if ofOurs[password] && (users[password] > 1 || !v.isDatastore(name)) && generated(variable) {
					v.made[variable] = v.generate(variable)
				} else {
					v.kept[variable] = password
				}
			}
			if secrets.Login(a.value) != "" {
				a.set(strings.Replace(a.value, ":"+password+"@", ":${"+variable+"}@", 1))
			} else {
				a.set("${" + variable + "}")
			}
			v.inCommands(services, password, variable)
		}
	}
	scalars(services, func(n *yaml.Node) {
		n.Value = insecureDefault().ReplaceAllStringFunc(n.Value, func(use string) string {
			found := insecureDefault().FindStringSubmatch(use)
			if !secrets.IsName(found[1]) || !secrets.IsLiteral(found[2]) {
				return use
			}
			if _, there := v.made[found[1]]; !there {
				if _, sample := v.m.samples.Get(found[1]); !sample {
					v.made[found[1]] = v.generate(found[1])
				}
			}
			return "${" + found[1] + "}"
		})
	})
}

// passwordIn is the secret that is written out in an assignment; empty for none.
func passwordIn(a assignment) string {
	if secrets.IsName(a.name) && secrets.IsLiteral(a.value) {
		return a.value
	}
	return secrets.Login(a.value)
}

// kindOf keeps passwords apart from keys that are called alike by chance.
func kindOf(name string) string {
	upper := strings.ToUpper(name)
	if strings.Contains(upper, "SECRET") || strings.Contains(upper, "KEY") || strings.Contains(upper, "TOKEN") {
		return upper + "\x00"
	}
	return ""
}

// variable is the name of the variable for a password.
func (v *values) variable(a assignment) string {
	name := strings.ToUpper(a.name)
	if !secrets.IsName(a.name) {
		name += "_PASSWORD"
	}
	if _, taken := v.made[name]; taken {
		name += "_2"
	}
	return name
}

// inCommands puts the variable where a command names the password.
func (v *values) inCommands(services *yaml.Node, password, variable string) {
	if len(password) < 4 {
		return
	}
	in := regexp.MustCompile(`(-p|--password[= ]|PASSWORD=|-a\s|--requirepass\s)` + regexp.QuoteMeta(password) + `\b`)
	for _, name := range keys(services) {
		s := get(services, name)
		for _, n := range []*yaml.Node{get(s, "command"), get(get(s, "healthcheck"), "test")} {
			if n == nil {
				continue
			}
			scalars(n, func(n *yaml.Node) { n.Value = in.ReplaceAllString(n.Value, "${1}$${"+variable+"}") })
		}
	}
}

// rank sorts databases first.
func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

func (v *values) isDatastore(service string) bool {
	_, data := datastore(v.m.compose.Project.Services[service].Image)
	return data
}

// theirs are words in names of secrets that only somebody else can give out.
var theirs = lazy.Regexp(`(?i)(API_?KEY|ACCESS_KEY|CLIENT_SECRET|STRIPE|AWS|S3_|GITHUB|GITLAB|GOOGLE|FACEBOOK|TWITTER|SLACK|SENTRY|TWILIO|MAILGUN|SENDGRID|SMTP|MAIL|OPENAI|OAUTH|LICENSE|WEBHOOK|TELEGRAM|DISCORD|OIDC|LDAP)`)

// generated says that a secret of that name can be any.
func generated(name string) bool { return !theirs().MatchString(name) }

// generate makes a secret.
func (v *values) generate(name string) string {
	upper := strings.ToUpper(name)
	switch {
	case upper == "APP_KEY" && v.m.survey.Tree.IsFile("artisan"):
		return "base64:" + base64.StdEncoding.EncodeToString(v.m.Random(32))
	case strings.Contains(upper, "FERNET"):
		return base64.URLEncoding.EncodeToString(v.m.Random(32))
	case strings.HasSuffix(upper, "KEY_BASE"):
		return hex.EncodeToString(v.m.Random(64))
	case kindOf(name) == "":
		return hex.EncodeToString(v.m.Random(16))
	}
	return hex.EncodeToString(v.m.Random(32))
}

// collect finds the values of all variables that the file and its env file want.
func (v *values) collect(services *yaml.Node) {
	encoded, err := v.m.encode()
	if err != nil {
		return
	}
	required := map[string]bool{}
	var names []string
	defaulted := map[string]bool{}
	for _, use := range composefile.Variables(encoded) {
		switch {
		case use.Name == "REGISTRY" || use.Name == "DEPLOY_TAG" || slices.Contains(names, use.Name):
		case use.Default:
			defaulted[use.Name] = true
			continue
		default:
			names = append(names, use.Name)
		}
		required[use.Name] = required[use.Name] || use.Required
	}
	for _, secret := range keys(get(v.m.root, "secrets")) {
		if from := get(get(get(v.m.root, "secrets"), secret), "environment"); from != nil && !slices.Contains(names, from.Value) {
			names = append(names, from.Value)
			v.held = append(v.held, from.Value)
		}
	}
	samples := append([]survey.Samples{v.m.samples}, v.files...)
	if v.m.fromEnvFile {
		for _, s := range v.files {
			for _, name := range s.Names {
				if !slices.Contains(names, name) && !defaulted[name] && !strings.HasPrefix(name, "COMPOSE_") && !strings.HasPrefix(name, "DOCKER_") {
					names = append(names, name)
				}
			}
		}
	}
	for _, name := range names {
		v.m.stack.Values = append(v.m.stack.Values, v.value(name, required[name], samples))
	}
	v.consistent()
}

// value is what is known of a variable.
func (v *values) value(name string, required bool, samples []survey.Samples) Value {
	if text, ok := v.made[name]; ok {
		return Value{Name: name, Secret: true, Text: text, Why: "generated"}
	}
	if text, ok := v.kept[name]; ok {
		return Value{Name: name, Secret: true, Text: text, Why: "as " + v.m.compose.Name() + " has it"}
	}
	sample, from := "", ""
	for _, s := range samples {
		if text, ok := s.Get(name); ok && from == "" {
			sample, from = text, s.File
		}
	}
	switch {
	case (secrets.IsName(name) || slices.Contains(v.held, name)) && generated(name):
		return Value{Name: name, Secret: true, Text: v.generate(name), Why: "generated"}
	case secrets.IsName(name):
		return Value{Name: name, Secret: sample != "", Text: sample, Why: "yours to give: " + name, Asked: sample == "" && required}
	case secrets.Login(sample) != "":
		return Value{Name: name, Secret: true, Text: sample, Why: "from " + from}
	case sample != "":
		production, _ := survey.Production(name, sample)
		return Value{Name: name, Text: production, Why: "from " + from}
	}
	guess := guessed(name, v.m.Project)
	return Value{Name: name, Text: guess, Why: "a guess: nothing says what it is", Asked: guess == "" && required}
}

// guessed is a value that will do on this machine for a variable of that name.
func guessed(name, project string) string {
	upper := strings.ToUpper(name)
	switch {
	case strings.HasSuffix(upper, "DOMAIN") || strings.HasSuffix(upper, "HOSTNAME") || upper == "HOST":
		return "localhost"
	case strings.HasSuffix(upper, "EMAIL"):
		return "admin@example.com"
	case upper == "TZ":
		return "UTC"
	case strings.HasSuffix(upper, "_DB") || strings.HasSuffix(upper, "DATABASE") || strings.HasSuffix(upper, "DB_NAME") || strings.HasSuffix(upper, "_USER"):
		return strings.ReplaceAll(project, "-", "_")
	}
	return ""
}

// consistent gives addresses of sample files the passwords that were generated.
func (v *values) consistent() {
	for n, value := range v.m.stack.Values {
		password := secrets.Login(value.Text)
		if password == "" || !value.Secret {
			continue
		}
		for _, other := range v.m.stack.Values {
			if sample, ok := v.sampleOf(other.Name); ok && sample == password && other.Secret && other.Name != value.Name {
				v.m.stack.Values[n].Text = strings.Replace(value.Text, ":"+password+"@", ":"+other.Text+"@", 1)
				v.m.stack.Values[n].Why = "with " + other.Name
				break
			}
		}
	}
}

func (v *values) sampleOf(name string) (string, bool) {
	for _, s := range append([]survey.Samples{v.m.samples}, v.files...) {
		if text, ok := s.Get(name); ok {
			return text, true
		}
	}
	return "", false
}
